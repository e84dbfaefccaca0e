"""Looking at a case from the desk. Opening sealed material is an entry, committed before the first byte leaves."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case
from cases.casework.entries import by_staff, must_be_kept, owner_of
from cases.casework.knowing import must_know_who_reported
from cases.casework.mailbox import Facts, Letter, facts_of, letter_of
from cases.ledger import About, EntryKind
from cases.place import Kind, Recipient
from cases.ports import CaseFilter, Desk, EvidenceItem, StoredEntry
from cases.ranges import Span, Wanted
from cases.sight import Actor, Part, may_see, must_see, sight_of

ONE_LOOK = timedelta(minutes=15)
ALONGSIDE = timedelta(minutes=1)
"""How much later a look may have begun that was written first: of ranges asked for at once, the last may overtake."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one role may see it: what may not be shown is None."""

    case: Case
    told: Mapping[str, Any] | None
    explanation: Mapping[str, Any] | None
    shows_work: bool
    consent: str = ""


def list_cases(desk: Desk, actor: Actor, wanted: CaseFilter) -> Sequence[Case]:
    """One page of the cases that exist for this person. Raises NotPermitted."""
    must_see(actor, Part.SUMMARY)
    return desk.lookup.cases(sight_of(actor), wanted)


def find_case(desk: Desk, actor: Actor, number: str) -> Case:
    """A case that exists for this person. Raises NotPermitted or UnknownCase."""
    return desk.lookup.case(number, sight_of(actor))


def show_case(desk: Desk, actor: Actor, number: str, at: datetime) -> CaseView:
    """A case with its statement and explanation as far as the role reaches. Raises UnknownCase or NotPermitted."""
    case = find_case(desk, actor, number)
    must_see(actor, Part.SUMMARY)
    wanted = [kind for kind, parts in _OPENED.items() if _may_see_any(actor, parts) and not case.erased_at]
    if wanted:
        note_look(desk, actor, case, "opened_case", at, facts={"opened": [kind.slug for kind in wanted]})
    opened = {kind: _read(desk, case, kind) for kind in wanted}
    return CaseView(
        case,
        opened.get(Kind.STATEMENT),
        opened.get(Kind.EXPLANATION),
        may_see(actor, Part.WORK),
        opened[Kind.CONSENT]["consent"] if Kind.CONSENT in opened else "",
    )


_OPENED = {
    Kind.STATEMENT: (Part.STATEMENT, Part.RETALIATION, Part.ACCOUNTS),
    Kind.EXPLANATION: (Part.EXPLANATION,),
    Kind.CONSENT: (Part.WORK,),
}


def _may_see_any(actor: Actor, parts: Iterable[Part]) -> bool:
    return any(may_see(actor, part) for part in parts)


def _read(desk: Desk, case: Case, kind: Kind) -> Mapping[str, Any]:
    """The statement is what was filed; the explanation is that of the last screening."""
    find = desk.lookup.part if kind is Kind.STATEMENT else desk.lookup.latest
    told: Mapping[str, Any] = json.loads(desk.vault.open(find(case.complaint, kind), Recipient.DESK))
    return told


def find_kept(desk: Desk, actor: Actor, number: str, part: Part) -> Case:
    """A case of which this part may be opened. Raises UnknownCase, NotPermitted, and UnknownItem once it was erased."""
    case = find_case(desk, actor, number)
    must_see(actor, part)
    must_be_kept(case)
    return case


def note_look(
    desk: Desk, actor: Actor, case: Case, action: str, at: datetime, *, facts: Mapping[str, Any], reason: str = ""
) -> None:
    """One entry per person, thing and 15 minutes, committed before anything is opened."""
    recent = canonical([actor.person, str(actor.role), case.number, action, dict(facts)]).decode()
    with desk.work() as work:
        if work.looked_lately(recent, at - ONE_LOOK, at + ALONGSIDE):
            return
        sealed = (desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical({"reason": reason})),) if reason else ()
        work.note(by_staff(desk, EntryKind.LOOK, case, actor, at, action, facts=facts, sealed=sealed), recent)


