"""The fields shapes are made of: words people write, times, and objects that refuse what they do not know."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

SHORT = 200
JSON_LIMIT = 512 * 1024  # bytes of a body
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Words(fields.String):
    """Text somebody wrote: no control characters but tab and line ends, no halves of characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if text is None or _UNFIT.search(text):
            raise ValidationError("Control characters and broken Unicode are not accepted.")
        return str(text)


class Slug(fields.Enum[Any]):
    """One slug of an enum. Views hand over members, or text that is ready."""

    def __init__(self, enum: type[StrEnum], **more: Any) -> None:
        super().__init__(enum, by_value=True, **more)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)


class Moment(fields.AwareDateTime):
    """An RFC 3339 time on its way in, as UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> datetime:
        at: datetime = super()._deserialize(value, attr, data, **more)
        try:
            return at.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError("No such time in UTC.") from error


def words(longest: int = SHORT, *, required: bool = False, shortest: int = 0, **more: Any) -> Words:
    return Words(required=required, validate=validate.Length(min=shortest, max=longest), **more)


def moment(**more: Any) -> Moment:
    return Moment(format="iso", **more)


def instant(**more: Any) -> fields.String:
    """An RFC 3339 time on its way out: views hand over ready text."""
    return fields.String(metadata={"format": "date-time", **more.pop("metadata", {})}, **more)


class Told(dict[str, Any]):
    """A JSON object that remembers which names came more than once: of two readers each could take another."""

    twice: frozenset[str] = frozenset()


def read_json(text: bytes) -> Any:
    """What a JSON text holds, objects as `Told`. Raises ValueError or RecursionError."""
    return json.loads(text, object_pairs_hook=_told, parse_constant=_no_constant)


def _told(pairs: list[tuple[str, Any]]) -> Told:
    told = Told(pairs)
    if len(told) < len(pairs):
        times = Counter(name for name, _ in pairs)
        told.twice = frozenset(name for name, count in times.items() if count > 1)
    return told


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Strict(Schema):
    """Refuses what it does not know and what was said twice: a misspelt field must not be lost silently."""

    class Meta:
        unknown = RAISE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _say_it_once(self, _read: Any, told: Any, **_: Any) -> None:
        if isinstance(told, Told) and told.twice:
            raise ValidationError({name: ["This field came more than once."] for name in sorted(told.twice)})
