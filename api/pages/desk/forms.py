"""Forms of the desk, all of them: drawn from the API's own schemas and read by them, done by its own verbs, once.

What is refused comes back with what was typed, what is wrong beside each field, and a summary that leads there. One
macro draws every form: `ui.form` in templates/desk/macros.html.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from api.context import actor, desk, now
from api.idempotency import FORM_KEY, Show, form_key, once_under
from api.pages.desk.common import page
from api.pages.desk.deeds import move_name, why_not
from api.pages.desk.fields import Field, at_fields, fitted, told
from api.pages.words import _, said
from api.problems import PROBLEMS, faults_in
from api.sessions import form as typed_fields
from cases.casework import moving
from cases.casework.looking import find_case
from cases.errors import (
    CaseError,
    ClockRefused,
    ConflictOfInterest,
    DirectoryRefused,
    IdentityClosed,
    JobHeld,
    KeyMalformed,
    KeyReused,
    Malformed,
    MoveNotAllowed,
    NotPermitted,
    StaleVersion,
    StillInProgress,
    WorkLeft,
)
from cases.ports import Then

T = TypeVar("T")
HIGHEST_VERSION = 999_999_999
OF_THE_RULES = (MoveNotAllowed, ConflictOfInterest, ClockRefused, IdentityClosed)
TOLD_AT_THE_FORM = (
    *OF_THE_RULES,
    DirectoryRefused,
    JobHeld,
    KeyMalformed,
    KeyReused,
    Malformed,
    NotPermitted,
    StaleVersion,
    StillInProgress,
    WorkLeft,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter that goes out with a form, to be read first; `language` is "" where it is not known."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Form:
    """A form: the schema that reads it, its fields, its button, and where to go on from it.

    `to` is where it is sent, the page it stands on if empty. `prefix` keeps the ids of several forms on a page apart.
    `version` is that of the case it is decided on, 0 where it changes none. `letters`: what its button sends to the
    reporter if no letter is written; of several, the one that was chosen.
    """

    schema: Schema
    title: str
    asks: tuple[Field, ...]
    button: str
    then: str = ""
    number: str = ""
    version: int = 0
    to: str = ""
    prefix: str = "f"
    lead: tuple[str, ...] = ()
    warning: str = ""
    letters: tuple[Shown, ...] = ()
    quiet: bool = False
    shape: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """What makes of the fields what the API takes, where they do not stand for it one by one."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(fitted(one, self.schema, self.prefix) for one in self.asks)

    def read(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """What was typed, as the API's own schema reads it. Raises Malformed."""
        try:
            read: dict[str, Any] = self.schema.load(self.shape(told(self.fields, typed)))
        except ValidationError as error:
            raise Malformed(faults_in(error.messages)) from error
        return read


@dataclass(frozen=True)
class Sheet:
    """A form as it stands on a page: what is typed in it, and why it was not done, if it was refused."""

    form: Form
    typed: Mapping[str, str]
    key: str
    status: int = 200
    slug: str = ""
    sentence: str = ""
    lines: tuple[str, ...] = ()
    found: tuple[tuple[Field | None, str], ...] = ()
    open_moves: tuple[tuple[str, str], ...] = ()

    def wrong(self, name: str) -> list[str]:
        """What is wrong with a field."""
        return [detail for one, detail in self.found if one and one.name == name]


def blank(form: Form) -> Sheet:
    """A form nobody has typed in yet."""
    return Sheet(form, {one.name: one.value for one in form.fields}, str(uuid4()))


def refused(form: Form, typed: Mapping[str, str], error: CaseError) -> Sheet:
    """A form that was not done: as it was typed, with the reason why."""
    status, slug = PROBLEMS[type(error)]
    faults = error.faults if isinstance(error, Malformed) else ()
    is_spent = not typed.get(FORM_KEY) or isinstance(error, KeyReused | KeyMalformed)
    return Sheet(
        form if isinstance(error, Malformed) else _anew(form),
        typed,
        str(uuid4()) if is_spent else typed[FORM_KEY],
        status,
        slug,
        _sentence(error),
        _lines(error),
        tuple(at_fields(form.fields, faults)),
        tuple(_open_moves(form.number)) if form.version and isinstance(error, MoveNotAllowed) else (),
    )


def _anew(form: Form) -> Form:
    """The form on the version the case has now: whoever sends it again was told to look first."""
    return replace(form, version=find_case(desk(), actor(), form.number).version) if form.version else form


def _sentence(error: CaseError) -> str:
    if isinstance(error, Malformed | StaleVersion):
        return ""
    if isinstance(error, KeyReused):
        return _("This form was sent before, with other words. Look whether that was enough; if not, send it again.")
    if isinstance(error, DirectoryRefused):
        return _("The file was refused whole. Nothing was taken in.")
    if isinstance(error, WorkLeft):
        return _("Open cases would be left with nobody.")
    return why_not(str(error)) if isinstance(error, OF_THE_RULES) else said(str(error))


def _lines(error: CaseError) -> tuple[str, ...]:
    if isinstance(error, DirectoryRefused):
        return tuple(_("Line %(line)s: %(what)s") % {"line": line, "what": said(what)} for line, what in error.lines)
    return tuple(map(said, str(error).split("\n"))) if isinstance(error, WorkLeft) else ()


def _open_moves(number: str) -> Iterable[tuple[str, str]]:
    """The moves that are open now, as links, beside a move that was refused."""
    found, actions = moving.moves_open(desk(), actor(), number, now())
    return ((move_name(one), url_for("desk.move", number=found.number, action=str(one))) for one in actions)


def alone(sheet: Sheet) -> Response:
    """A page that is one form."""
    return page("form.html", sheet.status, sheet=sheet)


def standing(forms: Iterable[Form], answered: Sheet | None) -> dict[str, Sheet]:
    """The forms of a page by their prefix: blank, but for the one that was just refused."""
    last = answered.form.prefix if answered else ""
    return {form.prefix: answered if answered and form.prefix == last else blank(form) for form in forms}


def sent(
    form: Form,
    do: Callable[[dict[str, Any]], ResponseReturnValue],
    again: Callable[[Sheet], ResponseReturnValue] = alone,
) -> ResponseReturnValue:
    """Do what was sent with a form; when that is refused, show it `again`, as it was typed."""
    typed = typed_fields()
    try:
        return do(form.read(typed))
    except TOLD_AT_THE_FORM as error:
        return again(refused(form, typed, error))


def once_sent(act: Callable[[Then | None], T], show: Show[T]) -> dict[str, Any]:
    """`api.idempotency.once` for the form at hand: sent twice, it is done once and answered alike."""
    return once_under(form_key(typed_fields().get(FORM_KEY, "")), request.get_data(cache=True), act, show)


def handle(form: Form, act: Callable[[dict[str, Any], int, Then | None], object]) -> ResponseReturnValue:
    """A form with a page of its own: shown, or done once on the version it was opened on, and on from there.

    `act` is given what was read, that version, and what commits with it.
    """
    if request.method == "GET":
        return alone(blank(form))

    def do(read: dict[str, Any]) -> ResponseReturnValue:
        version = _version(typed_fields())
        done = once_sent(lambda then: act(read, version, then), lambda _result: {"then": form.then})
        return redirect(done["then"], 303)

    return sent(form, do)


def _version(typed: Mapping[str, str]) -> int:
    """The version the form was opened on; one that no case has when it is missing or was changed."""
    text = typed.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(HIGHEST_VERSION)) else HIGHEST_VERSION
