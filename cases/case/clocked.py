"""Which clocks a change starts, ends, pauses and resumes. All of it is data: a clock names the actions it hangs on."""

from dataclasses import replace
from datetime import datetime

from cases.case.facts import Case
from cases.catalogue import Belongs, Calendar, Catalogue, Clock
from cases.clocks import Running, due, end, extend, pause, resume, start
from cases.lifecycle import OPEN, State

RECEIPT = "receipt"
PROPOSE = "propose"


def first_clocks(case: Case, law: Catalogue) -> Case:
    """The clocks of a complaint just sorted: all that run from its receipt."""
    return _sounded(case, RECEIPT, case.received_at, law, law.calendar(""))


def sounded(before: Case, after: Case, event: str, at: datetime, law: Catalogue, office: str = "") -> Case:
    """The case with its clocks as an event (an action, or what lapsed) leaves them.

    `office` is where whoever must act works: its calendar says which days count.
    """
    calendar = law.calendar(office)
    sounding = _sounded(after, event, at, law, calendar)
    return sounding if before.state is after.state else _halted(sounding, at, law, calendar)


def _sounded(case: Case, event: str, at: datetime, law: Catalogue, calendar: Calendar) -> Case:
    """End what the event meets, start what runs from it. One that runs from it already begins anew."""
    kept: list[Running] = []
    for running in case.clocks:
        clock = law.clock(running.name, running.started_at.date())
        if running.ended_at is None and event == clock.runs_from:
            continue
        met = running.ended_at is None and event in clock.until
        kept.append(end(running, at) if met else running)
    starting = (clock for clock in law.clocks_on(at.date()) if not _was_kept(clock, kept))
    begun = (_begun(clock, event, at, law, calendar) for clock in starting)
    return replace(case, clocks=(*kept, *filter(None, begun)))


def _was_kept(clock: Clock, clocks: list[Running]) -> bool:
    """What was promised to a reporter, and kept already, is not promised anew by a later letter."""
    kept = (one for one in clocks if one.name == clock.name and one.ended_at is not None)
    return clock.belongs_to is Belongs.REPORTER and any(kept)


def _begun(clock: Clock, event: str, at: datetime, law: Catalogue, calendar: Calendar) -> Running | None:
    """A clock started by this event; one with `otherwise` runs from receipt as if that other clock ran out unmet."""
    if clock.runs_from == event:
        return start(clock, at, calendar)
    if event == RECEIPT and clock.otherwise:
        return start(clock, due(law.clock(clock.otherwise, at.date()), at, calendar), calendar)
    return None


def _halted(case: Case, at: datetime, law: Catalogue, calendar: Calendar) -> Case:
    """What stands still in the state just reached is paused, the rest goes on. A closed case keeps no own clock."""
    if case.state in OPEN:
        return replace(case, clocks=tuple(_settled(one, case.state, at, law, calendar) for one in case.clocks))
    own = (one if one.belongs_to is Belongs.REPORTER else end(one, at) for one in case.clocks)
    return replace(case, clocks=tuple(own))


def _settled(running: Running, state: State, at: datetime, law: Catalogue, calendar: Calendar) -> Running:
    clock = law.clock(running.name, running.started_at.date())
    stands_still = str(state) in clock.pauses_in
    if running.ended_at is not None or stands_still is (running.paused_at is not None):
        return running
    return pause(running, at) if stands_still else resume(running, clock, at, calendar)


def extended(case: Case, name: str, law: Catalogue, office: str) -> Case:
    """The case with one of its running clocks extended. Raises ClockRefused."""

    def longer(running: Running) -> Running:
        if running.name != name or running.ended_at is not None:
            return running
        return extend(running, law.clock(name, running.started_at.date()), law.calendar(office))

    return replace(case, clocks=tuple(map(longer, case.clocks)))
