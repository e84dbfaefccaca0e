"""The drills of tests/server at length."""

import os
from pathlib import Path

from storage.outbox import LEASE
from tests.server.crew import all_done, file_some, made, two_workers
from tests.server.killing import drill
from tests.server.large import MEBIBYTE, must_pass_unseen
from tests.server.resting import rows
from tests.server.running import PATIENCE, Spot, until
from tests.server.surviving import must_have_survived

KILLS = int(os.environ.get("DRILL_KILLS", "200"))


def test_whatever_was_acknowledged_survives_hundreds_of_kills(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    must_have_survived(spot, drill(spot, KILLS))


def test_a_gibibyte_leaves_memory_flat_and_no_plaintext_on_any_disk(tmp_path: Path) -> None:
    must_pass_unseen(Spot(tmp_path), 1024 * MEBIBYTE)


def test_what_a_killed_worker_held_is_taken_by_another_once_its_lease_is_over(tmp_path: Path) -> None:
    spot = made(tmp_path)
    with two_workers(spot) as workers:
        file_some(spot, 200)
        until(lambda: rows(spot, "SELECT 1 FROM cases"), "the first case")
        workers[0].kill()
        all_done(spot, LEASE.total_seconds() + PATIENCE)
    assert rows(spot, "SELECT count(*), count(DISTINCT complaint) FROM cases") == [(200, 200)]
