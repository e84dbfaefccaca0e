"""The work around a case, in SQL: what is written within a transaction, and what is read."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, update

from cases.canonical import canonical
from cases.case import Assignment, Case
from cases.deskwork import (
    TASK_ROLES,
    Act,
    ActKind,
    Held,
    IssuedToken,
    KeptKey,
    Load,
    Note,
    SavedFilter,
    Task,
    TaskFilter,
    TaskState,
    Whose,
)
from cases.errors import StaleVersion, UnknownItem
from cases.lifecycle import OPEN, State
from cases.people import Role
from cases.sight import Sight
from storage import tables
from storage.database import Database
from storage.rows import RULED, WORKED, read_case
from storage.seeing import visible
from storage.signing import Marks
from storage.tables import case_people, cases
from storage.tables_deskwork import notes, saved_filters, supervisor_acts, tasks


class DeskPen:
    """What a transaction writes down of the work around a case."""

    _connection: Connection
    _marks: Marks

    def keep_note(self, note: Note) -> None:
        row = {
            "id": note.id,
            "case_number": note.number,
            "person": note.person,
            "role": str(note.role),
            "at": note.at,
            "corrects": note.corrects,
        }
        self._connection.execute(insert(notes), row)

    def keep_task(self, task: Task) -> None:
        self._connection.execute(insert(tasks), _task_row(task))

    def settle_task(self, task: Task, was: TaskState) -> None:
        """Raises StaleVersion when it was settled otherwise in the meantime."""
        standing = tasks.c.id == task.id, tasks.c.state == str(was)
        done = self._connection.execute(update(tasks).where(*standing).values(_task_row(task)))
        if done.rowcount != 1:
            raise StaleVersion("The task was settled in the meantime. Read it again.")

    def drop_tasks(self, number: str, at: datetime) -> None:
        """Whatever is open in a case is dropped."""
        still = tasks.c.case_number == number, tasks.c.state == str(TaskState.OPEN)
        dropped = {"state": str(TaskState.DROPPED), "ended_at": at}
        self._connection.execute(update(tasks).where(*still).values(dropped))

    def hand_tasks(self, number: str, who: Assignment, to: str) -> None:
        theirs = tasks.c.case_number == number, tasks.c.person == who.person, tasks.c.role == str(who.role)
        open_ = tasks.c.state == str(TaskState.OPEN)
        self._connection.execute(update(tasks).where(*theirs, open_).values(person=to))

    def keep_act(self, act: Act, person: str) -> None:
        row = {
            "id": act.id,
            "case_number": act.number,
            "mark": self._marks.acted(act.number, person),
            "kind": str(act.kind),
            "at": act.at,
            "text": act.text,
        }
        self._connection.execute(insert(supervisor_acts), row)

    def keep_filter(self, person: str, role: Role, saved: SavedFilter) -> None:
        """One of that name is replaced."""
        self.drop_filter(person, role, saved.name)
        row = {"person": person, "role": str(role), "name": saved.name, "saved_at": saved.saved_at}
        self._connection.execute(insert(saved_filters), row | {"query": canonical(dict(saved.query)).decode()})

    def drop_filter(self, person: str, role: Role, name: str) -> bool:
        """Whether there was one."""
        own = saved_filters.c.person == person, saved_filters.c.role == str(role), saved_filters.c.name == name
        return self._connection.execute(delete(saved_filters).where(*own)).rowcount > 0


class SqlBook:
    """Reading over SQL."""

    def __init__(self, database: Database, blind: Marks) -> None:
        self._database, self._blind = database, blind

    def notes(
        self, number: str, roles: Iterable[Role], before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Note]:
        """Notes written in these roles, newest first."""
        query = select(notes).where(notes.c.case_number == number, notes.c.role.in_(map(str, roles)))
        if before:
            at, id_ = before
            query = query.where(or_(notes.c.at < at, and_(notes.c.at == at, notes.c.id < id_)))
        return [_note(row) for row in self._all(query.order_by(notes.c.at.desc(), notes.c.id.desc()).limit(limit))]

    def note_in(self, number: str, id_: UUID) -> Note:
        """Raises UnknownItem, also for a note of another case."""
        found = self._all(select(notes).where(notes.c.case_number == number, notes.c.id == id_))
        if not found:
            raise UnknownItem("There is no such note.")
        return _note(found[0])

    def task_in(self, number: str, id_: UUID) -> Task:
        """Raises UnknownItem, also for a task of another case."""
        found = self._all(select(tasks).where(tasks.c.case_number == number, tasks.c.id == id_))
        if not found:
            raise UnknownItem("There is no such task.")
        return _task(found[0])

    def tasks_in(self, number: str, state: TaskState, limit: int) -> Sequence[Task]:
        """Open ones by what is due first, others by what ended last."""
        query = select(tasks).where(tasks.c.case_number == number, tasks.c.state == str(state))
        order = tasks.c.due_by if state is TaskState.OPEN else tasks.c.ended_at.desc()
        return [_task(row) for row in self._all(query.order_by(order, tasks.c.id).limit(limit))]

    def open_tasks(self, number: str) -> int:
        still = tasks.c.case_number == number, tasks.c.state == str(TaskState.OPEN)
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).where(*still)) or 0)

    def tasks(self, sight: Sight, role: Role, wanted: TaskFilter) -> Sequence[tuple[Task, Case]]:
        """Open tasks in the cases of this sight, by what is due first; one query, however many."""
        which = [tasks.c.state == str(TaskState.OPEN), visible(sight, self._blind), *_whose(wanted.whose, sight, role)]
        if wanted.due_before:
            which.append(tasks.c.due_by < wanted.due_before)
        if wanted.after:
            at, id_ = wanted.after
            which.append(or_(tasks.c.due_by > at, and_(tasks.c.due_by == at, tasks.c.id > id_)))
        query = select(tasks, cases.c.facts, cases.c.version).join(cases, cases.c.number == tasks.c.case_number)
        found = self._all(query.where(*which).order_by(tasks.c.due_by, tasks.c.id).limit(wanted.limit))
        return [(_task(row), read_case(row)) for row in found]

    def loads(self, sight: Sight, at: datetime) -> Sequence[Load]:
        """What everybody assigned has on their hands in the cases of this sight; one query."""
        overdue = func.sum(case((cases.c.due_by < at, 1), else_=0))
        held = case_people.c.person, case_people.c.capacity, cases.c.state
        query = select(
            *held, func.count().label("held"), overdue.label("overdue"), func.min(cases.c.due_by).label("due")
        )
        query = query.join(cases, cases.c.number == case_people.c.case_number)
        found = self._all(query.where(_assigned(), _is_open(), visible(sight, self._blind)).group_by(*held))
        return [Load(row.person, Role(row.capacity), State(row.state), row.held, row.overdue, row.due) for row in found]

    def held(self) -> Sequence[Held]:
        """How many open cases each person works in each role, whoever may see them."""
        held = case_people.c.person, case_people.c.capacity
        query = select(*held, func.count().label("held")).join(cases, cases.c.number == case_people.c.case_number)
        found = self._all(query.where(_assigned(), _is_open()).group_by(*held).order_by(*held))
        return [Held(row.person, Role(row.capacity), row.held) for row in found]

    def apart(self, number: str, people: Iterable[str]) -> frozenset[str]:
        """Who of these people must have no part in a case; two queries, however many."""
        marks, guards, blind = tables.marks, tables.custodians, self._blind
        marked = {row.mark for row in self._all(select(marks.c.mark).where(marks.c.case_number == number))}
        guarding = {row.person for row in self._all(select(guards.c.person).where(guards.c.case_number == number))}
        kinds = (blind.wall, blind.wall_by_identity, blind.received, blind.addressee)
        return frozenset(one for one in people if one in guarding or any(kind(one) in marked for kind in kinds))

    def acts(self, number: str, person: str | None = None) -> Sequence[Act]:
        """A supervisor's acts, oldest first: one person's own, or all."""
        query = select(supervisor_acts).where(supervisor_acts.c.case_number == number)
        if person is not None:
            query = query.where(supervisor_acts.c.mark == self._blind.acted(number, person))
        found = self._all(query.order_by(supervisor_acts.c.at, supervisor_acts.c.id))
        return [Act(row.id, row.case_number, ActKind(row.kind), row.at, row.text) for row in found]

    def acknowledged(self, numbers: Iterable[str], person: str) -> dict[str, datetime]:
        """When a person acknowledged each of these cases."""
        own = supervisor_acts.c.mark.in_([self._blind.acted(number, person) for number in numbers])
        first = supervisor_acts.c.kind == str(ActKind.ACKNOWLEDGED)
        return {row.case_number: row.at for row in self._all(select(supervisor_acts).where(own, first))}

    def stepped_aside(self, number: str, people: Iterable[str]) -> frozenset[str]:
        """Who of these people, to whom it was sent as a supervisor, stepped aside."""
        marked = {
            row.mark for row in self._all(select(tables.marks.c.mark).where(tables.marks.c.case_number == number))
        }
        return frozenset(one for one in people if self._blind.aside(one) in marked)

    def filters(self, person: str, role: Role) -> Sequence[SavedFilter]:
        """One person's in one role, by name."""
        own = saved_filters.c.person == person, saved_filters.c.role == str(role)
        found = self._all(select(saved_filters).where(*own).order_by(saved_filters.c.name))
        return [SavedFilter(row.name, json.loads(row.query), row.saved_at) for row in found]

    def tokens(self, person: str | None, after: tuple[str, datetime] | None, limit: int) -> Sequence[IssuedToken]:
        """Those not revoked, by person and time of issue."""
        held = tables.tokens
        query = select(held).where(held.c.revoked_at.is_(None))
        if person is not None:
            query = query.where(held.c.person == person)
        if after:
            last, at = after
            query = query.where(or_(held.c.person > last, and_(held.c.person == last, held.c.issued_at > at)))
        found = self._all(query.order_by(held.c.person, held.c.issued_at).limit(limit))
        return [IssuedToken(row.person, Role(row.role), row.issued_at, row.expires_at) for row in found]

    def keys(self) -> Sequence[KeptKey]:
        """Every key there is or was, by name and age; nothing of what it is made of."""
        kept = tables.keys
        query = select(kept.c.role, kept.c.key_id, kept.c.made_at, kept.c.retired_at)
        found = self._all(query.order_by(kept.c.role, kept.c.made_at))
        return [KeptKey(row.role, row.key_id, row.made_at, row.retired_at) for row in found]

    def _all(self, query: Any) -> Sequence[Row[Any]]:
        with self._database.reading() as connection:
            return connection.execute(query).all()


