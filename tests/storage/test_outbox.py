from functools import partial

import pytest
from sqlalchemy import select

from cases.casework.sorting import sort_complaint
from cases.ports import Job
from storage.outbox import LEASE, LONGEST_PAUSE, Outbox
from storage.tables import jobs
from tests.conftest import NOON
from tests.storage.making import at_once, filed, minutes, ready, seconds, works


@pytest.fixture
def database(place):
    database = ready(place)
    yield database
    database.engine.dispose()


@pytest.fixture
def outbox(database):
    return Outbox(database)


@pytest.fixture
def work(place, database):
    return works(place, database)


def ask(work, *wanted):
    with work() as one:
        for kind, about, at in wanted:
            one.ask_for(kind, about, at)


def test_an_empty_outbox_has_no_job(outbox):
    assert outbox.take(NOON) is None


def test_the_job_that_waited_longest_is_taken_first(outbox, work):
    ask(work, ("sort", "b", minutes(2)), ("sort", "a", minutes(1)), ("sort", "c", minutes(2)))
    taken = [outbox.take(minutes(5)) for _ in range(4)]
    assert [job and (job.kind, job.about, job.attempts) for job in taken] == [
        ("sort", "a", 1),
        ("sort", "b", 1),
        ("sort", "c", 1),
        None,
    ]


def test_no_job_is_taken_before_its_time(outbox, work):
    ask(work, ("sort", "a", minutes(1)))
    assert outbox.take(NOON) is None
    assert outbox.take(minutes(1)).about == "a"


def test_a_job_asked_for_in_a_transaction_that_fails_never_happens(outbox, work):
    def ask_and_fail():
        with work() as one:
            one.ask_for("sort", "a", NOON)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        ask_and_fail()
    assert outbox.take(minutes(1)) is None


def test_a_job_whose_worker_died_comes_back_by_itself(outbox, work):
    ask(work, ("sort", "a", NOON))
    first = outbox.take(NOON)
    assert outbox.take(NOON + LEASE - seconds(1)) is None
    again = outbox.take(NOON + LEASE)
    assert (again.id, again.about, again.attempts) == (first.id, "a", 2)


def test_a_job_that_is_done_never_comes_back(outbox, work):
    ask(work, ("sort", "a", NOON))
    job = outbox.take(NOON)
    with work() as one:
        one.done(job)
    assert outbox.take(NOON + 2 * LEASE) is None


def test_a_failure_is_tried_again_after_one_two_four_seconds_and_an_hour_at_most(outbox, work):
    ask(work, ("sort", "a", NOON))
    at, pauses = NOON, []
    for _ in range(16):
        job = outbox.take(at)
        outbox.failed(job, "no answer", at)
        pause = next(pause for pause in PAUSES if outbox_is_ready(outbox, at + pause))
        pauses.append(pause)
        at += pause
    assert pauses == [seconds(2**power) for power in range(12)] + [LONGEST_PAUSE] * 4


PAUSES = [seconds(2**power) for power in range(12)] + [LONGEST_PAUSE]


def outbox_is_ready(outbox, at):
    """Whether a job could be taken then, without taking it."""
    with outbox._database.reading() as connection:
        return connection.execute(select(jobs).where(jobs.c.run_at <= at)).first() is not None


def test_a_job_that_failed_for_ever_keeps_its_pause_and_a_short_reason(outbox, work, database):
    ask(work, ("sort", "a", NOON))
    job = outbox.take(NOON)
    outbox.failed(Job(job.id, job.kind, job.about, 10**6), "why " * 200, NOON)
    with database.reading() as connection:
        row = connection.execute(select(jobs)).one()
    assert row.run_at == NOON + LONGEST_PAUSE
    assert len(row.trouble) == 200


def test_two_workers_never_take_the_same_job(outbox, work, database):
    ask(work, *(("sort", str(number), NOON) for number in range(40)))

    def take_all(mine):
        return list(iter(partial(mine.take, NOON), None))

    taken = at_once([partial(take_all, Outbox(database)) for _ in range(6)])
    assert sorted(int(job.about) for mine in taken for job in mine) == list(range(40))


def test_sorting_the_same_complaint_twice_changes_nothing(house):
    one = filed(house)
    job = house.desk.jobs.take(NOON)
    case = sort_complaint(house.desk, job, NOON)
    assert sort_complaint(house.desk, job, NOON) is None
    assert house.desk.lookup.case_of(one.complaint) == case
    assert house.desk.jobs.take(NOON + 2 * LEASE) is None
