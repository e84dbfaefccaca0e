"""The supervisor's side: what was sent to me, that I got it, what I did about it, and that it is not for me.

Every entry says "a supervisor". Their number is kept with the identity, and so is why somebody steps aside. What they
note is sealed for the desk like any note: it is for those who work the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from cases.canonical import canonical
from cases.case import Case, changed
from cases.casework.changes import RESCREEN, staff_change, store
from cases.casework.entries import by_staff, must_be_kept, owner_of
from cases.casework.looking import find_case, list_cases, note_look
from cases.casework.noting import read_texts
from cases.deskwork import Act, ActKind
from cases.errors import NotPermitted
from cases.ledger import EntryKind
from cases.people import Role
from cases.place import Kind
from cases.ports import CaseFilter, Desk, Then
from cases.sight import Actor, Part, may_see


@dataclass(frozen=True, slots=True)
class Received:
    """A case that was sent to somebody as the reporter's supervisor, and when they said that they got it."""

    case: Case
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownAct:
    """One act of a supervisor; the text of an action that was noted."""

    act: Act
    text: str


def list_received(desk: Desk, actor: Actor, wanted: CaseFilter) -> Sequence[Received]:
    """One page of what was sent to me, newest first. Raises NotPermitted."""
    _must_be_supervisor(actor)
    found = list_cases(desk, actor, wanted)
    said = desk.book.acknowledged([case.number for case in found], actor.person)
    return [Received(case, said.get(case.number)) for case in found]


def acknowledge_receipt(desk: Desk, actor: Actor, number: str, at: datetime, then: Then | None = None) -> ShownAct:
    """Say that I got it. Said again, it is the first time that counts. Raises UnknownCase or NotPermitted."""
    case = _sent_to(desk, actor, number)
    noted = by_staff(desk, EntryKind.LOOK, case, actor, at, "receipt_acknowledged")
    with desk.work() as work:
        earlier = [act for act in desk.book.acts(number, actor.person) if act.kind is ActKind.ACKNOWLEDGED]
        act = earlier[0] if earlier else Act(uuid4(), number, ActKind.ACKNOWLEDGED, at)
        if not earlier:
            work.note(noted)
            work.keep_act(act, actor.person)
        if then:
            then(work, ShownAct(act, ""))
    return ShownAct(act, "")


def note_action(desk: Desk, actor: Actor, number: str, text: str, at: datetime, then: Then | None = None) -> ShownAct:
    """Say what I did about it, for those who work the case. Raises UnknownCase or NotPermitted."""
    case = _sent_to(desk, actor, number)
    part = desk.vault.seal(Kind.NOTE, owner_of(desk, case), canonical({"text": text}))
    act = Act(uuid4(), number, ActKind.ACTION, at, part.id)
    noted = by_staff(desk, EntryKind.LOOK, case, actor, at, "action_noted", facts={"act": str(act.id)}, sealed=(part,))
    with desk.work() as work:
        work.note(noted)
        work.keep_act(act, actor.person)
        if then:
            then(work, ShownAct(act, text))
    return ShownAct(act, text)


def list_acts(desk: Desk, actor: Actor, number: str, at: datetime) -> Sequence[ShownAct]:
    """What supervisors did, oldest first: a supervisor sees their own, those who work the case see all, nameless.

    Opening the texts is an entry. Raises UnknownCase, NotPermitted, or UnknownItem once the case was erased.
    """
    case = find_case(desk, actor, number)
    if actor.role is not Role.SUPERVISOR and not may_see(actor, Part.WORK):
        raise NotPermitted("This is for the supervisor it was sent to, and for those who work the case.")
    must_be_kept(case)
    acts = desk.book.acts(number, actor.person if actor.role is Role.SUPERVISOR else None)
    texts = [act.text for act in acts if act.text]
    if texts:
        note_look(desk, actor, case, "opened_actions", at, facts={"opened": [Kind.NOTE.slug], "items": len(texts)})
    said = dict(zip(texts, read_texts(desk, case, Kind.NOTE, texts), strict=True))
    return [ShownAct(act, said[act.text] if act.text else "") for act in acts]


def step_aside(desk: Desk, actor: Actor, number: str, reason: str, at: datetime, then: Then | None = None) -> Case:
    """Say that it is not for me: it is gone from my sight at once and for good, in any role.

    The worker sends it to the next supervisor who is clear, if the reporter agreed to that and there is one. A change
    of the case, so that no screening decided on before it can bring it back. Raises UnknownCase or NotPermitted.
    """
    _sent_to(desk, actor, number)
    with desk.work() as work:
        case = _sent_to(desk, actor, number)  # as it stands while nobody else can change it
        after = replace(case, version=case.version + 1)
        why = canonical({"action": "stepped_aside", "reason": reason})
        sealed = (desk.vault.seal(Kind.SUPERVISOR_LEG, owner_of(desk, case), why),)
        facts = {"case": changed(case, after)}
        store(work, staff_change(desk, actor, case, (after, facts), "stepped_aside", at, sealed), at)
        work.step_aside(number, actor.person)
        work.ask_for(RESCREEN, number, at)
        if then:
            then(work, after)
    return after


def _sent_to(desk: Desk, actor: Actor, number: str) -> Case:
    case = find_case(desk, actor, number)
    _must_be_supervisor(actor)
    must_be_kept(case)
    return case


def _must_be_supervisor(actor: Actor) -> None:
    if actor.role is not Role.SUPERVISOR:
        raise NotPermitted("This is for the supervisor a complaint was sent to.")
