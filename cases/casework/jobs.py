"""Looking after jobs: an administrator sees what kind waits, fails or is dead, and never which case it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from cases.casework.entries import entry
from cases.casework.filing import SORT
from cases.errors import CaseError, NotPermitted
from cases.ledger import COMMAND_LINE, THE_SYSTEM, About, Entry, EntryKind
from cases.outbox import JobFilter, JobState, KeptJob
from cases.people import Role
from cases.ports import Desk, Then
from cases.sight import Actor

SORTED_WITHIN = timedelta(seconds=60)
WORKER_DIED, UNKNOWN_KIND = "WorkerDied", "UnknownKind"
_SENTENCES = {
    WORKER_DIED: "Every worker that took it ended without letting go of it.",
    UNKNOWN_KIND: "This version of the program does no such job.",
}
_CASE_NUMBER = re.compile(r"[A-Z]{2,5}-\d{4}-\d{5,7}")


class Discarded(StrEnum):
    """Why a dead job is discarded. A closed set: an entry holds no free text, and a job has nobody to seal one for."""

    DONE_BY_HAND = "done_by_hand"
    OVERTAKEN = "overtaken"
    CANNOT_BE_DONE = "cannot_be_done"


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as an administrator sees it. `trouble` is one word, `sentence` says what it means."""

    id: int
    kind: str
    state: JobState
    attempts: int
    due_at: datetime
    next_at: datetime | None
    dead_at: datetime | None
    trouble: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far behind the workers are."""

    waiting_since: datetime | None
    oldest_job: datetime | None
    dead_jobs: int
    unsorted: int


def list_jobs(desk: Desk, actor: Actor | None, wanted: JobFilter) -> tuple[ShownJob, ...]:
    """One page, by id. No actor is whoever has the command line. Raises NotPermitted."""
    _must_administer(actor)
    return tuple(map(_shown, desk.jobs.listed(wanted)))


def retry_job(desk: Desk, actor: Actor | None, id_: int, at: datetime, then: Then | None = None) -> ShownJob:
    """Let a job be done now, as if it had never been tried. Raises NotPermitted, UnknownItem or JobHeld."""
    _must_administer(actor)
    job = desk.jobs.one(id_)
    with desk.work() as work:
        work.retry_job(id_, at, _entry(actor, job, "job_retried", at))
        shown = _retried(job, at)
        if then:
            then(work, shown)
    return shown


def retry_jobs(desk: Desk, actor: Actor | None, kind: str | None, at: datetime) -> int:
    """Let all dead jobs, or the dead of one kind, be done now; how many that are. Raises NotPermitted."""
    _must_administer(actor)
    dead = sum(1 for _ in _every_dead(desk, kind))
    if dead:
        facts = {"jobs": dead} | ({"kind": kind} if kind else {})
        with desk.work() as work:
            work.retry_dead(kind, at, _noted(actor, THE_SYSTEM, at, "jobs_retried", facts))
    return dead


def discard_job(
    desk: Desk, actor: Actor | None, id_: int, reason: Discarded, at: datetime, then: Then | None = None
) -> ShownJob:
    """Delete a dead job: it will never be done. An entry says who did so and why, about whatever the job was about.

    Raises NotPermitted, UnknownItem, or JobHeld for a job that is not dead.
    """
    _must_administer(actor)
    job = desk.jobs.one(id_)
    shown = _shown(job)
    with desk.work() as work:
        work.discard_job(id_, _entry(actor, job, "job_discarded", at, reason))
        if then:
            then(work, shown)
    return shown


def readiness(desk: Desk, at: datetime) -> Readiness:
    """For the operator: whether anything waits longer than it should."""
    backlog = desk.jobs.backlog(SORT, at - SORTED_WITHIN, at)
    return Readiness(desk.ledger.oldest_waiting(), backlog.oldest, backlog.dead, backlog.late)


def sentence_of(trouble: str | None) -> str:
    """What is wrong, in a sentence that is the same for every job with this trouble."""
    if trouble is None:
        return ""
    sentences = {one.__name__: " ".join((one.__doc__ or "").split()) for one in _every_refusal(CaseError)}
    return (sentences | _SENTENCES).get(trouble, "An error of ours or of the machine; the worker's log says when.")


def _every_refusal(of: type[CaseError]) -> Iterator[type[CaseError]]:
    for below in of.__subclasses__():
        yield below
        yield from _every_refusal(below)


def _every_dead(desk: Desk, kind: str | None) -> Iterator[KeptJob]:
    found: Sequence[KeptJob] = desk.jobs.listed(JobFilter(JobState.DEAD, kind, limit=1000))
    while found:
        yield from found
        found = desk.jobs.listed(JobFilter(JobState.DEAD, kind, found[-1].id, 1000))


def _must_administer(actor: Actor | None) -> None:
    if actor is not None and actor.role is not Role.ADMINISTRATOR:
        raise NotPermitted("Jobs are looked after by an administrator.")


def _shown(job: KeptJob) -> ShownJob:
    times = job.due_at, job.next_at, job.dead_at
    return ShownJob(job.id, job.kind, job.state, job.attempts, *times, job.trouble, sentence_of(job.trouble))


def _retried(job: KeptJob, at: datetime) -> ShownJob:
    return ShownJob(job.id, job.kind, JobState.WAITING, 0, job.due_at, at, None, None, "")


def _entry(actor: Actor | None, job: KeptJob, action: str, at: datetime, reason: Discarded | None = None) -> Entry:
    """What was done to one job, on the timeline of the case or complaint it is about."""
    facts: dict[str, Any] = {"job": job.id, "kind": job.kind, "attempts": job.attempts, "trouble": job.trouble}
    return _noted(actor, _about(job.about), at, action, facts | ({"reason": str(reason)} if reason else {}))


def _noted(actor: Actor | None, about: About, at: datetime, action: str, facts: dict[str, Any]) -> Entry:
    who, role = (actor.person, str(actor.role)) if actor else (COMMAND_LINE, COMMAND_LINE)
    return entry(EntryKind.SYSTEM, about, at, who, action, role=role, facts=facts)


def _about(told: str) -> About:
    if _CASE_NUMBER.fullmatch(told):
        return About("case", told)
    try:
        return About.complaint(UUID(told))
    except ValueError:
        return THE_SYSTEM
