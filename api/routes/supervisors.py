"""The supervisor's side: what was sent to me, and what I do with it. Everywhere else I am "a supervisor"."""

from typing import Any

from api import deskwork_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import read_cursor, time, word
from api.deskwork_schemas import ActInSchema, ActSchema, NothingSchema, ReceivedSchema
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.schemas import PageQuery, page_of
from api.work_schemas import RecusalInSchema, RecusedSchema
from cases.casework import receiving
from cases.people import Role
from cases.ports import CaseFilter, position_of

blueprint = Blueprint("supervisors", __name__, url_prefix=PREFIX)
BELOW = "/cases/<string:number>/supervisor"


@blueprint.route("/received", methods=["GET"])
@needs(Role.SUPERVISOR)
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(ReceivedSchema, "ReceivedPage"))
def received(wanted: dict[str, Any]) -> Answer:
    """What was sent to me as the reporter's supervisor, newest first, and whether I said that I got it."""
    cursor = read_cursor(wanted.get("cursor"), time, word)
    narrowed = CaseFilter(after=(cursor[0], cursor[1]) if cursor else None, limit=wanted["limit"])
    found = receiving.list_received(desk(), actor(), narrowed)
    return shown.page(found, wanted["limit"], shown.received, lambda one: list(position_of(one.case, "received")))


@blueprint.route(f"{BELOW}/acknowledgement", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.SUPERVISOR)
@blueprint.arguments(NothingSchema())
@blueprint.response(201, ActSchema)
def acknowledge(_told: dict[str, Any], number: str) -> dict[str, Any]:
    """Say that I got it. Said again, it is the first time that counts."""
    who = actor()
    return once(lambda then: receiving.acknowledge_receipt(desk(), who, number, now(), then), shown.act, who.person)


@blueprint.route(f"{BELOW}/actions", methods=["GET"])
@needs(Role.SUPERVISOR, *WORKS_CASES)
@blueprint.response(200, ActSchema(many=True))
def acted(number: str) -> list[dict[str, Any]]:
    """What was done by the supervisor it was sent to: my own, or, for those who work the case, all, nameless."""
    return [shown.act(one) for one in receiving.list_acts(desk(), actor(), number, now())]


@blueprint.route(f"{BELOW}/actions", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.SUPERVISOR)
@blueprint.arguments(ActInSchema())
@blueprint.response(201, ActSchema)
def act(told: dict[str, Any], number: str) -> dict[str, Any]:
    """Note what I did about it. Sealed for those who work the case; my name stays with the reporter's identity."""
    who, text = actor(), told["text"]
    return once(lambda then: receiving.note_action(desk(), who, number, text, now(), then), shown.act, who.person)


@blueprint.route(f"{BELOW}/recusal", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.SUPERVISOR)
@blueprint.arguments(RecusalInSchema())
@blueprint.response(201, RecusedSchema)
def step_aside(told: dict[str, Any], number: str) -> dict[str, Any]:
    """Say that it is not for me. It is an unknown case to me from then on; the next supervisor who is clear gets it."""
    who, reason = actor(), told["reason"]
    return once(
        lambda then: receiving.step_aside(desk(), who, number, reason, now(), then),
        lambda gone: {"number": gone.number},
        who.person,
    )
