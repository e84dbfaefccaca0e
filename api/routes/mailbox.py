"""What a receipt opens."""

from collections.abc import Iterable
from typing import Any

from flask import request
from werkzeug.http import parse_options_header

from api import shown
from api.access import RECEIPT, needs
from api.blueprints import PREFIX, Blueprint
from api.bodies import announced_digests, announced_length, body_blocks, must_not_be_too_large, must_prove_wholeness
from api.context import complaint, desk, now, receipt
from api.idempotency import IDEMPOTENCY_KEY, once, once_streaming
from api.paces import paced
from api.schemas import (
    EvidenceSchema,
    MailboxSchema,
    MessageInSchema,
    MessageSchema,
    ReviewInSchema,
    WithdrawalInSchema,
)
from api.work_schemas import ConsentInSchema, ConsentSchema
from cases.casework.consenting import change_consent
from cases.casework.mailbox import Facts, Sent, add_evidence, add_message, letters_of, open_mailbox, show_mailbox
from cases.casework.wishing import ask_for_review, withdraw
from cases.complaint import Reporter
from cases.media import ALLOWED, UNSURE, must_be_allowed
from cases.ports import Then
from cases.ports_door import FILES

blueprint = Blueprint("mailbox", __name__, url_prefix=f"{PREFIX}/mailbox", description="What a receipt opens.")
DIGEST = {
    "name": "Content-Digest",
    "in": "header",
    "required": False,
    "description": "sha-256 or sha-512 of the body (RFC 9530). Checked; needed when there is no Content-Length.",
    "schema": {"type": "string"},
    "example": "sha-256=:tIk0VzMfpCwc8fHLS9fGR5QvPDshYodc9ViL7h0MtkY=:",
}
NAME = {
    "name": "Content-Disposition",
    "in": "header",
    "required": False,
    "description": "The file's name, as a label only.",
    "schema": {"type": "string"},
    "example": "attachment; filename*=UTF-8''screenshot.png",
}
RAW_BODY = {
    "parameters": [DIGEST, NAME, IDEMPOTENCY_KEY],
    "requestBody": {
        "required": True,
        "description": f"The file as it is. As `{UNSURE}`, its content alone says of what type it is.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (UNSURE, *ALLOWED)},
    },
}


@blueprint.route("", methods=["GET"])
@needs(RECEIPT)
@blueprint.response(200, MailboxSchema)
def show() -> dict[str, Any]:
    """Status in plain words, own statement, evidence, messages and proofs."""
    return shown.mailbox(show_mailbox(desk(), open_mailbox(desk(), receipt())), desk().law, now())


@blueprint.route("/messages", methods=["GET"])
@needs(RECEIPT)
@blueprint.response(200, MessageSchema(many=True))
def messages() -> list[dict[str, Any]]:
    """All messages, oldest first."""
    opened = open_mailbox(desk(), receipt())
    return [shown.letter(one) for one in letters_of(desk(), opened.complaint, opened)]


@blueprint.route("/messages", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(RECEIPT)
@blueprint.arguments(MessageInSchema())
@blueprint.response(201, MessageSchema)
def write(told: dict[str, Any]) -> dict[str, Any]:
    """Write to the desk."""
    who = complaint()
    return once(lambda then: add_message(desk(), who, told["text"], now(), then), shown.letter, str(who.id))


@blueprint.route("/withdrawal", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(RECEIPT)
@blueprint.arguments(WithdrawalInSchema())
@blueprint.response(201, MessageSchema)
def ask_to_withdraw(told: dict[str, Any]) -> dict[str, Any]:
    """Ask that the complaint goes no further. A wish: the desk decides, and writes what became of it."""
    who = complaint()
    return once(lambda then: withdraw(desk(), who, told["text"], now(), then), shown.letter, str(who.id))


@blueprint.route("/review", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(RECEIPT)
@blueprint.arguments(ReviewInSchema())
@blueprint.response(201, MessageSchema)
def ask_again(told: dict[str, Any]) -> dict[str, Any]:
    """Ask that a closed complaint is looked at again, for new evidence or because the reasons do not hold."""
    who, ground = complaint(), told["ground"]
    return once(lambda then: ask_for_review(desk(), who, ground, told["text"], now(), then), shown.letter, str(who.id))


@blueprint.route("/consent", methods=["POST"])
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@needs(RECEIPT)
@blueprint.arguments(ConsentInSchema())
@blueprint.response(201, ConsentSchema)
def consent(told: dict[str, Any]) -> dict[str, Any]:
    """Let it be known further who you are, or less from now on. What was read before cannot be unread."""
    who, share = complaint(), told.get("share_with_supervisor")
    reporter = Reporter(**told)
    return once(
        lambda then: change_consent(desk(), who, reporter, now(), then, share=share),
        lambda now_is: {"consent": str(now_is)},
        str(who.id),
    )


@blueprint.route("/evidence", methods=["POST"])
@blueprint.doc(**RAW_BODY)
@needs(RECEIPT)
@paced(FILES)
@blueprint.response(201, EvidenceSchema)
def add() -> dict[str, Any]:
    """Add a file: the raw body, sealed as it streams in.

    Kept only if it came whole: as many bytes as Content-Length says, or a matching Content-Digest.
    """
    who, declared = complaint(), request.headers.get("Content-Type")
    if request.mimetype == UNSURE:
        declared = None
    else:
        must_be_allowed(declared)
    digests = announced_digests()
    must_prove_wholeness(digests)
    must_not_be_too_large(desk().limits.evidence_bytes)

    def act(blocks: Iterable[bytes], then: Then | None) -> Facts:
        sent = Sent(blocks, declared, _name(), announced_length(), digests)
        return add_evidence(desk(), who, sent, now(), then)

    return once_streaming(body_blocks(), act, shown.stored_file, str(who.id))


def _name() -> str:
    """The file name the sender gives, as a label only: it never names anything on a disk."""
    _, options = parse_options_header(request.headers.get("Content-Disposition"))
    name = options.get("filename", "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable())
