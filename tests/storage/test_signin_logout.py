"""Logout tokens of a real identity provider: clocks, algorithms, noise; and sessions found by where they began."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.errors import LogoutRefused
from cases.people import Role
from cases.sessions import Elsewhere, Method, NotOut, Session, SessionRules
from storage.database import Database
from storage.signin.keeping import SqlSignInWork, tidy
from storage.signin.provider import OpenIdProvider
from storage.signin.rows import session_row
from storage.signin.settings import ProviderSettings
from storage.tables_signin import sessions
from tests.conftest import NOON
from tests.idp import SECRET, IdentityProvider, identity_provider
from tests.storage.making import migrate, minutes

CALLBACK = "http://localhost/desk/sign-in/oidc/callback"
BACK = "http://localhost/desk/sign-in"


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    with identity_provider(CALLBACK) as running:
        yield running


@pytest.fixture
def ours(idp: IdentityProvider) -> OpenIdProvider:
    return OpenIdProvider(ProviderSettings(idp.issuer, "desk", client_secret=SECRET), CALLBACK)


def test_a_logout_token_says_who_which_session_and_until_when(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    told = ours.signed_out(idp.logout_token(at, sub="a", sid="b", jti="c"), at)
    assert (told.subject, told.session, told.token) == tuple(f"{idp.issuer} {name}" for name in "abc")
    assert told.until == at + timedelta(seconds=120 + 61)
    assert ours.signed_out(idp.logout_token(at, sub=None, sid="b"), at).subject == ""
    assert ours.signed_out(idp.logout_token(at, sub="a"), at).session == ""


def test_a_token_says_what_it_is_in_one_of_three_ways(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    at = datetime.now(UTC)
    for kind in ("logout+jwt", "application/logout+jwt", "JWT"):
        assert ours.signed_out(idp.logout_token(at, {"typ": kind}, aud=["desk"]), at).subject


def test_clocks_may_differ_by_a_minute_in_both_directions(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    at = datetime.now(UTC)
    token = idp.logout_token(at)
    for seconds in (-59, 179):
        assert ours.signed_out(token, at + timedelta(seconds=seconds)).subject
    for seconds, why in ((-62, NotOut.CLAIMS), (181, NotOut.EXPIRED)):
        with pytest.raises(LogoutRefused) as refused:
            ours.signed_out(token, at + timedelta(seconds=seconds))
        assert refused.value.why == why


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.text() | st.binary().map(lambda data: data.hex()) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*"))
def test_no_text_makes_the_judging_of_logout_tokens_fail_in_any_other_way(ours: OpenIdProvider, noise: str) -> None:
    with pytest.raises(LogoutRefused):
        ours.signed_out(noise, datetime.now(UTC))


def test_the_way_out_keeps_what_the_providers_address_says_already(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    address = ours.sign_out_address("s t&te", BACK, datetime.now(UTC))
    assert address is not None
    assert address.startswith(f"{idp.issuer}/session/end?client_id=desk&")
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fdesk%2Fsign-in" in address
    assert "state=s+t%26te" in address


def began(number: int, elsewhere: Elsewhere | None) -> Session:
    digest = bytes([number]) * 32
    times = (NOON, NOON, NOON, NOON)
    return Session(UUID(int=number), digest, "S0012", Role.INTAKE, None, Method.PROVIDER, *times, elsewhere=elsewhere)


ALICE, BOB, ONE, TWO = (bytes([number]) * 32 for number in (101, 102, 103, 104))
BEGAN = (
    began(1, Elsewhere(ALICE, ONE)),
    began(2, Elsewhere(ALICE, TWO)),
    began(3, Elsewhere(ALICE)),
    began(4, Elsewhere(BOB, b"o" * 32)),
    began(5, None),
)


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/sessions.sqlite")
    migrate(opened, "head")
    with opened.writing() as connection:
        connection.execute(sessions.insert(), [session_row(one) for one in BEGAN])
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize(
    ("ended", "found"),
    [
        (Elsewhere(ALICE), {1, 2, 3}),
        (Elsewhere(ALICE, ONE), {1, 3}),
        (Elsewhere(BOB, ONE), {1}),
        (Elsewhere(b"?" * 32, TWO), {2}),
        (Elsewhere(b"?" * 32), set()),
    ],
)
def test_sessions_are_found_by_where_they_began(database: Database, ended: Elsewhere, found: set[int]) -> None:
    with database.reading() as connection:
        told = SqlSignInWork(connection, None).elsewhere(ended)
    assert {one.id.int for one in told} == found
    assert all(one in BEGAN for one in told)


def test_where_a_session_began_does_not_show_when_it_is_printed() -> None:
    assert repr(ALICE) not in repr(replace(BEGAN[0], digest=b""))


def test_a_token_is_spent_once_and_forgotten_when_its_time_is_over(database: Database) -> None:
    with database.writing() as connection:
        work = SqlSignInWork(connection, None)
        assert [work.spend_token(ONE, minutes(3)) for _ in range(2)] == [True, False]
    for at, again in ((minutes(2), False), (minutes(3), True)):
        with database.writing() as connection:
            tidy(connection, SessionRules(), at)
            assert SqlSignInWork(connection, None).spend_token(ONE, minutes(3)) is again
