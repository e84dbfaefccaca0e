from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cases.case import ASSIGNABLE, ASSIGNERS, Assignment, Case, Due, Given, assign, move, next_due, open_to
from cases.catalogue import load
from cases.errors import CaseError, ConflictOfInterest, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import STEPS, Action, Need, Queue, State, roles_of
from cases.people import Role
from cases.sight import Actor

LAW = load()
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRESH = Case(
    "IGO-2026-48213", UUID(int=1), Queue.IGO, ("igo",), State.REGISTERED, 1, (), AT, Due("acknowledge", AT), None
)
PEOPLE = ("S0001", "S0002", "S0003")
ACTORS = st.builds(Actor, st.sampled_from(PEOPLE), st.sampled_from(Role))
REASONS = st.sampled_from(["", *(row.slug for row in LAW.closures), "no_such_reason"])
INTAKE, HEAD = Actor("S0012", Role.INTAKE), Actor("S0011", Role.HEAD)
INVESTIGATOR, DECIDER = Actor("S0014", Role.INVESTIGATOR), Actor("S0021", Role.DECIDER)
CLOSING = Given("It was examined.", "unsubstantiated", "Nothing was found.")


def moved(case, action, by, what=CLOSING):
    return move(case, action, by, AT, what, LAW)[0]


def taken_on(case, who, by=HEAD, *, walled=False):
    return assign(case, Assignment(who.person, who.role), by, walled=walled)[0]


def reported(case=FRESH):
    case = moved(moved(case, Action.ASSESS, INTAKE), Action.OPEN_INVESTIGATION, HEAD)
    return moved(taken_on(case, INVESTIGATOR), Action.ISSUE_REPORT, INVESTIGATOR)


class CaseLife(RuleBasedStateMachine):
    """Anybody tries anything, in any role and any order. The laws are kept beside, by simpler means."""

    def __init__(self):
        super().__init__()
        self.case = FRESH
        self.changes = [State.REGISTERED]
        self.touched = set()
        self.closer = None

    @rule(action=st.sampled_from(Action), by=ACTORS, reason=REASONS, words=st.sampled_from(["", "Words."]))
    def someone_moves_it(self, action, by, reason, words):
        before = self.case
        with suppress(CaseError):
            self.case, facts = move(before, action, by, AT, Given(words, reason, words), LAW)
            assert facts["from"] == before.state
            assert facts["to"] == self.case.state
            assert STEPS[before.state, action].to is self.case.state
            self.closer = by if action is Action.CLOSE else self.closer
            self.changed(*self.who_worked(by))

    @rule(person=st.sampled_from(PEOPLE), role=st.sampled_from(Role), by=ACTORS, walled=st.booleans())
    def someone_assigns_somebody(self, person, role, by, walled):
        with suppress(CaseError):
            self.case, _ = assign(self.case, Assignment(person, role), by, walled=walled)
            assert not walled
            self.changed(by.person, person)

    @precondition(lambda self: self.case.state is not State.CLOSED)
    @rule()
    def somebody_new_does_the_next_thing(self):
        """Without this, chance alone would hardly ever reach the end."""
        action = next(one for start, one in STEPS if start is self.case.state and one is not Action.ACKNOWLEDGE)
        role = min(STEPS[self.case.state, action].by)
        by = Actor(f"N{len(self.changes)}", role)
        if action is Action.ISSUE_REPORT:
            self.case = taken_on(self.case, by)
            self.changed(HEAD.person, by.person)
        given = Given("Words.", next(iter(LAW.closures_for(self.case.state, role)), ""), "Words.")
        self.case = moved(self.case, action, by, given)
        self.closer = by if action is Action.CLOSE else self.closer
        self.changed(*self.who_worked(by))

    def who_worked(self, by):
        """Deciding is not working."""
        return () if by.role is Role.DECIDER else (by.person,)

    def changed(self, *people):
        self.changes.append(self.case.state)
        self.untouched_before = set(self.touched)
        self.touched |= set(people)

    @invariant()
    def the_version_is_the_number_of_changes(self):
        assert self.case.version == len(self.changes)

    @invariant()
    def no_state_is_reached_but_by_the_table(self):
        steps = {(start, step.to) for (start, _), step in STEPS.items()}
        assert all(pair[0] == pair[1] or pair in steps for pair in zip(self.changes, self.changes[1:], strict=False))

    @invariant()
    def a_closed_case_never_opens_again(self):
        if State.CLOSED in self.changes:
            first = self.changes.index(State.CLOSED)
            assert set(self.changes[first:]) == {State.CLOSED}
            assert len(self.changes) == first + 1
            assert open_to(self.case, self.closer) == ()

    @invariant()
    def whoever_found_never_decided(self):
        if self.closer and self.changes[-2] is State.REPORTED:
            assert self.closer.role is Role.DECIDER
            assert self.closer.person not in self.untouched_before

    @invariant()
    def it_is_known_who_worked_it(self):
        assert self.case.worked_by == self.touched

    @invariant()
    def closing_left_its_marks(self):
        closed = self.case.state is State.CLOSED
        assert closed == (self.case.closed_at is not None) == (self.case.closure_reason is not None)
        assert (self.case.due is None) == (self.case.state in {State.REPORTED, State.CLOSED})


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)


