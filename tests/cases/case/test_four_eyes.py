"""What takes two people: proposed by one, settled by another, or by nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.case import Given, Move, closed_to, move, open_to
from cases.errors import Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import STEPS, Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import (
    BEN,
    DAY,
    DECIDER,
    DECIDER_2,
    FINDER,
    HEAD,
    HEAD_2,
    HEAD_3,
    INTAKE,
    INTAKE_2,
    LAW,
    OUTSIDER_2,
    complete,
    decide,
    story_at,
)

A_MOMENT = timedelta(microseconds=1)


def to_open():
    """Somebody of intake proposed to open an investigation."""
    story = story_at(State.ASSESSMENT)
    story.does(INTAKE, "conclude_assessment")
    story.does(INTAKE, "open_investigation", reason="Credible, and grave.")
    return story


def old_enough():
    return story_at(State.CLOSED).waits(days=366 * 11)


# For each: where, by whom, who may settle it, and who of the office may not.
PROPOSED = [
    (State.ASSESSMENT, INTAKE, "open_investigation", (HEAD, OUTSIDER_2), (INTAKE_2,)),
    (State.INVESTIGATION, HEAD, "close", (HEAD_2, INTAKE), (DECIDER,)),
    (State.FINDINGS_FOR_COMMENT, HEAD, "close", (HEAD_2, INTAKE), (DECIDER,)),
    (State.REPORTED, DECIDER, "close", (DECIDER_2,), (HEAD, HEAD_3, INTAKE)),
    (State.WITH_DECIDER, DECIDER, "close", (DECIDER_2,), (HEAD, HEAD_3, INTAKE)),
    (State.CLOSED, INTAKE, "reopen", (HEAD_3, Actor("S0092", Role.DECIDER)), (HEAD, DECIDER, DECIDER_2, INTAKE_2)),
    (State.CLOSED, HEAD, "erase", (HEAD_2, DECIDER), (INTAKE,)),
]


def fitting(state):
    """A finding with which the case can be closed from here, or was."""
    return "no_evidence" if state is State.REPORTED else "sufficient_evidence"


def proposed(state, by, action):
    story = old_enough() if action == "erase" else story_at(state, fitting(state))
    if state is State.ASSESSMENT:
        story.does(INTAKE, "conclude_assessment")
    if state is State.WITH_DECIDER:
        story.does(DECIDER, "record_decision")
        story.does(DECIDER, "decide")
        story.does(DECIDER, "notify_decision")
    story.does(by, action)
    return story


@pytest.mark.parametrize(("state", "by", "action", "may", "may_not"), PROPOSED)
def test_a_proposal_changes_nothing_until_one_of_these_approves_it(state, by, action, may, may_not):
    for second in may:
        story = proposed(state, by, action)
        waiting = story.case
        assert (waiting.state, waiting.proposal.by, waiting.proposal.action) == (state, by.person, action)
        assert Action.APPROVE in open_to(waiting, second, story.at, LAW)
        done = story.does(second, "approve")
        assert done.proposal is None
        assert done.state is (STEPS[state, Action(action)].to or State.ASSESSMENT)
        assert story.entries[-1][1]["approves"] == action
        assert "proposal" not in story.running


@pytest.mark.parametrize(("state", "by", "action", "may", "may_not"), PROPOSED)
@pytest.mark.parametrize("how", ["approve", "reject"])
def test_nobody_else_settles_it(state, by, action, may, may_not, how):
    story = proposed(state, by, action)
    for other in may_not:
        assert Action(how) not in open_to(story.case, other, story.at, LAW)
        with pytest.raises(MoveNotAllowed):
            story.does(other, how)
    with pytest.raises(NotPermitted):
        story.does(FINDER, how)


@pytest.mark.parametrize(("state", "by", "action", "may", "may_not"), PROPOSED)
@pytest.mark.parametrize("how", ["approve", "reject"])
def test_whoever_proposed_it_settles_it_in_no_other_role_either(state, by, action, may, may_not, how):
    story = proposed(state, by, action)
    for role in (Role.HEAD, Role.INTAKE, Role.OUTSIDE, Role.DECIDER):
        with pytest.raises(MoveNotAllowed, match="takes a second person"):
            story.does(Actor(by.person, role), how)
        assert Action(how) not in open_to(story.case, Actor(by.person, role), story.at, LAW)


@pytest.mark.parametrize(("state", "by", "action", "may", "may_not"), PROPOSED)
def test_what_takes_two_is_never_made_alone(state, by, action, may, may_not):
    story = story_at(state, fitting(state))
    given = complete(story.case, Action(action), by, story.at)
    with pytest.raises(MoveNotAllowed, match=f"{action} takes two people: propose it"):
        move(story.case, Move(Action(action), by, story.at, given), LAW)


def test_a_proposal_waits_until_its_time_is_over_and_not_a_moment_longer():
    story = to_open()
    expires = story.case.proposal.expires_at
    assert expires == story.case.proposal.at + 14 * DAY
    story.at = expires - A_MOMENT
    assert Action.APPROVE in open_to(story.case, HEAD, story.at, LAW)
    story.at = expires
    assert Action.APPROVE not in open_to(story.case, HEAD, story.at, LAW)
    for how in ("approve", "reject", "withdraw"):
        with pytest.raises(MoveNotAllowed, match="No proposal waits"):
            story.tries(HEAD if how != "withdraw" else INTAKE, Action(how), Given(reason="Late."))
    assert story.case.state is State.ASSESSMENT


def test_an_expired_proposal_can_be_made_anew_before_the_worker_came():
    story = to_open()
    story.waits(days=15)
    story.does(INTAKE_2, "open_investigation")
    assert story.does(HEAD, "approve").state is State.INVESTIGATION


def test_an_expired_proposal_does_not_follow_a_case_that_is_closed():
    story = to_open()
    story.waits(days=15)
    closed = story.does(INTAKE, "close")
    assert closed.proposal is None
    assert story.running == set()


def test_only_whoever_proposed_it_withdraws_it_in_that_role():
    story = to_open()
    for other in (INTAKE_2, HEAD, Actor(INTAKE.person, Role.HEAD)):
        with pytest.raises(MoveNotAllowed, match="Only whoever proposed it"):
            story.does(other, "withdraw")
    case = story.does(INTAKE, "withdraw")
    assert (case.proposal, case.state) == (None, State.ASSESSMENT)
    assert story.entries[-1][1]["withdraws"] == "open_investigation"
    with pytest.raises(MoveNotAllowed, match="No proposal waits"):
        story.does(HEAD, "approve")


def test_a_rejection_says_why_ends_the_proposal_and_lets_another_be_made():
    story = to_open()
    with pytest.raises(Malformed, match="#/reason"):
        story.does(HEAD, "reject", reason="  ")
    case = story.does(HEAD, "reject", reason="Assess the audience first.")
    assert (case.proposal, case.state) == (None, State.ASSESSMENT)
    assert story.entries[-1][1]["rejects"] == "open_investigation"
    assert "proposal" not in story.running
    assert story.two(INTAKE, "open_investigation", HEAD_2).state is State.INVESTIGATION


def test_whoever_refused_how_an_investigation_goes_on_does_not_decide_it():
    story = to_open()
    assert HEAD.person in story.does(HEAD, "reject").worked_by


def test_what_is_done_is_what_was_proposed_whatever_the_approver_hands_in():
    story = story_at(State.INVESTIGATION)
    story.does(HEAD, "close", closure_reason="insufficient_information", notice="What we could not learn.")
    other = {"closure_reason": "not_personnel", "notice": "Something else."}
    closed = story.does(HEAD_2, "approve", **other)
    assert closed.closure_reason == "insufficient_information"
    assert story.entries[-1][1]["closure_reason"] == "insufficient_information"
    assert closed.closed_by == {HEAD.person, HEAD_2.person}


def test_while_one_waits_no_other_is_made_and_nothing_moves_the_case():
    story = to_open()
    for action, step in ((action, step) for (start, action), step in STEPS.items() if start is State.ASSESSMENT):
        by = HEAD if Role.HEAD in step.by else INTAKE
        if step.to is State.ASSESSMENT and not step.approved_by:
            continue
        assert action not in open_to(story.case, by, story.at, LAW)
        with pytest.raises(MoveNotAllowed, match="A proposal to open_investigation waits"):
            story.does(by, action)
    assert story.does(INTAKE_2, "preserve_evidence").preserved_at == story.at


def test_nobody_settles_otherwise_what_a_proposal_waits_for():
    story = to_open()
    with pytest.raises(MoveNotAllowed, match="A proposal to open_investigation waits"):
        story.does(INTAKE_2, "conclude_assessment", outcome="advice_only")
    assert Action.CONCLUDE_ASSESSMENT not in open_to(story.case, INTAKE_2, story.at, LAW)


def test_what_changed_since_is_asked_again_when_somebody_approves():
    story = to_open()
    story.case = replace(story.case, outcome="advice_only")
    assert Action.APPROVE not in open_to(story.case, HEAD, story.at, LAW)
    assert Action.REJECT in open_to(story.case, HEAD, story.at, LAW)
    with pytest.raises(MoveNotAllowed, match="possible_misconduct"):
        story.does(HEAD, "approve")


def test_a_hold_placed_since_keeps_an_erasure_from_being_approved():
    story = old_enough()
    story.does(HEAD, "erase")
    story.does(HEAD_2, "place_hold")
    with pytest.raises(MoveNotAllowed, match="A legal hold stands"):
        story.does(HEAD_2, "approve")


def test_a_proposer_who_began_to_work_the_case_since_decides_nothing_by_it():
    story = proposed(State.WITH_DECIDER, DECIDER_2, "close")
    story.case = replace(story.case, worked_by=story.case.worked_by | {DECIDER_2.person})
    with pytest.raises(MoveNotAllowed, match="never decides"):
        story.does(DECIDER, "approve")


@pytest.mark.parametrize("leave", ["recused", "excluded"])
def test_a_proposal_goes_with_its_proposer_and_does_not_lapse_afterwards(leave):
    story = to_open()
    if leave == "recused":
        story.recuses(INTAKE)
    else:
        story.excludes(INTAKE.person)
    assert story.case.proposal is None
    assert "proposal" not in story.running
    assert story.waits(days=15).lapses() == []


def test_a_proposal_stays_when_somebody_else_leaves():
    story = to_open()
    story.recuses(INTAKE_2)
    story.excludes(HEAD_2.person)
    assert story.case.proposal.by == INTAKE.person


def test_whoever_proposes_works_the_case_unless_they_only_ask_for_another_look():
    assert INTAKE.person in to_open().case.worked_by
    story = story_at(State.CLOSED)
    story.does(INTAKE_2, "reopen")
    assert INTAKE_2.person not in story.case.worked_by


def test_whoever_approves_takes_part_and_a_reviewer_is_kept_from_all_that_follows():
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    assert story.case.reviewed_by == {HEAD_3.person}
    for role in (Role.HEAD, Role.INTAKE, Role.OUTSIDE):
        with pytest.raises(MoveNotAllowed, match="never works it"):
            story.does(Actor(HEAD_3.person, role), "preserve_evidence")
    with pytest.raises(MoveNotAllowed, match="never works it"):
        story.alleges(BEN, by=HEAD_3)


def test_who_closed_a_report_without_a_decision_decided_it_and_never_works_it():
    story = proposed(State.REPORTED, DECIDER, "close")
    assert story.does(DECIDER_2, "approve").decided_by == {DECIDER.person, DECIDER_2.person}
    story.two(INTAKE, "reopen", HEAD_3)
    for decider in (DECIDER, DECIDER_2):
        with pytest.raises(MoveNotAllowed, match="never works it"):
            story.does(Actor(decider.person, Role.INTAKE), "preserve_evidence")


def test_who_approved_the_closing_of_a_decided_case_did_not_decide_it():
    story = decide(story_at(State.WITH_DECIDER))
    assert story.case.decided_by == {DECIDER.person}
    assert story.case.closed_by == {DECIDER.person, DECIDER_2.person}


def test_what_is_not_open_yet_is_told_with_the_sentence_that_refuses_it():
    """Open and closed moves of a role are all there are from a state, and none is both."""
    story = to_open()
    for by in (INTAKE, INTAKE_2, HEAD):
        closed, opened = closed_to(story.case, by, story.at, LAW), open_to(story.case, by, story.at, LAW)
        of_role = {
            action for (state, action), step in STEPS.items() if state is story.case.state and by.role in step.by
        }
        assert set(closed) | set(opened) >= of_role
        assert not set(closed) & set(opened)
        assert (
            closed[Action.CLOSE]
            == "A proposal to open_investigation waits: it must be approved, rejected or withdrawn first."
        )
