"""Rows, files and tiles as they lie, for checks alone: no private key is needed, and nothing is written."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, exists, func, select
from sqlalchemy.exc import DBAPIError

from cases.casework.checking.ports import (
    Extent,
    KeptCase,
    KeptCheckpoint,
    KeptEntry,
    KeptLeaf,
    KeptPart,
    KeptSeal,
)
from cases.errors import CannotStart
from cases.ledger import EntryKind
from cases.notes import VerifierKey
from cases.ports import SHRED
from cases.times import stamp
from storage.database import Database
from storage.objects import DiskObjects
from storage.rows import case_row, read_case
from storage.tables import (
    cases,
    checkpoints,
    complaints,
    entries,
    jobs,
    keys,
    leaves,
    mailbox_view,
    sealed_parts,
    shred_keys,
    tiles,
    waiting,
    wraps,
)

AT_ONCE = 500
_COUNTED = frozenset({"due_what", "due_by", "facts"})
_COLUMNS = ("kind", "about", "item", "version", "actor", "action")


@contextmanager
def saying() -> Iterator[None]:
    """Say plainly what the database refuses: a check that cannot run has found nothing."""
    try:
        yield
    except DBAPIError as error:
        raise CannotStart(f"The database cannot be used: {error.orig}.") from error


class SqlFixity:
    """What lies in the database, the store of shred keys and the object store."""

    def __init__(self, origin: str, database: Database, shred: Database, objects: DiskObjects) -> None:
        self._database, self._shred = database, shred
        with self._reading() as connection:
            made = connection.scalars(select(keys.c.public).where(keys.c.role == "checkpoint")).all()
        self.keys: Sequence[VerifierKey] = tuple(VerifierKey(origin, public) for public in made)
        self.saying = saying
        self.blocks, self.has_file, self.place_of = objects.blocks, objects.has, objects.name_of
        self.files, self.file = objects.listed, objects.find

    def extent(self) -> Extent:
        highest = (
            select(func.count()).select_from(sealed_parts),
            select(func.count()).select_from(cases),
            select(func.max(entries.c.position)),
            select(func.max(leaves.c.index)),
            select(func.max(checkpoints.c.size)),
        )
        with self._reading() as connection:
            row = connection.execute(select(*(one.scalar_subquery() for one in highest))).one()
        return Extent(row[0], row[1], row[2] or 0, 0 if row[3] is None else row[3] + 1, row[4])

    def parts(self, after: int, limit: int) -> Sequence[KeptPart]:
        """Parts with what is told of them, and whether their shred keys are there. Two queries."""
        wrapped = select(func.count()).where(wraps.c.part == sealed_parts.c.id).scalar_subquery()
        joined = sealed_parts.outerjoin(mailbox_view, mailbox_view.c.complaint == sealed_parts.c.complaint)
        query = select(sealed_parts, wrapped.label("wraps"), mailbox_view.c.slug).select_from(joined)
        query = query.where(sealed_parts.c.position > after).order_by(sealed_parts.c.position).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        wanted = select(shred_keys.c.complaint).where(shred_keys.c.complaint.in_({row.complaint for row in rows}))
        with self._reading(self._shred) as connection:
            held = set(connection.scalars(wanted))
        return [_part(row, has_key=row.complaint in held) for row in rows]

    def is_erased(self, about: str) -> bool:
        """Whether a change entry of the case says when it was erased."""
        with self._reading() as connection:
            number = connection.scalar(select(cases.c.number).where(_about(about)))
            changes = entries.c.about == number, entries.c.kind == str(EntryKind.CHANGE)
            query = select(entries.c.body).where(*changes).order_by(entries.c.position.desc())
            return any(_says_erased(body) for body in connection.scalars(query))

    def is_shredding(self, complaint: UUID) -> bool:
        return self._holds(exists().where(jobs.c.kind == SHRED, jobs.c.about == str(complaint)))

    def names_file(self, part: UUID) -> bool:
        return self._holds(exists().where(sealed_parts.c.id == part, sealed_parts.c.ciphertext.is_(None)))

    def leaves(self, start: int, stop: int) -> Sequence[KeptLeaf]:
        joined = leaves.outerjoin(entries, entries.c.position == leaves.c.entry)
        query = select(leaves.c.index.label("place"), leaves.c.leaf, entries).select_from(joined)
        query = query.where(leaves.c.index >= start, leaves.c.index < stop).order_by(leaves.c.index)
        return [_leaf(row) for row in self._all(query)]

    def tile(self, level: int, index: int) -> bytes:
        with self._reading() as connection:
            query = select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.index == index)
            return connection.scalar(query) or b""

    def checkpoints(self, after: int, upto: int) -> Sequence[KeptCheckpoint]:
        query = select(checkpoints).where(checkpoints.c.size > after, checkpoints.c.size <= upto)
        return [KeptCheckpoint(row.size, row.note) for row in self._all(query.order_by(checkpoints.c.size))]

    def sealed(self, parts: Iterable[UUID]) -> Mapping[UUID, KeptSeal]:
        columns = sealed_parts.c
        found = dict[UUID, KeptSeal]()
        for some in _in_turn(parts):
            query = select(columns.id, columns.kind, columns.digest).where(columns.id.in_(some))
            found |= {row.id: KeptSeal(row.kind, row.digest) for row in self._all(query)}
        return found

    def unknown(self, numbers: Iterable[str], complaints_: Iterable[str]) -> frozenset[str]:
        names, ids = frozenset(numbers), frozenset(complaints_)
        known = set[str]()
        for some in _in_turn(names):
            known |= {row.number for row in self._all(select(cases.c.number).where(cases.c.number.in_(some)))}
        for some in _in_turn(map(UUID, ids)):
            known |= {str(row.id) for row in self._all(select(complaints.c.id).where(complaints.c.id.in_(some)))}
        return (names | ids) - known

    def unplaced(self, after: int, upto: int) -> Sequence[int]:
        placed = exists().where(leaves.c.entry == entries.c.position)
        waits = exists().where(waiting.c.entry == entries.c.position)
        within = entries.c.position > after, entries.c.position <= upto
        return [row.position for row in self._all(select(entries.c.position).where(*within, ~placed, ~waits))]

    def cases(self, after: str, limit: int) -> Sequence[KeptCase]:
        """In one statement, so that a change in between is seen whole or not at all."""
        about = entries.c.about == cases.c.number, entries.c.version.is_not(None)
        counted = select(func.count()).select_from(entries).where(*about).scalar_subquery()
        newest = select(func.max(entries.c.version)).where(*about).scalar_subquery()
        query = select(cases, counted.label("changes"), newest.label("newest"))
        query = query.where(cases.c.number > after).order_by(cases.c.number).limit(limit)
        return [
            KeptCase(row.number, row.version, row.changes, row.newest or 0, row.facts, _agrees(row))
            for row in self._all(query)
        ]

    def changes(self, number: str, upto: int) -> Iterator[bytes]:
        of_case = entries.c.about == number, entries.c.version <= upto
        query = select(entries.c.body).where(*of_case).order_by(entries.c.version)
        return (row.body for row in self._all(query))

    def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            return connection.execute(query).all()

    def _holds(self, condition: Any) -> bool:
        with self._reading() as connection:
            return bool(connection.scalar(select(condition)))

    @contextmanager
    def _reading(self, database: Database | None = None) -> Iterator[Connection]:
        with saying(), (database or self._database).reading() as connection:
            yield connection


class RunFile:
    """Where a run is kept that is not at its end: `check.json` in the data directory, written whole or not at all.

    One check at a time: `check.lock` is held. Raises CannotStart when another holds it.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path, self._lock = data_dir / "check.json", data_dir / "check.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise CannotStart("Another check is running here. Wait for it, or stop it.") from error
        finally:
            os.close(descriptor)

    def load(self) -> str | None:
        """What a stopped run left."""
        with suppress(FileNotFoundError):
            return self._path.read_text(encoding="utf-8")
        return None

    def save(self, text: str) -> None:
        beside = self._path.with_suffix(".part")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


