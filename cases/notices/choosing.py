"""Whom a part means, before anybody's sight is asked.

Everybody meant gets a row in storage, walled off or not, and what is sealed in it says whether they are told: else a
row that is missing would tell whoever reads the database who is walled off, the reporter among them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cases.case import Case
from cases.catalogue.timing import ASSIGNEES, LINE
from cases.directory import Directory
from cases.lifecycle import Queue
from cases.people import Role
from cases.sight import Actor

WORKS = (Role.HEAD, Role.OUTSIDE, Role.INTAKE, Role.DECIDER, Role.INVESTIGATOR)
"""In which role somebody above the assignees is told: the first in which the case exists for them."""

_OF_THE_OFFICE = (Role.INTAKE, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Choice:
    """People of whom all are told, or, one above the other, the first alone who may be."""

    people: tuple[Actor, ...]
    first_alone: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What a part may mean that neither case nor directory say: those named by what happened; the addressee.

    `by` did it, and is not told of it. `already`: the addressee was told before.
    """

    parts: Mapping[str, tuple[Actor, ...]]
    addressee: str | None = None
    by: str = ""
    already: bool = False


def chosen(
    who: Iterable[str], otherwise: Iterable[str], case: Case, directory: Directory, named: Named
) -> tuple[Choice, ...]:
    """Everybody these parts mean; whoever `otherwise` means where that is nobody. Never a reporter."""
    found = tuple(_meant(who, case, directory, named))
    return found or tuple(_meant(otherwise, case, directory, named))


def _meant(who: Iterable[str], case: Case, directory: Directory, named: Named) -> Iterator[Choice]:
    for part in who:
        if part == LINE:
            people = tuple(_above(case, directory, named.by))
        elif part == ASSIGNEES:
            people = tuple(Actor(one.person, one.role) for one in case.assignees)
        elif part == Role.SUPERVISOR:
            sent = Role.SUPERVISOR in case.to  # and if it reaches nobody any more, that must not show either
            people = (Actor(named.addressee or "", Role.SUPERVISOR),) if sent else ()
        elif part in set(Role):
            people = tuple(_holding(directory, _standing_in(Role(part), case)))
        else:
            people = tuple(_in_full(named.parts.get(part, ()), directory))
        if kept := tuple(one for one in people if not named.by or one.person != named.by):
            yield Choice(kept, first_alone=part == LINE)


def _standing_in(role: Role, case: Case) -> Role:
    """A case of the outside office has no intake and no head of ours."""
    return Role.OUTSIDE if case.queue is Queue.OUTSIDE and role in _OF_THE_OFFICE else role


def _holding(directory: Directory, role: Role) -> Iterator[Actor]:
    return (Actor(person.staff_number, role) for person in directory if role in person.roles)


def _in_full(people: Iterable[Actor], directory: Directory) -> Iterator[Actor]:
    """People as they are; for a role without a person, everybody who holds it."""
    for one in people:
        yield from _holding(directory, one.role) if not one.person else (one,)


def _above(case: Case, directory: Directory, by: str) -> Iterator[Actor]:
    """Whoever stands above those assigned, nearest first, in each role they hold in which one works on cases."""
    seen = {one.person for one in case.assignees} | {by}
    for who in case.assignees:
        for boss in directory.line_above(who.person):
            if boss.staff_number not in seen:
                seen.add(boss.staff_number)
                yield from (Actor(boss.staff_number, role) for role in WORKS if role in boss.roles)
