"""Real worker processes: several at once, told to end, killed, and the command that looks after what they leave."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.commands.serving import held
from storage import House
from storage.outbox import LEASE
from tests.server.crew import Crew, all_done, begun, file_some, made, two_workers
from tests.server.desk import house_of
from tests.server.resting import rows
from tests.server.running import PATIENCE, Spot, until
from tests.server.test_commands import answered, done

WORK = "SELECT count(*) FROM jobs WHERE NOT single"


@pytest.fixture
def spot(tmp_path: Path) -> Spot:
    return made(tmp_path)


@pytest.fixture
def workers(spot: Spot) -> Iterator[Crew]:
    with two_workers(spot) as running:
        yield running


def test_two_workers_do_two_hundred_jobs_each_once(spot: Spot, workers: Crew) -> None:
    file_some(spot, 200)
    all_done(spot)
    counted = "SELECT about, action FROM entries WHERE action IN ('opened_for_sorting', 'registered')"
    times = Counter(rows(spot, counted))
    assert Counter(action for _, action in times) == {"opened_for_sorting": 200, "registered": 200}
    assert set(times.values()) == {1}
    assert [one.poll() for one in workers] == [None, None]


def test_a_worker_told_to_end_finishes_its_job_and_leaves_nothing_in_its_hands(spot: Spot, workers: Crew) -> None:
    for one in workers:
        begun(one)
    file_some(spot, 60)
    until(lambda: rows(spot, "SELECT 1 FROM cases"), "the first case")
    for one in workers:
        one.send_signal(signal.SIGTERM)
    for one in workers:
        said = one.communicate(timeout=PATIENCE)[1]
        assert one.returncode == 0, said
        assert "Traceback" not in said
    assert rows(spot, "SELECT id FROM jobs WHERE taken_by IS NOT NULL") == []
    (left,) = rows(spot, WORK)
    (done,) = rows(spot, "SELECT count(*) FROM cases")
    assert left[0] + done[0] == 60


def test_a_job_that_takes_long_stays_in_the_hands_of_its_worker(house: House) -> None:
    now = datetime.now(UTC)
    with house.desk.work() as work:
        work.ask_for("sort", "x", now)
    job = house.desk.jobs.take(now)
    assert job is not None
    with held(house.desk.jobs, job, 0.01):
        first = house.desk.jobs.one(job.id).next_at
        until(lambda: house.desk.jobs.one(job.id).next_at != first, "a renewed lease")
    renewed = house.desk.jobs.one(job.id).next_at
    assert renewed is not None
    assert renewed > now + LEASE
    assert "beat" not in {one.name for one in threading.enumerate()}
    assert house.desk.jobs.take(renewed - timedelta(microseconds=1)) is None


def test_a_heart_stops_beating_for_a_job_that_another_has_taken(house: House) -> None:
    now = datetime.now(UTC)
    with house.desk.work() as work:
        work.ask_for("sort", "x", now)
    slept = house.desk.jobs.take(now - timedelta(hours=1)) or house.desk.jobs.take(now)
    assert slept is not None
    other = house.desk.jobs.take(now + LEASE)
    assert other is not None
    with held(house.desk.jobs, slept, 0.01):
        until(lambda: not _beats(), "the heart to stop")
    assert house.desk.jobs.one(other.id).next_at == now + 2 * LEASE


def _beats() -> bool:
    return any("beat" in one.name for one in threading.enumerate())


def test_the_command_lists_retries_and_discards(spot: Spot) -> None:
    now = datetime.now(UTC)
    with house_of(spot) as house:
        for _ in range(2):
            with house.desk.work() as work:
                work.ask_for("lapse", "IGO-2026-48213", now)
            job = house.desk.jobs.take(now)
            assert job is not None
            house.desk.jobs.failed(job, "UnknownCase", now, None)
    first, second = done(spot, "jobs", "list", "--dead", "--kind", "lapse").splitlines()
    assert "lapse      dead       1 times" in first
    assert "UnknownCase: No such case" in first
    assert "48213" not in first + second
    one, two = (line.split()[0] for line in (first, second))
    assert done(spot, "jobs", "discard", one, "--reason", "overtaken") == f"Discarded job {one} of kind lapse.\n"
    assert done(spot, "jobs", "retry", "--kind", "lapse") == "1 jobs are tried again.\n"
    assert done(spot, "jobs", "list", "--dead") == ""
    code, _, refused = answered(spot, "jobs", "discard", two, "--reason", "overtaken")
    assert (code, refused) == (1, "Only a dead job can be discarded; this one is still to be done.\n")
    assert answered(spot, "jobs", "retry", one)[0] == 1
    for words in (("retry",), ("retry", two, "--all"), ("discard", two), ("discard", two, "--reason", "fun")):
        assert answered(spot, "jobs", *words)[0] == 2
    assert done(spot, "jobs", "retry", two) == f"Job {two} is tried again.\n"
    assert rows(spot, "SELECT action FROM entries WHERE action LIKE 'job%' ORDER BY position") == [
        ("job_discarded",),
        ("jobs_retried",),
        ("job_retried",),
    ]
