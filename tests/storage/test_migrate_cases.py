"""Revision 0002 on a database of revision 0001: every case of old is the case it was, and can be worked on."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import MetaData, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from cases.canonical import canonical
from cases.case import Assignment, Case, written
from cases.casework.changes import REMIND, RESCREEN
from cases.casework.looking import show_case
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.persons import show_persons
from cases.casework.working import Worker
from cases.catalogue import Belongs
from cases.clocks import Running
from cases.errors import UnknownCase
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.ports import CaseFilter
from cases.sight import Actor, Sight, sight_of
from storage import tables
from storage.database import Database
from storage.keys import Keyring
from storage.lookup import SqlLookup
from storage.signing import Marks
from tests.conftest import NOON
from tests.storage.making import complaint, filed, migrate, minutes, sent, sorted_case

BLIND = Marks(Keyring({}, {"index": b"i" * 32, "identity_index": b"j" * 32}))
RECEIVED = NOON + timedelta(microseconds=250)
DUE = NOON + timedelta(days=30)
INVESTIGATORS = (Assignment("S0016", Role.INVESTIGATOR), Assignment("S0015", Role.INVESTIGATOR))


def clock(name, belongs_to=Belongs.CASE):
    return (Running(name, RECEIVED, DUE, belongs_to=belongs_to),)


def of_old(number, state, **facts):
    """A case as the first version could have it."""
    case = Case(
        f"IGO-2026-{10000 + number}", UUID(int=number), Queue.IGO, ("supervisor", "igo"), state, 1, (), RECEIVED
    )
    return replace(case, **facts)


OLD_CASES = (
    of_old(1, State.REGISTERED, clocks=clock("acknowledge", Belongs.REPORTER)),
    of_old(2, State.REGISTERED, version=2, acknowledged_at=NOON, clocks=clock("assessment"), to=("igo",)),
    of_old(3, State.ASSESSMENT, clocks=clock("assessment"), categories=("harassment", "political_partisan")),
    of_old(
        4,
        State.INVESTIGATION,
        version=5,
        acknowledged_at=minutes(3),
        clocks=clock("investigation"),
        assignees=INVESTIGATORS,
        worked_by=frozenset({"S0012", "S0015", "S0016"}),
    ),
    of_old(5, State.REPORTED, worked_by=frozenset({"S0015"}), assignees=INVESTIGATORS[1:]),
    of_old(6, State.CLOSED, closed_at=RECEIVED, closure_reason="unsubstantiated", queue=Queue.OUTSIDE, to=("outside",)),
    of_old(
        7,
        State.INVESTIGATION,
        queue=Queue.OUTSIDE,
        to=("outside", "gatekeeper"),
        assignees=(Assignment("S0070", Role.OUTSIDE),),
        worked_by=frozenset({"S0070"}),
    ),
)
STATES_OF_OLD = {State.REGISTERED, State.ASSESSMENT, State.INVESTIGATION, State.REPORTED, State.CLOSED}
BESIDE = ("case_categories", "case_people", "marks", "complaints")


def old_rows(case):
    """What the first version wrote down of a case, table by table."""
    one, name = complaint(case.complaint.int), {"case_number": case.number}
    due = case.clocks[0] if case.clocks else None
    row = {
        column: getattr(case, column)
        for column in (
            *("number", "complaint", "queue", "state", "version", "received_at"),
            *("acknowledged_at", "closed_at", "closure_reason"),
        )
    }
    row |= {
        "sent_to": " ".join(case.to),
        "due_what": due.name if due else None,
        "due_by": due.due_by if due else None,
    }
    people = [(who.person, str(who.role)) for who in case.assignees]
    people += [(person, "worked") for person in sorted(case.worked_by)]
    return {
        "complaints": [{column: getattr(one, column) for column in ["id", "received_at", "mailbox_id", "mailbox_key"]}],
        "cases": [row],
        "case_categories": [{**name, "category": slug} for slug in case.categories],
        "case_people": [
            {**name, "person": person, "capacity": capacity, "position": place}
            for place, (person, capacity) in enumerate(people)
        ],
        "marks": [{**name, "mark": mark} for mark in (BLIND.wall("S0103"), BLIND.addressee("S0101"))],
    }


@pytest.fixture
def database(tmp_path):
    """A database as the first version left it."""
    opened = Database(f"sqlite:///{tmp_path}/old.sqlite")
    migrate(opened, "0001")
    with opened.writing() as connection:
        for case in OLD_CASES:
            for table, rows in old_rows(case).items():
                for row in rows:
                    connection.execute(insert(metadata_of_old(table)).values(row))
    yield opened
    opened.engine.dispose()


def metadata_of_old(name):
    """A table with the columns it had in the first version."""
    table = tables.metadata.tables[name]
    if name != "cases":
        return table
    then = MetaData()
    tables.complaints.to_metadata(then)
    old = table.to_metadata(then)
    for column in ("merged_into", "facts"):
        old._columns.remove(old.c[column])
    return old


def kept(database, *names):
    """Every row of these tables as it lies there, whatever today's tables say of them."""
    with database.reading() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}")))  # noqa: S608
            for name in names
        }


def found(database):
    return list(SqlLookup(database, BLIND).every_case())


def must_refer(database):
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_every_state_of_old_is_among_the_cases_of_old():
    assert {case.state for case in OLD_CASES} == STATES_OF_OLD


