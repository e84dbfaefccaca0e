"""The identity provider says that somebody was signed out there (Back-Channel Logout): their session here ends.

Each way for its word not to be good is refused by name, and ends nothing.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from cases.people import Role
from cases.sessions import NotOut
from tests.api.browsing import Browser
from tests.api.conftest import Office, Tokens
from tests.api.vouched import CALLBACK, FROM_ELSEWHERE, confirm, is_in, signed_in, through, vouched_offices
from tests.idp import ALICE, IdentityProvider, identity_provider
from tests.server.running import free_port

BACK_CHANNEL = "/desk/sign-in/oidc/backchannel"
PORT = free_port()
SUBJECT = "subject-7f3a91"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    with identity_provider(CALLBACK, back_channel=f"http://127.0.0.1:{PORT}{BACK_CHANNEL}") as running:
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


@contextmanager
def served(office: Office) -> Iterator[None]:
    """The desk where the provider finds its back channel."""
    server = make_server("127.0.0.1", PORT, office.app, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    try:
        yield
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def test_signing_out_at_the_provider_ends_that_session_here_and_no_other(office: Office, idp: IdentityProvider) -> None:
    with requests.Session() as there, requests.Session() as elsewhere, served(office):
        one, other = signed_in(office, there), signed_in(office, elsewhere)
        by_link = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
        confirm(f"{idp.issuer}/session/end", there)
        assert idp.order("told")[-1] == "taken"
    assert [is_in(browser) for browser in (one, other, by_link)] == [False, True, True]
    stored = office.desk.lookup.newest_entry("signed_out")
    assert stored is not None
    entry = json.loads(stored.body)
    assert (entry["actor"], entry["facts"]["by"], entry["facts"]["method"]) == ("S0012", "provider", "provider")


def test_a_new_proof_at_the_provider_is_the_session_that_ends_it(office: Office, idp: IdentityProvider) -> None:
    with requests.Session() as there, served(office):
        browser = signed_in(office)
        address = browser.open("/desk/step-up/oidc").headers["Location"]
        browser.open(through(address, there), **FROM_ELSEWHERE)
        assert is_in(browser)
        confirm(f"{idp.issuer}/session/end", there)
    assert not is_in(browser)


def told(office: Office, token: str, **headers: str) -> TestResponse:
    """The provider's server says that somebody was signed out."""
    return office.app.test_client().post(BACK_CHANNEL, data={"logout_token": token}, headers=headers)


def test_a_token_that_names_no_session_ends_all_of_that_person_there(office: Office, idp: IdentityProvider) -> None:
    alices = [signed_in(office) for _ in range(2)]
    by_link = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
    idp.be(sub="bob", staff_number="S0014", groups=["desk-all"])
    bob = signed_in(office)
    answer = told(office, idp.logout_token(datetime.now(UTC), sub=SUBJECT))
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "", "no-store")
    assert [is_in(one) for one in (*alices, by_link, bob)] == [False, False, True, True]


def test_somebody_who_is_signed_in_nowhere_is_signed_out_all_the_same(office: Office, idp: IdentityProvider) -> None:
    assert told(office, idp.logout_token(datetime.now(UTC), sub="nobody-here")).status_code == 200


def test_a_session_of_which_the_provider_named_none_ends_by_its_person(make_office: Callable[..., Office]) -> None:
    with identity_provider(CALLBACK) as own:  # without a back channel it names no session in its ID tokens
        own.be(sub=SUBJECT, **ALICE)
        office = make_office(own)
        browser = signed_in(office)
        assert told(office, own.logout_token(datetime.now(UTC), sub=SUBJECT, sid="some-session")).status_code == 200
        assert not is_in(browser)


def refused(office: Office, token: str) -> str:
    """Why a token is not taken; nothing changes by it."""
    with office.nothing_changes():
        answer = told(office, token)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert answer.json is not None
    assert answer.json["error"] == "invalid_request"
    return str(answer.json["error_description"])


def of_alice(idp: IdentityProvider, header: dict[str, Any] | None = None, **claims: Any) -> str:
    return idp.logout_token(datetime.now(UTC), header, **{"sub": SUBJECT} | claims)


def test_a_logout_token_of_another_issuer_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    assert refused(office, of_alice(idp, iss="https://other.example")) == NotOut.ISSUER
    assert is_in(browser)


def test_a_logout_token_for_another_client_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    assert refused(office, of_alice(idp, aud="script")) == NotOut.AUDIENCE
    assert is_in(browser)


def test_a_logout_token_that_nobody_signed_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    _, claims, _ = of_alice(idp).split(".")
    for header in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIiwidHlwIjoibG9nb3V0K2p3dCJ9"):  # alg: none, None
        assert refused(office, f"{header}.{claims}.") == NotOut.SIGNATURE
    assert is_in(browser)


