"""Somebody at a desk with a browser that runs no script: opens pages, fills in forms, sends what a browser would."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import Caller, Office

ORIGIN = {"Origin": "http://localhost"}


class Sheet(HTMLParser):
    """The forms of a page, each with its address and what stands in its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.choices: dict[str, dict[str, str]] = {}
        self._select = self._area = self._option = ""
        self._first = False
        self.feed(page)

    @property
    def fields(self) -> dict[str, str]:
        return self.forms[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), {}))
        elif tag == "input" and self.forms and told.get("name"):
            ticked = told.get("type") not in {"checkbox", "radio"} or "checked" in told
            if ticked:
                self.fields[told["name"]] = told.get("value", "")
        elif tag == "select" and told.get("name"):
            self._select = told["name"]
            self.choices[self._select] = {}
            self.fields.setdefault(self._select, "")
        elif tag == "option" and self._select:
            self._option = told.get("value", "")
            if "selected" in told:
                self.fields[self._select] = self._option
        elif tag == "textarea":
            self._area, self._first = told["name"], True
            self.fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data.removeprefix("\n") if self._first else data
            self._first = False
        elif self._select and data.strip():
            self.choices[self._select].setdefault(data.strip(), self._option)

    def form(self, address: str) -> dict[str, str]:
        return dict(next(fields for action, fields in self.forms if action == address))


class Seat:
    """One person in one role, signed in."""

    def __init__(self, office: Office, role: Role, person: str = "") -> None:
        self.office, self.role = office, role
        self.caller: Caller = office.sits_down(office.caller(), role, person)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.caller.get(path, **headers)

    def open(self, path: str) -> str:
        """A page that must be shown."""
        answer = self.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.text

    def fill(self, path: str, **given: Any) -> dict[str, str]:
        """The form of a page, as somebody filled it in. Names with dots are written with two underscores."""
        typed = {name.replace("__", "."): str(value) for name, value in given.items()}
        return Sheet(self.open(path)).form(path.partition("?")[0]) | typed

    def fill_form(self, path: str, address: str) -> dict[str, str]:
        """A form of a page that is sent to another address, as it stands there."""
        return Sheet(self.open(path)).form(address)

    def choices(self, path: str, name: str) -> dict[str, str]:
        """What a field offers: what is shown to what is sent."""
        return Sheet(self.open(path)).choices[name]

    def send(self, path: str, fields: Mapping[str, str]) -> TestResponse:
        return self.caller.call("POST", path.partition("?")[0], data=fields, headers=ORIGIN)

    def tries(self, path: str, **given: Any) -> TestResponse:
        return self.send(path, self.fill(path, **given))

    def does(self, path: str, **given: Any) -> str:
        """Fill in a form and send it; where it leads."""
        answer = self.tries(path, **given)
        assert answer.status_code == 303, (answer.status_code, plain(answer.text))
        return str(answer.headers["Location"])


def plain(page: str) -> str:
    """The words of a page's main part."""
    inner = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inner).split())
