"""One-time links: made at the command line or by an administrator, handed over in person, good for one sign-in.

Looking at a link uses nothing up: programs that scan mail open every address they find.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.casework.signin.noting import by_operator, digest_of, new_secret, refuse
from cases.casework.signin.sessions import Proof, SignedIn, begin_session, must_have_role, session_held
from cases.directory import Person
from cases.errors import CannotStart
from cases.people import Role
from cases.ports import Desk
from cases.ports_signin import Link
from cases.sessions import Method, Why, refused
from cases.sight import Actor

CODE_PREFIX = "l12_"  # lets secret scanners recognise a leaked link
PAGE = "/desk/sign-in/link"


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A fresh link; its address is shown once and kept nowhere."""

    address: str
    expires_at: datetime


def start_link(desk: Desk, person: str, role: Role, minutes: int, at: datetime, by: Actor | None = None) -> IssuedLink:
    """A link for one person, beginning in one role; by an administrator or at the command line.

    Raises CannotStart when the directory does not give them the role.
    """
    found = desk.lookup.directory().person(person)
    if found is None:
        raise CannotStart(f"The directory has nobody with the number {person}. Import it first, or check the number.")
    if role not in found.roles:
        held = ", ".join(sorted(found.roles)) or "none"
        raise CannotStart(f"The directory does not give {person} the role {role}; it gives: {held}.")
    code = CODE_PREFIX + new_secret()
    link = Link(digest_of(code), found.staff_number, role, at, at + timedelta(minutes=minutes))
    noted = by_operator(at, "link_issued", by, person=found.staff_number, role=str(role))
    with desk.signin.work() as work:
        work.keep_link(link, noted)
    return IssuedLink(f"{desk.signin.public_url}{PAGE}?code={code}", link.expires_at)


def see_link(desk: Desk, code: str, at: datetime) -> tuple[Person, Role]:
    """Whom a link would sign in, and as what; it stays as it is. Raises SignInRefused."""
    link = _good(desk, code, at)
    person = desk.lookup.directory().person(link.person)
    if person is None:
        raise refused(Why.LINK)
    return person, link.role


def redeem_link(desk: Desk, code: str, at: datetime, instead_of: str = "") -> SignedIn:
    """A session for whoever holds an unused link. Raises SignInRefused, with an entry for a link that was good once."""
    link = _good(desk, code, at)
    person = desk.lookup.directory().person(link.person)
    if person is None:
        refuse(desk, Why.UNKNOWN_PERSON, Method.LINK, at, link.person, link.role)
    proof = Proof(Method.LINK, at, wanted=link.role)
    must_have_role(desk, person, proof, at)
    with desk.signin.work() as work:
        if not work.spend_link(link.digest, at):
            raise refused(Why.LINK)
        return begin_session(work, person, proof, at, session_held(desk, instead_of))


def _good(desk: Desk, code: str, at: datetime) -> Link:
    link = desk.signin.lookup.link(digest_of(code))
    if link is None:
        raise refused(Why.LINK)
    if link.used_at is not None or link.expires_at <= at:
        refuse(desk, Why.LINK, Method.LINK, at, link.person, link.role)
    return link
