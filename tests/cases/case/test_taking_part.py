"""Every hand in a case is remembered: who judged never works it, and what two opened again is not ended by one."""

import pytest

from cases.case import Assignment, Move, assign, kept_apart, move, must_work, open_to
from cases.errors import ConflictOfInterest, MoveNotAllowed
from cases.lifecycle import Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import (
    DECIDER,
    DECIDER_2,
    DECIDER_3,
    HEAD,
    HEAD_2,
    HEAD_3,
    INTAKE,
    INTAKE_2,
    LAW,
    Story,
    charge,
    complete,
    decide,
    story_at,
)


def charged(story: Story) -> None:
    story.does(DECIDER, "issue_allegations")


def put_on_leave(story: Story) -> None:
    story.does(DECIDER, "administrative_leave")


def heard(story: Story) -> None:
    story.does(DECIDER_3, "issue_allegations")
    story.does(DECIDER, "record_response")


def extended(story: Story) -> None:
    story.does(DECIDER_3, "issue_allegations")
    story.does(DECIDER, "extend_clock", clock="reply")


def approved_the_closing(story: Story) -> None:
    decide(story, DECIDER_3, DECIDER)
    story.two(INTAKE, "reopen", HEAD_3)


def turned_the_closing_down(story: Story) -> None:
    charge(story, DECIDER_3)
    for action in ("record_decision", "decide", "notify_decision", "close"):
        story.does(DECIDER_3, action)
    story.does(DECIDER, "reject")


PARTS = (charged, put_on_leave, heard, extended, approved_the_closing, turned_the_closing_down)


@pytest.mark.parametrize("part", PARTS)
def test_whoever_had_any_part_as_decider_is_assigned_to_nothing_and_works_nothing(part):
    story = story_at(State.WITH_DECIDER)
    part(story)
    assert DECIDER.person in story.case.heard_by
    assert DECIDER.person in story.case.judges()
    with pytest.raises(ConflictOfInterest):
        assign(story.case, Assignment(DECIDER.person, Role.INVESTIGATOR), HEAD, walled=False)
    with pytest.raises(MoveNotAllowed, match="never works it"):
        must_work(story.case, Actor(DECIDER.person, Role.INTAKE))
    assert Action.PRESERVE_EVIDENCE not in open_to(story.case, Actor(DECIDER.person, Role.HEAD), story.at, LAW)
    assert all(not one & other for one, other in kept_apart(story.case))


@pytest.mark.parametrize("part", PARTS)
def test_whoever_had_any_part_as_decider_does_not_rule_on_the_review(part):
    story = story_at(State.WITH_DECIDER)
    part(story)
    if story.case.proposal or story.case.reopened or story.case.decided_at:
        return_to_the_end(story)
    else:
        decide(story, DECIDER_3, DECIDER_2)
    story.does(INTAKE, "reopen")
    with pytest.raises(MoveNotAllowed, match="does not rule on its review"):
        story.does(DECIDER, "approve")


def return_to_the_end(story: Story) -> None:
    if story.case.state is State.ASSESSMENT:
        story.two(INTAKE, "close", HEAD, closure_reason="not_personnel")
    else:
        story.two(DECIDER_3, "close", DECIDER_2)


def test_to_guard_a_case_is_no_part_in_it():
    story = story_at(State.WITH_DECIDER)
    story.does(DECIDER, "place_hold")
    assert story.case.heard_by == frozenset()


@pytest.mark.parametrize(
    ("action", "state"),
    [("close", State.ASSESSMENT), ("redirect", State.ASSESSMENT), ("close", State.REFERRED)],
)
def test_a_reopened_case_is_ended_by_two(action, state):
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    if state is State.REFERRED:
        story.does(INTAKE, "conclude_assessment", outcome="misuse_for_management")
        story.does(INTAKE, "refer")
    asked = Move(Action(action), INTAKE, story.at, complete(story.case, Action(action), INTAKE, story.at))
    with pytest.raises(MoveNotAllowed, match="takes two people: propose it"):
        move(story.case, asked, LAW)
    story.does(INTAKE, action)
    assert story.case.state is state
    for nobody in (Actor(INTAKE.person, Role.HEAD), HEAD_3, DECIDER):
        with pytest.raises(MoveNotAllowed):
            story.does(nobody, "approve")
    assert story.does(INTAKE_2, "approve").state is State.CLOSED


def test_a_case_never_reopened_is_ended_early_by_one():
    story = story_at(State.ASSESSMENT)
    assert story.does(INTAKE, "close").state is State.CLOSED


def test_holding_a_closed_case_takes_one_however_often_it_was_reopened():
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    story.two(INTAKE, "close", INTAKE_2)
    story.does(HEAD_2, "place_hold")
    assert story.case.holds
    assert story.case.proposal is None


def test_a_reopened_case_is_merged_into_nothing():
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    with pytest.raises(MoveNotAllowed, match="not merged"):
        story.does(INTAKE, "merge")
