"""A browser without a screen: it keeps cookies, follows redirects, fills in the forms of a page and sends them."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from cases.casework.signin.links import start_link
from cases.people import Role
from cases.ports import Desk

OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


class Forms(HTMLParser):
    """The forms of a page: where each is sent, with the fields it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((told["action"], {}))
        elif told.get("type") in {"radio", "checkbox"} and "checked" not in told:
            return
        elif tag == "input" and self.found and "name" in told:
            self.found[-1][1][told["name"]] = told.get("value", "")


class Browser:
    """One browser of one person."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def open(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={"Sec-Fetch-Site": "none"} | headers)

    def send(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send fields as a form of our own pages would, or as the headers say."""
        return self.client.post(path, data=fields or {}, headers=OURS | headers)

    def submit(self, page: TestResponse, action: str, **fields: str) -> TestResponse:
        """Send a form of this page, its hidden fields included."""
        held = next(held for where, held in Forms(page.text).found if where == action)
        return self.send(action, held | fields)

    def token(self) -> str:
        """What the forms of this session carry."""
        return next(held["form_token"] for _, held in Forms(self.open("/desk/").text).found if "form_token" in held)

    def secret(self) -> str:
        cookie = self.client.get_cookie("rule12")
        return cookie.value if cookie else ""

    def sign_in(self, desk: Desk, person: str, role: Role) -> "Browser":
        """By a link, as its holder does it."""
        page = self.open(link_of(desk, person, role))
        assert self.submit(page, "/desk/sign-in/link").status_code == 303
        return self


def link_of(desk: Desk, person: str, role: Role, at: datetime | None = None, **more: Any) -> str:
    """The path of a fresh link."""
    link = start_link(desk, person, role, more.get("minutes", 5), at or datetime.now(UTC))
    return link.address.partition("http://localhost")[2]
