import re
from collections import Counter, deque
from pathlib import Path

from sqlalchemy import CheckConstraint

from cases.case.effects import _EFFECTS
from cases.case.given import Given
from cases.case.guards import _GUARDS
from cases.lifecycle import (
    DECIDER_SEES_FROM,
    NO_WORK,
    OPEN,
    SETTLING,
    STEPS,
    Action,
    Guard,
    Need,
    State,
    moves_table,
    picture,
    roles_of,
    steps_from,
)
from cases.people import Role
from storage.tables import cases

DOCS = Path(__file__).parents[2] / "docs"
FINDERS = {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE}
DECIDER = {Role.DECIDER}
FINDING = {
    Action.RECORD_FINDING,
    Action.SEND_FINDINGS,
    Action.RECORD_COMMENT,
    Action.ISSUE_REPORT,
    Action.NOTIFY_SUBJECT,
}
RULING = {
    Action.ISSUE_ALLEGATIONS,
    Action.RECORD_RESPONSE,
    Action.ADMINISTRATIVE_LEAVE,
    Action.RECORD_DECISION,
    Action.DECIDE,
    Action.NOTIFY_DECISION,
    Action.RECORD_APPEAL,
}
CLOSING = {Action.CLOSE, Action.MERGE, Action.REDIRECT}


def leads_to(state, step):
    """A step that goes back leads wherever a case comes from that stands there."""
    if step.to:
        return {step.to}
    return {start for (start, _), other in STEPS.items() if other.to is state and start is not state}


def reached_from(start):
    found, waiting = {start}, deque([start])
    while waiting:
        state = waiting.popleft()
        for _, step in steps_from(state):
            waiting.extend(leads_to(state, step) - found)
            found |= leads_to(state, step)
    return found


def test_every_state_is_reached_from_registration_and_every_case_can_be_closed():
    assert reached_from(State.REGISTERED) == set(State)
    for state in State:
        assert State.CLOSED in reached_from(state)


def test_a_closed_case_goes_on_by_being_reopened_alone():
    assert {action for action, step in steps_from(State.CLOSED) if step.to is not State.CLOSED} == {Action.REOPEN}
    assert tuple(state for state in State if state is not State.CLOSED) == OPEN


def test_every_action_stands_in_the_table_but_those_that_settle_a_proposal():
    assert {action for _, action in STEPS} == set(Action) - set(SETTLING)
    assert set(SETTLING) == {Action.APPROVE, Action.REJECT, Action.WITHDRAW}


def test_every_guard_is_used_and_has_its_function():
    assert {guard for step in STEPS.values() for guard in step.guards} == set(Guard) == set(_GUARDS)


def test_everything_that_can_be_handed_in_is_needed_somewhere():
    assert {need for step in STEPS.values() for need in step.needs} == set(Need)
    assert set(Given.__slots__) == set(Need)


def test_an_action_without_an_effect_changes_the_state_or_is_told_by_its_entry_alone():
    told_by_clocks_or_people = {Action.ASSESS, Action.ISSUE_REPORT, Action.HAND_TO_DECIDER}
    told_by_clocks_or_people |= {Action.EXTEND_CLOCK, Action.ADMINISTRATIVE_LEAVE}
    assert set(Action) - set(SETTLING) - set(_EFFECTS) == told_by_clocks_or_people


def test_finders_never_decide_and_the_decider_never_finds():
    for (start, action), step in STEPS.items():
        if action in FINDING:
            assert not step.by & DECIDER, (start, action)
        if action in RULING:
            assert step.by == DECIDER, (start, action)


def test_after_a_report_only_deciders_close():
    for state in (State.REPORTED, State.WITH_DECIDER):
        step = STEPS[state, Action.CLOSE]
        assert step.by == step.approved_by == DECIDER
    for state in set(OPEN) - {State.REPORTED, State.WITH_DECIDER}:
        if step := STEPS.get((state, Action.CLOSE)):
            assert not step.by & DECIDER


def test_every_step_that_is_work_or_decision_keeps_the_two_apart():
    for (start, action), step in STEPS.items():
        apart = {Guard.WORKER_NEVER_DECIDED_IT, Guard.MOVER_NEVER_WORKED_IT}
        assert apart <= set(step.guards) or action in NO_WORK, (start, action)
    assert set(NO_WORK) == {Action.PLACE_HOLD, Action.LIFT_HOLD, Action.REOPEN, Action.ERASE}


def test_the_outside_office_stands_in_for_every_finder_and_never_for_the_decider_alone():
    for step in STEPS.values():
        assert (Role.OUTSIDE in step.by) == bool(step.by & FINDERS)
        assert step.by | step.approved_by <= FINDERS | DECIDER


def test_these_moves_take_four_eyes_and_no_others():
    assert {(start, action) for (start, action), step in STEPS.items() if step.approved_by} == {
        (State.ASSESSMENT, Action.OPEN_INVESTIGATION),
        (State.INVESTIGATION, Action.CLOSE),
        (State.FINDINGS_FOR_COMMENT, Action.CLOSE),
        (State.REPORTED, Action.CLOSE),
        (State.WITH_DECIDER, Action.CLOSE),
        (State.CLOSED, Action.REOPEN),
        (State.CLOSED, Action.ERASE),
    }


