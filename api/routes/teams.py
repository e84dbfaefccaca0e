"""Who has how much to do, who can be asked, whose cases go to whom; and letters to begin from."""

from typing import Any

from api import deskwork_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.deskwork_schemas import (
    ColleagueSchema,
    FilledLetterSchema,
    HandedOverSchema,
    HandoverInSchema,
    LettersQuery,
)
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.versions import tag
from cases.casework import handing, lettering
from cases.casework.handing import Handover
from cases.people import Role

blueprint = Blueprint("teams", __name__, url_prefix=PREFIX)
ASSIGNS = (Role.INTAKE, Role.HEAD, Role.OUTSIDE)


@blueprint.route("/workload", methods=["GET"])
@needs(*ASSIGNS)
@blueprint.response(200, ColleagueSchema(many=True))
def workload() -> list[dict[str, Any]]:
    """Everybody who works cases here: open ones by state, overdue, what is due next. Counts what I may see."""
    return [shown.colleague(one) for one in handing.workload(desk(), actor(), now())]


@blueprint.route("/cases/<string:number>/eligible", methods=["GET"])
@needs(*ASSIGNS)
@blueprint.response(200, ColleagueSchema(many=True))
def eligible(number: str) -> Answer:
    """Who can be assigned to this case now, and what they have to do already. Not why somebody is missing."""
    found = handing.who_can_be_assigned(desk(), actor(), number, now())
    return [shown.colleague(one) for one in found], 200, tag(case())


@blueprint.route("/handovers", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(*ASSIGNS)
@blueprint.arguments(HandoverInSchema())
@blueprint.response(201, HandedOverSchema)
def hand_over(told: dict[str, Any]) -> Answer:
    """Hand every open case of one person in a role to another, with their tasks. Asked again, it moves what is left."""
    who, wanted = actor(), Handover(**told)
    done = once(lambda then: handing.hand_over_cases(desk(), who, wanted, now(), then), shown.handed_over, who.person)
    return done, 201, {}


@blueprint.route("/cases/<string:number>/letters", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.arguments(LettersQuery(), location="query")
@blueprint.response(200, FilledLetterSchema(many=True))
def letters(wanted: dict[str, Any], number: str) -> Answer:
    """Letters to begin from, filled in for this case; `[…]` is left for whoever sends one.

    Without `lang`, the reporter's language is looked up, and an entry says so.
    """
    found = lettering.letters_for(desk(), actor(), number, now(), wanted.get("lang"))
    return [shown.filled_letter(one) for one in found], 200, tag(case())
