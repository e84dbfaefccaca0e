"""How a form is shown, sent and answered: read by the API's own schemas, done by its own verbs, once under its key.

What is refused comes back with what was typed and what is wrong beside each field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from api.context import actor, desk, now
from api.idempotency import form_key, once_under
from api.pages.desk.common import page
from api.pages.desk.deeds import in_words, move_name
from api.pages.desk.filling import Form
from api.pages.words import _
from api.problems import PROBLEMS, faults_in
from api.sessions import form as typed_fields
from cases.casework import moving
from cases.casework.looking import find_case
from cases.errors import (
    CaseError,
    ClockRefused,
    ConflictOfInterest,
    Fault,
    IdentityClosed,
    KeyMalformed,
    KeyReused,
    Malformed,
    MoveNotAllowed,
    StaleVersion,
    StillInProgress,
)
from cases.ports import Then

T = TypeVar("T")
Act = Callable[[dict[str, Any], int, Then | None], T]
"""Do what the form says: (what was read, the version it was decided on, what commits with it)."""

HIGHEST_VERSION = 999_999_999
REFUSED = (
    MoveNotAllowed,
    ConflictOfInterest,
    ClockRefused,
    IdentityClosed,
    StaleVersion,
    StillInProgress,
    KeyReused,
    KeyMalformed,
)


def ask(
    form: Form,
    typed: Mapping[str, str] | None = None,
    *,
    faults: Sequence[Fault] = (),
    refused: CaseError | None = None,
    status: int = 200,
) -> Response:
    """The form: empty, or with what was typed and what is wrong with it."""
    found = list(form.at_fields(faults))
    beside: dict[str, list[str]] = {}
    for field, detail in found:
        if field:
            beside.setdefault(field.name, []).append(detail)
    shown = typed if typed is not None else form.begun()
    key = shown.get("key", "")
    if not key or isinstance(refused, KeyReused | KeyMalformed):
        key = str(uuid4())
    return page(
        "act.html",
        status,
        form=form,
        typed=shown,
        found=found,
        beside=beside,
        key=key,
        stale=isinstance(refused, StaleVersion),
        refused="" if refused is None or isinstance(refused, StaleVersion) else _sentence(refused),
        open_moves=_open_moves(form) if isinstance(refused, MoveNotAllowed) else (),
    )


def _sentence(error: CaseError) -> str:
    if isinstance(error, KeyReused):
        return _("This form was sent before, with other words. Look whether that was enough; if not, send it again.")
    return in_words(str(error))


def _open_moves(form: Form) -> list[tuple[str, str]]:
    """The moves that are open now, as links, beside a move that was refused."""
    number = form.number
    found, actions = moving.moves_open(desk(), actor(), number, now())
    return [(move_name(one), url_for("desk.move", number=found.number, action=str(one))) for one in actions]


def handle(form: Form, schema: Schema, act: Act[T], *, then: Callable[[T], str] | None = None) -> ResponseReturnValue:
    """Show a form, or do what it says and go on to `then`. Done once, however often it is sent under its key."""
    if request.method == "GET":
        return ask(form)
    typed = typed_fields()
    body = request.get_data(cache=True)
    try:
        told = schema.load(form.told(typed))
        keyed = form_key(typed.get("key", ""))
        version = _version(typed)

        def show(result: T) -> dict[str, Any]:
            return {"then": then(result) if then else form.then}

        done = once_under(keyed, body, lambda after: act(told, version, after), show)
    except ValidationError as error:
        return ask(form, typed, faults=faults_in(error.messages), status=422)
    except Malformed as error:
        return ask(form, typed, faults=error.faults, status=422)
    except REFUSED as error:
        return ask(_anew(form), typed, refused=error, status=PROBLEMS[type(error)][0])
    return redirect(done["then"], HTTPStatus.SEE_OTHER)


def _version(typed: Mapping[str, str]) -> int:
    """The version the form was opened on; one that no case has when it is missing or was changed."""
    text = typed.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(HIGHEST_VERSION)) else HIGHEST_VERSION


def _anew(form: Form) -> Form:
    """The form on the version the case has now: whoever sends it again was told to look first."""
    return replace(form, version=find_case(desk(), actor(), form.number).version) if form.number else form
