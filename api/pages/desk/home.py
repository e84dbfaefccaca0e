"""The first page: what waits for me, in the role I act in."""

from typing import Any

from flask import Response, request

from api.context import actor, desk, now
from api.pages.desk.common import blueprint, page
from api.pages.desk.navigation import CASE_PAGES, places
from api.routes.tasks import HAS_TASKS
from api.sessions import EVERY_ROLE, signed_in
from cases.casework import looking, tasking
from cases.deskwork import TaskFilter, Whose
from cases.ports import CaseFilter
from cases.sight import Part, may_see

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
    asked = request.args.get("whose", "")
    whose = Whose(asked) if asked in set(Whose) else Whose.MINE
    words = request.args.get("words") in {"1", "true"}
    found = tasking.tasks_waiting(desk(), actor(), TaskFilter(whose, limit=200), now(), words=words)
    return page("tasks.html", tasks=found, whose=str(whose), words=words)
