"""Entries of the ledger as sentences."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.pages.desk import labels
from api.pages.desk.deeds import deed, details
from cases.ports import StoredEntry
from cases.times import read_stamp


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """One entry, for people: when, what, by whom; and the reason, where it was opened."""

    at: datetime
    kind: str
    sentence: str
    details: tuple[str, ...]
    who: str
    role: str
    reason: str


def told_entry(stored: StoredEntry, reasons: Mapping[str, Mapping[str, Any]]) -> ToldEntry:
    """An entry as it is kept, told in the reader's language."""
    body = json.loads(stored.body)
    said = [reasons[part["object"]] for part in body["sealed"] if part["object"] in reasons]
    reason = "\n\n".join(str(one["reason"]) for one in said if one.get("reason"))
    return ToldEntry(
        read_stamp(body["at"]),
        body["kind"],
        deed(body["action"]),
        tuple(details(body["facts"])),
        labels.person_name(body["actor"]),
        labels.role_or_nothing(body["role"]),
        reason,
    )
