"""From TOML to rows. What is missing, unknown or of the wrong kind is CatalogueBroken: `file:line: row: reason`.

A missing or empty sentence (label, heading, summary …) is read as empty: `Catalogue.check` names them all at once.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Protocol, TypeGuard, TypeVar

from cases.catalogue.lines import NOWHERE, Found, line_of, places, strange
from cases.catalogue.rows import Allowed, Category, Citation, Closure, DatedRow, Principle, SourcedRow, Wording
from cases.catalogue.words import DIRECTIONS, LANGUAGES, Language, Words
from cases.errors import CatalogueBroken
from cases.people import Role

T = TypeVar("T")
U = TypeVar("U")
D = TypeVar("D", bound=DatedRow)
_PLACE = re.compile(r" \(at [^()]*\)$")
_NAMES = ("slug", "code", "personnel_type", "situation", "name", "office", "what")


class Folder(Protocol):
    """Where the files lie: a package, a folder, or one laid over the other."""

    def joinpath(self, name: str, /) -> Traversable: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One table of a TOML file, and where it stands."""

    where: str
    facts: Mapping[str, object]
    found: Found = NOWHERE

    def fail(self, what: str, *path: str | int) -> CatalogueBroken:
        """A fault of this row, at the line of the key `path` leads to."""
        return CatalogueBroken(f"{self.found.at(*path) or self.where}: {what}")

    def only(self, *keys: str) -> None:
        """Refuse any other key: a misspelt date would otherwise be no date."""
        if unknown := sorted(self.facts.keys() - set(keys)):
            raise self.fail(f"unknown key {', '.join(unknown)}", unknown[0])

    def text(self, key: str) -> str:
        if not (said := self.sentence(key)):
            raise self.fail(f"{key} is missing", key)
        return said

    def sentence(self, key: str) -> str:
        said = self.facts.get(key, "")
        if not isinstance(said, str):
            raise self.fail(f"{key} must be text", key)
        return said.strip()

    def words(self, key: str) -> Words:
        """A sentence in several languages, one key each; which are left out is found by `Catalogue.check`."""
        said = self.facts.get(key, {})
        if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
            raise self.fail(f"{key} must be a table with one text for each language", key)
        for language in said:
            if language not in LANGUAGES:
                raise self.fail(f"{key}: {language!r} is none of {', '.join(LANGUAGES)}", key, language)
        return Words(tuple((language, said[language].strip()) for language in LANGUAGES if language in said))

    def texts(self, key: str) -> tuple[str, ...]:
        said = self.facts.get(key)
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            raise self.fail(f"{key} must be a list of texts", key)
        return tuple(said)

    def one_of(self, key: str, known: Sequence[str]) -> str:
        if (said := self.text(key)) not in known:
            raise self.fail(f"{key} {said!r} is none of {', '.join(known)}", key)
        return said

    def flag(self, key: str) -> bool:
        said = self.facts.get(key)
        if not isinstance(said, bool):
            raise self.fail(f"{key} must be true or false", key)
        return said

    def count(self, key: str) -> int:
        said = self.facts.get(key, 0)
        if not isinstance(said, int) or isinstance(said, bool) or said < 0:
            raise self.fail(f"{key} must be a whole number, not below 0", key)
        return said

    def day(self, key: str) -> date | None:
        said = self.facts.get(key)
        if said is not None and not _is_day(said):
            raise self.fail(f"{key} must be a date, or left out", key)
        return said

    def dates(self, first: str, last: str) -> tuple[date, date | None]:
        starts, ends = self.facts.get(first), self.day(last)
        if not _is_day(starts):
            raise self.fail(f"{first} must be a date", first)
        if ends is not None and ends < starts:
            raise self.fail(f"{last} is before {first}", last)
        return starts, ends

    def standing(self, days: tuple[str, str], *, ends: bool = False) -> dict[str, Any]:
        """What every dated row has: its days under the two keys, whether it ended on purpose, where it stands."""
        starts, until = self.dates(*days)
        ended = ends and self.ended(days[1])
        return {"effective_from": starts, "effective_to": until, "ended": ended, "found": self.found}

    def ended(self, last: str) -> bool:
        """Whether nothing follows on purpose (`ended = true`), which needs a last day."""
        ended = "ended" in self.facts and self.flag("ended")
        if ended and last not in self.facts:
            raise self.fail(f"ended = true needs {last}, the last day", "ended")
        return ended

    def inner(self, key: str) -> "tuple[Row, ...]":
        """The tables of `[[row.key]]`."""
        said = self.facts.get(key)
        if not isinstance(said, list) or not said or not all(isinstance(one, dict) for one in said):
            raise self.fail(f"needs at least one {key}, each a table", key)
        return tuple(Row(self.where, one, self.found.inner(key, number)) for number, one in enumerate(said))


Take = Callable[[Row, str], Any]
"""How the value of a key is read from a row."""