def _part(row: Row[Any], *, has_key: bool) -> KeptPart:
    told = row.slug == "erased"
    whole = row.id, row.complaint, row.kind, row.size, row.digest, row.ciphertext
    return KeptPart(row.position, *whole, row.wraps, has_key, told)


def _leaf(row: Row[Any]) -> KeptLeaf:
    if row.body is None:
        return KeptLeaf(row.place, row.leaf, None)
    columns = {name: getattr(row, name) for name in _COLUMNS}
    return KeptLeaf(row.place, row.leaf, KeptEntry(row.position, row.body, {**columns, "at": stamp(row.at)}))


def _agrees(row: Row[Any]) -> bool:
    """Whether the columns of a case are those its facts give; facts that cannot be read give none.

    What is due is counted from them by the program of the day it was stored, and is not compared.
    """
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        given = case_row(read_case(row)).items()
        return all(getattr(row, name) == value for name, value in given if name not in _COUNTED)
    return False


def _about(about: str) -> Any:
    """The case of that number, or of the complaint with that id."""
    with suppress(ValueError):
        return cases.c.complaint == UUID(about)
    return cases.c.number == about


def _says_erased(body: bytes) -> bool:
    """Whether an entry says that its case was erased; one that cannot be read says nothing."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        return json.loads(body)["facts"]["case"]["erased_at"] is not None
    return False


def _in_turn(many: Iterable[Any]) -> Iterator[list[Any]]:
    """So many at a time as a statement takes."""
    ordered = sorted(many)
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))
