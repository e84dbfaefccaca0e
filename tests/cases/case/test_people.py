"""Who works a case: asked to, taken off, stepping out, and what they say is alleged."""

from dataclasses import replace
from uuid import UUID

import pytest

from cases.case import ALLEGERS, ASSIGNABLE, ASSIGNERS, Assignment, Hearing
from cases.case.people import MOST_ALLEGED, identified
from cases.errors import ConflictOfInterest, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import (
    ANN,
    AT,
    BEN,
    DECIDER,
    DECIDER_2,
    FINDER,
    HEAD,
    HEAD_3,
    INTAKE,
    LAW,
    OUTSIDER,
    OUTSIDER_2,
    POLITICAL,
    Story,
    charge,
    decide,
    fresh,
    story_at,
)

DECIDED = "Whoever decided or reviewed a case never works it."


def round_two():
    story = decide(story_at(State.WITH_DECIDER))
    story.two(INTAKE, "reopen", HEAD_3)
    return story


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("queue", Queue)
def test_people_are_assigned_in_working_roles_of_the_office_that_has_the_case(queue, role):
    story, by = Story(fresh(queue)), OUTSIDER if queue is Queue.OUTSIDE else HEAD
    who = Actor("S0099", role)
    if role in ASSIGNABLE[queue]:
        assert story.assigns(who, by).assignees == (Assignment("S0099", role),)
    else:
        with pytest.raises(Malformed, match="#/role: People are assigned to this case as: "):
            story.assigns(who, by)


def test_the_decider_the_head_and_the_supervisor_are_never_assigned():
    assert {Role.DECIDER, Role.SUPERVISOR, Role.HEAD}.isdisjoint(frozenset().union(*ASSIGNABLE.values()))


@pytest.mark.parametrize("role", sorted(set(Role) - ASSIGNERS))
def test_nobody_else_assigns_or_takes_off(role):
    story = story_at(State.INVESTIGATION)
    with pytest.raises(NotPermitted):
        story.assigns(Actor("S0099", Role.INVESTIGATOR), Actor("S0098", role))
    with pytest.raises(NotPermitted):
        story.unassigns(FINDER, Actor("S0098", role))


def test_somebody_walled_off_cannot_be_assigned():
    with pytest.raises(ConflictOfInterest):
        Story().assigns(FINDER, walled=True)


def test_nobody_is_assigned_twice_in_one_role_or_to_a_closed_case():
    story = story_at(State.INVESTIGATION)
    with pytest.raises(MoveNotAllowed, match="already"):
        story.assigns(FINDER)
    assert len(story.assigns(Actor(FINDER.person, Role.INTAKE)).assignees) == 2
    with pytest.raises(MoveNotAllowed, match="takes no new people"):
        story_at(State.CLOSED).assigns(Actor("S0099", Role.INVESTIGATOR))


def test_to_be_assigned_is_enough_to_be_kept_from_deciding():
    story = story_at(State.WITH_DECIDER)
    story.assigns(Actor(DECIDER.person, Role.INTAKE))
    with pytest.raises(MoveNotAllowed, match="Whoever worked a case never decides it"):
        story.does(DECIDER, "issue_allegations")
    assert story.does(DECIDER_2, "issue_allegations")


def test_whoever_was_taken_off_worked_it_all_the_same():
    story = Story()
    story.assigns(FINDER)
    assert story.unassigns(FINDER).assignees == ()
    assert FINDER.person in story.case.worked_by
    assert story.entries[-1][1]["person"] == FINDER.person


def test_only_somebody_assigned_in_that_role_is_taken_off():
    story = story_at(State.INVESTIGATION)
    with pytest.raises(Malformed, match="#/person"):
        story.unassigns(Actor(FINDER.person, Role.INTAKE))
    story.assigns(Actor(FINDER.person, Role.INTAKE))
    assert story.unassigns(FINDER).assignees == (Assignment(FINDER.person, Role.INTAKE),)


@pytest.mark.parametrize("decider", [DECIDER, HEAD_3], ids=["who decided", "who reviewed"])
def test_whoever_decided_or_reviewed_a_case_neither_works_it_nor_staffs_it_in_any_round(decider):
    story = round_two()
    with pytest.raises(ConflictOfInterest):
        story.assigns(Actor(decider.person, Role.INVESTIGATOR))
    for act in (
        lambda by: story.assigns(FINDER, by),
        lambda by: story.unassigns(FINDER, by),
        lambda by: story.alleges(BEN, by=by),
    ):
        with pytest.raises(MoveNotAllowed, match=DECIDED):
            act(Actor(decider.person, Role.HEAD))


def test_whoever_recuses_themselves_leaves_every_assignment_and_is_never_assigned_again():
    story = story_at(State.INVESTIGATION)
    story.assigns(Actor(FINDER.person, Role.INTAKE))
    story.assigns(Actor("S0099", Role.INVESTIGATOR))
    case = story.recuses(FINDER)
    assert case.assignees == (Assignment("S0099", Role.INVESTIGATOR),)
    assert case.recused == {FINDER.person}
    assert FINDER.person in case.worked_by
    for role in (Role.INVESTIGATOR, Role.INTAKE):
        with pytest.raises(ConflictOfInterest):
            story.assigns(Actor(FINDER.person, role))


def test_a_supervisor_has_no_part_to_be_recused_from():
    with pytest.raises(MoveNotAllowed, match="only to know"):
        Story().recuses(Actor("S0099", Role.SUPERVISOR))


def test_whoever_turns_out_to_be_concerned_leaves_their_assignments_at_once():
    story = story_at(State.INVESTIGATION)
    story.assigns(Actor("S0099", Role.INVESTIGATOR))
    assert story.excludes(FINDER.person, "S0098").assignees == (Assignment("S0099", Role.INVESTIGATOR),)


