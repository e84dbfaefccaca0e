"""The supervisor's side. S0101 is the reporter's own supervisor, S0100 and S0002 are above."""

import json

import pytest
from sqlalchemy import func, select

from cases.case import Assignment
from cases.casework.changes import store
from cases.casework.consenting import change_consent
from cases.casework.looking import reasons, show_case
from cases.casework.mailbox import find_mailbox
from cases.casework.receiving import acknowledge_receipt, list_acts, list_received, note_action, step_aside
from cases.casework.screening import rescreen
from cases.casework.staffing import make_assignment
from cases.complaint import Consent, Reporter
from cases.deskwork import ActKind
from cases.errors import ConflictOfInterest, NotPermitted, StaleVersion, UnknownCase
from cases.people import Role
from cases.persons import PersonRole
from cases.place import Kind, Recipient
from cases.ports import CaseFilter
from cases.sight import Actor
from storage.tables import marks
from storage.tables_deskwork import supervisor_acts
from tests.cases.casework.conftest import (
    BOSS,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    SORTED,
    SUPERVISOR,
    after,
    by_number,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import added, rebuilt, worked_off

NEXT, ABOVE = Actor("S0100", Role.SUPERVISOR), Actor("S0002", Role.SUPERVISOR)
SAID = "I spoke to the unit about the instruction."


def received(desk, who):
    return [(one.case.number, one.acknowledged_at) for one in list_received(desk, who, CaseFilter())]


def said(desk, who, case):
    return [(one.act.kind, one.text) for one in list_acts(desk, who, case.number, SORTED)]


def test_a_supervisor_lists_what_was_sent_to_them_and_whether_they_said_so(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    open_case(desk, draft(share=False))
    acknowledge_receipt(desk, SUPERVISOR, case.number, after(minutes=9))
    assert dict(received(desk, SUPERVISOR)) == {case.number: after(minutes=9), other.number: None}
    assert received(desk, NEXT) == []


def test_to_acknowledge_again_changes_nothing(desk):
    case, _ = open_case(desk)
    first = acknowledge_receipt(desk, SUPERVISOR, case.number, SORTED)
    before = len(entries(desk))
    assert acknowledge_receipt(desk, SUPERVISOR, case.number, after(days=1)) == first
    assert len(entries(desk)) == before


def test_those_who_work_the_case_read_what_was_done_without_a_name(desk):
    case, _ = open_case(desk)
    acknowledge_receipt(desk, SUPERVISOR, case.number, SORTED)
    note_action(desk, SUPERVISOR, case.number, SAID, after(minutes=9))
    told = [(ActKind.ACKNOWLEDGED, ""), (ActKind.ACTION, SAID)]
    assert said(desk, HEAD, case) == said(desk, SUPERVISOR, case) == told
    assert seen_now(desk, case).version == 1
    for entry in entries(desk, about=case.number):
        assert BOSS not in json.dumps(entry)
        assert SAID not in json.dumps(entry)
        if entry["role"] == "supervisor":
            assert entry["actor"] == "a supervisor"


def test_no_row_of_an_act_leads_to_a_person_nor_from_one_case_to_another(desk, store):
    numbers = [open_case(desk)[0].number for _ in range(2)]
    for number in numbers:
        note_action(desk, SUPERVISOR, number, SAID, SORTED)
    with store.reading() as connection:
        rows = connection.execute(select(supervisor_acts)).all()
    assert len({row.mark for row in rows}) == 2
    assert not any(BOSS.encode() in str(cell).encode() for row in rows for cell in row)


def test_one_supervisor_does_not_read_what_another_did(desk):
    case, _ = open_case(desk)
    note_action(desk, SUPERVISOR, case.number, SAID, SORTED)
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    worked_off(desk)
    assert said(desk, NEXT, case) == []
    assert said(desk, HEAD, case) == [(ActKind.ACTION, SAID)]


@pytest.mark.parametrize("consent", [Consent.CONFIDENTIAL, Consent.OPEN])
def test_whoever_steps_aside_loses_it_at_once_and_the_next_who_is_clear_gets_it(desk, consent):
    case, _ = open_case(desk, draft(consent))
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    assert listed(desk, SUPERVISOR) == listed(desk, NEXT) == []
    worked_off(desk)
    assert (listed(desk, SUPERVISOR), listed(desk, NEXT)) == ([], [case.number])
    step_aside(desk, NEXT, case.number, "So did I.", SORTED)
    worked_off(desk)
    assert [listed(desk, who) for who in (SUPERVISOR, NEXT, ABOVE)] == [[], [], [case.number]]
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_it_never_comes_back_to_them_whatever_is_screened_later(desk):
    case, _ = open_case(desk)
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    worked_off(desk)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number="S0114")
    worked_off(desk)
    with_roles(desk, "S0114", Role.INVESTIGATOR)
    worked_off(desk)
    assert (listed(desk, SUPERVISOR), listed(desk, NEXT)) == ([], [case.number])


def test_in_no_other_role_either(desk):
    with_roles(desk, BOSS, *Role)
    case, _ = open_case(desk)
    who = Assignment(BOSS, Role.INVESTIGATOR)
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    for _ in range(2):
        for role in (Role.INTAKE, Role.HEAD, Role.SUPERVISOR, Role.INVESTIGATOR):
            with pytest.raises(UnknownCase):
                show_case(desk, Actor(BOSS, role), case.number, SORTED)
        with pytest.raises(ConflictOfInterest):
            make_assignment(desk, INTAKE, case.number, seen_now(desk, case).version, who, SORTED)
        worked_off(desk)


def test_where_nobody_above_is_clear_nobody_is_told(desk):
    case, _ = open_case(desk, draft(witnesses=[by_number("S0100"), by_number("S0002"), by_number("S0001")]))
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    worked_off(desk)
    assert [listed(desk, who) for who in (SUPERVISOR, NEXT, ABOVE)] == [[], [], []]
    assert seen_now(desk, case).to == case.to, "that the leg is gone is kept with the identity"


def test_a_reporter_who_takes_sharing_back_meanwhile_is_heard(desk):
    case, filed = open_case(desk)
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.CONFIDENTIAL), SORTED, share=False)
    worked_off(desk)
    assert listed(desk, NEXT) == []


