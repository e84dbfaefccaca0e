"""Cursors: where a page ended, as opaque text. They hold nothing a caller did not just see."""

import base64
import json
from typing import Any

from flask import request, url_for

from cases.errors import Fault, Malformed


def write_cursor(position: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: type) -> list[Any] | None:
    """The position a cursor names, checked against the kinds it must hold. Raises Malformed."""
    if text is None:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        position = None
    fits = isinstance(position, list) and [type(part) for part in position] == list(kinds)
    if not fits:
        raise Malformed([Fault("#/cursor", "This cursor is not one this list gave. Start again without it.")])
    return list(position)


def link_next(cursor: str | None) -> dict[str, str]:
    """The RFC 8288 header for the page after."""
    if cursor is None or request.endpoint is None:
        return {}
    arguments = {**request.args.to_dict(), **(request.view_args or {}), "cursor": cursor}
    return {"Link": f'<{url_for(request.endpoint, **arguments)}>; rel="next"'}