def test_every_case_is_read_as_it_was_and_its_facts_are_canonical(database):
    migrate(database, "head")
    assert found(database) == list(OLD_CASES)
    with database.reading() as connection:
        for row in connection.execute(select(tables.cases)):
            case = next(one for one in OLD_CASES if one.number == row.number)
            assert row.facts == canonical(written(case)).decode()
            assert (row.state, row.due_what) == (case.state, case.due and case.due.name)
    must_refer(database)


def test_what_stands_beside_the_cases_is_left_as_it_was(database):
    before = kept(database, *BESIDE)
    assert all(before.values())
    migrate(database, "0002")
    assert kept(database, *BESIDE) == before
    legs = sorted((case.number, leg) for case in OLD_CASES for leg in case.to)
    assert kept(database, "case_legs")["case_legs"] == legs


def test_sight_and_walls_hold_for_cases_of_old(database):
    migrate(database, "head")
    lookup = SqlLookup(database, BLIND)
    mine = lookup.cases(sight_of(Actor("S0015", Role.INVESTIGATOR)), CaseFilter())
    assert {case.number for case in mine} == {OLD_CASES[3].number, OLD_CASES[4].number}
    assert len(lookup.cases(sight_of(Actor("S0101", Role.SUPERVISOR)), CaseFilter())) == len(OLD_CASES)
    assert len(lookup.cases(Sight("S0012", leg="supervisor"), CaseFilter())) == 4
    for case in OLD_CASES:
        with pytest.raises(UnknownCase):
            lookup.case(case.number, Sight("S0103", states=tuple(State)))


def test_going_down_gives_back_every_row_and_going_up_again_every_case(database):
    before = kept(database, "cases", *BESIDE)
    for _ in range(2):
        migrate(database, "head")
        assert found(database) == list(OLD_CASES)
        migrate(database, "0001")
        assert kept(database, "cases", *BESIDE) == before
        must_refer(database)


@pytest.mark.parametrize(
    ("state", "nearest"),
    [
        (State.AWAITING_INFORMATION, State.ASSESSMENT),
        (State.FINDINGS_FOR_COMMENT, State.INVESTIGATION),
        (State.WITH_DECIDER, State.REPORTED),
        (State.REFERRED, State.ASSESSMENT),
    ],
)
def test_a_state_the_first_version_did_not_know_becomes_the_nearest_it_did(database, state, nearest):
    migrate(database, "head")
    number = OLD_CASES[0].number
    with database.writing() as connection:
        connection.execute(update(tables.cases).where(tables.cases.c.number == number).values(state=str(state)))
        ruled = {"case_number": number, "person": "S0021", "capacity": "ruled", "position": 9}
        connection.execute(insert(tables.case_people), ruled)
    migrate(database, "0001")
    with database.reading() as connection:
        assert connection.scalar(text("SELECT state FROM cases WHERE number = :number"), {"number": number}) == nearest
        assert connection.scalar(text("SELECT count(*) FROM case_people WHERE capacity = 'ruled'")) == 0


@pytest.mark.parametrize("revision", ["0001", "head"])
@pytest.mark.parametrize("state", [*State, "forgotten"])
def test_a_case_is_held_to_the_states_of_its_revision(database, revision, state):
    if revision == "head":
        migrate(database, "head")
    known = set(State) if revision == "head" else STATES_OF_OLD
    change = text("UPDATE cases SET state = :state").bindparams(state=str(state))
    if state in known:
        with database.writing() as connection:
            connection.execute(change)
        return
    with pytest.raises(IntegrityError, match="cases_state"), database.writing() as connection:
        connection.execute(change)


def without_what_came_later(database):
    """As the first version would have sorted: no register of persons, no consent for the desk."""
    later = tables.sealed_parts.c.kind.in_(["persons", "consent"])
    parts = select(tables.sealed_parts.c.id).where(later)
    with database.writing() as connection:
        connection.execute(delete(tables.wraps).where(tables.wraps.c.part.in_(parts)))
        connection.execute(delete(tables.sealed_parts).where(later))
        connection.execute(delete(tables.jobs))


def test_the_worker_begins_the_register_and_consent_of_a_case_of_old(house, place):
    one = filed(house)
    Worker(house.desk).step(NOON)
    sent(house, one)
    case = house.desk.lookup.case_of(one.complaint)
    database = Database(place.database_url)
    migrate(database, "0001")
    without_what_came_later(database)
    migrate(database, "head")
    with database.reading() as connection:
        jobs = [(row.kind, row.about, row.attempts) for row in connection.execute(select(tables.jobs))]
    assert jobs == [(RESCREEN, case.number, 0), (REMIND, case.number, 0)]
    worker = Worker(house.desk)
    while worker.step(minutes(1)):
        pass
    intake = Actor("S0012", Role.INTAKE)
    assert [person.staff_number for person in show_persons(house.desk, intake, case.number, NOON)] == ["S0103"]
    assert show_case(house.desk, intake, case.number, NOON).consent == "confidential"
    assert house.desk.lookup.case_of(one.complaint).version == case.version + 1
    assert house.desk.lookup.is_walled(case.number, "S0103")
    assert len(show_mailbox(house.desk, open_mailbox(house.desk, one.receipt)).evidence) == 1
    database.engine.dispose()


def test_a_database_in_use_goes_down_and_up_and_its_ledger_still_holds(house, place):
    case = sorted_case(house)
    house.ledger.sequence(NOON)
    database = Database(place.database_url)
    migrate(database, "0001")
    migrate(database, "head")
    filing = house.desk.lookup.entry_of_filing(case.complaint)
    house.desk.ledger.must_hold(filing)
    assert house.desk.lookup.case_of(case.complaint).number == case.number
    must_refer(database)
    database.engine.dispose()
