"""What an auditor receives: entries, cases as a table, and the signed bag of design §6."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from cases.bag import Chosen, write_bag
from cases.casework.entries import entry
from cases.export import cases_csv
from cases.ledger import THE_SYSTEM, EntryKind
from cases.ports import Desk, EntryFilter, StoredEntry, Then


@dataclass(frozen=True, slots=True)
class Exported:
    """A bag that was made: `size` is the number of ledger entries its checkpoint covers."""

    id: UUID
    at: datetime
    size: int
    bytes: int


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


def export_to(desk: Desk, actor: str, role: str, folder: Path, chosen: Chosen, at: datetime) -> int:
    """Write a bag into an empty folder; the number of entries its checkpoint covers."""
    size = _announce(desk, actor, role, uuid4(), chosen, at)
    write_bag(desk, folder, chosen, at)
    return size


def _announce(desk: Desk, actor: str, role: str, export: UUID, chosen: Chosen, at: datetime) -> int:
    facts = {"export": str(export), **chosen.facts()}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, "exported", role=role, facts=facts))
    return desk.ledger.sequence(at)
