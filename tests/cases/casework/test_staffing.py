import json

import pytest

from cases.case import Assignment, Given
from cases.casework.looking import reasons
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.moving import moves_open
from cases.casework.staffing import write_to_reporter
from cases.errors import CaseError, ConflictOfInterest, Malformed, MoveNotAllowed, NotPermitted, UnknownCase
from cases.lifecycle import Action, State
from cases.people import Role
from cases.persons import PersonRole
from cases.sight import Actor
from tests.cases.casework.conftest import (
    BOSS,
    CLOSING,
    DECIDER,
    DECIDER_TWO,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    MISCONDUCT,
    SORTED,
    SUBJECT,
    SUPERVISOR,
    actions,
    after,
    by_number,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import (
    added,
    alleged,
    assigned,
    closed,
    investigated,
    moved,
    rebuilt,
    recused,
    register,
    reopened,
    reported,
    unassigned,
    worked_off,
)
from tests.cases.casework.ways import ways_in


def test_a_letter_is_work_too(desk):
    with_roles(desk, "S0013", Role.INTAKE, Role.DECIDER)
    case, _ = open_case(desk)
    write_to_reporter(desk, Actor("S0013", Role.INTAKE), case.number, 1, "Do you have a copy?", SORTED)
    reported(desk, case)
    assert listed(desk, Actor("S0013", Role.DECIDER)) == []
    assert listed(desk, DECIDER) == [case.number]


def test_somebody_walled_off_cannot_be_assigned_however_their_number_is_spelled(desk):
    with_roles(desk, SUBJECT, Role.INVESTIGATOR)
    for told in ({}, {"subjects": [{"name": "Colleague 0107"}]}, {"witnesses": [by_number(SUBJECT)]}):
        case, _ = open_case(desk, draft(**told))
        for spelled in (SUBJECT, SUBJECT.lower(), f" {SUBJECT} "):
            with pytest.raises(ConflictOfInterest):
                assigned(desk, INTAKE, case, Actor(spelled, Role.INVESTIGATOR))
        assert actions(desk, about=case.number, kind="change") == ["registered"]


def test_the_receiving_and_the_conflicted_supervisor_cannot_be_assigned(desk):
    with_roles(desk, BOSS, Role.SUPERVISOR, Role.INVESTIGATOR)
    for told in ({}, {"supervisor_involved": True}, {"subjects": [by_number("S0100")]}):
        case, _ = open_case(desk, draft(**told))
        with pytest.raises(ConflictOfInterest):
            assigned(desk, INTAKE, case, Actor(BOSS, Role.INVESTIGATOR))


def test_people_are_assigned_under_the_number_the_directory_gives_them(desk):
    case, _ = open_case(desk)
    taken_on = assigned(desk, INTAKE, case, Actor("s0014", Role.INVESTIGATOR))
    assert taken_on.assignees == (Assignment(INVESTIGATOR.person, Role.INVESTIGATOR),)
    assert INVESTIGATOR.person in taken_on.worked_by
    assert listed(desk, INVESTIGATOR) == [case.number]
    *_, noted = entries(desk, about=case.number)
    assert (noted["action"], noted["facts"]["person"], noted["facts"]["as"]) == ("assigned", "S0014", "investigator")


def test_nobody_is_assigned_who_does_not_hold_the_role(desk):
    case, _ = open_case(desk)
    for nobody in (Actor("S9999", Role.INVESTIGATOR), Actor("S0014", Role.INTAKE)):
        with pytest.raises(Malformed, match="#/person"):
            assigned(desk, INTAKE, case, nobody)


def test_only_those_who_work_the_case_write_to_the_reporter(desk):
    case, filed = open_case(desk)
    now = reported(desk, case)
    for other in (DECIDER, SUPERVISOR):
        with pytest.raises(NotPermitted):
            write_to_reporter(desk, other, case.number, now.version, "Was it you?", SORTED)
    written = write_to_reporter(desk, INVESTIGATOR, case.number, now.version, "Do you have a copy?", SORTED)
    assert show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters[1:] == (written,)
    assert seen_now(desk, case).version == now.version + 1


STILL_OPEN = {Action.PLACE_HOLD, Action.REOPEN, Action.REPORT_IMPLICATIONS}


def test_a_letter_about_a_closed_case_opens_nothing_again(desk):
    case, filed = open_case(desk)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    write_to_reporter(desk, INTAKE, case.number, 2, "The other office wrote back.", after(minutes=9))
    now = seen_now(desk, case)
    assert (now.state, now.version) == (State.CLOSED, 3)
    assert show_mailbox(desk, open_mailbox(desk, filed.receipt)).status.slug == "closed"
    assert set(moves_open(desk, HEAD, case.number, SORTED)[1]) == STILL_OPEN
    for action in set(Action) - STILL_OPEN:
        with pytest.raises(CaseError):
            moved(desk, HEAD, case, action, CLOSING)


def test_feedback_meets_the_reporters_clock_and_an_ordinary_letter_does_not(desk):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    worked_off(desk)
    for place, (feedback, ended) in enumerate(((False, None), (True, after(days=3)))):
        write_to_reporter(desk, INTAKE, case.number, 2 + place, "So far.", after(days=3), feedback=feedback)
        (clock,) = [one for one in seen_now(desk, case).clocks if one.name == "feedback"]
        assert clock.ended_at == ended
    *_, noted = entries(desk, about=case.number)
    assert noted["facts"]["feedback"] is True


def test_whoever_recuses_themself_loses_the_case_at_once_and_for_every_verb(desk):
    case, _ = open_case(desk, pictures=1)
    investigated(desk, case)
    item = register(desk, case)[0].id
    gone = recused(desk, INVESTIGATOR, case)
    assert gone.assignees == ()
    assert gone.recused == {INVESTIGATOR.person}
    before = len(entries(desk))
    assert listed(desk, INVESTIGATOR) == []
    for way in ways_in(desk, INVESTIGATOR, case.number, item, gone.version).values():
        with pytest.raises(UnknownCase):
            way()
    assert len(entries(desk)) == before
    assert seen_now(desk, case) == gone == rebuilt(desk, case)


def test_why_somebody_stepped_out_is_sealed(desk):
    case, _ = open_case(desk)
    assigned(desk, INTAKE, case, INVESTIGATOR)
    recused(desk, INVESTIGATOR, case, "She is my sister.")
    *_, noted = entries(desk, about=case.number)
    assert (noted["action"], noted["facts"]["person"]) == ("recused", INVESTIGATOR.person)
    assert "sister" not in json.dumps(noted)
    assert list(reasons(desk, HEAD, case.number, SORTED).values()) == [{"reason": "She is my sister."}]


@pytest.mark.parametrize("who", [INVESTIGATOR, INTAKE_TWO])
def test_recusal_is_for_good_neither_assignment_nor_a_new_screening_undoes_it(desk, who):
    case, _ = open_case(desk)
    assigned(desk, INTAKE, case, who)
    recused(desk, who, case)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, who)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number="S0114")
    assert listed(desk, who) == []
    worked_off(desk)
    assert actions(desk, about=case.number)[-1] == "screened_again"
    assert listed(desk, who) == []
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, who)


