"""An auditor's pages: the entries of the ledger, its newest checkpoint, signed exports. Never sealed text."""

import json
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from api import shown
from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.downloads import attachment
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.sending import NONE, Trouble, asked, attempt, further, once_sent, read
from api.schemas import EntriesQuery, ExportInSchema
from api.sessions import signed_in
from cases.casework import auditing
from cases.errors import UnknownCase, UnknownItem
from cases.people import Role
from cases.ports import EntryFilter

FILTERS = ("about", "actor", "action", "kind", "from", "to")


@blueprint.get("/audit")
@signed_in(Role.AUDITOR)
def audit() -> Response:
    """The entries, oldest first, narrowed as asked."""
    wanted = asked(EntriesQuery())
    after = read_cursor(wanted.pop("cursor", None), position)
    found = auditing.list_entries(desk(), EntryFilter(**wanted, after=after[0] if after else 0))
    then = further(write_cursor([found[-1].position]) if len(found) == wanted["limit"] else None)
    items = [shown.entry(stored) for stored in found]
    return page("audit/entries.html", items=items, then=then, first=after is None, filters=FILTERS)


@blueprint.get("/audit/entries/<int:position>")
@signed_in(Role.AUDITOR)
def audit_entry(position: int) -> Response:
    """One entry whole."""
    wanted = EntryFilter(after=max(position - 1, 0), limit=1) if position < 1 << 63 else EntryFilter(limit=1)
    found = auditing.list_entries(desk(), wanted)
    if not found or found[0].position != position:
        raise UnknownItem("There is no such entry.")
    item = shown.entry(found[0])
    body = json.dumps(item["entry"], indent=2, ensure_ascii=False)
    return page("audit/entry.html", item=item, body=body)


@blueprint.get("/audit/exports")
@signed_in(Role.AUDITOR)
def audit_exports() -> Response:
    """Exports that are kept here, a form to make one, the newest checkpoint, and how to check them."""
    return _exports(NONE)


def _exports(trouble: Trouble) -> Response:
    try:
        checkpoint = desk().ledger.checkpoint()
    except UnknownItem:
        checkpoint = ""
    kept = auditing.list_exports(desk())
    return page("audit/exports.html", trouble.status, kept=kept, checkpoint=checkpoint, trouble=trouble)


@blueprint.post("/audit/exports")
@signed_in(Role.AUDITOR)
def audit_export() -> ResponseReturnValue:
    """Make a signed bag."""

    def act() -> ResponseReturnValue:
        told, who = read(ExportInSchema()), actor()
        try:
            chosen = auditing.choose(desk(), told.get("case"), told.get("from_"), told.get("to"))
        except UnknownCase as error:
            return _exports(Trouble(404, "unknown-case", "", {"case": str(error)}))
        once_sent(
            lambda then: auditing.make_export(desk(), who.person, str(who.role), chosen, now(), then), shown.exported
        )
        return see("desk.audit_exports", done="exported")

    return attempt(act, _exports)


@blueprint.get("/audit/exports/<uuid:export_id>/content")
@signed_in(Role.AUDITOR)
def audit_download(export_id: UUID) -> Response:
    """The bag as a zip."""
    size, blocks = desk().bags.open(export_id)
    return attachment(blocks, size, f"bag-{export_id}.zip", "application/zip")


@blueprint.post("/audit/cases.csv")
@signed_in(Role.AUDITOR)
def audit_table() -> Response:
    """All cases as CSV. Taking it is an entry, so a form asks for it: browsers open links nobody clicked."""
    who = actor()
    blocks = auditing.cases_table(desk(), who.person, str(who.role), now())
    answer = Response(blocks, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=cases.csv"
    return answer