def list_evidence(desk: Desk, actor: Actor, number: str, at: datetime) -> tuple[Facts, ...]:
    """The files of a case: size, hash and type are sealed facts, so listing them is a look."""
    case = find_kept(desk, actor, number, Part.EVIDENCE)
    items = desk.lookup.evidence(case.complaint)
    if items:
        note_look(desk, actor, case, "listed_evidence", at, facts={"items": len(items)})
    return tuple(facts_of(desk, item, Recipient.DESK) for item in items)


def read_original(
    desk: Desk, actor: Actor, number: str, evidence: UUID, reason: str, at: datetime
) -> tuple[Facts, Iterator[bytes]]:
    """The original file, whole: a broken chunk raises in the middle of the stream.

    A mail as it came tells who sent it: it is for those alone who may learn now who reported. Raises UnknownCase,
    UnknownItem, IdentityClosed or EvidenceUnreadable.
    """
    item, opener = _original(desk, actor, number, evidence, reason, at)
    return facts_of(desk, item, Recipient.DESK), desk.vault.stream(item.content, opener)


def read_piece(
    desk: Desk, actor: Actor, number: str, evidence: UUID, reason: str, wanted: Wanted, at: datetime
) -> tuple[Facts, Span, Iterator[bytes]]:
    """One range of the original: however many of them are read, it is one look at the file.

    Raises UnknownCase, UnknownItem, IdentityClosed, EvidenceUnreadable, or RangeUnsatisfiable: that names the size,
    which is sealed, so it too is said only after the look was written down.
    """
    item, opener = _original(desk, actor, number, evidence, reason, at)
    facts = facts_of(desk, item, Recipient.DESK)
    span = wanted.within(facts.size)
    return facts, span, desk.vault.piece(item.content, opener, span)


def _original(
    desk: Desk, actor: Actor, number: str, evidence: UUID, reason: str, at: datetime
) -> tuple[EvidenceItem, Recipient]:
    """A file about to be opened, and the key that opens it: that it was is on record by now."""
    case = find_kept(desk, actor, number, Part.EVIDENCE)
    item = desk.lookup.evidence_item(case.complaint, evidence)
    tells_who = item.content.kind is Kind.ORIGINAL_MAIL
    if tells_who:
        must_know_who_reported(desk, actor, case, at)
    note_look(desk, actor, case, "opened_original", at, facts={"evidence": str(evidence)}, reason=reason)
    return item, Recipient.IDENTITY if tells_who else Recipient.DESK


def custody(desk: Desk, actor: Actor, number: str, evidence: UUID) -> Sequence[StoredEntry]:
    """Every entry about one file: taken in, looked at, by whom (ISO/IEC 27037)."""
    case = find_case(desk, actor, number)
    must_see(actor, Part.WORK)
    desk.lookup.evidence_item(case.complaint, evidence)
    return desk.lookup.custody(evidence)


def timeline(desk: Desk, actor: Actor, number: str, after: int, limit: int) -> Sequence[StoredEntry]:
    """The entries of a case and of the complaint it came from, in order of arrival."""
    case = find_case(desk, actor, number)
    must_see(actor, Part.TIMELINE)
    about = (About.complaint(case.complaint).id, About.case(case.number).id)
    return desk.lookup.timeline(about, after, limit)


def reasons(desk: Desk, actor: Actor, number: str, at: datetime) -> Mapping[str, Mapping[str, Any]]:
    """The sealed words of a case's moves and looks (`reason` and others), by object id; reading them is a look."""
    case = find_kept(desk, actor, number, Part.WORK)
    parts = desk.lookup.parts(case.complaint, Kind.REASON)
    note_look(desk, actor, case, "opened_reasons", at, facts={"opened": [Kind.REASON.slug], "items": len(parts)})
    return {str(part.id): json.loads(desk.vault.open(part, Recipient.DESK)) for part in parts}


def read_messages(desk: Desk, actor: Actor, number: str, at: datetime) -> tuple[Letter, ...]:
    """The letters between reporter and desk, oldest first; a letter that came since the last look makes a new one."""
    case = find_kept(desk, actor, number, Part.MESSAGES)
    messages = desk.lookup.messages(case.complaint)
    note_look(desk, actor, case, "opened_messages", at, facts={"opened": [Kind.MESSAGE.slug], "items": len(messages)})
    return tuple(letter_of(desk, one, Recipient.DESK) for one in messages)
