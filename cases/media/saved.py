"""Telling saved pages, saved mails, web archives and plain text by their first bytes. Nothing here raises."""

import re
from codecs import getincrementaldecoder
from unicodedata import category

from cases.media.containers import HEAD

# What a browser may take for a page or a drawing with scripts (WHATWG MIME Sniffing §7.1), and shell and PHP scripts.
_MARKUP = re.compile(
    r"\s*(?:<!doctype|<!--|<\?|#!\s*/|<(?:a|b|base|body|br|div|embed|font|form|frameset|h1|head|html|iframe|img|input"
    r"|link|math|meta|object|p|script|style|svg|table|template|title|video)(?![a-z0-9-]))",
    re.IGNORECASE,
)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*){0,3}(?:<!doctype\s+html[\s>]|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(rb"([!-9;-~]{1,80}):[ \t]?([^\r\n]{0,998})(?:\r?\n[ \t][^\r\n]{0,998}){0,40}\r?\n")
_HEADERS = 60
_ENVELOPE = re.compile(rb"From [^\r\n]*\r?\n")
_FIELDS = re.compile(rb"(?:[!-9;-~]+:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*)+")
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|delivered-to|message-id|reply-to|mime-version|content-type):",
    re.IGNORECASE | re.MULTILINE,
)
_SURELY_MAIL = frozenset({b"received", b"message-id", b"return-path", b"delivered-to", b"dkim-signature"})
_OF_A_MAIL = frozenset({b"from", b"to", b"date", b"subject", b"mime-version", b"content-type"})
_ENOUGH = 3
_ZIP, _NAME_AT = b"PK\x03\x04", 30
_IN_A_WACZ = (b"datapackage.json", b"datapackage-digest.json", b"archive/", b"pages/", b"indexes/")


def is_page(head: bytes) -> bool:
    """A whole HTML page as browsers save them, in any encoding that keeps ASCII; a piece of markup is none."""
    return b"\0" not in head and _PAGE.match(head) is not None


def is_mail(head: bytes) -> bool:
    """A mail (RFC 5322), declared or not: lines of a head that only mails have, or what begins so and is no text."""
    said = _head_of_a_mail(head)
    is_sure = len(said.keys() & (_SURELY_MAIL | _OF_A_MAIL)) >= _ENOUGH and bool(said.keys() & _SURELY_MAIL)
    return is_sure or (begins_as_mail(head) and not is_text(head))


def begins_as_mail(head: bytes) -> bool:
    """Whether these first bytes begin a message (RFC 5322): header fields, one of them a field that mails have.

    Much that people write begins so: only who declares a mail can mean one, unless it is no text.
    """
    is_cut = len(head) >= HEAD
    envelope = _ENVELOPE.match(head)
    fields = _FIELDS.match(head, envelope.end() if envelope else 0)
    if fields is None or b"\0" in head or not _KNOWN_FIELD.search(fields[0]):
        return False
    rest = head[fields.end() :]
    return not rest or rest.startswith((b"\n", b"\r\n")) or (is_cut and b"\n" not in rest)


def is_mhtml(head: bytes) -> bool:
    """A page saved with its pictures (RFC 2557): written like a mail, and never sent as one."""
    said = _head_of_a_mail(head)
    kind = said.get(b"content-type", b"").lower()
    return kind.startswith(b"multipart/related") and b"mime-version" in said and not said.keys() & _SURELY_MAIL


def _head_of_a_mail(head: bytes) -> dict[bytes, bytes]:
    """Names of header fields, in small letters, with the first line of their values."""
    if b"\0" in head:
        return {}
    said, at = dict[bytes, bytes](), 0
    while len(said) < _HEADERS and (line := _HEADER.match(head, at)):
        said.setdefault(line[1].lower(), line[2])
        at = line.end()
    return said


def is_wacz(head: bytes) -> bool:
    """A web archive (WACZ): a zip whose first file is one that such an archive holds."""
    name = head[_NAME_AT : _NAME_AT + int.from_bytes(head[26:28], "little")]
    return head.startswith(_ZIP) and name.startswith(_IN_A_WACZ)


def is_text(head: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # a sequence cut by the end of `head` is left aside
    except UnicodeDecodeError:
        return False
    text = text.removeprefix("\ufeff")
    if not text or _MARKUP.match(text):
        return False
    return all(character in "\t\n\r\f" or category(character) != "Cc" for character in text)
