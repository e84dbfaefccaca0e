"""How every change of a case is stored: with its entry, the reporter's status, and the time limits it set going."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.canonical import canonical
from cases.case import LAPSING, Case
from cases.case.reminding import next_reminder
from cases.casework.entries import by_staff, checked_owner, entry, owner_of
from cases.casework.statuses import of_case
from cases.casework.telling import tell_of_change
from cases.complaint import Purpose
from cases.ledger import WORKER, About, Entry, EntryKind
from cases.lifecycle import State
from cases.place import Kind, SealedPart
from cases.ports import Desk, Message, Standing, Work
from cases.sight import Actor

A_MOMENT = timedelta(seconds=1)
"""A time limit is kept up to and including its last instant."""

LAPSE = "lapse"
RESCREEN = "rescreen"
ANSWERED, ADDED = "answered", "evidence_added"
WITHDRAWN, REVIEW_REQUESTED = "withdrawn", "review_requested"
REMIND = "remind"
GRANT_OVER = "grant_over"


@dataclass(frozen=True, slots=True)
class Change:
    """A change about to be stored: the case before and after, its entry, and what goes with it.

    `remind_at` is when the next reminder of its clocks is due.
    """

    before: Case
    after: Case
    noted: Entry
    letter: Message | None = None
    standing: Standing | None = None
    walls: frozenset[str] = frozenset()
    remind_at: datetime | None = None


def store(work: Work, desk: Desk, change: Change, at: datetime) -> None:
    """Store it, tell whom it concerns, and drop the tasks of a case that closes. Raises StaleVersion."""
    work.record(
        change.after,
        change.noted,
        of_case(change.after),
        letter=change.letter,
        standing=change.standing,
        walls=change.walls,
    )
    if change.after.state is State.CLOSED and change.before.state is not State.CLOSED:
        work.drop_tasks(change.after.number, at)
    ask_for_lapses(work, change.before, change.after, at)
    if change.before.clocks != change.after.clocks:
        work.schedule(REMIND, change.after.number, change.remind_at, at)
    noted, before = change.noted, change.before
    tell_of_change(work, desk, before, change.after, noted.action, at, by=noted.actor, standing=change.standing)


def ask_for_lapses(work: Work, before: Case | None, after: Case, at: datetime) -> None:
    """Let the worker come back when a time limit that lapses by itself runs out."""
    known = {(one.name, one.due_by) for one in before.clocks} if before else set()
    for one in after.clocks:
        if one.runs and one.name in LAPSING and (one.name, one.due_by) not in known:
            work.ask_for(LAPSE, after.number, max(at, one.due_by + A_MOMENT))


def staff_change(
    desk: Desk,
    actor: Actor,
    before: Case,
    decided: tuple[Case, dict[str, Any]],
    action: str,
    at: datetime,
    sealed: tuple[SealedPart, ...] = (),
) -> Change:
    """A change by somebody at the desk."""
    after, facts = decided
    noted = by_staff(desk, EntryKind.CHANGE, after, actor, at, action, facts=facts, sealed=sealed)
    return Change(before, after, noted, remind_at=next_reminder(desk.law, after, at))


def worker_change(
    desk: Desk,
    before: Case,
    decided: tuple[Case, dict[str, Any]],
    action: str,
    at: datetime,
    sealed: tuple[SealedPart, ...] = (),
) -> Change:
    """A change by the worker: time ran out, or facts came in."""
    after, facts = decided
    about = About.case(after.number)
    noted = entry(EntryKind.CHANGE, about, at, WORKER, action, version=after.version, facts=facts, sealed=sealed)
    return Change(before, after, noted, remind_at=next_reminder(desk.law, after, at))


def reason_part(desk: Desk, case: Case, words: dict[str, Any]) -> tuple[SealedPart, ...]:
    """What was said with a change, sealed for the desk; nothing for no words."""
    if not words:
        return ()
    return (desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical(words)),)


def letter(desk: Desk, case: Case, text: str, at: datetime, purpose: Purpose | None = None) -> Message:
    """A letter into the reporter's mailbox, once its key is the one the ledger names. Raises LedgerBroken."""
    owner = checked_owner(desk, desk.lookup.complaint(case.complaint), at)
    return Message(desk.vault.seal(Kind.MESSAGE, owner, written(text, purpose)), from_reporter=False, at=at)


def written(text: str, purpose: Purpose | None = None) -> bytes:
    """A letter as it is sealed: it says what it is for, where it is for more than to be read."""
    return canonical({"text": text} | ({"purpose": str(purpose)} if purpose else {}))
