"""What is kept of the work around a case, as values. Texts are sealed parts; here stand ids, people, times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cases.lifecycle import State
from cases.people import Role

NAMES = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
"""Names of saved filters: slugs. A name stands in the clear, so it has no room for a sentence about anybody."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note in a case. Nothing is edited: a correction is a new note that names the one it `corrects`."""

    id: UUID
    number: str
    person: str
    role: Role
    at: datetime
    corrects: UUID | None = None


class ActKind(StrEnum):
    """What a supervisor does with a complaint that was sent to them, and stays with it."""

    ACKNOWLEDGED = "acknowledged"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a supervisor; who it was is kept as a keyed mark. `text` is the sealed part of an action noted."""

    id: UUID
    number: str
    kind: ActKind
    at: datetime
    text: UUID | None = None


class Whose(StrEnum):
    """Whose tasks a list holds."""

    MINE = "mine"
    NOBODYS = "nobodys"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of open tasks over all cases is narrowed to. `after` is the last of the page before: (due, id)."""

    whose: Whose = Whose.MINE
    due_before: datetime | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases of one person in one role, in one state: how many, how many overdue, what is due next."""

    person: str
    role: Role
    state: State
    cases: int
    overdue: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """How many open cases a person works in a role, whoever may see them. Numbers of cases stay out of it."""

    person: str
    role: Role
    cases: int


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A list somebody asks for again: the query of `GET /cases`, by name. One person's, in one role."""

    name: str
    query: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token that was issued and not revoked, without anything that leads to it."""

    person: str
    role: Role
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key by name, and the id everything made with it bears."""

    role: str
    id: bytes
    made_at: datetime
    retired_at: datetime | None
