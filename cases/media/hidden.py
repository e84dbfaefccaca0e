"""What a file tells besides what one sees in it, found in its first and last bytes. Nothing here raises.

What is found is there. What is not found may still be there: compressed parts are not opened, and the middle of a long
file is not read; `MAY_CARRY` says what a type can hold.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

SEEN_BYTES = 1 << 16
"""How much of the beginning, and of the end, is looked at."""

_MANY = 500
_GPS_TAG, _IFD_ENTRY = 0x8825, 12
_XMP_PACKET = b"http://ns.adobe.com/xap/1.0/\0"
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_IN_A_PDF = re.compile(rb"/(?:Author|Creator)\s{0,9}(?:\([^)]|<[0-9A-Fa-f])")
_PLACE_IN_A_FILM = (b"\xa9xyz", b"loci", b"com.apple.quicktime.location")
_DEVICE_IN_A_FILM = (b"\xa9mak", b"\xa9mod", b"com.apple.quicktime.make", b"com.apple.quicktime.model")


class Hidden(StrEnum):
    """What may tell of the reporter, or of the post. The sentences are rows of `hints.toml`."""

    DEVICE = "device"
    LOCATION = "location"
    EDITING = "editing"
    AUTHOR = "author"
    TEXT = "text"
    SIGNED_IN = "signed_in"
    MAIL_HEADERS = "mail_headers"


_PICTURE = frozenset({Hidden.DEVICE, Hidden.LOCATION, Hidden.EDITING})
_FILM = frozenset({Hidden.DEVICE, Hidden.LOCATION, Hidden.TEXT})
_SAVED = frozenset({Hidden.SIGNED_IN})

MAY_CARRY: Mapping[str, frozenset[Hidden]] = MappingProxyType(
    {
        "image/png": _PICTURE | {Hidden.TEXT},
        "image/jpeg": _PICTURE | {Hidden.TEXT},
        "image/webp": _PICTURE,
        "image/gif": frozenset({Hidden.EDITING, Hidden.TEXT}),
        "application/pdf": frozenset({Hidden.AUTHOR, Hidden.EDITING}),
        "video/mp4": _FILM,
        "video/quicktime": _FILM,
        "video/webm": frozenset({Hidden.TEXT}),
        "audio/mpeg": frozenset({Hidden.TEXT}),
        "audio/mp4": _FILM,
        "audio/ogg": frozenset({Hidden.TEXT}),
        "application/wacz": _SAVED,
        "multipart/related": _SAVED,
        "text/html": _SAVED,
        "message/rfc822": frozenset({Hidden.MAIL_HEADERS}),
        "text/plain": frozenset(),
    }
)
"""What a type on the list can hold."""


def metadata_in(head: bytes, media_type: str, tail: bytes = b"") -> frozenset[Hidden]:
    """What is surely in a file of a type, by its first bytes and, where they are at hand, its last."""
    head, tail = head[:SEEN_BYTES], tail[-SEEN_BYTES:]
    match media_type:
        case "image/jpeg":
            found = _in_jpeg(head)
        case "image/png":
            found = _in_png(head)
        case "image/webp":
            found = _in_webp(head)
        case "image/gif":
            found = _named(head + tail, {Hidden.EDITING: (b"XMP DataXMP",), Hidden.TEXT: (b"\x21\xfe",)})
        case "application/pdf":
            found = _in_pdf(head, tail)
        case "video/mp4" | "video/quicktime" | "audio/mp4":
            marks = {Hidden.LOCATION: _PLACE_IN_A_FILM, Hidden.DEVICE: _DEVICE_IN_A_FILM}
            found = (one for part in (head, tail) for one in _named(part, marks))
        case "audio/mpeg":
            found = iter([Hidden.TEXT] if head[:3] == b"ID3" or tail[-128:-125] == b"TAG" else [])
        case _:
            found = iter(MAY_CARRY.get(media_type, frozenset()) & {Hidden.SIGNED_IN, Hidden.MAIL_HEADERS})
    return frozenset(found)


def _named(part: bytes, marks: Mapping[Hidden, tuple[bytes, ...]]) -> Iterator[Hidden]:
    return (hidden for hidden, names in marks.items() if any(name in part for name in names))


def _in_jpeg(head: bytes) -> Iterator[Hidden]:
    """Segments before the picture itself (ITU-T T.81 §B.1)."""
    at = 2
    for _ in range(_MANY):
        marker, size = head[at : at + 2], int.from_bytes(head[at + 2 : at + 4])
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] in {0xDA, 0xD9} or size < 2:  # noqa: PLR2004
            return
        yield from _in_segment(marker[1], head[at + 4 : at + 2 + size])
        at += 2 + size


def _in_segment(marker: int, body: bytes) -> Iterator[Hidden]:
    if marker == 0xE1 and body.startswith(b"Exif\0\0"):  # noqa: PLR2004
        yield from _in_exif(body[6:])
    elif (marker == 0xE1 and body.startswith(_XMP_PACKET)) or (marker == 0xED and body.startswith(b"Photoshop")):  # noqa: PLR2004
        yield Hidden.EDITING
    elif marker == 0xFE:  # noqa: PLR2004
        yield Hidden.TEXT


def _in_exif(tiff: bytes) -> Iterator[Hidden]:
    """EXIF is a TIFF: its first directory names the device, and leads to the place (Exif 2.32 §4.6)."""
    if tiff[:2] not in {b"II", b"MM"}:
        return
    yield Hidden.DEVICE
    little = tiff[:2] == b"II"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if little else "big")

    first = number(4, 4)
    tags = (number(first + 2 + place * _IFD_ENTRY, 2) for place in range(min(number(first, 2), _MANY)))
    if _GPS_TAG in tags:
        yield Hidden.LOCATION


def _in_png(head: bytes) -> Iterator[Hidden]:
    """Chunks (PNG §5.3), as many as were seen."""
    at = 8
    for _ in range(_MANY):
        size, name = int.from_bytes(head[at : at + 4]), head[at + 4 : at + 8]
        body = head[at + 8 : at + 8 + size]
        if name == b"eXIf":
            yield from _in_exif(body)
        elif name == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\0"):
            yield Hidden.EDITING
        elif name in {b"tEXt", b"zTXt", b"iTXt"}:
            yield Hidden.TEXT
        if len(name) < 4:  # noqa: PLR2004
            return
        at += 12 + size


def _in_webp(head: bytes) -> Iterator[Hidden]:
    """The flags of an extended file tell what follows the picture; the place only shows where the chunk was seen."""
    flags = head[20] if head[12:16] == b"VP8X" and len(head) > 20 else 0  # noqa: PLR2004
    if flags & _WEBP_XMP:
        yield Hidden.EDITING
    if flags & _WEBP_EXIF:
        yield Hidden.DEVICE
        at = head.find(b"EXIF", 30)
        if at >= 0:
            yield from _in_exif(head[at + 8 :].removeprefix(b"Exif\0\0"))


def _in_pdf(head: bytes, tail: bytes) -> Iterator[Hidden]:
    for part in (head, tail):
        if _IN_A_PDF.search(part):
            yield Hidden.AUTHOR
        if b"<x:xmpmeta" in part or b"/Metadata" in part:
            yield Hidden.EDITING
