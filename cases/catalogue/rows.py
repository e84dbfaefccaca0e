"""What the catalogue's rows are once read. `effective_from` is the first day in force, `effective_to` the last.

`ended` says that nothing follows on purpose, `found` where the row stands in its file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.words import Words
from cases.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRow:
    """What every row has that is in force from a first day to a last."""

    effective_from: date
    effective_to: date | None
    ended: bool = False
    found: Found = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedRow(DatedRow):
    """`source`: where it is from. `verified`: that was a public source, and it was checked."""

    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Category(DatedRow):
    """What a complaint may be about. `cites` are citation slugs, `raised_by` principle slugs."""

    slug: str
    label: Words
    cites: tuple[str, ...]
    raised_by: tuple[str, ...]
    urgent: bool
    note: str


@dataclass(frozen=True, slots=True)
class Citation(DatedRow):
    """One paragraph of one edition. `verified`: a public source was checked for what the row says."""

    slug: str
    instrument: str
    edition: str
    paragraph: str
    heading: str
    summary: str
    note: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Principle(DatedRow):
    """One point of UNHCR/AI/2014/2; `question` asks a reporter plainly, `categories` are the slugs a yes suggests."""

    slug: str
    heading: Words
    summary: str
    question: Words
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording(DatedRow):
    """A status as its reporter reads it, with what happens next. One row per slug and language."""

    slug: str
    language: str
    text: str
    next: str

    @property
    def name(self) -> str:
        return f"{self.slug}.{self.language}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """From any of these states, by any of these roles."""

    states: tuple[str, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """A reason to close a case, and who may give it from where.

    `substantiated` and `measure`: what the decision must say; None where it need not say anything. `retention_months`
    are counted from the closing.
    """

    slug: str
    label: str
    substantiated: bool | None
    measure: bool | None
    retention_months: int
    note: str
    allowed: tuple[Allowed, ...]
    found: Found = field(default=NOWHERE, compare=False)

    def allows(self, state: str, role: Role) -> bool:
        return any(state in pair.states and role in pair.roles for pair in self.allowed)


class Dated(Protocol):
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


class Placed(Dated, Protocol):
    @property
    def found(self) -> Found: ...


class Endable(Placed, Protocol):
    @property
    def ended(self) -> bool: ...


D = TypeVar("D", bound=Dated)


def in_force(rows: Iterable[D], day: date) -> tuple[D, ...]:
    """The rows in force on `day`, in their order."""
    return tuple(row for row in rows if row.effective_from <= day <= (row.effective_to or date.max))


def nearest(rows: Iterable[D], day: date) -> D | None:
    """The first row in force on `day`; else the next to come into force, else the last that was; None without rows.

    For what must not be left without an answer: conduct older than the rules kept here, or after the last of them.
    """
    ordered = sorted(rows, key=lambda row: row.effective_from)
    waiting = (row for row in ordered if day <= (row.effective_to or date.max))
    return next(waiting, ordered[-1] if ordered else None)
