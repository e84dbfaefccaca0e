"""A mail read as a complaint: its summary, account, language, sender and files; or why it is not taken in.

Whatever the bytes are, reading ends in one of the two, soon: headers are cut before they are understood, parts are
counted before they are parsed, and text is bounded before it is decoded. Nothing a mail says of itself is believed:
types are told by content, names are labels, and the sender is whoever the sender says they are.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from email._policybase import Compat32
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from itertools import islice
from typing import Any

from cases.catalogue import LANGUAGES
from cases.catalogue.incoming import Unwanted
from cases.directory import folded, is_address
from cases.errors import MediaRefused
from cases.mailing_text import decoded, plain, plain_of_html, without_controls
from cases.media import MAIL, UNSURE, checked_type, is_written_as_mail, sniffed_type

UNPARSABLE, TOO_LARGE, OWN_ADDRESS = "unparsable", "too_large", "own_address"
SUMMARY, NARRATIVE = 200, 20_000
HEADER = 4096  # characters of a header that are looked at
MULTIPARTS = 30  # that hold parts; each costs a look at every line below it
PARTS, ATTACHED, NAME = 500, 20, 255
NO_SUBJECT = "Mail without a subject"
NO_TEXT = "The mail holds no text that can be shown. See its files."
REST = "[The rest of the text is in the original mail.]"
MORE = "[Files that lie in the original mail alone: {}.]"

_NESTED = re.compile(rb"content-type:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,120}@[!-;=?-~]{1,120}>")
_ADDRESSED = frozenset({"from", "return-path"})
_ODD = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
"""What the standard library's parser ends in on bytes that nobody meant as a mail."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of an accepted type. `declared` is None where its content alone says what it is; `name` is a label."""

    name: str
    declared: str | None
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that may become a complaint. Empty: `language` where it names none of ours, `sender` where it has none.

    `answer_to` is where an answer does no harm: the sender, unless the mail would rather be returned to somebody else.
    """

    message_id: str
    sender: str = field(repr=False)
    answer_to: str = field(repr=False)
    language: str
    summary: str = field(repr=False)
    narrative: str = field(repr=False)
    files: tuple[Attached, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a mail is left where it is: a slug."""

    reason: str


class _Bounded(Compat32):
    """Headers as they were sent, cut: understanding a long one costs the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:  # noqa: ARG002 - the signature of a policy
        return value


def read_mail(data: bytes, unwanted: Iterable[Unwanted], own: Collection[str]) -> Incoming | Unread:
    """A mail's bytes as a complaint to be, unless a rule of the day or one of our `own` addresses (folded) forbids."""
    nested = islice(_NESTED.finditer(data), MULTIPARTS, None)
    if not is_written_as_mail(data) or next(nested, None):
        return Unread(UNPARSABLE)
    try:
        mail = BytesParser(policy=_Bounded()).parsebytes(data)
        for rule in unwanted:
            if any(rule.is_met(value) for value in _values(mail, rule.header)):
                return Unread(rule.slug)
        sender = _address(mail, "from")
        return Unread(OWN_ADDRESS) if folded(sender) in own else _incoming(mail, sender)
    except _ODD:
        return Unread(UNPARSABLE)


def _incoming(mail: Message, sender: str) -> Incoming:
    texts, files, more = _sorted(mail)
    back = _address(mail, "return-path")
    safe = not _header(mail, "return-path") or folded(back) == folded(sender)
    found = _MESSAGE_ID.fullmatch(_header(mail, "message-id").strip())
    return Incoming(
        found[0] if found else "",
        sender,
        sender if safe else "",
        _language(mail),
        " ".join(without_controls(_readable(_header(mail, "subject")), " ").split())[:SUMMARY].strip() or NO_SUBJECT,
        _narrative(texts, more),
        files,
    )


def _narrative(text: str, more: int) -> str:
    """What fits; how much more there is, is said."""
    notes = [MORE.format(more)] if more else []
    said = text or NO_TEXT
    if len(said) + sum(len(one) + 2 for one in notes) > NARRATIVE:
        notes = [REST, *notes]
        said = said[: NARRATIVE - sum(len(one) + 2 for one in notes)].rstrip()
    return "\n\n".join([said, *notes])


def _sorted(mail: Message) -> tuple[str, tuple[Attached, ...], int]:
    """The text; files of accepted types; and how many files lie in the mail besides."""
    said: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    files, more = list[Attached](), 0
    for part in _leaves(mail):
        kind, name = part.get_content_type(), _name(part)
        if kind in said and not name and part.get_content_disposition() != "attachment":
            read = plain if kind == "text/plain" else plain_of_html
            said[kind].append(read(_content(part), part.get_content_charset("")))
        elif found := _attached(part, name) if len(files) < ATTACHED else None:
            files.append(found)
        else:
            more += 1
    chosen = next((texts for texts in said.values() if any(texts)), [])
    return "\n\n".join(filter(None, chosen)), tuple(files), more


def _leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold something, in their order. A mail within the mail is one of them."""
    waiting = [mail]
    for _ in range(PARTS):
        if not waiting:
            return
        part, inner = waiting[-1], waiting.pop().get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(reversed([one for one in inner if isinstance(one, Message)]))
        else:
            yield part


def _content(part: Message) -> bytes:
    """The bytes of a part; none for a mail within the mail, which is nowhere else byte for byte."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attached(part: Message, name: str) -> Attached | None:
    """A file as evidence; None unless it is what it was declared as, and that is accepted."""
    declared, content = part.get_content_type(), _content(part)
    unsure = declared == UNSURE
    try:
        kind = sniffed_type(content) if unsure else checked_type(declared, content)
    except MediaRefused:
        return None
    return None if kind == MAIL else Attached(name, None if unsure else declared, content)


def _name(part: Message) -> str:
    """A file's name as a label: without folders, line ends or anything else that does not show."""
    said = _readable(part.get_filename("")).replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in said if one.isprintable())[:NAME]


def _language(mail: Message) -> str:
    """The first language of Content-Language (RFC 3282) of the mail or its first part, if it is one of ours."""
    for part in (mail, *islice(_leaves(mail), 1)):
        tag = _header(part, "content-language").partition(",")[0].partition("-")[0].strip().lower()
        if tag in LANGUAGES:
            return tag
    return ""


def _address(mail: Message, header: str) -> str:
    found = parseaddr(_header(mail, header))[1]
    return found if is_address(found) else ""


def _values(mail: Message, header: str) -> Iterator[str]:
    """Whatever stands in a header, in small letters; where it is an address, also that alone."""
    for value in mail.get_all(header, []):
        yield _unescaped(value).strip().lower()
        if header in _ADDRESSED:
            yield parseaddr(_unescaped(value))[1].lower()


def _header(mail: Message, name: str) -> str:
    return _unescaped(mail.get(name, ""))


def _unescaped(value: str) -> str:
    """A header as text: bytes above ASCII are UTF-8 (RFC 6532), or else Latin-1."""
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _readable(value: str) -> str:
    """A header with its encoded words (RFC 2047) decoded; as it stands where they cannot be."""
    try:
        parts = decode_header(_unescaped(value))
    except _ODD:
        return _unescaped(value)
    return "".join(
        one
        if isinstance(one, str)
        else decoded(one, charset)
        if charset
        else one.decode("raw-unicode-escape", "replace")
        for one, charset in parts
    )
