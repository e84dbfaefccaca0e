from dataclasses import replace
from uuid import uuid4

import pytest

from cases.case import Given
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.looking import show_case
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import CaseError, ConflictOfInterest, MoveNotAllowed, UnknownCase
from cases.lifecycle import Action, State
from cases.people import Role
from cases.persons import PersonRole
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CUSTODIAN,
    DECIDER,
    DECIDER_TWO,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    OUTSIDE,
    SORTED,
    SUPERVISOR,
    WHY,
    by_number,
    draft,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
)
from tests.cases.casework.living import (
    added,
    alleged,
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


def test_a_witness_of_the_target_is_kept_from_all_that_was_merged_into_it(desk):
    """The merged case names the number of the target, and tells of the same matter."""
    case, _ = open_case(desk, pictures=1)
    target, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    assert listed(desk, INTAKE_TWO) == [case.number]
    merged(desk, case, target.number)
    assert listed(desk, INTAKE_TWO) == []
    for one in (case, target):
        sees_nothing_of(desk, INTAKE_TWO, one)


def test_a_witness_of_one_merged_case_is_kept_from_the_others_merged_with_it(desk):
    one, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    other, _ = open_case(desk)
    target, _ = open_case(desk)
    for duplicate in (one, other):
        merged(desk, duplicate, target.number)
    assert listed(desk, INTAKE_TWO) == []
    assert set(listed(desk, INTAKE)) == {one.number, other.number, target.number}


def test_what_was_merged_leaves_the_office_with_the_case_it_was_merged_into(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "@somebody"}]))
    target, _ = open_case(desk)
    merged(desk, case, target.number)
    added(desk, INTAKE, target, staff_number=INTAKE_TWO.person)
    for officer in (INTAKE, INTAKE_TWO, HEAD):
        assert listed(desk, officer) == []
        sees_nothing_of(desk, officer, case)
    assert set(listed(desk, OUTSIDE)) == {case.number, target.number}


def test_a_supervisor_loses_what_was_merged_into_a_case_against_them(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk, draft(subjects=[by_number(SUPERVISOR.person)], share=False))
    assert listed(desk, SUPERVISOR) == [case.number]
    merged(desk, case, target.number)
    assert listed(desk, SUPERVISOR) == []


def test_a_custodian_of_the_target_reads_nothing_that_was_merged_into_it(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    merged(desk, case, target.number)
    request = ask_who_reported(desk, INTAKE, target.number, WHY, SORTED)
    decide_on_request(desk, CUSTODIAN, target.number, request.id, WHY, SORTED, grant=True)
    assert listed(desk, Actor(CUSTODIAN.person, Role.INTAKE)) == []


def test_a_merge_tells_nobody_by_name_that_a_handler_of_the_target_reported_the_other(desk):
    """For them it is hidden, but to take them off it would say in the ledger who they are."""
    case, _ = open_case(desk, draft(number=INVESTIGATOR.person))
    target, _ = open_case(desk)
    assigned(desk, HEAD, target, INVESTIGATOR)
    merged(desk, case, target.number)
    worked_off(desk)
    assert listed(desk, INVESTIGATOR) == []
    told = [one for one in entries(desk, about=target.number, kind="change") if one["action"] == "screened_again"]
    assert told
    assert all("assignees" not in one["facts"]["case"] for one in told)


def test_whoever_a_merged_case_hides_itself_from_later_leaves_the_target_with_what_they_proposed(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    merged(desk, case, target.number)
    worked_off(desk)
    alleged(desk, target)
    moved(desk, HEAD, target, Action.OPEN_INVESTIGATION)
    assigned(desk, INTAKE, target, INVESTIGATOR)
    for handler in (HEAD, INVESTIGATOR):
        added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=handler.person)
    worked_off(desk)
    assert (seen_now(desk, target).proposal, seen_now(desk, target).assignees) == (None, ())
    assert rebuilt(desk, target) == seen_now(desk, target)


def test_whoever_worked_the_merged_case_does_not_rule_on_the_review_of_the_other(desk):
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    merged(desk, case, target.number, HEAD_TWO)
    worked_off(desk)
    assert HEAD_TWO.person in seen_now(desk, target).worked_by
    moved(desk, INTAKE, target, Action.CLOSE, EARLY)
    with pytest.raises(MoveNotAllowed, match="does not rule on its review"):
        reopened(desk, target, (INTAKE, HEAD_TWO))
    assert rebuilt(desk, target) == seen_now(desk, target)


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
