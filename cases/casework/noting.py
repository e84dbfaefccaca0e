"""Notes in a case: what somebody at the desk wants the others to know. Nothing is edited or deleted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case, changed, must_work
from cases.case.moving import worked
from cases.casework.changes import staff_change, store
from cases.casework.entries import owner_of
from cases.casework.looking import find_case, find_kept, note_look
from cases.casework.moving import must_be_current
from cases.deskwork import WORKERS, Note
from cases.errors import Fault, Malformed, NotPermitted, UnknownItem
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ports import Desk, Then
from cases.sight import Actor, Part

DECIDERS = frozenset({Role.DECIDER})
NOTERS = WORKERS | DECIDERS


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note with its text."""

    note: Note
    text: str


def shelf_of(role: Role) -> frozenset[Role]:
    """Whose notes a role reads: deciders read all, and what they write themselves stays among them.

    Finders must not learn how a decision is coming about, nor deciders be worked on through an answer to it.
    """
    return NOTERS if role is Role.DECIDER else WORKERS


def write_note(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    text: str,
    at: datetime,
    then: Then | None = None,
    *,
    corrects: UUID | None = None,
) -> ShownNote:
    """Add a note, perhaps one that corrects another. To note something is to work the case, unless one decides it.

    Raises UnknownCase, NotPermitted, StaleVersion, Malformed, or MoveNotAllowed for whoever decided it before.
    """
    case = find_case(desk, actor, number)
    if actor.role not in NOTERS:
        raise NotPermitted("Only those who work or decide a case write notes in it.")
    if actor.role is not Role.DECIDER:
        must_work(case, actor)
    _must_be_readable(desk, actor, case, corrects)
    must_be_current(case, version)
    part = desk.vault.seal(Kind.NOTE, owner_of(desk, case), canonical({"text": text}))
    note = Note(part.id, number, actor.person, actor.role, at, corrects)
    after = worked(replace(case, version=case.version + 1), actor)
    facts = {"note": str(note.id), **({"corrects": str(corrects)} if corrects else {}), "case": changed(case, after)}
    change = staff_change(desk, actor, case, (after, facts), "noted", at, (part,))
    written = ShownNote(note, text)
    with desk.work() as work:
        store(work, change, at)
        work.keep_note(note)
        if then:
            then(work, written)
    return written


def _must_be_readable(desk: Desk, actor: Actor, case: Case, corrects: UUID | None) -> None:
    """A correction names a note of this case that its writer can read. Raises Malformed."""
    if corrects is None:
        return
    try:
        readable = desk.book.note_in(case.number, corrects).role in shelf_of(actor.role)
    except UnknownItem:
        readable = False
    if not readable:
        raise Malformed([Fault("#/corrects", "This case has no such note.")])


def list_notes(
    desk: Desk,
    actor: Actor,
    number: str,
    at: datetime,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> Sequence[ShownNote]:
    """One page of the notes a role reads, newest first. Opening them is an entry. Raises UnknownCase, NotPermitted."""
    case = find_kept(desk, actor, number, Part.WORK)
    notes = desk.book.notes(number, shelf_of(actor.role), before, limit)
    if not notes:
        return []
    newest = {"opened": [Kind.NOTE.slug], "newest": str(notes[0].id), "items": len(notes)}
    note_look(desk, actor, case, "opened_notes", at, facts=newest)
    texts = read_texts(desk, case, Kind.NOTE, [note.id for note in notes])
    return [ShownNote(note, text) for note, text in zip(notes, texts, strict=True)]


def read_texts(desk: Desk, case: Case, kind: Kind, ids: Sequence[UUID]) -> list[str]:
    """The texts of sealed parts, in their order. Whoever shows them writes a look first. Raises EvidenceUnreadable."""
    parts = {part.id: part for part in desk.lookup.parts(case.complaint, kind)}
    return [json.loads(desk.vault.open(parts[id_], Recipient.DESK))["text"] for id_ in ids]
