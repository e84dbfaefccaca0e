"""An erasure waits for the retention time, gives way to a hold, takes two people, and ends everything."""

from datetime import timedelta

import pytest

from cases.case import open_to
from cases.clocks import add_months
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import Action, State, steps_from
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import DECIDER, HEAD, HEAD_2, HEAD_3, INTAKE, LAW, Story, story_at

A_MOMENT = timedelta(microseconds=1)


def closed(reason):
    story = Story()
    story.does(INTAKE, "close", closure_reason=reason)
    return story


@pytest.mark.parametrize("reason", LAW.closures_for(State.REGISTERED, Role.INTAKE))
def test_a_case_is_kept_for_the_months_of_its_closure_reason_to_the_moment(reason):
    story = closed(reason)
    until = add_months(story.case.closed_at, LAW.closure(reason).retention_months)
    story.at = until - timedelta(hours=1) - A_MOMENT  # an hour passes before each move
    with pytest.raises(MoveNotAllowed, match="must still be kept"):
        story.does(HEAD, "erase")
    story.at = until - timedelta(hours=1)
    story.does(HEAD, "erase")
    assert story.does(HEAD_2, "approve").erased_at == story.at


def test_a_case_reopened_and_closed_again_is_kept_from_its_last_closing():
    story = closed("not_personnel").waits(days=366)
    story.two(INTAKE, "reopen", HEAD_3)
    story.two(INTAKE, "close", HEAD, closure_reason="not_personnel")
    story.waits(days=366 + 31)
    with pytest.raises(MoveNotAllowed, match="must still be kept"):
        story.does(HEAD, "erase")
    assert story.waits(days=366).two(HEAD, "erase", HEAD_2).erased_at


@pytest.mark.parametrize("state", State)
def test_a_hold_is_placed_and_lifted_at_any_time(state):
    story = story_at(state)
    story.does(HEAD, "place_hold")
    [hold] = story.case.holds
    assert hold.at == story.at
    assert story.does(HEAD_2, "lift_hold", hold=hold.id).holds == ()


def test_a_hold_wins_over_the_retention_time():
    story = closed("duplicate").waits(days=366 * 20)
    story.does(HEAD, "place_hold")
    with pytest.raises(MoveNotAllowed, match="A legal hold stands"):
        story.does(HEAD, "erase")
    story.does(HEAD_2, "lift_hold")
    assert story.two(HEAD, "erase", HEAD_2).erased_at


def test_every_hold_must_be_lifted_each_by_name():
    story = closed("duplicate").waits(days=366 * 20)
    story.does(HEAD, "place_hold")
    story.does(DECIDER, "place_hold")
    first, second = story.case.holds
    story.does(HEAD, "lift_hold", hold=first.id)
    assert story.case.holds == (second,)
    with pytest.raises(MoveNotAllowed, match="A legal hold stands"):
        story.does(HEAD, "erase")


def test_no_open_case_is_erased():
    for state in set(State) - {State.CLOSED}:
        story = story_at(state).waits(days=366 * 20)
        with pytest.raises(MoveNotAllowed, match="cannot be done while the case is in"):
            story.does(HEAD, "erase")


def test_after_an_erasure_nothing_stands_open_to_anybody():
    story = story_at(State.CLOSED).waits(days=366 * 11)
    story.two(HEAD, "erase", HEAD_2)
    for role in Role:
        for person in ("S0777", HEAD.person, DECIDER.person):
            assert open_to(story.case, Actor(person, role), story.at, LAW) == ()
    for action, step in steps_from(State.CLOSED):
        by = next(one for one in (HEAD, DECIDER) if one.role in step.by)
        with pytest.raises(MoveNotAllowed if action is not Action.LIFT_HOLD else Malformed):
            story.does(by, action)


def test_whoever_asks_for_an_erasure_or_guards_against_it_has_not_worked_the_case():
    story = story_at(State.CLOSED)
    story.does(HEAD_3, "place_hold")
    story.does(HEAD_3, "lift_hold")
    story.waits(days=366 * 11).two(HEAD_3, "erase", DECIDER)
    assert HEAD_3.person not in story.case.worked_by | story.case.closed_by | story.case.reviewed_by
