"""From TOML to rows. A fact that is missing, unknown or of the wrong kind is CatalogueBroken, naming file and row.

A missing or empty sentence (label, heading, summary …) is read as empty: `Catalogue.check` names them all at once.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources.abc import Traversable
from typing import Any, Protocol, TypeGuard, TypeVar

from cases.catalogue.rows import Allowed, Category, Citation, Clock, Closure, Principle, Wording
from cases.errors import CatalogueBroken
from cases.people import Role

T = TypeVar("T")


class Folder(Protocol):
    """Where the files lie: a package, a folder, or one laid over the other."""

    def joinpath(self, name: str, /) -> Traversable: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One table of a TOML file, and where it stands."""

    where: str
    facts: Mapping[str, object]

    def fail(self, what: str) -> CatalogueBroken:
        return CatalogueBroken(f"{self.where}: {what}")

    def only(self, *keys: str) -> None:
        """Refuse any other key: a misspelt date would otherwise be no date."""
        if unknown := sorted(self.facts.keys() - set(keys)):
            raise self.fail(f"unknown key {', '.join(unknown)}")

    def text(self, key: str) -> str:
        if not (said := self.sentence(key)):
            raise self.fail(f"{key} is missing")
        return said

    def sentence(self, key: str) -> str:
        said = self.facts.get(key, "")
        if not isinstance(said, str):
            raise self.fail(f"{key} must be text")
        return said.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        said = self.facts.get(key)
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            raise self.fail(f"{key} must be a list of texts")
        return tuple(said)

    def flag(self, key: str) -> bool:
        said = self.facts.get(key)
        if not isinstance(said, bool):
            raise self.fail(f"{key} must be true or false")
        return said

    def count(self, key: str) -> int:
        said = self.facts.get(key, 0)
        if not isinstance(said, int) or isinstance(said, bool) or said < 0:
            raise self.fail(f"{key} must be a whole number, not below 0")
        return said

    def dates(self, first: str, last: str) -> tuple[date, date | None]:
        starts, ends = self.facts.get(first), self.facts.get(last)
        if not _is_day(starts):
            raise self.fail(f"{first} must be a date")
        if ends is not None and not _is_day(ends):
            raise self.fail(f"{last} must be a date, or left out")
        if ends is not None and ends < starts:
            raise self.fail(f"{last} is before {first}")
        return starts, ends


def _is_day(said: object) -> TypeGuard[date]:
    return isinstance(said, date) and not isinstance(said, datetime)


def read_rows(folder: Folder, table: str, make: Callable[[Row], T], *, file: str, beside: str = "") -> tuple[T, ...]:
    """Every `[[table]]` of a file as `make` reads it; `beside` names the one other table the file may hold."""
    try:
        found: dict[str, Any] = tomllib.loads(folder.joinpath(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueBroken(f"{file}: {error}") from error
    found.pop(beside, None)
    rows = found.pop(table, None)
    if found or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CatalogueBroken(f"{file}: holds something else than [[{table}]] rows")
    return tuple(make(Row(_where(file, number, row), row)) for number, row in enumerate(rows, start=1))


def _where(file: str, number: int, row: Mapping[str, object]) -> str:
    name = next((row[key] for key in ("slug", "name", "situation") if key in row), "unnamed")
    return f"{file}, row {number} ({name})"


def category(row: Row) -> Category:
    row.only("slug", "label", "cites", "raised_by", "urgent", "note", "from", "to")
    starts, ends = row.dates("from", "to")
    return Category(
        slug=row.text("slug"),
        label=row.sentence("label"),
        cites=row.texts("cites"),
        raised_by=row.texts("raised_by"),
        urgent=row.flag("urgent"),
        note=row.sentence("note"),
        effective_from=starts,
        effective_to=ends,
    )


def citation(row: Row) -> Citation:
    row.only("slug", "instrument", "edition", "paragraph", "heading", "summary", "note", "verified", *_EFFECTIVE)
    starts, ends = row.dates(*_EFFECTIVE)
    return Citation(
        slug=row.text("slug"),
        instrument=row.text("instrument"),
        edition=row.text("edition"),
        paragraph=row.text("paragraph"),
        heading=row.sentence("heading"),
        summary=row.sentence("summary"),
        note=row.sentence("note"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
    )


def principle(row: Row) -> Principle:
    row.only("slug", "heading", "summary", "question", "categories", "from", "to")
    starts, ends = row.dates("from", "to")
    return Principle(
        slug=row.text("slug"),
        heading=row.sentence("heading"),
        summary=row.sentence("summary"),
        question=row.sentence("question"),
        categories=row.texts("categories"),
        effective_from=starts,
        effective_to=ends,
    )


def closure(row: Row) -> Closure:
    row.only("slug", "label", "substantiated", "note", "allowed")
    pairs = row.facts.get("allowed")
    if not isinstance(pairs, list) or not pairs or not all(isinstance(pair, dict) for pair in pairs):
        raise row.fail("needs at least one [[closure.allowed]]")
    return Closure(
        slug=row.text("slug"),
        label=row.sentence("label"),
        substantiated=row.flag("substantiated"),
        note=row.sentence("note"),
        allowed=tuple(_allowed(Row(row.where, pair)) for pair in pairs),
    )


def _allowed(row: Row) -> Allowed:
    row.only("from", "by")
    try:
        return Allowed(states=row.texts("from"), roles=tuple(map(Role, row.texts("by"))))
    except ValueError as error:
        raise row.fail(f"no such role: {error}") from error


def clock(row: Row) -> Clock:
    row.only("name", "label", "runs_from", "otherwise", "months", "days", "source", "verified", "from", "to")
    starts, ends = row.dates("from", "to")
    months, days = row.count("months"), row.count("days")
    if months + days == 0:
        raise row.fail("needs months or days above 0")
    return Clock(
        name=row.text("name"),
        label=row.sentence("label"),
        runs_from=row.text("runs_from"),
        otherwise=row.sentence("otherwise") or None,
        months=months,
        days=days,
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
    )


def wording(row: Row) -> Wording:
    row.only("slug", "language", "text", "next", "from", "to")
    starts, ends = row.dates("from", "to")
    return Wording(
        slug=row.text("slug"),
        language=row.text("language"),
        text=row.sentence("text"),
        next=row.sentence("next"),
        effective_from=starts,
        effective_to=ends,
    )


_EFFECTIVE = ("effective_from", "effective_to")
