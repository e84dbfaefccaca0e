"""Who reported: a compartment of its own. Opened through a granted request, for the requester, for a limited time.

Under open consent assigned handlers see it without a request; an anonymous reporter's is never opened. A custodian
who grants works no case they grant for, and never sees it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from cases.case import Case
from cases.complaint import Consent
from cases.errors import ConflictOfInterest, IdentityClosed, MoveNotAllowed, NotPermitted
from cases.people import Role
from cases.sight import Actor

HANDLERS = frozenset({Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE})


class Standing(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    DENIED = "denied"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class IdentityRequest:
    """One person's request to learn who reported. The reasons of both sides are sealed parts."""

    id: UUID
    number: str
    requester: str
    role: Role
    asked_at: datetime
    reason: UUID
    standing: Standing = Standing.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None
    until: datetime | None = None


def ask(
    case: Case, by: Actor, consent: Consent, earlier: Iterable[IdentityRequest], reason: UUID, at: datetime
) -> IdentityRequest:
    """Decide that a request may be put. Raises NotPermitted, IdentityClosed or MoveNotAllowed."""
    if by.role not in HANDLERS:
        raise NotPermitted("Only those who work a case ask who reported.")
    if consent is Consent.ANONYMOUS:
        raise IdentityClosed("The reporter is anonymous: nobody learns who they are. Write to their mailbox.")
    if consent is Consent.OPEN and case.is_assigned(by.person, by.role):
        raise MoveNotAllowed("The reporter's consent is open: you may read the identity without a request.")
    if any(one.requester == by.person and _is_live(one, at) for one in earlier):
        raise MoveNotAllowed("Your earlier request still waits, or was granted and is not over.")
    return IdentityRequest(uuid4(), case.number, by.person, by.role, at, reason)


def _is_live(one: IdentityRequest, at: datetime) -> bool:
    granted = one.standing is Standing.GRANTED and one.until is not None and at < one.until
    return one.standing is Standing.ASKED or granted


def must_be_decidable(request: IdentityRequest, case: Case, by: Actor) -> None:
    """Refuse a custodian who has any part in the case, and a request decided before.

    Raises NotPermitted, ConflictOfInterest or MoveNotAllowed.
    """
    if by.role is not Role.CUSTODIAN:
        raise NotPermitted("Only a custodian decides on requests.")
    parts = case.worked_by | case.judges()
    if by.person == request.requester or by.person in parts or any(who.person == by.person for who in case.assignees):
        raise ConflictOfInterest("Whoever has a part in the case does not decide who learns of the reporter.")
    if request.standing is not Standing.ASKED:
        raise MoveNotAllowed("This request was decided already.")


def decide(request: IdentityRequest, by: Actor, at: datetime, until: datetime | None) -> IdentityRequest:
    """Grant until a time, or deny."""
    standing = Standing.DENIED if until is None else Standing.GRANTED
    return replace(request, standing=standing, decided_by=by.person, decided_at=at, until=until)


def must_be_open(case: Case, by: Actor, consent: Consent, request: IdentityRequest | None, at: datetime) -> None:
    """Refuse whoever may not learn now who reported. Raises IdentityClosed."""
    if consent is Consent.ANONYMOUS:
        raise IdentityClosed("The reporter is anonymous: nobody learns who they are.")
    if request is None:
        if consent is Consent.OPEN and by.role in HANDLERS and case.is_assigned(by.person, by.role):
            return
        raise IdentityClosed("Who reported is shown only to assigned handlers under open consent, or on a request.")
    mine = request.requester == by.person and request.role is by.role and request.standing is Standing.GRANTED
    if not mine or request.until is None or at >= request.until:
        raise IdentityClosed("This request was not granted to you, or its time is over.")
