"""A case and what a move makes of it. Decides only: stores and sends nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cases.catalogue import Catalogue
from cases.clocks import due
from cases.errors import ConflictOfInterest, Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import STEPS, Action, Guard, Need, Queue, State, Step, roles_of, steps_from
from cases.people import Role
from cases.sight import Actor

ASSIGNABLE: Mapping[Queue, frozenset[Role]] = MappingProxyType(
    {Queue.IGO: frozenset({Role.INTAKE, Role.INVESTIGATOR}), Queue.OUTSIDE: frozenset({Role.OUTSIDE})}
)
ASSIGNERS = frozenset({Role.INTAKE, Role.HEAD, Role.OUTSIDE})


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person asked to work a case, in one role."""

    person: str
    role: Role


@dataclass(frozen=True, slots=True)
class Due:
    """The next clock: what must have happened by when."""

    what: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """The clear facts of a case. Invariant: `version` is the number of its change entries."""

    number: str
    complaint: UUID
    queue: Queue
    to: tuple[str, ...]
    state: State
    version: int
    categories: tuple[str, ...]
    received_at: datetime
    due: Due | None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    closure_reason: str | None = None
    assignees: tuple[Assignment, ...] = ()
    worked_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """What the mover hands in with a move."""

    reason: str = ""
    closure_reason: str = ""
    notice: str = ""


def move(
    case: Case, action: Action, by: Actor, at: datetime, given: Given, law: Catalogue
) -> tuple[Case, dict[str, Any]]:
    """Decide a move: the case as it then is, and the clear facts for its entry.

    Raises NotPermitted, Malformed (a need is missing) or MoveNotAllowed (with the moves open to the mover).
    """
    must_have_a_say(action, by)
    step = STEPS.get((case.state, action))
    if step is None or by.role not in step.by:
        raise MoveNotAllowed(f"{action} cannot be done while the case is in {case.state}.", open_to(case, by))
    must_be_complete(action, step, given)
    for guard in step.guards:
        if refusal := _GUARDS[guard](case, by, given, law):
            raise MoveNotAllowed(refusal, open_to(case, by))
    # Deciding is not working: whoever decided may read their decision again.
    people = case.worked_by if by.role is Role.DECIDER else case.worked_by | {by.person}
    moved = replace(case, state=step.to, version=case.version + 1, worked_by=people)
    return _clocked(_marked(moved, action, at, given), at, law), _facts(action, case, moved, given)


def must_have_a_say(action: Action, by: Actor) -> None:
    """Refuse a role that may take this action in no state at all. Raises NotPermitted."""
    if by.role not in roles_of(action):
        raise NotPermitted(f"{action} is not for the {by.role} role.")


def must_be_complete(action: Action, step: Step, given: Given) -> None:
    """Refuse a move without what it needs, all missing things at once. Raises Malformed."""
    faults = [
        Fault(f"#/{need}", f"{action} needs this.")
        for need in Need
        if need in step.needs and not getattr(given, need).strip()
    ]
    if faults:
        raise Malformed(faults)


def open_to(case: Case, by: Actor) -> tuple[Action, ...]:
    """The moves this person could make now, given what each needs."""
    return tuple(
        action
        for action, step in steps_from(case.state)
        if by.role in step.by and not any(_GUARDS[guard](case, by, None, None) for guard in step.guards)
    )


def assign(case: Case, who: Assignment, by: Actor, *, walled: bool) -> tuple[Case, dict[str, Any]]:
    """Decide an assignment. `walled` says that person must never learn of this case.

    Raises NotPermitted, ConflictOfInterest or MoveNotAllowed.
    """
    if by.role not in ASSIGNERS:
        raise NotPermitted("Only intake, the head or the outside office assign people.")
    if case.state is State.CLOSED:
        raise MoveNotAllowed("A closed case takes no new people.", open_to(case, by))
    must_be_assignable(case, who.role)
    if walled:
        raise ConflictOfInterest("This person cannot be assigned to this case.")
    if who in case.assignees:
        raise MoveNotAllowed("This person is assigned already.", open_to(case, by))
    people = case.worked_by | {by.person, who.person}
    assigned = replace(case, version=case.version + 1, assignees=(*case.assignees, who), worked_by=people)
    return assigned, {"person": who.person, "as": str(who.role)}


def must_be_assignable(case: Case, role: Role) -> None:
    """Refuse a role nobody is assigned in to this case. Raises Malformed."""
    if role not in ASSIGNABLE[case.queue]:
        roles = ", ".join(sorted(ASSIGNABLE[case.queue]))
        raise Malformed([Fault("#/role", f"People are assigned to this case as: {roles}.")])


def _marked(case: Case, action: Action, at: datetime, given: Given) -> Case:
    if action is Action.ACKNOWLEDGE:
        return replace(case, acknowledged_at=at)
    if action is Action.CLOSE:
        return replace(case, closed_at=at, closure_reason=given.closure_reason)
    return case


def _clocked(case: Case, at: datetime, law: Catalogue) -> Case:
    return replace(case, due=next_due(case, at, law))


def next_due(case: Case, at: datetime, law: Catalogue) -> Due | None:
    """The clock that runs next in the state the case has just reached (facts §4)."""

    def runs(name: str, start: datetime) -> Due:
        return Due(name, due(law.clock(name, case.received_at.date()), start, law.calendar()))

    match case.state:
        case State.REGISTERED if case.acknowledged_at is None:
            return runs("acknowledge", case.received_at)
        case State.REGISTERED | State.ASSESSMENT:
            return runs("assessment", case.received_at)
        case State.INVESTIGATION:
            return runs("investigation", at)
        case _:
            return None


def _facts(action: Action, before: Case, after: Case, given: Given) -> dict[str, Any]:
    facts: dict[str, Any] = {"from": str(before.state), "to": str(after.state)}
    if action is Action.CLOSE:
        facts["closure_reason"] = given.closure_reason
    return facts


def _not_yet_acknowledged(case: Case, _by: Actor, _given: Given | None, _law: Catalogue | None) -> str:
    return "The complaint was acknowledged already." if case.acknowledged_at else ""


def _mover_is_assigned(case: Case, by: Actor, _given: Given | None, _law: Catalogue | None) -> str:
    assigned = any(who.person == by.person and who.role is by.role for who in case.assignees)
    return "" if assigned else "Only somebody assigned to the case can do this."


def _mover_never_worked_it(case: Case, by: Actor, _given: Given | None, _law: Catalogue | None) -> str:
    return "Whoever worked a case never decides it." if by.person in case.worked_by else ""


def _reason_fits(case: Case, by: Actor, given: Given | None, law: Catalogue | None) -> str:
    if given is None or law is None:
        return ""
    fitting = law.closures_for(case.state, by.role)
    if given.closure_reason in fitting:
        return ""
    return f"This closure reason is not open to {by.role} from {case.state}; open are: {', '.join(fitting)}."


_GUARDS: Mapping[Guard, Callable[[Case, Actor, Given | None, Catalogue | None], str]] = MappingProxyType(
    {
        Guard.NOT_YET_ACKNOWLEDGED: _not_yet_acknowledged,
        Guard.MOVER_IS_ASSIGNED: _mover_is_assigned,
        Guard.MOVER_NEVER_WORKED_IT: _mover_never_worked_it,
        Guard.REASON_FITS_STATE_AND_ROLE: _reason_fits,
    }
)
