"""Fields of forms as data: what the API's schema says of each, what was typed, and what is wrong with it, in words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema, fields, validate

from api.fields import SHORT
from api.pages.words import _, said
from cases.errors import Fault

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is the place of its value, with dots, such as `attribution.status` or `measures.0.measure`.

    `kind`: line, text, choice, day, moment (a day that stands for its first instant, UTC), number, tick, yes_no, or
    kept (not shown, sent as it is). What is left open here is as the schema has it: see `fitted`.
    """

    name: str
    label: str = ""
    kind: str = ""
    options: Options | None = None
    hint: str = ""
    needed: bool | None = None
    value: str = ""
    shortest: int = 0
    longest: int = 0
    group: str = ""
    empty: str = ""
    """What a choice says while nothing is chosen."""
    id: str = ""

    @property
    def pointer(self) -> str:
        return f"#/{self.name.replace('.', '/')}"

    def read(self, typed: str) -> Any:
        """The value, as JSON would have it; None for what was left empty. What it must be, the schema says."""
        if not typed.strip():
            return None
        if self.kind == "number" and typed.isascii() and typed.isdigit():
            return int(typed)
        if self.kind == "moment" and _DAY.fullmatch(typed):
            return f"{typed}T00:00:00Z"
        return typed.replace("\r\n", "\n")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (fields.AwareDateTime, "moment"),
    (fields.Date, "day"),
    (fields.Boolean, "tick"),
    (fields.Integer, "number"),
)


def fitted(field: Field, schema: Schema, prefix: str) -> Field:
    """A field with everything its place in the schema says of it."""
    if field.id:
        return field
    place = _place_in(schema, field.name.split("."))
    needed = field.needed if field.needed is not None else bool(place and place.required)
    span = next((rule for rule in place.validators if isinstance(rule, validate.Length)), None) if place else None
    shortest, longest = (span.min or 0, span.max or 0) if span else (field.shortest, field.longest)
    hint = field.hint
    if shortest > 1:
        limits = _("%(least)s to %(most)s characters.") % {"least": shortest, "most": longest}
        hint = f"{hint} {limits}".strip()
    kind = field.kind or _kind_of(field, place, longest)
    id_ = f"{prefix}-{field.name.replace('.', '-')}"
    return replace(field, kind=kind, needed=needed, shortest=shortest, longest=longest, hint=hint, id=id_)


def _place_in(schema: Schema, names: list[str]) -> fields.Field[Any] | None:
    """The field of a schema at a place; None for a field that only the form has."""
    known = {one.data_key or name: one for name, one in schema.fields.items()}
    found = known.get(names[0])
    below = names[1:]
    if isinstance(found, fields.List):
        found, below = found.inner, below[1:]
    if below and isinstance(found, fields.Nested):
        return _place_in(found.schema, below)
    return None if below else found


def _kind_of(field: Field, place: fields.Field[Any] | None, longest: int) -> str:
    if field.options is not None:
        return "choice"
    kinds = (kind for type_, kind in _KINDS if isinstance(place, type_))
    return next(kinds, "text" if longest > SHORT else "line")


def told(asked: Iterable[Field], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the API takes it; what was left empty is left out."""
    values: dict[str, Any] = {}
    for one in asked:
        value = one.read(typed.get(one.name, ""))
        if value is not None:
            _put(values, one.name.split("."), value)
    return {name: _listed(value) for name, value in values.items()}


def _put(values: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        values = values.setdefault(name, {})
    values[place[-1]] = value


def _listed(value: Any) -> Any:
    """Places with numbers are a list."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(one) for name, one in value.items()}


def at_fields(asked: Iterable[Field], faults: Iterable[Fault]) -> Iterator[tuple[Field | None, str]]:
    """Each fault with the field it is about; None where it is about the whole form."""
    known = list(asked)
    for fault in faults:
        near = [one for one in known if fault.pointer == one.pointer or fault.pointer.startswith(f"{one.pointer}/")]
        yield max(near, key=lambda one: len(one.pointer), default=None), in_words(fault.detail)


def in_words(detail: str) -> str:
    """What schemas and the rules say of a field, for people: who fills in a form knows no slugs."""
    kinds = (
        (r"Missing data for required field\.|Shorter than minimum length 1\.|.* needs this\.", _("Fill this in.")),
        (r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.", _("Write %(least)s to %(most)s characters.")),
        (r"Longer than maximum length (?P<most>\d+)\.", _("Write at most %(most)s characters.")),
        (r"Must be greater than or equal to (?P<a>\d+) and .* (?P<b>\d+)\.", _("From %(a)s to %(b)s.")),
        (r"Not a valid (datetime|date)\.", _("Write a day, such as 2026-03-31.")),
        (r"Not a valid .*|One of .*|Must be one of.*", _("This list does not hold that: choose again.")),
        (r"The directory has no \w+ with this number\.", _("The directory has nobody like this.")),
    )
    for pattern, words in kinds:
        if found := re.fullmatch(pattern, detail):
            return words % found.groupdict() if found.groupdict() else words
    return said(detail)


def options(slugs: Iterable[str], name: Any) -> Options:
    """Slugs with what they are called."""
    return tuple((str(slug), name(slug)) for slug in slugs)
