"""A dry run of screening and routing: where a complaint would go, and why. Nothing is kept but that it was asked."""

from typing import Any

from api.access import needs
from api.blueprints import PREFIX, Blueprint
from api.context import actor, desk, now
from api.work_schemas import PreviewInSchema, PreviewSchema
from cases.casework.previewing import preview_route
from cases.complaint import Reporter, Statement
from cases.people import Role

blueprint = Blueprint("routing", __name__, url_prefix=f"{PREFIX}/routing")


@blueprint.route("/preview", methods=["POST"])
@needs(Role.INTAKE, Role.HEAD, Role.OUTSIDE)
@blueprint.arguments(PreviewInSchema())
@blueprint.response(200, PreviewSchema)
def preview(told: dict[str, Any]) -> dict[str, Any]:
    """Where a complaint like this would go, with the explanation. For trying out routes and a new directory."""
    reporter = Reporter(**told.pop("reporter"))
    found = preview_route(desk(), actor(), Statement.read(told), reporter, now())
    return {
        "queue": str(found.queue),
        "to": list(found.to),
        "addressee": found.addressee,
        "walled": sorted(found.walled | found.walled_by_identity),
        "explanation": dict(found.kept_with_identity),
    }
