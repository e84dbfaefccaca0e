"""An identity provider: OpenID Connect Core 1.0 (code flow, PKCE S256, nonce), RFC 9207, access tokens of RFC 9068,
signing out there (RP-Initiated Logout 1.0) and being told of it (Back-Channel Logout 1.0).

Tokens are judged by the library `joserfc`, requests are made by Authlib's client. Only asymmetric signatures of a list
count, by keys the provider publishes; a withdrawn key is honoured ten minutes longer at most.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwt import JWTClaimsRegistry

from cases.errors import LogoutRefused, ProviderUnavailable, SignInNeeded
from cases.ports_signin import SignedOut, Vouched
from cases.sessions import NotOut, Why, refused
from storage.signin.discovery import LOG, TIMEOUT, Discovered, answered, ask, discover, word
from storage.signin.fetched import Fetched
from storage.signin.judging import UNREADABLE, Claims, Registry, claims_for, published, type_of
from storage.signin.logout import judged, named
from storage.signin.settings import ProviderSettings

ACCESS_TOKEN_TYPES = ("at+jwt",)
DISCOVERY_KEPT, KEYS_KEPT = timedelta(hours=1), timedelta(minutes=10)
NO_TOKEN = "This token is expired, meant for somebody else, or not signed by the identity provider. Get a new one."  # noqa: S105


class OpenIdProvider:
    """One provider, asked in the name of this desk; `callback` is where it sends browsers back to."""

    def __init__(self, settings: ProviderSettings, callback: str) -> None:
        self._settings, self._callback = settings, callback
        self._discovery = Fetched(lambda _: discover(settings.issuer), DISCOVERY_KEPT)
        self._keys = Fetched(lambda at: published(ask(self._discovery.get(at).keys)), KEYS_KEPT)

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
        client, registry = self._settings.client_id, self._claims_for(self._settings.client_id, at, "sub")
        try:
            found = self._decoded(token, at)
            registry.validate(found.claims)
        except UNREADABLE as error:
            raise refused(Why.PROVIDER) from error
        claims = found.claims
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        is_ours = claims.get("azp", client if len(parties) == 1 else None) == client
        same = hmac.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), nonce.encode())
        if not (is_ours and same) or type_of(found.header) in ACCESS_TOKEN_TYPES:
            raise refused(Why.PROVIDER)
        return claims

    def bearer(self, token: str, at: datetime) -> Vouched:
        """Whom an access token is for. Raises SignInNeeded or ProviderUnavailable."""
        if self._settings.audience is None:
            raise SignInNeeded("Tokens of the identity provider are not accepted here.")
        registry = self._claims_for(self._settings.audience, at, "sub", "client_id", "jti")
        try:
            found = self._decoded(token, at)
            registry.validate(found.claims)
        except UNREADABLE as error:
            raise SignInNeeded(NO_TOKEN) from error
        if type_of(found.header) not in ACCESS_TOKEN_TYPES:
            raise SignInNeeded(NO_TOKEN)
        return self._vouched(found.claims, at)

    def sign_out_address(self, state: str, back: str, at: datetime) -> str | None:
        """RP-Initiated Logout 1.0 with `client_id` in the place of an ID token: none is kept that could be shown."""
        endpoint = self._discovery.get(at).sign_out
        asked = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back, "state": state}
        return str(add_params_to_uri(endpoint, asked.items())) if endpoint else None

    def signed_out(self, token: str, at: datetime) -> SignedOut:
        """Who was signed out, as a logout token says. Raises LogoutRefused, also while keys cannot be fetched."""
        try:
            found = self._decoded(token, at)
        except ProviderUnavailable as error:
            raise LogoutRefused(NotOut.UNAVAILABLE) from error
        except UNREADABLE as error:
            raise LogoutRefused(NotOut.SIGNATURE) from error
        return judged(found, self._claims_for(self._settings.client_id, at, "jti"), at)

    def _claims_for(self, audience: str, at: datetime, *more: str) -> JWTClaimsRegistry:
        return claims_for(self._settings.issuer, audience, at, *more)

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
            named(claims["iss"], claims.get("sub")),
            named(claims["iss"], claims.get("sid")),
        )

    def _tokens(self, place: Discovered, code: str, verifier: str, at: datetime) -> Mapping[str, Any]:
        def asked() -> Mapping[str, Any]:
            with self._client(at) as client:
                told: Mapping[str, Any] = client.fetch_token(
                    place.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            return told

        try:
            return answered(asked)
        except AuthlibBaseError as error:
            LOG.warning("the identity provider refused a code: %s", word(error.error))
            raise refused(Why.PROVIDER) from error

    def _more_of(self, address: str, token: str, claims: Claims) -> dict[str, Any]:
        """What the provider tells beside the ID token, if it speaks of the same person (OpenID Connect Core 5.3.2)."""
        told = ask(address, {"Authorization": f"Bearer {token}"})
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
