"""Whom a part means, before anybody's sight is asked, and what a change of a case amounts to for those told of it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case import Assignment, Case, Proposal
from cases.catalogue.telling import TOLD
from cases.directory import Directory, read_directory
from cases.lifecycle import Action, Queue, State
from cases.notices import HAPPENINGS, Choice, Named, chosen, happenings
from cases.people import Role
from cases.sight import Actor
from tests.conftest import SAMPLES

PEOPLE = read_directory((SAMPLES / "directory.csv").read_text())
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTHING = Named({})
INVESTIGATOR, INTAKE = Assignment("S0014", Role.INVESTIGATOR), Assignment("S0012", Role.INTAKE)
BARE = Case("IGO-2026-10001", UUID(int=1), Queue.IGO, ("supervisor", "igo"), State.REGISTERED, 1, (), AT)
OUTSIDE = replace(BARE, queue=Queue.OUTSIDE, to=("outside", "gatekeeper"))


def meant(*who: str, otherwise: tuple[str, ...] = (), case: Case = BARE, named: Named = NOTHING) -> list[str]:
    return [
        f"{one.person} {one.role}" for choice in chosen(who, otherwise, case, PEOPLE, named) for one in choice.people
    ]


def test_a_role_means_everybody_who_holds_it():
    assert meant("intake") == ["S0012 intake", "S0013 intake"]


def test_the_outside_office_stands_for_intake_and_head_in_its_own_cases():
    assert meant("intake", "head", case=OUTSIDE) == ["S0070 outside", "S0071 outside"] * 2


def test_whoever_did_it_is_not_told_of_it():
    assert meant("intake", named=Named({}, by="S0012")) == ["S0013 intake"]


def test_where_nobody_is_assigned_others_are_told():
    assert meant("assignees", otherwise=("head",)) == ["S0010 head", "S0011 head"]
    assert meant("assignees", otherwise=("head",), case=replace(BARE, assignees=(INVESTIGATOR,))) == [
        "S0014 investigator"
    ]


def test_no_part_ever_means_a_reporter():
    assert "reporter" not in TOLD
    assert meant("reporter") == []


def test_the_supervisor_is_the_one_it_was_sent_to_and_a_leg_that_reaches_nobody_still_has_its_place():
    assert meant("supervisor", named=Named({}, "S0101")) == ["S0101 supervisor"]
    assert meant("supervisor") == [" supervisor"]
    assert meant("supervisor", case=OUTSIDE) == []


def test_the_line_means_whoever_stands_above_the_assignees_nearest_first_and_one_of_them_alone():
    case = replace(BARE, assignees=(INVESTIGATOR,))
    [choice] = chosen(("line",), (), case, PEOPLE, NOTHING)
    assert choice == Choice((Actor("S0011", Role.HEAD), Actor("S0010", Role.HEAD)), first_alone=True)
    assert meant("line", otherwise=("head",)) == ["S0010 head", "S0011 head"], "nobody is assigned"


@given(st.lists(st.sampled_from(sorted(TOLD)), max_size=4), st.sampled_from([BARE, OUTSIDE]))
def test_whoever_is_meant_holds_the_role_they_are_meant_in_or_is_assigned_in_it(who, case):
    for choice in chosen(who, (), replace(case, assignees=(INVESTIGATOR,)), PEOPLE, Named({}, "S0101")):
        for one in choice.people:
            person = PEOPLE.person(one.person)
            assert person is not None
            assert one.role in person.roles


def test_an_empty_directory_means_nobody():
    assert chosen(("intake", "line", "head"), ("decider",), BARE, Directory(()), NOTHING) == ()


def told(before: Case | None, after: Case, action: str = "tested") -> list[str]:
    return [one.what for one in happenings(before, after, action)]


def proposing(action: Action = Action.OPEN_INVESTIGATION) -> Proposal:
    return Proposal(uuid4(), action, "S0012", Role.INTAKE, AT, AT, uuid4())


@pytest.mark.parametrize(
    ("before", "after", "action", "what"),
    [
        (None, BARE, "registered", ["routed"]),
        (BARE, BARE, "message_sent", []),
        (BARE, replace(BARE, to=("supervisor", "igo", "ethics")), "screened_again", ["routed"]),
        (BARE, replace(BARE, to=("igo",)), "screened_again", []),
        (BARE, OUTSIDE, "screened_again", ["routed"]),
        (BARE, replace(BARE, assignees=(INVESTIGATOR,)), "assigned", ["assigned"]),
        (replace(BARE, assignees=(INVESTIGATOR,)), BARE, "unassigned", ["taken_off"]),
        (replace(BARE, assignees=(INVESTIGATOR,)), replace(BARE, assignees=(INTAKE,)), "x", ["assigned", "taken_off"]),
        (BARE, replace(BARE, proposal=proposing()), "proposed", ["proposed"]),
        (replace(BARE, proposal=proposing()), BARE, "approve", ["approved"]),
        (replace(BARE, proposal=proposing()), BARE, "reject", ["rejected"]),
        (replace(BARE, proposal=proposing()), BARE, "withdraw", []),
        (replace(BARE, state=State.REPORTED), replace(BARE, state=State.WITH_DECIDER), "x", ["handed_to_decider"]),
        (replace(BARE, state=State.CLOSED), BARE, "approve", ["approved", "reopened"]),
        (replace(BARE, state=State.REFERRED), BARE, "record_return", ["referral_returned"]),
        (replace(BARE, state=State.AWAITING_INFORMATION), BARE, "reporter_answered", ["reporter_answered"]),
    ],
)
def test_what_is_told_of_a_change(before, after, action, what):
    assert told(before, after, action) == what
    assert set(what) <= HAPPENINGS


def test_a_new_leg_tells_those_alone_whom_it_brings_the_case_to():
    [one] = happenings(BARE, replace(BARE, to=("supervisor", "igo", "ethics")), "screened_again")
    assert one.only == {"ethics"}


def test_a_proposal_is_told_to_the_roles_that_may_approve_it_but_not_to_whoever_made_it():
    waiting = replace(BARE, state=State.ASSESSMENT, proposal=proposing())
    [one] = happenings(replace(waiting, proposal=None), waiting, "proposed")
    people = meant("approvers", case=waiting, named=Named(one.named, by="S0010"))
    assert people == ["S0011 head", "S0070 outside", "S0071 outside"]
