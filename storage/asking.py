"""What one transaction does with jobs: asks for them, ends them, and lets an administrator take them up again."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, exists, insert, literal, select, update

from cases.errors import JobHeld, UnknownItem
from cases.ledger import Entry
from cases.outbox import Job
from storage.outbox import DEAD, theirs
from storage.tables import Instant, jobs

FRESH: dict[str, Any] = {"attempts": 0, "trouble": None, "taken_by": None, "dead_at": None}


class JobRows(ABC):
    """The part of a transaction that speaks of jobs."""

    _connection: Connection

    @abstractmethod
    def _write(self, entry: Entry) -> None: ...

    def ask_for(self, kind: str, about: str, at: datetime) -> None:
        """An effect for the worker."""
        self._ask(kind, about, at, single=False)

    def ask_once(self, kind: str, about: str, at: datetime) -> None:
        """An effect there is at most one of."""
        if not self._connection.scalar(select(exists().where(*_single(kind, about)))):
            self._ask(kind, about, at, single=True)

    def schedule(self, kind: str, about: str, due: datetime | None, at: datetime) -> None:
        """Move the one job of that kind about that; one that is due already stays due.

        Whoever holds it at the moment decided on how things were: it is taken out of their hands.
        """
        one, pending = _single(kind, about), jobs.c.due_at <= at
        if due is None:
            self._connection.execute(delete(jobs).where(*one, ~pending))
        now, then = literal(at, Instant), literal(due or at, Instant)
        moved = {"run_at": case((pending, now), else_=then), "due_at": case((pending, jobs.c.due_at), else_=then)}
        there = self._connection.execute(update(jobs).where(*one).values(FRESH | moved)).rowcount
        if due and not there:
            self._ask(kind, about, due, single=True)

    def done(self, job: Job) -> None:
        """The effect happened. Raises JobHeld when the job is not this taker's any longer."""
        _must_be_one(self._connection.execute(delete(jobs).where(theirs(job))).rowcount)

    def again(self, job: Job, due: datetime) -> None:
        """The effect happened, and happens again. Raises JobHeld when the job is not this taker's any longer."""
        values = FRESH | {"run_at": due, "due_at": due}
        _must_be_one(self._connection.execute(update(jobs).where(theirs(job)).values(values)).rowcount)

    def retry_job(self, id_: int, at: datetime, entry: Entry) -> None:
        """Let it be taken now. Raises UnknownItem or JobHeld."""
        free = jobs.c.id == id_, jobs.c.taken_by.is_(None)
        if not self._connection.execute(update(jobs).where(*free).values(FRESH | {"run_at": at})).rowcount:
            self._refuse(id_, "A worker has this job at the moment. Wait for what comes of it.")
        self._write(entry)

    def retry_dead(self, kind: str | None, at: datetime, entry: Entry) -> None:
        """Let all dead ones, or all of a kind, be taken now."""
        wanted = DEAD if kind is None else DEAD & (jobs.c.kind == kind)
        self._connection.execute(update(jobs).where(wanted).values(FRESH | {"run_at": at}))
        self._write(entry)

    def discard_job(self, id_: int, entry: Entry) -> None:
        """Delete a dead job. Raises UnknownItem or JobHeld."""
        if not self._connection.execute(delete(jobs).where(jobs.c.id == id_, DEAD)).rowcount:
            self._refuse(id_, "Only a dead job can be discarded; this one is still to be done.")
        self._write(entry)

    def _ask(self, kind: str, about: str, at: datetime, *, single: bool) -> None:
        row = {"kind": kind, "about": about, "run_at": at, "due_at": at, "attempts": 0, "single": single}
        self._connection.execute(insert(jobs), row)

    def _refuse(self, id_: int, why: str) -> None:
        if not self._connection.scalar(select(exists().where(jobs.c.id == id_))):
            raise UnknownItem("There is no such job. Done ones are gone.")
        raise JobHeld(why)


def _single(kind: str, about: str) -> tuple[Any, ...]:
    return jobs.c.single, jobs.c.kind == kind, jobs.c.about == about


def _must_be_one(ended: int) -> None:
    if ended != 1:
        raise JobHeld("This job was taken by another worker, or is done: nothing is changed twice.")