@given(st.sampled_from(State), st.sampled_from(Action), ACTORS)
def test_a_move_outside_the_table_is_refused_whatever_is_handed_in(state, action, by):
    step = STEPS.get((state, action))
    if step is None or by.role not in step.by:
        refusal = MoveNotAllowed if by.role in roles_of(action) else NotPermitted
        with pytest.raises(refusal):
            moved(replace(FRESH, state=state), action, by)


@given(st.sampled_from(State), ACTORS)
def test_the_moves_shown_as_open_are_those_that_are_not_refused(state, by):
    case = replace(FRESH, state=state, assignees=(Assignment("S0001", Role.INVESTIGATOR),), worked_by={"S0002"})
    shown = open_to(case, by)
    for action in Action:
        done = False
        with suppress(CaseError):
            fitting = LAW.closures_for(state, by.role)
            moved(case, action, by, Given("Words.", fitting[0] if fitting else "", "Words."))
            done = True
        assert (action in shown) == done


def test_a_refused_move_names_those_open_to_the_mover():
    with pytest.raises(MoveNotAllowed) as refusal:
        moved(FRESH, Action.OPEN_INVESTIGATION, HEAD)
    assert refusal.value.open_moves == (Action.CLOSE,)
    with pytest.raises(MoveNotAllowed) as refusal:
        moved(reported(), Action.CLOSE, INTAKE)
    assert refusal.value.open_moves == ()


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_whatever_a_closing_lacks_is_reported_at_once(blank):
    with pytest.raises(Malformed) as refusal:
        moved(FRESH, Action.CLOSE, HEAD, Given(blank, blank, blank))
    assert [fault.pointer for fault in refusal.value.faults] == ["#/reason", "#/closure_reason", "#/notice"]


@pytest.mark.parametrize("missing", Need)
def test_no_part_of_a_closing_can_be_left_out(missing):
    with pytest.raises(Malformed) as refusal:
        moved(reported(), Action.CLOSE, DECIDER, replace(CLOSING, **{missing: ""}))
    assert [fault.pointer for fault in refusal.value.faults] == [f"#/{missing}"]


def test_opening_an_investigation_needs_a_reason_and_nothing_else():
    assessed = moved(FRESH, Action.ASSESS, INTAKE, Given())
    with pytest.raises(Malformed) as refusal:
        moved(assessed, Action.OPEN_INVESTIGATION, HEAD, Given())
    assert [fault.pointer for fault in refusal.value.faults] == ["#/reason"]
    assert moved(assessed, Action.OPEN_INVESTIGATION, HEAD, Given("Credible.")).state is State.INVESTIGATION


@pytest.mark.parametrize("reason", [row.slug for row in LAW.closures] + ["no_such_reason"])
def test_a_closure_reason_is_open_to_its_states_and_roles_alone(reason):
    assessed = moved(FRESH, Action.ASSESS, INTAKE)
    situations = [(FRESH, INTAKE), (FRESH, HEAD), (assessed, INTAKE), (assessed, HEAD), (reported(), DECIDER)]
    for case, by in situations:
        if reason in LAW.closures_for(case.state, by.role):
            assert moved(case, Action.CLOSE, by, replace(CLOSING, closure_reason=reason)).closure_reason == reason
        else:
            with pytest.raises(MoveNotAllowed, match="not open to"):
                moved(case, Action.CLOSE, by, replace(CLOSING, closure_reason=reason))


def test_no_finder_can_close_a_case_as_substantiated():
    substantiated = {row.slug for row in LAW.closures if row.substantiated}
    for role in set(Role) - {Role.DECIDER}:
        for state in State:
            assert substantiated.isdisjoint(LAW.closures_for(state, role))


