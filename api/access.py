"""Who is calling, and who may. A route that does not say who may call it stops the app from starting."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from flask import Flask, g, request

from api.context import desk, now
from api.idempotency import was_answered
from api.paces import must_not_hurry
from cases.casework.administering import TOKEN_PREFIX, who_is
from cases.casework.looking import find_case
from cases.casework.mailbox import find_mailbox
from cases.casework.signin.provider import who_by_access_token
from cases.errors import NotPermitted, ReceiptRefused, SignInNeeded, StepUpNeeded, UnknownCase
from cases.people import Role
from cases.ports_door import RECEIPTS

P = ParamSpec("P")
R = TypeVar("R")

ANYONE: Final = "anyone"
RECEIPT: Final = "receipt"
MARK = "needs"
FRESH = "fresh"
ROLE_HEADER: Final = "Rule12-Role"
DOTS_OF_JWT = 2


def needs(*who: Role | str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say who may call a view: `ANYONE`, the holder of a `RECEIPT`, or roles. Directly under the route, above parsing:

    an uninvited caller must not be able to probe what a body should look like. Below `/cases/<number>` the case is
    looked for here too: one that does not exist for the caller is answered before anything they sent is read.
    """
    check = _CHECKS.get(who[0]) if len(who) == 1 else None

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if check:
                check()
            else:
                _must_be_one_of(frozenset(role for role in who if isinstance(role, Role)))
            return view(*args, **kwargs)

        setattr(guarded, MARK, who)
        return guarded

    return decorate


def fresh(view: Callable[P, R]) -> Callable[P, R]:
    """Ask, below `needs(role, …)` or `signed_in(role, …)`, for a caller who proved lately who they are."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        must_be_fresh()
        return view(*args, **kwargs)

    setattr(guarded, FRESH, True)
    return guarded


def must_be_fresh() -> None:
    """Raises StepUpNeeded unless the caller proved lately who they are: for what only some bodies ask for.

    Tokens of the command line count: an operator hands them to programs, which can prove nothing anew.
    """
    if not g.fresh:
        raise StepUpNeeded(desk().signin.rules.fresh)


def refuse_silent_routes(app: Flask) -> None:
    """Raises RuntimeError naming the routes that do not say who may call them."""
    silent = [name for name, view in app.view_functions.items() if not getattr(view, MARK, None)]
    if silent:
        raise RuntimeError(f"routes without @needs(...): {', '.join(sorted(silent))}")


def _anyone() -> None:
    """Nothing to check."""


def _receipt_holder() -> None:
    g.receipt = _credential("receipt")
    if not g.receipt:
        raise ReceiptRefused("Show your receipt: `Authorization: Receipt ABCDE-FGHJK-MNPQR-STVWX-YZ234`.")
    try:
        g.complaint = find_mailbox(desk(), g.receipt)
    except ReceiptRefused:
        must_not_hurry(RECEIPTS)
        raise ReceiptRefused("This receipt opens no mailbox. Check it for typing mistakes.") from None


def _must_be_one_of(roles: frozenset[Role]) -> None:
    """Never by a cookie: then no other site can make a browser call the API in somebody's name."""
    token = _credential("bearer")
    if not token:
        raise SignInNeeded("Show your token: `Authorization: Bearer r12_…`.")
    if token.startswith(TOKEN_PREFIX) or token.count(".") != DOTS_OF_JWT:
        g.actor, g.fresh = who_is(desk(), token, now()), True
    else:
        bearer = who_by_access_token(desk(), token, request.headers.get(ROLE_HEADER, ""), now())
        g.actor, g.fresh = bearer.actor, bearer.is_fresh
    let_in(roles)


def let_in(roles: frozenset[Role]) -> None:
    """Refuse an actor of another role; below `/cases/<number>`, one for whom the case does not exist."""
    if g.actor.role not in roles:
        raise NotPermitted(f"This is not for the {g.actor.role} role.")
    number = (request.view_args or {}).get("number")
    if number is not None:
        _must_exist(number)


def _must_exist(number: str) -> None:
    """Find the case for whoever calls. What they did with it before may have taken it out of their sight since: the
    same request under the same key still gets its answer.
    """
    try:
        g.case = find_case(desk(), g.actor, number)
    except UnknownCase:
        if not was_answered(g.actor.person):
            raise


def _credential(scheme: str) -> str:
    """What `Authorization` shows under a scheme, whose name has no case (RFC 9110); empty for any other scheme."""
    named, _, shown = request.headers.get("Authorization", "").partition(" ")
    return shown.strip() if named.lower() == scheme else ""


_CHECKS = {ANYONE: _anyone, RECEIPT: _receipt_holder}
