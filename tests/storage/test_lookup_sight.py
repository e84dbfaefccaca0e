from collections.abc import Iterator
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from cases.case import Assignment, Due
from cases.errors import UnknownCase
from cases.lifecycle import DECIDER_SEES_FROM, Queue, State
from cases.people import Role
from cases.ports import CaseFilter, Standing, position_of
from cases.sight import Sight
from storage.keys import Keyring
from storage.lookup import SqlLookup
from storage.rows import case_row, people_rows
from storage.signing import Marks
from storage.tables import case_categories, case_people, cases, complaints, marks
from tests.storage.making import (
    bare_case,
    complaint,
    counted,
    minutes,
    ready,
)

PEOPLE = ("S0012", "S0014", "S0101")
BLIND = Marks(Keyring({}, {"index": b"i" * 32, "identity_index": b"j" * 32}))
MOST = 16
SEEING_ROLES = [Role.SUPERVISOR, Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE, Role.GATEKEEPER, Role.DECIDER]
MOMENTS = [minutes(count) for count in range(4)]
TIMES = st.sampled_from(MOMENTS)
GROUPS = [(), (), (), *((who,) for who in PEOPLE), PEOPLE]
SELDOM = st.sampled_from([False, False, True])
SIGHTS = st.builds(
    Sight,
    st.sampled_from(PEOPLE),
    st.sampled_from([None, *Queue]),
    st.sampled_from([None, None, tuple(State), DECIDER_SEES_FROM, ()]),
    SELDOM,
    SELDOM,
    SELDOM,
)


def one_case(number, dice):
    """A case and what stands beside it; choices are few, so that many cases share a time, a person and a state."""
    due = dice.choice([None, *MOMENTS])
    case = bare_case(
        number,
        queue=dice.choice(list(Queue)),
        state=dice.choice(list(State)),
        received_at=dice.choice(MOMENTS),
        due=due and Due("assessment", due),
        categories=dice.choice([(), ("harassment",), ("harassment", "political_partisan")]),
        assignees=tuple(Assignment(who, Role.INVESTIGATOR) for who in dice.choice(GROUPS)),
        worked_by=frozenset(dice.choice(GROUPS)),
    )
    walls, by_identity = (frozenset(dice.choice(GROUPS)) for _ in range(2))
    return case, Standing(walls, by_identity, dice.choice([None, *PEOPLE]))


def caseload(size, seed):
    dice = Random(seed)
    return [one_case(number, dice) for number in range(size)]


