"""Which clock starts, ends, stands still and goes on at which action."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cases.case import Given, Move, move
from cases.case.clocked import sounded
from cases.clocks import due
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import STEPS, Action, State
from tests.cases.case.making import (
    ANN,
    AT,
    BEN,
    DAY,
    DECIDER,
    FINDER,
    HEAD,
    HEAD_3,
    INTAKE,
    LAW,
    Story,
    complete,
    fresh,
    story_at,
)

CALENDAR = LAW.calendar()


def limit(name, at, office=""):
    return due(LAW.clock(name, at.date()), at, LAW.calendar(office))


def test_sorting_starts_the_clocks_that_run_from_receipt():
    assert {one.name: one.due_by for one in fresh().clocks} == {
        "acknowledge": AT + 7 * DAY,
        "feedback": (AT + 7 * DAY).replace(month=6),  # three months after the seventh day, while nothing was sent
        "assessment": AT.replace(month=6),
    }


def test_feedback_runs_from_the_acknowledgement_once_there_is_one():
    story = Story().waits(days=2)
    story.does(INTAKE, "acknowledge")
    assert story.clock("acknowledge").ended_at == story.at
    assert story.clock("feedback").started_at == story.at
    assert story.clock("feedback").due_by == story.at.replace(month=6)
    assert [one.name for one in story.case.clocks].count("feedback") == 1


def test_feedback_runs_from_the_acknowledgement_also_when_that_came_late():
    story = Story().waits(days=20)
    story.does(INTAKE, "acknowledge")
    assert story.clock("feedback").due_by == story.at.replace(month=6)


@pytest.mark.parametrize(
    ("state", "by", "action", "ends", "starts"),
    [
        (State.REGISTERED, INTAKE, "assess", set(), set()),
        (State.ASSESSMENT, INTAKE, "ask_reporter", set(), {"information"}),
        (State.ASSESSMENT, INTAKE, "conclude_assessment", {"assessment"}, set()),
        (State.AWAITING_INFORMATION, INTAKE, "resume", {"information"}, set()),
        (State.FINDINGS_FOR_COMMENT, FINDER, "record_comment", {"comment"}, set()),
        (State.FINDINGS_FOR_COMMENT, FINDER, "notify_subject", set(), set()),
        (State.REPORTED, HEAD, "hand_to_decider", set(), set()),
        (State.WITH_DECIDER, DECIDER, "issue_allegations", set(), {"reply"}),
        (State.WITH_DECIDER, DECIDER, "administrative_leave", set(), {"leave_review"}),
    ],
)
def test_an_action_ends_and_starts_these_clocks_and_no_others(state, by, action, ends, starts):
    story = story_at(state)
    before = {one.name for one in story.case.clocks if one.ended_at is None}
    story.does(by, action)
    now = {one.name for one in story.case.clocks if one.ended_at is None}
    assert (before - now, now - before) == (ends, starts)
    for name in starts - {"leave_review"}:
        assert story.clock(name).due_by == limit(name, story.at)


def test_an_investigation_has_six_months_from_its_approval():
    story = story_at(State.INVESTIGATION)
    opened = next(one for one in story.case.clocks if one.name == "investigation")
    assert opened.due_by == opened.started_at.replace(month=9)
    assert story.clock("assessment").ended_at is not None
    story.does(FINDER, "record_finding", finding="no_evidence")
    story.does(FINDER, "issue_report")
    assert story.clock("investigation").ended_at == story.at


def test_a_proposal_has_a_clock_until_it_is_settled():
    for how, by in (("approve", HEAD), ("reject", HEAD), ("withdraw", INTAKE)):
        story = story_at(State.ASSESSMENT)
        story.does(INTAKE, "conclude_assessment")
        story.does(INTAKE, "open_investigation")
        assert story.clock("proposal").due_by == story.at + 14 * DAY == story.case.proposal.expires_at
        story.does(by, how)
        assert story.clock("proposal").ended_at == story.at


def test_the_assessment_stands_still_while_a_question_is_with_the_reporter():
    story = story_at(State.AWAITING_INFORMATION)
    asked = story.at
    assert story.clock("assessment").paused_at == asked
    story.waits(days=10)
    story.does(INTAKE, "resume")
    assert story.clock("assessment").paused_at is None
    assert story.clock("assessment").due_by == AT.replace(month=6) + (story.at - asked)


def test_the_reporters_clocks_never_stand_still():
    story = story_at(State.AWAITING_INFORMATION)
    before = (story.clock("acknowledge"), story.clock("feedback"))
    story.waits(days=25)
    story.does(INTAKE, "resume")
    assert (story.clock("acknowledge"), story.clock("feedback")) == before


def test_an_answer_of_the_reporter_sets_the_assessment_going_again():
    story = story_at(State.AWAITING_INFORMATION).waits(days=3)
    assert story.hears_from_the_reporter()
    assert story.case.state is State.ASSESSMENT
    assert story.running >= {"assessment"}
    assert story.clock("information").ended_at == story.at
    assert not story.hears_from_the_reporter()


@pytest.mark.parametrize(("office", "last"), [("HQ", "2026-03-24"), ("NORTH", "2026-03-25"), ("", "2026-03-24")])
def test_a_comment_is_awaited_for_ten_working_days_of_the_subjects_office(office, last):
    """In the north of the samples Friday and Saturday are off, and the feast after the fast."""
    story = story_at(State.INVESTIGATION)
    story.does(FINDER, "record_finding", finding="sufficient_evidence")
    story.does(FINDER, "notify_subject")
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    given = complete(story.case, Action.SEND_FINDINGS, FINDER, at)
    story.keep(move(story.case, Move(Action.SEND_FINDINGS, FINDER, at, given, office), LAW))
    assert story.clock("comment").due_by == limit("comment", at, office)
    assert story.clock("comment").due_by.date() == date.fromisoformat(last)


def test_a_comment_is_extended_once_by_five_working_days():
    story = story_at(State.FINDINGS_FOR_COMMENT)
    before = story.clock("comment").due_by
    story.does(FINDER, "extend_clock", clock="comment")
    assert story.clock("comment").due_by == before + 7 * DAY
    assert story.clock("comment").extended == 1
    with pytest.raises(MoveNotAllowed, match=r"extended \(again\)"):
        story.does(FINDER, "extend_clock", clock="comment")


@pytest.mark.parametrize("name", ["acknowledge", "feedback", "assessment", "proposal", "lunch"])
def test_no_other_clock_is_extended_least_of_all_a_reporters(name):
    story = story_at(State.FINDINGS_FOR_COMMENT)
    with pytest.raises(MoveNotAllowed, match="No clock of this name"):
        story.does(FINDER, "extend_clock", clock=name)


def test_findings_put_again_give_the_whole_time_again():
    story = story_at(State.FINDINGS_FOR_COMMENT).waits(days=5)
    story.does(FINDER, "extend_clock", clock="comment")
    story.does(FINDER, "send_findings")
    [running] = [one for one in story.case.clocks if one.name == "comment" and one.ended_at is None]
    assert running.due_by == limit("comment", story.at)
    assert running.extended == 0


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2026, 12, 24)])
def test_a_leave_is_reviewed_by_the_end_of_the_day_the_decider_names(day):
    story = story_at(State.WITH_DECIDER)
    story.does(DECIDER, "administrative_leave", review_on=day)
    assert story.clock("leave_review").due_by == datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "by", "action"),
    [(State.REGISTERED, INTAKE, "close"), (State.ASSESSMENT, INTAKE, "redirect"), (State.ASSESSMENT, HEAD, "merge")],
)
def test_closing_meets_the_reporters_clocks_with_its_notice_and_ends_all_others(state, by, action):
    story = story_at(state)
    case = story.does(by, action)
    assert {one.name: one.ended_at for one in case.clocks} == dict.fromkeys(
        ("acknowledge", "feedback", "assessment"), story.at
    )
    assert case.acknowledged_at == story.at


def test_a_clock_of_the_reporter_ends_by_a_message_alone():
    told = {Action.ACKNOWLEDGE, Action.CLOSE, Action.REDIRECT, Action.MERGE}
    for (state, action), step in STEPS.items():
        if action in told or step.approved_by:
            continue
        for by in (INTAKE, HEAD, FINDER, DECIDER):
            story = story_at(state)
            before = [one for one in story.case.clocks if one.belongs_to == "reporter"]
            if by.role in step.by and allowed(story, by, action):
                assert [one for one in story.case.clocks if one.belongs_to == "reporter"] == before, action


def allowed(story, by, action):
    try:
        return story.does(by, action)
    except (MoveNotAllowed, Malformed):
        return None


@pytest.mark.parametrize(("event", "met"), [("feedback", True), ("message_sent", False)])
def test_only_a_letter_that_says_what_was_done_meets_the_feedback_clock(event, met):
    case = sounded(fresh(), fresh(), event, AT + DAY, LAW)
    assert ("feedback" in {one.name for one in case.clocks if one.ended_at}) is met


def test_a_reopened_case_has_three_months_to_be_assessed_anew_and_promises_the_reporter_nothing_new():
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    assert story.running == {"reassessment"}
    assert story.clock("reassessment").due_by == story.at.replace(month=6)
    story.does(INTAKE, "ask_reporter")
    assert story.running == {"information"}
    story.does(INTAKE, "resume")
    story.does(INTAKE, "conclude_assessment")
    assert story.running == set()


def test_a_clock_set_going_in_a_state_where_it_stands_still_is_paused_at_once():
    story = story_at(State.ASSESSMENT)
    story.does(INTAKE, "ask_reporter")
    assert story.case.due.name == "acknowledge"
    assert {one.name for one in story.case.clocks if one.paused_at} == {"assessment"}


def test_what_is_due_next_is_the_first_of_those_that_run():
    story = Story()
    assert story.case.due.name == "acknowledge"
    story.does(INTAKE, "acknowledge")
    assert story.case.due.name == "assessment"
    assert story_at(State.CLOSED).case.due is None


def test_every_move_in_time_tells_its_clocks_in_its_entry():
    story = story_at(State.ASSESSMENT)
    story.does(INTAKE, "ask_reporter")
    told = story.entries[-1][1]["case"]["clocks"]
    assert {one["name"] for one in told} == {"acknowledge", "feedback", "assessment", "information"}
    story.does(INTAKE, "preserve_evidence")
    assert "clocks" not in story.entries[-1][1]["case"]


def test_what_lapsed_is_extended_no_more():
    story = story_at(State.FINDINGS_FOR_COMMENT).waits(days=30)
    assert story.lapses() == ["comment"]
    with pytest.raises(MoveNotAllowed, match="No clock of this name"):
        story.tries(FINDER, Action.EXTEND_CLOCK, Given(reason="Late.", clock="comment"))


def test_two_subjects_are_told_apart_but_comment_within_one_time():
    story = story_at(State.INVESTIGATION)
    story.alleges(BEN, by=INTAKE)
    for one in story.case.allegations:
        story.does(FINDER, "record_finding", allegation=one.id, finding="no_evidence")
        story.does(FINDER, "notify_subject", person=one.person)
    assert story.case.notified == {ANN, BEN}
    story.does(FINDER, "send_findings")
    assert [one.name for one in story.case.clocks].count("comment") == 1


def test_a_promise_to_the_reporter_outlives_a_closing_that_does_not_meet_it():
    """Whether a closing meets it is data: the notice it carries is a message."""
    waiting = tuple(replace(one, until=("feedback",)) if one.name == "feedback" else one for one in LAW.clocks)
    law = replace(LAW, clocks=waiting)
    closed = replace(fresh(), state=State.CLOSED)
    after = sounded(fresh(), closed, "close", AT + DAY, law)
    assert {one.name for one in after.clocks if one.runs} == {"feedback"}


def test_leave_of_a_second_subject_does_not_put_off_the_review_of_the_first():
    story = story_at(State.WITH_DECIDER)
    first, second = date(2026, 4, 1), date(2026, 12, 24)
    for person, day in ((ANN, first), (BEN, second)):
        story.does(DECIDER, "administrative_leave", person=person, review_on=day)
    assert story.clock("leave_review").due_by.date() == first
    story.at = story.clock("leave_review").due_by
    story.does(DECIDER, "administrative_leave", person=ANN, review_on=second)
    assert story.clock("leave_review").due_by.date() == second
