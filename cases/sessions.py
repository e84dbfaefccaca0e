"""Sessions of the pages: how long they last, in which role they act, how lately their holder proved who they are.

A session is found by a secret of its holder, of which only the SHA-256 is kept. The secret changes at sign-in, at a
change of role, whenever the holder proves again who they are, and in use. After a change in use the secret of before
holds for a moment, for requests under way; shown later still, one of its two holders stole it, and the session ends.

The directory decides which roles a person has, at every request; a sign-in can only narrow them (`within`).
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cases.errors import SignInRefused
from cases.people import Role


class Method(StrEnum):
    """How somebody proved who they are."""

    LINK = "link"
    PASSKEY = "passkey"
    PROVIDER = "provider"


class Why(StrEnum):
    """Why a sign-in led nowhere."""

    LINK = "link"
    CEREMONY = "ceremony"
    PASSKEY = "passkey"
    PROVIDER = "provider"
    UNKNOWN_PERSON = "unknown-person"
    NO_ROLE = "no-role"
    OTHER_PERSON = "other-person"
    NOT_OFFERED = "not-offered"


class NotOut(StrEnum):
    """Why a logout token (OpenID Connect Back-Channel Logout 1.0) ended no session."""

    NOT_OFFERED = "not-offered"
    UNAVAILABLE = "unavailable"
    SIGNATURE = "signature"
    TYPE = "type"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    CLAIMS = "claims"
    EVENTS = "events"
    NONCE = "nonce"
    NOBODY = "nobody"
    REPLAYED = "replayed"


SENTENCES: Mapping[Why, str] = MappingProxyType(
    {
        Why.LINK: "This link was used already, is too old, or was mistyped. Ask for a new one.",
        Why.CEREMONY: "This took too long, or was begun in another window. Start again.",
        Why.PASSKEY: "This passkey was not accepted. Use another one, or ask for a link.",
        Why.PROVIDER: "The identity provider did not confirm who you are. Start again.",
        Why.UNKNOWN_PERSON: "The directory does not know you. Ask your administrator.",
        Why.NO_ROLE: "You hold no role here. Ask your administrator.",
        Why.OTHER_PERSON: "Somebody else proved who they are. Sign out first.",
        Why.NOT_OFFERED: "This way of signing in is not offered here.",
    }
)


def refused(why: Why) -> SignInRefused:
    """The refusal in words."""
    return SignInRefused(why, SENTENCES[why])


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long things last. `touch` is how often a use is written down, so `idle` is exact to that."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    rotate: timedelta = timedelta(minutes=15)
    grace: timedelta = timedelta(seconds=30)
    fresh: timedelta = timedelta(minutes=10)
    touch: timedelta = timedelta(minutes=1)
    ceremony: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The session at the identity provider that one here began by: marks of whose it is, and of which one, if told.

    The marks are keyed: the provider's names are kept nowhere, and can still be recognised.
    """

    subject: bytes = field(repr=False)
    session: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `digest` is the SHA-256 of the secret they hold; `previous` of the one before, in use until
    `previous_until`. `proved_at` is when they last proved who they are, if that is known.
    """

    id: UUID
    digest: bytes = field(repr=False)
    person: str
    role: Role
    within: frozenset[Role] | None
    method: Method
    started_at: datetime
    seen_at: datetime
    rotated_at: datetime
    proved_at: datetime | None
    previous: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    elsewhere: Elsewhere | None = None


class Shown(StrEnum):
    """What the secret a caller shows is to a session."""

    CURRENT = "current"
    UNDER_WAY = "under way"
    STOLEN = "stolen"


def is_over(session: Session, rules: SessionRules, at: datetime) -> bool:
    """Whether it was left idle too long, or is as old as a session may get."""
    return at - session.seen_at >= rules.idle or at - session.started_at >= rules.absolute


def what_is_shown(session: Session, digest: bytes, at: datetime) -> Shown:
    """Tell the secret of now from the one before: that one is good for requests under way alone."""
    if hmac.compare_digest(digest, session.digest):
        return Shown.CURRENT
    late = session.previous_until is None or at >= session.previous_until
    return Shown.STOLEN if late else Shown.UNDER_WAY


def is_fresh(proved_at: datetime | None, rules: SessionRules, at: datetime) -> bool:
    """Whether whoever it is proved so lately."""
    return proved_at is not None and at - proved_at < rules.fresh


def must_rotate(session: Session, rules: SessionRules, at: datetime) -> bool:
    return at - session.rotated_at >= rules.rotate


def must_touch(session: Session, rules: SessionRules, at: datetime) -> bool:
    return at - session.seen_at >= rules.touch


def in_use(session: Session, digest: bytes, rules: SessionRules, at: datetime) -> Session:
    """The session after its secret changed in use."""
    return replace(
        session,
        digest=digest,
        previous=session.digest,
        previous_until=at + rules.grace,
        rotated_at=at,
        seen_at=at,
    )


def changed(session: Session, digest: bytes, at: datetime, **what: Any) -> Session:
    """The session after something about it changed: its old secret is good for nothing any more."""
    return replace(session, digest=digest, previous=None, previous_until=None, rotated_at=at, seen_at=at, **what)


def roles_within(held: frozenset[Role], within: frozenset[Role] | None) -> frozenset[Role]:
    """The roles of the directory that a sign-in leaves open."""
    return held if within is None else held & within


def first_role(roles: frozenset[Role], wanted: Role | None = None) -> Role:
    """The role to begin in: the one wanted, or the first in the order of `Role`. Raises SignInRefused for none."""
    if wanted in roles:
        return wanted
    for role in Role:
        if role in roles and wanted is None:
            return role
    raise refused(Why.NO_ROLE)


def roles_of_groups(
    groups: Iterable[str] | None, mapping: Mapping[str, frozenset[Role]] | None
) -> frozenset[Role] | None:
    """What a provider's groups narrow the roles to: nothing where no mapping is set, no role where no group has one."""
    if mapping is None:
        return None
    return frozenset().union(*(mapping.get(group, frozenset()) for group in groups or ()))
