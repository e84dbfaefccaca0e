from collections import deque
from pathlib import Path

from sqlalchemy import CheckConstraint

from cases.catalogue import load
from cases.lifecycle import DECIDER_SEES_FROM, STEPS, Action, Guard, Need, State, diagram, roles_of, steps_from
from cases.people import Role
from storage.tables import cases

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"
FINDERS = {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE}


def reached_from(start):
    found, waiting = {start}, deque([start])
    while waiting:
        for _, step in steps_from(waiting.popleft()):
            if step.to not in found:
                found.add(step.to)
                waiting.append(step.to)
    return found


def test_every_state_is_reached_from_registration_and_every_case_can_be_closed():
    assert reached_from(State.REGISTERED) == set(State)
    for state in State:
        assert State.CLOSED in reached_from(state)


def test_nothing_leads_out_of_a_closed_case():
    assert list(steps_from(State.CLOSED)) == []


def test_every_action_and_every_guard_stands_in_the_table():
    assert {action for _, action in STEPS} == set(Action)
    assert {guard for step in STEPS.values() for guard in step.guards} == set(Guard)


def test_finders_never_decide_and_the_decider_never_finds():
    for (start, action), step in STEPS.items():
        if start is State.REPORTED:
            assert step.by == {Role.DECIDER}, action
            assert Guard.MOVER_NEVER_WORKED_IT in step.guards
        else:
            assert Role.DECIDER not in step.by, (start, action)


def test_the_outside_office_stands_in_for_every_finder_and_never_for_the_decider():
    for step in STEPS.values():
        assert (Role.OUTSIDE in step.by) == (Role.DECIDER not in step.by)
        assert step.by <= FINDERS | {Role.DECIDER}


def test_closing_always_needs_a_reason_a_slug_and_a_notice_that_fits_the_state():
    for (_, action), step in STEPS.items():
        assert (action is Action.CLOSE) == (step.to is State.CLOSED)
        if action is Action.CLOSE:
            assert step.needs == set(Need)
            assert Guard.REASON_FITS_STATE_AND_ROLE in step.guards


def test_whoever_may_close_has_a_reason_to_choose_from():
    for (start, action), step in STEPS.items():
        for role in step.by if action is Action.CLOSE else ():
            assert load().closures_for(start, role), (start, role)


def test_the_reasons_to_close_name_only_states_and_roles_that_can():
    assert load().check(set(State)) == []
    for closure in load().closures:
        for pair in closure.allowed:
            for state in pair.states:
                assert set(pair.roles) <= STEPS[State(state), Action.CLOSE].by, closure.slug


def test_the_decider_sees_a_case_only_from_the_report_on():
    assert set(DECIDER_SEES_FROM) == {State.REPORTED, State.CLOSED}


def test_the_roles_of_an_action_are_those_of_all_its_steps():
    assert roles_of(Action.ACKNOWLEDGE) == {Role.INTAKE, Role.OUTSIDE}
    assert roles_of(Action.CLOSE) == {Role.INTAKE, Role.HEAD, Role.OUTSIDE, Role.DECIDER}
    assert not roles_of(Action.ISSUE_REPORT) & {Role.HEAD, Role.SUPERVISOR, Role.AUDITOR}


def test_the_database_holds_a_case_to_the_states_of_the_table():
    check = next(one for one in cases.constraints if isinstance(one, CheckConstraint) and one.name == "cases_state")
    assert all(repr(str(state)) in str(check.sqltext) for state in State)


def test_the_diagram_draws_every_step_once():
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) == len(STEPS) + 3
    for (start, action), step in STEPS.items():
        assert sum(f" {start} --> {step.to}: {action} " in line for line in lines) == 1


def test_the_documented_diagram_is_the_table():
    assert f"```mermaid\n{diagram()}```\n" in PAGE.read_text(encoding="utf-8")
