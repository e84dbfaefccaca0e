"""Which files the door takes, and telling by their first bytes what they really are.

A type is accepted when it is on the list, was declared, and the content begins as that type must. This keeps honest
mistakes and plain lies out; it does not make a file harmless. People look at a derived clean copy, not at the original.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from unicodedata import category

from cases.errors import MediaRefused

ALLOWED: Mapping[str, str] = MappingProxyType(
    {
        "image/png": "PNG image",
        "image/jpeg": "JPEG image",
        "image/webp": "WebP image",
        "image/gif": "GIF image",
        "application/pdf": "PDF document",
        "video/mp4": "MP4 video",
        "video/webm": "WebM video",
        "audio/mpeg": "MP3 sound",
        "audio/ogg": "Ogg sound",
        "text/plain": "plain text in UTF-8",
        "message/rfc822": "mail message (.eml)",
    }
)
"""Canonical media type → what people call it."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {"audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg", "application/ogg": "audio/ogg"}
)
SNIFF_BYTES = 4096
MAIL = "message/rfc822"
UNSURE = "application/octet-stream"
"""What whoever cannot tell the type of a file declares."""

# Major brands of plain MP4 files. QuickTime (`qt  `), 3GP, HEIC and AVIF share the box but are other formats.
_MP4_BRANDS = frozenset(
    [*b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 dash mmp4 MSNV".split(), b"M4V "]
)
# What a browser may take for a page or a drawing with scripts (WHATWG MIME Sniffing §7.1), and shell and PHP scripts.
_MARKUP = re.compile(
    r"\s*(?:<!doctype|<!--|<\?|#!\s*/|<(?:a|b|base|body|br|div|embed|font|form|frameset|h1|head|html|iframe|img|input"
    r"|link|math|meta|object|p|script|style|svg|table|template|title|video)(?![a-z0-9-]))",
    re.IGNORECASE,
)


_ENVELOPE = re.compile(rb"From [^\r\n]*\r?\n")
_FIELDS = re.compile(rb"(?:[!-9;-~]+:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*)+")
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|delivered-to|message-id|reply-to|mime-version|content-type):",
    re.IGNORECASE | re.MULTILINE,
)


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

    MediaRefused when the declaration is not allowed, or not what the content shows.
    """
    canonical = must_be_allowed(declared)
    if sniff(head) != canonical and not (canonical == MAIL and is_mail(head)):
        raise MediaRefused(
            f"The content is not of the declared type. Declare the type the file really has. {_accepted()}"
        )
    return canonical


def sniffed_type(head: bytes) -> str:
    """The type a file shows. MediaRefused when it is none on the list."""
    found = sniff(head)
    if found is None:
        raise MediaRefused(f"The file is of no type that is taken. {_accepted()}")
    return found


def sniff(head: bytes) -> str | None:
    """The type on the list that the first `SNIFF_BYTES` bytes of a file show, or None. Never raises."""
    head = head[:SNIFF_BYTES]
    return next((kind for kind, looks_right in _LOOKS.items() if looks_right(head)), None)


def _accepted() -> str:
    return f"Accepted are: {', '.join(f'{kind} ({name})' for kind, name in ALLOWED.items())}."


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_mp4(head: bytes) -> bool:
    # The size of the first box keeps text that merely has "ftyp" in its fifth place from passing.
    size = int.from_bytes(head[:4])
    return head[4:8] == b"ftyp" and 16 <= size <= SNIFF_BYTES and size % 4 == 0 and head[8:12] in _MP4_BRANDS  # noqa: PLR2004


def _is_webm(head: bytes) -> bool:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return False
    return next((value == b"webm" for name, value in _ebml_header(head) if name == 0x4282), False)  # noqa: PLR2004  DocType


def _ebml_header(head: bytes) -> Iterator[tuple[int, bytes]]:
    """Elements of the EBML header (RFC 8794 §8): (id, value). Ends where the header does, or the bytes."""
    size, at = _vint(head, 4, keep_marker=False)
    end = min(at + size, len(head))
    while at < end:
        name, at = _vint(head, at, keep_marker=True)
        size, at = _vint(head, at, keep_marker=False)
        if at + size > end:
            return
        yield name, head[at : at + size].rstrip(b"\0")
        at += size


def _vint(head: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-size integer (RFC 8794 §4) and where it ends; past the bytes when it is cut or has no marker."""
    width = 9 - head[at].bit_length() if at < len(head) else 9
    if width > 8 or at + width > len(head):  # noqa: PLR2004
        return 0, len(head) + 1
    value = int.from_bytes(head[at : at + width])
    return (value if keep_marker else value & (1 << 7 * width) - 1), at + width


def _is_mp3(head: bytes) -> bool:
    if head[:3] == b"ID3":
        return len(head) >= 10 and 2 <= head[3] <= 4 and head[4] != 0xFF and max(head[6:10]) < 0x80  # noqa: PLR2004
    return len(head) >= 4 and _is_layer_three(int.from_bytes(head[:4]))  # noqa: PLR2004


def _is_layer_three(frame: int) -> bool:
    """An MPEG audio frame header: sync, version, layer III alone (layer I would let UTF-16 in), rates that exist."""
    sync, version, layer = frame >> 21, frame >> 19 & 3, frame >> 17 & 3
    bits, rate, emphasis = frame >> 12 & 15, frame >> 10 & 3, frame & 3
    return sync == 0x7FF and version != 1 and layer == 1 and 0 < bits < 15 and rate != 3 and emphasis != 2  # noqa: PLR2004


def _is_text(head: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # a sequence cut by the end of `head` is left aside
    except UnicodeDecodeError:
        return False
    text = text.removeprefix("\ufeff")
    if not text or _MARKUP.match(text):
        return False
    return all(character in "\t\n\r\f" or category(character) != "Cc" for character in text)


def is_mail(head: bytes) -> bool:
    """Whether these first bytes begin a message (RFC 5322): header fields, one of them a field that mails have.

    Most mails are text as well: only who declares a mail can mean one, so `sniff` asks for text before it.
    """
    head, is_cut = head[:SNIFF_BYTES], len(head) >= SNIFF_BYTES
    envelope = _ENVELOPE.match(head)
    fields = _FIELDS.match(head, envelope.end() if envelope else 0)
    if fields is None or b"\0" in head or not _KNOWN_FIELD.search(fields[0]):
        return False
    rest = head[fields.end() :]
    return not rest or rest.startswith((b"\n", b"\r\n")) or (is_cut and b"\n" not in rest)


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "image/png": _starts(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _starts(b"\xff\xd8\xff"),
    "image/webp": _is_webp,
    "image/gif": _starts(b"GIF87a", b"GIF89a"),
    "application/pdf": _starts(b"%PDF-"),
    "video/mp4": _is_mp4,
    "video/webm": _is_webm,
    "audio/mpeg": _is_mp3,
    "audio/ogg": _starts(b"OggS\0"),
    "text/plain": _is_text,
    MAIL: is_mail,
}
