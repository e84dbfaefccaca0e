r"""Signed texts, as formats only: C2SP signed-note with Ed25519, tlog-checkpoint, tlog-proof.

    note       := text ‖ "\n" ‖ signature line, one or more        text ends in a newline
    line       := "— " ‖ name ‖ " " ‖ base64(key id(4) ‖ signature(64)) ‖ "\n"
    key id     := SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key(32))[:4]
    checkpoint := origin ‖ "\n" ‖ size ‖ "\n" ‖ base64(root(32)) ‖ "\n"

No cryptography here: signing and verifying are arguments. Stricter than the specifications where they leave room: one
way to write each value, a 64 KiB note, 32 signatures, no extension lines, every signature of a known key must verify.
The text of a note means nothing until `open_note` has returned it.
"""

import re
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

ED25519 = b"\x01"
MAX_NOTE = 64 * 1024
MAX_SIGNATURES = 32
MAX_SIZE = 2**63 - 1
MAX_EXTRA = 64 * 1024
_HASH_SIZE = 32
_PUBLIC_SIZE = 32
_ID_SIZE = 4
_SIGNATURE_SIZE = 64
_MAX_PATH = 63
_MAX_PROOF = 4 * MAX_NOTE
_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteRefused(ValueError):
    """A note, key, checkpoint or proof is not written as it must be, or no known key signed it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the Ed25519 public key (32 bytes) it signs with. Raises NoteRefused for what cannot be either."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != _PUBLIC_SIZE:
            raise NoteRefused(f"a public key must be {_PUBLIC_SIZE} bytes")

    @property
    def id(self) -> bytes:
        """The four bytes that tell keys of one name apart; not a fingerprint to trust."""
        return key_id(self.name, self.public)

    def encode(self) -> str:
        """`name+hex key id+base64(0x01 ‖ public)`, one line, as keys are handed to a verifier."""
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `encode` wrote. Raises NoteRefused for any other text, a wrong key id included."""
        name, *rest = text.split("+", 2)
        written = _bytes(rest[-1]) if rest else b""
        if written[:1] != ED25519:
            raise NoteRefused("not an Ed25519 verifier key")
        key = cls(name, written[1:])
        if key.encode() != text:
            raise NoteRefused("the key id does not belong to the key")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log signs: its origin, its number of leaves, and their Merkle root (32 bytes).

    Raises NoteRefused when a field cannot be written in the format. See C2SP tlog-checkpoint.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        _utf8(self.origin)
        if not self.origin or "\n" in self.origin or _CONTROL.search(self.origin):
            raise NoteRefused("a checkpoint's origin must be one line of text")
        _check_number(self.size)
        if len(self.root) != _HASH_SIZE:
            raise NoteRefused(f"a root must be {_HASH_SIZE} bytes")

    def text(self) -> str:
        """The text to sign: three lines."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint that `text` wrote. Raises NoteRefused for anything else, extension lines included."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - three lines, each with its newline
            raise NoteRefused("a checkpoint must be three lines: origin, size, root")
        return cls(lines[0], _number(lines[1]), _bytes(lines[2]))


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """A leaf's place in a signed tree, to be checked offline: C2SP tlog-proof, `c2sp.org/tlog-proof@v1`.

    `hashes` are the leaf's sibling first, 32 bytes each; `checkpoint_note` is the signed checkpoint as it was issued.
    `extra` is signed by nobody. Only the form is checked here, not a signature, nor that the hashes lead anywhere;
    raises NoteRefused when a field cannot be written or the checkpoint has no such leaf.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: str
    extra: bytes | None = None

    def __post_init__(self) -> None:
        _check_number(self.index)
        if len(self.hashes) > _MAX_PATH or any(len(sibling) != _HASH_SIZE for sibling in self.hashes):
            raise NoteRefused(f"a proof must be at most {_MAX_PATH} hashes of {_HASH_SIZE} bytes")
        if self.extra is not None and not 1 <= len(self.extra) <= MAX_EXTRA:
            raise NoteRefused(f"extra data must be 1 to {MAX_EXTRA} bytes, or be left out")
        text, _ = _take_apart(self.checkpoint_note)
        if not self.index < Checkpoint.parse(text).size:
            raise NoteRefused("a proof must be of a leaf that its checkpoint covers")

    def text(self) -> str:
        """The proof as a file: header, extra data if any, index, hashes, empty line, checkpoint note."""
        extra = [] if self.extra is None else [f"extra {_base64(self.extra)}"]
        lines = [_PROOF_HEADER, *extra, f"index {self.index}", *map(_base64, self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint_note

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proof that `text` wrote. Raises NoteRefused for anything else."""
        if len(text) > _MAX_PROOF:
            raise NoteRefused("too long for a proof")
        head, _, note = text.partition("\n\n")
        header, *lines = head.split("\n")
        if header != _PROOF_HEADER:
            raise NoteRefused(f"a proof must begin with {_PROOF_HEADER}")
        extra = _bytes(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise NoteRefused("a proof must name the leaf's index")
        index, *hashes = lines
        return cls(_number(index[6:]), tuple(_bytes(line) for line in hashes), note, extra)


def key_id(name: str, public: bytes) -> bytes:
    """The four-byte id of an Ed25519 key under a name: SHA-256(name ‖ newline ‖ 0x01 ‖ public)[:4]."""
    return sha256(_utf8(name) + b"\n" + ED25519 + public).digest()[:_ID_SIZE]


def sign_note(text: str, name: str, public: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The note over `text` with one signature; `sign` gets the text's UTF-8 and returns the 64 bytes of Ed25519.

    Raises NoteRefused for a text that no verifier would take: without a final newline, with control characters, too
    long; or a name or key that cannot be one.
    """
    key = VerifierKey(name, public)
    _check_text(text)
    signature = sign(_utf8(text))
    if len(signature) != _SIGNATURE_SIZE:
        raise NoteRefused(f"an Ed25519 signature must be {_SIGNATURE_SIZE} bytes")
    note = f"{text}\n{_DASH}{name} {_base64(key.id + signature)}\n"
    _take_apart(note)
    return note


def open_note(note: str, keys: Sequence[VerifierKey], verify: Callable[[bytes, bytes, bytes], bool]) -> str:
    """The text of `note`, once a known key's signature verifies by `verify(public, signature, message)`.

    Signatures by others are ignored. Raises NoteRefused when the note is malformed, when any signature under a known
    key's name and id fails, and when no known key signed.
    """
    text, signatures = _take_apart(note)
    known = {(key.name, key.id): key for key in keys}
    if len(known) != len(set(keys)):
        raise NoteRefused("two of the known keys share a name and an id")
    signed = False
    for name, written in signatures:
        key = known.get((name, written[:_ID_SIZE]))
        if key is None:
            continue
        signature = written[_ID_SIZE:]
        if len(signature) != _SIGNATURE_SIZE or not verify(key.public, signature, _utf8(text)):
            raise NoteRefused(f"the signature of {name} does not verify")
        signed = True
    if not signed:
        raise NoteRefused("no known key signed this")
    return text


def _take_apart(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The unverified text of a note and its signatures as (name, key id ‖ signature)."""
    _check_text(note)
    # The text may hold empty lines itself: the last one separates.
    text, separator, tail = note.rpartition("\n\n")
    lines = tail[:-1].split("\n")
    if not separator:
        raise NoteRefused("a note must part its text from its signatures with an empty line")
    if len(lines) > MAX_SIGNATURES:
        raise NoteRefused(f"a note must not carry more than {MAX_SIGNATURES} signatures")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    written = _bytes(encoded)
    if not line.startswith(_DASH) or len(written) <= _ID_SIZE:
        raise NoteRefused("not a signature line")
    _check_name(name)
    return name, written


def _check_name(name: str) -> None:
    _utf8(name)
    if not name or "+" in name or any(char.isspace() for char in name) or _CONTROL.search(name):
        raise NoteRefused("a key name must not be empty nor hold spaces, a plus or control characters")


def _check_text(text: str) -> None:
    if len(text) > MAX_NOTE or len(_utf8(text)) > MAX_NOTE:
        raise NoteRefused(f"a note must not be longer than {MAX_NOTE} bytes")
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteRefused("a note must end in a newline and hold no other control characters")


def _check_number(number: int) -> None:
    if not 0 <= number <= MAX_SIZE:
        raise NoteRefused(f"a size or index must be between 0 and {MAX_SIZE}")


def _number(digits: str) -> int:
    if not _DECIMAL.fullmatch(digits):
        raise NoteRefused("a size or index must be decimal, without leading zeros")
    return int(digits)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(encoded: str) -> bytes:
    """Strict standard base64: one spelling for each value, padding and unused bits included."""
    try:
        data = a2b_base64(encoded, strict_mode=True)
    except ValueError as error:
        raise NoteRefused("not base64") from error
    if _base64(data) != encoded:
        raise NoteRefused("not the one base64 spelling of its value")
    return data


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NoteRefused("a lone surrogate cannot be written") from error
