"""What is told of a case's clocks, and when: the rows `clock.tell` of clocks.toml, for as long as a clock runs."""

from collections.abc import Iterator
from datetime import datetime

from cases.case.facts import Case
from cases.catalogue import Catalogue, Tell
from cases.clocks import Running, Telling, told


def next_reminder(law: Catalogue, case: Case, after: datetime) -> datetime | None:
    """When the next thing after a time is to be told of a clock that runs; None when there is none."""
    ahead = (telling.at for one in case.clocks for telling in _tellings(law, one) if telling.at > after)
    return min(ahead, default=None)


def reminders(law: Catalogue, case: Case, since: datetime, at: datetime) -> tuple[Telling, ...]:
    """What is to be told of the clocks that run, at times from `since` to `at`: of each clock only the last.

    Whoever hears that something is overdue need not hear three times that it was about to be, because no worker ran.
    """
    ripe = ([each for each in _tellings(law, one) if since <= each.at <= at] for one in case.clocks)
    return tuple(of_clock[-1] for of_clock in ripe if of_clock)


def told_of_lapse(law: Catalogue, case: Case, clock: str) -> tuple[Tell, ...]:
    """What is told of a clock that just lapsed."""
    *_, running = (one for one in case.clocks if one.name == clock)
    return tuple(row for row in law.clock(clock, running.started_at.date()).tells if not row.before)


def _tellings(law: Catalogue, running: Running) -> Iterator[Telling]:
    """What is told of a clock that lapses when its time is up is told by the lapse, and not if it was met just then."""
    if running.runs:
        lapses = law.clock(running.name, running.started_at.date()).lapses
        everything = told(law, running, law.calendar(""))
        yield from (telling for telling in everything if not lapses or telling.at < running.due_by)
