"""`python -m tests.needed`: what the tests need besides Python, looked for before they start."""

from tests.idp import install
from tests.server.chromium import program

if __name__ == "__main__":
    program()
    install()
