"""The auditor: entries, cases as a table, signed exports."""

from typing import Any
from uuid import UUID

from flask import Response, url_for

from api import shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, desk, now
from api.cursors import link_next, position, read_cursor, write_cursor
from api.downloads import attachment
from api.idempotency import IDEMPOTENCY_KEY, once
from api.schemas import EntriesQuery, EntrySchema, ExportedSchema, ExportInSchema, page_of
from cases.casework import auditing
from cases.people import Role
from cases.ports import EntryFilter

blueprint = Blueprint("audit", __name__, url_prefix=f"{PREFIX}/audit", description="The auditor: never sealed text.")


@blueprint.route("/entries", methods=["GET"])
@needs(Role.AUDITOR)
@blueprint.arguments(EntriesQuery(), location="query")
@blueprint.response(200, page_of(EntrySchema, "EntryPage"))
def entries(wanted: dict[str, Any]) -> Answer:
    """The ledger, oldest first, narrowed as asked."""
    after = read_cursor(wanted.pop("cursor", None), position)
    found = auditing.list_entries(desk(), EntryFilter(**wanted, after=after[0] if after else 0))
    cursor = write_cursor([found[-1].position]) if len(found) == wanted["limit"] else None
    page = {"items": [shown.entry(stored) for stored in found], "next": cursor}
    return page, 200, link_next(cursor)


@blueprint.route("/exports", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(Role.AUDITOR)
@blueprint.arguments(ExportInSchema())
@blueprint.response(201, ExportedSchema)
def export(told: dict[str, Any]) -> Answer:
    """Make a signed bag. Its own entry precedes it and is inside its checkpoint."""
    who = actor()
    chosen = auditing.choose(desk(), told.get("case"), told.get("from_"), told.get("to"))
    done = once(
        lambda then: auditing.make_export(desk(), who.person, str(who.role), chosen, now(), then),
        shown.exported,
        who.person,
    )
    return done, 201, {"Location": url_for("audit.content", export_id=done["export_id"])}


@blueprint.route("/exports/<uuid:export_id>/content", methods=["GET"])
@needs(Role.AUDITOR)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
def content(export_id: UUID) -> Response:
    """The bag as a zip. Check it with `rule12 verify BAG --key FILE`."""
    size, blocks = desk().bags.open(export_id)
    return attachment(blocks, size, f"bag-{export_id}.zip", "application/zip")


@blueprint.route("/cases.csv", methods=["GET"])
@needs(Role.AUDITOR)
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def table() -> Response:
    """All cases as CSV, safe to open in a spreadsheet. That it was taken is an entry."""
    who = actor()
    blocks = auditing.cases_table(desk(), who.person, str(who.role), now())
    answer = Response(blocks, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=cases.csv"
    return answer
