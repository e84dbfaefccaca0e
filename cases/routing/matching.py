"""Whom a name, number or address in a case may mean. Number and address decide; a name only proposes."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.complaint import Named
from cases.directory import Directory, Person, folded, one_spelling
from cases.names import SURE, likeness, read_name
from cases.routing.involved import How, Involved


@dataclass(frozen=True, slots=True)
class Match:
    """Whom an involved person may be. `exact` is the one number it is, by number, address or intake's decision.

    `people` are those the directory holds, best first: the one, or all who may be meant. Somebody whom intake
    identified and the directory does not hold (they left) has an exact number and no people.
    """

    involved: Involved
    exact: str | None
    people: tuple[Person, ...]

    @property
    def numbers(self) -> frozenset[str]:
        """Staff numbers of everybody who is or may be meant."""
        exact = frozenset() if self.exact is None else frozenset({self.exact})
        return exact | {person.staff_number for person in self.people}

    @property
    def is_settled(self) -> bool:
        """Whether it is certain who is meant and, if it is one of us, what the directory knows of them."""
        if self.involved.settled == ():
            return True
        return self.exact is not None and bool(self.people)


def match(involved: Involved, directory: Directory) -> Match:
    """Intake's decision stands; without one, number or address decide, and a name that contradicts leaves it open."""
    if involved.settled is None:
        people, sure = _matched(involved.said, directory)
        return Match(involved, people[0].staff_number if sure else None, people)
    numbers = tuple(dict.fromkeys(map(one_spelling, involved.settled)))
    found = [directory.person(number) for number in numbers]
    people = tuple(person for person in found if person)
    exact = None if len(numbers) != 1 else (people[0].staff_number if people else numbers[0])
    return Match(involved, exact, people)


def offices_of(matches: Iterable[Match]) -> frozenset[str]:
    """Where the subjects work of whom it is certain who they are."""
    sure = (found for found in matches if found.involved.how is How.SUBJECT and found.exact is not None)
    return frozenset(folded(person.office) for found in sure for person in found.people if person.office)


def _matched(named: Named, directory: Directory) -> tuple[tuple[Person, ...], bool]:
    by_number = directory.person(named.staff_number) if named.staff_number else None
    by_email = directory.by_email(named.email) if named.email else None
    found = {person.staff_number: person for person in (by_number, by_email) if person}
    called = directory.by_name(named.name) if named.name else ()
    if found and not _contradicted(named.name, called, found):
        return tuple(found.values()), len(found) == 1
    proposed = directory.propose(named.name) if named.name and not found else ()
    return tuple({person.staff_number: person for person in (*found.values(), *called, *proposed)}.values()), False


def _contradicted(name: str, called: tuple[Person, ...], found: dict[str, Person]) -> bool:
    """Whether the name is exactly somebody else's, and not that of the person found in another writing."""
    if not called or any(person.staff_number in found for person in called):
        return False
    said = read_name(name)
    return not any(likeness(said, read_name(person.name)) >= SURE for person in found.values())