def test_a_complaint_is_acknowledged_once_and_only_before_its_assessment():
    once = moved(FRESH, Action.ACKNOWLEDGE, INTAKE, Given())
    assert once.acknowledged_at == AT
    assert Action.ACKNOWLEDGE not in open_to(once, INTAKE)
    with pytest.raises(MoveNotAllowed, match="already"):
        moved(once, Action.ACKNOWLEDGE, INTAKE, Given())
    with pytest.raises(MoveNotAllowed):
        moved(moved(FRESH, Action.ASSESS, INTAKE), Action.ACKNOWLEDGE, INTAKE)


def test_only_an_assigned_investigator_reports_and_in_that_role():
    case = moved(moved(FRESH, Action.ASSESS, INTAKE), Action.OPEN_INVESTIGATION, HEAD)
    as_intake = taken_on(case, Actor(INVESTIGATOR.person, Role.INTAKE))
    for unassigned in (case, as_intake, taken_on(case, Actor("S0015", Role.INVESTIGATOR))):
        with pytest.raises(MoveNotAllowed, match="assigned"):
            moved(unassigned, Action.ISSUE_REPORT, INVESTIGATOR)
    assert moved(taken_on(case, INVESTIGATOR), Action.ISSUE_REPORT, INVESTIGATOR).state is State.REPORTED


@pytest.mark.parametrize("worker", [INTAKE, HEAD, INVESTIGATOR])
def test_whoever_worked_a_case_never_decides_it_whatever_other_role_they_hold(worker):
    with pytest.raises(MoveNotAllowed, match="never decides"):
        moved(reported(), Action.CLOSE, Actor(worker.person, Role.DECIDER))
    assert moved(reported(), Action.CLOSE, DECIDER).state is State.CLOSED


def test_being_assigned_is_enough_to_be_kept_from_deciding():
    case = taken_on(reported(), Actor(DECIDER.person, Role.INTAKE))
    assert open_to(case, DECIDER) == ()
    with pytest.raises(MoveNotAllowed, match="never decides"):
        moved(case, Action.CLOSE, DECIDER)


@pytest.mark.parametrize("role", Role)
def test_people_are_assigned_by_assigners_only_and_in_working_roles_only(role):
    who = Actor("S0099", role)
    for queue in Queue:
        case = replace(FRESH, queue=queue)
        if role in ASSIGNABLE[queue]:
            assert taken_on(case, who).assignees == (Assignment("S0099", role),)
        else:
            with pytest.raises(Malformed, match="#/role"):
                taken_on(case, who)
    if role not in ASSIGNERS:
        with pytest.raises(NotPermitted):
            taken_on(FRESH, INVESTIGATOR, by=who)


def test_the_decider_and_the_supervisor_are_never_assigned():
    assert {Role.DECIDER, Role.SUPERVISOR, Role.HEAD}.isdisjoint(frozenset().union(*ASSIGNABLE.values()))


def test_somebody_walled_off_cannot_be_assigned():
    with pytest.raises(ConflictOfInterest):
        taken_on(FRESH, INVESTIGATOR, walled=True)


def test_nobody_is_assigned_twice_or_to_a_closed_case():
    with pytest.raises(MoveNotAllowed, match="already"):
        taken_on(taken_on(FRESH, INVESTIGATOR), INVESTIGATOR)
    with pytest.raises(MoveNotAllowed, match="closed"):
        taken_on(moved(FRESH, Action.CLOSE, HEAD, replace(CLOSING, closure_reason="duplicate")), INVESTIGATOR)


def test_the_next_clock_is_that_of_the_state_just_reached():
    assert next_due(FRESH, AT, LAW) == Due("acknowledge", AT + timedelta(days=7))
    acknowledged = moved(FRESH, Action.ACKNOWLEDGE, INTAKE, Given())
    assert acknowledged.due == Due("assessment", AT.replace(month=6))
    later = AT + timedelta(days=30)
    assessed = moved(acknowledged, Action.ASSESS, INTAKE)
    opened, _ = move(assessed, Action.OPEN_INVESTIGATION, HEAD, later, CLOSING, LAW)
    assert opened.due == Due("investigation", later.replace(month=10))
    assert reported().due is None


def test_the_clear_facts_of_a_move_hold_no_word_of_reason_or_notice():
    _, facts = move(reported(), Action.CLOSE, DECIDER, AT, CLOSING, LAW)
    assert facts == {"from": "reported", "to": "closed", "closure_reason": "unsubstantiated"}
    _, facts = move(FRESH, Action.ASSESS, INTAKE, AT, CLOSING, LAW)
    assert facts == {"from": "registered", "to": "assessment"}
