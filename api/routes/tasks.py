"""Tasks: in one case, and mine over all of them."""

from typing import Any
from uuid import UUID

from api import deskwork_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.cursors import read_cursor, time
from api.deskwork_schemas import CaseTasksQuery, SettlementInSchema, TaskInSchema, TaskSchema, TasksQuery
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import page_of
from api.versions import IF_MATCH, decided_on, tag
from cases.casework import tasking
from cases.casework.tasking import NewTask, ShownTask
from cases.deskwork import TaskFilter
from cases.people import Role
from cases.ports import Then
from cases.times import read_stamp, stamp

blueprint = Blueprint("tasks", __name__, url_prefix=PREFIX)
HAS_TASKS = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE)


@blueprint.route("/tasks", methods=["GET"])
@needs(*HAS_TASKS)
@blueprint.arguments(TasksQuery(), location="query")
@blueprint.response(200, page_of(TaskSchema, "TaskPage"))
def mine(wanted: dict[str, Any]) -> Answer:
    """Open tasks in the cases I may see, by what is due first: mine and my role's, nobody's, or all."""
    after = read_cursor(wanted.get("cursor"), time, UUID)
    place = (read_stamp(after[0]), after[1]) if after else None
    due_before = now() if wanted.get("overdue") else None
    narrowed = TaskFilter(wanted["whose"], due_before, place, wanted["limit"])
    found = tasking.tasks_waiting(desk(), actor(), narrowed, now(), words=wanted["words"])
    return shown.page(found, wanted["limit"], shown.task, lambda one: [stamp(one.task.due_by), str(one.task.id)])


@blueprint.route("/cases/<string:number>/tasks", methods=["GET"])
@needs(*HAS_TASKS)
@blueprint.arguments(CaseTasksQuery(), location="query")
@blueprint.response(200, TaskSchema(many=True))
def listed(wanted: dict[str, Any], number: str) -> Answer:
    """Tasks of a case, at most 200. Opening what they say is an entry."""
    found = tasking.list_tasks(desk(), actor(), number, now(), wanted["state"])
    return [shown.task(one) for one in found], 200, tag(case())


@blueprint.route("/cases/<string:number>/tasks", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*HAS_TASKS)
@blueprint.arguments(TaskInSchema())
@blueprint.response(201, TaskSchema)
def make(told: dict[str, Any], number: str) -> Answer:
    """Say what is to be done, by whom, until which day. A change of the case: needs `If-Match`."""
    who, version = actor(), decided_on()
    new = NewTask(told["what"], told["due_on"], told.get("person"), told.get("role"))
    return _done(lambda then: tasking.make_task(desk(), who, number, version, new, now(), then), version)


@blueprint.route("/cases/<string:number>/tasks/<uuid:task_id>/settlements", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*HAS_TASKS)
@blueprint.arguments(SettlementInSchema())
@blueprint.response(201, TaskSchema)
def settle(told: dict[str, Any], number: str, task_id: UUID) -> Answer:
    """A task is done, or dropped or open again with a reason. A change of the case: needs `If-Match`."""
    who, version = actor(), decided_on()

    def act(then: Then | None) -> ShownTask:
        state, reason = told["state"], told["reason"]
        return tasking.settle_task(desk(), who, number, version, task_id, state, reason, now(), then)

    return _done(act, version)


def _done(act: Any, version: int) -> Answer:
    done = once(act, lambda one: shown.task(one) | {"version": version + 1}, actor().person)
    return done, 201, {"ETag": f'"{done["version"]}"'}
