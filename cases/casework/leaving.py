"""What a new directory would lose: cases of people who go, and people whose number changes without a word."""

from collections.abc import Iterable, Iterator, Sequence

from cases.deskwork import Held
from cases.directory import Directory, Person


def left_behind(held: Iterable[Held], new: Directory) -> list[str]:
    """A sentence for each person and role whose open cases would be left with nobody. Counts, never a case."""
    return [
        f"{one.person} still works {one.cases} open case{'' if one.cases == 1 else 's'} as {one.role}."
        for one in held
        if (person := new.person(one.person)) is None or one.role not in person.roles
    ]


def renumbered(old: Directory, new: Directory) -> Sequence[tuple[str, str]]:
    """(number now, what is wrong) of everybody who would become another person to walls, recusals and parts."""
    return [fault for person in new for fault in _known_otherwise(old, person)] + list(_gone_and_come(old, new))


def _known_otherwise(old: Directory, person: Person) -> Iterator[tuple[str, str]]:
    """Any of their numbers was known here under another first one."""
    for number in person.numbers:
        before = old.person(number)
        if before is not None and before.staff_number != person.staff_number:
            what = f"{number} is known here as {before.staff_number}: formerly must begin with that number"
            yield _now(person), what
            return


def _gone_and_come(old: Directory, new: Directory) -> Iterator[tuple[str, str]]:
    """A new number with the address or the very name of one that is no longer there."""
    gone = [person for person in old if new.person(person.staff_number) is None]
    for before in gone:
        same = new.by_email(before.email) if before.email else None
        called = new.by_name(before.name)
        found = same or (called[0] if len(called) == len(old.by_name(before.name)) == 1 else None)
        if found is not None and old.person(_now(found)) is None:
            what = (
                f"looks like {before.staff_number} under a new number: write formerly {before.staff_number}; if it is "
                "somebody else, import by force"
            )
            yield _now(found), what


def _now(person: Person) -> str:
    return person.number or person.staff_number
