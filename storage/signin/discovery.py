"""What an identity provider says of itself (OpenID Connect Discovery 1.0), and how it is asked for anything."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from cases.errors import ProviderUnavailable
from storage.signin.settings import is_loopback

LOG = logging.getLogger("rule12.provider")
TIMEOUT = (3.05, 5.0)  # seconds to connect, and between two pieces of an answer
DOES_NOT_ANSWER = "The identity provider does not answer. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Discovered:
    """What of the provider's discovery document is used."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    sign_out: str | None
    names_itself: bool
    secret_in_body: bool


def discover(issuer: str) -> Discovered:
    """Ask a provider where it is to be asked. Raises ProviderUnavailable."""
    told = ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != issuer:
        LOG.error("the discovery document names another issuer than RULE12_OIDC_ISSUER; sign-in is off")
        raise ProviderUnavailable("The identity provider is not set up rightly. Tell your administrator.")
    methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Discovered(
        _endpoint(told.get("authorization_endpoint")),
        _endpoint(told.get("token_endpoint")),
        _endpoint(told.get("jwks_uri")),
        _endpoint(told["userinfo_endpoint"]) if told.get("userinfo_endpoint") else None,
        _endpoint(told["end_session_endpoint"]) if told.get("end_session_endpoint") else None,
        told.get("authorization_response_iss_parameter_supported") is True,
        "client_secret_basic" not in methods,
    )


def ask(address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """A JSON object of the provider. Raises ProviderUnavailable."""

    def asked() -> Mapping[str, Any]:
        answer = requests.get(address, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
        if not isinstance(told, dict):
            raise ValueError  # noqa: TRY004 - as the parser says it of what is no JSON
        return told

    return answered(asked)


def answered(act: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the provider answers. Raises ProviderUnavailable for no answer, a broken one, or one of another kind."""
    try:
        return act()
    except (requests.RequestException, ValueError) as error:
        LOG.warning("the identity provider does not answer: %s", type(error).__name__)
        raise ProviderUnavailable(DOES_NOT_ANSWER) from error


def word(text: Any) -> str:
    """A slug of somebody else's, fit for a log."""
    return "".join(one for one in str(text)[:40] if one.isalnum() or one in "_-")


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
