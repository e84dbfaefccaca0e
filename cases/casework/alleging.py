"""What is alleged against whom, and the paragraphs it engages: those in force on the day of the conduct."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.case import ALLEGERS, Allegation, Case, allege
from cases.casework.changes import RESCREEN, staff_change, store
from cases.casework.entries import owner_of
from cases.casework.looking import find_case, find_kept, note_look
from cases.casework.moving import must_be_current
from cases.casework.registers import must_be_in_register, open_register
from cases.catalogue.citing import Cited, cited
from cases.errors import Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.persons import ATTRIBUTED, PersonRole, personnel_type
from cases.place import Kind, Recipient
from cases.ports import Desk, Then
from cases.sight import Actor, Part


@dataclass(frozen=True, slots=True)
class Alleged:
    """What somebody says a subject did: a category, the day of the conduct where it is known, and the account of it."""

    person: UUID
    category: str
    account: str
    conduct_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShownAllegation:
    """An allegation with its sealed account and the paragraphs that were in force on the day of the conduct."""

    allegation: Allegation
    account: str
    conduct_on: date | None
    cited: Cited


def make_allegation(
    desk: Desk, actor: Actor, number: str, version: int, said: Alleged, at: datetime, then: Then | None = None
) -> Case:
    """Say that a subject is alleged to have done something.

    Raises UnknownCase, NotPermitted, StaleVersion, Malformed, or MoveNotAllowed when the account is not theirs.
    """
    case = find_case(desk, actor, number)
    if actor.role not in ALLEGERS:
        raise NotPermitted("Only those who work a case say what is alleged.")
    must_be_current(case, version)
    known = [row.slug for row in desk.law.categories_on(case.received_at.date())]
    if said.category not in known:
        raise Malformed([Fault("#/category", f"One of {', '.join(known)} is expected.")])
    person = must_be_in_register(desk, case, said.person, role=PersonRole.SUBJECT)
    if person.attribution and person.attribution.status != ATTRIBUTED:
        raise MoveNotAllowed("The account was not attributed to this person: nothing is alleged on it.")
    provision = desk.law.provisions_for(personnel_type(person, desk.lookup.directory()), at.date())
    decided = allege(case, said.person, said.category, provision, actor)
    words = {"reason": said.account, "allegation": decided[1]["allegation"]}
    words |= {"conduct_on": said.conduct_on.isoformat()} if said.conduct_on else {}
    part = desk.vault.seal(Kind.REASON, owner_of(desk, case), canonical(words))
    change = staff_change(desk, actor, case, decided, "alleged", at, (part,))
    with desk.work() as work:
        store(work, desk, change, at)
        if said.category not in case.categories:  # a category can bring a copy to another office with it
            work.ask_for(RESCREEN, case.number, at)
        if then:
            then(work, change.after)
    return change.after


def show_allegations(desk: Desk, actor: Actor, number: str, at: datetime) -> Sequence[ShownAllegation]:
    """What is alleged, with the words and the law of each. Opening them is an entry."""
    case = find_kept(desk, actor, number, Part.WORK)
    facts = {"opened": [Kind.REASON.slug, Kind.PERSONS.slug], "version": case.version}
    note_look(desk, actor, case, "opened_allegations", at, facts=facts)
    words = dict(_words(desk, case))
    types = {person.id: personnel_type(person, desk.lookup.directory()) for person in open_register(desk, case)}
    return [_shown(desk, case, one, words.get(str(one.id), {}), types.get(one.person, "")) for one in case.allegations]


def _words(desk: Desk, case: Case) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The sealed words of each allegation, by its id."""
    for part in desk.lookup.parts(case.complaint, Kind.REASON):
        told = json.loads(desk.vault.open(part, Recipient.DESK))
        if "allegation" in told:
            yield told["allegation"], told


def _shown(desk: Desk, case: Case, one: Allegation, told: Mapping[str, Any], employed_as: str) -> ShownAllegation:
    day = date.fromisoformat(told["conduct_on"]) if "conduct_on" in told else None
    law = cited(desk.law, one.category, employed_as, day, case.received_at.date())
    return ShownAllegation(one, told.get("reason", ""), day, law)


def cited_for(desk: Desk, case: Case, told: Mapping[str, Any]) -> Sequence[Cited]:
    """The paragraphs of each category of a case, on the earliest day its posts name."""
    day = conduct_day(told)
    return [cited(desk.law, slug, "", day, case.received_at.date()) for slug in case.categories]


def conduct_day(told: Mapping[str, Any]) -> date | None:
    """The earliest day on which a statement says that something was posted; None when it says none that can be read."""
    days = (_day(post.get("posted_at") or "") for post in told.get("posts", ()))
    return min((day for day in days if day), default=None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
