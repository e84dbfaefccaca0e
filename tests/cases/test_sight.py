from itertools import product

import pytest

from cases.errors import NotPermitted
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.sight import PARTS, Actor, Part, Sight, may_see, must_see, sight_of

OF_OTHERS = {Part.RETALIATION, Part.ACCOUNTS}
EVERYTHING = set(Part) - OF_OTHERS
# The table of roles once more, by hand: what is not written here is no.
SEES = {
    Role.SUPERVISOR: {Part.SUMMARY, Part.STATEMENT, Part.EVIDENCE},
    Role.INTAKE: EVERYTHING,
    Role.HEAD: EVERYTHING,
    Role.INVESTIGATOR: EVERYTHING,
    Role.OUTSIDE: EVERYTHING,
    Role.DECIDER: EVERYTHING,
    Role.GATEKEEPER: {Part.SUMMARY, Part.ROUTE},
    Role.CUSTODIAN: {Part.REQUESTS},
    Role.ETHICS: {Part.SUMMARY, Part.RETALIATION},
    Role.MONITOR: {Part.SUMMARY, Part.ACCOUNTS},
}
BLIND = set(Role) - set(SEES)
ANA = "S0007"


@pytest.mark.parametrize(("role", "part"), list(product(Role, Part)))
def test_a_role_sees_the_parts_it_was_given_and_no_other(role, part):
    actor = Actor(ANA, role)
    assert may_see(actor, part) is (part in SEES.get(role, set()))
    if part in SEES.get(role, set()):
        must_see(actor, part)
    else:
        with pytest.raises(NotPermitted):
            must_see(actor, part)


@pytest.mark.parametrize(
    ("role", "sight"),
    [
        (Role.SUPERVISOR, Sight(ANA, addressed=True)),
        (Role.INTAKE, Sight(ANA, queue=Queue.IGO)),
        (Role.HEAD, Sight(ANA, queue=Queue.IGO)),
        (Role.INVESTIGATOR, Sight(ANA, queue=Queue.IGO, assigned=True)),
        (Role.OUTSIDE, Sight(ANA, queue=Queue.OUTSIDE)),
        (Role.GATEKEEPER, Sight(ANA, queue=Queue.OUTSIDE)),
        (Role.DECIDER, Sight(ANA, states=(State.REPORTED, State.WITH_DECIDER, State.CLOSED), never_worked=True)),
        (Role.CUSTODIAN, Sight(ANA, asked=True, no_part=True)),
        (Role.ETHICS, Sight(ANA, leg="ethics")),
        (Role.MONITOR, Sight(ANA, leg="der")),
    ],
)
def test_each_role_that_sees_cases_sees_its_own_kind(role, sight):
    assert sight_of(Actor(ANA, role)) == sight


@pytest.mark.parametrize("role", sorted(BLIND))
def test_all_other_roles_see_no_case(role):
    with pytest.raises(NotPermitted):
        sight_of(Actor(ANA, role))
    assert role not in PARTS


def test_the_roles_that_see_no_case_are_these():
    named = {Role.AUDITOR, Role.ADMINISTRATOR}
    assert named == BLIND


def test_silence_means_no_for_a_role_nobody_thought_of():
    stranger = Actor(ANA, "visitor")
    assert not any(may_see(stranger, part) for part in Part)
    with pytest.raises(NotPermitted):
        sight_of(stranger)


@pytest.mark.parametrize("role", sorted(SEES))
def test_every_sight_names_its_holder_so_that_the_wall_can_hold(role):
    assert sight_of(Actor(ANA, role)).person == ANA


@pytest.mark.parametrize("role", sorted(SEES))
def test_every_sight_is_narrowed_by_more_than_the_wall(role):
    assert sight_of(Actor(ANA, role)) != Sight(ANA)
