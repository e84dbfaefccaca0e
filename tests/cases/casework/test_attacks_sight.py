"""Somebody in conflict tries to keep, or to regain, sight of a case: by the directory, by consent, by merging."""

import pytest

from cases.casework.consenting import change_consent
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity
from cases.casework.looking import find_case, note_look
from cases.casework.mailbox import find_mailbox
from cases.complaint import Consent, Reporter
from cases.errors import CaseError, ConflictOfInterest, IdentityClosed, UnknownCase
from cases.people import Role
from cases.persons import PersonRole
from cases.ports import Desk
from cases.sight import Actor
from tests.cases.casework.conftest import (
    BOSS,
    CUSTODIAN,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    SORTED,
    WHY,
    after,
    by_number,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import added, assigned, rebuilt, worked_off

BELOW = "S0108"


def test_somebody_below_the_subject_who_is_given_a_role_later_never_sees_the_case(desk: Desk) -> None:
    case, _ = open_case(desk, draft(subjects=[by_number("S0106")]))
    with_roles(desk, BELOW, Role.INTAKE)
    worked_off(desk)
    assert case.number not in listed(desk, Actor(BELOW, Role.INTAKE))


def test_somebody_moved_below_the_subject_later_loses_sight_of_the_case(desk: Desk) -> None:
    case, _ = open_case(desk, draft(subjects=[by_number("S0106")]))
    with_roles(desk, "S0013", Role.INTAKE, supervisor="S0106")
    worked_off(desk)
    assert case.number not in listed(desk, INTAKE_TWO)


def test_a_subject_given_a_new_number_does_not_see_their_case(desk: Desk) -> None:
    case, _ = open_case(desk, draft(subjects=[{"name": "Colleague 0013", "email": "c0013@agency.example"}]))
    with_roles(desk, "S0013", Role.OUTSIDE, staff_number="S0913")
    worked_off(desk)
    assert case.number not in listed(desk, Actor("S0913", Role.OUTSIDE))


def test_a_supervisor_who_received_it_takes_no_other_part_after_sharing_was_taken_back(desk: Desk) -> None:
    case, filed = open_case(desk)
    with_roles(desk, BOSS, Role.SUPERVISOR, Role.INTAKE, Role.INVESTIGATOR)
    assert case.number in listed(desk, Actor(BOSS, Role.SUPERVISOR))
    change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.CONFIDENTIAL), SORTED, share=False)
    worked_off(desk)
    assert case.number not in listed(desk, Actor(BOSS, Role.SUPERVISOR))
    assert case.number not in listed(desk, Actor(BOSS, Role.INTAKE))
    with pytest.raises(ConflictOfInterest):
        assigned(desk, HEAD, case, Actor(BOSS, Role.INVESTIGATOR))


def test_a_grant_does_not_outlive_the_consent_it_was_given_under_for_a_moment(desk: Desk) -> None:
    """Even before the worker has run."""
    case, filed = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, SORTED, grant=True)
    change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.CONFIDENTIAL), after(hours=1), share=False)
    with pytest.raises(IdentityClosed):
        read_identity(desk, INTAKE, case.number, request.id, after(hours=2))
    worked_off(desk, after(hours=3))
    with pytest.raises(IdentityClosed):
        read_identity(desk, INTAKE, case.number, request.id, after(hours=3))


def test_a_custodian_does_not_read_or_grant_on_a_request_put_under_an_earlier_consent(desk: Desk) -> None:
    case, filed = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.ANONYMOUS), after(hours=1), share=False)
    with pytest.raises(CaseError):
        read_identity(desk, CUSTODIAN, case.number, request.id, after(hours=2))
    with pytest.raises(CaseError):
        decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, after(hours=2), grant=True)


def test_a_clock_set_back_hides_no_look(desk: Desk) -> None:
    case, _ = open_case(desk)
    note_look(desk, INTAKE, case, "opened_case", after(hours=5), facts={})
    before = len(entries(desk, about=case.number))
    note_look(desk, INTAKE, case, "opened_case", after(hours=1), facts={})
    assert len(entries(desk, about=case.number)) == before + 1


def test_an_officer_of_another_office_gets_nothing_back_when_the_case_comes_back_to_their_own(desk: Desk) -> None:
    case, _ = open_case(desk, draft(subjects=[{"name": "Nobody Known"}]))
    assigned(desk, HEAD, case, INVESTIGATOR)
    person = added(desk, INTAKE, case, staff_number=INTAKE_TWO.person)
    assert seen_now(desk, case).assignees == ()
    for who in (INTAKE, HEAD, INVESTIGATOR, INTAKE_TWO):
        with pytest.raises(UnknownCase):
            find_case(desk, who, case.number)
    worked_off(desk)
    assert case.number not in listed(desk, INTAKE_TWO)
    assert person.role is PersonRole.SUBJECT
    assert rebuilt(desk, case) == seen_now(desk, case)
