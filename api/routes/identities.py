"""Who reported: asked for by a handler, granted or denied by a custodian, read by the requester alone."""

from typing import Any
from uuid import UUID

from api import casework_shown as shown
from api.access import fresh, needs
from api.blueprints import PREFIX, Blueprint
from api.context import actor, desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.work_schemas import (
    IdentityDecisionSchema,
    IdentityRequestInSchema,
    IdentityRequestSchema,
    IdentitySchema,
)
from cases.casework import identities
from cases.people import Role

blueprint = Blueprint("identities", __name__, url_prefix=PREFIX)
ASKS = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE)


@blueprint.route("/identity-requests", methods=["GET"])
@needs(Role.CUSTODIAN)
@blueprint.response(200, IdentityRequestSchema(many=True))
def waiting() -> list[dict[str, Any]]:
    """What waits for me: who asks, in which role, since when. The case itself stays unseen."""
    return [shown.request(one) for one in identities.requests_waiting(desk(), actor())]


@blueprint.route("/cases/<string:number>/identity-requests", methods=["GET"])
@needs(*ASKS, Role.CUSTODIAN)
@blueprint.response(200, IdentityRequestSchema(many=True))
def listed(number: str) -> list[dict[str, Any]]:
    """The requests in a case and how they stand. A custodian reads the reasons with them; that is an entry."""
    who = actor()
    found = identities.requests_of(desk(), who, number)
    if who.role is not Role.CUSTODIAN:
        return [shown.request(one) for one in found]
    return [shown.request(one, identities.reason_of(desk(), who, one, now())) for one in found]


@blueprint.route("/cases/<string:number>/identity-requests", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(*ASKS)
@blueprint.arguments(IdentityRequestInSchema())
@blueprint.response(201, IdentityRequestSchema)
def ask(told: dict[str, Any], number: str) -> dict[str, Any]:
    """Ask to learn who reported, with a reason."""
    who = actor()
    return once(
        lambda then: identities.ask_who_reported(desk(), who, number, told["reason"], now(), then),
        shown.request,
        who.person,
    )


@blueprint.route("/cases/<string:number>/identity-requests/<uuid:request_id>/decision", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.CUSTODIAN)
@blueprint.arguments(IdentityDecisionSchema())
@blueprint.response(201, IdentityRequestSchema)
def decide(told: dict[str, Any], number: str, request_id: UUID) -> dict[str, Any]:
    """Grant it for a limited time, or deny it; with reasons."""
    who = actor()

    def act(then: Any) -> Any:
        grant, reason = told["grant"], told["reason"]
        return identities.decide_on_request(desk(), who, number, request_id, reason, now(), then, grant=grant)

    return once(act, shown.request, who.person)


@blueprint.route("/cases/<string:number>/identity-requests/<uuid:request_id>/identity", methods=["GET"])
@needs(*ASKS, Role.CUSTODIAN)
@fresh
@blueprint.response(200, IdentitySchema)
def on_request(number: str, request_id: UUID) -> dict[str, Any]:
    """Who reported, for whom it was granted, while it lasts; for the custodian, while they decide. Each an entry."""
    return identities.read_identity(desk(), actor(), number, request_id, now())


@blueprint.route("/cases/<string:number>/identity", methods=["GET"])
@needs(*ASKS)
@fresh
@blueprint.response(200, IdentitySchema)
def under_open_consent(number: str) -> dict[str, Any]:
    """Who reported, for assigned handlers under open consent. Each look is an entry."""
    return identities.read_identity(desk(), actor(), number, None, now())
