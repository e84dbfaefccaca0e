"""People at their desks in a real browser, each in a context of their own; no script runs in any of them."""

import re
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from cases.casework.signin.links import start_link
from cases.people import Role
from tests.server.desk import house_of
from tests.server.running import Server

SCREENS = Path(__file__).parents[2] / "build" / "screens"


class Sitter:
    """One person in one browser context."""

    def __init__(self, browser: Browser, server: Server, name: str) -> None:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.server, self.name, self.shots = server, name, 0

    @property
    def home(self) -> str:
        return f"http://localhost:{self.server.port}"

    def sign_in(self, person: str, role: Role) -> None:
        """By a one-time link, as the command line hands it out."""
        with house_of(self.server.spot) as house:
            link = start_link(house.desk, person, role, 5, datetime.now(UTC)).address
        self.page.goto(self.home + re.sub(r"^https?://[^/]+", "", link))
        self.press("Sign in")

    def press(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()

    def open(self, path: str) -> None:
        self.page.goto(self.home + path)

    def fill(self, **fields: str | bool) -> None:
        """Fields by their name; dots are written with two underscores."""
        for name, value in fields.items():
            found = self.page.locator(f'main [name="{name.replace("__", ".")}"]')
            kind = found.first.evaluate("node => node.localName + ' ' + node.type")
            if kind.startswith("select"):
                found.select_option(label=str(value))
            elif kind.endswith("checkbox"):
                found.set_checked(value is True)
            elif kind.endswith("radio"):
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            else:
                found.fill(str(value))

    def does(self, link: str, button: str = "", **fields: str | bool) -> None:
        """Follow a link of the case to a form, fill it in, send it, and be back at the case."""
        self.follow(link)
        self.fill(**fields)
        self.send(button or link)

    def send(self, button: str) -> None:
        """Send a form, and be back at the case. If the worker screened it anew meanwhile: once more."""
        self.press(button)
        if self.page.locator("[data-problem=stale-version]").count():
            self.press(button)
        assert self.page.locator("[role=alert]").count() == 0, self.words()
        assert re.search(r"/desk/cases(/IGO-\d{4}-\d{5,6})?(#[a-z]+)?$", self.page.url), self.page.url

    def words(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def shoot(self, what: str) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.shots += 1
        self.page.screenshot(path=SCREENS / f"{self.name}-{self.shots}-{what}.png", full_page=True)
