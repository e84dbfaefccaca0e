"""Which tokens of a provider count: its keys, the algorithms of a list, the claims that must be right (`joserfc`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from storage.signin.discovery import LOG

ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "RS256", "PS256")
KEY_TYPES: Mapping[str, Any] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
SHORTEST_MODULUS = 342  # base64url characters of 2048 bits
LEEWAY = 60  # seconds by which clocks may differ
UNREADABLE = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
Claims = Mapping[str, Any]


class Registry(JWSRegistry):
    """The algorithms of the list. Providers still write `EdDSA`; the library would warn of that name (RFC 9864)."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


def published(told: Mapping[str, Any]) -> KeySet:
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


def claims_for(issuer: str, audience: str, at: datetime, *more: str) -> JWTClaimsRegistry:
    """What every token must claim: this issuer, this audience, to be good now, and whatever else is named."""
    return JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        **dict.fromkeys(("exp", "iat", *more), ClaimsOption(essential=True)),
    )


def type_of(header: Mapping[str, Any]) -> str:
    """What kind of token a header says it is, in small letters; empty where it does not say."""
    return str(header.get("typ", "")).lower().removeprefix("application/")
