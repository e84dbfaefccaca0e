"""Which files the door takes, and telling by their first bytes what they really are.

A type is accepted when it is on the list, was declared, and the content begins as that type must. This keeps honest
mistakes and plain lies out; it does not make a file harmless. People look at a derived clean copy, not at the original.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cases.errors import MediaRefused
from cases.media.containers import HEAD, is_m4a, is_mp3, is_mp4, is_quicktime, is_webm
from cases.media.saved import begins_as_mail, is_mail, is_mhtml, is_page, is_text, is_wacz

ALLOWED: Mapping[str, str] = MappingProxyType(
    {
        "image/png": "PNG image",
        "image/jpeg": "JPEG image",
        "image/webp": "WebP image",
        "image/gif": "GIF image",
        "application/pdf": "PDF document",
        "video/mp4": "MP4 video",
        "video/quicktime": "QuickTime video",
        "video/webm": "WebM video",
        "audio/mpeg": "MP3 sound",
        "audio/mp4": "M4A sound",
        "audio/ogg": "Ogg sound",
        "application/wacz": "web archive (WACZ)",
        "multipart/related": "saved page (MHTML)",
        "text/html": "saved page (HTML)",
        "message/rfc822": "saved mail (EML)",
        "text/plain": "plain text in UTF-8",
    }
)
"""Canonical media type → what people call it."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "audio/mp3": "audio/mpeg",
        "image/jpg": "image/jpeg",
        "application/ogg": "audio/ogg",
        "audio/opus": "audio/ogg",
        "audio/m4a": "audio/mp4",
        "audio/x-m4a": "audio/mp4",
        "audio/webm": "video/webm",
        "application/zip": "application/wacz",
        "application/x-zip-compressed": "application/wacz",
        "application/x-wacz": "application/wacz",
        "application/wacz+zip": "application/wacz",
        "application/xhtml+xml": "text/html",
        "application/x-mimearchive": "multipart/related",
    }
)
KIN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "multipart/related": frozenset({"message/rfc822"}),
        "message/rfc822": frozenset({"multipart/related"}),
        "audio/mp4": frozenset({"video/mp4"}),
        "video/mp4": frozenset({"video/quicktime", "audio/mp4"}),
        "video/quicktime": frozenset({"video/mp4"}),
    }
)
"""Declared type → what the content may be instead: a file's name does not tell these apart. The content counts."""

ACTIVE = frozenset({"application/wacz", "multipart/related", "text/html", "message/rfc822"})
"""What a browser or a mail program would run or fetch things for. Never shown: kept, and downloaded as bytes."""

SNIFF_BYTES = HEAD
MAIL, PLAIN = "message/rfc822", "text/plain"
UNSURE = "application/octet-stream"
"""What whoever cannot tell the type of a file declares."""


def must_be_allowed(declared: str | None) -> str:
    """The canonical form of a declared type, before a byte of the file was seen.

    Parameters such as `; charset=utf-8` are ignored. MediaRefused when the type is missing, `application/octet-stream`,
    or not on the list. The message repeats no type: a file's type is sealed with it.
    """
    named = (declared or "").partition(";")[0].strip().lower()
    if named in {"", UNSURE}:
        raise MediaRefused(f"Say what type the file is, in Content-Type. {_accepted()}")
    canonical = ALIASES.get(named, named)
    if canonical not in ALLOWED:
        raise MediaRefused(f"Files of the declared type are not taken. {_accepted()}")
    return canonical


def checked_type(declared: str | None, head: bytes) -> str:
    """The canonical type of a file declared as `declared` (a Content-Type value) whose first bytes are `head`.

    The declared one, or one of its kin that the content shows. MediaRefused when the declaration is not allowed, or
    not what the content shows.
    """
    canonical = must_be_allowed(declared)
    found = sniff(head)
    if found == canonical or (found and found in KIN.get(canonical, ())):
        return found
    if canonical == MAIL and is_written_as_mail(head):
        return canonical  # what reads as text as well is a mail only where that is declared
    if canonical == PLAIN and found == MAIL and is_text(head[:SNIFF_BYTES]):
        return canonical  # somebody's own words may begin as a mail does
    raise MediaRefused(f"The content is not of the declared type. Declare the type the file really has. {_accepted()}")


def sniffed_type(head: bytes) -> str:
    """The type a file shows. MediaRefused when it is none on the list."""
    found = sniff(head)
    if found is None:
        raise MediaRefused(f"The file is of no type that is taken. {_accepted()}")
    return found


def is_written_as_mail(head: bytes) -> bool:
    """Whether the first `SNIFF_BYTES` bytes of a file can be those of a mail, if one is meant."""
    return begins_as_mail(head[:SNIFF_BYTES])


def sniff(head: bytes) -> str | None:
    """The type on the list that the first `SNIFF_BYTES` bytes of a file show, or None. Never raises."""
    head = head[:SNIFF_BYTES]
    return next((kind for kind, looks_right in _LOOKS.items() if looks_right(head)), None)


def _accepted() -> str:
    return f"Accepted are: {', '.join(f'{kind} ({name})' for kind, name in ALLOWED.items())}."


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": _starts(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _starts(b"\xff\xd8\xff"),
    "image/webp": _is_webp,
    "image/gif": _starts(b"GIF87a", b"GIF89a"),
    "application/pdf": _starts(b"%PDF-"),
    "video/mp4": is_mp4,
    "video/quicktime": is_quicktime,
    "video/webm": is_webm,
    "audio/mpeg": is_mp3,
    "audio/mp4": is_m4a,
    "audio/ogg": _starts(b"OggS\0"),
    "application/wacz": is_wacz,
    "multipart/related": is_mhtml,
    MAIL: is_mail,
    "text/html": is_page,
    PLAIN: is_text,
}
