"""A worker stopped between any two steps of any effect: done exactly once, as far as anyone can see.

A few points of each kind here, all of them by `make drills`.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from cases.casework.telling import DIGEST, NOTIFY, POST
from cases.casework.working import EFFECTS
from storage import House, open_house
from storage.database import Database
from storage.settings import Settings
from tests.server.effects import PREPARED, RECOVERED, Stage, settings_of, work_off
from tests.server.stopping import Points

EVERY = bool(os.environ.get("DRILLS"))
SOME = 3
ROOT = Path(__file__).parents[2]


class Stopped(Exception):
    """What a worker meets between two steps."""


class Killers:
    """The process that forks workers and waits for their end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.dying"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self, folder: Path, at: datetime, point: int, mail: str = "") -> tuple[int, int]:
        """How a worker on this installation ended that dies at a point, and how many points it passed if it lived."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), at.isoformat(), point, mail]) + "\n")
        self._process.stdin.flush()
        code, passed = json.loads(self._process.stdout.readline())
        return code, passed

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def killers() -> Iterator[Killers]:
    opened = Killers()
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=PREPARED)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(request.param, tmp_path_factory.mktemp(request.param))


def some(points: int) -> range:
    """All points, or a few spread evenly over them, the first and the last among them."""
    return range(0, points, 1 if EVERY else max(1, (points - 1) // SOME))


def test_every_effect_there_is_was_prepared() -> None:
    """But what speaks to others: that is done at least once and seen once (tests/cases/casework/test_notifying.py)."""
    assert set(PREPARED) == set(EFFECTS) - {NOTIFY, DIGEST, POST}


def test_a_worker_killed_at_any_point_leaves_what_the_next_makes_good_exactly_once(
    stage: Stage, killers: Killers
) -> None:
    expected = stage.undisturbed
    alive, points = killers.end(stage.copy(), stage.at, -1)
    assert (alive, points > SOME) == (0, True)
    for point in some(points):
        folder = stage.copy()
        assert killers.end(folder, stage.at, point) == (-signal.SIGKILL, 0)
        assert stage.recovered(folder) == expected, (stage.kind, point)


def test_an_error_at_any_call_leaves_what_the_next_makes_good_exactly_once(stage: Stage) -> None:
    expected = stage.undisturbed

    def stop() -> None:
        raise Stopped

    names = passed(stage, Points(whole=True))
    for point in some(len(names)):
        folder = stage.copy()
        points = Points(point, stop, whole=True)
        with suppress(Stopped):
            run(settings_of(folder), stage.at, points)
        assert points.passed > point
        assert stage.recovered(folder) == expected, (stage.kind, names[point])


def test_a_worker_that_slept_past_its_lease_changes_nothing_that_another_did_meanwhile(stage: Stage) -> None:
    expected, slept = stage.undisturbed, 0
    names = passed(stage, Points())
    for point in some(len(names)):
        folder = stage.copy()
        place, met = settings_of(folder), list[bool]()

        def meanwhile(place: Settings = place, met: list[bool] = met) -> None:
            met.append(is_free(place))
            if met[-1]:
                other = impatient(open_house(place))
                work_off(other.desk, stage.at + RECOVERED)
                other.close()

        run(place, stage.at, Points(point, meanwhile))
        slept += met == [True]
        assert stage.recovered(folder) == expected, (stage.kind, names[point])
    assert slept


def passed(stage: Stage, points: Points) -> list[str]:
    """The points of an undisturbed run, by name."""
    run(settings_of(stage.copy()), stage.at, points)
    return points.names


def run(place: Settings, at: datetime, points: Points) -> None:
    house = open_house(place)
    try:
        points.run(lambda: work_off(house.desk, at))
    finally:
        house.close()


def impatient(house: House) -> House:
    """Where a sleeper reads, the log of the database cannot be truncated: do not wait for it to wake up."""
    shred: Database = house.desk.vault._shred._database  # type: ignore[attr-defined]
    store: Database = house.desk.lookup._database  # type: ignore[attr-defined]
    for database in (shred, store):
        database.engine.dispose()
        event.listen(database.engine, "connect", lambda opened, _: opened.execute("PRAGMA busy_timeout=0"))
    return house


def is_free(place: Settings) -> bool:
    """Whether nobody writes just now: while somebody does, all others wait, and no lease of theirs is taken."""
    for lock in place.data_dir.glob("*.lock"):
        with lock.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
    return True
