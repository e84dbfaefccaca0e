"""One file of a case: its facts and custody. The original is a download with a reason, never part of a page."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, validates

from api.access import fresh
from api.context import actor, case, desk, now
from api.downloads import attachment
from api.fields import Strict, words
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page
from api.pages.desk.entries import told_entry
from api.pages.desk.fields import Field
from api.pages.desk.forms import Form, Sheet, alone, blank, sent
from api.pages.words import _
from api.routes.cases import WORKS_CASES
from api.routes.evidence import LONGEST, SHORTEST, is_reason
from api.sessions import signed_in
from cases.casework import looking
from cases.casework.mailbox import Facts
from cases.errors import UnknownItem


def _facts(number: str, evidence_id: UUID) -> Facts:
    """The facts of one file. Raises UnknownItem before anything is opened: nobody looked at what is not there."""
    desk().lookup.evidence_item(case().complaint, evidence_id)
    for facts in looking.list_evidence(desk(), actor(), number, now()):
        if facts.evidence == str(evidence_id):
            return facts
    raise UnknownItem("There is no such file in this case.")


@blueprint.get("/cases/<string:number>/evidence/<uuid:evidence_id>")
@signed_in(*WORKS_CASES)
def evidence(number: str, evidence_id: UUID) -> Response:
    """What is known of a file, and every entry about it."""
    facts = _facts(number, evidence_id)
    custody = [told_entry(stored, {}) for stored in looking.custody(desk(), actor(), number, evidence_id)]
    return page("evidence.html", number=number, facts=facts, custody=custody)


class WhySchema(Strict):
    """Why an original is opened; the API reads it from a header."""

    reason = words(LONGEST, required=True, shortest=SHORTEST)

    @validates("reason")
    def _says_something(self, reason: str, **_: Any) -> None:
        if not is_reason(reason.strip()):
            raise ValidationError(f"Length must be between {SHORTEST} and {LONGEST}.")


def why_form(number: str, to: str = "", prefix: str = "f") -> Form:
    """Asks why an original is needed, before it is handed over."""
    return Form(
        WhySchema(),
        _("Download the original"),
        (Field("reason", _("Why do you need the original?")),),
        _("Download the original"),
        number=number,
        to=to,
        prefix=prefix,
        warning=_(
            "Files come from outside and may be harmful. Open them only where that can do no harm. "
            "An entry says that you opened this one, and why."
        ),
    )


def hand_over(number: str, evidence_id: UUID, told: dict[str, Any]) -> Response:
    """The original as a file; that it was opened is an entry before the first byte leaves."""
    reason = told["reason"].strip()
    facts, blocks = looking.read_original(desk(), actor(), number, evidence_id, reason, now())
    return attachment(blocks, facts.size, facts.name or str(evidence_id), facts.media_type)


@blueprint.route("/cases/<string:number>/evidence/<uuid:evidence_id>/original", methods=["GET", "POST"])
@signed_in(*WORKS_CASES)
@fresh
def original(number: str, evidence_id: UUID) -> ResponseReturnValue:
    """Ask why, then hand the original over."""

    def shown(sheet: Sheet) -> Response:
        facts = _facts(number, evidence_id)
        lead = f"{facts.name or _('without a name')}, {labels.size(facts.size)}, {facts.media_type}"
        return alone(replace(sheet, form=replace(sheet.form, lead=(lead,))))

    if request.method == "GET":
        return shown(blank(why_form(number)))
    return sent(why_form(number), lambda told: hand_over(number, evidence_id, told), shown)
