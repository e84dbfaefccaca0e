"""The reporter's door: pages in six languages, at `/<lang>/`, that ask for no script.

What is typed travels from step to step in the form itself: nothing is kept here before the reporter sends it.
The receipt travels in the body of a POST only: an address would stay in histories and logs.
"""

from api.pages.door import files, mailbox, proofs, receipt, report, start
from api.pages.door.common import blueprint

__all__ = ["blueprint", "files", "mailbox", "proofs", "receipt", "report", "start"]
