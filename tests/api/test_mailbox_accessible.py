"""The mailbox under the rules of accessibility, in each of its moods: light and dark, narrow and wide."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import PICTURE, Office
from tests.api.lives import CLOSING, Life
from tests.api.standings import rich
from tests.api.test_mailbox_pages import MAILBOX, MESSAGES, Visitor
from tests.axe import chromium, looking, violations


class Kept:
    """Pages that were answered before, each at a path of its own; everything else as the app answers it."""

    def __init__(self, client: FlaskClient, pages: Mapping[str, TestResponse]) -> None:
        self.client, self.pages = client, pages

    def get(self, where: str, **more: Any) -> TestResponse:
        return self.pages.get(where) or self.client.get(where, **more)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def moods(office: Office) -> dict[str, TestResponse]:
    """One page for everything the mailbox may show."""
    life, visitor = Life(office, rich()), Visitor(office.app)
    life.move(Role.INTAKE, "assess")
    life.move(Role.INTAKE, "ask_reporter", question="Which account was it?")
    pages = {"/en/receipt": visitor.open(MAILBOX), "/en/wrong": visitor.send(MAILBOX, {"receipt": "ABCDE"})}
    pages |= {"/en/asked": visitor.enter(life.receipt), "/ar/asked": visitor.open("/ar/mailbox")}
    page = pages["/en/asked"]
    pages["/en/files"] = visitor.upload(page, ("a.png", PICTURE.read_bytes()), ("b.png", b"none" * 5000))
    visitor.submit(page, f"{MAILBOX}/withdrawal", text="I am afraid.")
    pages["/en/too-long"] = visitor.submit(visitor.open(MAILBOX), MESSAGES, text="a" * 20_001)
    pages["/en/mixed"] = visitor.submit(page, f"{MAILBOX}/consent", consent="anonymous", name="Ana Lima")
    pages["/en/late"] = Visitor(office.app).send(MESSAGES, {"text": "A long story"})
    closed, second = Life(office, rich()), Visitor(office.app)
    closed.move(Role.INTAKE, "close", closure_reason="insufficient_information", **CLOSING)
    office.sort()
    pages["/en/closed"] = second.enter(closed.receipt)
    pages["/en/no-ground"] = second.submit(pages["/en/closed"], f"{MAILBOX}/review", text="Look again.")
    return pages


def test_the_mailbox_keeps_the_rules_of_accessibility_in_all_its_moods(office: Office, browser: Browser) -> None:
    pages = moods(office)
    assert {page.status_code for page in pages.values()} == {200, 401, 422}
    with looking(browser, Kept(office.app.test_client(), pages)) as page:  # type: ignore[arg-type]
        page.emulate_media(reduced_motion="reduce")
        assert [one for path in pages for one in violations(page, path)] == []
