"""Raw request bodies, block by block, as the server hands them over; never spooled, never whole in memory."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from flask import request

from api.context import desk
from cases.errors import BodyNotWhole, Fault, LengthNeeded, Malformed, TooLarge

BLOCK = 256 * 1024
_DIGEST = re.compile(r"\s*(sha-256|sha-512)=:([A-Za-z0-9+/]+={0,2}):\s*")


def announced_length() -> int | None:
    """Bytes announced by Content-Length, if it was sent."""
    return request.content_length


def must_not_be_too_large(limit: int) -> None:
    """Refuse by the announced length, before a byte is read. Raises TooLarge."""
    length = announced_length()
    if length is not None and length > limit:
        raise TooLarge(f"{limit:,} bytes are accepted at most.")


def announced_digests() -> Mapping[str, bytes]:
    """Digests of `Content-Digest` (RFC 9530) we can check, by hashlib name. Raises Malformed for what is no digest."""
    header = request.headers.get("Content-Digest", "")
    found: dict[str, bytes] = {}
    for item in header.split(",") if header else ():
        name, _, value = item.strip().partition("=")
        if name not in {"sha-256", "sha-512"}:
            continue
        match = _DIGEST.fullmatch(item)
        digest = _decoded(match[2]) if match else b""
        if len(digest) != int(name[4:]) // 8:
            raise Malformed(
                [
                    Fault(
                        "#/headers/Content-Digest",
                        f"{name}=:BASE64: is expected (RFC 9530); got {len(value)} characters.",
                    )
                ]
            )
        found[name.replace("-", "")] = digest
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def must_prove_wholeness(digests: Mapping[str, bytes]) -> None:
    """Without a length, only a digest can tell a cut body from a whole one. Raises LengthNeeded."""
    if announced_length() is None and not digests:
        raise LengthNeeded("Send Content-Length, or a Content-Digest header: otherwise a cut upload would look whole.")


def body_blocks() -> Iterator[bytes]:
    """The body. A connection that breaks raises BodyNotWhole; a short body just ends, and whoever counts finds out."""
    source = cast("BinaryIO", request.environ["wsgi.input"])
    length = announced_length()
    left = desk().limits.evidence_bytes * 2 if length is None else length
    while left > 0:
        try:
            block = source.read(min(BLOCK, left))
        except Exception as error:  # each server has exceptions of its own for a broken connection
            raise BodyNotWhole(
                "The connection broke while the file arrived. Nothing was kept; send it again."
            ) from error
        if not block:
            return
        left -= len(block)
        yield block