def test_whoever_opens_or_stops_an_investigation_needs_the_heads_part_in_it():
    assert STEPS[State.ASSESSMENT, Action.OPEN_INVESTIGATION].approved_by == {Role.HEAD, Role.OUTSIDE}
    assert STEPS[State.INVESTIGATION, Action.CLOSE].by == {Role.HEAD, Role.OUTSIDE}


def test_a_review_is_ruled_on_by_somebody_new_to_the_case():
    assert Guard.REVIEWER_IS_NEW_TO_IT in STEPS[State.CLOSED, Action.REOPEN].guards


def test_whatever_closes_a_case_tells_the_reporter_and_says_why():
    for (start, action), step in STEPS.items():
        assert (action in CLOSING) == (step.to is State.CLOSED and start is not State.CLOSED), (start, action)
        if action is Action.CLOSE:
            assert {Need.REASON, Need.CLOSURE_REASON, Need.NOTICE} <= step.needs
            assert Guard.REASON_FITS_STATE_AND_ROLE in step.guards
        if action is Action.MERGE:
            assert {Need.REASON, Need.NOTICE, Need.INTO} <= step.needs
        if action is Action.REDIRECT:  # its letter is one of the catalogue's
            assert step.needs == {Need.REFERRED_TO}


def test_evidence_is_preserved_and_a_post_contained_in_every_open_state():
    for state in OPEN:
        assert Guard.EVIDENCE_WAS_PRESERVED in STEPS[state, Action.CONTAIN].guards
        assert STEPS[state, Action.PRESERVE_EVIDENCE].by >= FINDERS
    assert (State.CLOSED, Action.CONTAIN) not in STEPS


def test_implications_are_reported_at_any_point_after_assessment():
    states = {start for start, action in STEPS if action is Action.REPORT_IMPLICATIONS}
    assert states == set(State) - {State.REGISTERED, State.ASSESSMENT, State.AWAITING_INFORMATION}


def test_a_hold_is_placed_and_lifted_in_every_state():
    assert {start for start, action in STEPS if action is Action.PLACE_HOLD} == set(State)
    assert {start for start, action in STEPS if action is Action.LIFT_HOLD} == set(State)


def test_nothing_is_erased_but_a_closed_case_without_a_hold_whose_time_is_over():
    [(start, step)] = [(start, step) for (start, action), step in STEPS.items() if action is Action.ERASE]
    assert start is State.CLOSED
    assert {Guard.NOT_ERASED, Guard.NO_HOLD_STANDS, Guard.RETENTION_IS_OVER} <= set(step.guards)


def test_whatever_can_be_done_to_a_closed_case_is_refused_once_it_was_erased():
    for action, step in steps_from(State.CLOSED):
        assert Guard.NOT_ERASED in step.guards, action


def test_the_decider_sees_a_case_only_from_the_report_on():
    assert set(DECIDER_SEES_FROM) == {State.REPORTED, State.WITH_DECIDER, State.CLOSED}
    for (start, action), step in STEPS.items():
        if step.by == DECIDER:
            assert start in DECIDER_SEES_FROM, (start, action)


def test_the_roles_of_an_action_are_those_of_all_its_steps():
    assert roles_of(Action.ACKNOWLEDGE) == {Role.INTAKE, Role.OUTSIDE}
    assert roles_of(Action.CLOSE) == {Role.INTAKE, Role.HEAD, Role.OUTSIDE, Role.DECIDER}
    assert not roles_of(Action.ISSUE_REPORT) & {Role.HEAD, Role.SUPERVISOR, Role.AUDITOR}
    assert roles_of(Action.APPROVE) == roles_of(Action.REJECT) == {Role.HEAD, Role.INTAKE, Role.OUTSIDE, Role.DECIDER}
    assert roles_of(Action.WITHDRAW) == {Role.HEAD, Role.INTAKE, Role.OUTSIDE, Role.DECIDER}


def test_the_database_holds_a_case_to_the_states_of_the_table():
    check = next(one for one in cases.constraints if isinstance(one, CheckConstraint) and one.name == "cases_state")
    assert all(repr(str(state)) in str(check.sqltext) for state in State)


def test_the_picture_names_every_move_and_every_state():
    drawn = [text for *_, text in re.findall(r'<text class="(\w+)"[^>]*>([^<]*)</text>', picture())]
    assert set(State) <= set(drawn)
    for (start, action), step in STEPS.items():
        said = f"{action} ({', '.join(sorted(step.by))}"
        assert any(said in text for text in drawn), (start, action)
        if step.approved_by:
            assert any(f"◉ {said} + {', '.join(sorted(step.approved_by))})" in text for text in drawn), (start, action)


def test_the_table_in_words_holds_every_move_once():
    told = Counter()
    for row in moves_table().splitlines()[2:]:
        states, action, to, by, *_ = (cell.strip() for cell in row.strip("|").split("|"))
        for state in states.split(", "):
            step = STEPS[State(state), Action(action)]
            assert to == ("stays" if step.to == state else step.to or "back to where it came from")
            assert by.split("; ")[0] == ", ".join(sorted(step.by))
            assert ("approved by" in by) == bool(step.approved_by)
            told[state, action] += 1
    assert told == Counter(list(STEPS))


def test_the_documented_picture_and_table_are_those_of_the_steps():
    assert (DOCS / "lifecycle.svg").read_text(encoding="utf-8") == picture()
    assert moves_table() in (DOCS / "lifecycle.md").read_text(encoding="utf-8")
