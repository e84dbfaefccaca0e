"""Files for a complaint, each sealed as it streams in."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.bodies import body_blocks
from api.context import desk, now
from api.pages.door.common import IN, blueprint, page
from api.pages.door.mailbox import CHALLENGE, ask_receipt
from api.pages.door.receipt import megabytes
from api.pages.multipart import Part, parts_of
from api.pages.words import said
from cases.casework.mailbox import Sent, add_evidence, find_mailbox
from cases.complaint import Complaint
from cases.errors import BodyNotWhole, MediaRefused, ReceiptRefused, TooLarge
from cases.media import ALLOWED

RECEIPT_FIELD_LIMIT = 200


@blueprint.post(f"{IN}/evidence")
@needs(ANYONE)
def add() -> ResponseReturnValue:
    """Add files beside the receipt; a refused one does not undo the others."""
    if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
        abort(415, "Use the form on the page.")
    receipt, outcomes = "", list[dict[str, Any]]()
    parts = parts_of(body_blocks(), request.mimetype_params["boundary"])
    try:
        receipt, complaint = _opened_by(next(parts, None))
        outcomes.extend(_stored(complaint, part) for part in parts if part.filename)
    except ReceiptRefused as error:
        return ask_receipt(said(str(error)), 401, CHALLENGE)
    except BodyNotWhole as error:
        outcomes.append({"name": "", "refused": said(str(error))})
        if not receipt:
            return page("problem.html", 422, sentence=said(str(error)))
    status = 200 if all("size" in one for one in outcomes) else 422
    return page("evidence.html", status, receipt=receipt, outcomes=outcomes, accepted=ALLOWED, limit=megabytes())


def _opened_by(part: Part | None) -> tuple[str, Complaint]:
    """The receipt, which the form sends first, and whose it is. Raises ReceiptRefused."""
    if part is None or part.name != "receipt":
        raise ReceiptRefused("The receipt must come before the files. Use the form on the page.")
    receipt = _short(part)
    return receipt, find_mailbox(desk(), receipt)


def _stored(complaint: Complaint, part: Part) -> dict[str, Any]:
    """What became of one file."""
    name = "".join(letter for letter in part.filename or "" if letter.isprintable())
    unsure = part.media_type in {None, "application/octet-stream"}
    try:
        facts = add_evidence(desk(), complaint, Sent(part.blocks, None if unsure else part.media_type, name), now())
    except (MediaRefused, TooLarge) as error:
        return {"name": name, "refused": said(str(error))}
    return {"name": name, "size": facts.size, "sha256": facts.sha256}


def _short(part: Part) -> str:
    """A small field of a multipart form."""
    return b"".join(_bounded(part.blocks)).decode("utf-8", "replace").strip()


def _bounded(blocks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > RECEIPT_FIELD_LIMIT:
            raise ReceiptRefused("This is no receipt.")
        yield block
