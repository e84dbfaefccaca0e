"""Reminders, without cron: one job per case, at the time of the next thing to be told of its clocks.

It moves whenever a change moves a clock, in the transaction of that change, and looks at the case anew when its time
comes.
"""

from datetime import datetime
from typing import Protocol

from cases.case import Case
from cases.case.reminding import next_reminder, reminders, told_of_lapse
from cases.casework.telling import tell
from cases.errors import UnknownCase
from cases.identity import Standing
from cases.outbox import Job
from cases.ports import Desk, Work

GRANT = "identity_grant"


class Tell(Protocol):
    """Lets people know; see telling.py."""

    def __call__(self, work: Work, desk: Desk, case: Case, what: str, who: tuple[str, ...], at: datetime) -> object: ...


def remind(desk: Desk, job: Job, at: datetime, tell: Tell = tell) -> None:
    """Tell what is to be told by now, and come back for the next. A clock that was met or paused is told of no more.

    Raises UnknownCase, and JobHeld when a change moved a clock in the meantime: then nothing was told.
    """
    case = desk.lookup.case_of(desk.lookup.complaint_of(job.about))
    if case is None:
        raise UnknownCase("There is no such case.")
    following = next_reminder(desk.law, case, at)
    with desk.work() as work:
        for telling in reminders(desk.law, case, job.due_at, at):
            tell(work, desk, case, telling.what, telling.who, at)
        if following:
            work.again(job, following)
        else:
            work.done(job)


def end_grant(desk: Desk, job: Job, at: datetime, tell: Tell = tell) -> None:
    """A grant to see who reported ran out: tell what the clock `identity_grant` says, unless it was revoked before."""
    complaint = desk.lookup.complaint_of(job.about)
    case = desk.lookup.case_of(complaint)
    requests = desk.lookup.requests(job.about)
    ended = any(one.standing is Standing.GRANTED and one.until == job.due_at for one in requests)
    with desk.work() as work:
        if case and ended:
            for row in desk.law.clock(GRANT, at.date()).tells:
                tell(work, desk, case, row.what, row.who, at)
        work.done(job)


def tell_of_lapse(work: Work, desk: Desk, case: Case, clock: str, at: datetime, tell: Tell) -> None:
    """Tell of a clock that just ran out, in the transaction in which it does."""
    for row in told_of_lapse(desk.law, case, clock):
        tell(work, desk, case, row.what, row.who, at)
