"""The door: file a complaint, and what may be complained about."""

from datetime import date
from typing import Any

from api import shown
from api.access import ANYONE, needs
from api.blueprints import PREFIX, Blueprint
from api.context import desk, now
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import CatalogueQuery, CatalogueSchema, ComplaintSchema, FiledSchema
from cases.casework.filing import file_complaint
from cases.catalogue import Citation
from cases.complaint import Draft, Reporter, Statement

blueprint = Blueprint("complaints", __name__, url_prefix=PREFIX, description="The door: no sign-in.")


@blueprint.route("/complaints", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(ANYONE)
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
    """Principles, categories and citations in force on a day."""
    day: date = wanted.get("on") or now().date()
    law = desk().law
    return {
        "on": day.isoformat(),
        "language": "en",
        "principles": [
            {"slug": row.slug, "label": row.heading, "question": row.question, "categories": list(row.categories)}
            for row in law.principles_on(day)
        ],
        "categories": [
            {"slug": row.slug, "label": row.label, "urgent": row.urgent, "cites": list(row.cites)}
            for row in law.categories_on(day)
        ],
        "citations": [_citation(row) for row in law.citations_on(day)],
    }


def _citation(row: Citation) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "label": f"{row.instrument}({row.paragraph})",
        "edition": row.edition,
        "heading": row.heading,
        "summary": row.summary,
        "verified": row.verified,
    }
