"""A case and what a change makes of it. Decides only: stores and sends nothing."""

from cases.case.facts import Allegation, Assignment, Case, Hearing, Hold, Proposal, kept_apart
from cases.case.given import Given, Measure
from cases.case.guards import extendable, retention_is_over
from cases.case.lapsing import LAPSING, answered, lapse
from cases.case.moving import (
    Move,
    closed_to,
    move,
    must_be_approved,
    must_be_settleable,
    must_have_a_say,
    open_to,
    propose,
    settle,
    step_for,
)
from cases.case.people import (
    ALLEGERS,
    ASSIGNABLE,
    ASSIGNERS,
    allege,
    assign,
    excluded,
    must_be_assignable,
    must_work,
    recuse,
    unassign,
    unproposed,
)
from cases.case.written import changed, read, replay, written

__all__ = [
    "ALLEGERS",
    "ASSIGNABLE",
    "ASSIGNERS",
    "LAPSING",
    "Allegation",
    "Assignment",
    "Case",
    "Given",
    "Hearing",
    "Hold",
    "Measure",
    "Move",
    "Proposal",
    "allege",
    "answered",
    "assign",
    "changed",
    "closed_to",
    "excluded",
    "extendable",
    "kept_apart",
    "lapse",
    "move",
    "must_be_approved",
    "must_be_assignable",
    "must_be_settleable",
    "must_have_a_say",
    "must_work",
    "open_to",
    "propose",
    "read",
    "recuse",
    "replay",
    "retention_is_over",
    "settle",
    "step_for",
    "unassign",
    "unproposed",
    "written",
]