def test_the_outside_office_assigns_its_own_people():
    story = Story(fresh(Queue.OUTSIDE))
    assert story.assigns(OUTSIDER_2, OUTSIDER).is_assigned(OUTSIDER_2.person, Role.OUTSIDE)


def test_an_allegation_is_a_subject_and_a_category_and_names_who_decides_on_it():
    story = Story()
    story.alleges(ANN)
    story.alleges(BEN, kind="unv")
    one, other = story.case.allegations
    assert (one.person, one.category, one.authority, one.here) == (ANN, POLITICAL, "dhr", True)
    assert (other.person, other.authority, other.here) == (BEN, "unv_panel", False)
    assert story.entries[-1][1]["allegation"] == str(other.id)
    assert story.case.subjects() == {ANN, BEN}


def test_the_same_is_not_alleged_twice_and_a_new_category_becomes_one_of_the_case():
    story = Story()
    story.alleges(ANN)
    with pytest.raises(Malformed, match="alleged against this person already"):
        story.alleges(ANN)
    story.alleges(ANN, "evidence_tampering_non_cooperation")
    assert story.case.categories == (POLITICAL, "evidence_tampering_non_cooperation")


@pytest.mark.parametrize("role", sorted(set(Role) - ALLEGERS))
def test_only_those_who_work_a_case_say_what_is_alleged(role):
    with pytest.raises(NotPermitted):
        Story().alleges(ANN, by=Actor("S0098", role))


@pytest.mark.parametrize("state", State)
def test_nothing_more_is_alleged_once_findings_were_put_to_anybody(state):
    story = story_at(state)
    early = {State.REGISTERED, State.ASSESSMENT, State.AWAITING_INFORMATION, State.INVESTIGATION}
    if state in early:
        assert story.alleges(BEN).subjects() >= {BEN}
    else:
        with pytest.raises(MoveNotAllowed, match="before findings are put"):
            story.alleges(BEN)


def test_whoever_says_what_is_alleged_works_the_case():
    assert HEAD.person in Story().alleges(ANN, by=HEAD).worked_by


STAFF, UNV = (LAW.provisions_for(kind, AT.date()) for kind in ("staff", "unv"))


def test_who_decides_on_an_allegation_follows_who_the_person_turns_out_to_be():
    story = story_at(State.ASSESSMENT)
    after = identified(story.case, ANN, UNV, another=False)
    assert [(one.authority, one.here) for one in after.allegations] == [("unv_panel", False)]
    assert identified(after, BEN, STAFF, another=False) == after
    assert identified(after, ANN, STAFF, another=False) == story.case


def test_for_somebody_else_nothing_stands_of_what_the_first_was_told_and_answered():
    story = story_at(State.FINDINGS_FOR_COMMENT)
    story.does(FINDER, "record_comment")
    after = identified(story.case, ANN, STAFF, another=True)
    assert (after.attributed, after.notified, after.owed) == (frozenset(), frozenset(), {ANN})
    assert after.comment is Hearing.NOT_ASKED
    story.changes(replace(after, version=story.case.version + 1))
    for action in ("send_findings", "issue_report"):
        with pytest.raises(MoveNotAllowed):
            story.does(FINDER, action)


def test_a_ruling_falls_when_its_subject_is_not_decided_on_here_and_stands_when_nothing_changes():
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=True)
    assert identified(story.case, ANN, STAFF, another=False).allegations == story.case.allegations
    [one] = identified(story.case, ANN, UNV, another=False).allegations
    assert (one.here, one.misconduct, one.standard) == (False, None, None)


def test_nobody_else_is_put_in_the_place_of_somebody_it_was_decided_on():
    story = decide(story_at(State.WITH_DECIDER))
    with pytest.raises(MoveNotAllowed, match="It was decided on this person"):
        identified(story.case, ANN, STAFF, another=True)
    assert identified(story.case, ANN, UNV, another=False).allegations == story.case.allegations


def test_whoever_decided_once_is_remembered_through_every_later_round():
    story = decide(story_at(State.WITH_DECIDER))
    for reviewer in (HEAD_3, Actor("S0008", Role.HEAD)):
        story.two(INTAKE, "reopen", reviewer)
        story.two(INTAKE, "close", HEAD)
    story.two(INTAKE, "reopen", Actor("S0007", Role.HEAD))
    assert story.case.decided_before == {DECIDER.person}
    assert story.case.reopened == 3


def test_a_case_holds_so_many_allegations_and_no_more():
    story = story_at(State.ASSESSMENT)
    for number in range(2, MOST_ALLEGED + 1):
        story.alleges(UUID(int=1000 + number))
    with pytest.raises(MoveNotAllowed, match="100 allegations at most"):
        story.alleges(BEN)


def test_somebody_who_turns_out_to_be_an_affiliate_is_referred_though_the_decider_has_the_case():
    """Nothing is decided on them here, and nothing is decided at all until their employer was asked."""
    story = charge(story_at(State.WITH_DECIDER))
    story.changes(replace(identified(story.case, ANN, UNV, another=False), version=story.case.version + 1))
    assert [one.here for one in story.case.allegations] == [False]
    with pytest.raises(MoveNotAllowed, match="refer the case to whoever employs them first"):
        story.does(DECIDER, "decide", measures=())
    story.does(HEAD, "refer", referred_to="unv_panel")
    assert story.does(HEAD, "record_return").state is State.WITH_DECIDER
    assert story.does(DECIDER, "decide", measures=()).decided_at == story.at
