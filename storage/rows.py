"""From rows to the values the rules speak of, and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from cases.case import Assignment, Case, Due
from cases.errors import EvidenceUnreadable
from cases.ledger import Entry
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.place import Kind, Recipient, SealedPart, Wrap
from cases.ports import Status, StoredEntry
from storage.tables import case_categories, case_people, entries, leaves, sealed_parts, wraps

WORKED = "worked"


def part_row(part: SealedPart) -> dict[str, Any]:
    return {
        "id": part.id,
        "complaint": part.owner,
        "kind": part.kind.slug,
        "size": part.size,
        "digest": part.digest,
        "ciphertext": part.ciphertext,
    }


def wrap_rows(part: SealedPart) -> list[dict[str, Any]]:
    return [
        {"part": part.id, "recipient": str(wrap.recipient), "key_id": wrap.key_id, "sealed": wrap.sealed}
        for wrap in part.wraps
    ]


def read_parts(connection: Connection, wanted: Select[Any]) -> dict[UUID, SealedPart]:
    """Parts with their wraps, in the order of the query (two queries, however many parts)."""
    rows = connection.execute(wanted).all()
    if not rows:
        return {}
    found: dict[UUID, list[Wrap]] = {row.id: [] for row in rows}
    for wrap in connection.execute(select(wraps).where(wraps.c.part.in_(found)).order_by(wraps.c.recipient)):
        if wrap.recipient in set(Recipient):
            found[wrap.part].append(Wrap(Recipient(wrap.recipient), wrap.key_id, wrap.sealed))
    return {row.id: _part(row, found[row.id]) for row in rows}


def parts_query() -> Select[Any]:
    return select(sealed_parts).order_by(sealed_parts.c.position)


def _part(row: Row[Any], found: Iterable[Wrap]) -> SealedPart:
    kind = Kind.__members__.get(row.kind.upper())
    if kind is None:
        raise EvidenceUnreadable("it is stored as a kind nobody knows")
    return SealedPart(row.id, kind, row.complaint, row.size, row.digest, tuple(found), row.ciphertext)


def case_row(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "complaint": case.complaint,
        "queue": str(case.queue),
        "sent_to": " ".join(case.to),
        "state": str(case.state),
        "version": case.version,
        "received_at": case.received_at,
        "due_what": case.due.what if case.due else None,
        "due_by": case.due.by if case.due else None,
        "acknowledged_at": case.acknowledged_at,
        "closed_at": case.closed_at,
        "closure_reason": case.closure_reason,
    }


def people_rows(case: Case) -> list[dict[str, Any]]:
    """Who is assigned, in order, and who ever worked the case."""
    capacities = [(who.person, str(who.role)) for who in case.assignees]
    capacities += [(person, WORKED) for person in sorted(case.worked_by)]
    return [
        {"case_number": case.number, "person": person, "capacity": capacity, "position": position}
        for position, (person, capacity) in enumerate(capacities)
    ]


def read_cases(connection: Connection, rows: Sequence[Row[Any]]) -> list[Case]:
    """Cases with their categories and people (two queries more, however many cases)."""
    if not rows:
        return []
    numbers = [row.number for row in rows]
    categories: dict[str, list[str]] = {number: [] for number in numbers}
    chosen = select(case_categories).where(case_categories.c.case_number.in_(numbers))
    for found in connection.execute(chosen.order_by(case_categories.c.category)):
        categories[found.case_number].append(found.category)
    people: dict[str, list[tuple[str, str]]] = {number: [] for number in numbers}
    who = select(case_people).where(case_people.c.case_number.in_(numbers)).order_by(case_people.c.position)
    for found in connection.execute(who):
        people[found.case_number].append((found.person, found.capacity))
    return [_case(row, categories[row.number], people[row.number]) for row in rows]


def _case(row: Row[Any], categories: list[str], people: list[tuple[str, str]]) -> Case:
    return Case(
        row.number,
        row.complaint,
        Queue(row.queue),
        tuple(row.sent_to.split()),
        State(row.state),
        row.version,
        tuple(categories),
        row.received_at,
        Due(row.due_what, row.due_by) if row.due_what else None,
        row.acknowledged_at,
        row.closed_at,
        row.closure_reason,
        tuple(Assignment(person, Role(capacity)) for person, capacity in people if capacity != WORKED),
        frozenset(person for person, capacity in people if capacity == WORKED),
    )


def entry_row(entry: Entry, body: bytes) -> dict[str, Any]:
    return {
        "kind": str(entry.kind),
        "about": entry.about.id,
        "item": _item(entry.facts),
        "version": entry.version,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "body": body,
    }


def _item(facts: Mapping[str, Any]) -> str | None:
    """The file an entry speaks of, so that its custody can be found."""
    item = facts.get("evidence")
    return item if isinstance(item, str) else None


def entries_query() -> Select[Any]:
    joined = entries.outerjoin(leaves, leaves.c.entry == entries.c.position)
    return select(entries.c.position, entries.c.body, leaves.c.index.label("merged_as")).select_from(joined)


def stored_entry(row: Row[Any]) -> StoredEntry:
    return StoredEntry(row.position, row.merged_as, row.body)


def status_row(complaint: UUID, status: Status) -> dict[str, Any]:
    return {"complaint": complaint, "slug": status.slug, "next_by": status.next_by}