def test_a_logout_token_signed_by_somebody_else_is_refused(
    office: Office, browser: Browser, idp: IdentityProvider
) -> None:
    claims = {"iss": idp.issuer, "aud": "desk", "sub": SUBJECT, "jti": "one"}
    assert refused(office, idp.sign(claims, {"typ": "logout+jwt"}, key="foreign")) == NotOut.SIGNATURE
    head, _, signature = of_alice(idp).split(".")
    _, other, _ = of_alice(idp, sub="bob").split(".")
    assert refused(office, f"{head}.{other}.{signature}") == NotOut.SIGNATURE
    assert is_in(browser)


def test_a_logout_token_with_a_nonce_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    for nonce in ("n" * 43, ""):
        assert refused(office, of_alice(idp, nonce=nonce)) == NotOut.NONCE
    assert is_in(browser)


def test_a_logout_token_without_the_event_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    for events in (None, {}, {"http://schemas.example/other": {}}, {EVENT: True}, [EVENT], EVENT):
        assert refused(office, of_alice(idp, events=events)) == NotOut.EVENTS
    assert is_in(browser)


def test_an_expired_logout_token_is_refused(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    now = int(datetime.now(UTC).timestamp())
    assert refused(office, of_alice(idp, exp=now - 90)) == NotOut.EXPIRED
    assert is_in(browser)


def test_a_logout_token_lacking_or_bending_a_claim_is_refused(
    office: Office, browser: Browser, idp: IdentityProvider
) -> None:
    now = int(datetime.now(UTC).timestamp())
    bent: tuple[dict[str, Any], ...] = (
        *({name: None} for name in ("exp", "iat", "jti", "iss", "aud")),
        *({"iat": now + 600}, {"exp": now + 90_000}, {"exp": 1e300}, {"exp": "soon"}, {"jti": ""}, {"jti": 7}),
    )
    for claims in bent:
        assert refused(office, of_alice(idp, **claims)) in {NotOut.CLAIMS, NotOut.ISSUER, NotOut.AUDIENCE}, claims
    for whom in ({"sub": None}, {"sub": ""}, {"sid": 7}, {"sub": None, "sid": ""}):
        assert refused(office, of_alice(idp, **whom)) in {NotOut.NOBODY, NotOut.CLAIMS}, whom
    assert is_in(browser)


def test_a_token_of_another_kind_signs_nobody_out(office: Office, browser: Browser, idp: IdentityProvider) -> None:
    assert refused(office, of_alice(idp, {"typ": "at+jwt"})) == NotOut.TYPE
    assert (
        refused(office, idp.access_token(datetime.now(UTC), {"typ": "JWT"}, aud="desk", sub=SUBJECT)) == NotOut.EVENTS
    )
    for noise in ("", "x", "a.b.c", "é", "a" * 10_000):
        assert refused(office, noise) == NotOut.SIGNATURE
    assert is_in(browser)


def test_a_logout_token_is_used_once(office: Office, idp: IdentityProvider) -> None:
    token = of_alice(idp)
    assert told(office, token).status_code == 200
    browser = signed_in(office)
    assert refused(office, token) == NotOut.REPLAYED
    assert is_in(browser)


def test_a_used_token_is_remembered_until_nobody_could_show_it_any_more(office: Office, idp: IdentityProvider) -> None:
    now = datetime.now(UTC)
    token = idp.logout_token(now, sub=SUBJECT, exp=int(now.timestamp()) + 120)
    assert told(office, token).status_code == 200
    office.desk.answers.forget(now + timedelta(seconds=179))
    assert office.kept()["spent_tokens"] == 1
    office.desk.answers.forget(now + timedelta(seconds=182))
    assert office.kept()["spent_tokens"] == 0


def test_while_keys_cannot_be_fetched_nobody_is_signed_out(
    make_office: Callable[..., Office], idp: IdentityProvider
) -> None:
    office, token = make_office(), of_alice(idp)
    idp.order("be", down=True)
    try:
        assert refused(office, token) == NotOut.UNAVAILABLE
    finally:
        idp.order("be", down=False)


def test_without_a_provider_there_is_no_back_channel(make_office: Callable[..., Office], idp: IdentityProvider) -> None:
    nobody = {f"OIDC_{name}": "" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "AUDIENCE")}
    assert refused(make_office(**nobody), of_alice(idp)) == NotOut.NOT_OFFERED


def test_the_back_channel_asks_for_no_page_of_ours_and_reads_no_cookie(
    office: Office, browser: Browser, idp: IdentityProvider
) -> None:
    """A browser that another site makes send it does nothing that the token would not do by itself."""
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    with office.nothing_changes():
        answer = browser.send(BACK_CHANNEL, {"logout_token": "x"}, **foreign)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers
    assert is_in(browser)
    assert told(office, of_alice(idp), **foreign).status_code == 200
    assert not is_in(browser)
