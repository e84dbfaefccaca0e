"""Ranges of a download (RFC 9110 §14): which one a request asks for, and how a file or a piece of it is answered.

What cannot be understood is passed over and the whole file is sent, as the standard has it; so are several ranges at
once, which would only save requests.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Response, request

from api.downloads import attachment
from api.examples.places import EVIDENCE_ID
from cases.casework.mailbox import Facts
from cases.ranges import Span, Wanted

_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.IGNORECASE)
_FAR = 10**18
_DIGITS = 18


RANGE = {
    "name": "Range",
    "in": "header",
    "required": False,
    "description": (
        "One range of bytes (RFC 9110 §14): `bytes=0-1023`, `bytes=1024-`, `bytes=-512`. Several at once, and what "
        "cannot be understood, are answered with the whole file. Not for HEAD."
    ),
    "schema": {"type": "string"},
    "example": "bytes=0-1048575",
}
IF_RANGE = {
    "name": "If-Range",
    "in": "header",
    "required": False,
    "description": "The `ETag` the range belongs to: any other, or a date, is answered with the whole file.",
    "schema": {"type": "string"},
    "example": f'"{EVIDENCE_ID}"',
}
_TEXT = {"type": "string"}
OFFERED: Mapping[str, Any] = MappingProxyType(
    {
        "Accept-Ranges": {"description": "Pieces of it can be had.", "schema": _TEXT, "example": "bytes"},
        "ETag": {
            "description": "Strong, and always the same: an original never changes.",
            "schema": _TEXT,
            "example": f'"{EVIDENCE_ID}"',
        },
    }
)
OF_A_PIECE: Mapping[str, Any] = MappingProxyType(
    {
        "Content-Range": {
            "description": "Which bytes of how many.",
            "schema": _TEXT,
            "example": "bytes 0-1048575/3145728",
        },
        **OFFERED,
    }
)
_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.IGNORECASE)
_FAR = 10**18
_DIGITS = 18


def tag_of(evidence: str) -> str:
    """The strong ETag of a file: its id, because what was sealed under it never changes.

    Its hash would be one too. But the hash is sealed, and tags come back in requests, which others write into logs.
    """
    return f'"{evidence}"'


def wanted_range(evidence: str) -> Wanted | None:
    """The range this request asks for; None where the whole file is to be sent: no GET, nothing or nonsense asked,

    several ranges, or an `If-Range` that is not the very tag of this file. Dates never match: a file has none.
    """
    only_if = request.headers.get("If-Range")
    if request.method != "GET" or (only_if is not None and only_if != tag_of(evidence)):
        return None
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None:
        return None
    first, last, suffix = (_number(digits) for digits in found.groups())
    if first is None:
        return Wanted(None, suffix)
    return None if last is not None and last < first else Wanted(first, last)


def _number(digits: str | None) -> int | None:
    """Decimal digits as a number; what no file can be as long as is merely far."""
    if not digits:
        return None
    digits = digits.lstrip("0")
    return _FAR if len(digits) > _DIGITS else int(digits or "0")


def whole_file(facts: Facts, blocks: Iterator[bytes]) -> Response:
    """An original, with word that pieces of it can be had."""
    return _offered(facts, facts.size, blocks)


def piece_of_file(facts: Facts, span: Span, blocks: Iterator[bytes]) -> Response:
    """One range of an original."""
    answer = _offered(facts, span.size, blocks)
    answer.status_code = HTTPStatus.PARTIAL_CONTENT
    answer.headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{facts.size}"
    return answer


def _offered(facts: Facts, size: int, blocks: Iterator[bytes]) -> Response:
    answer = attachment(blocks, size, facts.name or facts.evidence, facts.media_type)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = tag_of(facts.evidence)
    return answer
