"""From rows to the values the rules speak of, and back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from cases.canonical import canonical
from cases.case import Case, read, written
from cases.errors import EvidenceUnreadable
from cases.identity import IdentityRequest, Standing
from cases.ledger import Entry
from cases.people import Role
from cases.place import Kind, Recipient, SealedPart, Wrap
from cases.ports import Status, StoredEntry
from storage.tables import entries, leaves, sealed_parts, wraps

WORKED, RULED = "worked", "ruled"


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
        "due_what": case.due.name if case.due else None,
        "due_by": case.due.due_by if case.due else None,
        "acknowledged_at": case.acknowledged_at,
        "closed_at": case.closed_at,
        "closure_reason": case.closure_reason,
        "merged_into": case.merged_into,
        "facts": canonical(written(case)).decode(),
    }


def category_rows(case: Case) -> list[dict[str, Any]]:
    return [{"case_number": case.number, "category": slug} for slug in case.categories]


def leg_rows(case: Case) -> list[dict[str, Any]]:
    return [{"case_number": case.number, "leg": leg} for leg in case.to]


def people_rows(case: Case) -> list[dict[str, Any]]:
    """Who is assigned, in order, and who ever worked, decided or reviewed the case."""
    capacities = [(who.person, str(who.role)) for who in case.assignees]
    capacities += [(person, WORKED) for person in sorted(case.worked_by)]
    capacities += [(person, RULED) for person in sorted(case.judges())]
    return [
        {"case_number": case.number, "person": person, "capacity": capacity, "position": position}
        for position, (person, capacity) in enumerate(capacities)
    ]


def read_case(row: Row[Any]) -> Case:
    """A case as its facts tell it."""
    return read(json.loads(row.facts), row.version)


def request_row(request: IdentityRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "case_number": request.number,
        "requester": request.requester,
        "role": str(request.role),
        "asked_at": request.asked_at,
        "reason": request.reason,
        "standing": str(request.standing),
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
        "until": request.until,
    }


def read_request(row: Row[Any]) -> IdentityRequest:
    return IdentityRequest(
        row.id,
        row.case_number,
        row.requester,
        Role(row.role),
        row.asked_at,
        row.reason,
        Standing(row.standing),
        row.decided_by,
        row.decided_at,
        row.until,
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