def test_whoever_recuses_themself_takes_their_proposal_along_and_nothing_of_it_lapses(desk):
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    gone = recused(desk, INTAKE, case)
    assert (gone.proposal, gone.due.name) == (None, "feedback")
    with pytest.raises(MoveNotAllowed, match="No proposal waits"):
        moved(desk, HEAD, case, Action.APPROVE)
    worked_off(desk, after(days=30))
    assert seen_now(desk, case) == gone


def test_a_supervisor_who_only_knows_has_nothing_to_be_recused_from(desk):
    case, _ = open_case(desk)
    with pytest.raises(NotPermitted):
        recused(desk, SUPERVISOR, case)
    assert listed(desk, SUPERVISOR) == [case.number]


def test_a_case_goes_to_somebody_else_with_reasons(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    unassigned(desk, HEAD, case, INVESTIGATOR, "On leave.")
    assert listed(desk, INVESTIGATOR) == []
    assigned(desk, HEAD, case, INVESTIGATOR_TWO)
    assert listed(desk, INVESTIGATOR_TWO) == [case.number]
    assert seen_now(desk, case).worked_by == {HEAD.person, INVESTIGATOR.person, INVESTIGATOR_TWO.person}
    assert actions(desk, about=case.number, kind="change")[1:] == ["assigned", "unassigned", "assigned"]
    assert list(reasons(desk, HEAD, case.number, SORTED).values()) == [{"reason": "On leave."}]
    assigned(desk, HEAD, case, INVESTIGATOR)  # taken off is not recused: they may come back
    assert listed(desk, INVESTIGATOR) == [case.number]


def test_nobody_is_taken_off_who_is_not_on_it(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    for nobody in (INVESTIGATOR_TWO, Actor(INVESTIGATOR.person, Role.INTAKE)):
        with pytest.raises(Malformed, match="#/person"):
            unassigned(desk, HEAD, case, nobody)


def test_finder_and_decider_stay_apart_when_a_case_comes_back(desk):
    with_roles(desk, DECIDER.person, Role.DECIDER, Role.INVESTIGATOR)
    case, _ = open_case(desk)
    closed(desk, case)
    reopened(desk, case)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, Actor(DECIDER.person, Role.INVESTIGATOR))
    assert seen_now(desk, case).decided_before == {DECIDER.person}


def test_who_closed_or_decided_a_case_does_not_rule_on_its_review(desk):
    case, _ = open_case(desk)
    closed(desk, case)
    moved(desk, INTAKE, case, Action.REOPEN, Given("New posts.", ground="new_evidence"))
    for involved in (DECIDER, DECIDER_TWO, HEAD):
        with pytest.raises(MoveNotAllowed, match="does not rule on its review"):
            moved(desk, involved, case, Action.APPROVE)
    again = moved(desk, HEAD_TWO, case, Action.APPROVE)
    assert (again.state, again.reopened, again.reviewed_by) == (State.ASSESSMENT, 1, {HEAD_TWO.person})
    with pytest.raises(MoveNotAllowed):
        moved(desk, HEAD_TWO, case, Action.CONCLUDE_ASSESSMENT, MISCONDUCT)


def test_feedback_given_before_the_acknowledgement_is_not_owed_again_after_it(desk):
    case, _ = open_case(desk)
    write_to_reporter(desk, INTAKE, case.number, 1, "This is what we did.", SORTED, feedback=True)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    clocks = [one for one in seen_now(desk, case).clocks if one.name == "feedback"]
    assert [one.ended_at for one in clocks] == [SORTED]
