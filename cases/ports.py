"""What storage must offer the rules: one transaction, reading, sealed objects, signatures."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

from cases.case import Case
from cases.catalogue import Catalogue
from cases.complaint import Complaint, FilingProof
from cases.deskwork import Book, Pen
from cases.directory import Directory
from cases.identity import IdentityRequest
from cases.ledger import Entry
from cases.lifecycle import State
from cases.notices import NoticeWork, Post
from cases.outbox import Jobs, JobWork
from cases.people import Role
from cases.place import Kind, Owner, Recipient, SealedPart
from cases.ports_door import PACES, Pace, Visits
from cases.ports_mail import KeptMail, Mails
from cases.ports_signin import SignIn
from cases.ranges import Span
from cases.sight import Sight
from cases.times import stamp

SHRED = "shred"
"""The kind of job that erases what a complaint's wraps no longer lead to."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a presented receipt leads to. `key` opens the reporter's wraps and is never stored."""

    complaint: Complaint
    key: object


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A file as kept: the sealed file and its sealed facts (name, type, plaintext digest and size)."""

    content: SealedPart
    facts: SealedPart
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One letter in a mailbox, in either direction."""

    part: SealedPart
    from_reporter: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """What the reporter is told: a slug (its words are in catalogue/statuses.toml) and when the next thing is due."""

    slug: str
    next_by: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer to a creating request: found by `lookup`, opened only by the holder of the key."""

    lookup: bytes
    fingerprint: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may or must not see a case, as keyed marks: nothing here names a person.

    `received` were sent it as the reporter's supervisor, and are not any more: they take no other part in it. `aside`
    are those of them who stepped aside. `managers` are the reporter's: whether their own staff member may be named is
    not theirs to decide as custodian. `offices` are where its certain subjects work, so that a list can be narrowed.
    """

    walls: frozenset[str]
    walls_by_identity: frozenset[str]
    addressee: str | None
    received: frozenset[str] = frozenset()
    managers: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to. `after` is the last row of the page before: (sort value, number).

    `unassigned`: open, and nobody was asked to work it. `closed_early`: closed before an assessment ended.
    """

    state: State | None = None
    category: str | None = None
    assignee: str | None = None
    due_before: datetime | None = None
    merged_into: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    sort: str = "received"
    after: tuple[str, str] | None = None
    limit: int = 50
    office: str | None = None
    unassigned: bool = False
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    closed_early: bool = False


def position_of(case: Case, sort: str) -> tuple[str, str]:
    """Where a page that ends with this case continues."""
    at = case.due.due_by if sort == "due" and case.due else case.received_at
    return stamp(case.closed_at if sort == "closed" and case.closed_at else at), case.number


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list of entries is narrowed to. `after` is the last position of the page before."""

    about: str | None = None
    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as kept: its order of arrival, its leaf index once merged, and its canonical bytes."""

    position: int
    index: int | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Merged:
    """Proof material for one merged entry against the newest checkpoint."""

    index: int
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as kept: its SHA-256, never itself."""

    digest: bytes
    person: str
    role: Role
    issued_at: datetime
    expires_at: datetime


class Digest(Protocol):
    """A running hash, as hashlib and hmac make them."""

    def update(self, block: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class Incoming(Protocol):
    """A sealed object on its way in. Nothing is visible until the transaction that names it commits."""

    def write(self, block: bytes) -> None: ...
    def finish(self) -> SealedPart:
        """End the ciphertext and make it durable, still invisible."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing behind unless `finish` was called and no error came after."""


class Vault(Protocol):
    """Sealed objects. Opening fails in one way only: EvidenceUnreadable."""

    def new_mailbox(self) -> tuple[str, bytes, Owner]:
        """A fresh receipt, the mailbox id it leads to, and the owner everything will be sealed for."""

    def present(self, receipt: str) -> tuple[bytes, Callable[[Complaint], Opened]]:
        """The mailbox id of a receipt, and how to open that mailbox. Raises ReceiptRefused."""

    def seal(self, kind: Kind, owner: Owner, plain: bytes) -> SealedPart: ...
    def receive(self, kind: Kind, owner: Owner) -> Incoming: ...
    def open(self, part: SealedPart, as_: Recipient | Opened) -> bytes: ...
    def stream(self, part: SealedPart, as_: Recipient | Opened) -> Iterator[bytes]:
        """Blocks of plaintext. A broken chunk raises in the middle; it never ends the stream neatly."""

    def piece(self, part: SealedPart, as_: Recipient | Opened, span: Span) -> Iterator[bytes]:
        """Blocks of one span of the plaintext, and nothing else of it opened but the end: a cut or extended object

        raises before the first block, a broken chunk in the middle.
        """

    def erase(self, complaint: UUID, files: Sequence[UUID], at: datetime) -> None:
        """Delete a complaint's shred key and its files: what was sealed for it opens no more. Twice is as once."""


