import pytest

from cases.casework.filtering import MOST, delete_filter, find_filter, list_filters, save_filter
from cases.casework.looking import list_cases
from cases.errors import Malformed, MoveNotAllowed, NotPermitted, UnknownItem
from cases.people import Role
from cases.persons import PersonRole
from cases.ports import CaseFilter
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CUSTODIAN,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    SORTED,
    after,
    by_number,
    draft,
    entries,
    open_case,
)
from tests.cases.casework.living import added, settled, worked_off

WEEK = {"state": "assessment", "due_within": 7}


def names(desk, who):
    return [one.name for one in list_filters(desk, who)]


def test_a_filter_is_ones_own_in_one_role_and_no_entry(desk):
    before = len(entries(desk))
    save_filter(desk, INTAKE, "due-this-week", WEEK, SORTED)
    assert dict(find_filter(desk, INTAKE, "due-this-week").query) == WEEK
    assert names(desk, INTAKE_TWO) == names(desk, Actor(INTAKE.person, Role.HEAD)) == []
    with pytest.raises(UnknownItem):
        find_filter(desk, HEAD, "due-this-week")
    assert len(entries(desk)) == before


def test_saving_again_replaces_and_deleting_deletes(desk):
    save_filter(desk, INTAKE, "mine", WEEK, SORTED)
    save_filter(desk, INTAKE, "mine", {"overdue": True}, after(days=1))
    (one,) = list_filters(desk, INTAKE)
    assert (dict(one.query), one.saved_at) == ({"overdue": True}, after(days=1))
    delete_filter(desk, INTAKE, "mine")
    with pytest.raises(UnknownItem):
        delete_filter(desk, INTAKE, "mine")


@pytest.mark.parametrize("name", ["", "Ms Lima", "ana_lima", "x" * 61, "-a", "a-", "ана", "a\n", "../a"])
def test_a_name_has_no_room_for_a_sentence_about_anybody(desk, name):
    with pytest.raises(Malformed):
        save_filter(desk, INTAKE, name, WEEK, SORTED)
    assert names(desk, INTAKE) == []


def test_a_filter_is_no_place_for_long_texts(desk):
    with pytest.raises(Malformed, match="#/query/assignee"):
        save_filter(desk, INTAKE, "mine", {"assignee": "x" * 201}, SORTED)


def test_fifty_are_enough(desk):
    for number in range(MOST):
        save_filter(desk, INTAKE, f"f{number}", {}, SORTED)
    with pytest.raises(MoveNotAllowed):
        save_filter(desk, INTAKE, "one-more", {}, SORTED)
    save_filter(desk, INTAKE, "f0", WEEK, SORTED)


def test_a_role_that_lists_no_cases_keeps_no_filters(desk):
    for who in (CUSTODIAN, Actor("S0050", Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            list_filters(desk, who)


def found(desk, office, who=INTAKE):
    return [case.number for case in list_cases(desk, who, CaseFilter(office=office))]


def test_a_list_is_narrowed_to_the_office_of_a_certain_subject(desk):
    north, _ = open_case(desk)
    coast, _ = open_case(desk, draft(subjects=[by_number("S0112")]))
    both, _ = open_case(desk, draft(subjects=[by_number("S0112"), by_number("S0107")]))
    open_case(desk, draft(subjects=[{"name": "Colleague 0107"}]))
    open_case(desk, draft(subjects=[{"name": "Somebody"}], witnesses=[by_number("S0107")]))
    assert set(found(desk, "NORTH")) == set(found(desk, " north")) == {north.number, both.number}
    assert set(found(desk, "COAST")) == {coast.number, both.number}
    assert found(desk, "NOWHERE") == found(desk, "S0107") == []


def test_the_office_follows_who_is_settled_on(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "Colleague 0107"}]))
    assert found(desk, "NORTH") == []
    late = added(desk, INTAKE, case, PersonRole.SUBJECT, staff_number="S0112")
    worked_off(desk)
    assert found(desk, "COAST") == [case.number]
    settled(desk, INTAKE, case, late, "S0107")
    worked_off(desk)
    assert (found(desk, "COAST"), found(desk, "NORTH")) == ([], [case.number])


def test_an_office_never_shows_a_case_that_does_not_exist_for_the_asker(desk):
    open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    assert found(desk, "NORTH", INTAKE_TWO) == []
