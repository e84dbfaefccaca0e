"""The mailbox: what a receipt opens, and what its holder may do there."""

from collections.abc import Mapping
from uuid import uuid4

from flask import Response, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from api import shown
from api.access import ANYONE, needs
from api.context import desk, now
from api.idempotency import form_key, once_under
from api.pages.door.common import IN, blueprint, page
from api.pages.door.receipt import megabytes
from api.pages.forms import plain_fields
from api.pages.words import _, said
from api.problems import CHALLENGES
from api.schemas import MessageInSchema
from cases.casework.mailbox import add_message, open_mailbox, show_mailbox
from cases.errors import KeyMalformed, KeyReused, ReceiptRefused, StillInProgress
from cases.media import ALLOWED

CHALLENGE = {"WWW-Authenticate": CHALLENGES[ReceiptRefused]}


@blueprint.get(f"{IN}/mailbox")
@needs(ANYONE)
def mailbox() -> Response:
    """Where a receipt is entered."""
    return ask_receipt()


@blueprint.post(f"{IN}/mailbox")
@needs(ANYONE)
def open_() -> ResponseReturnValue:
    """The mailbox; with a text, after that message was sent."""
    fields = plain_fields()
    receipt, problem = fields.get("receipt", ""), ""
    try:
        opened = open_mailbox(desk(), receipt)
    except ReceiptRefused as error:
        return ask_receipt(said(str(error)), 401, CHALLENGE)
    if "text" in fields:
        try:
            told = MessageInSchema().load({"text": fields["text"]})
            keyed = form_key(fields.get("key", ""))
            body = request.get_data(cache=True)
            once_under(
                keyed, body, lambda then: add_message(desk(), opened.complaint, told["text"], now(), then), shown.letter
            )
        except ValidationError:
            problem = _("Write a message of up to 20,000 characters.")
        except (KeyMalformed, KeyReused, StillInProgress):
            problem = _("This message was not sent. Look whether it is above already; if not, send it again.")
    view = shown.mailbox(show_mailbox(desk(), opened), desk().law, now())
    return page(
        "mailbox.html",
        422 if problem else 200,
        receipt=receipt,
        box=view,
        problem=problem,
        written=fields.get("text", "") if problem else "",
        key=uuid4(),
        accepted=ALLOWED,
        limit=megabytes(),
    )


@blueprint.post(f"{IN}/proof")
@needs(ANYONE)
def filing_proof() -> ResponseReturnValue:
    """The signed proof of filing as a file to keep."""
    raise NotImplementedError


def ask_receipt(problem: str = "", status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The page that asks for a receipt."""
    answer = page("receipt.html", status, problem=problem)
    answer.headers.update(headers or {})
    return answer
