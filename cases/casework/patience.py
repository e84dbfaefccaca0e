"""How often a job that fails is tried again, and when: full jitter, so that what failed together is not tried together.

pause = chance * min(1 s * 2^(attempts - 1), 1 h)        chance is evenly spread over 0 to 1
"""

from datetime import datetime, timedelta

from cases.casework.changes import RESCREEN
from cases.casework.consenting import CONSENT
from cases.casework.filing import SORT
from cases.casework.purging import PURGE
from cases.outbox import Job
from cases.ports import SHRED

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(hours=1)
TRIES = 160
"""Somewhat more than three days: twelve tries within the first hour, then about two an hour."""

NEVER_GIVEN_UP = frozenset({SORT, CONSENT, RESCREEN, SHRED, PURGE})
"""What was promised to a reporter, keeps somebody walled off or erases: it is tried for ever, and `/readyz` tells."""

DEATHS = 3
"""How many workers may die over a job before it is put off like one that fails."""


def again_at(job: Job, at: datetime, chance: float) -> datetime | None:
    """When to try a job again that failed at `at`; None when it was tried often enough. `chance` is within 0 to 1."""
    if job.attempts >= TRIES and job.kind not in NEVER_GIVEN_UP:
        return None
    longest = min(FIRST_PAUSE * (1 << min(job.attempts - 1, 20)), LONGEST_PAUSE)
    return at + longest * chance
