"""Access tokens and ID tokens of a real identity provider: one that is good, and each way not to be."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.errors import ProviderUnavailable, SignInNeeded, SignInRefused
from storage.signin.provider import OpenIdProvider
from storage.signin.settings import ProviderSettings
from tests.idp import AUDIENCE, SECRET, IdentityProvider, identity_provider

CALLBACK = "http://localhost/desk/sign-in/oidc/callback"
NONCE = "n" * 43


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    with identity_provider(CALLBACK) as running:
        yield running


def asking(idp: IdentityProvider, **more: Any) -> OpenIdProvider:
    told = {"client_id": "desk", "client_secret": SECRET, "audience": AUDIENCE, "scope": "openid profile email"}
    return OpenIdProvider(ProviderSettings(idp.issuer, **told | more), CALLBACK)


@pytest.fixture
def ours(idp: IdentityProvider) -> OpenIdProvider:
    return asking(idp)


def now() -> datetime:
    return datetime.now(UTC)


def plain(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def id_token(idp: IdentityProvider, header: dict[str, Any] | None = None, **claims: Any) -> str:
    return idp.access_token(now(), {"typ": "JWT"} | (header or {}), **{"aud": "desk", "nonce": NONCE} | claims)


def test_an_access_token_of_the_provider_tells_who_it_is_for(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    at = now()
    vouched = ours.bearer(idp.access_token(at), at)
    assert (vouched.number, vouched.email, vouched.groups) == ("S0012", "c0012@agency.example", {"desk-intake"})
    assert vouched.proved_at == at.replace(microsecond=0)


def test_an_access_token_the_provider_itself_made_is_taken(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    idp.be(staff_number="S0014", groups=["desk-investigators"])
    vouched = ours.bearer(idp.credentials_token(), now())
    assert (vouched.number, vouched.email, vouched.proved_at) == ("S0014", "", None)


# fmt: off
REFUSED: dict[str, dict[str, Any]] = {
    "expired token":                      {"exp": int(now().timestamp()) - 61},
    "no expiry":                          {"exp": None},
    "an expiry that is none":             {"exp": "tomorrow"},
    "wrong audience":                     {"aud": "https://other.example/api"},
    "no audience":                        {"aud": None},
    "the audience of an ID token":        {"aud": "desk"},
    "wrong issuer":                       {"iss": "http://127.0.0.1:1"},
    "an issuer with a slash more":        {"iss": "/"},
    "no issuer":                          {"iss": None},
    "not valid yet":                      {"nbf": int(now().timestamp()) + 3600},
    "issued in the future":               {"iat": int(now().timestamp()) + 3600},
    "no subject":                         {"sub": None},
    "no client":                          {"client_id": None},
    "no name of its own":                 {"jti": None},
}
HEADERS: dict[str, dict[str, Any]] = {
    "an ID token instead":                {"typ": "JWT"},
    "no type":                            {"typ": ""},
    "a critical extension":               {"crit": ["odd"], "odd": 1},
    "a key nobody knows":                 {"kid": "key-99"},
}
# fmt: on


@pytest.mark.parametrize("claims", REFUSED.values(), ids=REFUSED)
def test_a_token_that_is_not_for_us_now_is_refused(
    idp: IdentityProvider, ours: OpenIdProvider, claims: dict[str, Any]
) -> None:
    if claims.get("iss") == "/":
        claims = {"iss": f"{idp.issuer}/"}
    token = idp.access_token(now(), **claims)
    with pytest.raises(SignInNeeded, match="expired, meant for somebody else, or not signed"):
        ours.bearer(token, now())


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_token_of_another_kind_is_refused(
    idp: IdentityProvider, ours: OpenIdProvider, header: dict[str, Any]
) -> None:
    with pytest.raises(SignInNeeded):
        ours.bearer(idp.access_token(now(), header), now())


def test_clocks_may_differ_by_a_minute(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    at = now()
    token = idp.access_token(at)
    assert ours.bearer(token, at + timedelta(seconds=355)).number == "S0012"
    assert ours.bearer(token, at - timedelta(seconds=55)).number == "S0012"
    for late in (timedelta(seconds=362), -timedelta(seconds=62)):
        with pytest.raises(SignInNeeded):
            ours.bearer(token, at + late)


def test_alg_none_is_refused_in_whatever_spelling(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    _, claims, signature = idp.access_token(now()).split(".")
    for name in ("none", "None", "NONE", "nOnE", ""):
        header = plain(f'{{"alg":"{name}","typ":"at+jwt","kid":"key-0"}}')
        for end in ("", signature):
            with pytest.raises(SignInNeeded):
                ours.bearer(f"{header}.{claims}.{end}", now())


def test_a_public_key_used_as_a_shared_secret_signs_nothing(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    _, claims, signature = idp.access_token(now()).split(".")
    for algorithm in ("HS256", "HS512", "RS1", "ES512", "RSA-OAEP"):
        header = plain(f'{{"alg":"{algorithm}","typ":"at+jwt","kid":"key-0"}}')
        with pytest.raises(SignInNeeded):
            ours.bearer(f"{header}.{claims}.{signature}", now())


def test_a_key_the_token_brings_along_is_not_looked_at(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    foreign = {"jku": "https://evil.example/jwks", "jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}
    with pytest.raises(SignInNeeded):
        ours.bearer(idp.sign({}, {"typ": "at+jwt"} | foreign, key="foreign"), now())


def test_a_token_signed_by_somebody_else_is_refused(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    for header in ({"kid": "key-0"}, {}):
        claims = {"iss": idp.issuer, "aud": AUDIENCE, "sub": "a", "client_id": "b", "jti": "c", "iat": 1, "exp": 2**33}
        with pytest.raises(SignInNeeded):
            ours.bearer(idp.sign(claims, {"typ": "at+jwt"} | header, key="foreign"), now())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(codec="utf-8")) | st.lists(st.binary(max_size=40), min_size=3, max_size=3))
def test_no_text_makes_the_judging_of_tokens_fail_in_any_other_way(
    idp: IdentityProvider, ours: OpenIdProvider, noise: str | list[bytes]
) -> None:
    parts = noise if isinstance(noise, str) else ".".join(plain(part.hex()) for part in noise)
    with pytest.raises(SignInNeeded):
        ours.bearer(parts, now())
    with pytest.raises(SignInRefused):
        ours.id_token(parts, NONCE, now())


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256", "PS256"])
def test_every_algorithm_of_the_list_is_taken(idp: IdentityProvider, algorithm: str) -> None:
    """Each with a key made for it, published beside the one of before."""
    with identity_provider(CALLBACK) as own:
        own.order("rotate", keep=True, algorithm=algorithm)
        assert asking(own).bearer(own.access_token(now()), now()).number == "S0012"


def test_a_new_key_is_fetched_once_a_minute_at_most_and_a_rotated_key_is_refused() -> None:
    with identity_provider(CALLBACK) as own:
        ours, at = asking(own), now()
        old = own.access_token(at, exp=2**33)
        assert ours.bearer(old, at).number == "S0012"
        own.order("rotate", keep=False)
        fresh = own.access_token(at, exp=2**33)
        fetched = own.count("jwks")
        assert ours.bearer(fresh, at + timedelta(minutes=1)).number == "S0012", "its key was not known, so it was asked"
        for _ in range(5):
            with pytest.raises(SignInNeeded):
                ours.bearer(own.access_token(at, {"kid": "key-77"}), at + timedelta(seconds=90))
        assert own.count("jwks") == fetched + 1
        with pytest.raises(SignInNeeded):
            ours.bearer(old, at + timedelta(minutes=2))


def test_a_withdrawn_key_is_honoured_ten_minutes_longer_at_most() -> None:
    with identity_provider(CALLBACK) as own:
        ours, at = asking(own), now()
        old = own.access_token(at, exp=2**33)
        assert ours.bearer(old, at).number == "S0012"
        own.order("rotate", keep=False)
        assert ours.bearer(old, at + timedelta(minutes=9)).number == "S0012"
        with pytest.raises(SignInNeeded):
            ours.bearer(old, at + timedelta(minutes=10))


def test_while_the_provider_is_down_nobody_is_called_a_liar() -> None:
    with identity_provider(CALLBACK) as own:
        at, token = now(), own.access_token(now(), exp=2**33)
        known, unknown = asking(own), asking(own)
        assert known.bearer(token, at).number == "S0012"
        own.order("be", down=True)
        with pytest.raises(ProviderUnavailable):
            unknown.bearer(token, at)
        with pytest.raises(ProviderUnavailable):
            unknown.address("s", "n", "v" * 43, at, anew=False)
        assert known.bearer(token, at + timedelta(minutes=11)).number == "S0012", "with the keys it has"
        with pytest.raises(ProviderUnavailable):
            known.bearer(own.access_token(at, {"kid": "key-77"}), at + timedelta(minutes=12))
        with pytest.raises(ProviderUnavailable):
            known.bearer(token, at + timedelta(minutes=61))
        own.order("be", down=False)
        assert unknown.bearer(token, at + timedelta(seconds=6)).number == "S0012"


def test_a_provider_that_names_another_issuer_is_none() -> None:
    with identity_provider(CALLBACK) as own:
        wrong = OpenIdProvider(ProviderSettings(f"{own.issuer}/", "desk", audience=AUDIENCE), CALLBACK)
        with pytest.raises(ProviderUnavailable, match="not set up rightly"):
            wrong.bearer(own.access_token(now()), now())


def test_without_an_audience_no_access_token_is_taken(idp: IdentityProvider) -> None:
    with pytest.raises(SignInNeeded):
        asking(idp, audience=None).bearer(idp.access_token(now()), now())


def test_an_id_token_is_for_this_desk_and_this_very_sign_in(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    assert ours.id_token(id_token(idp), NONCE, now())["staff_number"] == "S0012"
    assert ours.id_token(id_token(idp, aud=["desk", "other"], azp="desk"), NONCE, now())
    for changed in (
        {"nonce": "m" * 43},
        {"nonce": None},
        {"aud": AUDIENCE},
        {"aud": ["desk", "other"]},
        {"aud": ["desk", "other"], "azp": "other"},
        {"azp": "other"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": int(now().timestamp()) - 61},
        {"sub": None},
    ):
        with pytest.raises(SignInRefused):
            ours.id_token(id_token(idp, **changed), NONCE, now())
    with pytest.raises(SignInRefused):
        ours.id_token(id_token(idp, {"typ": "at+jwt"}), NONCE, now())


def test_an_address_counts_only_when_the_provider_verified_it(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    for verified in (False, None, "true", 1):
        token = idp.access_token(now(), staff_number=None, email_verified=verified)
        assert ours.bearer(token, now()).email == ""
    assert ours.bearer(idp.access_token(now(), staff_number=None), now()).email == "c0012@agency.example"


def test_claims_of_another_shape_are_passed_over(idp: IdentityProvider, ours: OpenIdProvider) -> None:
    odd = idp.access_token(now(), staff_number=["S0012"], email=7, groups={"a": 1}, auth_time="noon")
    vouched = ours.bearer(odd, now())
    assert (vouched.number, vouched.email, vouched.groups, vouched.proved_at) == ("", "", None, None)
    assert ours.bearer(idp.access_token(now(), staff_number=12, groups="one"), now()).groups == {"one"}
    assert ours.bearer(idp.access_token(now(), auth_time=True), now()).proved_at is None
    later = int(now().timestamp()) + 3600
    assert ours.bearer(idp.access_token(now(), auth_time=later), at := now()).proved_at == at


def test_the_claims_read_are_those_of_the_settings(idp: IdentityProvider) -> None:
    ours = asking(idp, person_claim="employee", groups_claim="roles")
    vouched = ours.bearer(idp.access_token(now(), employee="S0014", roles=["x"]), now())
    assert (vouched.number, vouched.groups) == ("S0014", {"x"})