CASELOADS = st.builds(caseload, st.sampled_from([0, 3, MOST, MOST, MOST]), st.integers(0, 2**32))
EXAMPLE = caseload(MOST, 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A database with complaints enough for any caseload."""
    from storage.settings import read_settings

    database = ready(read_settings({"RULE12_DATA_DIR": str(tmp_path_factory.mktemp("shelf"))}))
    with database.writing() as connection:
        mailboxes = [complaint(number) for number in range(MOST)]
        connection.execute(
            insert(complaints),
            [
                {name: getattr(one, name) for name in ("id", "received_at", "mailbox_id", "mailbox_key")}
                for one in mailboxes
            ],
        )
    yield database
    database.engine.dispose()


def lay(database, load):
    """Put this caseload into the database, and nothing else; a lookup over it."""
    rows = {table: [] for table in (cases, case_categories, case_people, marks)}
    for case, standing in load:
        rows[cases].append(case_row(case))
        rows[case_people] += people_rows(case)
        rows[case_categories] += [{"case_number": case.number, "category": slug} for slug in case.categories]
        kept = [BLIND.wall(who) for who in standing.walls] + [
            BLIND.wall_by_identity(who) for who in standing.walls_by_identity
        ]
        kept += [BLIND.addressee(standing.addressee)] if standing.addressee else []
        rows[marks] += [{"case_number": case.number, "mark": mark} for mark in kept]
    with database.writing() as connection:
        for table in reversed(rows):
            connection.execute(delete(table))
        for table, values in rows.items():
            if values:
                connection.execute(insert(table), values)
    return SqlLookup(database, BLIND)


def may_see(sight, case, standing):
    """The rule of sight as one would say it."""
    criteria = (sight.queue, sight.states, sight.assigned or None, sight.addressed or None)
    return (
        any(one is not None for one in criteria)
        and sight.person not in standing.walls | standing.walls_by_identity
        and sight.queue in {None, case.queue}
        and (sight.states is None or case.state in sight.states)
        and (not sight.assigned or sight.person in {who.person for who in case.assignees})
        and sight.addressed == (sight.person == standing.addressee)
        and (not sight.never_worked or sight.person not in case.worked_by)
    )


def pages(lookup, sight, wanted) -> Iterator[list]:
    """Page after page until an empty one; an attacker's cursor must not make it go round for ever."""
    for _ in range(MOST + 1):
        page = lookup.cases(sight, wanted)
        if not page:
            return
        yield page
        wanted = replace(wanted, after=position_of(page[-1], wanted.sort))
    raise AssertionError("there are more pages than cases")


@settings(max_examples=60)
@given(CASELOADS, SIGHTS)
def test_a_list_and_a_number_agree_with_the_rule_for_every_sight(shelf, load, sight):
    lookup = lay(shelf, load)
    within = {case.number: case for case, standing in load if may_see(sight, case, standing)}
    assert {case.number: case for case in lookup.cases(sight, CaseFilter(limit=MOST))} == within
    for case, _ in load[:6]:
        if case.number in within:
            assert lookup.case(case.number, sight) == case
        else:
            with pytest.raises(UnknownCase):
                lookup.case(case.number, sight)


@pytest.mark.parametrize("never_worked", [False, True])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_sight_without_any_criterion_sees_nothing(shelf, person, never_worked):
    lookup, sight = lay(shelf, EXAMPLE), Sight(person, never_worked=never_worked)
    assert lookup.cases(sight, CaseFilter()) == []
    for case, _ in EXAMPLE:
        with pytest.raises(UnknownCase):
            lookup.case(case.number, sight)


@settings(max_examples=60)
@given(CASELOADS, st.sampled_from(["received", "due"]), st.integers(1, 7))
def test_pages_hold_every_case_once_and_in_order_however_many_share_a_time(shelf, load, sort, limit):
    lookup, sight = lay(shelf, load), Sight("S0099", states=tuple(State))
    found = list(pages(lookup, sight, CaseFilter(sort=sort, limit=limit)))
    assert all(len(page) == limit for page in found[:-1])
    everyone = [case for case, _ in load]
    if sort == "due":
        expected = sorted((case for case in everyone if case.due), key=lambda case: (case.due.by, case.number))
    else:
        expected = sorted(everyone, key=lambda case: (case.received_at, case.number), reverse=True)
    assert [case for page in found for case in page] == expected


@pytest.mark.parametrize("gone", [0, 2, 4])
def test_a_page_is_not_disturbed_by_cases_that_go_before_it(shelf, gone):
    sight, wanted = Sight("S0099", states=tuple(State)), CaseFilter(limit=5)
    first, *rest = pages(lay(shelf, EXAMPLE), sight, wanted)
    lookup = lay(shelf, [one for one in EXAMPLE if one[0].number != first[gone].number])
    after = replace(wanted, after=position_of(first[-1], "received"))
    assert list(pages(lookup, sight, after)) == rest


@settings(max_examples=60)
@given(CASELOADS, st.data())
def test_a_list_is_narrowed_to_what_was_asked_for(shelf, load, data):
    chosen = {
        "state": data.draw(st.none() | st.sampled_from(State)),
        "category": data.draw(st.sampled_from([None, "harassment", "political_partisan", "unheard_of"])),
        "assignee": data.draw(st.none() | st.sampled_from(PEOPLE)),
        "overdue_at": data.draw(st.none() | TIMES),
        "received_from": data.draw(st.none() | TIMES),
        "received_to": data.draw(st.none() | TIMES),
    }

    def fits(case):
        late = chosen["overdue_at"] is None or (case.due is not None and case.due.by < chosen["overdue_at"])
        return (
            chosen["state"] in {None, case.state}
            and chosen["category"] in {None, *case.categories}
            and chosen["assignee"] in {None, *(who.person for who in case.assignees)}
            and late
            and (chosen["received_from"] is None or case.received_at >= chosen["received_from"])
            and (chosen["received_to"] is None or case.received_at < chosen["received_to"])
        )

    found = lay(shelf, load).cases(Sight("S0099", states=tuple(State)), CaseFilter(**chosen, limit=MOST))
    assert {case.number for case in found} == {case.number for case, _ in load if fits(case)}


def test_the_whole_caseload_streams_in_order_of_number(shelf):
    assert list(lay(shelf, EXAMPLE).every_case()) == sorted((case for case, _ in EXAMPLE), key=lambda case: case.number)


@pytest.mark.parametrize("size", [1, 5, MOST])
def test_a_page_of_cases_costs_three_queries_however_long_it_is(shelf, size):
    full = bare_case(0, categories=("harassment",), assignees=(Assignment("S0014", Role.INVESTIGATOR),))
    load = [
        (replace(full, number=f"IGO-2026-{n}", complaint=UUID(int=n)), Standing(frozenset(), frozenset(), None))
        for n in range(size)
    ]
    lookup = lay(shelf, load)
    page, queries = counted(lookup, lambda: lookup.cases(Sight("S0012", queue=Queue.IGO), CaseFilter()))
    assert (len(page), queries) == (size, 3)


def test_an_installation_without_a_directory_knows_nobody(shelf):
    assert len(lay(shelf, []).directory()) == 0
