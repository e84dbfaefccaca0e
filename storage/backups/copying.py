"""Copies whose bytes were checked on their way and are durable when they show."""

import errno
import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from cases.errors import BackupDamaged, CannotStart

BLOCK = 1 << 20
NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.EACCES}
"""Why a file system does not link: another one, one that cannot, too many links, another's file."""


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file, read block by block."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").digest()


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in use, at one point of its life.

    One step of SQLite's online backup reads under one read transaction: with a write-ahead log nobody who writes waits
    for it. Raises BackupDamaged when the copy does not hold together, CannotStart when there is no room.
    """
    try:
        told = _copy_database(source, target)
    except sqlite3.OperationalError as error:
        raise CannotStart(f"{source} cannot be copied to {target}: {error}.") from error
    except sqlite3.DatabaseError as error:
        told = str(error)
    if told != "ok":
        raise BackupDamaged(f"{source}: SQLite says of it: {told}")
    _sync(target)


def _copy_database(source: Path, target: Path) -> str:
    with (
        closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, which can be read where nothing can be written
        return str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])


def take_copy(source: Path, target: Path, digest: bytes, *, link: bool) -> bool:
    """Bring a file to its place if it has this SHA-256; whether it had. Raises FileNotFoundError when it is not there.

    The caller makes the folder's names durable. A link shares the bytes of a file that never changes.
    """
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    if (digest_of(part) if link and _linked(source, part) else _copy(source, part)) != digest:
        part.unlink()
        return False
    part.rename(target)
    return True


def copy_whole(source: Path, target: Path) -> None:
    """A durable copy of a file that was checked before."""
    _copy(source, target)


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in NO_LINK:
            return False
        raise
    return True


def _copy(source: Path, target: Path) -> bytes:
    seen = hashlib.sha256()
    with source.open("rb", buffering=0) as read, target.open("wb") as file:
        while block := read.read(BLOCK):
            seen.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return seen.digest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
