"""Downloads: whole or visibly broken, never shown in the page, never cached."""

import unicodedata
from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from flask import Response

from cases.media import ACTIVE

BYTES = "application/octet-stream"


def attachment(blocks: Iterator[bytes], size: int, name: str, media_type: str) -> Response:
    """A file as an attachment with its length. The first block is opened before the head is sent:

    what cannot be opened at all is answered as a problem, and what breaks later aborts the connection, so that with
    Content-Length no client can take the rest for the whole. A saved page or mail goes out as mere bytes.
    """
    sure = _last_held_back(blocks)
    first = next(sure, b"")
    sent_as = BYTES if media_type in ACTIVE else media_type
    answer = Response(chain((first,), sure), content_type=sent_as, direct_passthrough=True)
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(plain_name(name), safe='')}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def plain_name(name: str) -> str:
    """A file name that is what it looks like: nothing that turns the direction of writing, breaks a line or is a path.

    Reporters choose the names of files; one that shows as `invoice.png` must not be an `invoice.png.exe`.
    """
    return "".join("_" if one in "/\\" or unicodedata.category(one).startswith("C") else one for one in name)


def _last_held_back(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks, the last one only once the stream has ended well: what is broken is never full length."""
    held = b""
    for block in blocks:
        if block:
            if held:
                yield held
            held = block
    yield held