class Signer(Protocol):
    """The installation's signatures, as C2SP signed notes."""

    origin: str

    def filing_proof(self, proof: FilingProof) -> str: ...
    def bag(self, text: str) -> str:
        """A statement about an export, signed with the checkpoint key."""

    def recipients(self) -> dict[str, bytes]:
        """Key ids of the recipients things are sealed to now, by role."""

    def fingerprint(self, mailbox_key: bytes) -> bytes: ...


class Work(JobWork, Pen, Protocol):
    """One transaction. Leaving it cleanly commits; an exception undoes all of it.

    Every method that stores takes the entry that says so; an entry brings its sealed parts.
    """

    @property
    def notices(self) -> NoticeWork:
        """Notices, kept with what they tell of."""

    def take_in(self, complaint: Complaint, entry: Entry, status: Status) -> None: ...
    def add_evidence(self, item: EvidenceItem, entry: Entry) -> None: ...
    def add_message(self, message: Message, entry: Entry) -> None: ...
    def register(self, case: Case, standing: Standing, entry: Entry, status: Status) -> None: ...
    def record(
        self,
        case: Case,
        entry: Entry,
        status: Status,
        *,
        letter: Message | None = None,
        standing: Standing | None = None,
        walls: frozenset[str] = frozenset(),
    ) -> None:
        """Store both, guarded by the version. Raises StaleVersion. There is no other way to store a case.

        `standing` stands in for whom the case was shown to and hidden from before; `walls` only hide it from more.
        """

    def erase(self, case: Case) -> None:
        """Delete every wrap of a case's complaint and let the worker delete its shred key and files. With its entry."""

    def keep_request(self, request: IdentityRequest, entry: Entry) -> None:
        """A request to learn who reported."""

    def settle_request(self, request: IdentityRequest, entry: Entry) -> None:
        """Raises StaleVersion when it was settled in the meantime."""

    def keep_custodian(self, number: str, person: str) -> None:
        """A custodian who opened or decided a request: no other part of the case is for them. Comes with its entry."""

    def revoke_grants(self, number: str) -> None:
        """End every grant and request of a case: the reporter closed their consent. Comes with its entry."""

    def note(self, entry: Entry, recent: str | None = None) -> None:
        """Write an entry that changes no case, with the sealed parts it brings.

        `recent` marks a look, so that it is written once per 15 minutes.
        """

    def looked_lately(self, recent: str, since: datetime, until: datetime) -> bool: ...
    def keep_answer(self, answer: Answer, at: datetime) -> None:
        """Raises KeyReused when the key was used in the meantime."""

    def keep_mail(self, mail: KeptMail) -> None:
        """Raises KeyReused when somebody else took the same mail in, or on, in the meantime."""

    def number_is_free(self, number: str) -> bool: ...
    def keep_directory(self, text: str, entry: Entry) -> None: ...
    def keep_token(self, token: Token, entry: Entry) -> None: ...
    def revoke_tokens(self, person: str, entry: Entry) -> int: ...


