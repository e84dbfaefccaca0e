"""Taking a backup while everything goes on.

The database first, at one point; then the objects it names, which never change; then the shred keys. A shred key is
durable before its complaint exists, so keys copied later hold every one the database needs, but those erased since.
"""

import heapq
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import Row, exists, func, select
from sqlalchemy.engine import make_url

from cases.errors import CannotStart
from cases.times import stamp
from storage.backups.copying import copy_database, take_copy
from storage.backups.folders import BackupFolder, made_at, must_lie_apart, next_name
from storage.backups.manifest import write_manifest
from storage.database import Database, ReadOnly
from storage.erased import NAME as ERASED
from storage.erased import ErasedList, sync_folder
from storage.objects import DiskObjects
from storage.settings import Settings
from storage.shredding import STORE
from storage.tables import checkpoints, entries, sealed_parts, wraps

KEPT_DAYS = 30
"""How long a copy of shred keys may be kept at most: what is erased is gone for good so many days later."""

DATABASE, OBJECTS, DATA, KEYS = "rule12.sqlite", "objects.sha256", "database", "shred keys"
AT_ONCE = 1000


@dataclass(slots=True)
class Taken:
    """What a backup holds. `lacking` names each object that was missing or altered and could not be backed up."""

    name: str
    delete_by: date
    entries: int = 0
    newest: datetime | None = None
    objects: int = 0
    size: int = 0
    copied: int = 0
    erased_meanwhile: int = 0
    lacking: list[str] = field(default_factory=list)


def take_backup(
    settings: Settings, folder: Path, apart: Path, keep: int, at: datetime, note: Callable[[date], None]
) -> Taken:
    """Take a backup into `folder`, its shred keys into `apart`, and keep the newest `keep`; `note` is told before.

    Raises CannotStart, and BackupDamaged when the live database does not hold together; earlier ones stay whole.
    """
    must_lie_apart((folder, apart, settings.data_dir))
    live = database_path(settings)
    main, shred = BackupFolder(folder), BackupFolder(apart)
    origin = _origin(settings)
    with main.held(origin), shred.held(origin):
        taken = Taken(next_name((main, shred), at), (at + timedelta(days=KEPT_DAYS)).date())
        note(taken.delete_by)
        with main.making(taken.name) as making:
            copy_database(live, making / DATABASE)
            facts = _fill(settings, making, folder / "objects", taken)
            write_manifest(making, taken.name, DATA, origin, at, (DATABASE, OBJECTS), facts)
            _take_keys(settings, shred, taken, origin, at)
        _forget(main, shred, keep, at)
    return taken


