import json
from dataclasses import replace

import pytest

from cases.case import Given
from cases.casework.looking import reasons
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.moving import moves_open
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import Action, State
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CLOSING,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    REASONED,
    SORTED,
    entries,
    open_case,
    seen_now,
)
from tests.cases.casework.living import alleged, closed, investigated, moved, rebuilt, reopened


def mailbox(desk, filed):
    return show_mailbox(desk, open_mailbox(desk, filed.receipt))


FOUR_EYES = {
    Action.OPEN_INVESTIGATION: (alleged, INTAKE, HEAD, REASONED),
    Action.CLOSE: (investigated, HEAD, INTAKE, replace(CLOSING, closure_reason="insufficient_information")),
    Action.REOPEN: (closed, INTAKE, HEAD_TWO, replace(REASONED, ground="new_evidence")),
}


@pytest.mark.parametrize("action", FOUR_EYES)
def test_what_takes_four_eyes_waits_for_another_and_carries_what_the_first_handed_in(desk, action):
    life, first, second, given = FOUR_EYES[action]
    case, filed = open_case(desk)
    before = life(desk, case)
    waiting = moved(desk, first, case, action, given)
    assert (waiting.state, waiting.proposal.action, waiting.proposal.by) == (before.state, action, first.person)
    letters = mailbox(desk, filed).letters
    for alone in (first, Actor(first.person, second.role)):
        assert Action.APPROVE not in moves_open(desk, alone, case.number, SORTED)[1]
        with pytest.raises(MoveNotAllowed, match="second person"):
            moved(desk, alone, case, Action.APPROVE)
    assert {Action.APPROVE, Action.REJECT} <= set(moves_open(desk, second, case.number, SORTED)[1])
    done = moved(desk, second, case, Action.APPROVE, Given())
    assert (done.proposal, done.state is before.state) == (None, False)
    assert done == rebuilt(desk, case)
    told = mailbox(desk, filed).letters[len(letters) :]
    assert [one.text for one in told] == ([given.notice] if given.notice else [])


def test_a_proposal_can_be_rejected_with_reasons_or_withdrawn_by_whoever_made_it(desk):
    case, filed = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    with pytest.raises(Malformed, match="#/reason"):
        moved(desk, HEAD, case, Action.REJECT, Given())
    with pytest.raises(MoveNotAllowed, match="withdraws it"):
        moved(desk, HEAD, case, Action.WITHDRAW)
    rejected = moved(desk, HEAD, case, Action.REJECT, Given("Too thin."))
    assert (rejected.state, rejected.proposal, rejected.due.name) == (State.ASSESSMENT, None, "feedback")
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    withdrawn = moved(desk, INTAKE, case, Action.WITHDRAW, Given())
    assert (withdrawn.state, withdrawn.proposal) == (State.ASSESSMENT, None)
    with pytest.raises(MoveNotAllowed, match="No proposal waits"):
        moved(desk, HEAD, case, Action.APPROVE)
    assert len(mailbox(desk, filed).letters) == 1
    said = [one["reason"] for one in reasons(desk, HEAD, case.number, SORTED).values()]
    assert "Too thin." in said


def test_what_was_handed_in_with_a_proposal_is_sealed_and_no_word_of_it_stands_in_an_entry(desk):
    case, _ = open_case(desk)
    investigated(desk, case)
    moved(desk, HEAD, case, Action.CLOSE, replace(CLOSING, closure_reason="insufficient_information"))
    *_, proposed = entries(desk, about=case.number)
    assert (proposed["action"], proposed["facts"]["proposes"]) == ("proposed", "close")
    assert sorted(part["kind"] for part in proposed["sealed"]) == ["proposal", "reason"]
    for words in (CLOSING.reason, CLOSING.notice):
        assert words not in json.dumps(proposed)


def test_a_reopened_case_is_sent_elsewhere_by_two_and_the_reporter_hears_of_it_when_it_happens(desk):
    case, filed = open_case(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    reopened(desk, case, (INTAKE, HEAD))
    elsewhere = Given(referred_to="protection_office")
    letters = len(show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters)
    for how in (Action.REJECT, Action.APPROVE):
        assert moved(desk, INTAKE, case, Action.REDIRECT, elsewhere).state is State.ASSESSMENT
        after = moved(desk, INTAKE_TWO, case, how, Given("Words."))
        told = show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters
        assert (after.state, len(told)) == {
            Action.REJECT: (State.ASSESSMENT, letters),
            Action.APPROVE: (State.CLOSED, letters + 1),
        }[how]
    assert rebuilt(desk, case) == seen_now(desk, case)
