"""What an auditor receives: entries, cases as a table, and the signed bag of design §6."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cases.bag import Chosen, write_bag
from cases.casework.entries import entry
from cases.errors import UnknownItem
from cases.export import cases_csv
from cases.ledger import THE_SYSTEM, EntryKind
from cases.ports import Desk, EntryFilter, StoredEntry, Then
from cases.times import read_stamp

EXPORTED = "exported"
PAGE = 200


@dataclass(frozen=True, slots=True)
class Exported:
    """A bag that was made: `size` is the number of ledger entries its checkpoint covers."""

    id: UUID
    at: datetime
    size: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An export that can be downloaded: who made it, its size in bytes, and what it was narrowed to."""

    id: UUID
    at: datetime
    by: str
    bytes: int
    narrowed: Mapping[str, Any]


def list_entries(desk: Desk, wanted: EntryFilter) -> Sequence[StoredEntry]:
    """One page of the ledger."""
    return desk.lookup.entries(wanted)


def cases_table(desk: Desk, actor: str, role: str, at: datetime) -> Iterator[bytes]:
    """All cases as CSV; that somebody took the table is an entry."""
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, "took_cases_table", role=role))
    return cases_csv(desk.lookup.every_case())


def choose(desk: Desk, number: str | None, from_: datetime | None, to: datetime | None) -> Chosen:
    """What an export is narrowed to. Raises UnknownCase."""
    about = (number, str(desk.lookup.complaint_of(number))) if number else ()
    return Chosen(about, from_, to)


def make_export(desk: Desk, actor: str, role: str, chosen: Chosen, at: datetime, then: Then | None = None) -> Exported:
    """Write a bag and keep it for download. Its own entry precedes it and is inside its checkpoint."""
    export = uuid4()
    size = _announce(desk, actor, role, export, chosen, at)

    def write(folder: Path) -> None:
        write_bag(desk, folder, chosen, at)

    made = Exported(export, at, size, desk.bags.keep(export, write))
    if then:
        with desk.work() as work:
            then(work, made)
    return made


def list_exports(desk: Desk, limit: int = 50) -> Sequence[Kept]:
    """The last exports that are kept for download, newest first, as the ledger tells of them."""
    found, after = list[StoredEntry](), 0
    while page := desk.lookup.entries(EntryFilter(action=EXPORTED, after=after, limit=PAGE)):
        found, after = [*found, *page][-limit:], page[-1].position
    return [kept for stored in reversed(found) if (kept := _kept(desk, stored))]


def _kept(desk: Desk, stored: StoredEntry) -> Kept | None:
    """None for what was written at the command line, which keeps nothing here."""
    told = json.loads(stored.body)
    facts = dict(told["facts"])
    id_ = UUID(facts.pop("export"))
    try:
        size, _ = desk.bags.open(id_)
    except UnknownItem:
        return None
    return Kept(id_, read_stamp(told["at"]), told["actor"], size, facts)


def export_to(desk: Desk, actor: str, role: str, folder: Path, chosen: Chosen, at: datetime) -> int:
    """Write a bag into an empty folder; the number of entries its checkpoint covers."""
    size = _announce(desk, actor, role, uuid4(), chosen, at)
    write_bag(desk, folder, chosen, at)
    return size


def _announce(desk: Desk, actor: str, role: str, export: UUID, chosen: Chosen, at: datetime) -> int:
    facts = {"export": str(export), **chosen.facts()}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, EXPORTED, role=role, facts=facts))
    return desk.ledger.sequence(at)
