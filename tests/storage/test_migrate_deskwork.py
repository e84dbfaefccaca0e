"""Revision 0006 on a database in use: nothing of a case is lost on the way up, nor what is sealed on the way down."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from cases.casework.changes import RESCREEN
from cases.casework.filtering import list_filters, save_filter
from cases.casework.looking import list_cases
from cases.casework.noting import list_notes, write_note
from cases.casework.receiving import list_acts, note_action
from cases.casework.tasking import NewTask, list_tasks, make_task
from cases.casework.working import Worker
from cases.people import Role
from cases.ports import CaseFilter
from cases.sight import Actor
from storage import tables
from storage.database import Database
from tests.conftest import NOON
from tests.storage.making import migrate, minutes, sorted_case

NEW = ("notes", "tasks", "supervisor_acts", "saved_filters")
BEFORE = "0002"
INTAKE, SUPERVISOR = Actor("S0012", Role.INTAKE), Actor("S0101", Role.SUPERVISOR)


@pytest.fixture
def database(house, place):
    opened = Database(place.database_url)
    yield opened
    opened.engine.dispose()


def names(database):
    with database.reading() as connection:
        return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))


def filled(house):
    """A case with a note, a task, a supervisor's act, and a filter beside it."""
    case, desk = sorted_case(house), house.desk
    write_note(desk, INTAKE, case.number, 1, "Seen.", minutes(2))
    make_task(desk, INTAKE, case.number, 2, NewTask("Ask.", NOON.date(), role=Role.INTAKE), minutes(2))
    note_action(desk, SUPERVISOR, case.number, "Spoke to them.", minutes(2))
    save_filter(desk, INTAKE, "mine", {"overdue": True}, minutes(2))
    return case


def read(house, case):
    desk, at = house.desk, minutes(3)
    return (
        [one.text for one in list_notes(desk, INTAKE, case.number, at)],
        [(one.what, one.role) for one in list_tasks(desk, INTAKE, case.number, at)],
        [one.text for one in list_acts(desk, SUPERVISOR, case.number, at)],
        [(one.name, dict(one.query)) for one in list_filters(desk, INTAKE)],
    )


def test_what_was_made_is_read_and_going_down_takes_the_tables_and_leaves_case_and_ledger(house, database):
    case = filled(house)
    told = (["Seen."], [("Ask.", Role.INTAKE)], ["Spoke to them."], [("mine", {"overdue": True})])
    assert read(house, case) == told
    house.ledger.sequence(minutes(4))
    with database.reading() as connection:
        parts = connection.scalars(select(tables.sealed_parts.c.id)).all()
    migrate(database, BEFORE)
    assert not set(NEW) & names(database)
    with database.reading() as connection:
        assert connection.scalars(select(tables.sealed_parts.c.id)).all() == parts
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    migrate(database, "head")
    assert set(NEW) <= names(database)
    assert read(house, case) == ([], [], [], [])
    assert house.desk.lookup.case_of(case.complaint).version == 3
    house.desk.ledger.must_hold(house.desk.lookup.entry_of_filing(case.complaint))


def test_open_cases_of_before_are_found_by_office_once_the_worker_was_there(house, database):
    case = sorted_case(house)
    migrate(database, BEFORE)
    with database.writing() as connection:  # as sorting left it before there were offices
        connection.execute(tables.marks.delete())
        connection.execute(tables.jobs.delete())
    migrate(database, "head")
    with database.reading() as connection:
        jobs = [(row.kind, row.about) for row in connection.execute(select(tables.jobs))]
    assert (RESCREEN, case.number) in jobs
    by_office = CaseFilter(office="NORTH")
    assert list_cases(house.desk, INTAKE, by_office) == []
    worker = Worker(house.desk)
    while worker.step(NOON + timedelta(hours=1)):
        pass
    assert [one.number for one in list_cases(house.desk, INTAKE, by_office)] == [case.number]
