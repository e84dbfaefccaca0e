"""Letters to begin from, filled in for a case. What is sent is what a person makes of one (`write_to_reporter`)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.case import Case
from cases.casework.entries import must_be_kept
from cases.casework.looking import find_case, note_look
from cases.casework.staffing import WRITERS
from cases.casework.statuses import of_case
from cases.catalogue import LANGUAGES
from cases.errors import NotPermitted
from cases.lifecycle import Queue
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ports import Desk
from cases.sight import Actor

READERS = WRITERS | {Role.DECIDER}
"""Deciders write no letters, but a closing notice."""

NOT_SET = "[…]"


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
    facts = _facts(desk, case, at)
    return [
        FilledLetter(one.slug, one.kind, one.about, language, one.filled(language, facts))
        for one in desk.law.letters_on(at.date())
    ]


def reporters_language(desk: Desk, actor: Actor, case: Case, at: datetime) -> str:
    """The language a complaint was filed in: sealed with the statement, for it says something of the reporter."""
    note_look(desk, actor, case, "opened_language", at, facts={"opened": [Kind.STATEMENT.slug]})
    told = json.loads(desk.vault.open(desk.lookup.part(case.complaint, Kind.STATEMENT), Recipient.DESK))
    language: str = told.get("language", "en")
    return language if language in LANGUAGES else "en"


def _facts(desk: Desk, case: Case, at: datetime) -> dict[str, str]:
    """Days as 2026-03-09: the same in every language."""
    next_by = of_case(case).next_by
    office = desk.law.office("outside" if case.queue is Queue.OUTSIDE else "igo", at.date())
    return {
        "number": case.number,
        "received_on": case.received_at.date().isoformat(),
        "next_by": next_by.date().isoformat() if next_by else NOT_SET,
        "office": office.name,
    }
