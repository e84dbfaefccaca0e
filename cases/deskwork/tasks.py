"""Tasks: something to be done in a case, by somebody who works it or by whoever holds a role there, until a day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from cases.case import Assignment, Case
from cases.errors import Fault, Malformed, MoveNotAllowed
from cases.lifecycle import Queue
from cases.people import Role

MOST_OPEN = 200
"""Open tasks in one case: beyond that, nobody reads them any more."""

WORKERS = frozenset({Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE})
TASK_ROLES: Mapping[Queue, frozenset[Role]] = MappingProxyType(
    {Queue.IGO: WORKERS - {Role.OUTSIDE}, Queue.OUTSIDE: frozenset({Role.OUTSIDE})}
)


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, for a person in a role, a role, or nobody yet; `what` is the sealed part that says it."""

    id: UUID
    number: str
    what: UUID
    made_by: str
    made_at: datetime
    due_by: datetime
    person: str | None = None
    role: Role | None = None
    state: TaskState = TaskState.OPEN
    ended_at: datetime | None = None


def held_by(task: Task, case: Case) -> tuple[str | None, Role | None]:
    """Who has it now: (person, role), (None, role), or nobody.

    A task does not follow a person out of a case: whoever was taken off, stepped out or was walled off is no longer
    assigned, and a case that went to another office leaves the roles of the first behind.
    """
    if task.person is not None and task.role is not None:
        held = case.is_assigned(task.person, task.role)
    else:
        held = task.role in TASK_ROLES[case.queue]
    return (task.person, task.role) if held else (None, None)


def must_be_for_somebody_here(case: Case, person: str | None, role: Role | None) -> None:
    """Refuse a task for somebody who does not work the case. Raises Malformed."""
    if role is not None and role not in TASK_ROLES[case.queue]:
        roles = ", ".join(sorted(TASK_ROLES[case.queue]))
        raise Malformed([Fault("#/role", f"Tasks of this case are for: {roles}.")])
    if person is None:
        return
    if role is None or Assignment(person, role) not in case.assignees:
        raise Malformed([Fault("#/person", "Nobody of this number is assigned to the case in this role.")])


def settled(task: Task, to: TaskState, at: datetime) -> Task:
    """The task done, dropped, or open again. Raises MoveNotAllowed when it stands so already."""
    if task.state is to:
        raise MoveNotAllowed(f"This task is {to} already.")
    if task.state is not TaskState.OPEN and to is not TaskState.OPEN:
        raise MoveNotAllowed(f"This task is {task.state}: reopen it first.")
    return replace(task, state=to, ended_at=None if to is TaskState.OPEN else at)
