r"""The list of erasures: which complaints' shred keys were deleted, and when. It only ever grows.

    line := complaint id ‖ " " ‖ time (RFC 3339, UTC) ‖ "\n"

It lies beside the shred keys and is written before a key goes, so that no key can be gone without its line. A backup
that is older than an erasure is made good by it. It holds no secret and nothing of what was erased: copy it anywhere.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cases.errors import BackupDamaged
from cases.times import read_stamp, stamp

NAME = "erased.txt"


class ErasedList:
    """One such list. Whoever adds to it holds a lock that keeps others from adding."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[UUID, datetime]:
        """Every complaint on it, with the first time it stands there; nothing when there is no list yet.

        A last line without its end was never acted upon and does not count. Raises BackupDamaged for any other that
        cannot be read: nothing may be served while it is unknown whom it meant.
        """
        erased: dict[UUID, datetime] = {}
        for number, line in enumerate(self._whole().splitlines(), 1):
            try:
                complaint, at = line.decode("ascii").split(" ")
                erased.setdefault(UUID(complaint), read_stamp(at))
            except ValueError as error:
                raise BackupDamaged(f"{self.path}: line {number} names no erasure.") from error
        return erased

    def add(self, erased: Mapping[UUID, datetime]) -> None:
        """Add whatever is not on it yet, durably."""
        known = self.read()
        lines = "".join(f"{one} {stamp(at)}\n" for one, at in erased.items() if one not in known)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(len(self._whole()))
            file.seek(0, os.SEEK_END)
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)

    def _whole(self) -> bytes:
        """Its lines, without a last one that was never ended."""
        data = self.path.read_bytes() if self.path.exists() else b""
        return data[: data.rfind(b"\n") + 1]


def sync_folder(folder: Path) -> None:
    """Make durable what names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
