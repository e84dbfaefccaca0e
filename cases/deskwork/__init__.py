"""The work around a case, day by day: notes, tasks, a supervisor's acts, saved filters, who has how much to do.

Decides and describes only. None of it moves a case: what it says of one is sealed, and each act of it is an entry.
"""

from cases.deskwork.records import (
    NAMES,
    Act,
    ActKind,
    Held,
    IssuedToken,
    KeptKey,
    Load,
    Note,
    SavedFilter,
    TaskFilter,
    Whose,
)
from cases.deskwork.shelves import Book, Pen
from cases.deskwork.tasks import (
    MOST_OPEN,
    TASK_ROLES,
    WORKERS,
    Task,
    TaskState,
    held_by,
    must_be_for_somebody_here,
    settled,
)

__all__ = [
    "MOST_OPEN",
    "NAMES",
    "TASK_ROLES",
    "WORKERS",
    "Act",
    "ActKind",
    "Book",
    "Held",
    "IssuedToken",
    "KeptKey",
    "Load",
    "Note",
    "Pen",
    "SavedFilter",
    "Task",
    "TaskFilter",
    "TaskState",
    "Whose",
    "held_by",
    "must_be_for_somebody_here",
    "settled",
]
