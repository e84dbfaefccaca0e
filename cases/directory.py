"""Who works here, and who is above whom: read from one CSV file (RFC 4180), whole or not at all."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from io import StringIO

from cases.errors import DirectoryRefused
from cases.names import plain
from cases.names.index import Index
from cases.people import Role

PERSONNEL_TYPES = frozenset({"staff", "unv", "contractor", "intern", "partner"})

# The address a browser's form accepts (HTML, valid e-mail address), with at least one dot after the @.
_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.IGNORECASE
)
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the directory. `supervisor` is a staff number; an address may be empty, a number or name never.

    `staff_number` is the one a person is known by here, for good: the first of their `formerly`, where the line has
    any. So whatever was kept of them under it (walls, recusals, parts, tokens) holds whatever number they bear later.
    `number` is the one they bear now, where it is another.
    """

    staff_number: str
    name: str
    email: str
    personnel_type: str
    function: str
    unit: str
    office: str
    supervisor: str | None
    roles: frozenset[Role]
    number: str = ""
    formerly: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that means this person."""
        return tuple(dict.fromkeys(filter(None, (self.staff_number, *self.formerly, self.number))))


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody, unchanging. Numbers and addresses are found whatever their case.

    ValueError when two people share a number or an address. Circles and gaps in the lines of supervision are borne:
    a directory may come from elsewhere than `read_directory`, and screening for conflicts must end all the same.
    """

    people: tuple[Person, ...]
    _by_number: dict[str, Person] = field(init=False, repr=False, compare=False)
    _by_email: dict[str, Person] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, tuple[Person, ...]] = field(init=False, repr=False, compare=False)
    _reporting: dict[str, list[str]] = field(init=False, repr=False, compare=False)
    _names: list[Index] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        addressed = [person for person in self.people if person.email]
        numbers = {folded(number): person for person in self.people for number in person.numbers}
        addresses = {folded(person.email): person for person in addressed}
        if len(numbers) < sum(len(person.numbers) for person in self.people) or len(addresses) < len(addressed):
            raise ValueError("two people share a staff number or an address")
        names: dict[str, tuple[Person, ...]] = {}
        reporting: dict[str, list[str]] = {}
        for person in self.people:
            key = plain(person.name)
            names[key] = (*names.get(key, ()), person)
            if person.supervisor is not None:
                reporting.setdefault(folded(person.supervisor), []).append(folded(person.staff_number))
        object.__setattr__(self, "_by_number", numbers)
        object.__setattr__(self, "_by_email", addresses)
        object.__setattr__(self, "_by_name", names)
        object.__setattr__(self, "_reporting", reporting)

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def person(self, number: str) -> Person | None:
        return self._by_number.get(folded(number))

    def by_email(self, address: str) -> Person | None:
        return self._by_email.get(folded(address))

    def by_name(self, name: str) -> tuple[Person, ...]:
        """Everybody of that name, whatever its case, accents, punctuation and the order of its parts."""
        key = plain(name)
        return self._by_name.get(key, ()) if key else ()

    def propose(self, name: str) -> tuple[Person, ...]:
        """People whom a name may mean in another spelling, writing or with a slip, best first, at most ten.

        The first call takes every name apart (about two seconds for 20,000 people); later ones are quick.
        """
        if not self._names:
            self._names.append(Index(person.name for person in self.people))
        return tuple(self.people[place] for place in self._names[0].propose(name))

    def line_above(self, number: str) -> tuple[Person, ...]:
        """Supervisors of a person, nearest first. Ends at a gap, and before anyone would come twice."""
        above = (self.person(boss) for boss in self._numbers_above(number))
        return tuple(person for person in above if person is not None)

    def is_below(self, number: str, boss: str) -> bool:
        """Whether `boss` is above the person at any depth, even a boss whom the directory names but does not hold."""
        return self._known_as(boss) in self._numbers_above(number)

    def below(self, boss: str) -> frozenset[str]:
        """Folded numbers of everybody below a person at any depth, even below one the directory does not hold."""
        found, waiting = set[str](), [self._known_as(boss)]
        while waiting:
            fresh = set(self._reporting.get(waiting.pop(), ())) - found
            found |= fresh
            waiting += fresh
        return frozenset(found - {self._known_as(boss)})

    def _known_as(self, number: str) -> str:
        """The folded number under which somebody is known, whichever of theirs is given."""
        person = self.person(number)
        return folded(person.staff_number if person else number)

    def _numbers_above(self, number: str) -> Iterator[str]:
        seen, person = {self._known_as(number)}, self.person(number)
        while person is not None and person.supervisor is not None and folded(person.supervisor) not in seen:
            boss = folded(person.supervisor)
            seen.add(boss)
            yield boss
            person = self._by_number.get(boss)


