"""Letters of the catalogue, filled in for a case: what a move sends by itself, and what a person begins from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cases.case import ASSIGNERS, Case
from cases.case.clocked import sounded
from cases.casework.entries import must_be_kept
from cases.casework.looking import find_case, note_look
from cases.casework.statuses import of_case
from cases.catalogue import LANGUAGES, Letter
from cases.catalogue.letters import ABOUT, NOT_SET
from cases.errors import CatalogueBroken, Fault, Malformed, NotPermitted
from cases.lifecycle import Action, Queue
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ports import Desk
from cases.sight import Actor

WRITERS = ASSIGNERS | {Role.INVESTIGATOR}
READERS = WRITERS | {Role.DECIDER}
"""Deciders write no letters, but a closing notice."""

OF_MOVES: Mapping[Action, str] = MappingProxyType(
    {Action.ACKNOWLEDGE: "acknowledgement", Action.REFER: "referred", Action.REDIRECT: "redirect"}
)
"""The kind of letter a move sends where none is handed in; the other moves send none, or one that was written."""


@dataclass(frozen=True, slots=True)
class FilledLetter:
    """A letter in one language, filled in. `[…]` is left for whoever sends it."""

    slug: str
    kind: str
    about: str
    language: str
    text: str


def letters_for(
    desk: Desk, actor: Actor, number: str, at: datetime, language: str | None = None
) -> Sequence[FilledLetter]:
    """The letters of today, in a language, or in the reporter's own: to know that, their statement is opened.

    Raises UnknownCase, NotPermitted, or UnknownItem once the case was erased.
    """
    case = find_case(desk, actor, number)
    if actor.role not in READERS:
        raise NotPermitted("Only those who write to the reporter need letters.")
    must_be_kept(case)
    language = language or reporters_language(desk, actor, case, at)
    return [_filled(desk, case, one, language, at) for one in desk.law.letters_on(at.date())]


def letters_of(desk: Desk, actor: Actor, number: str, action: Action, at: datetime) -> Sequence[FilledLetter]:
    """What a move would send the reporter by itself: a letter, or one for each referral; none for most moves.

    Raises as `letters_for`.
    """
    kind = OF_MOVES.get(action)
    return [one for one in letters_for(desk, actor, number, at) if one.kind == kind] if kind else []


def standard_letter(desk: Desk, actor: Actor, after: Case, action: Action, referral: str, at: datetime) -> str:
    """The letter a move sends by itself, in the reporter's language. `after` is the case as the move leaves it.

    Raises Malformed when it would leave something open, and CatalogueBroken without such a letter.
    """
    kind = OF_MOVES[action]
    wanted = (kind, referral if kind in ABOUT else "")
    for one in desk.law.letters_on(at.date()):
        if (one.kind, one.about) == wanted:
            text = _filled(desk, after, one, reporters_language(desk, actor, after, at), at).text
            must_be_whole(text, "#/notice")
            return text
    raise CatalogueBroken(f"letters.toml: no letter {' for '.join(filter(None, wanted))} is in force on {at.date()}")


def must_be_whole(text: str, pointer: str) -> None:
    """Refuse a letter in which somebody's own words are still to be put. Raises Malformed."""
    if NOT_SET in text:
        raise Malformed([Fault(pointer, f"Put your own words where it says {NOT_SET}.")])


def reporters_language(desk: Desk, actor: Actor, case: Case, at: datetime) -> str:
    """The language a complaint was filed in: sealed with the statement, for it says something of the reporter."""
    note_look(desk, actor, case, "opened_language", at, facts={"opened": [Kind.STATEMENT.slug]})
    told = json.loads(desk.vault.open(desk.lookup.part(case.complaint, Kind.STATEMENT), Recipient.DESK))
    language: str = told.get("language", "en")
    return language if language in LANGUAGES else "en"


def _filled(desk: Desk, case: Case, one: Letter, language: str, at: datetime) -> FilledLetter:
    if one.kind == OF_MOVES[Action.ACKNOWLEDGE] and not case.acknowledged_at:  # it names what is due after it
        case = sounded(case, case, str(Action.ACKNOWLEDGE), at, desk.law)
    return FilledLetter(one.slug, one.kind, one.about, language, one.filled(language, _facts(desk, case, language, at)))


def _facts(desk: Desk, case: Case, language: str, at: datetime) -> dict[str, str]:
    """Days as 2026-03-09: the same in every language."""
    next_by = of_case(case).next_by
    office = desk.law.office("outside" if case.queue is Queue.OUTSIDE else "igo", at.date())
    return {
        "number": case.number,
        "received_on": case.received_at.date().isoformat(),
        "next_by": next_by.date().isoformat() if next_by else NOT_SET,
        "office": office.name.in_(language),
    }
