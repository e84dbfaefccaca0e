"""What a receipt opens: status, own statement, evidence, messages, proofs. A reporter's own reads are never entries."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.canonical import canonical
from cases.casework.changes import ADDED, ANSWERED, written
from cases.casework.entries import checked_owner, entry
from cases.casework.screening import Wish
from cases.complaint import Complaint, Purpose
from cases.errors import BodyNotWhole, MediaRefused, TooLarge, UnknownItem
from cases.ledger import REPORTER, About, Entry, EntryKind
from cases.media import SNIFF_BYTES, checked_type, sniffed_type
from cases.media.hidden import SEEN_BYTES, Hidden, metadata_in
from cases.place import Kind, Recipient, SealedPart
from cases.ports import Desk, Digest, EvidenceItem, Incoming, Merged, Message, Opened, Status, StoredEntry, Then
from cases.sight import Actor

NAME_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Sent:
    """A file on its way in. `length` (bytes) and `digests` (hashlib name → digest) are what was announced.

    `declared` is None where the sender's browser could not tell: then the content alone decides.
    A multipart part announces neither: its closing boundary proves that nothing was cut, or `blocks` raises.
    """

    blocks: Iterable[bytes]
    declared: str | None
    name: str = ""
    length: int | None = None
    digests: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file, sealed beside it: the hash is of the plaintext.

    `hidden` is told once, to whoever sends the file, and kept nowhere: None wherever a file is only listed.
    """

    evidence: str
    size: int
    sha256: str
    media_type: str
    name: str
    hidden: frozenset[Hidden] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the clear, for whoever may read it."""

    id: str
    from_reporter: bool
    at: datetime
    text: str
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a message of the reporter is for: the entry that notes it, with its facts, and what the worker is to do."""

    action: str
    job: str
    purpose: Purpose | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


LETTER = Errand("message_received", ANSWERED)


@dataclass(frozen=True, slots=True)
class MailboxView:
    """Everything a receipt shows. `wish` is what the reporter said last of their consent, once it was sorted."""

    status: Status
    received_at: datetime
    told: Mapping[str, Any]
    evidence: tuple[Facts, ...]
    letters: tuple[Letter, ...]
    filed: StoredEntry
    merged: Merged | None
    wish: Wish | None = None


def open_mailbox(desk: Desk, receipt: str) -> Opened:
    """What a receipt leads to. Raises ReceiptRefused, whatever is wrong with it."""
    mailbox_id, opener = desk.vault.present(receipt)
    return opener(desk.lookup.mailbox(mailbox_id))


def find_mailbox(desk: Desk, receipt: str) -> Complaint:
    """The complaint a receipt belongs to, without deriving the key that reads it. Raises ReceiptRefused."""
    mailbox_id, _ = desk.vault.present(receipt)
    return desk.lookup.mailbox(mailbox_id)


def show_mailbox(desk: Desk, opened: Opened) -> MailboxView:
    """The whole mailbox, read back with the receipt's own key."""
    complaint = opened.complaint
    filed = desk.lookup.entry_of_filing(complaint.id)
    status = desk.lookup.status(complaint.id)
    kept = status.slug != "erased"
    files = desk.lookup.evidence(complaint.id) if kept else ()
    statement = desk.lookup.part(complaint.id, Kind.STATEMENT)
    return MailboxView(
        status,
        complaint.received_at,
        json.loads(desk.vault.open(statement, opened)) if kept else {"statement": {}},
        tuple(facts_of(desk, item, opened) for item in files),
        letters_of(desk, complaint, opened) if kept else (),
        filed,
        None if filed.index is None else desk.ledger.merged(filed.index),
        _wish(desk, opened) if kept else None,
    )


def _wish(desk: Desk, opened: Opened) -> Wish | None:
    try:
        part = desk.lookup.latest(opened.complaint.id, Kind.CONSENT)
    except UnknownItem:
        return None
    return Wish.read(json.loads(desk.vault.open(part, opened)))


def facts_of(desk: Desk, item: EvidenceItem, as_: Recipient | Opened) -> Facts:
    """What is known of one file. Raises EvidenceUnreadable."""
    return Facts(**json.loads(desk.vault.open(item.facts, as_)))


def letters_of(desk: Desk, complaint: Complaint, as_: Recipient | Opened) -> tuple[Letter, ...]:
    """All messages, oldest first. Raises EvidenceUnreadable."""
    return tuple(letter_of(desk, one, as_) for one in desk.lookup.messages(complaint.id))


def letter_of(desk: Desk, message: Message, as_: Recipient | Opened) -> Letter:
    """One message in the clear. Raises EvidenceUnreadable."""
    told = json.loads(desk.vault.open(message.part, as_))
    purpose = Purpose(told["purpose"]) if "purpose" in told else None
    return Letter(str(message.part.id), message.from_reporter, message.at, told["text"], purpose)


