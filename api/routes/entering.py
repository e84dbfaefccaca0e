"""What came by post, telephone, mail or in person, entered for the reporter by an officer."""

from typing import Any

from api import shown
from api.access import needs
from api.blueprints import PREFIX, Blueprint
from api.context import actor, desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.complaints import draft_of
from api.schemas import EnteredSchema, FiledSchema
from cases.casework.entering import ENTERS, enter_complaint
from cases.complaint import Arrival, Draft

blueprint = Blueprint("entering", __name__, url_prefix=PREFIX)


@blueprint.route("/entered-complaints", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(*ENTERS)
@blueprint.arguments(EnteredSchema())
@blueprint.response(201, FiledSchema)
def enter(told: dict[str, Any]) -> dict[str, Any]:
    """Enter a complaint for somebody. Ask them how far it may be known who they are.

    The answer holds their receipt: hand it over, and keep no copy. The entry of filing names who entered it. Add scans
    with the receipt. Refused for an officer who is concerned.
    """
    who, draft = actor(), entered(told)
    return once(lambda then: enter_complaint(desk(), who, draft, now(), then), shown.filed, who.person)


def entered(told: dict[str, Any]) -> Draft:
    """A draft from validated input."""
    draft = draft_of(told)
    came = told.get("arrival")
    return Draft(draft.language, draft.channel, draft.statement, draft.reporter, Arrival(**came) if came else None)
