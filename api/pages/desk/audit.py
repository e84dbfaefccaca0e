"""An auditor's pages: the entries of the ledger, its newest checkpoint, signed exports. Never sealed text."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from api import shown
from api.context import actor, desk, now
from api.cursors import position, read_cursor, write_cursor
from api.downloads import attachment
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page, see
from api.pages.desk.fields import Field, options
from api.pages.desk.forms import Form, Sheet, blank, once_sent, refused, sent
from api.pages.desk.listing import asked, further, narrowing
from api.pages.words import _
from api.schemas import EntriesQuery, ExportInSchema
from api.sessions import form as typed_fields
from api.sessions import signed_in
from cases.casework import auditing
from cases.errors import Fault, Malformed, UnknownCase, UnknownItem
from cases.people import Role
from cases.ports import EntryFilter


@blueprint.get("/audit")
@signed_in(Role.AUDITOR)
def audit() -> Response:
    """The entries, oldest first, narrowed as asked."""
    wanted = asked(EntriesQuery())
    after = read_cursor(wanted.pop("cursor", None), position)
    found = auditing.list_entries(desk(), EntryFilter(**wanted, after=after[0] if after else 0))
    then = further(write_cursor([found[-1].position]) if len(found) == wanted["limit"] else None)
    items = [shown.entry(stored) for stored in found]
    return page("audit/entries.html", items=items, then=then, first=after is None, narrow=_narrow())


def _narrow() -> Sheet:
    kinds = options(labels.ENTRY_KINDS, labels.entry_kind)
    return narrowing(
        EntriesQuery(),
        (
            Field("about", _("About a case or complaint")),
            Field("actor", _("By whom")),
            Field("action", _("Action")),
            Field("kind", _("Kind"), options=kinds, empty=_("all")),
            *_span(),
        ),
    )


def _span() -> tuple[Field, Field]:
    return Field("from", _("From the day (UTC)")), Field("to", _("Before the day (UTC)"))


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
    return _exports(blank(_form()))


def _form() -> Form:
    only = Field("case", _("Only this case"), hint=_("Leave empty for all."))
    return Form(ExportInSchema(), _("Make an export"), (only, *_span()), _("Make it"))


def _exports(sheet: Sheet) -> Response:
    try:
        checkpoint = desk().ledger.checkpoint()
    except UnknownItem:
        checkpoint = ""
    kept = auditing.list_exports(desk())
    return page("audit/exports.html", sheet.status, kept=kept, checkpoint=checkpoint, sheet=sheet)


@blueprint.post("/audit/exports")
@signed_in(Role.AUDITOR)
def audit_export() -> ResponseReturnValue:
    """Make a signed bag."""
    form, who = _form(), actor()

    def do(told: dict[str, Any]) -> ResponseReturnValue:
        try:
            chosen = auditing.choose(desk(), told.get("case"), told.get("from_"), told.get("to"))
        except UnknownCase as error:
            unknown = refused(form, typed_fields(), Malformed([Fault("#/case", str(error))]))
            return _exports(replace(unknown, status=404))
        once_sent(
            lambda then: auditing.make_export(desk(), who.person, str(who.role), chosen, now(), then), shown.exported
        )
        return see("desk.audit_exports", done="exported")

    return sent(form, do, _exports)


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
