"""Requests to learn who reported: asked by a handler, decided by a custodian, opened by the requester alone."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case
from cases.casework.changes import GRANT_OVER
from cases.casework.entries import by_staff, must_be_kept, owner_of
from cases.casework.knowing import must_be_under_the_newest_wish
from cases.casework.looking import find_case, find_kept
from cases.casework.screening import consent_of
from cases.casework.telling import tell_of
from cases.catalogue.telling import REQUESTER
from cases.clocks import due
from cases.errors import NotPermitted, UnknownItem
from cases.identity import HANDLERS, IdentityRequest, Standing, ask, decide, must_be_decidable, must_be_open
from cases.ledger import EntryKind
from cases.notices import Happening
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ports import Desk, Then
from cases.sight import Actor, Part, sight_of


def ask_who_reported(
    desk: Desk, actor: Actor, number: str, reason: str, at: datetime, then: Then | None = None
) -> IdentityRequest:
    """Ask to learn who reported, with a reason. Raises UnknownCase, NotPermitted, IdentityClosed, MoveNotAllowed."""
    case = find_case(desk, actor, number)
    if actor.role not in HANDLERS:
        raise NotPermitted("Only those who work a case ask who reported.")
    must_be_kept(case)
    why = desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical({"reason": reason}))
    request = ask(case, actor, consent_of(desk, case), desk.lookup.requests(number), why.id, at)
    facts = {"request": str(request.id)}
    noted = by_staff(desk, EntryKind.LOOK, case, actor, at, "identity_asked_for", facts=facts, sealed=(why,))
    with desk.work() as work:
        work.keep_request(request, noted)
        tell_of(work, desk, case, Happening("identity_asked"), at, by=actor.person)
        if then:
            then(work, request)
    return request


def requests_of(desk: Desk, actor: Actor, number: str) -> Sequence[IdentityRequest]:
    """The requests in one case. Raises UnknownCase or NotPermitted."""
    find_case(desk, actor, number)
    if actor.role not in HANDLERS | {Role.CUSTODIAN}:
        raise NotPermitted("Requests are for those who work the case, and for custodians.")
    return desk.lookup.requests(number)


def requests_waiting(desk: Desk, actor: Actor) -> Sequence[IdentityRequest]:
    """What waits for this custodian. Cases they have any part in are not among them. Raises NotPermitted."""
    _must_be_custodian(actor)
    return desk.lookup.waiting_requests(sight_of(actor))


def reason_of(desk: Desk, actor: Actor, request: IdentityRequest, at: datetime) -> str:
    """Why it was asked; a custodian reads it to decide, and an entry says so. Raises UnknownCase or NotPermitted."""
    case = find_kept(desk, actor, request.number, Part.REQUESTS)
    noted = by_staff(desk, EntryKind.LOOK, case, actor, at, "identity_request_read", facts={"request": str(request.id)})
    with desk.work() as work:
        work.note(noted)
    part = desk.lookup.sealed(case.complaint, request.reason)
    told: str = json.loads(desk.vault.open(part, Recipient.DESK))["reason"]
    return told


def decide_on_request(
    desk: Desk,
    actor: Actor,
    number: str,
    id_: UUID,
    reason: str,
    at: datetime,
    then: Then | None = None,
    *,
    grant: bool,
) -> IdentityRequest:
    """Grant a request for a limited time (`clocks.toml`, identity_grant), or deny it, with reasons.

    Raises UnknownCase, UnknownItem, NotPermitted, ConflictOfInterest, MoveNotAllowed, IdentityClosed, StaleVersion.
    """
    case = find_case(desk, actor, number)
    _must_be_custodian(actor)
    request = find_request(desk, number, id_)
    must_be_decidable(request, case, actor)
    must_be_under_the_newest_wish(desk, case, request)
    clock = desk.law.clock("identity_grant", at.date())
    until = due(clock, at, desk.law.calendar("")) if grant else None
    decided = decide(request, actor, at, until)
    why = desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical({"reason": reason}))
    action = "identity_granted" if grant else "identity_denied"
    noted = by_staff(desk, EntryKind.LOOK, case, actor, at, action, facts={"request": str(id_)}, sealed=(why,))
    with desk.work() as work:
        work.settle_request(decided, noted)
        work.keep_custodian(number, actor.person)
        if until:
            work.ask_for(GRANT_OVER, number, until)
        asked = {REQUESTER: (Actor(decided.requester, decided.role),)}
        tell_of(work, desk, case, Happening(action, asked), at, by=actor.person)
        if then:
            then(work, decided)
    return decided


def _must_be_custodian(actor: Actor) -> None:
    if actor.role is not Role.CUSTODIAN:
        raise NotPermitted("Only a custodian decides on requests.")


def find_request(desk: Desk, number: str, id_: UUID) -> IdentityRequest:
    """Raises UnknownItem, also for a request in another case."""
    for request in desk.lookup.requests(number):
        if request.id == id_:
            return request
    raise UnknownItem("There is no such request.")


def read_identity(desk: Desk, actor: Actor, number: str, id_: UUID | None, at: datetime) -> dict[str, Any]:
    """Who reported: on a granted request of one's own, under open consent (no request), or to decide on a request.

    Every look is an entry of its own. Raises UnknownCase, NotPermitted, UnknownItem or IdentityClosed.
    """
    case = find_case(desk, actor, number)
    if actor.role not in HANDLERS | {Role.CUSTODIAN}:
        raise NotPermitted("Who reported is for those who work the case, and for custodians.")
    request = None if id_ is None else find_request(desk, number, id_)
    must_be_kept(case)
    consent = consent_of(desk, case)
    to_decide = actor.role is Role.CUSTODIAN and request is not None and request.standing is Standing.ASKED
    if to_decide and request is not None:
        must_be_decidable(request, case, actor)
    else:
        must_be_open(case, actor, consent, request, at)
    if request is not None:
        must_be_under_the_newest_wish(desk, case, request)
    return _opened(desk, actor, case, request, at, "identity_read_to_decide" if to_decide else "identity_read")


def _opened(
    desk: Desk, actor: Actor, case: Case, request: IdentityRequest | None, at: datetime, action: str
) -> dict[str, Any]:
    facts: dict[str, Any] = {"opened": [Kind.IDENTITY.slug]}
    facts |= {"request": str(request.id)} if request else {"consent": "open"}
    with desk.work() as work:
        work.note(by_staff(desk, EntryKind.LOOK, case, actor, at, action, facts=facts))
        if actor.role is Role.CUSTODIAN:
            work.keep_custodian(case.number, actor.person)
    part = desk.lookup.latest(case.complaint, Kind.IDENTITY)
    told: dict[str, Any] = json.loads(desk.vault.open(part, Recipient.IDENTITY))
    return told
