"""How verbs write entries: fresh ids and nonces, and a supervisor's name kept with the identity."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from cases.canonical import canonical
from cases.case import Case
from cases.complaint import MERGE_WITHIN, Complaint
from cases.errors import LedgerBroken, UnknownItem
from cases.ledger import A_SUPERVISOR, NONCE_BYTES, About, Entry, EntryKind
from cases.people import Role
from cases.place import Kind, Owner, SealedPart
from cases.ports import Desk
from cases.sight import Actor


def entry(
    kind: EntryKind,
    about: About,
    at: datetime,
    actor: str,
    action: str,
    *,
    role: str = "",
    version: int | None = None,
    facts: Mapping[str, Any] | None = None,
    sealed: tuple[SealedPart, ...] = (),
) -> Entry:
    """A new entry with its own id and nonce. `role` is the actor again where nobody acts in a role."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Entry(uuid4(), nonce, kind, about, at, actor, role or actor, action, version, dict(facts or {}), sealed)


def must_be_kept(case: Case) -> None:
    """Refuse to open or add anything once a case was erased. Raises UnknownItem."""
    if case.erased_at:
        raise UnknownItem("It was erased when its time was over; the ledger keeps that it was there.")


def owner_of(desk: Desk, case: Case) -> Owner:
    """Whom new sealed material of a case belongs to. Raises UnknownItem once it was erased."""
    must_be_kept(case)
    return Owner(case.complaint, desk.lookup.complaint(case.complaint).mailbox_key)


def checked_owner(desk: Desk, complaint: Complaint, at: datetime) -> Owner:
    """Whom letters and files are sealed to, once the stored key is the one the filing entry names.

    Raises LedgerBroken, and UnknownItem for a complaint that was erased.
    """
    if desk.lookup.status(complaint.id).slug == "erased":
        raise UnknownItem("This complaint was erased when its time was over. Nothing can be added; file a new one.")
    checked_filing(desk, complaint, at)
    return Owner(complaint.id, complaint.mailbox_key)


def checked_filing(desk: Desk, complaint: Complaint, at: datetime) -> Mapping[str, Any]:
    """What the filing entry says of a complaint, its mailbox key among it. Raises LedgerBroken.

    Without this check, whoever can write to storage could swap the key and read whatever comes later, or have us sign
    what nobody filed; so the entry itself must be under a checkpoint we signed, unless it is too young to be.
    """
    where = f"mailbox of complaint {complaint.id}"
    filed = desk.lookup.entry_of_filing(complaint.id)
    if filed.index is not None:
        desk.ledger.must_hold(filed)
    elif at > complaint.received_at + MERGE_WITHIN:
        raise LedgerBroken(where, "its filing entry was never merged; nothing was sealed to it")
    facts: Mapping[str, Any] = json.loads(filed.body)["facts"]
    if facts["mailbox"] != desk.signer.fingerprint(complaint.mailbox_key).hex():
        raise LedgerBroken(where, "its key is not the one the filing entry names; nothing was sealed to it")
    return facts


def by_staff(
    desk: Desk,
    kind: EntryKind,
    case: Case,
    actor: Actor,
    at: datetime,
    action: str,
    *,
    facts: Mapping[str, Any] | None = None,
    sealed: tuple[SealedPart, ...] = (),
) -> Entry:
    """An entry about a case by somebody at the desk; a supervisor's number is kept with the identity."""
    name = actor.person
    if actor.role is Role.SUPERVISOR:
        name = A_SUPERVISOR
        leg = canonical({"actor": actor.person, "action": action})
        sealed = (*sealed, desk.vault.seal(Kind.SUPERVISOR_LEG, owner_of(desk, case), leg))
    version = case.version if kind is EntryKind.CHANGE else None
    about = About.case(case.number)
    return entry(kind, about, at, name, action, role=str(actor.role), version=version, facts=facts, sealed=sealed)
