"""Desks that an identity provider vouches for, and a browser's ways through that provider."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import requests

from api import create_app
from cases.casework.administering import import_directory
from storage import open_house
from storage.settings import read_settings
from tests.api.browsing import Browser
from tests.api.conftest import Office, Tokens
from tests.conftest import SAMPLES
from tests.idp import AUDIENCE, SECRET, IdentityProvider

CALLBACK = "http://localhost/desk/sign-in/oidc/callback"
XSRF = re.compile(r'action="([^"]+)"><input type="hidden" name="xsrf" value="([^"]+)"')
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}
GROUPS = """[groups]
"desk-intake" = ["intake"]
"desk-all" = ["intake", "investigator", "head"]
"""


@contextmanager
def vouched_offices(
    folder: Path, template: tuple[Path, Tokens], idp: IdentityProvider
) -> Iterator[Callable[..., Office]]:
    """Makes desks that this provider vouches for, or another; S0012 holds two roles in their directories."""
    made = []

    def make(provider: IdentityProvider = idp, **more: str) -> Office:
        place = folder / f"desk-{len(made)}"
        copytree(template[0], place)
        (folder / "secret").write_text(f"{SECRET}\n")
        (folder / "roles.toml").write_text(GROUPS)
        settings = {
            "DATA_DIR": str(place),
            "PUBLIC_URL": "http://localhost",
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": "desk",
            "OIDC_CLIENT_SECRET_FILE": str(folder / "secret"),
            "OIDC_AUDIENCE": AUDIENCE,
        }
        read = read_settings({f"RULE12_{name}": value for name, value in (settings | more).items()})
        house = open_house(read)
        text = (SAMPLES / "directory.csv").read_text().replace("S0011,intake\n", "S0011,intake investigator\n", 1)
        import_directory(house.desk, text, datetime.now(UTC))
        office = Office(house, read, create_app(house.desk), template[1])
        made.append((office, house))
        return office

    try:
        yield make
    finally:
        for office, house in made:
            office.close()
            house.close()


def through(address: str, there: requests.Session | None = None) -> str:
    """Follow a browser through the provider, up to the address it is sent back to; path and query of that.

    `there` is what the browser keeps of the provider; without, it was never there before.
    """
    with there or requests.Session() as browser:
        for _ in range(10):
            answer = browser.get(address, allow_redirects=False, timeout=10)
            address = requests.compat.urljoin(address, answer.headers["Location"])
            if address.startswith("http://localhost/"):
                return address.removeprefix("http://localhost")
    raise AssertionError(address)


def come_in(browser: Browser, then: str = "", there: requests.Session | None = None) -> str:
    """Sign in by the provider; the page of the last step."""
    start = browser.open(f"/desk/sign-in/oidc/start?next={then}")
    return browser.open(through(start.headers["Location"], there), **FROM_ELSEWHERE).text


def signed_in(office: Office, there: requests.Session | None = None) -> Browser:
    """A browser that came in by the provider."""
    made = Browser(office.app)
    come_in(made, there=there)
    assert is_in(made)
    return made


def is_in(browser: Browser) -> bool:
    return browser.open("/desk/sessions").status_code == 200


def confirm(address: str, there: requests.Session) -> str:
    """Sign out at the provider, as its page asks; where the browser is sent then."""
    asked = XSRF.search(there.get(address, timeout=10).text)
    assert asked is not None
    answer = there.post(asked[1], {"xsrf": asked[2], "logout": "yes"}, allow_redirects=False, timeout=10)
    return answer.headers["Location"]
