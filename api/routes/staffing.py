"""Who works a case: asked to, taken off, stepping out; and letters to the reporter."""

from typing import Any

from api import shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.schemas import LetterInSchema, MessageSchema
from api.versions import IF_MATCH, decided_on, tag
from api.work_schemas import (
    AssignedSchema,
    AssignmentInSchema,
    RecusalInSchema,
    RecusedSchema,
    UnassignmentInSchema,
)
from cases.case import Assignment, Case
from cases.casework import looking, staffing
from cases.casework.mailbox import Letter
from cases.people import Role

blueprint = Blueprint("staffing", __name__, url_prefix=f"{PREFIX}/cases/<string:number>")


@blueprint.route("/assignments", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(Role.INTAKE, Role.HEAD, Role.OUTSIDE)
@blueprint.arguments(AssignmentInSchema())
@blueprint.response(201, AssignedSchema)
def assign(told: dict[str, Any], number: str) -> Answer:
    """Ask a person to work the case. Needs `If-Match`."""
    who, asked = actor(), Assignment(told["person"], told["role"])
    version = decided_on()
    done = once(
        lambda then: staffing.make_assignment(desk(), who, number, version, asked, now(), then),
        _shows(asked),
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}


@blueprint.route("/assignments/end", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(Role.INTAKE, Role.HEAD, Role.OUTSIDE)
@blueprint.arguments(UnassignmentInSchema())
@blueprint.response(201, AssignedSchema)
def unassign(told: dict[str, Any], number: str) -> Answer:
    """Take a person off the case, with a reason. Needs `If-Match`."""
    who, asked = actor(), Assignment(told["person"], told["role"])
    version = decided_on()
    done = once(
        lambda then: staffing.end_assignment(desk(), who, number, version, asked, told["reason"], now(), then),
        _shows(asked),
        who.person,
    )
    return done, 201, {"ETag": f'"{done["version"]}"'}


def _shows(asked: Assignment) -> Any:
    def show(assigned: Case) -> dict[str, Any]:
        return {"person": asked.person, "role": str(asked.role), "version": assigned.version}

    return show


@blueprint.route("/recusals", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*WORKS_CASES)
@blueprint.arguments(RecusalInSchema())
@blueprint.response(201, RecusedSchema)
def recuse(told: dict[str, Any], number: str) -> Answer:
    """Step out of a case for good. From then on it is an unknown case to you. Needs `If-Match`."""
    who = actor()
    version = decided_on()
    done = once(
        lambda then: staffing.recuse_oneself(desk(), who, number, version, told["reason"], now(), then),
        lambda gone: {"number": gone.number},
        who.person,
    )
    return done, 201, {}


@blueprint.route("/messages", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, MessageSchema(many=True))
def letters(number: str) -> Answer:
    """The letters between reporter and desk. Opening them is an entry."""
    found = looking.read_messages(desk(), actor(), number, now())
    return [shown.letter(letter) for letter in found], 200, tag(case())


@blueprint.route("/messages", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE)
@blueprint.arguments(LetterInSchema())
@blueprint.response(201, MessageSchema)
def write(told: dict[str, Any], number: str) -> Answer:
    """Write to the reporter; `feedback` meets the clock of that name. A change of the case: needs `If-Match`."""
    who = actor()
    version = decided_on()

    def show(letter: Letter) -> dict[str, Any]:
        return shown.letter(letter) | {"version": version + 1}

    def act(then: Any) -> Letter:
        feedback = told["feedback"]
        return staffing.write_to_reporter(desk(), who, number, version, told["text"], now(), then, feedback=feedback)

    done = once(act, show, who.person)
    return done, 201, {"ETag": f'"{done["version"]}"'}
