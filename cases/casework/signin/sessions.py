"""Sessions: begun by a proof, found by a secret, changed, listed, ended. The directory is asked at every request."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from cases.casework.signin.noting import by_operator, digest_of, new_secret, of_person, refuse
from cases.directory import Person, one_spelling
from cases.errors import NotPermitted, SignInNeeded, StepUpNeeded
from cases.ledger import Entry
from cases.people import Role
from cases.ports import Desk
from cases.ports_signin import SignInWork
from cases.sessions import (
    Elsewhere,
    Method,
    Session,
    Shown,
    Why,
    changed,
    first_role,
    in_use,
    is_fresh,
    is_over,
    must_rotate,
    must_touch,
    roles_within,
    what_is_shown,
)
from cases.sight import Actor

SIGNED_OUT = "You are not signed in, or not any more. Sign in, and try again."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who holds a session now. `secret` is set when they are to hold another one from now on."""

    session: Session
    person: Person
    roles: frozenset[Role]
    secret: str = field(default="", repr=False)

    @property
    def actor(self) -> Actor:
        return Actor(self.session.person, self.session.role)


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody showed: how, when they proved it, and what it narrows their roles to."""

    method: Method
    at: datetime | None
    within: frozenset[Role] | None = None
    wanted: Role | None = None
    elsewhere: Elsewhere | None = None


def begin_session(work: SignInWork, person: Person, proof: Proof, at: datetime, old: Session | None = None) -> SignedIn:
    """A new session under a secret of its own, within a transaction; the `old` one of that browser ends.

    Raises SignInRefused when no role is left; so ask `first_role` before the transaction.
    """
    roles = roles_within(person.roles, proof.within)
    role, secret = first_role(roles, proof.wanted), new_secret()
    session = Session(
        *(uuid4(), digest_of(secret), person.staff_number, role, proof.within, proof.method, at, at, at, proof.at),
        elsewhere=proof.elsewhere,
    )
    if old is not None:
        work.end(old.id, of_person(old.person, old.role, at, "signed_out", method=str(old.method)))
    work.begin(session, of_person(session.person, role, at, "signed_in", method=str(proof.method)))
    return SignedIn(session, person, roles, secret)


def session_held(desk: Desk, secret: str) -> Session | None:
    """The session a browser shows the secret of, over or not."""
    return desk.signin.lookup.session(digest_of(secret)) if secret else None


def sign_in(desk: Desk, person: Person | None, proof: Proof, at: datetime, old: Session | None = None) -> SignedIn:
    """A session for whoever proved who they are. Raises SignInRefused, with an entry where the person is known."""
    if person is None:
        refuse(desk, Why.UNKNOWN_PERSON, proof.method, at)
    must_have_role(desk, person, proof, at)
    with desk.signin.work() as work:
        return begin_session(work, person, proof, at, old)


def must_have_role(desk: Desk, person: Person, proof: Proof, at: datetime) -> None:
    """Raises SignInRefused, with an entry, when a proof opens no role of the directory."""
    roles = roles_within(person.roles, proof.within)
    if not roles or (proof.wanted is not None and proof.wanted not in roles):
        refuse(desk, Why.NO_ROLE, proof.method, at, person.staff_number, proof.wanted)


def session_of(desk: Desk, secret: str, at: datetime) -> SignedIn:
    """Whose session this secret opens. Raises SignInNeeded.

    A person or a role taken away ends it. In use it is given a new secret from time to time (`SignedIn.secret`).
    """
    digest = digest_of(secret)
    session = desk.signin.lookup.session(digest)
    if session is None:
        raise SignInNeeded(SIGNED_OUT)
    person, rules = desk.lookup.directory().person(session.person), desk.signin.rules
    if is_over(session, rules, at):
        _end(desk, session, at, "")
    shown = what_is_shown(session, digest, at)
    if shown is Shown.STOLEN:
        _end(desk, session, at, "session_reused")
    roles = roles_within(person.roles, session.within) if person else frozenset()
    if person is None or session.role not in roles:
        _end(desk, session, at, "session_lost_its_role")
    return _used(desk, SignedIn(session, person, roles), shown, at)


def _end(desk: Desk, session: Session, at: datetime, action: str) -> NoReturn:
    with desk.signin.work() as work:
        noted = of_person(session.person, session.role, at, action, method=str(session.method)) if action else None
        work.end(session.id, noted)
    raise SignInNeeded(SIGNED_OUT)


def _used(desk: Desk, who: SignedIn, shown: Shown, at: datetime) -> SignedIn:
    """Write down the use, if it is time to; a new secret if it is time for one and nobody else was quicker."""
    session, rules = who.session, desk.signin.rules
    if shown is Shown.CURRENT and must_rotate(session, rules, at):
        secret = new_secret()
        fresh = in_use(session, digest_of(secret), rules, at)
        with desk.signin.work() as work:
            if work.change(fresh, session.digest):
                return replace(who, session=fresh, secret=secret)
    elif must_touch(session, rules, at):
        with desk.signin.work() as work:
            work.touch(session.id, at)
    return who


def change_role(desk: Desk, who: SignedIn, role: Role, at: datetime) -> SignedIn:
    """Act in another role of one's own from now on. Raises NotPermitted, or SignInNeeded when it ended meanwhile."""
    if role not in who.roles:
        raise NotPermitted("This is no role of yours.")
    noted = of_person(who.session.person, role, at, "role_changed", who.session.role, before=str(who.session.role))
    return _changed(desk, who, at, noted, role=role)


