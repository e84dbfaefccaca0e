"""Everybody found against is heard for themselves: nobody's words, and nobody's silence, stand for another's."""

import pytest

from cases.case import Hearing, open_to
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import Action, State
from tests.cases.case.making import ANN, BEN, DECIDER, FINDER, HEAD, LAW, Story, guilty, measured, story_at

ADVERSE = {"finding": "sufficient_evidence"}
TOO_SOON = "only after each of them could comment"


def both_found_against(*, ben: str = "sufficient_evidence") -> Story:
    story = story_at(State.INVESTIGATION)
    story.alleges(BEN)
    story.attributes(ANN, BEN)
    for one in story.case.allegations:
        finding = "sufficient_evidence" if one.person == ANN else ben
        story.does(FINDER, "record_finding", allegation=one.id, finding=finding)
        story.does(FINDER, "notify_subject", person=one.person)
    story.does(FINDER, "send_findings")
    return story


def with_the_decider() -> Story:
    story = both_found_against()
    for person in (ANN, BEN):
        story.does(FINDER, "record_comment", person=person)
    story.does(FINDER, "issue_report")
    story.does(HEAD, "hand_to_decider")
    story.does(DECIDER, "issue_allegations")
    return story


def alleged_against(story: Story, person: object) -> object:
    return next(one.id for one in story.case.allegations if one.person == person)


def test_one_comment_does_not_let_the_report_on_another_go_out():
    story = both_found_against()
    story.does(FINDER, "record_comment", person=ANN)
    assert (story.case.comment, story.case.commented) == (Hearing.AWAITED, {ANN})
    assert Action.ISSUE_REPORT not in open_to(story.case, FINDER, story.at, LAW)
    with pytest.raises(MoveNotAllowed, match=TOO_SOON):
        story.does(FINDER, "issue_report")
    story.does(FINDER, "record_comment", person=BEN)
    assert (story.case.comment, story.case.commented) == (Hearing.RECEIVED, {ANN, BEN})
    assert story.does(FINDER, "issue_report").state is State.REPORTED


def test_one_person_heard_twice_is_still_one():
    story = both_found_against()
    for _ in range(2):
        story.does(FINDER, "record_comment", person=ANN)
    with pytest.raises(MoveNotAllowed, match=TOO_SOON):
        story.does(FINDER, "issue_report")


def test_the_time_limit_of_the_others_goes_on_after_the_first_comment():
    story = both_found_against()
    due_by = story.clock("comment").due_by
    story.does(FINDER, "record_comment", person=ANN)
    assert (story.clock("comment").ended_at, story.clock("comment").due_by) == (None, due_by)
    story.does(FINDER, "record_comment", person=BEN)
    assert story.clock("comment").ended_at == story.at


def test_silence_lapses_for_whoever_was_silent_and_a_late_word_is_still_heard():
    story = both_found_against()
    story.does(FINDER, "record_comment", person=ANN)
    story.at = story.clock("comment").due_by
    story.waits(seconds=2)
    assert "comment" in story.lapses()
    assert story.case.comment is Hearing.LAPSED
    story.does(FINDER, "record_comment", person=BEN)
    assert (story.case.comment, story.case.commented) == (Hearing.RECEIVED, {ANN, BEN})
    assert story.does(FINDER, "issue_report").state is State.REPORTED


def test_only_those_found_against_are_waited_for_and_whoever_else_is_concerned_may_speak():
    story = both_found_against(ben="no_evidence")
    story.does(FINDER, "record_comment", person=BEN)
    assert story.case.comment is Hearing.AWAITED
    with pytest.raises(MoveNotAllowed, match=TOO_SOON):
        story.does(FINDER, "issue_report")
    assert story.does(FINDER, "record_comment", person=ANN).comment is Hearing.RECEIVED


def test_a_finding_that_falls_leaves_nobody_to_wait_for():
    story = both_found_against()
    story.does(FINDER, "record_comment", person=ANN)
    story.does(FINDER, "record_finding", allegation=alleged_against(story, BEN), finding="no_evidence")
    assert story.does(FINDER, "issue_report").state is State.REPORTED


def test_a_second_finding_against_somebody_who_commented_on_the_first_is_put_to_them_too():
    story = both_found_against(ben="no_evidence")
    story.does(FINDER, "record_comment", person=ANN)
    story.does(FINDER, "record_comment", person=BEN)
    story.does(FINDER, "record_finding", allegation=alleged_against(story, BEN), **ADVERSE)
    with pytest.raises(MoveNotAllowed, match=TOO_SOON):
        story.does(FINDER, "issue_report")
    story.does(FINDER, "send_findings")
    assert story.case.commented == frozenset()


def test_whose_words_they_are_must_be_said():
    story = both_found_against()
    with pytest.raises(Malformed) as refused:
        story.does(FINDER, "record_comment", person=None)
    assert [fault.pointer for fault in refused.value.faults] == ["#/person"]


def test_misconduct_is_established_against_whoever_answered_and_nobody_else():
    story = with_the_decider()
    story.does(DECIDER, "record_response", person=ANN)
    assert (story.case.response, story.case.responded) == (Hearing.AWAITED, {ANN})
    assert story.clock("reply").ended_at is None
    ruling = {"misconduct": True, "standard": "clear_and_convincing"}
    story.does(DECIDER, "record_decision", allegation=alleged_against(story, ANN), **ruling)
    with pytest.raises(MoveNotAllowed, match="only after this subject could respond"):
        story.does(DECIDER, "record_decision", allegation=alleged_against(story, BEN), **ruling)
    story.does(DECIDER, "record_response", person=BEN)
    assert (story.case.response, story.clock("reply").ended_at) == (Hearing.RECEIVED, story.at)
    story.does(DECIDER, "record_decision", allegation=alleged_against(story, BEN), **ruling)
    measures = tuple(measured(person) for person in guilty(story.case))
    assert story.does(DECIDER, "decide", measures=measures).decided_at == story.at


def test_the_silent_can_be_decided_on_once_their_time_is_over():
    story = with_the_decider()
    story.does(DECIDER, "record_response", person=ANN)
    story.at = story.clock("reply").due_by
    story.waits(seconds=2)
    assert "reply" in story.lapses()
    story.does(DECIDER, "record_decision", allegation=alleged_against(story, BEN), misconduct=True)
    assert story.case.allegation(alleged_against(story, BEN)).misconduct


def test_allegations_put_anew_are_answered_anew_by_each():
    story = with_the_decider()
    for person in (ANN, BEN):
        story.does(DECIDER, "record_response", person=person)
    story.does(DECIDER, "issue_allegations")
    assert (story.case.response, story.case.responded) == (Hearing.AWAITED, frozenset())
