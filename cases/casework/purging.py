"""What is deleted because its time is over, now and then: stored answers, remembered looks, secrets of the door."""

from datetime import datetime, timedelta

from cases.outbox import Job
from cases.ports import Desk

PURGE = "purge"
WHAT_EXPIRED = "what expired"
PURGE_EVERY = timedelta(minutes=10)


def purge(desk: Desk, job: Job, at: datetime) -> None:
    """Delete whatever expired, and do so again later. Twice is as once."""
    desk.answers.forget(at)
    desk.visits.forget(at)
    with desk.work() as work:
        work.again(job, at + PURGE_EVERY)


def begin_purging(desk: Desk, at: datetime) -> None:
    """There is one job that purges, however many workers ask for it."""
    with desk.work() as work:
        work.ask_once(PURGE, WHAT_EXPIRED, at + PURGE_EVERY)
