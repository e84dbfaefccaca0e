"""One file of a case: its facts and custody. The original is a download with a reason, never part of a page."""

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from api.access import fresh
from api.context import actor, case, desk, now
from api.downloads import attachment
from api.pages.desk.common import blueprint, page
from api.pages.desk.entries import told_entry
from api.pages.words import _
from api.routes.evidence import LONGEST, SEES_EVIDENCE, SHORTEST, is_reason
from api.sessions import form, signed_in
from cases.casework import looking
from cases.casework.mailbox import Facts
from cases.errors import UnknownItem
from cases.sight import Part, may_see


def _facts(number: str, evidence_id: UUID) -> Facts:
    """The facts of one file. Raises UnknownItem before anything is opened: nobody looked at what is not there."""
    desk().lookup.evidence_item(case().complaint, evidence_id)
    for facts in looking.list_evidence(desk(), actor(), number, now()):
        if facts.evidence == str(evidence_id):
            return facts
    raise UnknownItem("There is no such file in this case.")


@blueprint.get("/cases/<string:number>/evidence/<uuid:evidence_id>")
@signed_in(*SEES_EVIDENCE)
def evidence(number: str, evidence_id: UUID) -> Response:
    """What is known of a file, and every entry about it."""
    facts = _facts(number, evidence_id)
    works = may_see(actor(), Part.WORK)
    custody = looking.custody(desk(), actor(), number, evidence_id) if works else ()
    told = [told_entry(stored, {}) for stored in custody]
    return page("evidence.html", number=number, facts=facts, custody=told, works=works)


@blueprint.route("/cases/<string:number>/evidence/<uuid:evidence_id>/original", methods=["GET", "POST"])
@signed_in(*SEES_EVIDENCE)
@fresh
def original(number: str, evidence_id: UUID) -> ResponseReturnValue:
    """Ask why, then hand the original over as a file; that it was opened is an entry before the first byte leaves."""
    if request.method == "GET":
        return _why(_facts(number, evidence_id), number)
    reason = form().get("reason", "").replace("\r\n", "\n").strip()
    if not is_reason(reason):
        limits = {"least": SHORTEST, "most": LONGEST}
        problem = _("Say why in %(least)s to %(most)s characters.") % limits
        return _why(_facts(number, evidence_id), number, reason, problem)
    facts, blocks = looking.read_original(desk(), actor(), number, evidence_id, reason, now())
    return attachment(blocks, facts.size, facts.name or str(evidence_id), facts.media_type)


def _why(facts: Facts, number: str, typed: str = "", problem: str = "") -> Response:
    shown: dict[str, Any] = {"number": number, "facts": facts, "typed": typed, "problem": problem}
    shown |= {"least": SHORTEST, "most": LONGEST}
    return page("original.html", 422 if problem else 200, **shown)
