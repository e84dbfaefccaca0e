"""What the worker does, one step at a time: sort a complaint, merge entries, tidy up."""

import logging
from datetime import datetime, timedelta

from cases.casework.filing import SORT
from cases.casework.sorting import sort_complaint
from cases.errors import CaseError
from cases.ports import Desk, Job

LOG = logging.getLogger("rule12.worker")
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
        if job.kind != SORT:
            self._desk.jobs.failed(job, f"nobody knows how to do {job.kind}", at)
            return
        try:
            sort_complaint(self._desk, job, at)
        except Exception as error:  # noqa: BLE001 - whatever ails one complaint, the next must be sorted
            why = str(error) if isinstance(error, CaseError) else type(error).__name__
            LOG.warning("job %s of kind %s failed (attempt %s): %s", job.id, job.kind, job.attempts, why)
            self._desk.jobs.failed(job, why, at)