def test_why_somebody_stepped_aside_opens_for_the_identity_key_alone(desk):
    case, _ = open_case(desk)
    step_aside(desk, SUPERVISOR, case.number, "She is my sister.", SORTED)
    assert "sister" not in json.dumps(dict(reasons(desk, HEAD, case.number, SORTED)))
    legs = desk.lookup.parts(case.complaint, Kind.SUPERVISOR_LEG)
    told = [json.loads(desk.vault.open(part, Recipient.IDENTITY)) for part in legs]
    assert {"action": "stepped_aside", "reason": "She is my sister."} in told
    assert {"action": "stepped_aside", "actor": BOSS} in told
    (entry,) = entries(desk, action="stepped_aside")
    assert (entry["actor"], entry["facts"]) == ("a supervisor", {"case": {}})


def test_two_supervisors_of_different_teams_leave_as_many_marks(desk, store):
    counts = []
    for reporter in ("S0102", "S0112"):
        case, _ = open_case(desk, draft(number=reporter))
        boss = Actor(desk.lookup.directory().line_above(reporter)[0].staff_number, Role.SUPERVISOR)
        step_aside(desk, boss, case.number, "Not for me.", SORTED)
        worked_off(desk)
        with store.reading() as connection:
            here = select(func.count()).select_from(marks).where(marks.c.case_number == case.number)
            counts.append(connection.scalar(here))
    assert counts == [32, 32]


@pytest.mark.parametrize("who", [INTAKE, HEAD, INVESTIGATOR])
def test_nobody_else_acts_as_a_supervisor(desk, who):
    case, _ = open_case(desk)
    refusal = UnknownCase if who is INVESTIGATOR else NotPermitted
    for act in (
        lambda: acknowledge_receipt(desk, who, case.number, SORTED),
        lambda: note_action(desk, who, case.number, SAID, SORTED),
        lambda: step_aside(desk, who, case.number, "No.", SORTED),
    ):
        with pytest.raises(refusal):
            act()


def test_a_screening_decided_on_before_does_not_bring_it_back(desk):
    """Stepping aside is a change of the case: what was read before it is stale."""
    case, _ = open_case(desk)
    earlier = rescreen(desk, case, SORTED)
    step_aside(desk, SUPERVISOR, case.number, "I ordered it.", SORTED)
    with pytest.raises(StaleVersion), desk.work() as work:
        store(work, desk, earlier, SORTED)
    assert listed(desk, SUPERVISOR) == []
