"""Who is told what around the time a clock is due, and what there is to say about the date itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cases.catalogue import Calendar, Catalogue, Tell
from cases.clocks.counting import add_days, day_of, first_instant, working_day
from cases.clocks.running import Running


@dataclass(frozen=True, slots=True, order=True)
class Telling:
    """At a time, `who` learn `what` of a clock. Parts, not people: whoever sends leaves out those walled off."""

    at: datetime
    what: str
    who: tuple[str, ...]


def told(law: Catalogue, running: Running, calendar: Calendar) -> tuple[Telling, ...]:
    """Everything told of a clock in its life, in order of time.

    Nothing is told before it starts, from a pause on, or after its end; a clock that goes on again has new times.
    Raises CatalogueBroken when its rule was taken away.
    """
    clock = law.clock(running.name, running.started_at.date())
    paused, ended = running.paused_at, running.ended_at
    return tuple(
        sorted(
            Telling(at, tell.what, tell.who)
            for tell in clock.tells
            for at in _times(tell, running.due_by, calendar)
            if at >= running.started_at and (paused is None or at < paused) and (ended is None or at <= ended)
        )
    )


def remark(law: Catalogue, running: Running, calendar: Calendar) -> str:
    """What to say beside a date counted in working days whose holidays are not all known; "" when there is nothing.

    Raises CatalogueBroken when its rule was taken away.
    """
    clock = law.clock(running.name, running.started_at.date())
    counted = clock.length.working_days or (running.extended and clock.extension and clock.extension.by.working_days)
    days = (day_of(running.started_at, calendar), day_of(running.due_by, calendar))
    if not counted or all(map(calendar.covers, days)):
        return ""
    if calendar.covers_from is None:
        return f"No holidays are known for {calendar.office}: weekends alone were left out."
    known = f"from {calendar.covers_from} to {calendar.covers_to or 'now on'}"
    return f"Holidays are known for {calendar.office} {known}: on other days, weekends alone were left out."


def _times(tell: Tell, due_by: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Days of 24 hours from `due_by`; or the first second of a working day, when people read what they are told."""
    sign = -1 if tell.before else 1
    if tell.by.working_days:
        first = first_instant(working_day(day_of(due_by, calendar), sign * tell.by.working_days, calendar), calendar)
    else:
        first = add_days(due_by, sign * tell.by.days)
    return (add_days(first, number * tell.every) for number in range(tell.times))
