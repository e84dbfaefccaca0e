"""Bringing a backup back into an empty place. Nothing is served from there before all of it is back.

A file `RESTORING` stands there until then. Whoever was stopped in between begins again: what was brought so far goes.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import URL

from cases.errors import BackupDamaged, CannotStart, LedgerBroken
from cases.times import read_stamp
from storage import RESTORING, House, open_house, prepare
from storage.backups.copying import copy_whole, take_copy
from storage.backups.folders import BackupFolder, must_lie_apart
from storage.backups.manifest import Manifest, read_manifest
from storage.backups.taking import DATA, DATABASE, KEYS, OBJECTS, database_path
from storage.database import Database
from storage.erased import NAME as ERASED
from storage.erased import ErasedList, sync_folder
from storage.keys import COMPARTMENTS
from storage.settings import Settings
from storage.shredding import STORE, ShredKeys

_LINE = re.compile(r"([0-9a-f]{64})  \.\./objects/([0-9a-f]{2})/(\2[0-9a-f]{30}\.sealed)\n")
_FACTS = {"newest_entry", "checkpoint", "objects", "lacking"}
_NOT_OURS = {"lost+found"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which backup to restore: the newest when none is named. `erased` are further lists of erasures."""

    folder: Path
    apart: Path
    name: str | None = None
    erased: Sequence[Path] = ()
    without_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """An installation that is back, but for what its erasures still ask for. `damaged` names objects left out."""

    house: House
    name: str
    at: datetime
    newest: datetime | None
    checkpoint: str | None
    objects: int
    damaged: Sequence[str]
    erased: Mapping[UUID, datetime]


@contextmanager
def restore(settings: Settings, wanted: Wanted, at: datetime) -> Iterator[Restored]:
    """Restore, hand over the house, and let it be served once the block is left cleanly; otherwise nothing stays.

    Raises BackupDamaged naming what is damaged, before anything is written where it can be; CannotStart.
    """
    must_lie_apart((wanted.folder, wanted.apart, settings.data_dir))
    data, keys = _chosen(wanted)
    erased = _erasures(wanted)
    place = _Place(settings)
    place.begin()
    try:
        place.bring(wanted, data, keys, erased)
        damaged = place.bring_objects(wanted.folder / data.name / OBJECTS, wanted.folder / "objects")
        _must_be_wanted(damaged, wanted)
        prepare(settings, at, restoring=True)
        house = open_house(settings, restoring=True)
        try:
            _must_be_the_same(house, data)
            newest = data.facts["newest_entry"]
            told = (newest and read_stamp(newest), data.facts["checkpoint"], data.facts["objects"] - len(damaged))
            yield Restored(house, data.name, data.at, *told, (*data.facts["lacking"], *damaged), erased)
        finally:
            house.close()
    except BaseException:
        place.clear()
        raise
    place.end()


def _chosen(wanted: Wanted) -> tuple[Manifest, Manifest]:
    """The backup and the newest shred keys, all files checked. The newest hold all keys but those erased since."""
    names, apart = (_names(folder) for folder in (wanted.folder, wanted.apart))
    name = wanted.name or (names[-1] if names else "")
    if name not in names:
        raise CannotStart(f"{wanted.folder} holds no backup {name}".rstrip() + ".")
    if not apart or apart[-1] < name:
        raise CannotStart(f"{wanted.apart} holds no shred keys of {name} or later: nothing of it could be opened.")
    data, keys = read_manifest(wanted.folder / name, DATA), read_manifest(wanted.apart / apart[-1], KEYS)
    if not data.facts.keys() >= _FACTS:
        raise BackupDamaged(f"{wanted.folder / name}: its manifest says too little to restore it.")
    if data.origin != keys.origin:
        raise CannotStart(f"The shred keys are those of {keys.origin}, the backup is of {data.origin}.")
    return data, keys


def _names(folder: Path) -> list[str]:
    return BackupFolder(folder).names() if folder.is_dir() else []


