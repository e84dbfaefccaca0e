"""An identity provider: OpenID Connect Core 1.0 (code flow, PKCE S256, nonce), RFC 9207, access tokens of RFC 9068.

Tokens are judged by the library `joserfc`, requests are made by Authlib's client. Only asymmetric signatures of the
list below count, by keys the provider publishes; a withdrawn key is honoured ten minutes longer at most.
"""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from cases.errors import ProviderUnavailable, SignInNeeded
from cases.ports_signin import Vouched
from cases.sessions import Why, refused
from storage.signin.fetched import Fetched
from storage.signin.settings import ProviderSettings, is_loopback

LOG = logging.getLogger("rule12.provider")
ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "RS256", "PS256")
KEY_TYPES: Mapping[str, Any] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
SHORTEST_MODULUS = 342  # base64url characters of 2048 bits
ACCESS_TOKEN_TYPES = ("at+jwt", "application/at+jwt")
LEEWAY = 60  # seconds by which clocks may differ
TIMEOUT = (3.05, 5.0)  # seconds to connect, and between two pieces of an answer
DISCOVERY_KEPT, KEYS_KEPT = timedelta(hours=1), timedelta(minutes=10)
DOES_NOT_ANSWER = "The identity provider does not answer. Try again in a minute."
NO_TOKEN = "This token is expired, meant for somebody else, or not signed by the identity provider. Get a new one."  # noqa: S105
UNREADABLE = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Discovered:
    """What of the provider's discovery document is used."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    names_itself: bool
    secret_in_body: bool


class Registry(JWSRegistry):
    """The algorithms of the list. Providers still write `EdDSA`; the library would warn of that name (RFC 9864)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class OpenIdProvider:
    """One provider, asked in the name of this desk; `callback` is where it sends browsers back to."""

    def __init__(self, settings: ProviderSettings, callback: str) -> None:
        self._settings, self._callback = settings, callback
        self._discovery = Fetched(self._discover, DISCOVERY_KEPT)
        self._keys = Fetched(lambda at: _published(_get(self._discovery.get(at).keys)), KEYS_KEPT)

    def address(self, state: str, nonce: str, verifier: str, at: datetime, *, anew: bool) -> str:
        """The authorization request. `anew`: `max_age=0`, so the provider asks for a proof and tells its time."""
        more: dict[str, Any] = {"prompt": "login", "max_age": 0} if anew else {}
        endpoint = self._discovery.get(at).authorization
        with self._client(at) as client:
            address, _ = client.create_authorization_url(
                endpoint, state=state, code_verifier=verifier, nonce=nonce, **more
            )
        return str(address)

    def redeem(self, answer: Mapping[str, str], nonce: str, verifier: str, at: datetime) -> Vouched:
        """Whom the answer's code stands for. Raises SignInRefused or ProviderUnavailable.

        The issuer in the answer comes first (RFC 9207): an answer of another provider tells nothing, not even a fault.
        """
        place = self._discovery.get(at)
        named = answer.get("iss")
        if named != self._settings.issuer and (named is not None or place.names_itself):
            raise refused(Why.PROVIDER)
        if "error" in answer or not answer.get("code"):
            raise refused(Why.PROVIDER)
        told = self._tokens(place, answer["code"], verifier, at)
        claims = dict(self.id_token(str(told.get("id_token", "")), nonce, at))
        wanted = (self._settings.person_claim, self._settings.groups_claim)
        if place.userinfo and not all(name in claims for name in wanted):
            claims = self._more_of(place.userinfo, str(told.get("access_token", "")), claims) | claims
        return self._vouched(claims, at)

    def id_token(self, token: str, nonce: str, at: datetime) -> Claims:
        """The claims of an ID token for this desk and this sign-in. Raises SignInRefused or ProviderUnavailable."""
        client, registry = self._settings.client_id, self._registry(at, self._settings.client_id, "sub")
        try:
            found = self._decoded(token, at)
            registry.validate(found.claims)
        except UNREADABLE as error:
            raise refused(Why.PROVIDER) from error
        claims = found.claims
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        is_ours = claims.get("azp", client if len(parties) == 1 else None) == client
        same = hmac.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), nonce.encode())
        if not (is_ours and same) or _type_of(found.header) in ACCESS_TOKEN_TYPES:
            raise refused(Why.PROVIDER)
        return claims

    def bearer(self, token: str, at: datetime) -> Vouched:
        """Whom an access token is for. Raises SignInNeeded or ProviderUnavailable."""
        if self._settings.audience is None:
            raise SignInNeeded("Tokens of the identity provider are not accepted here.")
        registry = self._registry(at, self._settings.audience, "sub", "client_id", "jti")
        try:
            found = self._decoded(token, at)
            registry.validate(found.claims)
        except UNREADABLE as error:
            raise SignInNeeded(NO_TOKEN) from error
        if _type_of(found.header) not in ACCESS_TOKEN_TYPES:
            raise SignInNeeded(NO_TOKEN)
        return self._vouched(found.claims, at)

    def _registry(self, at: datetime, audience: str, *more: str) -> JWTClaimsRegistry:
        return JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": audience},
            **dict.fromkeys(("exp", "iat", *more), ClaimsOption(essential=True)),
        )

    def _decoded(self, token: str, at: datetime) -> jwt.Token:
        """A token whose signature is good. A key that nobody knows yet is asked for, once a minute at most."""
        registry = Registry(strict_check_header=False)
        try:
            return jwt.decode(token, self._keys.get(at), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(token, self._keys.get(at, anew=True), registry=registry)

    def _vouched(self, claims: Claims, at: datetime) -> Vouched:
        number, groups = claims.get(self._settings.person_claim), claims.get(self._settings.groups_claim)
        email = claims.get("email") if claims.get("email_verified") is True else ""
        if isinstance(groups, str):
            groups = [groups]
        proved = claims.get("auth_time")
        known = isinstance(proved, int | float) and not isinstance(proved, bool) and 0 <= proved <= 2**40
        return Vouched(
            str(number).strip() if isinstance(number, str | int) and not isinstance(number, bool) else "",
            email if isinstance(email, str) else "",
            frozenset(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else None,
            min(datetime.fromtimestamp(float(proved), UTC), at) if known and proved is not None else None,
        )

    def _tokens(self, place: Discovered, code: str, verifier: str, at: datetime) -> Mapping[str, Any]:
        def asked() -> Mapping[str, Any]:
            with self._client(at) as client:
                told: Mapping[str, Any] = client.fetch_token(
                    place.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            return told

        try:
            return _answered(asked)
        except AuthlibBaseError as error:
            LOG.warning("the identity provider refused a code: %s", _word(error.error))
            raise refused(Why.PROVIDER) from error

    def _more_of(self, address: str, token: str, claims: Claims) -> dict[str, Any]:
        """What the provider tells beside the ID token, if it speaks of the same person (OpenID Connect Core 5.3.2)."""
        told = _get(address, {"Authorization": f"Bearer {token}"})
        if told.get("sub") != claims["sub"]:
            raise refused(Why.PROVIDER)
        return dict(told)

    def _client(self, at: datetime) -> Any:
        secret = self._settings.client_secret
        method = "client_secret_post" if self._discovery.get(at).secret_in_body else "client_secret_basic"
        return OAuth2Session(
            self._settings.client_id,
            secret,
            token_endpoint_auth_method=method if secret else "none",
            scope=self._settings.scope,
            redirect_uri=self._callback,
            code_challenge_method="S256",
            default_timeout=TIMEOUT,
        )

    def _discover(self, _at: datetime) -> Discovered:
        told = _get(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self._settings.issuer:
            LOG.error("the discovery document names another issuer than RULE12_OIDC_ISSUER; sign-in is off")
            raise ProviderUnavailable("The identity provider is not set up rightly. Tell your administrator.")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Discovered(
            _endpoint(told.get("authorization_endpoint")),
            _endpoint(told.get("token_endpoint")),
            _endpoint(told.get("jwks_uri")),
            _endpoint(told["userinfo_endpoint"]) if told.get("userinfo_endpoint") else None,
            told.get("authorization_response_iss_parameter_supported") is True,
            "client_secret_basic" not in methods,
        )


def _get(address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """A JSON object of the provider. Raises ProviderUnavailable."""

    def asked() -> Mapping[str, Any]:
        answer = requests.get(address, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
        if not isinstance(told, dict):
            raise ValueError  # noqa: TRY004 - as the parser says it of what is no JSON
        return told

    return _answered(asked)


def _answered(ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the provider answers. Raises ProviderUnavailable for no answer, a broken one, or one of another kind."""
    try:
        return ask()
    except (requests.RequestException, ValueError) as error:
        LOG.warning("the identity provider does not answer: %s", type(error).__name__)
        raise ProviderUnavailable(DOES_NOT_ANSWER) from error


def _published(told: Mapping[str, Any]) -> KeySet:
    """Keys good for checking signatures; others, and such as nobody can read, are passed over (RFC 7517, 5)."""
    found = []
    for one in told.get("keys", ()):
        kind = KEY_TYPES.get(str(one.get("kty"))) if isinstance(one, dict) and one.get("use", "sig") == "sig" else None
        if kind is None or (kind is RSAKey and len(str(one.get("n"))) < SHORTEST_MODULUS):
            continue
        try:
            found.append(kind.import_key(one))
        except UNREADABLE:
            LOG.warning("a key of the identity provider cannot be read and is passed over")
    return KeySet(found)


def _type_of(header: Mapping[str, Any]) -> str:
    return str(header.get("typ", "")).lower()


def _endpoint(address: Any) -> str:
    """An address of the discovery document. Raises ProviderUnavailable for one that is not safe to send secrets to."""
    parts = urlsplit(address) if isinstance(address, str) else None
    safe = parts is not None and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )
    if not safe:
        LOG.error("the discovery document names an address that is no https address; sign-in is off")
        raise ProviderUnavailable("The identity provider is not set up rightly. Tell your administrator.")
    return str(address)


def _word(text: Any) -> str:
    """A slug of somebody else's, fit for a log."""
    return "".join(one for one in str(text)[:40] if one.isalnum() or one in "_-")
