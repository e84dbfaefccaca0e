"""Which status a case amounts to for its reporter. The words are data (`catalogue/statuses.toml`).

A status never tells who works a case, whom it concerns or where it was sent.
"""

from datetime import datetime

from cases.case import Case
from cases.lifecycle import State
from cases.ports import Status


def taken_in(acknowledge_by: datetime) -> Status:
    """The status of a complaint nobody has opened yet."""
    return Status("received", acknowledge_by)


def of_case(case: Case) -> Status:
    """The status a case's state and clocks amount to."""
    acknowledged = case.state is State.REGISTERED and case.acknowledged_at is not None
    return Status("acknowledged" if acknowledged else str(case.state), case.due.by if case.due else None)
