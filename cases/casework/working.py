"""What the worker does, one step at a time: sort a complaint, merge entries, tidy up."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from cases.casework.changes import ADDED, ANSWERED, LAPSE, RESCREEN
from cases.casework.consenting import CONSENT
from cases.casework.filing import SORT
from cases.casework.lapsing import follow_consent, lapse_clock, note_answer, note_evidence, screen_again, shred
from cases.casework.notifying import post_webhook, send_notices
from cases.casework.sorting import sort_complaint
from cases.casework.telling import DIGEST, NOTIFY, POST
from cases.errors import CaseError
from cases.ports import SHRED, Desk, Job

LOG = logging.getLogger("rule12.worker")
EFFECTS: Mapping[str, Callable[[Desk, Job, datetime], object]] = MappingProxyType(
    {
        SORT: sort_complaint,
        LAPSE: lapse_clock,
        RESCREEN: screen_again,
        ANSWERED: note_answer,
        CONSENT: follow_consent,
        SHRED: shred,
        ADDED: note_evidence,
        NOTIFY: send_notices,
        DIGEST: send_notices,
        POST: post_webhook,
    }
)
"""What each kind of job does. Each leaves the job done, in the transaction of its effect."""

TIDY_EVERY = timedelta(minutes=10)


class Worker:
    """One worker. Any number may run: jobs are leased, merging takes the writer's turn."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tidied: datetime | None = None

    def step(self, at: datetime) -> bool:
        """Do one thing of each kind that waits; whether there was anything to do."""
        job = self._desk.jobs.take(at)
        if job:
            self._do(job, at)
        waiting = self._desk.ledger.oldest_waiting() is not None
        if waiting:
            self._desk.ledger.sequence(at)
        if self._tidied is None or at - self._tidied > TIDY_EVERY:
            self._desk.answers.forget(at)
            self._tidied = at
        return bool(job) or waiting

    def _do(self, job: Job, at: datetime) -> None:
        """A job that fails comes back later; one sick complaint never stops the others."""
        effect = EFFECTS.get(job.kind)
        if effect is None:
            self._desk.jobs.failed(job, f"nobody knows how to do {job.kind}", at)
            return
        try:
            effect(self._desk, job, at)
        except Exception as error:  # noqa: BLE001 - whatever ails one complaint, the next must be sorted
            why = str(error) if isinstance(error, CaseError) else type(error).__name__
            LOG.warning("job %s of kind %s failed (attempt %s): %s", job.id, job.kind, job.attempts, why)
            self._desk.jobs.failed(job, why, at)
