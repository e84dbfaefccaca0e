"""Everything the desk can do with a case, whoever tries it: the walls are held against all of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID, uuid4

from cases.case import Assignment, Given
from cases.casework.alleging import Alleged, make_allegation, show_allegations
from cases.casework.handing import who_can_be_assigned
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity, reason_of, requests_of
from cases.casework.lettering import letters_for, letters_of
from cases.casework.looking import (
    custody,
    list_evidence,
    read_messages,
    read_original,
    read_piece,
    reasons,
    show_case,
    timeline,
)
from cases.casework.moving import make_move, moves_open, must_be_movable, proposed_letter
from cases.casework.noting import list_notes, write_note
from cases.casework.persons import add_person, change_person, show_persons
from cases.casework.receiving import acknowledge_receipt, list_acts, note_action, step_aside
from cases.casework.staffing import end_assignment, make_assignment, recuse_oneself, write_to_reporter
from cases.casework.tasking import NewTask, list_tasks, make_task, settle_task
from cases.deskwork import TaskState
from cases.identity import IdentityRequest
from cases.lifecycle import Action
from cases.people import Role
from cases.persons import CasePerson, Changed, PersonRole
from cases.ports import Desk
from cases.ranges import Wanted
from cases.sight import Actor
from tests.cases.casework.conftest import CATEGORY, CLOSING, INTAKE, REASONED, SORTED, WHY


def ways_to_look(desk: Desk, actor: Actor, number: str, item: UUID) -> Mapping[str, Callable[[], object]]:
    """Every verb that shows something of a case."""
    return {
        "show_case": lambda: show_case(desk, actor, number, SORTED),
        "list_evidence": lambda: list_evidence(desk, actor, number, SORTED),
        "read_original": lambda: read_original(desk, actor, number, item, WHY, SORTED),
        "read_piece": lambda: read_piece(desk, actor, number, item, WHY, Wanted(0, 0), SORTED),
        "custody": lambda: custody(desk, actor, number, item),
        "timeline": lambda: timeline(desk, actor, number, 0, 100),
        "reasons": lambda: reasons(desk, actor, number, SORTED),
        "read_messages": lambda: read_messages(desk, actor, number, SORTED),
        "moves_open": lambda: moves_open(desk, actor, number, SORTED),
        "show_persons": lambda: show_persons(desk, actor, number, SORTED),
        "show_allegations": lambda: show_allegations(desk, actor, number, SORTED),
        "requests_of": lambda: requests_of(desk, actor, number),
        "reason_of": lambda: reason_of(desk, actor, _a_request(number, item), SORTED),
        "list_notes": lambda: list_notes(desk, actor, number, SORTED),
        "list_tasks": lambda: list_tasks(desk, actor, number, SORTED),
        "list_acts": lambda: list_acts(desk, actor, number, SORTED),
        "letters_for": lambda: letters_for(desk, actor, number, SORTED),
        "letters_of": lambda: letters_of(desk, actor, number, Action.ACKNOWLEDGE, SORTED),
        "proposed_letter": lambda: proposed_letter(desk, actor, number, SORTED),
        "who_can_be_assigned": lambda: who_can_be_assigned(desk, actor, number, SORTED),
        "read_identity": lambda: read_identity(desk, actor, number, None, SORTED),
        "read_identity on a request": lambda: read_identity(desk, actor, number, item, SORTED),
    }


def ways_to_change(
    desk: Desk, actor: Actor, number: str, item: UUID, version: int = 1
) -> Mapping[str, Callable[[], object]]:
    """Every verb that changes something of a case; `item` stands for any id it asks for."""
    who, new = Assignment("S0016", Role.INVESTIGATOR), CasePerson(uuid4(), PersonRole.WITNESS, "Somebody")
    settling, task = Changed(settled=("S0114",)), NewTask(WHY, SORTED.date(), role=Role.INTAKE)

    def moving(action: Action, given: Given = CLOSING) -> Callable[[], object]:
        return lambda: make_move(desk, actor, number, version, action, given, SORTED)

    return {
        "must_be_movable": lambda: must_be_movable(desk, actor, number, Action.CLOSE, CLOSING, SORTED),
        "close": moving(Action.CLOSE),
        "merge": moving(Action.MERGE, replace(CLOSING, into=number)),
        "notify": moving(Action.NOTIFY_SUBJECT, replace(REASONED, person=item)),
        "reopen": moving(Action.REOPEN, replace(REASONED, ground="new_evidence")),
        "erase": moving(Action.ERASE),
        "approve": moving(Action.APPROVE),
        "reject": moving(Action.REJECT),
        "withdraw": moving(Action.WITHDRAW),
        "make_assignment": lambda: make_assignment(desk, actor, number, version, who, SORTED),
        "end_assignment": lambda: end_assignment(desk, actor, number, version, who, WHY, SORTED),
        "recuse_oneself": lambda: recuse_oneself(desk, actor, number, version, WHY, SORTED),
        "write_to_reporter": lambda: write_to_reporter(desk, actor, number, version, "Who are you?", SORTED),
        "add_person": lambda: add_person(desk, actor, number, version, new, WHY, SORTED),
        "change_person": lambda: change_person(desk, actor, number, version, item, settling, WHY, SORTED),
        "make_allegation": lambda: make_allegation(desk, actor, number, version, Alleged(item, CATEGORY, WHY), SORTED),
        "write_note": lambda: write_note(desk, actor, number, version, WHY, SORTED),
        "make_task": lambda: make_task(desk, actor, number, version, task, SORTED),
        "settle_task": lambda: settle_task(desk, actor, number, version, item, TaskState.DONE, "", SORTED),
        "ask_who_reported": lambda: ask_who_reported(desk, actor, number, WHY, SORTED),
        "decide_on_request": lambda: decide_on_request(desk, actor, number, item, WHY, SORTED, grant=True),
        "acknowledge_receipt": lambda: acknowledge_receipt(desk, actor, number, SORTED),
        "note_action": lambda: note_action(desk, actor, number, WHY, SORTED),
        "step_aside": lambda: step_aside(desk, actor, number, WHY, SORTED),
    }


def ways_in(desk: Desk, actor: Actor, number: str, item: UUID, version: int = 1) -> Mapping[str, Callable[[], object]]:
    """Everything the desk can do with a case: whatever takes its number (test_walls.py compares)."""
    looks, changes = ways_to_look(desk, actor, number, item), ways_to_change(desk, actor, number, item, version)
    return {**looks, **changes}


def _a_request(number: str, id_: UUID) -> IdentityRequest:
    """A request for whose reason somebody asks, however they came by it."""
    return IdentityRequest(id_, number, INTAKE.person, INTAKE.role, SORTED, uuid4())
