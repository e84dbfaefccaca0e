"""Coming in: the choice of ways, one-time links, signing out, the first page, the language."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.context import desk, now
from api.pages.desk.common import blueprint, go_out, offers, page, see
from api.pages.words import COOKIE, LANGUAGES, _, said
from api.sessions import (
    EVERY_ROLE,
    HOME,
    begin_proof,
    for_anyone,
    form,
    hand_out,
    is_secure,
    own_path,
    proof_secret,
    shown_proof,
    shown_secret,
    signed_in,
    take_back,
    who_is_here,
)
from cases.casework.signin.leaving import came_back, leave_provider
from cases.casework.signin.links import redeem_link, see_link
from cases.casework.signin.sessions import SignedIn, end_session
from cases.errors import ProviderUnavailable, SignInRefused

A_YEAR = 366 * 24 * 3600


@blueprint.get("/sign-in")
@needs(ANYONE)
def choose() -> Response:
    """The ways of signing in that are offered here; whoever comes back from signing out is told so."""
    then, told = own_path(request.args.get("next", "")), ""
    if came_back(shown_proof(), request.args.get("state", "")):
        proof_secret()
        told = _("You are signed out of the desk.")
    return choices(then, told=told)


def choices(then: str, problem: str = "", status: int = 200, told: str = "") -> Response:
    """The ways in, with what went wrong with the last one, or how the last session ended."""
    return page("sign_in.html", status, then=then, problem=problem, told=told, offers=offers())


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
    return leave(who_is_here())


def leave(who: SignedIn) -> ResponseReturnValue:
    """From a session that is over: to the identity provider, if it began there, or back to the ways in."""
    take_back()
    try:
        begun = leave_provider(desk(), who.session, url_for("desk.choose"), now())
    except ProviderUnavailable:
        told = _("You are signed out here. Your identity provider does not answer: you may still be signed in there.")
        return choices(HOME, told=told)
    if begun is None:
        return see("desk.choose")
    begin_proof(begun.secret)
    return go_out(begun.what)


@blueprint.post("/language")
@for_anyone
def speak() -> ResponseReturnValue:
    """Choose the language of the pages, for this browser."""
    chosen, answer = form().get("language", ""), see("desk.choose")
    if isinstance(answer, Response) and chosen in LANGUAGES:
        answer.headers["Location"] = own_path(form().get("then", ""))
        answer.set_cookie(COOKIE, chosen, max_age=A_YEAR, path="/desk", secure=is_secure(), samesite="Strict")
    return answer
