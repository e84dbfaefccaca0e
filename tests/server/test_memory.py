"""What the door takes in passes through memory in small pieces and reaches disks sealed."""

from pathlib import Path

from tests.server.large import MEBIBYTE, must_pass_unseen
from tests.server.running import Spot


def test_a_hundred_mebibytes_leave_memory_flat_and_no_plaintext_on_any_disk(tmp_path: Path) -> None:
    must_pass_unseen(Spot(tmp_path), 100 * MEBIBYTE)
