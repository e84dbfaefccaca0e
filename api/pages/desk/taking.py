"""Taking in what came by post, telephone, mail or in person: entered for the reporter, their receipt shown once."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from api import shown
from api.bodies import body_blocks
from api.context import actor, desk, now
from api.idempotency import form_key, once_under
from api.pages.desk import labels
from api.pages.desk.acting import REFUSED, ask
from api.pages.desk.common import blueprint, page
from api.pages.desk.filling import Field, Form, options
from api.pages.multipart import Part, parts_of
from api.pages.words import _, said
from api.problems import PROBLEMS, faults_in
from api.routes.entering import entered
from api.schemas import EnteredSchema
from api.sessions import form as typed_fields
from api.sessions import must_be_of_this_session, signed_in
from cases.casework.entering import CHANNELS, ENTERS, add_scan, enter_complaint
from cases.casework.mailbox import Sent
from cases.catalogue import LANGUAGES
from cases.complaint import Consent
from cases.errors import BodyNotWhole, Malformed, MediaRefused, ReceiptRefused, TooLarge
from cases.media import ALLOWED

LONG, SHORT, FIELD_LIMIT = 20_000, 40, 200


def _form() -> Form:
    return Form(
        _("Enter a complaint"),
        (
            Field("channel", _("How it came"), "choice", options(CHANNELS, labels.channel_name)),
            Field("language", _("Language"), "choice", _languages()),
            Field("arrival.at", _("Day it came, if that was before today"), "day", needed=False),
            Field("arrival.reason", _("Why it is entered only now"), needed=False, longest=500),
            Field("statement.summary", _("In one sentence")),
            Field("statement.narrative", _("Everything they tell"), "text", longest=LONG),
            Field("statement.concerns.0", _("What it is about"), "choice", _concerns(), needed=False),
            Field("statement.immediate_danger", _("Somebody may be in danger while this is online"), "tick"),
            Field("statement.posts.0.url", _("Address of the post"), needed=False, longest=2000),
            Field("statement.posts.0.platform", _("Platform"), needed=False),
            Field("statement.posts.0.handle", _("Account"), needed=False),
            Field("statement.subjects.0.name", _("Name of whoever posted it"), needed=False),
            Field("statement.subjects.0.staff_number", _("Their staff number"), needed=False, longest=SHORT),
            Field("statement.subjects.0.email", _("Their work address"), needed=False),
            *_about_the_reporter(),
        ),
        _("Enter the complaint"),
        "",
        lead=(_("Ask the reporter how far it may be known who they are, and whether their supervisor may be told."),),
        shape=_shaped,
    )


def _about_the_reporter() -> Iterator[Field]:
    consents = options(Consent, labels.consent_name)
    yield Field("reporter.consent", _("Who may know that they reported this, as they said"), "choice", consents)
    yield Field("reporter.name", _("Name of the reporter"), needed=False)
    yield Field("reporter.email", _("Address of the reporter"), needed=False)
    yield Field("reporter.staff_number", _("Staff number of the reporter"), needed=False, longest=SHORT)
    share = _("Their own supervisor may receive this, they said")
    yield Field("reporter.share_with_supervisor", share, "yes_no", needed=False)
    yield Field("statement.supervisor_involved", _("The supervisor is involved"), "tick")
    yield Field("statement.fears_retaliation", _("The reporter fears retaliation"), "tick")
    yield Field("statement.tell_ethics", _("The Ethics Office may be told"), "yes_no", needed=False)


def _languages() -> tuple[tuple[str, str], ...]:
    return tuple((row.code, row.name) for row in desk().law.languages if row.code in LANGUAGES)


def _concerns() -> tuple[tuple[str, str], ...]:
    return tuple((row.slug, labels.category_name(row.slug)) for row in desk().law.categories_on(now().date()))


def _shaped(told: dict[str, Any]) -> dict[str, Any]:
    """A day is taken for its beginning, in UTC: clocks then never end later than they should."""
    day = told.get("arrival", {}).get("at")
    if day:
        try:
            at = datetime.combine(datetime.fromisoformat(day).date(), time(), UTC)
        except ValueError:
            return told
        told["arrival"]["at"] = at.isoformat()
    return told


@blueprint.route("/enter", methods=["GET", "POST"])
@signed_in(*ENTERS)
def take_in() -> ResponseReturnValue:
    """A complaint entered in the reporter's place. Sent twice it is entered once, and shows the same receipt."""
    form = _form()
    if request.method == "GET":
        return ask(form)
    typed, body = typed_fields(), request.get_data(cache=True)
    try:
        draft = entered(EnteredSchema().load(form.told(typed)))
        keyed, who = form_key(typed.get("key", "")), actor()
        done = once_under(keyed, body, lambda then: enter_complaint(desk(), who, draft, now(), then), shown.filed)
    except ValidationError as error:
        return ask(form, typed, faults=faults_in(error.messages), status=422)
    except Malformed as error:
        return ask(form, typed, faults=error.faults, status=422)
    except REFUSED as error:
        return ask(form, typed, refused=error, status=PROBLEMS[type(error)][0])
    return _receipt(done["receipt"], (), done, 201)


@blueprint.post("/enter/files")
@signed_in(*ENTERS, streams=True)
def take_in_files() -> ResponseReturnValue:
    """Scans and whatever else was handed over, each sealed as it streams in."""
    if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
        abort(415, "Use the form on the page.")
    parts = parts_of(body_blocks(), request.mimetype_params["boundary"])
    must_be_of_this_session(_short(next(parts, None), "form_token"))
    receipt = _short(next(parts, None), "receipt")
    outcomes = list[dict[str, Any]]()
    try:
        outcomes.extend(_stored(receipt, part) for part in parts if part.filename)
    except BodyNotWhole as error:
        outcomes.append({"name": "", "refused": said(str(error))})
    return _receipt(receipt, outcomes, None, 200 if all("size" in one for one in outcomes) else 422)


def _receipt(receipt: str, outcomes: Any, filed: dict[str, Any] | None, status: int) -> Response:
    limit = f"{desk().limits.evidence_bytes // (1 << 20)} MiB"
    return page("entered.html", status, receipt=receipt, outcomes=outcomes, filed=filed, accepted=ALLOWED, limit=limit)


def _stored(receipt: str, part: Part) -> dict[str, Any]:
    """What became of one file; a refused one does not undo the others."""
    name = "".join(letter for letter in part.filename or "" if letter.isprintable())
    unsure = part.media_type in {None, "application/octet-stream"}
    sent = Sent(part.blocks, None if unsure else part.media_type, name)
    try:
        facts = add_scan(desk(), actor(), receipt, sent, now())
    except (MediaRefused, TooLarge, ReceiptRefused) as error:
        return {"name": name, "refused": said(str(error))}
    return {"name": name, "size": facts.size}


def _short(part: Part | None, name: str) -> str:
    """A small field, which the form sends before any file; empty where it is not there."""
    if part is None or part.name != name:
        return ""
    held = b""
    for block in part.blocks:
        held = (held + block)[: FIELD_LIMIT + 1]
    return held.decode("utf-8", "replace").strip() if len(held) <= FIELD_LIMIT else ""
