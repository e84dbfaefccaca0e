"""Revision 0003 on a database of revision 0002: no job is lost, and every clock that runs is looked at."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from cases.outbox import JobFilter, JobState
from storage.database import Database
from storage.outbox import Outbox
from tests.conftest import NOON
from tests.storage.making import migrate, minutes, sorted_case

OLD_JOBS = (
    ("sort", "a", NOON, 0, None),
    ("sort", "b", minutes(2), 3, "ValueError"),
    ("lapse", "c", minutes(9), 0, None),
)
INSERT = "INSERT INTO jobs (kind, about, run_at, attempts, trouble) VALUES (:kind, :about, :at, :attempts, :trouble)"


def micros(at):
    return round(at.timestamp() * 1_000_000)


def old_jobs(database):
    with database.reading() as connection:
        rows = connection.execute(text("SELECT kind, about, run_at, attempts, trouble FROM jobs ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.fixture
def database(house, place):
    """An installation with one case, as the second version left it, with three jobs of its own."""
    sorted_case(house)
    house.close()
    opened = Database(place.database_url)
    migrate(opened, "0002")
    with opened.writing() as connection:
        for kind, about, at, attempts, trouble in OLD_JOBS:
            row = {"kind": kind, "about": about, "at": micros(at), "attempts": attempts, "trouble": trouble}
            connection.execute(text(INSERT), row)
    yield opened
    opened.engine.dispose()


def test_every_job_of_old_is_still_to_be_done_at_its_time(database):
    before = old_jobs(database)
    migrate(database, "0003")
    outbox = Outbox(database)
    kept = outbox.listed(JobFilter())
    assert [(job.kind, job.about, micros(job.next_at), job.attempts, job.trouble) for job in kept[:3]] == before
    assert all((job.state, job.due_at) == (JobState.WAITING, job.next_at) for job in kept)
    taken = [outbox.take(minutes(10)) for _ in range(4)]
    assert [job and job.about for job in taken] == ["a", "c", "b", None]


def test_every_case_with_a_running_clock_is_looked_at_once_and_from_now_on(database):
    began = datetime.now(UTC)
    migrate(database, "0003")
    (reminder,) = Outbox(database).listed(JobFilter(kind="remind"))
    with database.reading() as connection:
        numbers = list(connection.scalars(text("SELECT number FROM cases WHERE due_by IS NOT NULL")))
    assert [reminder.about] == numbers
    assert began <= reminder.due_at <= datetime.now(UTC)


def test_going_down_keeps_what_the_earlier_version_can_do_and_tries_the_dead_again(database):
    before = old_jobs(database)
    migrate(database, "0003")
    outbox = Outbox(database)
    job = outbox.take(NOON)
    outbox.failed(job, "ValueError", NOON, None)
    with database.writing() as connection:
        connection.execute(text("INSERT INTO jobs SELECT 99, 'grant_over', 'x', 0, 0, NULL, 0, 0, NULL, NULL"))
    migrate(database, "0002")
    after = old_jobs(database)
    assert after == [(*before[0][:3], 1, "ValueError"), *before[1:]]
    migrate(database, "0003")
    assert Outbox(database).take(NOON).about == "a"
