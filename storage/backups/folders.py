"""Folders that backups are kept in: named, listed, begun, ended and deleted so that none is ever half there."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cases.errors import CannotStart
from storage.erased import sync_folder

_TIME = "%Y-%m-%dT%H%M%SZ"
_NAME = re.compile(r"[0-9]{6}-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z")


class BackupFolder:
    """One such folder. Its backups sort by name in the order they were made, whatever the clock said."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """Whole backups, the oldest first."""
        return sorted(path.name for path in self.root.iterdir() if _NAME.fullmatch(path.name))

    @contextmanager
    def held(self, origin: str) -> Iterator[None]:
        """Keep every other backup out, and clear what one that was killed left. Raises CannotStart."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(self.root.parent)
        descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock(descriptor)
            self._settle_origin(origin)
            for path in [*self.root.glob(".making-*"), *self.root.glob(".gone-*")]:
                shutil.rmtree(path)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A folder to fill; it becomes this backup when the block is left cleanly, and is deleted otherwise."""
        making = self.root / f".making-{name}"
        making.mkdir(mode=0o700)
        try:
            yield making
            sync_folder(making)
            making.rename(self.root / name)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        sync_folder(self.root)

    def remove(self, names: Iterable[str]) -> None:
        """Delete backups, each at once."""
        for name in names:
            gone = self.root / f".gone-{name}"
            (self.root / name).rename(gone)
            sync_folder(self.root)
            shutil.rmtree(gone)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"Another backup into {self.root} is under way.") from error

    def _settle_origin(self, origin: str) -> None:
        path = self.root / "ORIGIN"
        have = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if not have:
            path.write_text(f"{origin}\n", encoding="utf-8")
        elif have != origin:
            raise CannotStart(f"{self.root} holds backups of {have}. Name another folder.")


def next_name(folders: Iterable[BackupFolder], at: datetime) -> str:
    """A name behind every other in these folders."""
    last = max((int(name[:6]) for folder in folders for name in folder.names()), default=0)
    return f"{last + 1:06}-{at.astimezone(UTC):{_TIME}}"


def made_at(name: str) -> datetime:
    """When the backup of this name was made, to the second."""
    return datetime.strptime(name[7:], _TIME).replace(tzinfo=UTC)


def must_lie_apart(folders: Iterable[Path]) -> None:
    """Refuse folders of which one is, or lies in, another, by whatever name. Raises CannotStart."""
    whole = [folder.expanduser().resolve() for folder in folders]
    for one in whole:
        for other in whole:
            if one is not other and any(_same(parent, other) for parent in (one, *one.parents)):
                raise CannotStart(f"{one} and {other} must lie apart: neither may be, or lie in, the other.")


def _same(one: Path, other: Path) -> bool:
    return one == other or (one.exists() and other.exists() and one.samefile(other))
