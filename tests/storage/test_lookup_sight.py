from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from cases.case import Assignment, Case
from cases.errors import UnknownCase
from cases.identity import Standing as Asked
from cases.lifecycle import DECIDER_SEES_FROM, Queue, State
from cases.people import Role
from cases.ports import CaseFilter, Standing, position_of
from cases.sight import SIGHTS, Actor, Sight, sight_of
from storage.keys import Keyring
from storage.lists import list_rows
from storage.lookup import SqlLookup
from storage.rows import case_row, category_rows, leg_rows, part_row, people_rows, request_row
from storage.settings import read_settings
from storage.signing import Marks
from storage.tables import (
    case_categories,
    case_legs,
    case_lists,
    case_people,
    cases,
    complaints,
    identity_requests,
    marks,
    sealed_parts,
)
from tests.storage.making import NOBODY, bare_case, complaint, counted, due_at, minutes, ready, request_in, words

PEOPLE = ("S0012", "S0014", "S0101")
LEGS = ("igo", "ethics", "der")
BLIND = Marks(Keyring({}, {"index": b"i" * 32, "identity_index": b"j" * 32}))
MOST = 16
MOMENTS = [minutes(count) for count in range(4)]
TIMES = st.sampled_from(MOMENTS)
GROUPS = [(), (), (), *((who,) for who in PEOPLE), PEOPLE]
SELDOM = st.sampled_from([False, False, True])
ANY_SIGHT = st.builds(
    Sight,
    st.sampled_from(PEOPLE),
    st.sampled_from([None, *Queue]),
    st.sampled_from([None, None, tuple(State), DECIDER_SEES_FROM, ()]),
    SELDOM,
    SELDOM,
    SELDOM,
    SELDOM,
    st.sampled_from([None, None, *LEGS, "nowhere"]),
    SELDOM,
)
SIGHT_OF_A_ROLE = st.builds(sight_of, st.builds(Actor, st.sampled_from(PEOPLE), st.sampled_from(list(SIGHTS))))
REASON = UUID(int=77)


@dataclass(frozen=True)
class Laid:
    """A case and what stands beside it."""

    case: Case
    standing: Standing = NOBODY
    requests: tuple[Asked, ...] = ()


SETS = ("worked_by", "decided_by", "decided_before", "reviewed_by", "heard_by")


def one_case(number, dice, size):
    """Choices are few, so that many cases share a time, a person and a state."""
    due, into = dice.choice([None, *MOMENTS]), dice.choice([None, None, dice.randrange(size)])
    case = bare_case(
        number,
        queue=dice.choice(list(Queue)),
        to=tuple(dice.sample(LEGS, dice.randrange(1, 4))),
        state=dice.choice(list(State)),
        received_at=dice.choice(MOMENTS),
        clocks=due_at(due, due + timedelta(days=1)) if due else (),
        categories=dice.choice([(), ("harassment",), ("harassment", "political_partisan")]),
        assignees=tuple(Assignment(who, Role.INVESTIGATOR) for who in dice.choice(GROUPS)),
        merged_into=None if into in {None, number} else bare_case(into).number,
        **{who: frozenset(dice.choice(GROUPS)) for who in SETS},
    )
    walls, by_identity = (frozenset(dice.choice(GROUPS)) for _ in range(2))
    managers = frozenset(dice.choice(GROUPS))
    standing = Standing(walls, by_identity, dice.choice([None, *PEOPLE]), managers=managers)
    return Laid(case, standing, tuple(dice.choices(list(Asked), k=dice.randrange(3))))


def caseload(size, seed):
    dice = Random(seed)
    return [one_case(number, dice, size) for number in range(size)]