def _erasures(wanted: Wanted) -> dict[UUID, datetime]:
    path = wanted.apart / ERASED
    if not path.exists():
        raise BackupDamaged(f"{path}: it is missing. Without it erased complaints could be opened again.")
    erased: dict[UUID, datetime] = {}
    for one in (path, *wanted.erased):
        erased = ErasedList(one).read() | erased
    return erased


def _must_be_wanted(damaged: Sequence[str], wanted: Wanted) -> None:
    if damaged and not wanted.without_damaged:
        raise BackupDamaged(*damaged, "Nothing was restored. --without-damaged restores what is left.")


def _must_be_the_same(house: House, data: Manifest) -> None:
    expected = data.facts["checkpoint"]
    if expected is not None and house.ledger.checkpoint() != expected:
        raise LedgerBroken("the newest checkpoint", "it is not the one of the backup")


class _Place:
    """Where to restore to: empty but for the key files."""

    def __init__(self, settings: Settings) -> None:
        self._root, self._keys = settings.data_dir, settings.keys_dir
        self._database = database_path(settings)
        self._marker = self._root / RESTORING

    def begin(self) -> None:
        """Refuse a place that holds anything. Raises CannotStart."""
        missing = [path for name in COMPARTMENTS.values() if not (path := self._keys / f"{name}.key").exists()]
        if missing:
            raise CannotStart(f"Put the key files back first; they are in no backup: {missing[0]} is missing.")
        if self._marker.exists():
            self.clear()
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if found := [*self._things(), *([self._database] if self._database.exists() else [])]:
            raise CannotStart(f"{self._root} is not empty: {found[0]} is there. Restore into an empty folder.")
        self._marker.touch(mode=0o600)
        sync_folder(self._root)

    def bring(self, wanted: Wanted, data: Manifest, keys: Manifest, erased: Mapping[UUID, datetime]) -> None:
        """The shred keys without those erased, then the database."""
        store = self._root / STORE
        copy_whole(wanted.apart / keys.name / STORE, store)
        database = Database(URL.create("sqlite", database=str(store)))
        ShredKeys(database).forget_all(erased)
        database.engine.dispose()
        self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_whole(wanted.folder / data.name / DATABASE, self._database)
        sync_folder(self._database.parent)

    def bring_objects(self, listed: Path, pool: Path) -> list[str]:
        """Every object of a backup, checked on its way; what is damaged or missing, by name."""
        damaged, grown = [], set[Path]()
        with listed.open(encoding="ascii") as lines:
            for digest, prefix, name in _read(lines, listed):
                place = self._root / "objects" / prefix / name
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                grown.add(place.parent)
                try:
                    fault = "" if take_copy(pool / prefix / name, place, digest, link=False) else "altered"
                except FileNotFoundError:
                    fault = "missing"
                if fault:
                    damaged.append(f"{pool / prefix / name}: it is {fault}.")
        for folder in [*grown, *([self._root / "objects"] if grown else [])]:
            sync_folder(folder)
        return damaged

    def clear(self) -> None:
        """Take everything away that was brought here, the marker last."""
        for path in self._things():
            if path != self._marker:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for end in ("", "-wal", "-shm", ".lock"):
            Path(f"{self._database}{end}").unlink(missing_ok=True)
        self._marker.unlink(missing_ok=True)

    def end(self) -> None:
        """From now on it may be served."""
        sync_folder(self._root)
        self._marker.unlink()
        sync_folder(self._root)

    def _things(self) -> list[Path]:
        ours = (path for path in self._root.iterdir() if path.name not in _NOT_OURS)
        return sorted(path for path in ours if path not in (self._keys, *self._keys.parents))


def _read(lines: Iterator[str], path: Path) -> Iterator[tuple[bytes, str, str]]:
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BackupDamaged(f"{path}: line {number} names no object.")
        yield bytes.fromhex(found[1]), found[2], found[3]
