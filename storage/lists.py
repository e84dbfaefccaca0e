"""Which lists a case stands in, by time of receipt: a page of a list is then a walk along fifty rows, however rare its
cases are among all.

The rules of sight still say what exists for whom (`storage/seeing.py`); a list only says where to look for it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from cases.case import Case
from cases.lifecycle import Queue
from cases.ports import CaseFilter
from cases.sight import Sight
from storage.signing import Marks
from storage.tables import case_lists, marks


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows in order of receipt, one for each case that may be on the page, and which of them to walk along."""

    along: FromClause
    which: ColumnElement[bool]

    @property
    def received_at(self) -> ColumnElement[Any]:
        return self.along.c.received_at

    @property
    def number(self) -> ColumnElement[str]:
        return self.along.c.case_number


def list_rows(case: Case, into: Case | None = None) -> list[dict[str, Any]]:
    """The lists a case stands in. What was merged is seen by whoever works the case it went `into`, in its office."""
    people = {who.person for one in (case, into) if one for who in one.assignees}
    names = {_person(one) for one in people}
    names |= {_category(slug) for slug in case.categories}
    names |= {_leg(leg) for leg in case.to} | {_queue((into or case).queue)}
    return [{"list": name, "received_at": case.received_at, "case_number": case.number} for name in sorted(names)]


def walk_for(sight: Sight, wanted: CaseFilter, blind: Marks) -> Walk | None:
    """The shortest list known to hold everything on the page; None when none does."""
    if sight.addressed:
        sent = marks.alias()  # the conditions of sight ask the same table
        return Walk(sent, sent.c.mark == blind.addressee(sight.person))
    if name := _list_for(sight, wanted):
        return Walk(case_lists, case_lists.c.list == name)
    return None


def _list_for(sight: Sight, wanted: CaseFilter) -> str:
    if sight.assigned:
        return _person(sight.person)
    if wanted.assignee:
        return _person(wanted.assignee)
    if sight.leg:
        return _leg(sight.leg)
    if wanted.category:
        return _category(wanted.category)
    return _queue(sight.queue) if sight.queue is Queue.OUTSIDE else ""


def _person(number: str) -> str:
    return f"person {number}"


def _category(slug: str) -> str:
    return f"category {slug}"


def _leg(leg: str) -> str:
    return f"leg {leg}"


def _queue(queue: Queue) -> str:
    return f"queue {queue}"
