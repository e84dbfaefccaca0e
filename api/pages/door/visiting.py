"""Whoever has opened a mailbox in this browser: the cookie that says so, and forms nobody else can send.

The cookie is set when a receipt is shown, renewed by every page that reads it, and taken back when it is no good, when
the mailbox is closed and by the way out. No other page of the door sets or reads one.

A form of the mailbox carries the mark of its visit; or the receipt itself, where there is no visit (any longer).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import cast
from urllib.parse import urlsplit

from flask import Response, g, request

from api.access import ANYONE, MARK
from api.context import desk, now
from api.paces import must_not_hurry
from api.pages.door.common import blueprint
from api.pages.forms import ROOM, plain_fields
from api.pages.words import _
from api.sessions import LOOPBACK, NOT_OURS, is_secure
from cases.casework.mailbox import find_mailbox, open_mailbox
from cases.casework.visiting import begin_visit, visit_of
from cases.complaint import Complaint
from cases.errors import CaseError, FormRefused, ReceiptRefused, TooOften
from cases.ports import Opened
from cases.ports_door import RECEIPTS
from cases.visit import Visit

RECEIPT, FORM_MARK = "receipt", "mark"
REFUSALS = (ReceiptRefused, FormRefused, TooOften)
"""Why somebody is not let in: asked for the receipt, they may be."""

LEAVE = "door.leave"


def in_mailbox(
    refused: Callable[[CaseError, dict[str, str]], Response], *, stays: bool = True
) -> Callable[[Callable[[dict[str, str]], Response]], Callable[[], Response]]:
    """A form of the mailbox: from a page of ours, by whoever opened it. The view is given what was typed.

    Whoever is not (any longer) let in gets `refused(error, typed)`: it asks for the receipt and keeps what was typed.
    With a receipt the mailbox is open in this browser from then on, if it `stays`.
    """

    def decorate(view: Callable[[dict[str, str]], Response]) -> Callable[[], Response]:
        @wraps(view)
        def guarded() -> Response:
            must_come_from_us()
            typed = plain_fields(ROOM)
            try:
                let_in(typed.pop(RECEIPT, ""), typed.pop(FORM_MARK, ""), stays=stays)
            except REFUSALS as error:
                return refused(error, typed)
            return view(typed)

        setattr(guarded, MARK, (ANYONE,))
        return guarded

    return decorate


def let_in(receipt: str, mark: str, *, stays: bool = True) -> Complaint:
    """Whoever sends a form of the mailbox. Raises ReceiptRefused, or FormRefused for one of another visit."""
    if receipt:
        g.shown = receipt
        return enter(receipt) if stays else shown_by(receipt)
    visit = held()
    if visit is None:
        raise ReceiptRefused(over())
    if not desk().visits.is_marked(visit, mark, now()):
        raise FormRefused(_("This page belongs to a mailbox that was closed. Enter the receipt of the one you mean."))
    return find_mailbox(desk(), visit.receipt)


def over() -> str:
    """What became of a mailbox that was open."""
    return _("Your mailbox was closed: after 15 minutes without use, or four hours in all. Enter your receipt again.")


def enter(receipt: str) -> Complaint:
    """Open a mailbox in this browser, whatever it held before. Raises ReceiptRefused, always in the same words."""
    complaint = shown_by(receipt)
    g.visit = begin_visit(receipt, now())
    return complaint


def shown_by(receipt: str) -> Complaint:
    """Whose receipt this is; nothing is opened in this browser.

    Raises ReceiptRefused, always in the same words, or TooOften; a right one is never counted.
    """
    try:
        return find_mailbox(desk(), receipt)
    except ReceiptRefused:
        must_not_hurry(RECEIPTS)
        raise ReceiptRefused(wrong()) from None


def wrong() -> str:
    """What is said of every receipt that opens nothing: never what is wrong with it, nor what others there are."""
    return _("This receipt opens no mailbox. Compare it with what you wrote down.")


def held() -> Visit | None:
    """The visit this browser holds; a cookie that is no good is taken back."""
    if "visit" not in g:
        shown = request.cookies.get(cookie_name())
        g.visit = visit_of(desk(), shown, now()) if shown else None
        g.closed = shown is not None and g.visit is None
    return cast("Visit | None", g.visit)


def opened() -> Opened:
    """The mailbox of whoever was let in."""
    return open_mailbox(desk(), g.get("shown") or cast("Visit", g.visit).receipt)


def form_mark() -> str:
    """What the forms of this page carry; only where there is a visit."""
    return desk().visits.mark(cast("Visit", g.visit), now())


def close() -> None:
    """Let the answer take the cookie back."""
    g.visit, g.closed = None, True


def must_come_from_us() -> None:
    """Refuse what another site makes a browser send. Raises FormRefused.

    Our pages send no referrer, so browsers call their origin `null`; old ones do not say more, and are believed.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in {None, "same-origin", "none"} or origin not in {None, "null", *_own_origins()}:
        raise FormRefused(NOT_OURS)


def _own_origins() -> set[str]:
    return {desk().signin.public_url, f"http://{request.host}", f"https://{request.host}"}


def cookie_name() -> str:
    """`__Host-`: no other host, nor a plain connection, can have set it (RFC 6265bis). Loopback has no certificate."""
    return f"{'__Host-' if _is_secure() else ''}rule12-mailbox"


def _is_secure() -> bool:
    try:
        host = urlsplit(request.host_url).hostname
    except ValueError:
        host = None
    return is_secure() or host not in LOOPBACK


@blueprint.after_request
def _set_cookie(answer: Response) -> Response:
    """Renewed as late as can be: the visit of somebody who uploads for long is used until then."""
    visit = g.get("visit")
    if g.get("closed") or (request.endpoint == LEAVE and cookie_name() in request.cookies):
        _set(answer, "", 0)
    elif visit is not None:
        at = datetime.now(UTC)
        _set(answer, desk().visits.seal(visit.used(at), at), None)
    return answer


def _set(answer: Response, value: str, age: int | None) -> None:
    secure = _is_secure()
    answer.set_cookie(cookie_name(), value, max_age=age, path="/", secure=secure, httponly=True, samesite="Strict")