def add_message(
    desk: Desk, complaint: Complaint, text: str, at: datetime, then: Then | None = None, errand: Errand = LETTER
) -> Letter:
    """A message from the reporter, sealed to the desk and to their own receipt."""
    owner = checked_owner(desk, complaint, at)
    part = desk.vault.seal(Kind.MESSAGE, owner, written(text, errand.purpose))
    facts = {"message": str(part.id), **errand.facts}
    noted = _intake(complaint, at, errand.action, facts, (part,))
    letter = Letter(str(part.id), from_reporter=True, at=at, text=text, purpose=errand.purpose)
    with desk.work() as work:
        work.add_message(Message(part, from_reporter=True, at=at), noted)
        work.ask_for(errand.job, str(complaint.id), at)
        if then:
            then(work, letter)
    return letter


def add_evidence(
    desk: Desk,
    complaint: Complaint,
    sent: Sent,
    at: datetime,
    then: Then | None = None,
    kind: Kind = Kind.EVIDENCE,
    by: Actor | None = None,
) -> Facts:
    """Seal a file as it streams in, whatever its size, and keep it only if it came whole.

    `kind` says who it is sealed for: a mail as it came tells who sent it. `by` adds it for the reporter.
    Raises MediaRefused, TooLarge or BodyNotWhole; nothing is kept then.
    """
    owner = checked_owner(desk, complaint, at)
    with desk.vault.receive(kind, owner) as incoming:
        pumped = _pump(sent, incoming, desk.limits.evidence_bytes)
        content = incoming.finish()
        name = sent.name[:NAME_LIMIT]
        facts = Facts(str(content.id), pumped.size, pumped.sha256, pumped.media_type, name, pumped.hidden)
        told = {name: getattr(facts, name) for name in Facts.__slots__ if name != "hidden"}
        sealed_facts = desk.vault.seal(Kind.FILE_FACTS, owner, canonical(told))
        noted = _intake(complaint, at, "evidence_added", {"evidence": facts.evidence}, (content, sealed_facts), by)
        with desk.work() as work:
            work.add_evidence(EvidenceItem(content, sealed_facts, at), noted)
            work.ask_for(ADDED, str(complaint.id), at)
            if then:
                then(work, facts)
    return facts


@dataclass(frozen=True, slots=True)
class _Pumped:
    size: int
    sha256: str
    media_type: str
    hidden: frozenset[Hidden]


def _pump(sent: Sent, incoming: Incoming, limit: int) -> _Pumped:
    """Block by block: sniff the head, hash, count, seal."""
    blocks = iter(sent.blocks)
    head = _head(blocks)
    media_type = sniffed_type(head) if sent.declared is None else checked_type(sent.declared, head)
    sums: dict[str, Digest] = {name: hashlib.new(name) for name in {"sha256", *(sent.digests or {})}}
    size, tail = 0, b""
    for block in _chained(head, blocks):
        size += len(block)
        if size > limit:
            raise TooLarge(f"A file may hold {limit:,} bytes at most. Send it in parts, or a shorter recording.")
        for running in sums.values():
            running.update(block)
        incoming.write(block)
        tail = (tail + block[-SEEN_BYTES:])[-SEEN_BYTES:]
    _must_be_whole(sent, size, sums)
    return _Pumped(size, sums["sha256"].digest().hex(), media_type, metadata_in(head, media_type, tail))


def _head(blocks: Iterator[bytes]) -> bytes:
    """Enough bytes to tell the type by."""
    head = b""
    while len(head) < SNIFF_BYTES and (block := next(blocks, b"")):
        head += block
    if not head:
        raise MediaRefused("The file is empty.")
    return head


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _must_be_whole(sent: Sent, size: int, sums: Mapping[str, Digest]) -> None:
    if sent.length is not None and size != sent.length:
        raise BodyNotWhole(f"{sent.length} bytes were announced and {size} arrived. Nothing was kept; send it again.")
    for name, announced in (sent.digests or {}).items():
        if not hmac.compare_digest(sums[name].digest(), announced):
            raise BodyNotWhole(f"The {name} digest does not match what arrived. Nothing was kept; send it again.")


def _intake(
    complaint: Complaint,
    at: datetime,
    action: str,
    facts: dict[str, Any],
    sealed: tuple[SealedPart, ...],
    by: Actor | None = None,
) -> Entry:
    about, (who, role) = About.complaint(complaint.id), (by.person, str(by.role)) if by else (REPORTER, "")
    return entry(EntryKind.INTAKE, about, at, who, action, role=role, facts=facts, sealed=sealed)
