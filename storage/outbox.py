"""Effects still to happen, committed with their cause; taken by one worker at a time, retried with growing pauses."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from cases.ports import Job
from storage.database import Database
from storage.tables import jobs

LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)


class Outbox:
    """The table of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, at: datetime) -> Job | None:
        """The job that waited longest, leased: if this worker dies, the job comes back by itself."""
        ready = select(jobs).where(jobs.c.run_at <= at).order_by(jobs.c.run_at, jobs.c.id).limit(1)
        with self._database.reading() as connection:
            if connection.execute(ready).one_or_none() is None:
                return None
        with self._database.writing() as connection:
            row = connection.execute(ready).one_or_none()
            if row is None:
                return None
            leased = {"run_at": at + LEASE, "attempts": row.attempts + 1}
            connection.execute(update(jobs).where(jobs.c.id == row.id).values(leased))
        return Job(row.id, row.kind, row.about, row.attempts + 1)

    def failed(self, job: Job, why: str, at: datetime) -> None:
        """Try again later: after 1, 2, 4 … seconds, an hour at most. `why` names no content of any case."""
        pause = min(timedelta(seconds=2 ** min(job.attempts - 1, 20)), LONGEST_PAUSE)
        with self._database.writing() as connection:
            values = {"run_at": at + pause, "trouble": why[:200]}
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
