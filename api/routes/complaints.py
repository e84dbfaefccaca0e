"""The door: file a complaint, and what may be complained about."""

from typing import Any

from api import shown
from api.access import ANYONE, needs
from api.blueprints import PREFIX, Blueprint
from api.context import desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.paces import paced
from api.rules import CatalogueQuery, CatalogueSchema, in_force
from api.schemas import ComplaintSchema, FiledSchema
from cases.casework.filing import file_complaint
from cases.complaint import Draft, Reporter, Statement
from cases.ports_door import COMPLAINTS

blueprint = Blueprint("complaints", __name__, url_prefix=PREFIX, description="The door: no sign-in.")


@blueprint.route("/complaints", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(ANYONE)
@paced(COMPLAINTS)
@blueprint.arguments(ComplaintSchema())
@blueprint.response(201, FiledSchema)
def file(told: dict[str, Any]) -> dict[str, Any]:
    """File a complaint.

    The answer holds the receipt: secret, shown once, impossible to recover. Add evidence with it afterwards.
    """
    draft = draft_of(told)
    return once(lambda then: file_complaint(desk(), draft, now(), then), shown.filed)


def draft_of(told: dict[str, Any]) -> Draft:
    """A draft from validated input."""
    return Draft(told["language"], told["channel"], Statement.read(told["statement"]), Reporter(**told["reporter"]))


@blueprint.route("/catalogue", methods=["GET"])
@needs(ANYONE)
@blueprint.arguments(CatalogueQuery(), location="query")
@blueprint.response(200, CatalogueSchema)
def catalogue(wanted: dict[str, Any]) -> dict[str, Any]:
    """Principles, categories, citations and provisions in force on a day; what is asked and labelled, in a language.

    `elsewhere` says who may be in the wrong place and whom they turn to: show it before anybody files.
    """
    return in_force(desk().law, wanted.get("on") or now().date(), wanted["lang"])
