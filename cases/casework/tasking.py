"""Tasks in a case: made, done, dropped, reopened. Each is an entry; the words are sealed, day and holder are clear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from cases.canonical import canonical
from cases.case import Case, changed, must_work
from cases.case.moving import worked
from cases.casework.changes import Change, reason_part, staff_change, store
from cases.casework.entries import must_be_kept, owner_of
from cases.casework.looking import find_case, find_kept, note_look
from cases.casework.moving import must_be_current
from cases.casework.noting import read_texts
from cases.clocks import last_instant
from cases.deskwork import (
    MOST_OPEN,
    WORKERS,
    Task,
    TaskFilter,
    TaskState,
    held_by,
    must_be_for_somebody_here,
    settled,
)
from cases.errors import Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import State
from cases.people import Role
from cases.place import Kind, SealedPart
from cases.ports import Desk, Then
from cases.sight import Actor, Part, sight_of
from cases.times import stamp

FURTHEST = timedelta(days=3653)
ACTIONS = {TaskState.OPEN: "task_reopened", TaskState.DONE: "task_done", TaskState.DROPPED: "task_dropped"}


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be done until the end of a day, by a person in a role, by whoever holds a role, or by nobody yet."""

    what: str
    due_on: date
    person: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task and who has it now; `what` is None where its words were not opened."""

    task: Task
    person: str | None
    role: Role | None
    what: str | None


def make_task(
    desk: Desk, actor: Actor, number: str, version: int, new: NewTask, at: datetime, then: Then | None = None
) -> ShownTask:
    """Say that something is to be done. Raises UnknownCase, NotPermitted, Malformed, StaleVersion, MoveNotAllowed."""
    case = _workable(desk, actor, number)
    person = desk.lookup.directory().person(new.person) if new.person else None
    number_ = person.staff_number if person else new.person
    must_be_for_somebody_here(case, number_, new.role)
    if not at.date() <= new.due_on <= at.date() + FURTHEST:
        raise Malformed([Fault("#/due_on", "This must be today or a day after it, within ten years.")])
    must_be_current(case, version)
    if desk.book.open_tasks(number) >= MOST_OPEN:
        raise MoveNotAllowed(f"{MOST_OPEN} tasks are open in this case: settle some of them first.")
    part = desk.vault.seal(Kind.TASK, owner_of(desk, case), canonical({"text": new.what}))
    due_by = last_instant(new.due_on, desk.law.calendar())
    task = Task(uuid4(), number, part.id, actor.person, at, due_by, number_, new.role)
    change = _change(desk, actor, case, task, "task_made", at, (part,))
    made = ShownTask(task, *held_by(task, case), new.what)
    with desk.work() as work:
        store(work, change, at)
        work.keep_task(task)
        if then:
            then(work, made)
    return made


def settle_task(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    id_: UUID,
    to: TaskState,
    reason: str,
    at: datetime,
    then: Then | None = None,
) -> ShownTask:
    """A task is done, or dropped or open again with a reason. Raises as `make_task`, and UnknownItem."""
    case = _workable(desk, actor, number)
    if to is not TaskState.DONE and not reason.strip():
        raise Malformed([Fault("#/reason", f"Say why it is {to}.")])
    task = desk.book.task_in(number, id_)
    must_be_current(case, version)
    after = settled(task, to, at)
    if to is TaskState.OPEN and desk.book.open_tasks(number) >= MOST_OPEN:
        raise MoveNotAllowed(f"{MOST_OPEN} tasks are open in this case: settle some of them first.")
    sealed = reason_part(desk, case, {"reason": reason} if reason.strip() else {})
    change = _change(desk, actor, case, after, ACTIONS[to], at, sealed)
    shown = ShownTask(after, *held_by(after, case), None)
    with desk.work() as work:
        store(work, change, at)
        work.settle_task(after, task.state)
        if then:
            then(work, shown)
    return shown


def _workable(desk: Desk, actor: Actor, number: str) -> Case:
    case = find_case(desk, actor, number)
    if actor.role not in WORKERS:
        raise NotPermitted("Tasks are for those who work the case.")
    must_work(case, actor)
    must_be_kept(case)
    if case.state is State.CLOSED:
        raise MoveNotAllowed("The case is closed: nothing is left to do in it.")
    return case


def _change(
    desk: Desk, actor: Actor, case: Case, task: Task, action: str, at: datetime, sealed: tuple[SealedPart, ...]
) -> Change:
    after = worked(replace(case, version=case.version + 1), actor)
    facts = {"task": str(task.id), "due_by": stamp(task.due_by), "person": task.person}
    facts |= {"as": None if task.role is None else str(task.role)}
    return staff_change(desk, actor, case, (after, {**facts, "case": changed(case, after)}), action, at, sealed)


def list_tasks(
    desk: Desk, actor: Actor, number: str, at: datetime, state: TaskState = TaskState.OPEN
) -> Sequence[ShownTask]:
    """The tasks of a case in one state, at most 200: open ones by what is due first, others by what ended last.

    Opening their words is an entry. Raises UnknownCase or NotPermitted.
    """
    case = find_kept(desk, actor, number, Part.WORK)
    _must_work_cases(actor)
    found = desk.book.tasks_in(number, state, MOST_OPEN)
    return _opened(desk, actor, case, found, at)


def tasks_waiting(
    desk: Desk, actor: Actor, wanted: TaskFilter, at: datetime, *, words: bool = False
) -> Sequence[ShownTask]:
    """Open tasks over all cases that exist for this person, by what is due first.

    The words stay sealed unless asked for; then each case they are of gets an entry. Raises NotPermitted.
    """
    _must_work_cases(actor)
    found = desk.book.tasks(sight_of(actor), actor.role, wanted)
    opened: dict[UUID, ShownTask] = {}
    if words:
        for case in {case.number: case for _, case in found}.values():
            mine = [task for task, of in found if of.number == case.number]
            opened |= {one.task.id: one for one in _opened(desk, actor, case, mine, at)}
    return [opened.get(task.id) or ShownTask(task, *held_by(task, case), None) for task, case in found]


def _must_work_cases(actor: Actor) -> None:
    if actor.role not in WORKERS:
        raise NotPermitted("Tasks are for those who work cases.")


def _opened(desk: Desk, actor: Actor, case: Case, found: Sequence[Task], at: datetime) -> Sequence[ShownTask]:
    if not found:
        return []
    facts = {"opened": [Kind.TASK.slug], "version": case.version}
    note_look(desk, actor, case, "opened_tasks", at, facts=facts)
    texts = read_texts(desk, case, Kind.TASK, [task.what for task in found])
    return [ShownTask(task, *held_by(task, case), text) for task, text in zip(found, texts, strict=True)]
