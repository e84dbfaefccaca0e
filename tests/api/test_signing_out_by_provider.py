"""Signing out where one signed in: the browser goes on to the identity provider and back (RP-Initiated Logout)."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from html import unescape
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from api import POLICY
from cases.people import Role
from tests.api.browsing import Browser
from tests.api.conftest import Office, Tokens
from tests.api.vouched import CALLBACK, FROM_ELSEWHERE, confirm, is_in, signed_in, vouched_offices
from tests.idp import ALICE, IdentityProvider, identity_provider

SUBJECT = "subject-7f3a91"
SIGNED_OUT = "You are signed out of the desk."


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    with identity_provider(CALLBACK) as running:
        yield running


@pytest.fixture(autouse=True)
def alice(idp: IdentityProvider) -> None:
    """The provider signs in S0012 of intake, under a name of its own for her."""
    idp.be(sub=SUBJECT, **ALICE)


@pytest.fixture
def make_office(
    tmp_path: Path, template: tuple[Path, Tokens], idp: IdentityProvider
) -> Iterator[Callable[..., Office]]:
    with vouched_offices(tmp_path, template, idp) as make:
        yield make


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture
def browser(office: Office) -> Browser:
    """Signed in by the provider."""
    return signed_in(office)


def sign_out(browser: Browser) -> TestResponse:
    return browser.submit(browser.open("/desk/"), "/desk/sign-out")


def on_from(page: TestResponse) -> str:
    """Where a page of one moment leads on to."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


def test_signing_out_leads_through_the_provider_and_back_to_the_ways_in(office: Office, idp: IdentityProvider) -> None:
    with requests.Session() as there:
        browser = signed_in(office, there)
        page = sign_out(browser)
        assert (page.status_code, "Location" in page.headers) == (200, False)
        assert not is_in(browser)
        back = confirm(on_from(page), there)
        shown = browser.open(back.removeprefix("http://localhost"), **FROM_ELSEWHERE)
        assert SIGNED_OUT in shown.text
        assert browser.client.get_cookie("rule12-state") is None
        before = idp.count("interaction")
        signed_in(office, there)
        assert idp.count("interaction") > before


def test_the_provider_is_asked_by_the_name_of_the_desk_and_shown_no_token(
    browser: Browser, idp: IdentityProvider
) -> None:
    address = urlsplit(on_from(sign_out(browser)))
    told = dict(parse_qsl(address.query))
    assert f"{address.scheme}://{address.netloc}" == idp.issuer
    assert set(told) == {"client_id", "post_logout_redirect_uri", "state"}
    assert (told["client_id"], told["post_logout_redirect_uri"]) == ("desk", "http://localhost/desk/sign-in")
    assert len(told["state"]) == 43


def test_the_way_out_needs_no_form_to_lead_to_another_host(browser: Browser) -> None:
    page = sign_out(browser)
    assert page.headers["Content-Security-Policy"] == POLICY
    assert "form-action 'self';" in POLICY
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Alice" not in page.text
    assert "/desk/sign-out" not in page.text


@pytest.mark.parametrize("which", ["all", "this"])
def test_ending_ones_own_session_in_the_list_leads_there_as_well(
    browser: Browser, idp: IdentityProvider, which: str
) -> None:
    page = browser.open("/desk/sessions")
    (own,) = re.findall(r'name="session" value="([0-9a-f-]{36})"', page.text)
    ended = browser.send(
        "/desk/sessions/end", {"form_token": browser.token(), "session": own if which == "this" else "all"}
    )
    assert on_from(ended).startswith(idp.issuer)
    assert not is_in(browser)


def test_a_session_that_began_by_a_link_ends_here_alone(office: Office) -> None:
    browser = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
    answer = sign_out(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/sign-in")


def test_where_the_provider_ends_no_sessions_one_is_signed_out_here(make_office: Callable[..., Office]) -> None:
    with identity_provider(CALLBACK, signs_out=False) as own:
        own.be(**ALICE)
        browser = signed_in(make_office(own))
        assert sign_out(browser).headers["Location"] == "/desk/sign-in"
        assert not is_in(browser)


class MuchLater(datetime):
    """A clock two hours on: what the provider once said of itself is not believed any more."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(hours=2)


def test_while_the_provider_does_not_answer_one_is_signed_out_here_and_told(
    make_office: Callable[..., Office], idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(make_office(SESSION_IDLE_MINUTES="600"))
    page = browser.open("/desk/")
    idp.order("be", down=True)
    monkeypatch.setattr("api.context.datetime", MuchLater)
    try:
        page = browser.submit(page, "/desk/sign-out")
    finally:
        idp.order("be", down=False)
    assert page.status_code == 200
    assert "Your identity provider does not answer: you may still be signed in there." in page.text
    assert not is_in(browser)


def test_another_site_cannot_make_a_page_say_that_one_signed_out_nor_end_a_sign_in_under_way(office: Office) -> None:
    browser = Browser(office.app)
    browser.open("/desk/sign-in/oidc/start")
    held = browser.client.get_cookie("rule12-state")
    for state in ("x" * 43, "", "é"):
        assert SIGNED_OUT not in browser.open(f"/desk/sign-in?state={state}", **FROM_ELSEWHERE).text
    assert browser.client.get_cookie("rule12-state") == held


def test_nothing_of_the_providers_names_or_tokens_is_kept(office: Office, browser: Browser) -> None:
    assert is_in(browser)
    for file in office.folder.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert SUBJECT.encode() not in data, file
        assert b"eyJ" not in data, file
