"""Notes of a case. Sealed; nothing is edited, a correction is a new note."""

from typing import Any
from uuid import UUID

from api import deskwork_shown as shown
from api.access import needs
from api.blueprints import PREFIX, Answer, Blueprint
from api.context import actor, case, desk, now
from api.cursors import read_cursor, time
from api.deskwork_schemas import NoteInSchema, NoteSchema
from api.idempotency import IDEMPOTENCY_KEY, once
from api.routes.cases import WORKS_CASES
from api.schemas import PageQuery, page_of
from api.versions import IF_MATCH, decided_on, tag
from cases.casework import noting
from cases.casework.noting import ShownNote
from cases.times import read_stamp, stamp

blueprint = Blueprint("notes", __name__, url_prefix=f"{PREFIX}/cases/<string:number>/notes")


@blueprint.route("", methods=["GET"])
@needs(*WORKS_CASES)
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(NoteSchema, "NotePage"))
def listed(wanted: dict[str, Any], number: str) -> Answer:
    """Notes of a case, newest first. Opening them is an entry. What deciders write, deciders alone read."""
    after = read_cursor(wanted.get("cursor"), time, UUID)
    before = (read_stamp(after[0]), after[1]) if after else None
    found = noting.list_notes(desk(), actor(), number, now(), before, wanted["limit"])
    page, status, link = shown.page(found, wanted["limit"], shown.note, _place)
    return page, status, {**tag(case()), **link}


def _place(one: ShownNote) -> list[Any]:
    return [stamp(one.note.at), str(one.note.id)]


@blueprint.route("", methods=["POST"])
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@needs(*WORKS_CASES)
@blueprint.arguments(NoteInSchema())
@blueprint.response(201, NoteSchema)
def write(told: dict[str, Any], number: str) -> Answer:
    """Add a note, perhaps one that corrects another. A change of the case: needs `If-Match`."""
    who, version = actor(), decided_on()

    def act(then: Any) -> ShownNote:
        corrects = told.get("corrects")
        return noting.write_note(desk(), who, number, version, told["text"], now(), then, corrects=corrects)

    done = once(act, lambda note: shown.note(note) | {"version": version + 1}, who.person)
    return done, 201, {"ETag": f'"{done["version"]}"'}
