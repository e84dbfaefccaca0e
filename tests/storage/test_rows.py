"""A case as a row: its facts say all of it, and the columns beside them never say anything else."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import get_type_hints
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select

from cases.case import Allegation, Assignment, Case, Hearing, Hold, Proposal
from cases.casework.working import EFFECTS
from cases.catalogue import Belongs, load
from cases.catalogue.routes import COPIED, DESTINATIONS
from cases.clocks import Running
from cases.identity import Standing
from cases.lifecycle import Action, Queue, State
from cases.people import Role
from cases.place import Kind, Recipient
from storage.rows import RULED, WORKED, case_row, category_rows, leg_rows, people_rows, read_case
from storage.tables import cases, metadata

# Whatever text a rule or a later edition might bring; half a surrogate pair is no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SLUG = st.sampled_from(["igo", "ethics", "der", "supervisor", "harassment", "substantiated_no_measure"])
PERSON = st.from_regex(r"S[0-9]{4}", fullmatch=True)
TIME = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
COUNT = st.integers(0, 2**31)
PEOPLE = st.frozensets(PERSON, max_size=3)
IDS = st.frozensets(st.uuids(), max_size=3)


def few(what):
    return st.lists(what, max_size=3).map(tuple)


CLOCK = st.builds(
    Running, SLUG, TIME, TIME, st.none() | TIME, st.none() | TIME, st.integers(0, 9), st.sampled_from(Belongs)
)
ALLEGATION = st.builds(
    Allegation,
    st.uuids(),
    st.uuids(),
    SLUG,
    TEXT,
    st.booleans(),
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | st.booleans(),
)
PROPOSAL = st.builds(
    Proposal, st.uuids(), st.sampled_from(Action), PERSON, st.sampled_from(Role), TIME, TIME, st.uuids()
)
ASSIGNMENT = st.builds(Assignment, PERSON, st.sampled_from(Role))
BY_TYPE = {
    str: TEXT,
    int: COUNT,
    UUID: st.uuids(),
    datetime: TIME,
    Queue: st.sampled_from(Queue),
    Hearing: st.sampled_from(Hearing),
    State: st.sampled_from(State),
    tuple[str, ...]: st.lists(SLUG, max_size=4, unique=True).map(tuple),
    tuple[Running, ...]: few(CLOCK),
    tuple[Assignment, ...]: st.lists(ASSIGNMENT, max_size=3, unique=True).map(tuple),
    tuple[Allegation, ...]: few(ALLEGATION),
    tuple[Hold, ...]: few(st.builds(Hold, st.uuids(), TIME)),
    tuple[tuple[UUID, str], ...]: few(st.tuples(st.uuids(), SLUG)),
    frozenset[str]: PEOPLE,
    frozenset[UUID]: IDS,
    Proposal | None: st.none() | PROPOSAL,
    str | None: st.none() | TEXT,
    datetime | None: st.none() | TIME,
    State | None: st.none() | st.sampled_from(State),
}
HINTS = get_type_hints(Case)
CASE = st.builds(Case, **{field.name: BY_TYPE[HINTS[field.name]] for field in fields(Case)})


@pytest.fixture(scope="module")
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        metadata.create_all(opened)
        yield opened
    engine.dispose()


@given(CASE)
def test_whatever_is_written_of_a_case_is_read_back(connection, case):
    with connection.begin_nested() as kept:
        connection.execute(insert(cases), case_row(case))
        assert read_case(connection.execute(select(cases)).one()) == case
        kept.rollback()


@given(CASE)
def test_facts_are_canonical_and_the_version_is_not_among_them(case):
    """So that an auditor can compare them with what the entries amount to, byte by byte."""
    facts = case_row(case)["facts"]
    assert rfc8785.dumps(json.loads(facts)) == facts.encode()
    assert "version" not in json.loads(facts)


@given(CASE)
def test_the_columns_a_case_is_found_by_never_say_anything_else_than_its_facts(case):
    row = case_row(case)
    told = read_case(SimpleNamespace(**row))
    running = [one for one in told.clocks if one.paused_at is None and one.ended_at is None]
    next_one = min(running, key=lambda one: (one.due_by, one.name), default=None)
    assert row.pop("facts")
    assert row.pop("sent_to").split() == list(told.to)
    assert row.pop("due_what") == (next_one.name if next_one else None)
    assert row.pop("due_by") == (next_one.due_by if next_one else None)
    assert row == {name: getattr(told, name) for name in row}


@given(CASE)
def test_the_rows_beside_a_case_hold_its_people_categories_and_legs_and_no_others(case):
    people = [(row["person"], row["capacity"]) for row in people_rows(case)]
    ruled = case.judges()
    assert people[: len(case.assignees)] == [(who.person, who.role) for who in case.assignees]
    assert {who for who, capacity in people if capacity == WORKED} == case.worked_by
    assert {who for who, capacity in people if capacity == RULED} == ruled
    assert len(people) == len(set(people)) == len(case.assignees) + len(case.worked_by) + len(ruled)
    assert [row["position"] for row in people_rows(case)] == list(range(len(people)))
    assert [row["category"] for row in category_rows(case)] == list(case.categories)
    assert [row["leg"] for row in leg_rows(case)] == list(case.to)


def fitting():
    """Columns, and every word that may come to stand in them."""
    law = load()
    everywhere = sum(map(len, (*DESTINATIONS, *COPIED))) + len(DESTINATIONS) + len(COPIED)
    yield "cases.state", State
    yield "cases.queue", Queue
    yield "cases.sent_to", ["x" * everywhere]
    yield "cases.due_what", [clock.name for clock in law.clocks]
    yield "cases.closure_reason", [closure.slug for closure in law.closures]
    yield "cases.number", ["IGO-9999-1000000"]
    yield "case_categories.category", [category.slug for category in law.categories]
    yield "case_people.capacity", [*Role, WORKED, RULED]
    yield "case_legs.leg", [*DESTINATIONS, *COPIED]
    yield "identity_requests.standing", Standing
    yield "identity_requests.role", Role
    yield "sealed_parts.kind", [kind.slug for kind in Kind]
    yield "wraps.recipient", Recipient
    yield "mailbox_view.slug", [*State, "received", "acknowledged", "erased"]
    yield "jobs.kind", EFFECTS
    yield "jobs.about", [str(UUID(int=0))]
    yield "entries.action", [*Action, *(f"{clock.name}_lapsed" for clock in law.clocks)]


def test_no_capacity_can_be_taken_for_another():
    assert not {WORKED, RULED} & set(Role)


@pytest.mark.parametrize(("column", "words"), [pytest.param(*one, id=one[0]) for one in fitting()])
def test_every_word_of_the_rules_fits_its_column(column, words):
    """SQLite takes longer ones without a murmur; PostgreSQL would refuse them when they are first needed."""
    table, name = column.split(".")
    longest = max(words, key=len)
    assert len(longest) <= metadata.tables[table].columns[name].type.length, longest
