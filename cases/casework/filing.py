"""Filing: a complaint is sealed part by part and taken in with its entry, its mailbox and the request to sort it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.casework.entries import entry
from cases.casework.statuses import taken_in
from cases.catalogue import Catalogue
from cases.clocks import due
from cases.complaint import Complaint, Draft, FilingProof, digest_of
from cases.errors import Fault, Malformed
from cases.ledger import REPORTER, About, EntryKind
from cases.place import Kind, Owner, SealedPart
from cases.ports import Desk, Then
from cases.sight import Actor

SORT = "sort"


@dataclass(frozen=True, slots=True)
class Filed:
    """What the reporter is given. The receipt exists nowhere else."""

    complaint: UUID
    receipt: str
    received_at: datetime
    acknowledge_by: datetime
    filing_proof: str


def file_complaint(desk: Desk, draft: Draft, at: datetime, then: Then | None = None, by: Actor | None = None) -> Filed:
    """Seal a complaint and take it in; `by` enters it for the reporter. Raises Malformed; nothing is kept then."""
    if faults := [*draft.reporter.faults(), *unknown_concerns(draft, desk.law, at)]:
        raise Malformed(faults)
    receipt, mailbox_id, owner = desk.vault.new_mailbox()
    parts = _sealed(desk, owner, draft)
    proof = FilingProof(
        desk.signer.origin,
        owner.complaint,
        digest_of(parts),
        at,
        desk.signer.recipients(),
        desk.signer.fingerprint(owner.mailbox_key),
    )
    facts: dict[str, Any] = proof.facts()
    who, role = (by.person, str(by.role)) if by else (REPORTER, "")
    about = About.complaint(owner.complaint)
    taken = entry(EntryKind.INTAKE, about, at, who, "filed", role=role, facts=facts, sealed=parts)
    came = draft.arrival.at if draft.arrival else at
    acknowledge_by = due(desk.law.clock("acknowledge", came.date()), came, desk.law.calendar())
    filed = Filed(owner.complaint, receipt, at, acknowledge_by, desk.signer.filing_proof(proof))
    complaint = Complaint(owner.complaint, at, mailbox_id, owner.mailbox_key, parts)
    with desk.work() as work:
        work.take_in(complaint, taken, taken_in(acknowledge_by))
        work.ask_for(SORT, str(owner.complaint), at)
        if then:
            then(work, filed)
    return filed


def _sealed(desk: Desk, owner: Owner, draft: Draft) -> tuple[SealedPart, ...]:
    """Three parts, three keys: whoever opens one learns nothing of the others."""
    reporter = draft.reporter
    return (
        desk.vault.seal(Kind.STATEMENT, owner, draft.sealed_statement()),
        desk.vault.seal(Kind.IDENTITY, owner, canonical(reporter.identity())),
        desk.vault.seal(Kind.ROUTING_FACTS, owner, canonical(reporter.routing_facts().told())),
    )


def unknown_concerns(draft: Draft, law: Catalogue, at: datetime) -> list[Fault]:
    """A fault for every concern that no category or principle of that day is called by."""
    known = {row.slug for row in law.categories_on(at.date())} | {row.slug for row in law.principles_on(at.date())}
    return [
        Fault(f"#/statement/concerns/{place}", "Not in the catalogue. GET /api/v1/catalogue lists what is.")
        for place, slug in enumerate(draft.statement.concerns)
        if slug not in known
    ]
