"""How a case runs: one table of steps. The SQL check, the OpenAPI enum, the diagram and the tests derive from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cases.people import Role


class State(StrEnum):
    """Where a case stands (facts §4). A complaint not yet sorted has no case."""

    REGISTERED = "registered"
    ASSESSMENT = "assessment"
    INVESTIGATION = "investigation"
    REPORTED = "reported"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done to a case."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    OPEN_INVESTIGATION = "open_investigation"
    ISSUE_REPORT = "issue_report"
    CLOSE = "close"


class Need(StrEnum):
    """What a move must be given."""

    REASON = "reason"
    CLOSURE_REASON = "closure_reason"
    NOTICE = "notice"


class Guard(StrEnum):
    """Conditions beyond state and role; `cases/case.py` holds the function and the sentence of each."""

    NOT_YET_ACKNOWLEDGED = "not_yet_acknowledged"
    MOVER_IS_ASSIGNED = "mover_is_assigned"
    MOVER_NEVER_WORKED_IT = "mover_never_worked_it"
    REASON_FITS_STATE_AND_ROLE = "reason_fits_state_and_role"


class Queue(StrEnum):
    """Who works the case: the Inspector General's Office, or the outside office when that office is concerned."""

    IGO = "igo"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed move: where it leads, who may make it, what it must be given, which guards stand."""

    to: State
    by: frozenset[Role]
    needs: frozenset[Need] = frozenset()
    guards: tuple[Guard, ...] = ()


def _by(*roles: Role) -> frozenset[Role]:
    """The outside office stands in for every role of the office it is asked to look at, never for the decider."""
    return frozenset(roles) | {Role.OUTSIDE}


_REASON = frozenset({Need.REASON})
_CLOSING = frozenset({Need.REASON, Need.CLOSURE_REASON, Need.NOTICE})
_EARLY_CLOSE = Step(State.CLOSED, _by(Role.INTAKE, Role.HEAD), _CLOSING, (Guard.REASON_FITS_STATE_AND_ROLE,))
_FINAL_GUARDS = (Guard.MOVER_NEVER_WORKED_IT, Guard.REASON_FITS_STATE_AND_ROLE)
_FINAL_CLOSE = Step(State.CLOSED, frozenset({Role.DECIDER}), _CLOSING, _FINAL_GUARDS)
_CONFIRM = Step(State.REGISTERED, _by(Role.INTAKE), guards=(Guard.NOT_YET_ACKNOWLEDGED,))
_REPORT = Step(State.REPORTED, _by(Role.INVESTIGATOR), _REASON, (Guard.MOVER_IS_ASSIGNED,))

# fmt: off
STEPS: Mapping[tuple[State, Action], Step] = MappingProxyType({
    (State.REGISTERED,    Action.ACKNOWLEDGE):        _CONFIRM,
    (State.REGISTERED,    Action.ASSESS):             Step(State.ASSESSMENT, _by(Role.INTAKE)),
    (State.REGISTERED,    Action.CLOSE):              _EARLY_CLOSE,
    (State.ASSESSMENT,    Action.OPEN_INVESTIGATION): Step(State.INVESTIGATION, _by(Role.HEAD), _REASON),
    (State.ASSESSMENT,    Action.CLOSE):              _EARLY_CLOSE,
    (State.INVESTIGATION, Action.ISSUE_REPORT):       _REPORT,
    (State.REPORTED,      Action.CLOSE):              _FINAL_CLOSE,
})
# fmt: on

DECIDER_SEES_FROM = (State.REPORTED, State.CLOSED)


def steps_from(state: State) -> Iterator[tuple[Action, Step]]:
    """The actions that leave a state, in the order of the table."""
    return ((action, step) for (start, action), step in STEPS.items() if start is state)


def roles_of(action: Action) -> frozenset[Role]:
    """Every role that may take an action in some state."""
    return frozenset().union(*(step.by for (_, taken), step in STEPS.items() if taken is action))


def diagram() -> str:
    """The table as a Mermaid state diagram (docs/lifecycle.md holds it; a test compares)."""
    rows = ["stateDiagram-v2", "    [*] --> registered: sorted by the worker"]
    for (start, action), step in STEPS.items():
        rows.append(f"    {start} --> {step.to}: {action} ({', '.join(sorted(step.by))})")
    return "\n".join([*rows, "    closed --> [*]", ""])
