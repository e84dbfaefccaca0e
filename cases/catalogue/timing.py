"""Time limits and the calendars they are counted in: their rows, how they are read, and what must hold among them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import FROM, Row, maybe
from cases.catalogue.rows import SourcedRow
from cases.people import Role

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = "default"

# What starts a clock and is no event of a case: taking a complaint in at the door, and granting a look at who reported.
APART = frozenset({"filing", "identity_granted"})
ASSIGNEES, REPORTER, LINE = "assignees", "reporter", "line"
WHO = frozenset({ASSIGNEES, REPORTER, LINE, *Role})


class Belongs(StrEnum):
    """Whose clock it is. What was promised to a reporter neither pauses nor lapses."""

    REPORTER = "reporter"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, of one kind: hours; calendar months and then days of 24 hours; or working days."""

    hours: int = 0
    months: int = 0
    days: int = 0
    working_days: int = 0


@dataclass(frozen=True, slots=True)
class Extension:
    """By how much a clock can be extended, and how many times."""

    by: Length
    times: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Who is told `what` around the time a clock is due: `by` before it or after it; `times` in all, `every` days.

    `who` are roles, `assignees`, `reporter`, or `line`: the nearest above the assignees who may see the case. Parts,
    not people: whoever sends leaves out those walled off.
    """

    what: str
    who: tuple[str, ...]
    by: Length
    before: bool
    every: int
    times: int


@dataclass(frozen=True, slots=True)
class Clock(SourcedRow):
    """A time limit: `length` after `runs_from`; if that never was, after clock `otherwise` is due.

    Events in `until` end it. It stands still in the states `pauses_in`. When the time of one that `lapses` is up, that
    is an event of its own, `NAME_lapsed`, and among those that end it.
    """

    name: str
    label: str
    belongs_to: Belongs
    runs_from: str
    until: tuple[str, ...]
    otherwise: str | None
    length: Length
    pauses_in: tuple[str, ...]
    lapses: bool
    extension: Extension | None
    tells: tuple[Tell, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """An office's days off: `weekend` are days of the week, Monday = 0; `zone` is where its days begin and end.

    Holidays are known from `covers_from` to `covers_to`. Outside, weekends alone are days off.
    """

    office: str
    country: str
    region: str
    zone: str
    weekend: frozenset[int]
    holidays: frozenset[date]
    covers_from: date | None
    covers_to: date | None
    source: str
    verified: bool
    found: Found = field(default=NOWHERE, compare=False)

    def works(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def covers(self, day: date) -> bool:
        """Whether it is known if that day is a holiday."""
        return self.covers_from is not None and self.covers_from <= day <= (self.covers_to or date.max)


def clock(row: Row) -> Clock:
    row.only(*_CLOCK, *_LENGTH)
    standing = row.standing(FROM)
    name, lapses = row.text("name"), "lapses" in row.facts and row.flag("lapses")
    return Clock(
        name=name,
        label=row.sentence("label"),
        belongs_to=_belongs(row),
        runs_from=row.text("runs_from"),
        until=(*_texts(row, "until"), *([f"{name}_lapsed"] if lapses else ())),
        otherwise=row.sentence("otherwise") or None,
        length=_length(row),
        pauses_in=_texts(row, "pauses_in"),
        lapses=lapses,
        extension=_extension(_within(row, "extension")) if "extension" in row.facts else None,
        tells=tuple(_tell(one) for one in _all_within(row, "tell")),
        source=row.text("source"),
        verified=row.flag("verified"),
        **standing,
    )


def calendar(row: Row) -> Calendar:
    row.only(*_CALENDAR)
    weekend, holidays = row.texts("weekend"), row.facts.get("holidays")
    if not set(weekend) <= set(WEEK) or len(set(weekend)) == len(WEEK):
        raise row.fail(f"weekend must be some of {', '.join(WEEK)}, and not all", "weekend")
    if not isinstance(holidays, list) or not all(_is_day(day) for day in holidays):
        raise row.fail("holidays must be a list of dates", "holidays")
    covered = ("covers_from" in row.facts) or ("covers_to" in row.facts)
    first, last = row.dates("covers_from", "covers_to") if covered else (None, None)
    return Calendar(
        office=row.text("office"),
        country=row.sentence("country"),
        region=row.sentence("region"),
        zone=row.text("zone"),
        weekend=frozenset(map(WEEK.index, weekend)),
        holidays=frozenset(holidays),
        covers_from=first,
        covers_to=last,
        source=row.text("source"),
        verified=row.flag("verified"),
        found=row.found,
    )


_LENGTH = ("hours", "months", "days", "working_days")
# fmt: off
_CLOCK = (
    "name", "label", "belongs_to", "runs_from", "until", "otherwise", "pauses_in", "lapses", "extension", "tell",
    "source", "verified", "from", "to",
)
_CALENDAR = (
    "office", "country", "region", "zone", "weekend", "holidays", "covers_from", "covers_to", "source", "verified",
)
# fmt: on


_texts = maybe(Row.texts, ())


def _is_day(said: object) -> bool:
    return isinstance(said, date) and not isinstance(said, datetime)


def _belongs(row: Row) -> Belongs:
    try:
        return Belongs(row.text("belongs_to"))
    except ValueError as error:
        raise row.fail(f"belongs_to must be {' or '.join(Belongs)}", "belongs_to") from error


def _length(row: Row) -> Length:
    length = Length(*map(row.count, _LENGTH))
    if _kinds(length) != 1:
        raise row.fail("needs months or days above 0, or else hours, or else working_days")
    return length


def _kinds(length: Length) -> int:
    return sum(bool(kind) for kind in (length.hours, length.months + length.days, length.working_days))


def _extension(row: Row) -> Extension:
    row.only(*_LENGTH, "times")
    if not row.count("times"):
        raise row.fail("times must be 1 or more", "times")
    return Extension(_length(row), row.count("times"))


def _tell(row: Row) -> Tell:
    row.only("what", "who", "before", "after", "every", "times")
    sides = [side for side in ("before", "after") if side in row.facts]
    if len(sides) > 1:
        raise row.fail("is told before or after, not both; two [[clock.tell]] tell twice")
    every, times = row.count("every"), row.count("times")
    if bool(every) != (times > 1):
        raise row.fail("what is told every so many days needs times above 1, and the other way round")
    by = _within(row, sides[0]) if sides else None
    if by is not None:
        by.only("days", "working_days")
    return Tell(
        what=row.text("what"),
        who=row.texts("who"),
        by=Length() if by is None else _length(by),
        before=sides == ["before"],
        every=every,
        times=max(times, 1),
    )


def _within(row: Row, key: str) -> Row:
    """The table a row holds under a key."""
    facts = row.facts[key]
    if not isinstance(facts, dict):
        raise row.fail(f"{key} must be a table", key)
    return Row(row.where, facts, row.found.inner(key))


def _all_within(row: Row, key: str) -> tuple[Row, ...]:
    """The tables of `[[clock.key]]`, if there are any."""
    return row.inner(key) if key in row.facts else ()


def clock_faults(clocks: Iterable[Clock]) -> Iterator[str]:
    """Names that lead nowhere, and promises that could be broken."""
    clocks = tuple(clocks)
    names = {clock.name for clock in clocks}
    for clock in clocks:
        found = clock.found
        told = [who for tell in clock.tells for who in tell.who or ("nobody",)]
        waits_for = () if clock.otherwise is None else (clock.otherwise,)
        for key, verb, said, known in (("otherwise", "waits for", waits_for, names), ("tell", "tells", told, WHO)):
            yield from (f"{found.at(key)}: {verb} {name!r}, which is unknown" for name in said if name not in known)
        if clock.belongs_to is Belongs.REPORTER and clock.pauses_in:
            states = ", ".join(clock.pauses_in)
            yield f"{found.at('pauses_in')}: pauses in {states}, but a reporter's clock never pauses"
        if clock.belongs_to is Belongs.REPORTER and clock.lapses:
            yield f"{found.at('lapses')}: lapses, but a reporter's clock is met, never dropped"
        if clock.lapses and any(map(_comes_late, clock.tells)):
            yield f"{found.at('tell')}: tells after it has lapsed; nothing is told of a clock that has ended"
        if clock.length.working_days and clock.extension and not clock.extension.by.working_days:
            yield f"{found.at('extension')}: counts working days, so its extension must, too"


def _comes_late(tell: Tell) -> bool:
    """Whether something is told after the clock is due."""
    repeated = tell.every * (tell.times - 1)
    return repeated > tell.by.days if tell.before else tell.by != Length() or repeated > 0


def strangers(clocks: Iterable[Clock], states: Collection[str], events: Collection[str]) -> Iterator[str]:
    """States and events of a case that there are none of: a clock would never start, end or stand still."""
    for clock in clocks:
        own = {f"{clock.name}_lapsed"}
        hangs_on = (
            ("runs_from", "runs from", (clock.runs_from,), APART.union(events)),
            ("until", "runs until", clock.until, own.union(events)),
            ("pauses_in", "pauses in", clock.pauses_in, states),
        )
        for key, verb, said, known in hangs_on:
            unknown = (name for name in said if name not in known)
            yield from (f"{clock.found.at(key)}: {verb} {name!r}, which is unknown" for name in unknown)


def calendar_faults(calendars: Iterable[Calendar]) -> Iterator[str]:
    """Offices with two calendars, no default, zones nobody knows, holidays outside the days covered."""
    calendars, seen = tuple(calendars), set[str]()
    for calendar in calendars:
        where = f"{calendar.found.at()}:"
        if calendar.office in seen:
            yield f"{where} comes twice; which days would be off?"
        seen.add(calendar.office)
        if not _is_zone(calendar.zone):
            yield f"{where} zone {calendar.zone!r} is unknown; the IANA time zone database lists what there is"
        if strays := sorted(day for day in calendar.holidays if not calendar.covers(day)):
            yield f"{where} holiday {strays[0]} is outside the days it covers"
    if calendars and DEFAULT not in seen:
        yield f"calendars.toml:1: no calendar has office = {DEFAULT!r}, for offices without one of their own"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder of zones, a path, an unknown name
        return False
    return True
