"""Taking in what came by post, telephone, mail or in person: entered for the reporter, their receipt shown once."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from api import shown
from api.bodies import body_blocks
from api.context import actor, desk, now
from api.pages.desk import labels
from api.pages.desk.common import blueprint, page
from api.pages.desk.fields import Field, Options, options
from api.pages.desk.forms import Form, alone, blank, once_sent, sent
from api.pages.multipart import Part, parts_of
from api.pages.words import _, said
from api.routes.entering import entered
from api.schemas import EnteredSchema
from api.sessions import must_be_of_this_session, signed_in
from cases.casework.entering import CHANNELS, ENTERS, add_scan, enter_complaint
from cases.casework.mailbox import Sent
from cases.catalogue import LANGUAGES
from cases.complaint import Consent
from cases.errors import BodyNotWhole, MediaRefused, ReceiptRefused, TooLarge
from cases.media import ALLOWED, UNSURE

FIELD_LIMIT = 200


def _form() -> Form:
    return Form(
        EnteredSchema(),
        _("Enter a complaint"),
        (
            Field("channel", _("How it came"), options=options(CHANNELS, labels.channel_name)),
            Field("language", _("Language"), options=_languages()),
            Field("arrival.at", _("Day it came, if that was before today"), needed=False),
            Field("arrival.reason", _("Why it is entered only now"), needed=False),
            Field("statement.summary", _("In one sentence")),
            Field("statement.narrative", _("Everything they tell")),
            Field("statement.concerns.0", _("What it is about"), options=_concerns()),
            Field("statement.immediate_danger", _("Somebody may be in danger while this is online")),
            Field("statement.posts.0.url", _("Address of the post"), "line"),
            Field("statement.posts.0.platform", _("Platform")),
            Field("statement.posts.0.handle", _("Account")),
            Field("statement.subjects.0.name", _("Name of whoever posted it")),
            Field("statement.subjects.0.staff_number", _("Their staff number")),
            Field("statement.subjects.0.email", _("Their work address")),
            *_about_the_reporter(),
        ),
        _("Enter the complaint"),
        lead=(_("Ask the reporter how far it may be known who they are, and whether their supervisor may be told."),),
    )


def _about_the_reporter() -> Iterator[Field]:
    consents = options(Consent, labels.consent_name)
    yield Field("reporter.consent", _("Who may know that they reported this, as they said"), options=consents)
    yield Field("reporter.name", _("Name of the reporter"))
    yield Field("reporter.email", _("Address of the reporter"))
    yield Field("reporter.staff_number", _("Staff number of the reporter"))
    yield Field("reporter.share_with_supervisor", _("Their own supervisor may receive this, they said"), "yes_no")
    yield Field("statement.supervisor_involved", _("The supervisor is involved"))
    yield Field("statement.fears_retaliation", _("The reporter fears retaliation"))
    yield Field("statement.tell_ethics", _("The Ethics Office may be told"), "yes_no")


def _languages() -> Options:
    return tuple((row.code, row.name) for row in desk().law.languages if row.code in LANGUAGES)


def _concerns() -> Options:
    return tuple((row.slug, labels.category_name(row.slug)) for row in desk().law.categories_on(now().date()))


@blueprint.route("/enter", methods=["GET", "POST"])
@signed_in(*ENTERS)
def take_in() -> ResponseReturnValue:
    """A complaint entered in the reporter's place. Sent twice it is entered once, and shows the same receipt."""
    return alone(blank(_form())) if request.method == "GET" else sent(_form(), _enter)


def _enter(told: dict[str, Any]) -> Response:
    draft, who = entered(told), actor()
    done = once_sent(lambda then: enter_complaint(desk(), who, draft, now(), then), shown.filed)
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
    declared = None if part.media_type == UNSURE else part.media_type
    try:
        facts = add_scan(desk(), actor(), receipt, Sent(part.blocks, declared, name), now())
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
