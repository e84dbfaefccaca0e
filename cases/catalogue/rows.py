"""What the catalogue's rows are once read. `effective_from` is the first day in force, `effective_to` the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from cases.people import Role


@dataclass(frozen=True, slots=True)
class Category:
    """What a complaint may be about. `cites` are citation slugs, `raised_by` principle slugs."""

    slug: str
    label: str
    cites: tuple[str, ...]
    raised_by: tuple[str, ...]
    urgent: bool
    note: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Citation:
    """One paragraph of one edition. `verified`: a public source was checked for what the row says."""

    slug: str
    instrument: str
    edition: str
    paragraph: str
    heading: str
    summary: str
    note: str
    verified: bool
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Principle:
    """One point of UNHCR/AI/2014/2; `question` asks a reporter plainly, `categories` are the slugs a yes suggests."""

    slug: str
    heading: str
    summary: str
    question: str
    categories: tuple[str, ...]
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Wording:
    """Words a reporter reads: a letter, or a status with what happens next. One row per slug and language."""

    slug: str
    language: str
    text: str
    next: str
    effective_from: date
    effective_to: date | None

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
    """A reason to close a case, and who may give it from where."""

    slug: str
    label: str
    substantiated: bool
    note: str
    allowed: tuple[Allowed, ...]

    def allows(self, state: str, role: Role) -> bool:
        return any(state in pair.states and role in pair.roles for pair in self.allowed)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit: `months`, then `days`, after `runs_from`; if that never was, after clock `otherwise` is due."""

    name: str
    label: str
    runs_from: str
    otherwise: str | None
    months: int
    days: int
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None


class Dated(Protocol):
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def in_force(rows: Iterable[D], day: date) -> tuple[D, ...]:
    """The rows in force on `day`, in their order."""
    return tuple(row for row in rows if row.effective_from <= day <= (row.effective_to or date.max))
