"""What storage must offer for the work around a case: `Pen` writes within a transaction, `Book` reads."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cases.case import Assignment, Case
from cases.deskwork.records import Act, Held, IssuedToken, KeptKey, Load, Note, SavedFilter, TaskFilter
from cases.deskwork.tasks import Task, TaskState
from cases.people import Role
from cases.sight import Sight


class Pen(Protocol):
    """Writing, within one transaction. Whatever says something of a case comes with its entry."""

    def keep_note(self, note: Note) -> None: ...
    def keep_task(self, task: Task) -> None: ...
    def settle_task(self, task: Task, was: TaskState) -> None:
        """Raises StaleVersion when it was settled otherwise in the meantime."""

    def drop_tasks(self, number: str, at: datetime) -> None:
        """Whatever is open in a case that closes is dropped."""

    def hand_tasks(self, number: str, who: Assignment, to: str) -> None:
        """Open tasks of a person in a role go to another person."""

    def keep_act(self, act: Act, person: str) -> None: ...
    def step_aside(self, number: str, person: str) -> None:
        """The supervisor it was sent to does not see it any more, and is not sent it again."""

    def keep_filter(self, person: str, role: Role, saved: SavedFilter) -> None:
        """A setting of one's own, no entry: it says nothing of any case. One of that name is replaced."""

    def drop_filter(self, person: str, role: Role, name: str) -> bool: ...


class Book(Protocol):
    """Reading. Raises UnknownItem."""

    def notes(
        self, number: str, roles: Iterable[Role], before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Note]:
        """Notes written in these roles, newest first."""

    def note_in(self, number: str, id_: UUID) -> Note: ...
    def task_in(self, number: str, id_: UUID) -> Task: ...
    def tasks_in(self, number: str, state: TaskState, limit: int) -> Sequence[Task]:
        """Open ones by what is due first, others by what ended last."""

    def open_tasks(self, number: str) -> int: ...
    def tasks(self, sight: Sight, role: Role, wanted: TaskFilter) -> Sequence[tuple[Task, Case]]:
        """Open tasks in the cases of this sight, by what is due first."""

    def loads(self, sight: Sight, at: datetime) -> Sequence[Load]: ...
    def held(self) -> Sequence[Held]: ...
    def apart(self, number: str, people: Iterable[str]) -> frozenset[str]:
        """Who of these people must have no part in a case: walled off, or theirs as supervisor or custodian."""

    def acts(self, number: str, person: str | None = None) -> Sequence[Act]:
        """A supervisor's acts, oldest first: one person's own, or all."""

    def acknowledged(self, numbers: Iterable[str], person: str) -> dict[str, datetime]:
        """When a person acknowledged each of these cases."""

    def stepped_aside(self, number: str, people: Iterable[str]) -> frozenset[str]: ...
    def filters(self, person: str, role: Role) -> Sequence[SavedFilter]: ...
    def tokens(self, person: str | None, after: tuple[str, datetime] | None, limit: int) -> Sequence[IssuedToken]:
        """By person, then by time of issue."""

    def keys(self) -> Sequence[KeptKey]: ...
