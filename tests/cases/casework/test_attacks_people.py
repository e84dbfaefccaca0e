"""One person who holds several roles tries to pass for two: four eyes, finder ≠ decider ≠ reviewer, custodians."""

import pytest

from cases.case import Given
from cases.casework.identities import (
    ask_who_reported,
    decide_on_request,
    read_identity,
)
from cases.casework.looking import find_case
from cases.errors import ConflictOfInterest, MoveNotAllowed, UnknownCase
from cases.lifecycle import Action
from cases.people import Role
from cases.ports import Desk
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CUSTODIAN,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INVESTIGATOR,
    SORTED,
    WHY,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import (
    alleged,
    assigned,
    investigated,
    moved,
    rebuilt,
    recused,
    reported,
)


def as_(actor: Actor, role: Role) -> Actor:
    """The same person in another role."""
    return Actor(actor.person, role)


def test_a_head_who_refused_to_stop_an_investigation_does_not_decide_it_in_another_role(desk: Desk) -> None:
    case, _ = open_case(desk)
    investigated(desk, case)
    stop = Given("Nothing came of it.", "insufficient_information", "We stopped.")
    moved(desk, HEAD, case, Action.CLOSE, stop)
    moved(desk, HEAD_TWO, case, Action.REJECT, Given("Go on."))
    assert HEAD_TWO.person in seen_now(desk, case).worked_by
    assert rebuilt(desk, case) == seen_now(desk, case)


def test_a_custodian_who_read_who_reported_works_the_case_in_no_other_role(desk: Desk) -> None:
    """Without deciding: another custodian does."""
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    read_identity(desk, CUSTODIAN, case.number, request.id, SORTED)
    for role in (Role.INTAKE, Role.HEAD):
        with pytest.raises(UnknownCase):
            find_case(desk, as_(CUSTODIAN, role), case.number)


def test_a_custodian_who_granted_works_the_case_in_no_other_role(desk: Desk) -> None:
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, SORTED, grant=True)
    with_roles(desk, CUSTODIAN.person, Role.CUSTODIAN, Role.INVESTIGATOR)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, HEAD, case, as_(CUSTODIAN, Role.INVESTIGATOR))
    with pytest.raises(UnknownCase):
        find_case(desk, as_(CUSTODIAN, Role.HEAD), case.number)


def test_a_custodian_who_granted_does_not_decide_the_case(desk: Desk) -> None:
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, SORTED, grant=False)
    reported(desk, case)
    with pytest.raises(UnknownCase):
        find_case(desk, as_(CUSTODIAN, Role.DECIDER), case.number)


def test_a_requester_does_not_grant_to_themselves_as_custodian(desk: Desk) -> None:
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    with pytest.raises(ConflictOfInterest):
        decide_on_request(desk, as_(INTAKE, Role.CUSTODIAN), case.number, request.id, WHY, SORTED, grant=True)
    with pytest.raises(ConflictOfInterest):
        read_identity(desk, as_(INTAKE, Role.CUSTODIAN), case.number, request.id, SORTED)


def test_whoever_proposes_as_intake_does_not_approve_as_head(desk: Desk) -> None:
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    for action in (Action.APPROVE, Action.REJECT):
        with pytest.raises(MoveNotAllowed):
            moved(desk, as_(INTAKE, Role.HEAD), case, action, Given("Yes."))


def test_recusal_clears_nobodys_traces(desk: Desk) -> None:
    case, _ = open_case(desk)
    investigated(desk, case)
    recused(desk, INVESTIGATOR, case)
    kept = seen_now(desk, case)
    assert INVESTIGATOR.person in kept.worked_by & kept.recused
    for role in (Role.DECIDER, Role.HEAD, Role.CUSTODIAN, Role.INTAKE):
        with pytest.raises(UnknownCase):
            find_case(desk, as_(INVESTIGATOR, role), case.number)


def test_a_proposal_is_not_approved_once_its_proposer_lost_the_role(desk: Desk) -> None:
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    with_roles(desk, INTAKE.person)
    with pytest.raises(MoveNotAllowed):
        moved(desk, HEAD, case, Action.APPROVE, Given())
