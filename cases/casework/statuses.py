"""Which status a case amounts to for its reporter. The words are data (`catalogue/wordings.toml`).

A status never tells who works a case, whom it concerns or where it was sent.
"""

from datetime import datetime

from cases.case import Case
from cases.clocks import next_due
from cases.lifecycle import State
from cases.ports import Status

REPORTERS = ("acknowledge", "feedback", "assessment", "reassessment", "information", "investigation")
"""The clocks a reporter is told of; the others concern the subject and the desk."""

_TOLD_AS = {State.FINDINGS_FOR_COMMENT: State.INVESTIGATION, State.WITH_DECIDER: State.REPORTED}

STATUSES = ("received", "acknowledged", "erased", *(str(state) for state in State if state not in _TOLD_AS))
"""Every status there is; its words are the wording `status-…` of that name."""


def taken_in(acknowledge_by: datetime) -> Status:
    """The status of a complaint nobody has opened yet."""
    return Status("received", acknowledge_by)


def of_case(case: Case) -> Status:
    """The status a case's state and clocks amount to."""
    acknowledged = case.state is State.REGISTERED and case.acknowledged_at is not None
    if case.erased_at:
        return Status("erased", None)
    slug = "acknowledged" if acknowledged else str(_TOLD_AS.get(case.state, case.state))
    told = next_due(one for one in case.clocks if one.name in REPORTERS)
    return Status(slug, told.due_by if told and case.state is not State.CLOSED else None)
