"""The drills of tests/server at length."""

import os
from pathlib import Path

from tests.server.killing import drill
from tests.server.large import MEBIBYTE, must_pass_unseen
from tests.server.running import Spot
from tests.server.surviving import must_have_survived

KILLS = int(os.environ.get("DRILL_KILLS", "200"))


def test_whatever_was_acknowledged_survives_hundreds_of_kills(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    must_have_survived(spot, drill(spot, KILLS))


def test_a_gibibyte_leaves_memory_flat_and_no_plaintext_on_any_disk(tmp_path: Path) -> None:
    must_pass_unseen(Spot(tmp_path), 1024 * MEBIBYTE)
