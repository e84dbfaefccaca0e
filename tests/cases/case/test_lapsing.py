"""What time alone does to a case, once each, and never to what was settled before."""

from datetime import timedelta

import pytest

from cases.case import LAPSING, Hearing, answered, lapse
from cases.catalogue import Belongs
from cases.errors import MoveNotAllowed
from cases.lifecycle import State
from tests.cases.case.making import ANN, DECIDER, FINDER, HEAD, INTAKE, LAW, Story, story_at

A_MOMENT = timedelta(microseconds=1)


def asked():
    return story_at(State.AWAITING_INFORMATION), "information"


def put():
    return story_at(State.FINDINGS_FOR_COMMENT), "comment"


def charged():
    story = story_at(State.WITH_DECIDER)
    story.does(DECIDER, "issue_allegations")
    return story, "reply"


def proposed():
    story = story_at(State.ASSESSMENT)
    story.does(INTAKE, "conclude_assessment")
    story.does(INTAKE, "open_investigation")
    return story, "proposal"


LEFT = {
    asked: lambda case: (case.state, case.back_to) == (State.ASSESSMENT, None),
    put: lambda case: (case.comment, case.state) == (Hearing.LAPSED, State.FINDINGS_FOR_COMMENT),
    charged: lambda case: (case.response, case.state) == (Hearing.LAPSED, State.WITH_DECIDER),
    proposed: lambda case: (case.proposal, case.state) == (None, State.ASSESSMENT),
}


@pytest.mark.parametrize("begin", LEFT)
def test_what_runs_out_takes_its_effect_once_and_not_a_moment_early(begin):
    story, name = begin()
    due_by = story.clock(name).due_by
    assert lapse(story.case, due_by - A_MOMENT, LAW) is None
    story.at = due_by
    before = story.case.version
    assert story.lapses() == [name]
    assert LEFT[begin](story.case)
    assert story.case.version == before + 1
    assert story.clock(name).ended_at == due_by
    assert story.entries[-1][1]["clock"] == name
    assert story.waits(days=3650).lapses() == []


def test_these_are_all_the_clocks_whose_end_changes_a_case():
    assert {begin()[1] for begin in LEFT} == LAPSING
    lapsing = {clock.name for clock in LAW.clocks if clock.lapses}
    assert lapsing - LAPSING == {"identity_grant"}  # it runs beside the case
    assert all(clock.belongs_to is Belongs.CASE for clock in LAW.clocks if clock.name in LAPSING)


@pytest.mark.parametrize(
    ("begin", "by", "action"),
    [
        (asked, INTAKE, "resume"),
        (put, FINDER, "record_comment"),
        (charged, DECIDER, "record_response"),
        (proposed, HEAD, "approve"),
        (proposed, HEAD, "reject"),
        (proposed, INTAKE, "withdraw"),
    ],
)
def test_what_was_settled_in_time_does_not_lapse_afterwards(begin, by, action):
    story, name = begin()
    story.does(by, action)
    assert name not in story.waits(days=400).lapses()


def test_an_unanswered_question_sets_the_assessment_going_again():
    story, _ = asked()
    left = story.clock("assessment").due_by - story.at
    story.waits(days=30).lapses()
    assert story.running >= {"assessment"}
    assert story.clock("assessment").due_by == story.at + left


def test_several_that_ran_out_take_effect_one_by_one_each_with_an_entry():
    story, _ = proposed()
    story.does(INTAKE, "withdraw")
    story.does(INTAKE, "ask_reporter")
    assert story.waits(days=31).lapses() == ["information"]
    story, _ = put()
    story.does(HEAD, "close", closure_reason="not_personnel")
    before = story.case.version
    assert sorted(story.waits(days=40).lapses()) == ["comment", "proposal"]
    assert story.case.version == before + 2


def test_a_subject_who_says_nothing_in_time_does_not_hold_up_the_report_or_the_decision():
    story, _ = put()
    story.waits(days=30).lapses()
    assert story.does(FINDER, "issue_report").state is State.REPORTED
    story.does(HEAD, "hand_to_decider")
    story.does(DECIDER, "issue_allegations")
    story.waits(days=40).lapses()
    assert story.does(DECIDER, "record_decision", misconduct=True).allegations[0].misconduct is True


def test_silence_on_findings_that_changed_since_is_not_taken_for_a_comment_on_the_new_ones():
    story = story_at(State.FINDINGS_FOR_COMMENT, "no_evidence")
    story.does(FINDER, "record_finding", finding="sufficient_evidence")
    assert story.waits(days=30).lapses() == ["comment"]
    assert story.case.comment is Hearing.NOT_ASKED
    with pytest.raises(MoveNotAllowed, match="could comment"):
        story.does(FINDER, "issue_report")


def test_an_answer_counts_only_while_a_question_is_with_the_reporter():
    for state in set(State) - {State.AWAITING_INFORMATION}:
        assert answered(story_at(state).case, story_at(state).at, LAW) is None
    story, _ = asked()
    case, facts = answered(story.case, story.at, LAW)
    assert case.state is State.ASSESSMENT
    assert (facts["from"], facts["to"]) == ("awaiting_information", "assessment")


def test_a_reporters_clock_is_never_dropped_however_late_it_is():
    story = Story().waits(days=3650)
    assert story.lapses() == []
    assert story.running == {"acknowledge", "feedback", "assessment"}


def test_a_closed_case_has_nothing_left_that_lapses():
    for begin in (asked, put):
        story, _ = begin()
        if story.case.state is State.AWAITING_INFORMATION:
            story.does(INTAKE, "resume")
            story.does(INTAKE, "close")
        else:
            story.two(HEAD, "close", INTAKE, closure_reason="not_personnel", person=ANN)
        assert story.case.state is State.CLOSED
        assert story.waits(days=400).lapses() == []
