"""Chromium, driven by playwright: Debian's, or the Chrome that a developer's machine has."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str:
    """Where the browser is. Raises SystemExit saying what is missing."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise SystemExit("chromium is needed. On Debian: apt-get install chromium")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=SWITCHES)
        yield browser
        browser.close()


class Authenticator:
    """A virtual authenticator of one page (`WebAuthn` of the DevTools protocol), which verifies its user."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def keys(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self._session.send("WebAuthn.getCredentials", self._id)["credentials"]
        return found

    def take(self, key: dict[str, object]) -> None:
        """Hold a copy of somebody's key, as a thief of an unprotected one would."""
        self._session.send("WebAuthn.addCredential", {**self._id, "credential": key})

    def verifies(self, *, user: bool) -> None:
        """Whether whoever sits there gives the right finger or PIN."""
        self._session.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": user})