def folded(text: str) -> str:
    """A staff number or an address as it is compared."""
    return text.strip().casefold()


def one_spelling(number: str) -> str:
    """A staff number as it is kept, in capitals: walls and assignments hold however a later file spells it.

    Folded first: numbers that compare as equal must become one (the Kelvin sign is a capital K of its own).
    """
    return folded(number).upper()


FORMERLY = "formerly"
COLUMNS = tuple(column.name for column in fields(Person) if column.name not in {"number", FORMERLY})
"""What every file has; `formerly` (numbers a person had before, oldest first) may be there besides."""
KNOWN = (*COLUMNS, FORMERLY)


@dataclass(frozen=True, slots=True)
class _Line:
    """One record: the line it starts on, its fields by column, and whether it has as many as the header."""

    number: int
    facts: dict[str, str]
    whole: bool

    def __getitem__(self, column: str) -> str:
        return self.facts.get(column, "")


def read_directory(text: str) -> Directory:
    """Everybody in a CSV text whose header holds `COLUMNS`, in any order, and perhaps `formerly`.

    A byte order mark and blank lines are passed over; runs of spaces and line breaks inside a field count as one space;
    `roles` and `formerly` are parted by spaces or semicolons. DirectoryRefused carries every fault with the line its
    record starts on. A wrong header, or quoting that leaves no telling where records end, hides what comes after it.
    """
    faults: list[tuple[int, str]] = []
    lines = _lines(_records(text, faults), faults)
    whole = [line for line in lines if line.whole]
    faults += ((line.number, fault) for line in whole for fault in _faults_within(line))
    faults += [*_repeated_numbers(whole), *_repeated(whole, "email")]
    faults += [*_unknown_supervisors(lines), *_circles(whole)]
    if faults:
        raise DirectoryRefused(sorted(faults, key=lambda fault: fault[0]))
    return Directory(_people(whole))


def lines_of(text: str) -> dict[str, int]:
    """The line each staff number stands on, by its spelling here, in a text that `read_directory` takes."""
    return {one_spelling(line["staff_number"]): line.number for line in _lines(_records(text, []), [])}


def _records(text: str, faults: list[tuple[int, str]]) -> list[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return records
        except csv.Error as error:
            faults.append((start, f"not CSV from here on: {error}"))
            return records
        if record:
            records.append((start, record))


def _lines(records: Sequence[tuple[int, list[str]]], faults: list[tuple[int, str]]) -> list[_Line]:
    start, header = records[0] if records else (1, [])
    columns = [_tidy(column) for column in header]
    wrong = [f"unknown column {column!r}" for column in columns if column not in KNOWN]
    wrong += [f"no column {column!r}" for column in COLUMNS if column not in columns]
    wrong += [f"column {column!r} comes more than once" for column in KNOWN if columns.count(column) > 1]
    if wrong:
        faults += ((start, fault) for fault in wrong)
        return []
    lines = []
    for number, record in records[1:]:
        if len(record) != len(columns):
            faults.append((number, f"{len(record)} fields where the header has {len(columns)}"))
        facts = dict(zip(columns, map(_tidy, record), strict=False))
        lines.append(_Line(number, facts, whole=len(record) == len(columns)))
    return lines


def _tidy(text: str) -> str:
    # Not str.split(): it would swallow the control characters that are to be refused.
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _faults_within(line: _Line) -> Iterator[str]:
    for column in ("staff_number", "name"):
        if not line[column].strip():
            yield f"{column} is empty"
    for column in KNOWN:
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in line[column]):
            yield f"{column} holds a control character"
    if line["email"] and (len(line["email"]) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(line["email"])):
        yield f"{line['email']!r} is not an address"
    if line["personnel_type"] not in PERSONNEL_TYPES:
        yield f"personnel_type {line['personnel_type']!r} is not one of {', '.join(sorted(PERSONNEL_TYPES))}"
    for role in _roles(line):
        if role not in set(Role):
            yield f"role {role!r} is not one of {', '.join(sorted(Role))}"