CASELOADS = st.builds(caseload, st.sampled_from([0, 3, MOST, MOST, MOST]), st.integers(0, 2**32))
EXAMPLE = caseload(MOST, 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A database with complaints enough for any caseload."""
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
        connection.execute(insert(sealed_parts), part_row(replace(words(UUID(int=0)), id=REASON)))
    yield database
    database.engine.dispose()


def marks_of(standing):
    yield from map(BLIND.wall, standing.walls)
    yield from map(BLIND.wall_by_identity, standing.walls_by_identity)
    yield from map(BLIND.manager, standing.managers)
    if standing.addressee:
        yield BLIND.addressee(standing.addressee)


def lay(database, load):
    """Put this caseload into the database, and nothing else; a lookup over it."""
    rows = {
        cases: [case_row(one.case) for one in load],
        case_people: [row for one in load for row in people_rows(one.case)],
        case_categories: [row for one in load for row in category_rows(one.case)],
        case_legs: [row for one in load for row in leg_rows(one.case)],
        identity_requests: [
            request_row(replace(request_in(one.case, words(REASON)), reason=REASON, standing=standing))
            for one in load
            for standing in one.requests
        ],
        marks: [
            {"case_number": one.case.number, "received_at": one.case.received_at, "mark": mark}
            for one in load
            for mark in marks_of(one.standing)
        ],
        case_lists: [row for one in load for row in list_rows(one.case, target_of(one.case, load))],
    }
    with database.writing() as connection:
        for table in reversed(rows):
            connection.execute(delete(table))
        for table, values in rows.items():
            if values:
                connection.execute(insert(table), values)
    return SqlLookup(database, BLIND)


def target_of(case, load):
    return next((one.case for one in load if one.case.number == case.merged_into), None)


def works(person, case, load):
    """Assigned to the case, or to the one it was merged into."""
    both = [case, *(one.case for one in load if one.case.number == case.merged_into)]
    return any(who.person == person for one in both for who in one.assignees)


def has_a_part(person, case):
    took_part = case.worked_by | case.decided_by | case.decided_before | case.reviewed_by | case.heard_by
    return person in took_part | {who.person for who in case.assignees}


def one_matter(one, load):
    """A case, those merged into it, the one it was merged into, and those merged there as well."""
    here, into = one.case.number, one.case.merged_into
    heads = {here, into} - {None}
    return [other for other in load if other.case.number in heads or other.case.merged_into in heads]


def queue_of(case, load):
    """Where its matter is: with the case it was merged into."""
    return next((one.case.queue for one in load if one.case.number == (case.merged_into or case.number)), None)


def may_see(sight, one, load):
    """The rule of sight as one would say it."""
    case, matter = one.case, one_matter(one, load)
    walls = frozenset().union(*(each.standing.walls | each.standing.walls_by_identity for each in matter))
    managers = frozenset().union(*(each.standing.managers for each in matter))
    sent = {one.standing.addressee} if sight.addressed else {each.standing.addressee for each in matter}
    criteria = (sight.queue, sight.states, sight.assigned or None, sight.addressed or None, sight.leg)
    return (
        (sight.asked or any(criterion is not None for criterion in criteria))
        and sight.person not in walls
        and sight.queue in {None, queue_of(case, load)}
        and (sight.states is None or case.state in sight.states)
        and (not sight.assigned or works(sight.person, case, load))
        and sight.addressed == (sight.person in sent)
        and (not sight.never_worked or all(sight.person not in each.case.worked_by for each in matter))
        and (not sight.no_part or not any(has_a_part(sight.person, each.case) for each in matter))
        and sight.leg in {None, *case.to}
        and (not sight.asked or (Asked.ASKED in one.requests and sight.person not in managers))
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


@settings(max_examples=120)
@given(CASELOADS, ANY_SIGHT | SIGHT_OF_A_ROLE)
def test_a_list_and_a_number_agree_with_the_rule_for_every_sight(shelf, load, sight):
    lookup = lay(shelf, load)
    within = {one.case.number: one.case for one in load if may_see(sight, one, load)}
    assert {case.number: case for case in lookup.cases(sight, CaseFilter(limit=MOST))} == within
    for one in load[:6]:
        if one.case.number in within:
            assert lookup.case(one.case.number, sight) == one.case
        else:
            with pytest.raises(UnknownCase):
                lookup.case(one.case.number, sight)


@settings(max_examples=60)
@given(CASELOADS, st.sampled_from(PEOPLE))
def test_a_custodian_is_shown_what_waits_in_cases_they_have_no_part_in(shelf, load, person):
    sight, lookup = sight_of(Actor(person, Role.CUSTODIAN)), lay(shelf, load)
    expected = [
        one.case.number
        for one in load
        for standing in one.requests
        if standing is Asked.ASKED and may_see(sight, one, load)
    ]
    found = lookup.waiting_requests(sight)
    assert sorted(one.number for one in found) == sorted(expected)
    assert all(one.standing is Asked.ASKED for one in found)


@pytest.mark.parametrize("limits", [{}, {"never_worked": True}, {"no_part": True}])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_sight_without_any_criterion_sees_nothing(shelf, person, limits):
    lookup, sight = lay(shelf, EXAMPLE), Sight(person, **limits)
    assert lookup.cases(sight, CaseFilter()) == []
    for one in EXAMPLE:
        with pytest.raises(UnknownCase):
            lookup.case(one.case.number, sight)


@settings(max_examples=60)
@given(CASELOADS, st.sampled_from(["received", "due"]), st.integers(1, 7))
def test_pages_hold_every_case_once_and_in_order_however_many_share_a_time(shelf, load, sort, limit):
    lookup, sight = lay(shelf, load), Sight("S0099", states=tuple(State))
    found = list(pages(lookup, sight, CaseFilter(sort=sort, limit=limit)))
    assert all(len(page) == limit for page in found[:-1])
    everyone = [one.case for one in load]
    if sort == "due":
        expected = sorted((case for case in everyone if case.due), key=lambda case: (case.due.due_by, case.number))
    else:
        expected = sorted(everyone, key=lambda case: (case.received_at, case.number), reverse=True)
    assert [case for page in found for case in page] == expected


@pytest.mark.parametrize("gone", [0, 2, 4])
def test_a_page_is_not_disturbed_by_cases_that_go_before_it(shelf, gone):
    sight, wanted = Sight("S0099", states=tuple(State)), CaseFilter(limit=5)
    first, *rest = pages(lay(shelf, EXAMPLE), sight, wanted)
    lookup = lay(shelf, [one for one in EXAMPLE if one.case.number != first[gone].number])
    after = replace(wanted, after=position_of(first[-1], "received"))
    assert list(pages(lookup, sight, after)) == rest


@settings(max_examples=60)
@given(CASELOADS, st.data())
def test_a_list_is_narrowed_to_what_was_asked_for(shelf, load, data):
    chosen = {
        "state": data.draw(st.none() | st.sampled_from(State)),
        "category": data.draw(st.sampled_from([None, "harassment", "political_partisan", "unheard_of"])),
        "assignee": data.draw(st.none() | st.sampled_from(PEOPLE)),
        "due_before": data.draw(st.none() | TIMES),
        "received_from": data.draw(st.none() | TIMES),
        "received_to": data.draw(st.none() | TIMES),
    }

    def fits(case):
        late = chosen["due_before"] is None or (case.due is not None and case.due.due_by < chosen["due_before"])
        return (
            chosen["state"] in {None, case.state}
            and chosen["category"] in {None, *case.categories}
            and (chosen["assignee"] is None or works(chosen["assignee"], case, load))
            and late
            and (chosen["received_from"] is None or case.received_at >= chosen["received_from"])
            and (chosen["received_to"] is None or case.received_at < chosen["received_to"])
        )

    found = lay(shelf, load).cases(Sight("S0099", states=tuple(State)), CaseFilter(**chosen, limit=MOST))
    assert {case.number for case in found} == {one.case.number for one in load if fits(one.case)}


def test_the_whole_caseload_streams_in_order_of_number(shelf):
    assert list(lay(shelf, EXAMPLE).every_case()) == sorted((one.case for one in EXAMPLE), key=lambda case: case.number)


@pytest.mark.parametrize("size", [1, 5, MOST])
def test_a_page_of_cases_costs_one_query_however_long_it_is(shelf, size):
    assigned = (Assignment("S0014", Role.INVESTIGATOR),)
    load = [Laid(bare_case(number, categories=("harassment",), assignees=assigned)) for number in range(size)]
    lookup = lay(shelf, load)
    page, queries = counted(lookup, lambda: lookup.cases(Sight("S0012", queue=Queue.IGO), CaseFilter()))
    assert (len(page), queries) == (size, 1)


def test_an_installation_without_a_directory_knows_nobody(shelf):
    assert len(lay(shelf, []).directory()) == 0