class Lookup(Protocol):
    """Reading, outside any transaction that writes. Raises UnknownCase, UnknownItem, ReceiptRefused."""

    def mailbox(self, mailbox_id: bytes) -> Complaint: ...
    def status(self, complaint: UUID) -> Status: ...
    def complaint(self, complaint: UUID) -> Complaint: ...
    def part(self, complaint: UUID, kind: Kind) -> SealedPart:
        """The first part of that kind: the one that came with filing or registration."""

    def latest(self, complaint: UUID, kind: Kind) -> SealedPart:
        """The last part of that kind. Raises UnknownItem."""

    def sealed(self, complaint: UUID, part: UUID) -> SealedPart:
        """One part of this complaint. Raises UnknownItem."""

    def parts(self, complaint: UUID, kind: Kind) -> Sequence[SealedPart]: ...
    def case(self, number: str, sight: Sight) -> Case: ...
    def case_of(self, complaint: UUID) -> Case | None: ...
    def cases(self, sight: Sight, wanted: CaseFilter) -> Sequence[Case]: ...
    def every_case(self) -> Iterator[Case]: ...
    def every_entry(self, size: int) -> Iterator[tuple[StoredEntry, bytes]]:
        """Entries with a leaf index below `size`, in order of leaf index, with their leaf hashes; streamed."""

    def numbers(self) -> Sequence[str]:
        """The numbers of all cases, those not closed first."""

    def complaint_of(self, number: str) -> UUID: ...
    def has_merged(self, number: str) -> bool:
        """Whether other cases were merged into this one."""

    def who_worked_merged(self, number: str) -> frozenset[str]:
        """Whoever ever worked a case that was merged into this one."""

    def is_walled(self, number: str, person: str) -> bool:
        """Whether a person is kept from a case: by its own walls, or those of another that is one matter with it."""

    def is_walled_openly(self, number: str, person: str) -> bool:
        """Whether they are for a part everybody who works the case can see, and not for anything of the reporter."""

    def is_addressed(self, number: str, person: str) -> bool: ...
    def who_received(self, number: str, people: Iterable[str]) -> frozenset[str]: ...
    def is_custodian(self, number: str, person: str) -> bool: ...
    def requests(self, number: str) -> Sequence[IdentityRequest]: ...
    def waiting_requests(self, sight: Sight) -> Sequence[IdentityRequest]: ...
    def evidence(self, complaint: UUID) -> Sequence[EvidenceItem]: ...
    def evidence_item(self, complaint: UUID, item: UUID) -> EvidenceItem: ...
    def messages(self, complaint: UUID) -> Sequence[Message]: ...
    def timeline(self, about: Sequence[str], after: int, limit: int) -> Sequence[StoredEntry]: ...
    def custody(self, evidence: UUID) -> Sequence[StoredEntry]: ...
    def entries(self, wanted: EntryFilter) -> Sequence[StoredEntry]: ...
    def newest_entry(self, action: str) -> StoredEntry | None: ...
    def entry_of_filing(self, complaint: UUID) -> StoredEntry: ...
    def answer(self, lookup: bytes) -> Answer | None: ...
    def token(self, digest: bytes) -> Token | None: ...
    def directory(self) -> Directory: ...
    def lately_known(self) -> frozenset[str]:
        """Numbers of everybody in the newest directories, not in the last alone."""


class Ledger(Protocol):
    """The Merkle tree over the entries."""

    def sequence(self, at: datetime) -> int:
        """Give every waiting entry its leaf, extend the tree, sign a checkpoint; the size of the tree then."""

    def merged(self, index: int) -> Merged: ...
    def must_hold(self, stored: StoredEntry) -> None:
        """Check a merged entry against the newest checkpoint and its signature. Raises LedgerBroken."""

    def oldest_waiting(self) -> datetime | None: ...
    def checkpoint(self) -> str:
        """The newest checkpoint as a signed note."""

    def tile(self, level: int, index: int) -> bytes: ...


class Bags(Protocol):
    """Where exports are kept for download, as zip files."""

    def keep(self, export: UUID, write: Callable[[Path], None]) -> int:
        """Let `write` fill an empty folder, then keep it zipped; bytes of the zip. All or nothing."""

    def open(self, export: UUID) -> tuple[int, Iterator[bytes]]:
        """Size and blocks of a kept export. Raises UnknownItem."""


class Keyed(Protocol):
    """What was answered under one idempotency key; opens only for whoever holds the key."""

    lookup: bytes

    def fingerprint(self) -> Digest: ...
    def earlier(self) -> Answer | None: ...
    def open(self, answer: Answer, fingerprint: bytes) -> bytes:
        """Raises KeyReused when it answered another request."""

    def seal(self, plain: bytes, fingerprint: bytes) -> Answer: ...


class Answers(Protocol):
    """Stored answers of idempotent requests."""

    def under(self, key: str) -> Keyed: ...
    def forget(self, at: datetime) -> int:
        """Delete what is older than a day."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings of what is taken in: bytes per file, how often from one address, where a proxy says whose it is."""

    evidence_bytes: int = 100 << 20
    door: Mapping[str, Pace] = field(default_factory=lambda: PACES)
    address_header: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the verbs need, joined in wsgi.py."""

    work: Callable[[], AbstractContextManager[Work]]
    lookup: Lookup
    vault: Vault
    signer: Signer
    ledger: Ledger
    jobs: Jobs
    answers: Answers
    bags: Bags
    limits: Limits
    law: Catalogue
    signin: SignIn
    post: Post
    book: Book
    visits: Visits
    mails: Mails


Then = Callable[[Work, Any], None]
"""What else must commit with an effect: the stored answer of an idempotent request."""
