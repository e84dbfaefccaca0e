"""Where sealed bytes belong, and who may open them.

    place := origin hash(32) ‖ kind(1) ‖ owner(16) ‖ object(16) ‖ version(1)        66 bytes

The origin hash is SHA-256 of the installation's origin string. The owner is the complaint: a case keeps it, and it is
never reassigned, merges included. Nothing in a place can change, so it can serve as associated data for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

VERSION = 1
PLACE_BYTES = 66


class Recipient(StrEnum):
    """Who a sealed object is wrapped for; each has a key of its own."""

    DESK = "desk"
    RECEIPT = "receipt"
    IDENTITY = "identity"
    SORTING = "sorting"


class Kind(Enum):
    """What a sealed object holds. The value is the byte in its place and is never reused."""

    STATEMENT = 1
    IDENTITY = 2
    ROUTING_FACTS = 3
    EVIDENCE = 4
    FILE_FACTS = 5
    MESSAGE = 6
    REASON = 7
    EXPLANATION = 8
    SUPERVISOR_LEG = 9
    PERSONS = 10
    CONSENT = 11
    PROPOSAL = 12
    NOTE = 13
    TASK = 14
    ORIGINAL_MAIL = 15

    @property
    def slug(self) -> str:
        return self.name.lower()


_READ_BACK = frozenset({Recipient.DESK, Recipient.RECEIPT})

# Parts whose length would tell something of the reporter are filled up with spaces to a multiple of so many bytes.
PADDED_TO: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.IDENTITY: 2048,
        Kind.ROUTING_FACTS: 2048,
        Kind.EXPLANATION: 4096,
        Kind.SUPERVISOR_LEG: 8192,  # it tells of every superior who was passed over
        Kind.PERSONS: 4096,
        Kind.CONSENT: 256,
    }
)

# fmt: off
SEALED_FOR: Mapping[Kind, frozenset[Recipient]] = MappingProxyType({
    Kind.STATEMENT:      _READ_BACK,
    Kind.IDENTITY:       frozenset({Recipient.IDENTITY}),
    Kind.ROUTING_FACTS:  frozenset({Recipient.SORTING}),
    Kind.EVIDENCE:       _READ_BACK,
    Kind.FILE_FACTS:     _READ_BACK,
    Kind.MESSAGE:        _READ_BACK,
    Kind.REASON:         frozenset({Recipient.DESK}),
    Kind.EXPLANATION:    frozenset({Recipient.DESK}),
    Kind.SUPERVISOR_LEG: frozenset({Recipient.IDENTITY}),
    Kind.PERSONS:        frozenset({Recipient.DESK}),
    Kind.CONSENT:        _READ_BACK | {Recipient.SORTING},
    Kind.PROPOSAL:       frozenset({Recipient.DESK}),
    Kind.NOTE:           frozenset({Recipient.DESK}),
    Kind.TASK:           frozenset({Recipient.DESK}),
    Kind.ORIGINAL_MAIL:  frozenset({Recipient.IDENTITY, Recipient.RECEIPT}),
})
# fmt: on


def padded(kind: Kind, plain: bytes) -> bytes:
    """JSON with as many spaces behind it as its kind asks for; a reader of JSON does not notice them."""
    step = PADDED_TO.get(kind, 1)
    return plain.ljust(-(-len(plain) // step) * step)


def origin_hash(origin: str) -> bytes:
    """32 bytes that tell this installation from every other."""
    return sha256(origin.encode()).digest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one sealed object belongs."""

    origin: bytes
    kind: Kind
    owner: UUID
    object: UUID

    def __bytes__(self) -> bytes:
        return self.origin + bytes([self.kind.value]) + self.owner.bytes + self.object.bytes + bytes([VERSION])


@dataclass(frozen=True, slots=True)
class Wrap:
    """An object's secret, sealed for one recipient. `sealed` is the byte string of docs/formats.md."""

    recipient: Recipient
    key_id: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SealedPart:
    """A sealed object as stored: `size` and `digest` (SHA-256) are of the ciphertext.

    `ciphertext` is None when the bytes lie in the object store.
    """

    id: UUID
    kind: Kind
    owner: UUID
    size: int
    digest: bytes
    wraps: tuple[Wrap, ...]
    ciphertext: bytes | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose material is sealed: the complaint and the public key of its mailbox (1,216 bytes).

    `shred_key` spares a look-up while a complaint is being filed; otherwise the vault reads it from its store.
    """

    complaint: UUID
    mailbox_key: bytes
    shred_key: bytes | None = field(default=None, repr=False)
