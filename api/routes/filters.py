"""Saved filters: my lists, in the role I call in."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.access import needs
from api.blueprints import PREFIX, Blueprint
from api.context import actor, desk, now
from api.deskwork_schemas import DroppedFilterSchema, FilterInSchema, FilterSchema
from api.problems import faults_in
from api.routes.cases import SEES_CASES, must_not_narrow_by_work
from api.schemas import CasesQuery
from cases.casework import filtering
from cases.deskwork import SavedFilter
from cases.errors import Fault, Malformed
from cases.times import stamp

blueprint = Blueprint("filters", __name__, url_prefix=f"{PREFIX}/filters")


@blueprint.route("", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.response(200, FilterSchema(many=True))
def listed() -> list[dict[str, Any]]:
    """My filters, by name. What of one the desk no longer takes is listed with it."""
    return [_shown(saved) for saved in filtering.list_filters(desk(), actor())]


@blueprint.route("/<string:name>", methods=["GET"])
@needs(*SEES_CASES)
@blueprint.response(200, FilterSchema)
def one(name: str) -> dict[str, Any]:
    """One of my filters."""
    return _shown(filtering.find_filter(desk(), actor(), name))


@blueprint.route("/<string:name>", methods=["PUT"])
@needs(*SEES_CASES)
@blueprint.arguments(FilterInSchema())
@blueprint.response(200, FilterSchema)
def save(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Keep a query of `GET /cases` under a name, over an earlier one of that name."""
    if faults := list(faults_of(told["query"])):
        raise Malformed(faults)
    return _shown(filtering.save_filter(desk(), actor(), name, told["query"], now()))


@blueprint.route("/<string:name>", methods=["DELETE"])
@needs(*SEES_CASES)
@blueprint.response(200, DroppedFilterSchema)
def drop(name: str) -> dict[str, Any]:
    """Delete one of my filters."""
    filtering.delete_filter(desk(), actor(), name)
    return {"name": name}


def _shown(saved: SavedFilter) -> dict[str, Any]:
    faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults_of(saved.query)]
    return {"name": saved.name, "query": dict(saved.query), "saved_at": stamp(saved.saved_at), "faults": faults}


def faults_of(query: Mapping[str, Any]) -> Iterator[Fault]:
    """What `GET /cases` would not take of it today, from this role."""
    schema = CasesQuery(exclude=("cursor", "limit"))
    found = faults_in(schema.validate(dict(query)))
    if not found:
        try:
            must_not_narrow_by_work(actor(), schema.load(dict(query)))
        except Malformed as refusal:
            found = list(refusal.faults)
    category = query.get("category")
    if category and category not in {row.slug for row in desk().law.categories_on(now().date())}:
        found.append(Fault("#/category", "There is no such category today."))
    yield from (Fault(f"#/query{fault.pointer[1:]}", fault.detail) for fault in found)
