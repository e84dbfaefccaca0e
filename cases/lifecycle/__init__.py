"""How a case runs: one table of steps. The SQL check, the OpenAPI enum, the diagram and the tests derive from it."""

from cases.lifecycle.picture import moves_table, picture
from cases.lifecycle.steps import (
    BESIDE_A_PROPOSAL,
    DECIDER_SEES_FROM,
    NO_WORK,
    SETTLING,
    STEPS,
    Step,
    approvers,
    roles_of,
    steps_from,
)
from cases.lifecycle.words import OPEN, Action, Guard, Need, Queue, State

__all__ = [
    "BESIDE_A_PROPOSAL",
    "DECIDER_SEES_FROM",
    "NO_WORK",
    "OPEN",
    "SETTLING",
    "STEPS",
    "Action",
    "Guard",
    "Need",
    "Queue",
    "State",
    "Step",
    "approvers",
    "moves_table",
    "picture",
    "roles_of",
    "steps_from",
]