def _assigned() -> Any:
    return case_people.c.capacity.not_in((WORKED, RULED))


def _is_open() -> Any:
    return cases.c.state.in_([str(state) for state in OPEN])


def _whose(whose: Whose, sight: Sight, role: Role) -> list[Any]:
    """Who holds a task, as `cases.deskwork.held_by` says it."""
    same = case_people.c.case_number == tasks.c.case_number, case_people.c.person == tasks.c.person
    by_person = and_(
        tasks.c.person.is_not(None), select(1).where(*same, case_people.c.capacity == tasks.c.role).exists()
    )
    here = [and_(cases.c.queue == str(queue), tasks.c.role.in_(map(str, roles))) for queue, roles in TASK_ROLES.items()]
    by_role = and_(tasks.c.person.is_(None), tasks.c.role.is_not(None), or_(*here))
    if whose is Whose.MINE:
        mine = tasks.c.role == str(role), or_(and_(by_person, tasks.c.person == sight.person), by_role)
        return [and_(*mine)]
    return [~or_(by_person, by_role)] if whose is Whose.NOBODYS else []


def _note(row: Row[Any]) -> Note:
    return Note(row.id, row.case_number, row.person, Role(row.role), row.at, row.corrects)


def _task(row: Row[Any]) -> Task:
    role = None if row.role is None else Role(row.role)
    who = row.made_by, row.made_at, row.due_by, row.person, role
    return Task(row.id, row.case_number, row.what, *who, TaskState(row.state), row.ended_at)


def _task_row(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "case_number": task.number,
        "what": task.what,
        "made_by": task.made_by,
        "made_at": task.made_at,
        "due_by": task.due_by,
        "person": task.person,
        "role": None if task.role is None else str(task.role),
        "state": str(task.state),
        "ended_at": task.ended_at,
    }
