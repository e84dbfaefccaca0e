"""The outbox: effects still to happen, each a job committed with its cause.

A job waits, is taken by one worker for the length of a lease, or is dead: tried as often as its kind is, and left for
an administrator. Done, it is gone. Whoever takes a job gets a token of this one taking. Whatever ends a job is bound to
it: a worker whose lease ran out can neither finish nor put off what somebody else holds now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cases.ledger import Entry


class JobState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as one worker took it. `due_at` is when it was first to happen, however often it was put off since.

    `orphaned`: whoever took it last never let go of it; their lease ran out.
    """

    id: int
    kind: str
    about: str
    attempts: int
    due_at: datetime
    token: bytes = field(repr=False)
    orphaned: bool = False


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job as it lies there. `next_at`: when it may be taken (again); None for a dead one."""

    id: int
    kind: str
    about: str
    state: JobState
    attempts: int
    due_at: datetime
    next_at: datetime | None
    trouble: str | None
    dead_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What a list of jobs is narrowed to. `after` is the last id of the page before."""

    state: JobState | None = None
    kind: str | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the workers are behind: since when the oldest job is due, how many are dead, how many of one kind are
    due since before a given time.
    """

    oldest: datetime | None
    dead: int
    late: int


class Jobs(Protocol):
    """The table of jobs."""

    def take(self, at: datetime) -> Job | None:
        """A job whose time has come, leased; kinds take turns, so that no flooded one keeps the others waiting."""

    def renew(self, job: Job, at: datetime) -> bool:
        """Begin the lease anew; whether the job is still this taker's."""

    def failed(self, job: Job, trouble: str, at: datetime, again_at: datetime | None) -> None:
        """Put it off until `again_at`, or never again. `trouble` is one word of a closed set: no content of any case.

        Nothing happens when it is not this taker's any longer.
        """

    def listed(self, wanted: JobFilter) -> Sequence[KeptJob]:
        """By id."""

    def one(self, id_: int) -> KeptJob:
        """Raises UnknownItem."""

    def backlog(self, kind: str, since: datetime, at: datetime) -> Backlog:
        """How it stands at a time; `late` counts the living jobs of that kind that were due before `since`."""


class JobWork(Protocol):
    """What one transaction can do with jobs."""

    def ask_for(self, kind: str, about: str, at: datetime) -> None:
        """An effect for the worker, committed with this transaction."""

    def ask_once(self, kind: str, about: str, at: datetime) -> None:
        """The same where there must never be two: nothing happens when there is one."""

    def schedule(self, kind: str, about: str, due: datetime | None, at: datetime) -> None:
        """Move the one job of that kind about that to a new time, or take it away; make it where there is none.

        One that is due at `at` already stays due: what was to happen by now is not forgotten.
        """

    def done(self, job: Job) -> None:
        """The effect happened. Raises JobHeld when the job is not this taker's any longer: then it must not have."""

    def again(self, job: Job, due: datetime) -> None:
        """The effect happened, and happens again at `due`. Raises JobHeld as `done`."""

    def retry_job(self, id_: int, at: datetime, entry: Entry) -> None:
        """Let a dead or waiting job be taken now, as if never tried. Raises UnknownItem or JobHeld (it is taken)."""

    def retry_dead(self, kind: str | None, at: datetime, entry: Entry) -> None:
        """The same for all dead ones, or all of one kind."""

    def discard_job(self, id_: int, entry: Entry) -> None:
        """Delete a dead job. Raises UnknownItem, or JobHeld for one that is not dead."""
