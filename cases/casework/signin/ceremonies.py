"""Proofs under way: begun on one page, finished on the next, in the same browser, once, within ten minutes."""

from dataclasses import dataclass, field
from datetime import datetime

from cases.casework.signin.noting import digest_of, new_secret
from cases.casework.signin.sessions import SignedIn
from cases.ports import Desk
from cases.ports_signin import Challenge, Purpose
from cases.sessions import Method, Session, Why, refused


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is to hold until the proof is finished (`secret`), and what it does with it: an address to go
    to, or options for its authenticator as JSON.
    """

    secret: str = field(repr=False)
    what: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Who is signed in now, and the page they wanted."""

    who: SignedIn
    then: str


def begin(
    desk: Desk, method: Method, purpose: Purpose, at: datetime, then: str = "", session: Session | None = None
) -> str:
    """Begin a proof; the secret its browser holds."""
    secret = new_secret()
    bound = session.id if session else None
    challenge = Challenge(digest_of(secret), method, purpose, bound, then, at + desk.signin.rules.ceremony)
    with desk.signin.work() as work:
        work.keep_challenge(challenge)
    return secret


def take(
    desk: Desk, secret: str, method: Method, purposes: tuple[Purpose, ...], at: datetime, who: SignedIn | None = None
) -> Challenge:
    """The proof this browser began, which is over now. Raises SignInRefused for one of another kind or session."""
    with desk.signin.work() as work:
        challenge = work.take_challenge(digest_of(secret), at) if secret else None
    if challenge is None or challenge.method != method or challenge.purpose not in purposes:
        raise refused(Why.CEREMONY)
    if who is not None and challenge.session != who.session.id:
        raise refused(Why.CEREMONY)
    return challenge
