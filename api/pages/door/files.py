"""Files for a complaint, each sealed as it streams in."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.bodies import body_blocks
from api.context import desk, now
from api.paces import clock_after, must_not_hurry
from api.pages.door import visiting
from api.pages.door.common import IN, blueprint, not_taken, page
from api.pages.door.helping import tells
from api.pages.door.mailbox import ask_again_for_receipt
from api.pages.door.receipt import megabytes
from api.pages.multipart import Part, parts_of
from api.pages.words import _, said
from cases.casework.mailbox import Sent, add_evidence
from cases.complaint import Complaint
from cases.errors import BodyNotWhole, MediaRefused, ReceiptRefused, TooLarge, TooOften
from cases.media import ALLOWED, UNSURE
from cases.ports_door import FILES

FIELD_LIMIT = 200


@dataclass
class Upload:
    """What came of a form of files so far. `receipt` is empty where the mailbox is open in this browser."""

    receipt: str = ""
    complaint: Complaint | None = None
    outcomes: list[dict[str, Any]] = field(default_factory=list)


@blueprint.post(f"{IN}/evidence")
@needs(ANYONE)
def add() -> ResponseReturnValue:
    """Add files, behind the receipt or the mark of an open mailbox; a refused one does not undo the others."""
    if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
        abort(415, "Use the form on the page.")
    visiting.must_come_from_us()
    upload, problem, blocks = Upload(), "", body_blocks()
    try:
        _take(upload, parts_of(blocks, request.mimetype_params["boundary"]))
    except visiting.REFUSALS as error:
        deque(blocks, maxlen=0)  # a server may cut the answer of whoever leaves a body unread
        lost = _("No file was stored. Open your mailbox and choose them again.")
        return ask_again_for_receipt(error, {}, to=url_for("door.mailbox"), more=lost)
    except BodyNotWhole as error:
        problem = said(str(error))
        if upload.complaint is None:
            return page("problem.html", 422, sentence=problem)
    return _outcome(upload, problem)


def _take(upload: Upload, parts: Iterator[Part]) -> None:
    """Let whoever it is in, then keep what comes. Raises ReceiptRefused, FormRefused or BodyNotWhole."""
    first = next(parts, None)
    if first is None or first.name not in {visiting.RECEIPT, visiting.FORM_MARK}:
        raise ReceiptRefused(_("The receipt must come before the files. Use the form on the page."))
    shown, by_receipt = _short(first), first.name == visiting.RECEIPT
    upload.receipt = shown if by_receipt else ""
    upload.complaint = visiting.shown_by(shown) if by_receipt else visiting.let_in("", shown)
    for part in parts:
        if part.filename:
            upload.outcomes.append(_stored(upload.complaint, part))


def _outcome(upload: Upload, problem: str) -> Response:
    stored = [one for one in upload.outcomes if "sha256" in one]
    whole, waits = not problem and len(stored) == len(upload.outcomes), [one.get("wait", 0) for one in upload.outcomes]
    answer = page(
        "evidence.html",
        200 if whole else 429 if any(waits) else 422,
        held=upload.receipt,
        mark="" if upload.receipt else visiting.form_mark(),
        outcomes=upload.outcomes,
        stored=stored,
        problem=problem,
        accepted=ALLOWED,
        limit=megabytes(),
    )
    if any(waits):
        answer.headers["Retry-After"] = str(max(waits))
    return answer


def _stored(complaint: Complaint, part: Part) -> dict[str, Any]:
    """What became of one file."""
    name = "".join(letter for letter in part.filename or "" if letter.isprintable())
    try:
        must_not_hurry(FILES, str(complaint.id))
    except TooOften as error:
        said_when = _("Too many files came at once. Send this one again after %(time)s.")
        return {"name": name, "refused": said_when % {"time": clock_after(error.seconds)}, "wait": error.seconds}
    declared = None if part.media_type == UNSURE else part.media_type
    try:
        facts = add_evidence(desk(), complaint, Sent(part.blocks, declared, name), now())
    except (MediaRefused, TooLarge) as error:
        return {"name": name, "refused": not_taken(error)}
    return {"name": name, "size": facts.size, "sha256": facts.sha256, "tells": tells(facts.hidden)}


def _short(part: Part) -> str:
    """A small field of a multipart form."""
    return b"".join(_bounded(part.blocks)).decode("utf-8", "replace").strip()


def _bounded(blocks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > FIELD_LIMIT:
            raise ReceiptRefused(visiting.wrong())
        yield block
