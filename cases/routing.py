"""Screening and routing of one complaint: ordered situations, first match wins, never to anyone in conflict.

Which situation sends a complaint where is dated data (`catalogue/routes.toml`); what makes a situation true is here.
Decides only. The explanation comes in two halves: what may stand in the case, and what would give the reporter away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from cases.catalogue import Catalogue, Route
from cases.complaint import Consent, Named, RoutingFacts, Statement
from cases.directory import Directory, Person
from cases.errors import CatalogueBroken
from cases.lifecycle import Queue

IGO_UNIT = "IGO"
OF_SUBJECTS = frozenset({"subject_leads_the_office", "subject_is_igo_staff"})


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a name in a statement may mean. Exact means one person, found by number or address."""

    said: Named
    people: tuple[Person, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Screening:
    """What screening found out: everything the situations are judged on."""

    facts: RoutingFacts
    subjects: tuple[Match, ...]
    witnesses: tuple[Match, ...]
    reporter: Person | None
    line: tuple[Person, ...]
    conflicts: Mapping[str, str]
    below_subjects: frozenset[str]
    close_to_reporter: frozenset[str]
    office_is_below: bool

    @property
    def supervisor(self) -> Person | None:
        """The reporter's own supervisor (AI 10.2)."""
        return self.line[0] if self.line else None

    def next_clear(self) -> Person | None:
        """The nearest person above the reporter who is in no conflict."""
        return next((person for person in self.line if person.staff_number not in self.conflicts), None)


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a complaint goes and why. `addressee` is the supervisor who receives it, if one does."""

    queue: Queue
    to: tuple[str, ...]
    addressee: str | None
    walled: frozenset[str]
    walled_by_identity: frozenset[str]
    explanation: Mapping[str, Any]
    kept_with_identity: Mapping[str, Any]


def screen(statement: Statement, facts: RoutingFacts, directory: Directory) -> Screening:
    """Match everybody named against the directory and find who is in conflict."""
    subjects = tuple(match(named, directory) for named in statement.subjects)
    witnesses = tuple(match(named, directory) for named in statement.witnesses)
    possible = _reporters(facts, directory)
    reporter = possible[0] if len(possible) == 1 else None  # a typo must not pick whose supervisor is told
    line = directory.line_above(reporter.staff_number) if reporter else ()
    conflicts = _conflicts(line, subjects, witnesses, statement, directory)
    below = _below(subjects, directory)
    led = any(_is_of_the_office(person) and person.staff_number in below for person in directory)
    handlers = frozenset(person.staff_number for person in directory if person.roles and person.staff_number in below)
    close = _close_to(possible, statement, directory)
    return Screening(facts, subjects, witnesses, reporter, line, conflicts, handlers, close, led)


def _close_to(possible: tuple[Person, ...], statement: Statement, directory: Directory) -> frozenset[str]:
    """Whoever may have reported, and their supervisors where the reporter calls the supervisor involved."""
    involved = [directory.line_above(person.staff_number)[:1] for person in possible if statement.supervisor_involved]
    return frozenset(person.staff_number for people in (possible, *involved) for person in people)


def _reporters(facts: RoutingFacts, directory: Directory) -> tuple[Person, ...]:
    """Whom number and address lead to: one person, nobody, or two when they disagree."""
    found = [directory.person(facts.staff_number), directory.by_email(facts.email)]
    return tuple({person.staff_number: person for person in found if person}.values())


def _below(subjects: tuple[Match, ...], directory: Directory) -> frozenset[str]:
    """Everybody who works below somebody who is, or may be, a subject."""
    bosses = {person.staff_number for found in subjects for person in found.people}
    return frozenset(
        person.staff_number
        for person in directory
        if any(directory.is_below(person.staff_number, boss) for boss in bosses)
    )


def _is_of_the_office(person: Person) -> bool:
    return person.unit.casefold() == IGO_UNIT.casefold()


def match(named: Named, directory: Directory) -> Match:
    """Number or address decide; a name alone only proposes, and one that contradicts them leaves it open."""
    by_number = directory.person(named.staff_number) if named.staff_number else None
    by_email = directory.by_email(named.email) if named.email else None
    called = directory.by_name(named.name) if named.name else ()
    found = {person.staff_number: person for person in (by_number, by_email) if person}
    if found and (not called or any(person.staff_number in found for person in called)):
        return Match(named, tuple(found.values()), exact=len(found) == 1)
    return Match(named, (*found.values(), *called), exact=False)


def _conflicts(
    line: tuple[Person, ...],
    subjects: tuple[Match, ...],
    witnesses: tuple[Match, ...],
    statement: Statement,
    directory: Directory,
) -> Mapping[str, str]:
    """Who in the reporting line must not receive it, and why. A subject's superior is not in conflict by rank alone."""
    concerned = {person.staff_number: "is or may be a subject" for found in subjects for person in found.people}
    seen = {person.staff_number: "is or may be a witness" for found in witnesses for person in found.people}
    conflicts: dict[str, str] = {}
    for place, person in enumerate(line):
        number = person.staff_number
        if why := concerned.get(number) or seen.get(number):
            conflicts[number] = why
        elif any(directory.is_below(number, subject) for subject in concerned):
            conflicts[number] = "works below a subject"
        elif place == 0 and statement.supervisor_involved:
            conflicts[number] = "was named by the reporter as involved"
    return conflicts


def _subject_is_igo_staff(seen: Screening) -> bool:
    return any(_is_of_the_office(person) for found in seen.subjects for person in found.people)


def _unresolved_subject(seen: Screening) -> bool:
    return not seen.subjects or not all(found.exact for found in seen.subjects)


def _supervisor_conflicted(seen: Screening) -> bool:
    return seen.supervisor is not None and seen.supervisor.staff_number in seen.conflicts


_SITUATIONS: Mapping[str, Callable[[Screening], bool]] = MappingProxyType(
    {
        "subject_leads_the_office": lambda seen: seen.office_is_below and not _subject_is_igo_staff(seen),
        "subject_is_igo_staff": _subject_is_igo_staff,
        "reporter_anonymous": lambda seen: seen.facts.consent is Consent.ANONYMOUS,
        "reporter_external": lambda seen: seen.reporter is None,
        "no_supervisor_on_record": lambda seen: seen.supervisor is None,
        "reporter_does_not_agree": lambda seen: not seen.facts.share_with_supervisor,
        "unresolved_subject": _unresolved_subject,
        "supervisor_conflicted_next_clear": lambda seen: _supervisor_conflicted(seen) and seen.next_clear() is not None,
        "supervisor_conflicted_none_clear": _supervisor_conflicted,
        "ordinary": lambda _seen: True,
    }
)
SITUATIONS = frozenset(_SITUATIONS)


def route(seen: Screening, law: Catalogue, on: date) -> Routing:
    """Apply the routes in force on a day. Raises CatalogueBroken when none applies or a situation is unknown."""
    for rule in law.routes_on(on):
        if rule.situation not in _SITUATIONS:
            raise CatalogueBroken(f"routes.toml: nothing decides the situation {rule.situation}")
        if _SITUATIONS[rule.situation](seen):
            return _routing(rule, seen)
    raise CatalogueBroken(f"routes.toml: no route applies on {on.isoformat()}")


def _routing(rule: Route, seen: Screening) -> Routing:
    addressee = _addressee(rule, seen)
    to = tuple("supervisor" if leg == "next_supervisor" else leg for leg in rule.to)
    named = (*seen.subjects, *seen.witnesses)
    walled = frozenset(person.staff_number for found in named for person in found.people) | seen.below_subjects
    by_identity = frozenset(seen.conflicts) | seen.close_to_reporter
    full = _explanation(rule, seen, to, addressee)
    return Routing(
        Queue.OUTSIDE if "outside" in rule.to else Queue.IGO,
        to,
        addressee.staff_number if addressee else None,
        walled,
        by_identity - walled,
        full if seen.facts.consent is Consent.OPEN else _masked(rule, seen, to),
        full,
    )


def _addressee(rule: Route, seen: Screening) -> Person | None:
    if "supervisor" in rule.to:
        return seen.supervisor
    return seen.next_clear() if "next_supervisor" in rule.to else None


def _explanation(rule: Route, seen: Screening, to: tuple[str, ...], addressee: Person | None) -> dict[str, Any]:
    return {
        "rule": rule.situation,
        "sentence": rule.sentence,
        "to": list(to),
        "supervisor": addressee.staff_number if addressee else None,
        "consent": str(seen.facts.consent),
        "subjects": _matches(seen.subjects),
        "witnesses": _matches(seen.witnesses),
        "excluded": [{"person": number, "why": why} for number, why in sorted(seen.conflicts.items())],
    }


def _masked(rule: Route, seen: Screening, to: tuple[str, ...]) -> dict[str, Any]:
    """What may stand in the case below open consent: nothing that depends on who reported.

    Only rules about subjects are named, because they are judged before any fact of the reporter.
    """
    of_subjects = rule.situation in OF_SUBJECTS
    return {
        "rule": rule.situation if of_subjects else "kept_with_identity",
        "sentence": rule.sentence if of_subjects else "The rule that matched is kept with the reporter's identity.",
        "to": list(to),
        "subjects": _matches(seen.subjects),
        "witnesses": _matches(seen.witnesses),
    }


def _matches(found: tuple[Match, ...]) -> list[dict[str, Any]]:
    return [
        {"position": place, "matched": "one" if one.exact else ("possible" if one.people else "nobody")}
        | {"people": sorted(person.staff_number for person in one.people)}
        for place, one in enumerate(found, 1)
    ]