def _roles(line: _Line) -> list[str]:
    return line["roles"].replace(";", " ").split()


def _formerly(line: _Line) -> list[str]:
    return line[FORMERLY].replace(";", " ").split()


def _repeated(lines: Iterable[_Line], column: str) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for line in lines:
        if value := folded(line[column]):
            if value in first:
                yield line.number, f"{column} repeats that of line {first[value]}"
            first.setdefault(value, line.number)


def _repeated_numbers(lines: Iterable[_Line]) -> Iterator[tuple[int, str]]:
    """A number means one person, whether they bear it or bore it once."""
    first: dict[str, tuple[int, str]] = {}
    for line in lines:
        for column, numbers in (("staff_number", [line["staff_number"]]), (FORMERLY, _formerly(line))):
            for value in filter(None, map(folded, numbers)):
                at, of = first.setdefault(value, (line.number, column))
                if (at, of) != (line.number, column):
                    yield line.number, f"{column} repeats {'that' if of == column else of} of line {at}"


def _unknown_supervisors(lines: Sequence[_Line]) -> Iterator[tuple[int, str]]:
    """Lines of a wrong length still count as known numbers: one stray comma should not accuse a whole office."""
    known = {folded(line["staff_number"]) for line in lines}
    for line in lines:
        if line.whole and line["supervisor"] and folded(line["supervisor"]) not in known:
            yield line.number, f"supervisor {line['supervisor']!r} is not in the file"


def _circles(lines: Sequence[_Line]) -> Iterator[tuple[int, str]]:
    """Each circle once, on its first line."""
    own = {folded(line["staff_number"]): line for line in lines if line["supervisor"]}
    done: set[str] = set()
    for start in own:
        path, at = [], start
        while at in own and at not in done:
            done.add(at)
            path.append(at)
            at = folded(own[at]["supervisor"])
        if at in path:
            circle = [own[number] for number in path[path.index(at) :]]
            names = " → ".join(line["staff_number"] for line in (*circle, circle[0]))
            yield min(line.number for line in circle), f"supervisors go in a circle: {names}"


def _people(lines: Sequence[_Line]) -> tuple[Person, ...]:
    managers = {folded(line["supervisor"]) for line in lines if line["supervisor"]}
    known_as = {
        folded(line["staff_number"]): one_spelling([*_formerly(line), line["staff_number"]][0]) for line in lines
    }
    return tuple(
        Person(
            staff_number=known_as[folded(line["staff_number"])],
            name=line["name"],
            email=line["email"],
            personnel_type=line["personnel_type"],
            function=line["function"],
            unit=line["unit"],
            office=line["office"],
            supervisor=known_as[folded(line["supervisor"])] if line["supervisor"] else None,
            roles=frozenset(map(Role, _roles(line)))
            | ({Role.SUPERVISOR} if folded(line["staff_number"]) in managers else set()),
            number=one_spelling(line["staff_number"]) if _formerly(line) else "",
            formerly=tuple(map(one_spelling, _formerly(line))),
        )
        for line in lines
    )
