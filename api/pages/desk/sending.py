"""What the forms of the desk share: read by the schemas of the API, done once however often they are sent, and, where
something is refused, shown again with what was typed.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from marshmallow import Schema, ValidationError, fields

from api.context import desk
from api.idempotency import FORM_KEY, Act, Show, form_key, once_under
from api.pages.desk import labels
from api.pages.desk.common import blueprint
from api.pages.words import _, said
from api.problems import PROBLEMS, faults_in
from api.sessions import form
from cases.errors import (
    CaseError,
    ConflictOfInterest,
    DirectoryRefused,
    Fault,
    IdentityClosed,
    JobHeld,
    KeyMalformed,
    KeyReused,
    Malformed,
    MoveNotAllowed,
    NotPermitted,
    StillInProgress,
    WorkLeft,
)
from cases.people import Role

T = TypeVar("T")
KEY_BYTES = 24
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TOLD_ON_THE_PAGE = (
    ConflictOfInterest,
    DirectoryRefused,
    IdentityClosed,
    JobHeld,
    KeyMalformed,
    KeyReused,
    Malformed,
    MoveNotAllowed,
    NotPermitted,
    StillInProgress,
    WorkLeft,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not done: in one sentence, by field, or by line of a file."""

    status: int = 200
    slug: str = ""
    sentence: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


NONE = Trouble()


def attempt(
    act: Callable[[], ResponseReturnValue], again: Callable[[Trouble], ResponseReturnValue]
) -> ResponseReturnValue:
    """Do what a form asks; show the page of the form `again` when that is refused."""
    try:
        return act()
    except TOLD_ON_THE_PAGE as error:
        return again(_trouble(error))


def _trouble(error: CaseError) -> Trouble:
    status, slug = PROBLEMS[type(error)]
    if isinstance(error, Malformed):
        return Trouble(status, slug, _("Nothing was done yet: look at what is marked."), _by_field(error))
    if isinstance(error, DirectoryRefused):
        lines = tuple(_("Line %(line)s: %(what)s") % {"line": line, "what": said(what)} for line, what in error.lines)
        return Trouble(status, slug, _("The file was refused whole. Nothing was taken in."), lines=lines)
    if isinstance(error, WorkLeft):
        return Trouble(
            status, slug, _("Open cases would be left with nobody."), lines=tuple(map(said, str(error).split("\n")))
        )
    return Trouble(status, slug, said(str(error)))


def _by_field(error: Malformed) -> dict[str, str]:
    return {fault.pointer.removeprefix("#/").partition("/")[0]: in_words(fault) for fault in error.faults}


def in_words(fault: Fault) -> str:
    """A fault in the reader's language, as far as its kind is known."""
    kinds = (
        (r"Missing data for required field\.", _("This is needed.")),
        (r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.", _("Write %(least)s to %(most)s characters.")),
        (r"Longer than maximum length (?P<most>\d+)\.", _("Write at most %(most)s characters.")),
        (r"Must be greater than or equal to (?P<a>\d+) and .* (?P<b>\d+)\.", _("From %(a)s to %(b)s.")),
        (r"Not a valid (datetime|date)\.", _("This is no such day or time.")),
        (r"Not a valid .*|Must be one of.*", _("This is not one of what can be chosen.")),
        (r"The directory has no (?P<role>\w+) with this number\.", _("The directory has nobody like this.")),
    )
    for pattern, words in kinds:
        if found := re.fullmatch(pattern, fault.detail):
            return words % found.groupdict() if found.groupdict() else words
    return said(fault.detail)


def read(schema: Schema) -> dict[str, Any]:
    """What the form says, as the API would take it; a field left empty was not filled in. Raises Malformed."""
    return _read(schema, {name: text for name, text in form().items() if name != FORM_KEY})


def asked(schema: Schema) -> dict[str, Any]:
    """What the address asks for, as the API would take it. Raises Malformed."""
    return _read(schema, {name: text for name, text in request.args.to_dict().items() if name != "done"})


def _read(schema: Schema, written: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {name: text.replace("\r\n", "\n") for name, text in written.items() if text.strip()}
    for name, kind in schema.fields.items():
        if isinstance(kind, fields.Integer) and told.get(name, "").isdecimal():
            told[name] = int(told[name])
        said_as = kind.data_key or name
        if isinstance(kind, fields.AwareDateTime) and A_DAY.fullmatch(told.get(said_as, "")):
            told[said_as] += "T00:00:00Z"  # browsers let people choose days; they begin in UTC here
    try:
        read_: dict[str, Any] = schema.load(told)
    except ValidationError as error:
        raise Malformed(faults_in(error.messages)) from error
    return read_


def once_sent(act: Act[T], show: Show[T]) -> dict[str, Any]:
    """`api.idempotency.once` for the form at hand: sent twice, it is done once and answered alike."""
    return once_under(form_key(form().get(FORM_KEY, "")), request.get_data(cache=True), act, show)


def further(cursor: str | None) -> str:
    """The address of the page after; empty where there is none."""
    if cursor is None or request.endpoint is None:
        return ""
    kept = {name: text for name, text in request.args.to_dict().items() if name != "done"}
    return url_for(request.endpoint, **{**kept, **(request.view_args or {}), "cursor": cursor})


def done_words() -> str:
    """What the form before did, as the address of this page names it; one of these sentences or none."""
    names = {
        "acknowledged": _("Your acknowledgement is noted."),
        "action": _("What you did is noted, for those who work the case."),
        "aside": _("You stepped aside. It is gone from your desk, for good."),
        "granted": _("You granted the request."),
        "denied": _("You denied the request."),
        "exported": _("The export is made."),
        "imported": _("The directory was taken in."),
        "revoked": _("Every token of this person is revoked."),
        "ended": _("Every session of this person has ended."),
        "preferred": _("You are written to like this from now on."),
        "retried": _("The worker tries it again now."),
        "discarded": _("The job is gone for good."),
        "unhooked": _("Nothing is posted there any more."),
    }
    return names.get(request.args.get("done", ""), "")


def called(number: str) -> str:
    """Somebody of the desk by name and number; by number alone once the directory has them no more."""
    found = desk().lookup.directory().person(number)
    return f"{found.name} ({number})" if found else number


def every_role() -> tuple[Role, ...]:
    return tuple(Role)


def key_purpose(name: str) -> str:
    """What a key is for, as `cases.casework.accounts.PURPOSES` says it."""
    purposes = {
        "checkpoint": _("signs checkpoints of the ledger and exports"),
        "desk": _("opens statements, evidence, messages, notes and reasons"),
        "identity": _("opens who reported, and supervisors' legs"),
        "identity_index": _("marks who must not see a case for what they are to the reporter"),
        "index": _("marks who must not see a case, and in which office its subjects work"),
        "proof": _("signs filing proofs"),
        "sorting": _("opens routing facts, for the worker"),
    }
    return purposes.get(name, "")


def _hidden_key() -> Markup:
    """The field that lets a form be sent twice and done once: `{{ once() }}`."""
    text = secrets.token_urlsafe(KEY_BYTES)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_KEY, text)


NAMES: Mapping[str, Callable[..., object]] = {
    "every_role": every_role,
    "key_purpose": key_purpose,
    "called": called,
    "category_name": labels.category_name,
    "concern_name": labels.concern_name,
}


@blueprint.context_processor
def _of_forms() -> dict[str, Any]:
    """What the templates of forms use."""
    return {"once": _hidden_key, "done": done_words(), **NAMES}
