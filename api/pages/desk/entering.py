"""Coming in: the choice of ways, one-time links, signing out, the first page, the language."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.context import desk, now
from api.pages.desk.common import blueprint, offers, page, see
from api.pages.words import COOKIE, LANGUAGES, said
from api.sessions import (
    EVERY_ROLE,
    for_anyone,
    form,
    hand_out,
    is_secure,
    own_path,
    shown_secret,
    signed_in,
    take_back,
    who_is_here,
)
from cases.casework.signin.links import redeem_link, see_link
from cases.casework.signin.sessions import end_session
from cases.errors import SignInRefused

A_YEAR = 366 * 24 * 3600


@blueprint.get("/sign-in")
@needs(ANYONE)
def choose() -> Response:
    """The ways of signing in that are offered here."""
    return choices(own_path(request.args.get("next", "")))


def choices(then: str, problem: str = "", status: int = 200) -> Response:
    """The ways in, with what went wrong with the last one."""
    return page("sign_in.html", status, then=then, problem=problem, offers=offers())


@blueprint.get("/sign-in/link")
@needs(ANYONE)
def link() -> Response:
    """What a link would do. It does nothing yet: programs that scan mail open every address they find."""
    code = request.args.get("code", "")
    try:
        person, role = see_link(desk(), code, now())
    except SignInRefused as error:
        return choices("/desk/", said(str(error)), 403)
    return page("link.html", code=code, person=person, role=role)


@blueprint.post("/sign-in/link")
@for_anyone
def use_link() -> ResponseReturnValue:
    """Sign in by a link, which is used up by it."""
    try:
        hand_out(redeem_link(desk(), form().get("code", ""), now(), shown_secret()))
    except SignInRefused as error:
        return choices("/desk/", said(str(error)), 403)
    return see("desk.home")


@blueprint.post("/sign-out")
@signed_in(*EVERY_ROLE)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    end_session(desk(), who_is_here(), now())
    take_back()
    return see("desk.choose")


@blueprint.post("/language")
@for_anyone
def speak() -> ResponseReturnValue:
    """Choose the language of the pages, for this browser."""
    chosen, answer = form().get("language", ""), see("desk.choose")
    if isinstance(answer, Response) and chosen in LANGUAGES:
        answer.headers["Location"] = own_path(form().get("then", ""))
        answer.set_cookie(COOKIE, chosen, max_age=A_YEAR, path="/desk", secure=is_secure(), samesite="Strict")
    return answer
