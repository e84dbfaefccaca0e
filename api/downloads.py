"""Downloads: whole or visibly broken, never shown in the page, never cached."""

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from flask import Response


def attachment(blocks: Iterator[bytes], size: int, name: str, media_type: str) -> Response:
    """A file as an attachment with its length. The first block is opened before the head is sent:

    what cannot be opened at all is answered as a problem, and what breaks later aborts the connection, so that with
    Content-Length no client can take the rest for the whole.
    """
    sure = _last_held_back(blocks)
    first = next(sure, b"")
    answer = Response(chain((first,), sure), content_type=media_type, direct_passthrough=True)
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _last_held_back(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the last one only once the stream has ended well: what is broken is never full length."""
    held = b""
    for block in blocks:
        if block:
            if held:
                yield held
            held = block
    yield held
