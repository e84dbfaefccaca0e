"""Screening: who is involved, who reports, and who in the reporter's line must not learn of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cases.catalogue import Catalogue, Office
from cases.complaint import RoutingFacts
from cases.directory import Directory, Person, folded
from cases.routing.involved import Circumstances, How, Involved
from cases.routing.matching import Match, match

WHY = {
    How.SUBJECT: "is or may be a subject",
    How.WITNESS: "is or may be a witness",
    How.RELATED: "is or may be related to a subject",
    How.APPROVER: "ordered or approved the post, or may have",
}
WORKS_BELOW, WAS_NAMED = "works below a subject", "was named by the reporter as involved"
STEPPED_ASIDE = "received it and stepped aside"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Which parts of the house the subjects are, or may be. Found without any fact of the reporter."""

    high_commissioner: bool
    leads_the_office: bool
    heads_the_office: bool
    of_the_office: bool
    designate_is_clear: bool


@dataclass(frozen=True, slots=True)
class Screening:
    """What screening found out: everything the situations are judged on. `matches` keep the order of the involved.

    `walled` depends on the people of the case alone; `walled_by_identity` on who reports. `managers` are the direct
    supervisors of whoever may have reported.
    """

    facts: RoutingFacts
    circumstances: Circumstances
    matches: tuple[Match, ...]
    concerned: Concerned
    reporter: Person | None
    line: tuple[Person, ...]
    conflicts: Mapping[str, str]
    walled: frozenset[str]
    walled_by_identity: frozenset[str]
    managers: frozenset[str]

    @property
    def supervisor(self) -> Person | None:
        """The reporter's own supervisor (AI 10.2)."""
        return self.line[0] if self.line else None

    def next_clear(self) -> Person | None:
        """The nearest person above the reporter who is in no conflict."""
        return next((person for person in self.line if person.staff_number not in self.conflicts), None)

    def of(self, how: How) -> tuple[Match, ...]:
        """The matches of those who have one part, in their order."""
        return tuple(found for found in self.matches if found.involved.how is how)

    def nobody_left_open(self) -> bool:
        """Whether there is a subject, and it is certain who every subject is."""
        subjects = self.of(How.SUBJECT)
        return bool(subjects) and all(found.is_settled for found in subjects)


def screen(
    involved: Iterable[Involved],
    circumstances: Circumstances,
    facts: RoutingFacts,
    directory: Directory,
    law: Catalogue,
    on: date,
) -> Screening:
    """Match everybody involved against the directory and find who is in conflict.

    CatalogueBroken when no row of offices.toml says on that day who the office is.
    """
    matches = tuple(match(one, directory) for one in involved)
    below = _below_subjects(matches, directory)
    walled = frozenset().union(*(found.numbers for found in matches)) | _with_a_role(below, directory)
    possible = _reporters(facts, directory)
    reporter = possible[0] if len(possible) == 1 else None  # a typo must not pick whose supervisor is told
    line = directory.line_above(reporter.staff_number) if reporter else ()
    conflicts = _conflicts(line, matches, below, circumstances)
    by_identity = frozenset(conflicts) | _close_to(possible, circumstances, directory)
    concerned = _concerned(matches, walled, directory, law, on)
    managers = _managers(possible, directory)
    by_identity -= walled
    return Screening(facts, circumstances, matches, concerned, reporter, line, conflicts, walled, by_identity, managers)


def _subjects(matches: Iterable[Match]) -> frozenset[str]:
    return frozenset().union(*(found.numbers for found in matches if found.involved.how is How.SUBJECT))


def _below_subjects(matches: Iterable[Match], directory: Directory) -> frozenset[str]:
    """Folded numbers of everybody who works below somebody who is, or may be, a subject."""
    return frozenset().union(*(directory.below(number) for number in _subjects(matches)))


def _with_a_role(numbers: frozenset[str], directory: Directory) -> frozenset[str]:
    people = (directory.person(number) for number in numbers)
    return frozenset(person.staff_number for person in people if person and person.roles)


def _reporters(facts: RoutingFacts, directory: Directory) -> tuple[Person, ...]:
    """Whom number and address lead to: one person, nobody, or two when they disagree."""
    found = [directory.person(facts.staff_number), directory.by_email(facts.email)]
    return tuple({person.staff_number: person for person in found if person}.values())


def _managers(possible: tuple[Person, ...], directory: Directory) -> frozenset[str]:
    above = (directory.line_above(person.staff_number)[:1] for person in possible)
    return frozenset(person.staff_number for people in above for person in people)


def _close_to(possible: tuple[Person, ...], circumstances: Circumstances, directory: Directory) -> frozenset[str]:
    """Whoever may have reported, and their supervisors where the reporter calls the supervisor involved."""
    involved = _managers(possible, directory) if circumstances.supervisor_involved else frozenset()
    return involved.union(person.staff_number for person in possible)


def _conflicts(
    line: tuple[Person, ...], matches: Iterable[Match], below: frozenset[str], circumstances: Circumstances
) -> Mapping[str, str]:
    """Who in the reporting line must not receive it, and why. A subject's superior is not in conflict by rank alone."""
    part: dict[str, str] = {}
    for how, why in reversed(WHY.items()):  # the gravest reason is the one told
        part |= {number: why for found in matches if found.involved.how is how for number in found.numbers}
    conflicts: dict[str, str] = {}
    for place, person in enumerate(line):
        number = person.staff_number
        if number in part:
            conflicts[number] = part[number]
        elif folded(number) in below:
            conflicts[number] = WORKS_BELOW
        elif place == 0 and circumstances.supervisor_involved:
            conflicts[number] = WAS_NAMED
        elif number in circumstances.stepped_aside:
            conflicts[number] = STEPPED_ASIDE
    return conflicts


def _concerned(
    matches: tuple[Match, ...], walled: frozenset[str], directory: Directory, law: Catalogue, on: date
) -> Concerned:
    people = [person for found in matches if found.involved.how is How.SUBJECT for person in found.people]
    office, head = law.office("igo", on), law.office("inspector_general", on)
    designate = law.office("designate", on)
    return Concerned(
        high_commissioner=any(map(law.office("high_commissioner", on).holds, people)),
        leads_the_office=_leads((office, head), matches, directory),
        heads_the_office=any(map(head.holds, people)),
        of_the_office=any(map(office.holds, people)),
        designate_is_clear=any(designate.holds(person) and person.staff_number not in walled for person in directory),
    )


def _leads(office: tuple[Office, ...], matches: Iterable[Match], directory: Directory) -> bool:
    """Whether anybody of the office works below a subject who is not of the office."""

    def inside(number: str) -> bool:
        person = directory.person(number)
        return person is not None and any(part.holds(person) for part in office)

    bosses = (number for number in _subjects(matches) if not inside(number))
    return any(inside(number) for boss in bosses for number in directory.below(boss))
