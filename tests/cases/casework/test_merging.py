from dataclasses import replace
from uuid import uuid4

import pytest

from cases.case import Given
from cases.casework.looking import show_case
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import CaseError, ConflictOfInterest, MoveNotAllowed, UnknownCase
from cases.lifecycle import Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import (
    DECIDER,
    DECIDER_TWO,
    EARLY,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    SORTED,
    SUPERVISOR,
    by_number,
    draft,
    everything_kept,
    listed,
    open_case,
    seen_now,
)
from tests.cases.casework.living import (
    assigned,
    investigated,
    moved,
    rebuilt,
    reopened,
    reported,
    unassigned,
    worked_off,
)
from tests.cases.casework.ways import ways_in

DUPLICATE = Given("The same post, by another colleague.", notice="It is looked at with another complaint.")


def merged(desk, case, into, who=INTAKE):
    return moved(desk, who, case, Action.MERGE, replace(DUPLICATE, into=into))


def refusal(desk, case, into, who=INTAKE):
    with pytest.raises(CaseError) as refused:
        merged(desk, case, into, who)
    return type(refused.value), str(refused.value)


def test_a_duplicate_is_closed_into_the_other_with_a_reasoned_notice(desk):
    case, filed = open_case(desk)
    target, _ = open_case(desk)
    gone = merged(desk, case, target.number)
    assert (gone.state, gone.closure_reason, gone.merged_into) == (State.CLOSED, "duplicate", target.number)
    mailbox = show_mailbox(desk, open_mailbox(desk, filed.receipt))
    assert ([one.text for one in mailbox.letters], mailbox.status.slug) == ([DUPLICATE.notice], "closed")
    assert target.number not in str(mailbox)
    assert seen_now(desk, target) == target
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_a_hidden_case_an_unknown_one_and_the_case_itself_get_the_same_words(desk, store, place):
    case, _ = open_case(desk)
    walled, _ = open_case(desk, draft(witnesses=[by_number(INTAKE.person)]))
    elsewhere, _ = open_case(desk, draft(subjects=[by_number(INVESTIGATOR.person)]))
    mine, _ = open_case(desk, draft(number=INTAKE.person))
    before = everything_kept(store, place.data_dir)
    hidden = {refusal(desk, case, into.number) for into in (walled, elsewhere, mine, case)}
    assert hidden == {refusal(desk, case, "IGO-2026-00000"), refusal(desk, case, "x' OR 1=1")}
    assert len(hidden) == 1
    assert everything_kept(store, place.data_dir) == before


def test_only_an_open_case_takes_another_in(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    moved(desk, INTAKE, target, Action.CLOSE, EARLY)
    kind, says = refusal(desk, case, target.number)
    assert (kind, says) == (MoveNotAllowed, "A case is merged only into an open case of the same office.")


def test_whoever_works_the_target_sees_what_was_merged_into_it(desk):
    case, _ = open_case(desk, pictures=1)
    target, _ = open_case(desk)
    assigned(desk, HEAD, target, INVESTIGATOR)
    assert listed(desk, INVESTIGATOR) == [target.number]
    merged(desk, case, f" {target.number} ")
    assert set(listed(desk, INVESTIGATOR)) == {case.number, target.number}
    assert show_case(desk, INVESTIGATOR, case.number, SORTED).told
    unassigned(desk, HEAD, target, INVESTIGATOR)
    assert listed(desk, INVESTIGATOR) == []


def sees_nothing_of(desk, actor, case):
    for way in ways_in(desk, actor, case.number, uuid4(), seen_now(desk, case).version).values():
        with pytest.raises(UnknownCase):
            way()


def test_a_witness_of_the_merged_case_is_kept_from_the_other_too(desk):
    """It is one matter now: their wall is that of both, and whoever worked the target works it no more."""
    case, _ = open_case(desk, draft(witnesses=[by_number(INVESTIGATOR.person)]), pictures=1)
    target, _ = open_case(desk)
    assigned(desk, HEAD, target, INVESTIGATOR)
    assert listed(desk, INVESTIGATOR) == [target.number]
    merged(desk, case, target.number)
    assert listed(desk, INVESTIGATOR) == []
    for one in (case, target):
        sees_nothing_of(desk, INVESTIGATOR, one)
    worked_off(desk)
    assert seen_now(desk, target).assignees == ()
    assert rebuilt(desk, target) == seen_now(desk, target)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, HEAD, target, INVESTIGATOR)


def test_a_witness_of_the_target_alone_still_sees_the_merged_case(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    merged(desk, case, target.number)
    assert listed(desk, INTAKE_TWO) == [case.number]
    sees_nothing_of(desk, INTAKE_TWO, target)


def test_the_reporter_of_the_merged_case_does_not_work_the_other(desk):
    case, _ = open_case(desk, draft(number=INTAKE_TWO.person))
    target, _ = open_case(desk)
    assert listed(desk, INTAKE_TWO) == [target.number]
    merged(desk, case, target.number)
    assert listed(desk, INTAKE_TWO) == []
    sees_nothing_of(desk, INTAKE_TWO, target)


def test_whoever_worked_the_merged_case_does_not_decide_the_other(desk):
    """Also somebody who worked it as intake, and holds the decider's role as well."""
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    worked = Actor(DECIDER.person, Role.INTAKE)
    moved(desk, worked, case, Action.ASSESS, Given())
    merged(desk, case, target.number)
    reported(desk, target)
    assert target.number not in listed(desk, DECIDER)
    sees_nothing_of(desk, DECIDER, target)
    assert target.number in listed(desk, DECIDER_TWO)


def test_a_supervisor_who_received_the_merged_case_takes_no_part_in_the_other(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk, draft(number="S0113"))
    both = Actor(SUPERVISOR.person, Role.INTAKE)
    assert listed(desk, both) == [target.number]
    merged(desk, case, target.number)
    assert listed(desk, both) == []


def test_a_case_others_were_merged_into_is_merged_no_further(desk):
    """Otherwise the walls of the first would be two steps away from the last."""
    first, second, third = (open_case(desk)[0] for _ in range(3))
    merged(desk, first, second.number)
    with pytest.raises(MoveNotAllowed, match="Other cases were merged into this one"):
        merged(desk, second, third.number)
    assert merged(desk, third, second.number).merged_into == second.number


def test_supervisors_keep_to_what_was_sent_to_each(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk, draft(number="S0113"))
    merged(desk, case, target.number)
    assert listed(desk, SUPERVISOR) == [case.number]
    assert listed(desk, Actor("S0112", Role.SUPERVISOR)) == [target.number]


def test_a_case_under_investigation_is_merged_into_nothing(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    investigated(desk, case)
    with pytest.raises(MoveNotAllowed, match="investigation"):
        merged(desk, case, target.number)


def test_a_reopened_duplicate_stands_for_itself_again(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    assigned(desk, HEAD, target, INVESTIGATOR)
    merged(desk, case, target.number)
    assert reopened(desk, case, (INTAKE, HEAD)).merged_into is None
    assert listed(desk, INVESTIGATOR) == [target.number]
