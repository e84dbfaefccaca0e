"""Sealed objects on disk. What is coming in lies under `incoming/`, locked by its process; nothing is ever overwritten.

    objects/ab/abcdef….sealed      a kept object: hard-linked here before its row commits
    incoming/abcdef….part          the same file until the row is committed

A file in `incoming/` that nobody holds is a leftover of a process that died. If the database knows it, only the
second name goes; otherwise both do. So a sweep costs as much as there are leftovers, never as much as objects.
"""

import fcntl
import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from cases.casework.checking.ports import KeptFile
from cases.errors import EvidenceUnreadable

BLOCK = 1 << 20


class DiskObjects:
    """The object store of one machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept, self._incoming = root / "objects", root / "incoming"
        for folder in (self._kept, self._incoming):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def begin(self, object_id: UUID) -> "IncomingFile":
        """A file that will become this object."""
        kept = self._place(object_id)
        if not kept.parent.exists():
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._kept)
        return IncomingFile(self._incoming / f"{object_id.hex}.part", kept)

    def blocks(self, object_id: UUID) -> Iterator[bytes]:
        """The object's bytes. Raises EvidenceUnreadable when it is not there."""
        with self.open(object_id) as file:
            while block := file.read(BLOCK):
                yield block

    def open(self, object_id: UUID) -> BinaryIO:
        """The object as a file that can be sought in, not buffered. Raises EvidenceUnreadable when it is not there."""
        try:
            return cast("BinaryIO", self._place(object_id).open("rb", buffering=0))
        except FileNotFoundError as error:
            raise EvidenceUnreadable("its file is missing from the object store") from error

    def path(self, object_id: UUID) -> Path:
        """Where the object lies, if it is there. Its bytes never change."""
        return self._place(object_id)

    def remove(self, object_id: UUID) -> None:
        """Erase an object; one that is not there is erased already."""
        place = self._place(object_id)
        place.unlink(missing_ok=True)
        if place.parent.exists():
            _sync_folder(place.parent)

    def sweep(self, is_known: Callable[[UUID], bool]) -> int:
        """Clear what dead processes left; how many files that were. Others may settle and sweep at the same time."""
        return sum(self._clear(path, is_known) for path in sorted(self._incoming.glob("*.part")))

    def has(self, object_id: UUID) -> bool:
        return self._place(object_id).exists()

    def name_of(self, object_id: UUID) -> str:
        """Its file, seen from the data directory."""
        return str(self._place(object_id).relative_to(self._root))

    def find(self, name: str) -> KeptFile | None:
        """A file by its name, seen from the data directory; None when it is not there."""
        path = self._root / name
        try:
            changed_at = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
        except FileNotFoundError:
            return None
        return KeptFile(name, self._object_in(path), changed_at)

    def listed(self, after: str, limit: int) -> Sequence[KeptFile]:
        """So many files after a name, folder by folder, whatever they are. Holds no more names than that."""
        in_, beyond = after.rpartition("/")[::2]
        found: list[KeptFile] = []
        for folder in self._folders():
            if folder >= in_ and len(found) < limit:
                names = self._names(folder, beyond if folder == in_ else "", limit - len(found))
                # One that went in between is told of as if it had just been changed.
                found += [self.find(one) or KeptFile(one, None, datetime.max.replace(tzinfo=UTC)) for one in names]
        return found

    def _folders(self) -> list[str]:
        below = sorted(f"objects/{entry.name}" for entry in os.scandir(self._kept) if entry.is_dir())
        return ["incoming", "objects", *below]

    def _names(self, folder: str, beyond: str, limit: int) -> list[str]:
        with os.scandir(self._root / folder) as entries:
            plain = (one.name for one in entries if one.name > beyond and (folder != "objects" or not one.is_dir()))
            return [f"{folder}/{name}" for name in heapq.nsmallest(limit, plain)]

    def _object_in(self, path: Path) -> UUID | None:
        """The object whose file this is, going by its name."""
        try:
            object_id = UUID(hex=path.stem)
        except ValueError:
            return None
        return object_id if path in {self._place(object_id), self._incoming / f"{object_id.hex}.part"} else None

    def _clear(self, path: Path, is_known: Callable[[UUID], bool]) -> bool:
        """Clear one leftover; False when somebody holds it or settled it in the meantime."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(descriptor).st_nlink or not path.exists():
                return False
            object_id = UUID(path.stem)
            if not is_known(object_id):
                self._place(object_id).unlink(missing_ok=True)
            path.unlink()
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def _place(self, object_id: UUID) -> Path:
        return self._kept / object_id.hex[:2] / f"{object_id.hex}.sealed"


class IncomingFile:
    """One object on its way in."""

    def __init__(self, part: Path, kept: Path) -> None:
        self._part, self._kept = part, kept
        self._file = os.fdopen(_claimed(part), "wb", 0)
        self._linked = False

    def write(self, block: bytes | memoryview) -> None:
        """Append; a short write is completed."""
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]

    def keep(self) -> None:
        """Make it durable under its final name. Raises FileExistsError rather than overwrite."""
        os.fsync(self._file.fileno())
        os.link(self._part, self._kept)
        self._linked = True
        _sync_folder(self._kept.parent)

    def settle(self, *, keep: bool) -> None:
        """Let go: of the second name when the row committed, of both names when it did not."""
        if self._linked and not keep:
            self._kept.unlink(missing_ok=True)
        self._part.unlink(missing_ok=True)
        self._file.close()


def _claimed(part: Path) -> int:
    """A new file, locked. A sweep may take it for a leftover in the moment between: then it is made again."""
    while True:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
