"""The first page: what waits for me, in the role I act in."""

from typing import Any
from uuid import UUID

from flask import Response

from api.context import actor, desk, now
from api.cursors import read_cursor, time, write_cursor
from api.deskwork_schemas import TasksQuery
from api.pages.desk.common import blueprint, page
from api.pages.desk.listing import asked, further
from api.pages.desk.navigation import CASE_PAGES, places
from api.routes.tasks import HAS_TASKS
from api.sessions import EVERY_ROLE, signed_in
from cases.casework import looking, tasking
from cases.deskwork import TaskFilter
from cases.ports import CaseFilter
from cases.sight import Part, may_see
from cases.times import read_stamp, stamp

FEW = 8


@blueprint.get("/")
@signed_in(*EVERY_ROLE)
def home() -> Response:
    """The first page."""
    who = actor()
    waiting: dict[str, Any] = {}
    if may_see(who, Part.WORK):
        waiting["due"] = looking.list_cases(desk(), who, CaseFilter(sort="due", limit=FEW))
    elif may_see(who, Part.SUMMARY):
        waiting["received"] = looking.list_cases(desk(), who, CaseFilter(limit=FEW))
        waiting["endpoint"] = CASE_PAGES[who.role]
    if who.role in HAS_TASKS:
        waiting["tasks"] = tasking.tasks_waiting(desk(), who, TaskFilter(limit=FEW), now())
    return page("home.html", places=places(who.role), **waiting)


@blueprint.get("/tasks")
@signed_in(*HAS_TASKS)
def tasks() -> Response:
    """Open tasks over all cases: mine and my role's, nobody's, or all; what each says is opened on asking."""
    wanted = asked(TasksQuery())
    after = read_cursor(wanted.get("cursor"), time, UUID)
    place = (read_stamp(after[0]), after[1]) if after else None
    narrowed = TaskFilter(wanted["whose"], now() if wanted.get("overdue") else None, place, wanted["limit"])
    found = tasking.tasks_waiting(desk(), actor(), narrowed, now(), words=wanted["words"])
    full = len(found) == wanted["limit"]
    cursor = write_cursor([stamp(found[-1].task.due_by), str(found[-1].task.id)]) if full else None
    return page(
        "tasks.html",
        tasks=found,
        whose=str(wanted["whose"]),
        words=wanted["words"],
        then=further(cursor),
        first=after is None,
    )