def _is_day(said: object) -> TypeGuard[date]:
    return isinstance(said, date) and not isinstance(said, datetime)


def read_rows(folder: Folder, table: str, make: Callable[[Row], T], *, file: str) -> tuple[T, ...]:
    """Every `[[table]]` of a file as `make` reads it. CatalogueBroken names every row that cannot be read."""
    text = _text(folder, file)
    try:
        held: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise CatalogueBroken(f"{file}:{line_of(error, text)}: {_PLACE.sub('', str(error))}") from error
    tables, stand = held.pop(table, None), places(text, table)
    if held or not isinstance(tables, list) or len(tables) != len(stand):
        raise CatalogueBroken(f"{file}:{strange(text, table)}: holds something else than [[{table}]] rows")
    made, faults = list[T](), list[str]()
    for facts, (line, keys) in zip(tables, stand, strict=True):
        found = Found(file, line, _name(facts), keys)
        try:
            made.append(make(Row(found.at(), facts, found)))
        except CatalogueBroken as broken:
            faults.extend(broken.faults)
    if faults:
        raise CatalogueBroken(*faults)
    return tuple(made)


def _text(folder: Folder, file: str) -> str:
    try:
        data = folder.joinpath(file).read_bytes()
    except OSError as error:
        raise CatalogueBroken(f"{file}: cannot be read: {error.strerror}") from error
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CatalogueBroken(f"{file}:{line}: is not UTF-8 from here on") from error


def _name(facts: Mapping[str, object]) -> str:
    return str(next((facts[key] for key in _NAMES if key in facts), "unnamed"))


def dated(
    kind: type[D],
    days: tuple[str, str],
    keys: Mapping[str, Take],
    *,
    fields: Mapping[str, str] = MappingProxyType({}),
    ends: bool = False,
) -> Callable[[Row], D]:
    """A reader of rows that are in force from a first day to a last, under the two keys of `days`.

    `keys`: how every other key is read, in the order in which faults are found; `fields`: what one is called that is
    no field of that name. `ends`: a row may say `ended = true`. Where the kind has a source, it is read, too.
    """
    if issubclass(kind, SourcedRow):
        keys = {**keys, "source": Row.text, "verified": Row.flag}

    def read(row: Row) -> D:
        row.only(*keys, *days, *(("ended",) if ends else ()))
        standing = row.standing(days, ends=ends)
        return kind(**{fields.get(key, key): take(row, key) for key, take in keys.items()}, **standing)

    return read


def maybe(take: Callable[[Row, str], T], otherwise: U) -> Callable[[Row, str], T | U]:
    """The same for a key that may be left out."""
    return lambda row, key: take(row, key) if key in row.facts else otherwise


FROM, EFFECTIVE = ("from", "to"), ("effective_from", "effective_to")

category = dated(
    Category,
    FROM,
    {
        "slug": Row.text,
        "label": Row.words,
        "cites": Row.texts,
        "raised_by": Row.texts,
        "urgent": Row.flag,
        "note": Row.sentence,
    },
    ends=True,
)
citation = dated(
    Citation,
    EFFECTIVE,
    {
        "slug": Row.text,
        "instrument": Row.text,
        "edition": Row.text,
        "paragraph": Row.text,
        "heading": Row.sentence,
        "summary": Row.sentence,
        "note": Row.sentence,
        "verified": Row.flag,
    },
    ends=True,
)
principle = dated(
    Principle,
    FROM,
    {
        "slug": Row.text,
        "heading": Row.words,
        "summary": Row.sentence,
        "question": Row.words,
        "categories": Row.texts,
    },
    ends=True,
)
wording = dated(
    Wording,
    FROM,
    {"slug": Row.text, "language": Row.text, "text": Row.sentence, "next": Row.sentence},
)


def language(row: Row) -> Language:
    row.only("code", "name", "direction", "reviewed_by")
    return Language(
        code=row.one_of("code", LANGUAGES),
        name=row.text("name"),
        direction=row.one_of("direction", DIRECTIONS),
        reviewed_by=row.sentence("reviewed_by"),
        found=row.found,
    )


def closure(row: Row) -> Closure:
    row.only("slug", "label", "substantiated", "measure", "retention", "note", "allowed")
    if not row.count("retention"):
        raise row.fail("retention must be months above 0", "retention")
    return Closure(
        slug=row.text("slug"),
        label=row.sentence("label"),
        substantiated=row.flag("substantiated") if "substantiated" in row.facts else None,
        measure=row.flag("measure") if "measure" in row.facts else None,
        retention_months=row.count("retention"),
        note=row.sentence("note"),
        allowed=tuple(_allowed(pair) for pair in row.inner("allowed")),
        found=row.found,
    )


def _allowed(row: Row) -> Allowed:
    row.only("from", "by")
    try:
        return Allowed(states=row.texts("from"), roles=tuple(map(Role, row.texts("by"))))
    except ValueError as error:
        raise row.fail(f"no such role: {error}", "by") from error
