"""What a change of a case brings with it: letters, legs, walls, and whom it is shown to."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from cases.errors import UnknownCase
from cases.ledger import About
from cases.lifecycle import State
from cases.people import Role
from cases.place import Kind
from cases.ports import CaseFilter, Standing
from cases.sight import SIGHTS, Actor, sight_of
from storage.tables import marks
from storage.work import MARKS_PER_SORT
from tests.storage.making import NOBODY, REGISTERED, bare_case, changed, entry, letter, minutes, registered, words

EVERYBODY = Standing(frozenset({"S0103"}), frozenset({"S0102"}), "S0101")


@pytest.fixture
def lookup(house):
    return house.desk.lookup


@pytest.fixture
def case(house):
    return registered(house.desk.work, bare_case(1), EVERYBODY)


def recording(house, case, sealed=(), facts=None, **more):
    after = changed(case, **(facts or {}))
    noted = entry(About.case(case.number), version=after.version, sealed=sealed)
    with house.desk.work() as work:
        work.record(after, noted, REGISTERED, **more)
    return after


def marks_of(house, case):
    with house.desk.lookup._database.reading() as connection:
        query = select(marks.c.mark).where(marks.c.case_number == case.number).order_by(marks.c.mark)
        return list(connection.scalars(query))


def walled(house, case, people):
    return {person for person in people if house.desk.lookup.is_walled(case.number, person)}


def test_a_change_puts_its_letter_into_the_mailbox_with_the_entry_that_names_it(house, lookup, case):
    told = words(case.complaint, Kind.MESSAGE)
    recording(house, case, (told,), letter=replace(letter(told, minutes(1)), from_reporter=False))
    (message,) = lookup.messages(case.complaint)
    assert (message.part, message.from_reporter, message.at) == (told, False, minutes(1))
    assert str(told.id).encode() in lookup.timeline([case.number], 0, 10)[-1].body


def test_a_change_without_a_standing_leaves_every_mark_where_it_was(house, case):
    before = marks_of(house, case)
    recording(house, case)
    assert marks_of(house, case) == before


def test_a_new_standing_stands_in_for_the_old_one(house, lookup, case):
    before = marks_of(house, case)
    recording(house, case, standing=Standing(frozenset({"S0104"}), frozenset(), "S0106"))
    assert walled(house, case, {"S0101", "S0102", "S0103", "S0104"}) == {"S0104"}
    assert not lookup.is_addressed(case.number, "S0101")
    assert lookup.is_addressed(case.number, "S0106")
    assert len(marks_of(house, case)) == len(before)
    assert not set(before) & set(marks_of(house, case))


def test_a_standing_of_nobody_lifts_every_wall(house, case):
    recording(house, case, standing=NOBODY)
    assert walled(house, case, {"S0102", "S0103"}) == set()
    assert len(marks_of(house, case)) == 2 * MARKS_PER_SORT


def test_new_walls_stand_beside_the_old_ones_and_change_nothing_else(house, lookup, case):
    before = marks_of(house, case)
    recording(house, case, walls=frozenset({"S0104"}))
    assert walled(house, case, {"S0100", "S0102", "S0103", "S0104"}) == {"S0102", "S0103", "S0104"}
    assert lookup.is_addressed(case.number, "S0101")
    assert set(before) < set(marks_of(house, case))


def test_a_wall_is_built_once_however_often_it_is_asked_for(house, case):
    after = recording(house, case, walls=frozenset({"S0103", "S0104"}))
    after = recording(house, after, walls=frozenset({"S0103", "S0104"}))
    after = recording(house, after, standing=EVERYBODY, walls=frozenset({"S0103"}))
    assert walled(house, after, {"S0102", "S0103", "S0104"}) == {"S0102", "S0103"}


@pytest.mark.parametrize(
    ("people", "sorts"), [(0, 0), (1, 1), (2, 1), (MARKS_PER_SORT + 1, 1), (MARKS_PER_SORT + 2, 2)]
)
def test_marks_are_filled_up_so_that_nobody_counts_the_walls_that_were_added(house, case, people, sorts):
    """The first of them stood already; where it is alone, an onlooker must not learn even that."""
    recording(house, case, walls=frozenset(f"S{number:04}" for number in range(103, 103 + people)))
    assert len(marks_of(house, case)) == (2 + sorts) * MARKS_PER_SORT


@pytest.mark.parametrize(("role", "leg"), [(Role.ETHICS, "ethics"), (Role.MONITOR, "der")])
def test_an_office_sees_a_case_from_the_copy_it_gets_until_that_is_taken_back(house, lookup, case, role, leg):
    sight = sight_of(Actor("S0060", role))
    assert SIGHTS[role].leg == leg
    assert lookup.cases(sight, CaseFilter()) == []
    sent = recording(house, case, facts={"to": ("igo", leg)})
    assert lookup.cases(sight, CaseFilter()) == [sent]
    recording(house, sent, facts={"to": ("igo",)})
    with pytest.raises(UnknownCase):
        lookup.case(case.number, sight)


def test_who_is_assigned_to_a_case_sees_those_merged_into_it_unless_walled_off(house, lookup, case):
    target = recording(house, registered(house.desk.work, bare_case(2)))
    merged = {"state": State.CLOSED, "merged_into": target.number, "assignees": ()}
    duplicate = recording(house, case, facts=merged)
    investigator = sight_of(Actor("S0014", Role.INVESTIGATOR))
    assert lookup.case(duplicate.number, investigator) == duplicate
    assert lookup.cases(sight_of(Actor("S0015", Role.INVESTIGATOR)), CaseFilter()) == []
    recording(house, duplicate, facts=merged, walls=frozenset({"S0014"}))
    assert lookup.cases(investigator, CaseFilter()) == []
    assert lookup.case(target.number, sight_of(Actor("S0012", Role.INTAKE))) == target


def test_the_people_of_a_case_are_kept_in_every_capacity_they_had(house, lookup, case):
    """A custodian with any part in it, whenever that was, decides on nothing there."""
    kinds = ("worked_by", "decided_by", "decided_before", "reviewed_by", "heard_by")
    after = recording(house, case, facts={kind: frozenset({f"S09{n:02}"}) for n, kind in enumerate(kinds)})
    outsider = replace(sight_of(Actor("S0999", Role.CUSTODIAN)), asked=False, states=tuple(State))
    assert lookup.cases(outsider, CaseFilter()) == [after]
    for person in ("S0014", "S0900", "S0901", "S0902", "S0903", "S0904"):
        assert lookup.cases(replace(outsider, person=person), CaseFilter()) == []