def database_path(settings: Settings) -> Path:
    """Where the database lies. Raises CannotStart when it is none of SQLite's."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise CannotStart("Only a database of SQLite is backed up here; use the tools of your database.")
    return Path(url.database)


def _origin(settings: Settings) -> str:
    from storage import origin_of  # noqa: PLC0415 - the house loads this room only when it is used

    database = Database(settings.database_url)
    with database.reading() as connection:
        origin = origin_of(connection)
    database.engine.dispose()
    return origin


def _fill(settings: Settings, making: Path, pool: Path, taken: Taken) -> dict[str, object]:
    """Bring every object the copied database names into the pool, and list it."""
    from storage.migrate import revision_of  # noqa: PLC0415 - Alembic costs half a second

    live, copy, objects = Database(settings.database_url), ReadOnly(making / DATABASE), DiskObjects(settings.data_dir)
    with copy.reading() as connection, (making / OBJECTS).open("w", encoding="ascii") as listed:
        query = select(entries.c.at).order_by(entries.c.position.desc()).limit(1)
        taken.newest = connection.scalar(query)
        taken.entries = connection.scalar(select(func.count()).select_from(entries)) or 0
        checkpoint = connection.scalar(select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1))
        schema = revision_of(connection)
        named = exists().where(wraps.c.part == sealed_parts.c.id)  # what was erased has none
        parts = select(sealed_parts.c.id, sealed_parts.c.size, sealed_parts.c.digest).order_by(sealed_parts.c.id)
        query = parts.where(sealed_parts.c.ciphertext.is_(None), named).execution_options(yield_per=AT_ONCE)
        _Pool(pool, objects, live, taken).take(connection.execute(query), listed)
        listed.flush()
        os.fsync(listed.fileno())
    live.engine.dispose()
    return {
        "schema": schema,
        "entries": taken.entries,
        "newest_entry": taken.newest and stamp(taken.newest),
        "checkpoint": checkpoint,
        "objects": taken.objects,
        "bytes": taken.size,
        "lacking": taken.lacking,
    }


class _Pool:
    """The objects of all backups in a folder."""

    def __init__(self, root: Path, objects: DiskObjects, live: Database, taken: Taken) -> None:
        self._root, self._objects, self._live, self._taken = root, objects, live, taken
        self._grown: set[Path] = set()

    def take(self, rows: Iterable[Row[Any]], listed: TextIO) -> None:
        """Copy what is not here yet, and list all of it in order of ids."""
        self._root.mkdir(mode=0o700, exist_ok=True)
        for row in rows:
            id_, size, digest = row.id, row.size, row.digest
            place = self._root / id_.hex[:2] / f"{id_.hex}.sealed"
            if self._has(place, size) or self._copied(id_, place, digest):
                listed.write(f"{digest.hex()}  ../objects/{id_.hex[:2]}/{place.name}\n")
                self._taken.objects += 1
                self._taken.size += size
        for folder in [*self._grown, self._root, self._root.parent]:
            sync_folder(folder)

    def _has(self, place: Path, size: int) -> bool:
        return place.exists() and place.stat().st_size == size

    def _copied(self, id_: UUID, place: Path, digest: bytes) -> bool:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        self._grown.add(place.parent)
        try:
            whole = take_copy(self._objects.path(id_), place, digest, link=True)
        except FileNotFoundError:
            if self._was_erased(id_):
                self._taken.erased_meanwhile += 1
            else:
                self._taken.lacking.append(f"object {id_}: it is missing from the object store.")
            return False
        self._taken.copied += whole
        if not whole:
            self._taken.lacking.append(f"object {id_}: it is not what was taken in.")
        return whole

    def _was_erased(self, id_: UUID) -> bool:
        with self._live.reading() as connection:
            return not connection.scalar(select(exists().where(wraps.c.part == id_)))


def _take_keys(settings: Settings, shred: BackupFolder, taken: Taken, origin: str, at: datetime) -> None:
    with shred.making(taken.name) as making:
        copy_database(settings.data_dir / STORE, making / STORE)
        erased = ErasedList(settings.data_dir / ERASED).read()
        ErasedList(shred.root / ERASED).add(erased)
        facts = {"delete_by": taken.delete_by.isoformat(), "erased": len(erased)}
        write_manifest(making, taken.name, KEYS, origin, at, (STORE,), facts)


def _forget(main: BackupFolder, shred: BackupFolder, keep: int, at: datetime) -> None:
    """Delete what is more than is kept, shred keys whose day has come, and objects no backup names any more."""
    main.remove(main.names()[:-keep])
    kept = shred.names()
    old = [name for name in kept[:-1] if made_at(name) + timedelta(days=KEPT_DAYS) <= at]
    shred.remove(sorted({*kept[:-keep], *old}))
    named = heapq.merge(*(_listed(main.root / name / OBJECTS) for name in main.names()))
    _sweep(main.root / "objects", named)


def _listed(path: Path) -> Iterator[str]:
    with path.open(encoding="ascii") as file:
        for line in file:
            yield line.rstrip("\n").rpartition("/")[2]


def _sweep(pool: Path, named: Iterator[str]) -> None:
    """Delete every file whose name does not come up; both are in order, so neither is ever held whole."""
    wanted = next(named, None)
    for folder in sorted(pool.iterdir()) if pool.exists() else ():
        for path in sorted(folder.iterdir()):
            while wanted is not None and wanted < path.name:
                wanted = next(named, None)
            if path.name != wanted:
                path.unlink()
