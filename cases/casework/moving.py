"""Changing a case: moves, assignments, letters to the reporter. The version decided on guards every change."""

from dataclasses import replace
from datetime import datetime

from cases.canonical import canonical
from cases.case import (
    ASSIGNERS,
    Assignment,
    Case,
    Given,
    assign,
    move,
    must_be_assignable,
    must_be_complete,
    must_have_a_say,
    open_to,
)
from cases.casework.entries import by_staff, checked_owner, owner_of
from cases.casework.looking import find_case
from cases.casework.mailbox import Letter
from cases.casework.statuses import of_case
from cases.errors import Fault, Malformed, NotPermitted, StaleVersion
from cases.ledger import EntryKind
from cases.lifecycle import STEPS, Action
from cases.people import Role
from cases.place import Kind, SealedPart
from cases.ports import Desk, Message, Then
from cases.sight import Actor, Part, must_see

WRITERS = ASSIGNERS | {Role.INVESTIGATOR}


def moves_open(desk: Desk, actor: Actor, number: str) -> tuple[Case, tuple[Action, ...]]:
    """The moves this person could make now. Raises UnknownCase or NotPermitted."""
    case = find_case(desk, actor, number)
    must_see(actor, Part.WORK)
    return case, open_to(case, actor)


def must_be_movable(desk: Desk, actor: Actor, number: str, action: Action, given: Given) -> Case:
    """Refuse first what no version would help: who may not, and what is incomplete.

    Raises UnknownCase, NotPermitted or Malformed.
    """
    case = find_case(desk, actor, number)
    must_have_a_say(action, actor)
    step = STEPS.get((case.state, action))
    if step and actor.role in step.by:
        must_be_complete(action, step, given)
    return case


def make_move(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    action: Action,
    given: Given,
    at: datetime,
    then: Then | None = None,
) -> Case:
    """Take a step of the lifecycle. Raises UnknownCase, NotPermitted, StaleVersion, Malformed, MoveNotAllowed."""
    case = must_be_movable(desk, actor, number, action, given)
    must_be_current(case, version)
    moved, facts = move(case, action, actor, at, given, desk.law)
    letter = _letter(desk, case, action, given, at)
    sealed = _reason(desk, case, given) + ((letter.part,) if letter else ())
    noted = by_staff(desk, EntryKind.CHANGE, moved, actor, at, str(action), facts=facts, sealed=sealed)
    with desk.work() as work:
        work.record(moved, noted, of_case(moved), letter)
        if then:
            then(work, moved)
    return moved


def make_assignment(
    desk: Desk, actor: Actor, number: str, version: int, who: Assignment, at: datetime, then: Then | None = None
) -> Case:
    """Ask a person to work a case. Raises NotPermitted, UnknownCase, StaleVersion, ConflictOfInterest, Malformed."""
    case = find_case(desk, actor, number)
    if actor.role not in ASSIGNERS:
        raise NotPermitted("Only intake, the head or the outside office assign people.")
    person = desk.lookup.directory().person(who.person)
    if person is None or who.role not in person.roles:
        raise Malformed([Fault("#/person", f"The directory has no {who.role} with this number.")])
    must_be_assignable(case, who.role)
    must_be_current(case, version)
    who = replace(who, person=person.staff_number)  # the wall knows one spelling of a number
    walled = desk.lookup.is_walled(number, who.person) or desk.lookup.is_addressed(number, who.person)
    assigned, facts = assign(case, who, actor, walled=walled)
    noted = by_staff(desk, EntryKind.CHANGE, assigned, actor, at, "assigned", facts=facts)
    with desk.work() as work:
        work.record(assigned, noted, of_case(assigned))
        if then:
            then(work, assigned)
    return assigned


def write_to_reporter(
    desk: Desk, actor: Actor, number: str, version: int, text: str, at: datetime, then: Then | None = None
) -> Letter:
    """A letter into the reporter's mailbox; a change of the case like any other."""
    case = find_case(desk, actor, number)
    if actor.role not in WRITERS:
        raise NotPermitted("Only those who work the case write to the reporter.")
    must_be_current(case, version)
    message = _message(desk, case, text, at)
    written = _next_version(case, actor)
    noted = by_staff(desk, EntryKind.CHANGE, written, actor, at, "message_sent", sealed=(message.part,))
    letter = Letter(str(message.part.id), from_reporter=False, at=at, text=text)
    with desk.work() as work:
        work.record(written, noted, of_case(written), message)
        if then:
            then(work, letter)
    return letter


def must_be_current(case: Case, version: int) -> None:
    """Refuse a change decided on an older case. Raises StaleVersion."""
    if case.version != version:
        raise StaleVersion(f"The case is at version {case.version} now. Read it again and decide on that.")


def _next_version(case: Case, actor: Actor) -> Case:
    return replace(case, version=case.version + 1, worked_by=case.worked_by | {actor.person})


def _letter(desk: Desk, case: Case, action: Action, given: Given, at: datetime) -> Message | None:
    """Closing carries the reasoned notice; acknowledging sends the letter of the catalogue unless another is given."""
    text = given.notice
    if action is Action.ACKNOWLEDGE and not text:
        text = desk.law.wording("letter-acknowledged", at.date()).text
    return _message(desk, case, text, at) if text else None


def _message(desk: Desk, case: Case, text: str, at: datetime) -> Message:
    owner = checked_owner(desk, desk.lookup.complaint(case.complaint), at)
    part = desk.vault.seal(Kind.MESSAGE, owner, canonical({"text": text}))
    return Message(part, from_reporter=False, at=at)


def _reason(desk: Desk, case: Case, given: Given) -> tuple[SealedPart, ...]:
    if not given.reason:
        return ()
    return (desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical({"reason": given.reason})),)
