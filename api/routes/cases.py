"""The caseload: lists, one case, its timeline, moves, assignments, letters."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import Headers

from api import shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.cursors import link_next, position, read_cursor, time, word, write_cursor
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import (
    AssignedSchema,
    AssignmentInSchema,
    CaseSchema,
    CasesQuery,
    EntrySchema,
    MessageInSchema,
    MessageSchema,
    MovedSchema,
    MoveInSchema,
    OpenMoveSchema,
    TimelineQuery,
    page_of,
)
from api.versions import IF_MATCH, decided_on, tag
from cases.case import Assignment, Case, Given
from cases.casework import looking, moving
from cases.casework.mailbox import Letter
from cases.errors import Fault, Malformed
from cases.lifecycle import STEPS, Action, Guard, Need
from cases.people import Role
from cases.ports import CaseFilter, position_of
from cases.sight import Actor, Part, may_see

blueprint = Blueprint("cases", __name__, url_prefix=f"{PREFIX}/cases", description="The desk: bearer tokens.")
SEES_CASES = (
    Role.SUPERVISOR,
    Role.INTAKE,
    Role.HEAD,
    Role.INVESTIGATOR,
    Role.OUTSIDE,
    Role.DECIDER,
    Role.GATEKEEPER,
)
WORKS_CASES = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE, Role.DECIDER)
OF_WORK = ("state", "assignee", "overdue")


@blueprint.route("", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.arguments(CasesQuery(), location="query")
@blueprint.response(200, page_of(CaseSchema, "CasePage"))
def listed(wanted: dict[str, Any]) -> Answer:
    """The cases this person may see, newest first or what is due soonest first."""
    who = actor()
    _must_not_narrow_by_work(who, wanted)
    found = looking.list_cases(desk(), who, _filter(wanted))
    cursor = _next(found, wanted)
    page = {"items": [shown.case_row(case, who) for case in found], "next": cursor}
    return page, 200, link_next(cursor)


def _filter(wanted: dict[str, Any]) -> CaseFilter:
    cursor = read_cursor(wanted.get("cursor"), time, word)
    return CaseFilter(
        wanted.get("state"),
        wanted.get("category"),
        wanted.get("assignee"),
        now() if wanted.get("overdue") else None,
        wanted.get("received_from"),
        wanted.get("received_to"),
        wanted["sort"],
        (cursor[0], cursor[1]) if cursor else None,
        wanted["limit"],
    )


def _must_not_narrow_by_work(who: Actor, wanted: dict[str, Any]) -> None:
    """A filter answers what a column would: who may not see the work may not ask about it either."""
    if may_see(who, Part.WORK):
        return
    asked = [name for name in OF_WORK if name in wanted] + (["sort"] if wanted["sort"] == "due" else [])
    if asked:
        raise Malformed(Fault(f"#/{name}", f"This is not open to the {who.role} role.") for name in asked)


def _next(found: Sequence[Case], wanted: dict[str, Any]) -> str | None:
    full = len(found) == wanted["limit"]
    return write_cursor(list(position_of(found[-1], wanted["sort"]))) if full else None


@blueprint.route("/<string:number>", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.response(200, CaseSchema)
def one(number: str) -> Answer:
    """One case, as far as this role reaches. Opening the statement is an entry."""
    who = actor()
    view = looking.show_case(desk(), who, number, now())
    headers = tag(view.case) if may_see(who, Part.WORK) else Headers()
    return shown.case_page(view, who), 200, headers


@blueprint.route("/<string:number>/timeline", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.arguments(TimelineQuery(), location="query")
@blueprint.response(200, page_of(EntrySchema, "TimelinePage"))
def timeline(wanted: dict[str, Any], number: str) -> Answer:
    """The entries of a case and of the complaint it came from, in order of arrival."""
    who, after = actor(), read_cursor(wanted.get("cursor"), position)
    reasons = dict(looking.reasons(desk(), who, number, now())) if wanted["reasons"] else {}
    found = looking.timeline(desk(), who, number, after[0] if after else 0, wanted["limit"])
    cursor = write_cursor([found[-1].position]) if len(found) == wanted["limit"] else None
    page = {"items": [shown.entry(stored, reasons) for stored in found], "next": cursor}
    return page, 200, {**tag(case()), **link_next(cursor)}


@blueprint.route("/<string:number>/moves", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, OpenMoveSchema(many=True))
def moves(number: str) -> Answer:
    """The moves open to me now, with what each needs."""
    who = actor()
    found, actions = moving.moves_open(desk(), who, number)
    return [_open_move(found, action, who) for action in actions], 200, tag(found)


def _open_move(found: Case, action: Action, who: Actor) -> dict[str, Any]:
    step = STEPS[found.state, action]
    row: dict[str, Any] = {
        "move": str(action),
        "to": str(step.to),
        "needs": [str(need) for need in Need if need in step.needs],
    }
    if Guard.REASON_FITS_STATE_AND_ROLE in step.guards:
        row["closure_reasons"] = list(desk().law.closures_for(found.state, who.role))
    return row


@blueprint.route("/<string:number>/moves", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*WORKS_CASES)
@blueprint.arguments(MoveInSchema())
@blueprint.response(201, MovedSchema)
def move(told: dict[str, Any], number: str) -> Answer:
    """Take a step. Needs `If-Match` with the version decided on."""
    who = actor()
    action = told.pop("move")
    given = Given(**told)
    moving.must_be_movable(desk(), who, number, action, given)
    version = decided_on()

    def show(moved: Case) -> dict[str, Any]:
        return {"move": str(action), "outcome": "done", "state": str(moved.state), "version": moved.version}

    done = once(
        lambda then: moving.make_move(desk(), who, number, version, action, given, now(), then), show, who.person
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}


@blueprint.route("/<string:number>/assignments", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(Role.INTAKE, Role.HEAD, Role.OUTSIDE)
@blueprint.arguments(AssignmentInSchema())
@blueprint.response(201, AssignedSchema)
def assign(told: dict[str, Any], number: str) -> Answer:
    """Ask a person to work the case. Needs `If-Match`."""
    who, asked = actor(), Assignment(told["person"], told["role"])
    version = decided_on()

    def show(assigned: Case) -> dict[str, Any]:
        return {"person": asked.person, "role": str(asked.role), "version": assigned.version}

    done = once(lambda then: moving.make_assignment(desk(), who, number, version, asked, now(), then), show, who.person)
    return done, 201, {"ETag": f'"{done["version"]}"'}


@blueprint.route("/<string:number>/messages", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, MessageSchema(many=True))
def letters(number: str) -> Answer:
    """The letters between reporter and desk. Opening them is an entry."""
    found = looking.read_messages(desk(), actor(), number, now())
    return [shown.letter(letter) for letter in found], 200, tag(case())


@blueprint.route("/<string:number>/messages", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE)
@blueprint.arguments(MessageInSchema())
@blueprint.response(201, MessageSchema)
def write(told: dict[str, Any], number: str) -> Answer:
    """Write to the reporter. A change of the case: needs `If-Match`."""
    who = actor()
    version = decided_on()

    def show(letter: Letter) -> dict[str, Any]:
        return shown.letter(letter) | {"version": version + 1}

    done = once(
        lambda then: moving.write_to_reporter(desk(), who, number, version, told["text"], now(), then),
        show,
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}
