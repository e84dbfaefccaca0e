"""The mailbox: what a receipt opens, and what its holder may do there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Response, g, redirect, request, url_for
from marshmallow import ValidationError

from api.access import ANYONE, needs
from api.context import desk, now
from api.idempotency import form_key, once_under
from api.paces import clock_after
from api.pages.door import fields, told, visiting
from api.pages.door.common import IN, blueprint, page
from api.pages.door.helping import advice
from api.pages.door.receipt import megabytes
from api.pages.door.visiting import form_mark, held, in_mailbox, opened
from api.pages.forms import plain_fields
from api.pages.words import _, day, said
from api.problems import CHALLENGES, PROBLEMS, faults_in
from api.schemas import MessageInSchema, ReviewInSchema, WithdrawalInSchema
from api.work_schemas import ConsentInSchema
from cases.casework.consenting import change_consent
from cases.casework.mailbox import add_message, show_mailbox
from cases.casework.wishing import Ground, ask_for_review, withdraw
from cases.complaint import Purpose, Reporter
from cases.errors import (
    CaseError,
    KeyMalformed,
    KeyReused,
    Malformed,
    MoveNotAllowed,
    ReceiptRefused,
    StillInProgress,
    TooOften,
)
from cases.media import ALLOWED
from cases.ports import Then
from cases.receipt import LONGEST_TYPED

CHALLENGE = {"WWW-Authenticate": CHALLENGES[ReceiptRefused]}
MESSAGE, WITHDRAWAL, REVIEW, CONSENT = "message", "withdrawal", "review", "consent"
FORMS = {MESSAGE: "messages", WITHDRAWAL: "withdrawal", REVIEW: "review", CONSENT: "consent"}
"""Each form of the page, and the part of the page it stands in."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was not taken: which, what was typed, and what is wrong with the whole or with single fields."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The id of the field to look at first."""
        name = next(iter(self.wrong), CONSENT if self.form == CONSENT else "text")
        return f"{self.form}-text" if name == "text" else name


@blueprint.get(f"{IN}/mailbox")
@needs(ANYONE)
def mailbox() -> Response:
    """The mailbox for whoever has it open here; for anybody else, where a receipt is entered."""
    visit = held()
    if visit is None:
        return ask_receipt(visiting.over() if g.closed else "")
    return _shown(Kept())


@blueprint.post(f"{IN}/mailbox")
@needs(ANYONE)
def open_() -> Response:
    """Open it in this browser."""
    visiting.must_come_from_us()
    receipt = plain_fields().get(visiting.RECEIPT, "")
    try:
        visiting.enter(receipt)
    except visiting.REFUSALS as error:
        return ask_again_for_receipt(error, {}, tried=receipt)
    return _back()


@blueprint.post(f"{IN}/mailbox/close")
@needs(ANYONE)
def close() -> Response:
    """Close it in this browser. Nobody needs a mark for that: it opens and tells nothing."""
    visiting.must_come_from_us()
    plain_fields()
    visiting.close()
    return _back()


def ask_receipt(problem: str = "", status: int = 200, *, to: str = "", **shown: Any) -> Response:
    """The page that asks for a receipt and sends it to an address, the mailbox unless told otherwise.

    `carried` are fields that go there with it; `tried` is what was entered and opened nothing.
    """
    answer = page("receipt.html", status, problem=problem, to=to or url_for("door.mailbox"), **shown)
    answer.headers.update(CHALLENGE if status == PROBLEMS[ReceiptRefused][0] else {})
    return answer


def ask_again_for_receipt(
    error: CaseError, typed: dict[str, str], *, tried: str = "", to: str = "", more: str = ""
) -> Response:
    """The same after a refusal: what was typed is kept, and sent with the receipt. `more` is said besides."""
    status = PROBLEMS[type(error)][0]
    problem = f"{too_often(error) if isinstance(error, TooOften) else error} {more}".rstrip()
    answer = ask_receipt(problem, status, to=to or request.path, carried=typed, tried=tried[:LONGEST_TYPED])
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def too_often(error: TooOften) -> str:
    """When to try a wrong receipt again."""
    return _(
        "Too many wrong receipts came from your network. Compare yours once more: the right one opens your mailbox at "
        "any time. Try another one after %(time)s."
    ) % {"time": clock_after(error.seconds)}


@blueprint.post(f"{IN}/mailbox/messages")
@in_mailbox(ask_again_for_receipt)
def write(typed: dict[str, str]) -> Response:
    """Write to the desk, or answer it."""

    def act(read: dict[str, Any], then: Then | None) -> Any:
        return add_message(desk(), opened().complaint, read["text"], now(), then)

    return _done(MESSAGE, typed, MessageInSchema().load, act)


@blueprint.post(f"{IN}/mailbox/withdrawal")
@in_mailbox(ask_again_for_receipt)
def ask_to_withdraw(typed: dict[str, str]) -> Response:
    """Ask that the complaint goes no further."""

    def act(read: dict[str, Any], then: Then | None) -> Any:
        return withdraw(desk(), opened().complaint, read["text"], now(), then)

    return _done(WITHDRAWAL, typed, WithdrawalInSchema().load, act)


@blueprint.post(f"{IN}/mailbox/review")
@in_mailbox(ask_again_for_receipt)
def ask_again(typed: dict[str, str]) -> Response:
    """Ask that a closed complaint is looked at again."""

    def act(read: dict[str, Any], then: Then | None) -> Any:
        return ask_for_review(desk(), opened().complaint, read["ground"], read["text"], now(), then)

    return _done(REVIEW, typed, ReviewInSchema().load, act)


@blueprint.post(f"{IN}/mailbox/consent")
@in_mailbox(ask_again_for_receipt)
def consent(typed: dict[str, str]) -> Response:
    """Say anew who may know who reported."""

    def act(read: dict[str, Any], then: Then | None) -> Any:
        share = read.get("share_with_supervisor")
        return change_consent(desk(), opened().complaint, Reporter(**read), now(), then, share=share)

    return _done(CONSENT, typed, ConsentInSchema().load, act)


_TYPED = ("text", "ground", "consent", "name", "email", "staff_number", "share_with_supervisor")
_EMPTY_COUNTS = ("text",)


def _done(
    form: str,
    typed: dict[str, str],
    read: Callable[[dict[str, Any]], dict[str, Any]],
    act: Callable[[dict[str, Any], Then | None], Any],
) -> Response:
    """Do what a form asks for, once however often it is sent; else show the page again with what was typed."""
    asked = {name: value for name, value in typed.items() if name in _TYPED and (value or name in _EMPTY_COUNTS)}
    try:
        ready = read(asked)
        keyed = form_key(typed.get("key", ""))
        once_under(keyed, request.get_data(cache=True), lambda then: act(ready, then), lambda _done: {})
    except ValidationError as error:
        return _shown(
            Kept(form, typed, _("Something is missing or does not fit."), _wrong(faults_in(error.messages))), 422
        )
    except Malformed as error:
        return _shown(Kept(form, typed, _("Something is missing or does not fit."), _wrong(error.faults)), 422)
    except MoveNotAllowed as error:
        return _shown(Kept(form, typed, said(str(error))), 409)
    except (KeyMalformed, KeyReused, StillInProgress):
        return _shown(
            Kept(form, typed, _("This was not sent. Look whether it is above already; if not, send it again.")), 422
        )
    return _back(FORMS[form])


def _wrong(faults: Any) -> dict[str, str]:
    return {one.pointer.rsplit("/", 1)[-1]: fields.plain(one.detail) for one in faults}


def _back(anchor: str | None = None) -> Response:
    """On to the page, which a browser may load again without sending anything twice."""
    where = redirect(url_for("door.mailbox", _anchor=anchor), 303)
    return Response(where.get_data(), 303, where.headers)


def _shown(kept: Kept, status: int = 200) -> Response:
    view = show_mailbox(desk(), opened())
    return page(
        "mailbox.html",
        status,
        view=view,
        standing=told.standing(view),
        question=told.question(view),
        closing=told.closing(view),
        withdrawn=told.newest(view.letters, Purpose.WITHDRAWAL),
        review=told.newest(view.letters, Purpose.REVIEW),
        grounds=Ground,
        statement=told.statement(view.told["statement"]),
        consents=told.consents(),
        advice=advice(view.told["statement"].get("posts", ()), view.evidence),
        labels=fields.labels(),
        kept=kept,
        mark=form_mark(),
        key=uuid4,
        moment=told.moment,
        day=day,
        accepted=ALLOWED,
        limit=megabytes(),
    )