def prove_again(
    desk: Desk, who: SignedIn, method: Method, proved_at: datetime, at: datetime, elsewhere: Elsewhere | None = None
) -> SignedIn:
    """The session of somebody who has just proved again who they are. Raises SignInNeeded when it ended meanwhile.

    A new proof at the provider may have been a new session there: then the one here ends with that one.
    """
    noted = of_person(who.session.person, who.session.role, at, "stepped_up", method=str(method))
    stands_on = elsewhere if who.session.method is Method.PROVIDER and elsewhere else who.session.elsewhere
    return _changed(desk, who, at, noted, proved_at=proved_at, elsewhere=stands_on)


def _changed(desk: Desk, who: SignedIn, at: datetime, noted: Entry, **what: Any) -> SignedIn:
    secret = new_secret()
    session = changed(who.session, digest_of(secret), at, **what)
    with desk.signin.work() as work:
        if not work.change(session, who.session.digest, noted):
            raise SignInNeeded(SIGNED_OUT)
    return replace(who, session=session, secret=secret)


def must_be_fresh(desk: Desk, who: SignedIn, at: datetime) -> None:
    """Raises StepUpNeeded unless the holder proved lately who they are."""
    if not is_fresh(who.session.proved_at, desk.signin.rules, at):
        raise StepUpNeeded(desk.signin.rules.fresh)


def end_session(desk: Desk, who: SignedIn, at: datetime) -> None:
    """Sign out."""
    session = who.session
    with desk.signin.work() as work:
        work.end(session.id, of_person(session.person, session.role, at, "signed_out", method=str(session.method)))


def list_sessions(desk: Desk, person: str, at: datetime) -> Sequence[Session]:
    """The sessions of a person that are not over, the youngest first."""
    found = desk.signin.lookup.sessions_of(one_spelling(person))
    return [one for one in found if not is_over(one, desk.signin.rules, at)]


def revoke_own(desk: Desk, who: SignedIn, at: datetime, only: UUID | None = None) -> int:
    """End one session of one's own, or all of them, this one included; how many that were."""
    person, role = who.session.person, who.session.role
    with desk.signin.work() as work:
        return work.end_all(person, of_person(person, role, at, "sessions_revoked"), only)


def revoke_sessions(desk: Desk, person: str, at: datetime, by: Actor | None = None) -> int:
    """End every session of a person, by an administrator or at the command line; how many that were."""
    person = one_spelling(person)
    noted = by_operator(at, "sessions_revoked", by, person=person)
    with desk.signin.work() as work:
        return work.end_all(person, noted, None)
