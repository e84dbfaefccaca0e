"""Cases as a table: CSV as RFC 4180 writes it, in UTF-8, that no spreadsheet takes for anything but text.

    number,state,version,queue,categories,received_at,acknowledged_at,due,due_by,closed_at,closure_reason,assignees

Times are RFC 3339 in UTC. A cell that holds several things parts them with spaces; an assignee reads `role:person`.
Whatever is not so, or not yet, is an empty cell.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime

from cases.case import Case
from cases.times import stamp

COLUMNS = (
    "number",
    "state",
    "version",
    "queue",
    "categories",
    "received_at",
    "acknowledged_at",
    "due",
    "due_by",
    "closed_at",
    "closure_reason",
    "assignees",
    "outcome",
    "referred_to",
    "merged_into",
    "decided_at",
    "reopened",
    "erased_at",
)
BLOCK = 1 << 16
_MINUS_SIGN = "\u2212"
_STARTS_A_FORMULA = frozenset("=+-@" + _MINUS_SIGN)
_ENDS_A_CELL = frozenset("\t\r\n")


def cases_csv(cases: Iterable[Case]) -> Iterator[bytes]:
    """The table in blocks of about 64 KiB, the header first. Cases are read as the blocks are asked for."""
    rows = io.StringIO(newline="")
    table = csv.writer(rows, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for case in cases:
        table.writerow([inert(cell) for cell in _cells(case)])
        if rows.tell() >= BLOCK:
            yield _drained(rows)
    yield _drained(rows)


def inert(cell: str) -> str:
    """The cell, with a quote before it when a spreadsheet could run it (OWASP, CSV injection).

    That is when it begins with = + - @, in any width, with a tab or with a line end. Spaces and invisible characters
    before them do not count, since spreadsheets drop them.
    """
    first = next((place for place, char in enumerate(cell) if char.isprintable() and not char.isspace()), len(cell))
    formula = unicodedata.normalize("NFKC", cell[first : first + 1])[:1] in _STARTS_A_FORMULA
    return f"'{cell}" if formula or not _ENDS_A_CELL.isdisjoint(cell[:first]) else cell


def _cells(case: Case) -> tuple[str, ...]:
    return (
        case.number,
        str(case.state),
        str(case.version),
        str(case.queue),
        " ".join(case.categories),
        stamp(case.received_at),
        _when(case.acknowledged_at),
        case.due.name if case.due else "",
        _when(case.due.due_by if case.due else None),
        _when(case.closed_at),
        case.closure_reason or "",
        " ".join(f"{who.role}:{who.person}" for who in case.assignees),
        case.outcome or "",
        case.referred_to or "",
        case.merged_into or "",
        _when(case.decided_at),
        str(case.reopened),
        _when(case.erased_at),
    )


def _when(at: datetime | None) -> str:
    return stamp(at) if at else ""


def _drained(rows: io.StringIO) -> bytes:
    block = rows.getvalue().encode()
    rows.seek(0)
    rows.truncate()
    return block
