"""What storage must show so that it can be checked: rows and bytes as they lie, in pages, without any private key."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cases.notes import VerifierKey


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A sealed part by its row. `ciphertext` is None where it lies in the object store.

    `wraps`: how many there are. `has_key`: whether its complaint's shred key is there. `told_erased`: whether the
    mailbox says so; the ledger decides.
    """

    position: int
    id: UUID
    complaint: UUID
    kind: str
    size: int
    digest: bytes
    ciphertext: bytes | None = field(repr=False)
    wraps: int
    has_key: bool
    told_erased: bool


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the object store by its name there; `object` is None for a name that no object has."""

    name: str
    object: UUID | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry by its row; `columns` are what it is found by: kind, about, item, version, at, actor, action."""

    position: int
    body: bytes
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptLeaf:
    """A leaf by its row; `entry` is None when the row it points to is not there."""

    index: int
    leaf: bytes
    entry: KeptEntry | None


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint by its row."""

    size: int
    note: str


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """What the row of a part says of it."""

    kind: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case by its row, with how many change entries there are about it and the highest version they carry.

    `facts`: its canonical JSON. `agrees`: whether the columns it is found by say what its facts say.
    """

    number: str
    version: int
    changes: int
    newest: int
    facts: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is now: `covered` by the newest checkpoint (None: there is none), `entries` by position."""

    parts: int
    cases: int
    entries: int
    leaves: int
    covered: int | None


class Fixity(Protocol):
    """Reading for checks alone. Raises CannotStart when the database itself cannot be read."""

    @property
    def keys(self) -> Sequence[VerifierKey]:
        """The keys checkpoints were ever signed with."""

    def extent(self) -> Extent: ...
    def parts(self, after: int, limit: int) -> Sequence[KeptPart]:
        """Parts after a position, oldest first."""

    def is_erased(self, about: str) -> bool:
        """Whether an entry of the ledger says that a complaint (by id) or case (by number) was erased."""

    def is_shredding(self, complaint: UUID) -> bool:
        """Whether the worker has still to delete what an erasure left."""

    def blocks(self, part: UUID) -> Iterator[bytes]:
        """A file of the object store. Raises EvidenceUnreadable when it is not there, OSError when it is not read."""

    def has_file(self, part: UUID) -> bool: ...
    def place_of(self, part: UUID) -> str:
        """The name of its file."""

    def files(self, after: str, limit: int) -> Sequence[KeptFile]:
        """Files after a name, in order of name, what is under way among them."""

    def file(self, name: str) -> KeptFile | None: ...
    def names_file(self, part: UUID) -> bool:
        """Whether a row says that this part lies in the object store."""

    def leaves(self, start: int, stop: int) -> Sequence[KeptLeaf]: ...
    def tile(self, level: int, index: int) -> bytes:
        """A tile, 32 bytes per hash; empty when it is not there."""

    def checkpoints(self, after: int, upto: int) -> Sequence[KeptCheckpoint]:
        """Checkpoints of a size beyond `after`, up to `upto`, smallest first."""

    def sealed(self, parts: Iterable[UUID]) -> Mapping[UUID, KeptSeal]: ...
    def unknown(self, cases: Iterable[str], complaints: Iterable[str]) -> frozenset[str]:
        """Those of these numbers and ids that have no row."""

    def unplaced(self, after: int, upto: int) -> Sequence[int]:
        """Positions of entries in that range that are neither merged nor waiting to be."""

    def cases(self, after: str, limit: int) -> Sequence[KeptCase]:
        """Cases after a number, in order of number."""

    def changes(self, number: str, upto: int) -> Iterator[bytes]:
        """The bytes of the change entries about a case, up to a version, in order."""
