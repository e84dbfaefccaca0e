"""What the worker does, one step at a time: one job of the outbox, then merging what waits for the ledger."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from random import SystemRandom
from types import MappingProxyType

from cases.casework.changes import (
    ADDED,
    ANSWERED,
    GRANT_OVER,
    LAPSE,
    REMIND,
    RESCREEN,
    REVIEW_REQUESTED,
    WITHDRAWN,
)
from cases.casework.consenting import CONSENT
from cases.casework.filing import SORT
from cases.casework.jobs import UNKNOWN_KIND, WORKER_DIED
from cases.casework.lapsing import (
    follow_consent,
    lapse_clock,
    note_answer,
    note_evidence,
    note_review,
    note_withdrawal,
    screen_again,
    shred,
)
from cases.casework.notifying import post_webhook, send_notices
from cases.casework.patience import DEATHS, again_at
from cases.casework.purging import PURGE, begin_purging, purge
from cases.casework.reminding import end_grant, remind
from cases.casework.sorting import sort_complaint
from cases.casework.telling import DIGEST, NOTIFY, POST, tell_administrators
from cases.errors import CaseError, JobHeld
from cases.outbox import Job
from cases.ports import SHRED, Desk

LOG = logging.getLogger("rule12.worker")
CHANCE = SystemRandom().random
EFFECTS: Mapping[str, Callable[[Desk, Job, datetime], object]] = MappingProxyType(
    {
        SORT: sort_complaint,
        LAPSE: lapse_clock,
        RESCREEN: screen_again,
        ANSWERED: note_answer,
        CONSENT: follow_consent,
        SHRED: shred,
        REMIND: remind,
        GRANT_OVER: end_grant,
        PURGE: purge,
        ADDED: note_evidence,
        WITHDRAWN: note_withdrawal,
        REVIEW_REQUESTED: note_review,
        NOTIFY: send_notices,
        DIGEST: send_notices,
        POST: post_webhook,
    }
)
"""What each kind of job does. Each leaves the job done, in the transaction of its effect."""


class Worker:
    """One worker. Any number may run: jobs are leased, merging takes the writer's turn.

    `holding` renews the lease of a job for as long as its effect runs. `chance` is within 0 to 1.
    """

    def __init__(
        self,
        desk: Desk,
        holding: Callable[[Job], AbstractContextManager[object]] = nullcontext,
        chance: Callable[[], float] = CHANCE,
    ) -> None:
        self._desk, self._holding, self._chance = desk, holding, chance
        self._has_begun = False

    def step(self, at: datetime) -> bool:
        """Do one job, if one waits, and merge what waits; whether there was anything to do."""
        if not self._has_begun:
            begin_purging(self._desk, at)
            self._has_begun = True
        job = self._desk.jobs.take(at)
        if job:
            self._do(job, at)
        waiting = self._desk.ledger.oldest_waiting() is not None
        if waiting:
            self._desk.ledger.sequence(at)
        return bool(job) or waiting

    def _do(self, job: Job, at: datetime) -> None:
        """A job that fails comes back later; one sick complaint never stops the others."""
        effect = EFFECTS.get(job.kind)
        if effect is None or (job.orphaned and job.attempts > DEATHS):
            trouble = WORKER_DIED if effect else UNKNOWN_KIND
            self._put_off(job, trouble, trouble, at)
            return
        try:
            with self._holding(job):
                effect(self._desk, job, at)
        except JobHeld as lost:
            LOG.info("job %s of kind %s: %s", job.id, job.kind, lost)
        except Exception as error:  # noqa: BLE001 - whatever ails one complaint, the next must be sorted
            trouble = type(error).__name__
            self._put_off(job, trouble, str(error) if isinstance(error, CaseError) else trouble, at)

    def _put_off(self, job: Job, trouble: str, words: str, at: datetime) -> None:
        """What is kept is one word; what the log says names no content either, only where to look."""
        again = again_at(job, at, self._chance())
        LOG.warning("job %s of kind %s failed (attempt %s): %s", job.id, job.kind, job.attempts, words)
        if again is None:
            LOG.error("job %s of kind %s is given up: see `rule12 jobs`", job.id, job.kind)
            with self._desk.work() as work:
                tell_administrators(work, self._desk, "job_given_up", at)
        self._desk.jobs.failed(job, trouble, at, again)
