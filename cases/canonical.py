"""Canonical JSON: one value, one sequence of bytes, so that a digest or a signature means the value.

RFC 8785 (JSON Canonicalization Scheme) for what the desk uses: objects with text keys, arrays, text, integers within
±(2^53 - 1), booleans and null. Floats are refused: no fact of a case needs one, and their shortest form is where
implementations part. Nesting ends at `MAX_DEPTH`, so no input can exhaust the stack.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | bool | None"
"""What can be written. Of the sequences only lists and tuples are taken; bytes fit the type but are refused."""

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
_MAX_DIGITS = len(str(-MAX_INTEGER))


def canonical(value: Json) -> bytes:
    """The RFC 8785 form of `value`, as UTF-8 without a final newline.

    Raises ValueError for a float, an integer beyond ±(2^53 - 1), a key that is not text, a lone surrogate, any other
    type, and nesting deeper than `MAX_DEPTH` (which includes a value that contains itself).
    """
    text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"), check_circular=False)
    return _utf8(text)


def parse_canonical(data: bytes) -> Json:
    """The value whose canonical bytes are exactly `data`; arrays come back as lists.

    Raises ValueError, and nothing else, for all other bytes: other spacing, order or escapes, a repeated key, a float,
    bytes that are not UTF-8 or not JSON, nesting too deep.
    """
    try:
        value: Json = json.loads(
            str(data, "utf-8"), parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
        )
    except RecursionError as error:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from error
    # Comparing with the only right form catches every other one at once, repeated keys included.
    if canonical(value) != data:
        raise ValueError("not in canonical form")
    return value


def _ordered(value: Json, depth: int) -> Json:
    """A copy with every object in canonical key order; refuses whatever has no canonical form but bad text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError("an integer beyond 2^53 - 1 has no canonical form")
        return value
    if depth == MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise ValueError(f"{type(value).__name__} has no canonical form")


def _utf16(key: str) -> bytes:
    """The key's place in the order: UTF-16 code units, compared as numbers (RFC 8785 section 3.2.3)."""
    if not isinstance(key, str):
        raise ValueError("an object key must be text")  # noqa: TRY004 - a refusal has one class here
    # A lone surrogate is let through to be refused with all other text.
    return key.encode("utf-16-be", "surrogatepass")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a lone surrogate has no canonical form") from error


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError("an integer beyond 2^53 - 1 has no canonical form")
    return int(digits)


def _no_float(text: str) -> Json:
    raise ValueError(f"{text[:32]} has no canonical form: only integers do")
