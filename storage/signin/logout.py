"""Judging logout tokens, as OpenID Connect Back-Channel Logout 1.0, section 2.6, says."""

from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.errors import ClaimError, ExpiredTokenError
from joserfc.jwt import JWTClaimsRegistry, Token

from cases.errors import LogoutRefused
from cases.ports_signin import SignedOut
from cases.sessions import NotOut
from storage.signin.judging import LEEWAY, UNREADABLE, type_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt", "jwt", "")
LONGEST = timedelta(days=1)
"""For how long a token may be good: it is remembered until then, so that it is used once."""

_OF_CLAIM = {"iss": NotOut.ISSUER, "aud": NotOut.AUDIENCE}


def judged(token: Token, wanted: JWTClaimsRegistry, at: datetime) -> SignedOut:
    """What a token says whose signature is good. Raises LogoutRefused."""
    claims = token.claims
    if type_of(token.header) not in TYPES:
        raise LogoutRefused(NotOut.TYPE)
    try:
        wanted.validate(claims)
    except ExpiredTokenError as error:
        raise LogoutRefused(NotOut.EXPIRED) from error
    except ClaimError as error:
        raise LogoutRefused(_OF_CLAIM.get(error.claim, NotOut.CLAIMS)) from error
    except UNREADABLE as error:
        raise LogoutRefused(NotOut.CLAIMS) from error
    if claims["exp"] > (at + LONGEST).timestamp() or not claims["jti"]:
        raise LogoutRefused(NotOut.CLAIMS)
    _must_say_so(claims)
    until = datetime.fromtimestamp(int(claims["exp"]) + LEEWAY + 1, UTC)
    issuer, whose, which = claims["iss"], claims.get("sub") or "", claims.get("sid") or ""
    return SignedOut(named(issuer, whose), named(issuer, which), named(issuer, claims["jti"]), until)


def _must_say_so(claims: dict[str, Any]) -> None:
    """That it is a logout and of whom. An ID token says no such event; a logout token has no nonce, to be none."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LogoutRefused(NotOut.EVENTS)
    if "nonce" in claims:
        raise LogoutRefused(NotOut.NONCE)
    told = [claims[name] for name in ("sub", "sid") if name in claims]
    if not any(told) or not all(isinstance(one, str) for one in told):
        raise LogoutRefused(NotOut.NOBODY)


def named(issuer: str, name: object) -> str:
    """A provider's name for something, such as no other provider gives; empty for none."""
    return f"{issuer} {name}" if isinstance(name, str) and name else ""
