"""The web form: no script, no cookie, nothing from any other host. Step one files, step two adds files.

The receipt travels in the body of a POST only: an address would stay in histories and logs.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from api import shown
from api.access import ANYONE, needs
from api.bodies import body_blocks
from api.context import desk, now
from api.idempotency import form_key, once_under
from api.pages.forms import plain_fields
from api.pages.multipart import Part, parts_of
from api.problems import CHALLENGES, faults_in, of_accident, of_http, of_refusal
from api.routes.complaints import draft_of
from api.schemas import ComplaintSchema, MessageInSchema
from cases.casework.filing import file_complaint
from cases.casework.mailbox import Sent, add_evidence, add_message, find_mailbox, open_mailbox, show_mailbox
from cases.complaint import Complaint, Consent
from cases.errors import (
    BodyNotWhole,
    CaseError,
    Fault,
    KeyMalformed,
    KeyReused,
    Malformed,
    MediaRefused,
    ReceiptRefused,
    StillInProgress,
    TooLarge,
)
from cases.media import ALLOWED

blueprint = Blueprint("door", __name__, template_folder="templates", static_folder=None, url_prefix="/")
CHALLENGE = {"WWW-Authenticate": CHALLENGES[ReceiptRefused]}
CHECKS = ("immediate_danger", "supervisor_told", "supervisor_involved", "fears_retaliation")
RECEIPT_FIELD_LIMIT = 200
SENT_ALREADY = "This form was sent before, with other words. Send it again if you want to file a second complaint."
FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "#/statement/summary": ("summary", "In one sentence"),
        "#/statement/narrative": ("narrative", "Everything you want to tell"),
        "#/statement/posts/0/url": ("post_url", "Address of the post"),
        "#/statement/posts/0/platform": ("post_platform", "Platform"),
        "#/statement/posts/0/handle": ("post_handle", "Account name"),
        "#/statement/subjects/0/name": ("subject_name", "Name of the person"),
        "#/statement/subjects/0/staff_number": ("subject_number", "Staff number of the person"),
        "#/statement/subjects/0/email": ("subject_email", "Work address of the person"),
        "#/reporter/consent": ("consent-anonymous", "Who may know that you reported this?"),
        "#/reporter/name": ("name", "Your name"),
        "#/reporter/email": ("email", "Your address"),
        "#/reporter/staff_number": ("staff_number", "Your staff number"),
    }
)


@blueprint.get("/")
@needs(ANYONE)
def form() -> str:
    """Step one, empty."""
    return _form({}, ())


@blueprint.post("/")
@needs(ANYONE)
def file() -> ResponseReturnValue:
    """File what was written. Sent twice with the same hidden key, it is filed once and shows the same receipt."""
    fields = plain_fields()
    try:
        told = ComplaintSchema().load(_told(fields))
        draft = draft_of(told)
        keyed = form_key(fields.get("key", ""))
        body = request.get_data(cache=True)
        done = once_under(keyed, body, lambda then: file_complaint(desk(), draft, now(), then), shown.filed)
    except ValidationError as error:
        return _form(fields, faults_in(error.messages)), 422
    except Malformed as error:
        return _form(fields, error.faults), 422
    except KeyMalformed:
        return _form({**fields, "key": ""}, (Fault("#", "Please send the form again."),)), 422
    except KeyReused:
        return _form({**fields, "key": ""}, (Fault("#", SENT_ALREADY),)), 422
    except StillInProgress as error:
        return _form(fields, (Fault("#", str(error)),)), 409
    return render_template("filed.html", filed=done, accepted=ALLOWED, limit=_limit()), 201


@blueprint.post("/evidence")
@needs(ANYONE)
def add() -> ResponseReturnValue:
    """Step two: files beside the receipt, each sealed as it streams in."""
    if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
        abort(415, "Use the form on the page.")
    receipt, outcomes = "", list[dict[str, Any]]()
    parts = parts_of(body_blocks(), request.mimetype_params["boundary"])
    try:
        receipt, complaint = _opened_by(next(parts, None))
        outcomes.extend(_stored(complaint, part) for part in parts if part.filename)
    except ReceiptRefused as error:
        return _ask_receipt(str(error)), 401, CHALLENGE
    except BodyNotWhole as error:
        outcomes.append({"name": "", "refused": str(error)})
        if not receipt:
            return render_template("problem.html", sentence=str(error)), 422
    page = render_template("evidence.html", receipt=receipt, outcomes=outcomes, accepted=ALLOWED, limit=_limit())
    return page, 200 if all("size" in one for one in outcomes) else 422


def _opened_by(part: Part | None) -> tuple[str, Complaint]:
    """The receipt, which the form sends first, and whose it is. Raises ReceiptRefused."""
    if part is None or part.name != "receipt":
        raise ReceiptRefused("The receipt must come before the files. Use the form on the page.")
    receipt = _short(part)
    return receipt, find_mailbox(desk(), receipt)


def _stored(complaint: Complaint, part: Part) -> dict[str, Any]:
    """What became of one file; a refused one does not undo the others."""
    name = "".join(letter for letter in part.filename or "" if letter.isprintable())
    unsure = part.media_type in {None, "application/octet-stream"}
    try:
        facts = add_evidence(desk(), complaint, Sent(part.blocks, None if unsure else part.media_type, name), now())
    except (MediaRefused, TooLarge) as error:
        return {"name": name, "refused": str(error)}
    return {"name": name, "size": facts.size, "sha256": facts.sha256}


@blueprint.get("/mailbox")
@needs(ANYONE)
def ask() -> str:
    """Where a receipt is entered."""
    return _ask_receipt("")


@blueprint.post("/mailbox")
@needs(ANYONE)
def mailbox() -> ResponseReturnValue:
    """The mailbox; with a text, after that message was sent."""
    fields = plain_fields()
    receipt, problem = fields.get("receipt", ""), ""
    try:
        opened = open_mailbox(desk(), receipt)
    except ReceiptRefused as error:
        return _ask_receipt(str(error)), 401, CHALLENGE
    if "text" in fields:
        try:
            told = MessageInSchema().load({"text": fields["text"]})
            keyed = form_key(fields.get("key", ""))
            body = request.get_data(cache=True)
            once_under(
                keyed, body, lambda then: add_message(desk(), opened.complaint, told["text"], now(), then), shown.letter
            )
        except ValidationError:
            problem = "Write a message of up to 20,000 characters."
        except (KeyMalformed, KeyReused, StillInProgress):
            problem = "This message was not sent. Look whether it is above already; if not, send it again."
    view = shown.mailbox(show_mailbox(desk(), opened), desk().law, now())
    page = render_template(
        "mailbox.html",
        receipt=receipt,
        box=view,
        problem=problem,
        written=fields.get("text", "") if problem else "",
        key=uuid4(),
        accepted=ALLOWED,
        limit=_limit(),
    )
    return page, 422 if problem else 200


def _ask_receipt(problem: str) -> str:
    return render_template("receipt.html", problem=problem)


def _form(fields: Mapping[str, str], faults: Iterable[Fault]) -> str:
    day = now().date()
    return render_template(
        "form.html",
        fields=fields,
        faults=[(*FIELDS.get(fault.pointer, ("summary", "The form")), fault.detail) for fault in faults],
        categories=desk().law.categories_on(day),
        chosen=request.form.getlist("concerns") if request.method == "POST" else (),
        consents=list(Consent),
        key=fields.get("key") or uuid4(),
    )


def _told(fields: Mapping[str, str]) -> dict[str, Any]:
    """The complaint as the API would have it; what was left empty is left out."""
    post = _filled(fields, url="post_url", platform="post_platform", handle="post_handle")
    subject = _filled(fields, name="subject_name", staff_number="subject_number", email="subject_email")
    reporter: dict[str, Any] = _filled(fields, name="name", email="email", staff_number="staff_number")
    reporter["consent"] = fields.get("consent", "")
    if fields.get("share_with_supervisor") in {"yes", "no"}:
        reporter["share_with_supervisor"] = fields["share_with_supervisor"] == "yes"
    statement: dict[str, Any] = {"summary": fields.get("summary", ""), "narrative": fields.get("narrative", "")}
    statement |= {"concerns": request.form.getlist("concerns")} if request.form.getlist("concerns") else {}
    statement |= ({"posts": [post]} if post else {}) | ({"subjects": [subject]} if subject else {})
    statement |= {name: True for name in CHECKS if fields.get(name) == "yes"}
    if fields.get("tell_ethics") in {"yes", "no"}:
        statement["tell_ethics"] = fields["tell_ethics"] == "yes"
    return {"language": "en", "channel": "web", "statement": statement, "reporter": reporter}


def _filled(fields: Mapping[str, str], **names: str) -> dict[str, Any]:
    return {key: fields[name].strip() for key, name in names.items() if fields.get(name, "").strip()}


def _short(part: Part) -> str:
    """A small field of a multipart form."""
    return b"".join(_bounded(part.blocks)).decode("utf-8", "replace").strip()


def _bounded(blocks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > RECEIPT_FIELD_LIMIT:
            raise ReceiptRefused("This is no receipt.")
        yield block


def _in_words(answer: Response) -> ResponseReturnValue:
    """A problem document as a page, for people."""
    return render_template("problem.html", sentence=answer.get_json()["detail"]), answer.status_code


blueprint.register_error_handler(CaseError, lambda error: _in_words(of_refusal(error)))
blueprint.register_error_handler(HTTPException, lambda error: _in_words(of_http(error)))
blueprint.register_error_handler(Exception, lambda error: _in_words(of_accident(error)))


def _limit() -> str:
    return f"{desk().limits.evidence_bytes // (1 << 20)} MiB"
