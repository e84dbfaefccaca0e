"""Entries of the ledger: what happened, about what, by whom, without a name or a free word of any case.

Canonical bytes are RFC 8785 JSON; the leaf is the RFC 6962 leaf hash of them. A 128-bit nonce keeps a withheld leaf
from being guessed. *Change* entries carry the case version (1 = registered, then without gap); *intake*, *look* and
*system* entries carry none and never move the ETag.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.merkle import leaf_hash
from cases.place import SealedPart
from cases.times import stamp

FORMAT = "rule12/entry/1"
NONCE_BYTES = 16
A_SUPERVISOR = "a supervisor"
REPORTER = "reporter"
WORKER = "worker"
COMMAND_LINE = "command line"


class EntryKind(StrEnum):
    INTAKE = "intake"
    CHANGE = "change"
    LOOK = "look"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class About:
    """What an entry speaks of: a complaint by its id, a case by its number, or the system."""

    kind: str
    id: str

    @classmethod
    def complaint(cls, complaint: UUID) -> "About":
        return cls("complaint", str(complaint))

    @classmethod
    def case(cls, number: str) -> "About":
        return cls("case", number)


THE_SYSTEM = About("system", "system")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `sealed` are the parts it speaks of, by digest of their ciphertext."""

    id: UUID
    nonce: bytes = field(repr=False)
    kind: EntryKind
    about: About
    at: datetime
    actor: str
    role: str
    action: str
    version: int | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    sealed: tuple[SealedPart, ...] = ()

    def __post_init__(self) -> None:
        """Hold the rule of versions: change entries carry one, others none."""
        if (self.kind is EntryKind.CHANGE) != (self.version is not None):
            raise ValueError("change entries carry the case version, other entries none")

    def canonical(self) -> bytes:
        """The bytes the ledger is made of."""
        return canonical(
            {
                "format": FORMAT,
                "id": str(self.id),
                "nonce": self.nonce.hex(),
                "kind": str(self.kind),
                "about": {"kind": self.about.kind, "id": self.about.id},
                "version": self.version,
                "at": stamp(self.at),
                "actor": self.actor,
                "role": self.role,
                "action": self.action,
                "facts": dict(self.facts),
                "sealed": [
                    {"object": str(part.id), "kind": part.kind.slug, "sha256": part.digest.hex()}
                    for part in self.sealed
                ],
            }
        )

    def leaf(self) -> bytes:
        """RFC 6962 leaf hash of the canonical bytes."""
        return leaf_hash(self.canonical())


def leaf_of(body: bytes) -> bytes:
    """RFC 6962 leaf hash of an entry's canonical bytes as stored."""
    return leaf_hash(body)
