"""Signing in through a real identity provider, and its access tokens at the API."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from cases.casework.signin import provider as verbs
from cases.casework.signin.links import redeem_link, start_link
from cases.casework.signin.sessions import session_of
from cases.errors import SignInNeeded, SignInRefused
from cases.people import Role
from tests.api.browsing import Browser
from tests.api.conftest import NO_CASE, PREFIX, REASON, Caller, Office, Tokens
from tests.api.vouched import CALLBACK, FROM_ELSEWHERE, come_in, through, vouched_offices
from tests.idp import ALICE, AUDIENCE, IdentityProvider, identity_provider


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    with identity_provider(CALLBACK) as running:
        yield running


@pytest.fixture
def alice(idp: IdentityProvider) -> IdentityProvider:
    """The provider, signing in S0012 of intake."""
    idp.be(**ALICE)
    return idp


@pytest.fixture
def make_office(
    tmp_path: Path, template: tuple[Path, Tokens], idp: IdentityProvider
) -> Iterator[Callable[..., Office]]:
    """A desk that this provider vouches for; S0012 holds two roles in its directory."""
    with vouched_offices(tmp_path, template, idp) as make:
        yield make


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture
def narrowing(make_office: Callable[..., Office], tmp_path: Path) -> Office:
    """The same, where groups of the provider say which of their roles people may take."""
    return make_office(OIDC_ROLES=str(tmp_path / "roles.toml"))


def asked(browser: Browser) -> dict[str, str]:
    """What the browser is sent to the provider with."""
    address = browser.open("/desk/sign-in/oidc/start").headers["Location"]
    return dict(parse_qsl(urlsplit(address).query))


def test_somebody_the_provider_vouches_for_is_signed_in_by_one_hop(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    page = come_in(browser, "/desk/sessions")
    assert 'http-equiv="refresh" content="0; url=/desk/sessions"' in page
    assert "identity provider" in browser.open("/desk/sessions").text
    assert len(browser.secret()) == 43
    assert browser.client.get_cookie("rule12-state") is None


def test_the_provider_is_asked_with_pkce_state_and_nonce_each_new(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    first, second = asked(browser), asked(browser)
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43
        assert first[name] != second[name]
    assert len({first["state"], first["nonce"], first["code_challenge"]}) == 3
    assert (first["code_challenge_method"], first["response_type"], first["redirect_uri"]) == ("S256", "code", CALLBACK)
    assert first["scope"] == "openid profile email"


def test_the_state_cookie_is_short_lived_and_comes_back_from_another_site(office: Office, alice: object) -> None:
    answer = Browser(office.app).open("/desk/sign-in/oidc/start")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *rules = cookie.split("; ")
    assert name.startswith("rule12-state=")
    assert {rule for rule in rules if "Expires" not in rule} == {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"}


def test_a_code_is_good_once_and_so_is_what_the_browser_holds(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    start = browser.open("/desk/sign-in/oidc/start")
    held = browser.client.get_cookie("rule12-state")
    assert held
    back = through(start.headers["Location"])
    assert browser.open(back).status_code == 200
    for thief in (browser, Browser(office.app)):
        thief.client.set_cookie("rule12-state", held.value)
        answer = thief.open(back)
        assert (answer.status_code, 'data-problem="sign-in-refused"' in answer.text) == (403, True)


def test_a_code_somebody_else_got_signs_nobody_in(office: Office, alice: IdentityProvider) -> None:
    """Login CSRF and code injection: the state is of another browser, or the code was asked for with its verifier."""
    attacker, victim = Browser(office.app), Browser(office.app)
    theirs = through(attacker.open("/desk/sign-in/oidc/start").headers["Location"])
    assert victim.open(theirs).status_code == 403, "a browser that began nothing"
    mine = dict(parse_qsl(urlsplit(through(victim.open("/desk/sign-in/oidc/start").headers["Location"])).query))
    stolen = dict(parse_qsl(urlsplit(theirs).query))
    assert victim.open(theirs).status_code == 403, "the state of another browser"
    victim.open("/desk/sign-in/oidc/start")
    assert victim.open(f"/desk/sign-in/oidc/callback?{urlencode(mine | {'code': stolen['code']})}").status_code == 403
    assert victim.secret() == ""


def test_a_stolen_code_with_a_state_of_ones_own_fails_at_the_provider(office: Office, alice: IdentityProvider) -> None:
    """PKCE: the verifier is derived from what the browser holds that asked for the code."""
    desk, now = office.desk, datetime.now(UTC)
    first, second = (verbs.begin_provider_sign_in(desk, "", now) for _ in range(2))
    stolen = dict(parse_qsl(urlsplit(through(first.what)).query))
    own = dict(parse_qsl(urlsplit(second.what).query))
    with pytest.raises(SignInRefused) as refused:
        verbs.finish_provider_sign_in(desk, second.secret, stolen | {"state": own["state"]}, now)
    assert refused.value.why == "provider"


def test_an_answer_of_another_provider_is_not_even_read(office: Office, alice: IdentityProvider) -> None:
    desk, now = office.desk, datetime.now(UTC)
    for iss in ("https://evil.example", "", None):
        begun = verbs.begin_provider_sign_in(desk, "", now)
        answer = dict(parse_qsl(urlsplit(through(begun.what)).query))
        answer = {name: value for name, value in (answer | {"iss": iss}).items() if value is not None}
        with pytest.raises(SignInRefused):
            verbs.finish_provider_sign_in(desk, begun.secret, answer, now)


def test_a_sign_in_that_took_more_than_ten_minutes_is_begun_anew(office: Office, alice: IdentityProvider) -> None:
    desk, now = office.desk, datetime.now(UTC)
    begun = verbs.begin_provider_sign_in(desk, "", now)
    answer = dict(parse_qsl(urlsplit(through(begun.what)).query))
    with pytest.raises(SignInRefused) as refused:
        verbs.finish_provider_sign_in(desk, begun.secret, answer, now + timedelta(minutes=10))
    assert refused.value.why == "ceremony"


def test_a_denial_at_the_provider_is_told_and_nothing_of_it_is_shown(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    state = asked(browser)["state"]
    query = {"error": "access_denied", "error_description": "<b>hello</b>", "state": state, "iss": alice.issuer}
    answer = browser.open(f"/desk/sign-in/oidc/callback?{urlencode(query)}")
    assert (answer.status_code, "hello" in answer.text) == (403, False)


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        ({"staff_number": "S9999"}, "The directory does not know you."),
        ({"staff_number": "S0102"}, "You hold no role here."),
        ({"email": "c0012@agency.example", "email_verified": False}, "The directory does not know you."),
        ({"sub": "S0012"}, "The directory does not know you."),
    ],
)
def test_whom_the_directory_does_not_know_or_gives_no_role_stays_outside(
    office: Office, idp: IdentityProvider, account: dict[str, str], sentence: str
) -> None:
    idp.be(**account)
    browser = Browser(office.app)
    assert sentence in come_in(browser)
    assert browser.secret() == ""


def test_without_a_number_a_verified_address_leads_to_the_person(office: Office, idp: IdentityProvider) -> None:
    idp.be(email="C0012@Agency.example", email_verified=True)
    browser = Browser(office.app)
    come_in(browser)
    assert "Good to see you, Colleague 0012" in browser.open("/desk/").text


def test_claims_may_come_in_the_id_token_itself(make_office: Callable[..., Office]) -> None:
    with identity_provider(CALLBACK, plain_id_tokens=True) as own:
        own.be(**ALICE)
        browser = Browser(make_office(own).app)
        come_in(browser)
        assert "Good to see you, Colleague 0012" in browser.open("/desk/").text


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        (["desk-intake"], {"intake"}),
        (["desk-all", "canteen"], {"intake", "investigator"}),
        (["canteen"], set()),
        ([], set()),
        (None, set()),
    ],
)
def test_groups_narrow_the_roles_of_the_directory_and_never_widen_them(
    narrowing: Office, idp: IdentityProvider, groups: list[str] | None, roles: set[str]
) -> None:
    idp.be(**ALICE | {"groups": groups})
    browser = Browser(narrowing.app)
    page = come_in(browser)
    if not roles:
        assert "You hold no role here." in page
        return
    offered = set(re.findall(r'<option value="(\w+)"', browser.open("/desk/").text))
    assert offered == (roles if len(roles) > 1 else set())


def test_proving_again_asks_the_provider_for_a_new_proof(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    come_in(browser)
    before = browser.secret()
    address = browser.open("/desk/step-up/oidc?next=/desk/passkeys").headers["Location"]
    query = dict(parse_qsl(urlsplit(address).query))
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    browser.client.delete_cookie("rule12")
    page = browser.open(through(address), **FROM_ELSEWHERE)
    assert 'content="0; url=/desk/passkeys"' in page.text
    assert browser.secret() not in {"", before}
    with pytest.raises(SignInNeeded):
        session_of(office.desk, before, datetime.now(UTC))


def test_somebody_else_at_the_provider_proves_nothing_for_a_session(office: Office, alice: IdentityProvider) -> None:
    browser = Browser(office.app)
    come_in(browser)
    address = browser.open("/desk/step-up/oidc").headers["Location"]
    alice.be(staff_number="S0014")
    assert "Somebody else proved who they are." in browser.open(through(address)).text
    assert "Colleague 0012" in browser.open("/desk/").text


def test_an_old_proof_at_the_provider_does_not_count_as_a_new_one(office: Office, alice: IdentityProvider) -> None:
    """The provider was asked to prove anew, and answered with a proof of before."""
    desk, now = office.desk, datetime.now(UTC)
    link = start_link(desk, "S0012", Role.INTAKE, 5, now).address.partition("=")[2]
    who = redeem_link(desk, link, now)
    begun = verbs.begin_provider_step_up(desk, who, "", now + timedelta(minutes=5))
    answer = dict(parse_qsl(urlsplit(through(begun.what)).query))
    with pytest.raises(SignInRefused) as refused:
        verbs.finish_provider_sign_in(desk, begun.secret, answer, now + timedelta(minutes=5))
    assert refused.value.why == "provider"


def test_with_a_provider_passkeys_are_off_unless_they_are_wanted(
    office: Office, make_office: Callable[..., Office]
) -> None:
    assert "passkey" not in Browser(office.app).open("/desk/sign-in").text
    assert "passkey" in Browser(make_office(PASSKEYS="yes").app).open("/desk/sign-in").text


def test_while_the_provider_is_down_pages_and_api_say_so_and_when_to_come_back(
    make_office: Callable[..., Office],
) -> None:
    with identity_provider(CALLBACK) as own:
        office, token = make_office(own), own.access_token(datetime.now(UTC))
        own.order("be", down=True)
        page = Browser(office.app).open("/desk/sign-in/oidc/start")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
        answer = office.caller(f"Bearer {token}").get(f"{PREFIX}/cases")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert answer.json["type"].endswith("provider-unavailable")
        assert office.as_(Role.INTAKE).get(f"{PREFIX}/cases").status_code == 200


def bearer(office: Office, idp: IdentityProvider, **claims: object) -> Caller:
    return office.caller(f"Bearer {idp.access_token(datetime.now(UTC), **claims)}")


def test_an_access_token_acts_in_one_role_and_says_which_when_it_has_several(
    office: Office, alice: IdentityProvider
) -> None:
    caller = bearer(office, alice)
    unsaid = caller.get(f"{PREFIX}/cases")
    assert (unsaid.status_code, unsaid.json["errors"][0]["pointer"]) == (422, "#/headers/Rule12-Role")
    assert "intake, investigator" in unsaid.json["errors"][0]["detail"]
    assert caller.get(f"{PREFIX}/cases", Rule12_Role="intake").status_code == 200
    assert caller.get(f"{PREFIX}/cases", Rule12_Role="investigator").status_code == 200
    assert caller.get(f"{PREFIX}/cases", Rule12_Role="head").status_code == 403
    assert caller.get(f"{PREFIX}/cases", Rule12_Role="king").status_code == 422
    only = bearer(office, alice, staff_number="S0050")
    assert only.get(f"{PREFIX}/audit/entries").status_code == 200
    assert only.get(f"{PREFIX}/cases").status_code == 403


def test_groups_narrow_an_access_token_too(narrowing: Office, alice: IdentityProvider) -> None:
    assert bearer(narrowing, alice).get(f"{PREFIX}/cases").status_code == 200
    assert bearer(narrowing, alice, groups=["canteen"]).get(f"{PREFIX}/cases").status_code == 403


def test_an_access_token_sees_the_cases_of_its_person_alone(office: Office, alice: IdentityProvider) -> None:
    number, _ = office.case()
    caller = bearer(office, alice)
    assert caller.get(f"{PREFIX}/cases/{number}", Rule12_Role="intake").status_code == 200
    assert caller.get(f"{PREFIX}/cases/{number}", Rule12_Role="investigator").status_code == 404
    assert caller.get(f"{PREFIX}/cases/{NO_CASE}", Rule12_Role="intake").status_code == 404


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_700_000_000},
        {"aud": "https://other.example"},
        {"iss": "https://other.example"},
        {"staff_number": "S9999"},
        {"sub": None},
    ],
    ids=["expired", "wrong audience", "wrong issuer", "unknown person", "no subject"],
)
def test_an_access_token_that_is_not_good_is_answered_401(
    office: Office, alice: IdentityProvider, claims: dict[str, object]
) -> None:
    answer = bearer(office, alice, **claims).get(f"{PREFIX}/cases", Rule12_Role="intake")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="rule12"')


def test_alg_none_and_a_foreign_key_are_answered_401(office: Office, alice: IdentityProvider) -> None:
    _, claims, _ = alice.access_token(datetime.now(UTC)).split(".")
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."
    foreign = alice.sign({"aud": AUDIENCE}, {"typ": "at+jwt", "kid": "key-0"}, key="foreign")
    for token in (unsigned, foreign):
        assert office.caller(f"Bearer {token}").get(f"{PREFIX}/cases").status_code == 401


def test_originals_identities_and_erasure_need_a_proof_of_the_last_ten_minutes(
    office: Office, alice: IdentityProvider
) -> None:
    number, receipt = office.case()
    assert office.attach(receipt).status_code == 201
    case = f"{PREFIX}/cases/{number}"
    item = office.as_(Role.INTAKE).read(f"{case}/evidence")[0]["evidence_id"]
    now = int(datetime.now(UTC).timestamp())
    original = f"{case}/evidence/{item}/content"
    for proved in (None, now - 601):
        caller = bearer(office, alice, auth_time=proved)
        asked_for = [
            caller.get(original, Rule12_Role="intake", Reason=REASON),
            caller.get(f"{case}/identity", Rule12_Role="intake"),
            caller.post(f"{case}/moves", {"move": "erase", "reason": "x"}, version=1, Rule12_Role="intake"),
        ]
        for answer in asked_for:
            assert answer.status_code == 401
            assert 'error="insufficient_user_authentication", max_age=600' in answer.headers["WWW-Authenticate"]
        assert caller.get(case, Rule12_Role="intake").status_code == 200
    fresh = bearer(office, alice, auth_time=now - 590)
    assert fresh.get(original, Rule12_Role="intake", Reason=REASON).status_code == 200
    assert office.as_(Role.INTAKE).get(original, Reason=REASON).status_code == 200, "a token of the command line"
