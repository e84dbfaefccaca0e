"""The steps of a report. Each is a POST of everything typed so far to the same address; only the last one keeps it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from api import shown
from api.access import ANYONE, needs
from api.context import desk, now
from api.idempotency import form_key, once_under
from api.pages.door import fields
from api.pages.door.common import IN, blueprint, page
from api.pages.door.fields import CHECK, HAPPENED, MOST, STEPS, Shown
from api.pages.door.posts import said_back
from api.pages.door.receipt import receipt_page
from api.pages.door.written import Written, complaint_of, written
from api.pages.forms import ROOM, plain_fields
from api.pages.words import _
from api.problems import faults_in
from api.routes.complaints import draft_of
from api.schemas import ComplaintSchema, ReporterSchema
from cases.casework.filing import file_complaint, unknown_concerns
from cases.complaint import Reporter
from cases.errors import Fault, KeyMalformed, KeyReused, Malformed, StillInProgress

GO = "go"


@blueprint.get(f"{IN}/report")
@needs(ANYONE)
def begin() -> Response:
    """The first step, empty."""
    return _step(HAPPENED, _typed({}), ())


@blueprint.post(f"{IN}/report")
@needs(ANYONE)
def go_on() -> ResponseReturnValue:
    """On to the step that was asked for, or file. A step is left forwards only when what it asks was answered well."""
    sent = plain_fields(ROOM)
    told, here, go = _typed(sent), sent.get("step", ""), sent.get(GO, "next")
    here = here if here in STEPS else HAPPENED
    if go == "file":
        return _file(told)
    if go in STEPS:
        return _step(go, told, ())
    if go.startswith(("add-", "drop-", "stay")):
        return _changed(here, sent, go)
    faults = [one for one in _faults(told) if one.step == here]
    return _step(here, told, faults, 422) if faults else _step(_after(here), told, ())


def _typed(sent: Mapping[str, str], without: str = "") -> Written:
    return written(request.form if sent else type(request.form)(), without)


def _after(step: str) -> str:
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def _changed(here: str, sent: Mapping[str, str], go: str) -> Response:
    """The same step with a row more or less; nothing is checked yet. Rows are counted as the page shows them."""
    what, _sign, row = go.partition("-")
    told = _typed(sent, row if what == "drop" else "")
    return _step(here, told, (), more=row if what == "add" and row in MOST else "")


def _faults(told: Written) -> list[Shown]:
    """Every mistake in what was typed so far, whichever step it stands in."""
    whole, faults = _complaint(told), list[Fault]()
    try:
        faults += unknown_concerns(draft_of(ComplaintSchema().load(whole)), desk().law, now())
    except ValidationError as error:
        faults += faults_in(error.messages)
    with suppress(ValidationError):  # named already, with all the others
        faults += Reporter(**ReporterSchema().load(whole["reporter"])).faults()
    return fields.shown(faults)


def _complaint(told: Written) -> dict[str, Any]:
    return complaint_of(told, {row.slug: row.categories for row in desk().law.principles_on(now().date())})


def _file(told: Written) -> ResponseReturnValue:
    """Sent twice with the same hidden key, it is filed once and shows the same receipt."""
    if faults := _faults(told):
        return _step(faults[0].step, told, faults, 422)
    try:
        draft = draft_of(ComplaintSchema().load(_complaint(told)))
        keyed = form_key(told.key)
        done = once_under(
            keyed, request.get_data(cache=True), lambda then: file_complaint(desk(), draft, now(), then), shown.filed
        )
    except Malformed as error:
        return _step(CHECK, told, fields.shown(error.faults), 422)
    except KeyMalformed:
        return _again(told, _("Please send the form again."), 422)
    except KeyReused:
        return _again(
            told,
            _("This form was sent before, with other words. Send it again if you want to file a second complaint."),
            422,
        )
    except StillInProgress:
        return _step(CHECK, told, [_said(_("This is being sent already. Send it again in a moment."))], 409)
    return receipt_page(done)


def _again(told: Written, sentence: str, status: int) -> Response:
    fresh = Written(told.one, told.groups, told.kinds, _typed({}).key)
    return _step(CHECK, fresh, [_said(sentence)], status)


def _said(sentence: str) -> Shown:
    return Shown(CHECK, "form", _("The form"), sentence)


def _step(step: str, told: Written, faults: Sequence[Shown], status: int = 200, *, more: str = "") -> Response:
    def asked_by(name: str) -> bool:
        return fields.step_of(name) == step

    return page(
        f"steps/{step}.html",
        status,
        step=step,
        place=STEPS.index(step) + 1,
        steps=STEPS,
        before=STEPS[max(STEPS.index(step) - 1, 0)],
        told=told,
        hidden=list(told.pairs(asked_by)),
        faults=faults,
        wrong={one.field: one.detail for one in faults},
        labels=fields.labels(),
        label_of=fields.label_of,
        kinds=desk().law.principles_on(now().date()) if step in {fields.KINDS, CHECK} else (),
        more=more,
        most=MOST,
        speaks=g.language,
        said_back=said_back,
    )
