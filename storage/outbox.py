"""The outbox over SQL. A job that nobody lets go of comes back by itself once its lease has run out."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cases.errors import UnknownItem
from cases.outbox import Backlog, Job, JobFilter, JobState, KeptJob
from storage.database import Database
from storage.tables import job_turns, jobs

LEASE = timedelta(seconds=15)
"""How long a worker may be silent. Whoever works longer on one job renews it; `rule12 worker` does so in time."""

TOKEN_BYTES = 16
HIGHEST = (1 << 63) - 1
LIVING = jobs.c.dead_at.is_(None)
DEAD = jobs.c.dead_at.is_not(None)


class Outbox:
    """The table of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, at: datetime) -> Job | None:
        """Of the kinds that have a job ready, the one served longest ago; of that kind, the job that waited longest."""
        ready = ready_first(at)
        with self._database.reading() as connection:  # an idle worker must not keep others from writing
            if connection.execute(ready).one_or_none() is None:
                return None
        with self._database.writing() as connection:
            while row := connection.execute(ready).one_or_none():
                if job := _taken(connection, row, at):
                    return job
        return None

    def renew(self, job: Job, at: datetime) -> bool:
        """Begin the lease anew; whether the job is still this taker's."""
        with self._database.writing() as connection:
            renewed = connection.execute(update(jobs).where(theirs(job)).values(run_at=at + LEASE))
        return bool(renewed.rowcount)

    def failed(self, job: Job, trouble: str, at: datetime, again_at: datetime | None) -> None:
        """Put it off until `again_at`, or lay it among the dead; nothing when it is not this taker's any longer."""
        dead_at = at if again_at is None else None
        values = {"taken_by": None, "trouble": trouble[:200], "run_at": again_at or at, "dead_at": dead_at}
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(theirs(job)).values(values))

    def listed(self, wanted: JobFilter) -> Sequence[KeptJob]:
        """One page, by id."""
        with self._database.reading() as connection:
            return [_kept(row) for row in connection.execute(page(wanted))]

    def one(self, id_: int) -> KeptJob:
        """Raises UnknownItem."""
        with self._database.reading() as connection:
            known = id_ <= HIGHEST
            row = connection.execute(select(jobs).where(jobs.c.id == id_)).one_or_none() if known else None
        if row is None:
            raise UnknownItem("There is no such job. Done ones are gone.")
        return _kept(row)

    def backlog(self, kind: str, since: datetime, at: datetime) -> Backlog:
        """How far behind the workers are."""
        oldest, dead, late = backlog_queries(kind, since)
        with self._database.reading() as connection:
            due: datetime | None = connection.scalar(oldest)
            counted = connection.scalar(dead) or 0, connection.scalar(late) or 0
        return Backlog(due if due and due <= at else None, *counted)


def ready_first(at: datetime) -> Select[Any]:
    """The job to take next. Kinds are found by jumping from one to the next in the index, never by reading all jobs."""
    first_kind = select(func.min(jobs.c.kind).label("kind")).where(LIVING)
    kinds = first_kind.cte("kinds", recursive=True)
    next_kind = select(func.min(jobs.c.kind)).where(LIVING, jobs.c.kind > kinds.c.kind).scalar_subquery()
    kinds = kinds.union_all(select(next_kind).where(kinds.c.kind.is_not(None)))
    one = jobs.alias("one")
    of_kind = one.c.dead_at.is_(None), one.c.kind == kinds.c.kind, one.c.run_at <= at
    oldest = select(one.c.id).where(*of_kind).order_by(one.c.run_at, one.c.id).limit(1).scalar_subquery()
    served = kinds.join(jobs, jobs.c.id == oldest).outerjoin(job_turns, job_turns.c.kind == kinds.c.kind)
    order = func.coalesce(job_turns.c.turn, 0), jobs.c.run_at, jobs.c.id
    return select(jobs).select_from(served).order_by(*order).limit(1)


def page(wanted: JobFilter) -> Select[Any]:
    """One page of jobs, by id."""
    narrowed = [jobs.c.id > wanted.after, _STATES[wanted.state]]
    if wanted.kind is not None:
        narrowed.append(jobs.c.kind == wanted.kind)
    return select(jobs).where(*narrowed).order_by(jobs.c.id).limit(wanted.limit)


def backlog_queries(kind: str, since: datetime) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """The oldest time due, how many are dead, how many living ones of a kind were due before a time."""
    oldest = select(jobs.c.due_at).where(LIVING).order_by(jobs.c.due_at).limit(1)
    dead = select(func.count()).select_from(jobs).where(DEAD)
    late = select(func.count()).select_from(jobs).where(LIVING, jobs.c.kind == kind, jobs.c.due_at < since)
    return oldest, dead, late


def theirs(job: Job) -> ColumnElement[bool]:
    """The row of a job, as long as it is in the hands of who took it."""
    return and_(jobs.c.id == job.id, jobs.c.taken_by == job.token)


_STATES: dict[JobState | None, ColumnElement[bool]] = {
    None: true(),
    JobState.WAITING: and_(LIVING, jobs.c.taken_by.is_(None)),
    JobState.TAKEN: and_(LIVING, jobs.c.taken_by.is_not(None)),
    JobState.DEAD: DEAD,
}


def _taken(connection: Connection, row: Row[Any], at: datetime) -> Job | None:
    """Lease a job; None when somebody else did in the meantime (where writers do not wait for each other)."""
    token, attempts = os.urandom(TOKEN_BYTES), row.attempts + 1
    unchanged = jobs.c.id == row.id, jobs.c.attempts == row.attempts, jobs.c.run_at == row.run_at
    leased = {"run_at": at + LEASE, "attempts": attempts, "taken_by": token}
    if not connection.execute(update(jobs).where(*unchanged).values(leased)).rowcount:
        return None
    _serve(connection, row.kind)
    return Job(row.id, row.kind, row.about, attempts, row.due_at, token, orphaned=row.taken_by is not None)


def _serve(connection: Connection, kind: str) -> None:
    turn = (connection.scalar(select(func.max(job_turns.c.turn))) or 0) + 1
    upsert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    served = upsert(job_turns).values(kind=kind, turn=turn)
    connection.execute(served.on_conflict_do_update(index_elements=["kind"], set_={"turn": turn}))


def _kept(row: Row[Any]) -> KeptJob:
    state = JobState.DEAD if row.dead_at else JobState.WAITING if row.taken_by is None else JobState.TAKEN
    next_at = None if state is JobState.DEAD else row.run_at
    about = row.id, row.kind, row.about
    return KeptJob(*about, state, row.attempts, row.due_at, next_at, row.trouble, row.dead_at)
