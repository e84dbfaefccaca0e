"""What a reporter tells us, split into the parts that are sealed apart (design §5), and the proof they keep."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.errors import Fault
from cases.place import SealedPart
from cases.times import read_stamp, stamp

MERGE_WITHIN = timedelta(hours=24)
PROOF_HEADER = "rule12/filing-proof/1"


class Consent(StrEnum):
    """Who may learn who reported: nobody, one person by a granted request, or the assigned handlers."""

    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    OPEN = "open"


class Purpose(StrEnum):
    """What a letter in a mailbox is for, where it is more than a letter. Sealed with it."""

    QUESTION = "question"
    CLOSING = "closing"
    WITHDRAWAL = "withdrawal"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a statement speaks of, as far as the reporter knows them."""

    name: str = ""
    staff_number: str = ""
    email: str = ""
    personnel_type: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The account of events. `told` is the whole statement as validated at the door; the rest is read from it."""

    told: Mapping[str, Any]
    concerns: tuple[str, ...] = ()
    subjects: tuple[Named, ...] = ()
    witnesses: tuple[Named, ...] = ()
    supervisor_involved: bool = False
    fears_retaliation: bool = False
    immediate_danger: bool = False
    tell_ethics: bool = False
    institutional_account: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Statement":
        """Take what routing and numbering need out of a validated statement."""
        return cls(
            told,
            tuple(told.get("concerns", ())),
            tuple(_named(one) for one in told.get("subjects", ())),
            tuple(_named(one) for one in told.get("witnesses", ())),
            bool(told.get("supervisor_involved")),
            bool(told.get("fears_retaliation")),
            bool(told.get("immediate_danger")),
            bool(told.get("tell_ethics")),
            any(post.get("account_kind") == "institutional" for post in told.get("posts", ())),
        )


def _named(told: Mapping[str, Any]) -> Named:
    return Named(*(told.get(key) or "" for key in ("name", "staff_number", "email", "personnel_type")))


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports and how far they let it be known. Split at the door into identity and routing facts."""

    consent: Consent
    name: str = ""
    email: str = ""
    staff_number: str = ""
    personnel_type: str = ""
    share_with_supervisor: bool = False

    def faults(self, below: str = "#/reporter") -> list[Fault]:
        """An anonymous complaint with a name in it is a mistake worth stopping: the reporter meant one of the two.

        `below` is where the reporter stands in what was sent.
        """
        if self.consent is not Consent.ANONYMOUS:
            return []
        return [
            Fault(f"{below}/{name}", "An anonymous complaint cannot carry this. Leave it out, or choose confidential.")
            for name in ("name", "email", "staff_number")
            if getattr(self, name)
        ]

    def identity(self) -> dict[str, str]:
        return {"name": self.name, "email": self.email, "staff_number": self.staff_number}

    def routing_facts(self) -> "RoutingFacts":
        share = self.share_with_supervisor and self.consent is not Consent.ANONYMOUS
        return RoutingFacts(self.consent, self.staff_number, self.email, self.personnel_type, share)


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """What sorting needs of the reporter, and nothing more. Only the sorting worker opens it."""

    consent: Consent
    staff_number: str = ""
    email: str = ""
    personnel_type: str = ""
    share_with_supervisor: bool = False

    def told(self) -> dict[str, Any]:
        return {**asdict(self), "consent": str(self.consent)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "RoutingFacts":
        return cls(**{**told, "consent": Consent(told["consent"])})


@dataclass(frozen=True, slots=True)
class Draft:
    """A complaint as it arrives, before anything is sealed. `arrival` is of one that is entered here only later."""

    language: str
    channel: str
    statement: Statement
    reporter: Reporter
    arrival: "Arrival | None" = None

    def sealed_statement(self) -> bytes:
        """Language and channel travel with the account: they say something about the reporter."""
        told: dict[str, Any] = {
            "language": self.language,
            "channel": self.channel,
            "statement": dict(self.statement.told),
        }
        return canonical(told | ({"arrival": self.arrival.told()} if self.arrival else {}))


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a complaint really came, and why it is entered only now. Clocks count from then."""

    at: datetime
    reason: str

    def told(self) -> dict[str, str]:
        return {"at": stamp(self.at), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as kept: ciphertexts, the mailbox its receipt opens, and times."""

    id: UUID
    received_at: datetime
    mailbox_id: bytes
    mailbox_key: bytes
    parts: tuple[SealedPart, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FilingProof:
    """What was taken in and when; signed by the door, repeated by the intake entry."""

    origin: str
    complaint: UUID
    digest: bytes
    received_at: datetime
    recipients: Mapping[str, bytes]
    mailbox: bytes

    def facts(self) -> dict[str, Any]:
        """The proof as JSON-ready facts; digests and fingerprints in lower-case hex."""
        return {
            "origin": self.origin,
            "complaint_id": str(self.complaint),
            "digest": self.digest.hex(),
            "received_at": stamp(self.received_at),
            "merge_by": stamp(self.received_at + MERGE_WITHIN),
            "recipients": {name: key.hex() for name, key in sorted(self.recipients.items())},
            "mailbox": self.mailbox.hex(),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "FilingProof":
        """The proof that `facts` made."""
        return cls(
            told["origin"],
            UUID(told["complaint_id"]),
            bytes.fromhex(told["digest"]),
            read_stamp(told["received_at"]),
            {name: bytes.fromhex(key) for name, key in told["recipients"].items()},
            bytes.fromhex(told["mailbox"]),
        )

    def text(self) -> str:
        """The text of the signed note: a header line and one line of RFC 8785 JSON."""
        return f"{PROOF_HEADER}\n{canonical(self.facts()).decode()}\n"


def digest_of(parts: Iterable[SealedPart]) -> bytes:
    """SHA-256 over the canonical list of (object id, kind, ciphertext SHA-256), by object id, without wraps."""
    listed = sorted((str(part.id), part.kind.slug, part.digest.hex()) for part in parts)
    return sha256(canonical([list(row) for row in listed])).digest()


def b64(data: bytes) -> str:
    """Standard base64 with padding, as C2SP uses it."""
    return base64.b64encode(data).decode()
