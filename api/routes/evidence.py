"""Evidence below its case: the list, the original, its custody."""

from urllib.parse import unquote
from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import Headers

from api import shown
from api.access import fresh, needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.ranges import IF_RANGE, OF_A_PIECE, OFFERED, RANGE, piece_of_file, wanted_range, whole_file
from api.routes.cases import WORKS_CASES
from api.schemas import EntrySchema, EvidenceSchema
from api.versions import tag
from cases.casework import looking
from cases.errors import Fault, Malformed
from cases.people import Role
from cases.sight import Part, may_see

blueprint = Blueprint("evidence", __name__, url_prefix=f"{PREFIX}/cases/<string:number>/evidence")
SEES_EVIDENCE = (Role.SUPERVISOR, *WORKS_CASES)
SHORTEST, LONGEST = 10, 500
FILE = {"type": "string", "format": "binary"}
REASON = {
    "name": "Reason",
    "in": "header",
    "required": True,
    "description": "Why the original is opened: 10 to 500 characters, percent-encoded UTF-8. Kept sealed.",
    "schema": {"type": "string"},
    "example": "Needed%20for%20the%20assessment",
}


@blueprint.route("", methods=["GET"])
@needs(*SEES_EVIDENCE)
@blueprint.response(200, EvidenceSchema(many=True))
def listed(number: str) -> Answer:
    """The files of a case. Their names, types and hashes are sealed: listing them is an entry."""
    who = actor()
    found = looking.list_evidence(desk(), who, number, now())
    headers = tag(case()) if may_see(who, Part.WORK) else Headers()
    return [shown.file_facts(facts) for facts in found], 200, headers


@blueprint.route("/<uuid:evidence_id>/content", methods=["GET"])
@blueprint.doc(parameters=[REASON, RANGE, IF_RANGE])
@needs(*SEES_EVIDENCE)
@fresh
@blueprint.response(200, FILE, content_type="*/*", headers=dict(OFFERED))
@blueprint.alt_response(206, schema=FILE, description="A range.", content_type="*/*", headers=dict(OF_A_PIECE))
def content(number: str, evidence_id: UUID) -> Response:
    """The original, or a range of it. Needs a `Reason` header; that it was opened is an entry before a byte leaves.

    HEAD asks the same and is written down the same: it tells what the file is, and that it opens.
    """
    reason, wanted = _reason(), wanted_range(str(evidence_id))
    if wanted is None:
        return whole_file(*looking.read_original(desk(), actor(), number, evidence_id, reason, now()))
    return piece_of_file(*looking.read_piece(desk(), actor(), number, evidence_id, reason, wanted, now()))


def _reason() -> str:
    """The `Reason` header. Raises Malformed."""
    try:
        shown_as = request.headers.get("Reason", "").encode("ascii")  # raw bytes above it would be read as Latin-1
        reason = unquote(shown_as.decode(), errors="strict").strip()
    except UnicodeError:
        reason = ""
    if not is_reason(reason):
        detail = f"Say why, in {SHORTEST} to {LONGEST} characters, percent-encoded UTF-8."
        raise Malformed([Fault("#/headers/Reason", detail)])
    return reason


def is_reason(text: str) -> bool:
    """Whether somebody said why an original is opened."""
    return SHORTEST <= len(text) <= LONGEST and text.replace("\n", " ").isprintable()


@blueprint.route("/<uuid:evidence_id>/custody", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.response(200, EntrySchema(many=True))
def custody(number: str, evidence_id: UUID) -> Answer:
    """Every entry about one file: who took it in, who looked at it, when."""
    found = looking.custody(desk(), actor(), number, evidence_id)
    return [shown.entry(stored) for stored in found], 200, tag(case())
