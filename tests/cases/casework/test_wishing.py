"""What a reporter asks for beyond a letter: to withdraw, or to look again. The desk decides, and is told."""

import json

import pytest

from cases.case import Given
from cases.casework.looking import find_case, read_messages
from cases.casework.mailbox import add_message, find_mailbox, open_mailbox, show_mailbox
from cases.casework.wishing import Ground, ask_for_review, withdraw
from cases.complaint import Purpose
from cases.errors import MoveNotAllowed
from cases.lifecycle import Action, State
from cases.place import Kind
from cases.ports import EntryFilter
from tests.cases.casework.conftest import (
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    OUTSIDE,
    OUTSIDE_TWO,
    SORTED,
    after,
    draft,
    entries,
    everything_kept,
    open_case,
    seen_now,
)
from tests.cases.casework.living import assigned, moved, worked_off
from tests.cases.casework.noticed import who_reads

TEXT = "Somebody told me to."


@pytest.fixture
def case(desk):
    return open_case(desk)


def test_a_withdrawal_changes_nothing_of_the_case(desk, case):
    case, filed = case
    before = seen_now(desk, case)
    withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, SORTED)
    worked_off(desk)
    assert seen_now(desk, case) == before
    assert desk.lookup.status(filed.complaint).slug == "registered"


def test_a_withdrawal_is_an_entry_that_tells_no_words(desk, case):
    _, filed = case
    letter = withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, SORTED)
    (entry,) = entries(desk, about=str(filed.complaint), action="withdrawn")
    assert (entry["kind"], entry["actor"], entry["version"]) == ("intake", "reporter", None)
    assert entry["facts"] == {"message": letter.id}
    assert [one["kind"] for one in entry["sealed"]] == [Kind.MESSAGE.slug]
    assert not any(TEXT.encode() in one.body for one in desk.lookup.entries(EntryFilter(limit=1000)))


def test_both_sides_read_what_a_letter_is_for(desk, case):
    case, filed = case
    mailbox = find_mailbox(desk, filed.receipt)
    add_message(desk, mailbox, "Hello", SORTED)
    withdraw(desk, mailbox, "", after(minutes=6))
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="Are you sure?"))
    expected = [(None, "Hello"), (Purpose.QUESTION, "Are you sure?"), (Purpose.WITHDRAWAL, "")]
    mine = show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters
    theirs = read_messages(desk, INTAKE, case.number, SORTED)
    for letters in (mine, theirs):
        assert sorted(((one.purpose, one.text) for one in letters), key=str) == sorted(expected, key=str)


def test_what_closes_a_case_is_its_closing_notice(desk, case):
    case, filed = case
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    (letter,) = show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters
    assert (letter.purpose, letter.text) == (Purpose.CLOSING, EARLY.notice)


def test_whoever_works_the_case_is_told_of_a_withdrawal_or_intake(desk, case):
    case, filed = case
    withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, SORTED)
    worked_off(desk)
    assert who_reads(desk, "reporter_withdrew") == [INTAKE, INTAKE_TWO]
    assigned(desk, HEAD, case, INVESTIGATOR)
    withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, SORTED)
    worked_off(desk)
    assert who_reads(desk, "reporter_withdrew") == [INTAKE, INTAKE_TWO, INVESTIGATOR]


def test_a_withdrawal_before_sorting_stands_in_the_case(desk, case):
    case, filed = case
    withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, SORTED)
    (letter,) = read_messages(desk, INTAKE, case.number, SORTED)
    assert letter.purpose is Purpose.WITHDRAWAL
    actions = [json.loads(one.body)["action"] for one in desk.lookup.timeline([str(filed.complaint)], 0, 50)]
    assert "withdrawn" in actions


def test_a_withdrawal_is_no_answer_to_a_question(desk, case):
    case, filed = case
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="When was it?"))
    withdraw(desk, find_mailbox(desk, filed.receipt), TEXT, after(minutes=6))
    worked_off(desk, after(minutes=7))
    assert find_case(desk, INTAKE, case.number).state is State.AWAITING_INFORMATION


def test_what_is_closed_cannot_be_withdrawn_and_what_is_open_not_reviewed(desk, case, store, place):
    case, filed = case
    mailbox = find_mailbox(desk, filed.receipt)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(MoveNotAllowed, match="not closed"):
        ask_for_review(desk, mailbox, Ground.REVIEW, TEXT, SORTED)
    assert everything_kept(store, place.data_dir) == before
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(MoveNotAllowed, match="closed already"):
        withdraw(desk, mailbox, TEXT, SORTED)
    assert everything_kept(store, place.data_dir) == before


@pytest.mark.parametrize("ground", Ground)
def test_a_request_for_review_is_told_to_the_head_and_reopens_nothing(desk, case, ground):
    case, filed = case
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    closed = seen_now(desk, case)
    ask_for_review(desk, find_mailbox(desk, filed.receipt), ground, TEXT, SORTED)
    worked_off(desk)
    assert seen_now(desk, case) == closed
    assert who_reads(desk, "review_asked") == [HEAD, HEAD_TWO]
    (entry,) = entries(desk, about=str(filed.complaint), action="review_requested")
    assert entry["facts"]["ground"] == str(ground)


def test_in_a_case_of_the_outside_office_that_office_is_told(desk):
    case, filed = open_case(desk, draft(subjects=[{"staff_number": "S0016"}]))
    worked_off(desk)
    moved(desk, OUTSIDE, case, Action.CLOSE, EARLY)
    ask_for_review(desk, find_mailbox(desk, filed.receipt), Ground.REVIEW, TEXT, SORTED)
    worked_off(desk)
    assert who_reads(desk, "review_asked") == [OUTSIDE, OUTSIDE_TWO]
