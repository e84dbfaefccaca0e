"""Who works a case: assignments, reassignments, recusals, letters to the reporter."""

from dataclasses import replace
from datetime import datetime

from cases.case import ASSIGNERS, Assignment, Case, assign, changed, must_be_assignable, must_work, recuse, unassign
from cases.case.clocked import sounded
from cases.case.moving import worked
from cases.casework.changes import Change, letter, reason_part, staff_change, store
from cases.casework.lettering import WRITERS, must_be_whole
from cases.casework.looking import find_case
from cases.casework.mailbox import Letter
from cases.casework.moving import must_be_current
from cases.errors import Fault, Malformed, NotPermitted
from cases.ports import Desk, Then
from cases.sight import Actor, Part, must_see

FEEDBACK, MESSAGE = "feedback", "message_sent"


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
    apart = (desk.lookup.is_walled, desk.lookup.is_addressed, desk.lookup.is_custodian)
    walled = any(is_apart(number, who.person) for is_apart in apart)
    change = staff_change(desk, actor, case, assign(case, who, actor, walled=walled), "assigned", at)
    return _stored(desk, change, at, then)


def end_assignment(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    who: Assignment,
    reason: str,
    at: datetime,
    then: Then | None = None,
) -> Case:
    """Take a person off a case, with a reason. Raises as `make_assignment`."""
    case = find_case(desk, actor, number)
    if actor.role not in ASSIGNERS:
        raise NotPermitted("Only intake, the head or the outside office take people off a case.")
    must_be_current(case, version)
    person = desk.lookup.directory().person(who.person)
    who = replace(who, person=person.staff_number if person else who.person)
    decided = unassign(case, who, actor)
    sealed = reason_part(desk, case, {"reason": reason})
    return _stored(desk, staff_change(desk, actor, case, decided, "unassigned", at, sealed), at, then)


def recuse_oneself(
    desk: Desk, actor: Actor, number: str, version: int, reason: str, at: datetime, then: Then | None = None
) -> Case:
    """Step out of a case for good: from now on it does not exist for this person, in any role.

    Raises UnknownCase, NotPermitted or StaleVersion.
    """
    case = find_case(desk, actor, number)
    must_see(actor, Part.WORK)
    must_be_current(case, version)
    sealed = reason_part(desk, case, {"reason": reason})
    change = staff_change(desk, actor, case, recuse(case, actor, at, desk.law), "recused", at, sealed)
    return _stored(desk, replace(change, walls=frozenset({actor.person})), at, then)


def write_to_reporter(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    text: str,
    at: datetime,
    then: Then | None = None,
    *,
    feedback: bool = False,
) -> Letter:
    """A letter into the reporter's mailbox; a change of the case like any other.

    `feedback` says what was done with the complaint: it meets the reporter's clock of that name. Raises UnknownCase,
    NotPermitted, StaleVersion, or Malformed for a text in which something is still to be filled in.
    """
    case = find_case(desk, actor, number)
    if actor.role not in WRITERS:
        raise NotPermitted("Only those who work the case write to the reporter.")
    must_work(case, actor)
    must_be_whole(text, "#/text")
    must_be_current(case, version)
    told = letter(desk, case, text, at)
    after = worked(replace(case, version=case.version + 1), actor)
    after = sounded(case, after, FEEDBACK if feedback else MESSAGE, at, desk.law)
    facts = {"feedback": feedback, "case": changed(case, after)}
    change = staff_change(desk, actor, case, (after, facts), MESSAGE, at, (told.part,))
    written = Letter(str(told.part.id), from_reporter=False, at=at, text=text)
    with desk.work() as work:
        store(work, desk, replace(change, letter=told), at)
        if then:
            then(work, written)
    return written


def _stored(desk: Desk, change: Change, at: datetime, then: Then | None) -> Case:
    with desk.work() as work:
        store(work, desk, change, at)
        if then:
            then(work, change.after)
    return change.after
