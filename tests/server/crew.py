"""Several worker processes on one installation with people in it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cases.casework.administering import import_directory
from cases.casework.filing import file_complaint
from tests.cases.casework.conftest import draft
from tests.server.desk import DIRECTORY, house_of
from tests.server.resting import rows
from tests.server.running import PATIENCE, Spot, until

Crew = list[subprocess.Popen[str]]


def made(root: Path) -> Spot:
    """An installation that knows the people of tests/samples."""
    spot = Spot(root)
    spot.done("keys", "init")
    with house_of(spot) as house:
        import_directory(house.desk, DIRECTORY.read_text(), datetime.now(UTC))
    return spot


@contextmanager
def two_workers(spot: Spot) -> Iterator[Crew]:
    """Two workers; whatever became of them, they are gone afterwards."""
    words = [sys.executable, "-P", "-m", "wsgi", "worker"]
    running = [
        subprocess.Popen(words, cwd=spot.working, env=spot.environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.communicate()


def begun(worker: subprocess.Popen[str]) -> None:
    """Wait until a worker says that it runs: one that is still starting takes no notice of a signal."""
    assert worker.stderr is not None
    assert any("takes jobs" in line for line in worker.stderr)


def file_some(spot: Spot, count: int) -> None:
    with house_of(spot) as house:
        for _ in range(count):
            file_complaint(house.desk, draft(), datetime.now(UTC))


def all_done(spot: Spot, patience: float = PATIENCE) -> None:
    """Wait until nothing is left to do but what is due later, and everything is merged."""
    left = "SELECT 1 FROM jobs WHERE NOT single UNION ALL SELECT 1 FROM waiting"
    until(lambda: not rows(spot, left), "all jobs to be done", patience)
