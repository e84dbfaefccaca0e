"""Cursors: where a page ended, as opaque text. They hold nothing a caller did not just see."""

import base64
import json
from collections.abc import Callable
from typing import Any

from flask import request, url_for

from cases.errors import Fault, Malformed
from cases.times import read_stamp

HIGHEST = 1 << 63


def write_cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(text: str | None, *parts: Callable[[Any], Any]) -> list[Any] | None:
    """Where a cursor says the page before ended, each part read by one of `parts`. Raises Malformed."""
    if text is None:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return [read(part) for read, part in zip(parts, place, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        fault = Fault("#/cursor", "This cursor is not one this list gave. Start again without it.")
        raise Malformed([fault]) from error


def position(part: Any) -> int:
    """An entry's order of arrival. Raises ValueError."""
    if type(part) is not int or not 0 <= part < HIGHEST:
        raise ValueError("no position")
    return part


def word(part: Any) -> str:
    """Text a database can compare. Raises ValueError or TypeError."""
    str.encode(part)
    return str(part)


def time(part: Any) -> str:
    """An RFC 3339 time, as it came. Raises ValueError, TypeError or OverflowError."""
    read_stamp(part)
    return str(part)


def link_next(cursor: str | None) -> dict[str, str]:
    """The RFC 8288 header for the page after."""
    if cursor is None or request.endpoint is None:
        return {}
    arguments = {**request.args.to_dict(), **(request.view_args or {}), "cursor": cursor}
    return {"Link": f'<{url_for(request.endpoint, **arguments)}>; rel="next"'}
