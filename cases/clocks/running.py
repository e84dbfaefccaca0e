"""One clock of one case, from its start to its end. Its time is up at `due_by`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cases.catalogue import Belongs, Calendar, Catalogue, Clock
from cases.clocks.counting import add_working_days, in_utc, later, working_days_between
from cases.errors import ClockRefused
from cases.times import read_stamp, stamp


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that was started. While it is paused, `due_by` stands still and nothing is due.

    Ended: met, lapsed or made void. `extended` counts how often. Whose it is stays with it, so that no later edition
    of the rules can pause what was promised to a reporter.
    """

    name: str
    started_at: datetime
    due_by: datetime
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    extended: int = 0
    belongs_to: Belongs = Belongs.CASE

    @property
    def runs(self) -> bool:
        return self.paused_at is None and self.ended_at is None

    def facts(self) -> dict[str, Any]:
        """As JSON, times in RFC 3339; what never happened is left out."""
        facts: dict[str, Any] = {"name": self.name, "belongs_to": str(self.belongs_to), "extended": self.extended}
        times = ((key, getattr(self, key)) for key in _TIMES)
        return facts | {key: stamp(at) for key, at in times if at is not None}

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Running":
        """What `facts` wrote. ValueError when something is missing, or is no time."""
        try:
            times = {key: read_stamp(facts[key]) for key in _TIMES if key in facts}
            belongs_to = Belongs(facts["belongs_to"])
            return cls(name=facts["name"], extended=facts["extended"], belongs_to=belongs_to, **times)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not the facts of a clock: {error}") from error


_TIMES = ("started_at", "due_by", "paused_at", "ended_at")


def due(clock: Clock, at: datetime, calendar: Calendar) -> datetime:
    """When `clock`, running from `at`, is up. ValueError unless `at` is in UTC, and beyond the year 9999."""
    return later(at, clock.length, calendar)


def start(clock: Clock, at: datetime, calendar: Calendar) -> Running:
    return Running(clock.name, at, due(clock, at, calendar), belongs_to=clock.belongs_to)


def pause(running: Running, at: datetime) -> Running:
    """Raises ClockRefused for a reporter's clock, and for one that is paused or has ended."""
    if running.belongs_to is Belongs.REPORTER:
        raise ClockRefused(f"The clock {running.name} was promised to the reporter and never pauses.")
    _must_not_have_ended(running)
    if running.paused_at is not None:
        raise ClockRefused(f"The clock {running.name} is paused already.")
    return replace(running, paused_at=in_utc(at))


def resume(running: Running, clock: Clock, at: datetime, calendar: Calendar) -> Running:
    """`due_by` moves by the time paused; for a clock of working days, by those after the day of the pause.

    Raises ClockRefused for a clock that is not paused or has ended.
    """
    _must_not_have_ended(running)
    if running.paused_at is None:
        raise ClockRefused(f"The clock {running.name} is not paused.")
    # A machine's clock that was set back must not make a limit shorter.
    upto = max(in_utc(at), running.paused_at)
    if not clock.length.working_days:
        due_by = running.due_by + (upto - running.paused_at)
    elif paused := working_days_between(running.paused_at, upto, calendar):
        due_by = add_working_days(running.due_by, paused, calendar)
    else:
        due_by = running.due_by
    return replace(running, due_by=due_by, paused_at=None)


def extend(running: Running, clock: Clock, calendar: Calendar) -> Running:
    """`due_by` moves by the clock's extension, also while paused.

    Raises ClockRefused for a clock that has none, used it up, or has ended.
    """
    _must_not_have_ended(running)
    if clock.extension is None:
        raise ClockRefused(f"The clock {running.name} cannot be extended.")
    if running.extended >= clock.extension.times:
        raise ClockRefused(f"The clock {running.name} was extended already, as often as it can be.")
    due_by = later(running.due_by, clock.extension.by, calendar)
    return replace(running, due_by=due_by, extended=running.extended + 1)


def end(running: Running, at: datetime) -> Running:
    """Met, lapsed or void. What has ended stays as it ended."""
    return running if running.ended_at is not None else replace(running, ended_at=in_utc(at))


def next_due(clocks: Iterable[Running]) -> Running | None:
    """The one due first among those that run."""
    return min((one for one in clocks if one.runs), key=lambda one: (one.due_by, one.name), default=None)


def lapsed(clocks: Iterable[Running], law: Catalogue, at: datetime) -> tuple[Running, ...]:
    """Those whose time is up and that end by it. CatalogueBroken when an administrator took a rule away."""
    up = (one for one in clocks if one.runs and one.due_by <= at)
    return tuple(one for one in up if law.clock(one.name, one.started_at.date()).lapses)


def to_facts(clocks: Iterable[Running]) -> list[dict[str, Any]]:
    return [running.facts() for running in clocks]


def from_facts(facts: Sequence[Mapping[str, Any]]) -> tuple[Running, ...]:
    """What `to_facts` wrote. ValueError when something is missing, or is no time."""
    return tuple(map(Running.read, facts))


def _must_not_have_ended(running: Running) -> None:
    if running.ended_at is not None:
        raise ClockRefused(f"The clock {running.name} has ended.")
