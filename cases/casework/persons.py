"""Persons of a case. A change of who is concerned screens the case again, at once as far as the desk can."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.case import ALLEGERS, Case, changed, must_work
from cases.case.moving import worked
from cases.case.people import identified
from cases.casework.changes import RESCREEN, reason_part, staff_change, store
from cases.casework.entries import must_be_kept
from cases.casework.looking import find_case, find_kept, note_look
from cases.casework.moving import must_be_current
from cases.casework.registers import kept_register, open_register
from cases.casework.screening import screened_at_once
from cases.errors import Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.persons import (
    ATTRIBUTED,
    CasePerson,
    Changed,
    PersonRole,
    Register,
    change,
    find,
    is_another,
    personnel_type,
)
from cases.place import Kind
from cases.ports import Desk, Then
from cases.sight import Actor, Part


def show_persons(desk: Desk, actor: Actor, number: str, at: datetime) -> Register:
    """The persons of a case. Opening the register is an entry. Raises UnknownCase or NotPermitted."""
    case = find_kept(desk, actor, number, Part.WORK)
    note_look(desk, actor, case, "opened_persons", at, facts={"opened": [Kind.PERSONS.slug], "version": case.version})
    return open_register(desk, case)


def add_person(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    new: CasePerson,
    reason: str,
    at: datetime,
    then: Then | None = None,
) -> CasePerson:
    """Add a subject, a witness, a relation of a subject, or whoever approved the post.

    Raises UnknownCase, NotPermitted, StaleVersion, or Malformed for somebody without any mark to know them by.
    """
    case = _workable(desk, actor, number, version)
    if not (new.name.strip() or new.staff_number.strip() or new.email.strip()):
        raise Malformed([Fault("#/name", "Say a name, a staff number or an address.")])
    register = (*open_register(desk, case), new)
    facts = {"person": str(new.id), "role": str(new.role)}

    def unchanged(known: Case) -> Case:
        return known

    return _rescreened(desk, actor, case, register, new.id, unchanged, ("person_added", facts, reason), at, then)


def change_person(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    id_: UUID,
    new: Changed,
    reason: str,
    at: datetime,
    then: Then | None = None,
) -> CasePerson:
    """Say anew what part a person has, who of the directory they are, or whose an account is.

    A change of part is owed to the person as a notice (UNDT/2022/128). Somebody else than was meant until now is told
    and heard anew. Raises as `add_person`, and UnknownItem or MoveNotAllowed.
    """
    case = _workable(desk, actor, number, version)
    before = open_register(desk, case)
    known = [term.slug for term in desk.law.terms("attribution", at.date())]
    register = change(before, id_, new, desk.lookup.directory(), known)
    old, person = find(before, id_), find(register, id_)
    if old.role is PersonRole.SUBJECT and person.role is not old.role and id_ in case.subjects():
        raise MoveNotAllowed("Something is alleged against this person: they stay a subject until that is settled.")
    facts = _facts_of(old, person)

    def noted(case: Case) -> Case:
        if old.settled != person.settled:
            provision = desk.law.provisions_for(personnel_type(person, desk.lookup.directory()), at.date())
            case = identified(case, id_, provision, another=is_another(old, person))
        owed = case.owed | {id_} if old.role is not person.role else case.owed
        tied = person.attribution is not None and person.attribution.status == ATTRIBUTED
        attributed = case.attributed | {id_} if tied else case.attributed - {id_}
        return replace(case, owed=owed, attributed=attributed)

    return _rescreened(desk, actor, case, register, id_, noted, ("person_changed", facts, reason), at, then)


def _facts_of(old: CasePerson, new: CasePerson) -> dict[str, Any]:
    """What an entry says in the clear: an id of the register and parts, never who it is."""
    facts: dict[str, Any] = {"person": str(new.id)}
    if old.role is not new.role:
        facts |= {"from": str(old.role), "to": str(new.role)}
    if old.settled != new.settled:
        facts["settled"] = True
    if new.attribution and old.attribution != new.attribution:
        facts["attribution"] = new.attribution.status
    return facts


def _workable(desk: Desk, actor: Actor, number: str, version: int) -> Case:
    case = find_case(desk, actor, number)
    if actor.role not in ALLEGERS:
        raise NotPermitted("Only those who work a case change its persons.")
    must_work(case, actor)
    must_be_kept(case)
    must_be_current(case, version)
    return case


Told = tuple[str, dict[str, Any], str]


def _rescreened(
    desk: Desk,
    actor: Actor,
    case: Case,
    register: Register,
    id_: UUID,
    noted: Callable[[Case], Case],
    told: Told,
    at: datetime,
    then: Then | None,
) -> CasePerson:
    """Store the register and whatever walls it asks for at once; the worker screens again with all it may open."""
    action, facts, reason = told
    hidden, walls, register = screened_at_once(desk, case, register, at)
    after = worked(replace(noted(hidden), version=case.version + 1), actor)
    sealed = (kept_register(desk, case, register), *reason_part(desk, case, {"reason": reason}))
    decided = after, {**facts, "case": changed(case, after)}
    stored = replace(staff_change(desk, actor, case, decided, action, at, sealed), walls=walls)
    person = find(register, id_)
    with desk.work() as work:
        store(work, desk, stored, at)
        work.ask_for(RESCREEN, case.number, at)
        if then:
            then(work, person)
    return person
