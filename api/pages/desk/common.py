"""What all pages of the staff share: their frame, their headers, and refusals as pages."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from api.context import desk
from api.pages.desk import labels, navigation
from api.pages.words import _, said
from api.problems import TYPE, of_accident, of_http, of_refusal
from api.sessions import HOME, form_token, own_path, set_cookies, who_may_be_here
from cases.casework.signin.sessions import SignedIn
from cases.errors import (
    BackupDamaged,
    CannotStart,
    CaseError,
    CatalogueBroken,
    EvidenceUnreadable,
    LedgerBroken,
    NotPermitted,
    SignInNeeded,
    StepUpNeeded,
)

_FOR_OPERATORS = (BackupDamaged, CannotStart, CatalogueBroken, EvidenceUnreadable, LedgerBroken)
"""What only an operator can mend: a page says so, and quotes what is wrong."""

blueprint = Blueprint("desk", __name__, template_folder="../templates", static_folder=None, url_prefix="/desk")
WITH_SCRIPT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    # Not "no-referrer": browsers would send forms with `Origin: null`, and we could not tell where they come from.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@blueprint.after_request
def _finish(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Vary", "Cookie, Accept-Language")
    return set_cookies(answer)


@blueprint.context_processor
def _frame() -> dict[str, Any]:
    """What the frame of every page shows; `who` is None for whoever is not signed in."""
    who = who_may_be_here()
    places = navigation.places(who.session.role) if who else []
    return {
        "who": who,
        "token": lambda: _hidden(who),
        "here": _wanted(),
        "labels": labels,
        "done": labels.done_words(request.args.get("done", "")),
        "places": places,
        "place": navigation.place_of(places, request.path),
    }


def _hidden(who: SignedIn | None) -> Markup:
    """The field that every form of somebody signed in carries: `{{ token() }}`."""
    return Markup('<input type="hidden" name="form_token" value="{}">').format(form_token(who) if who else "")


def page(template: str, status: int = 200, *, script: bool = False, **shown: Any) -> Response:
    """A page; with `script`, one that may run the script files of this host, and nothing else."""
    answer = Response(render_template(f"desk/{template}", **shown), status)
    if script:
        answer.headers["Content-Security-Policy"] = WITH_SCRIPT
    return answer


def go_on(path: str) -> Response:
    """On to a page of ours, by a click of the browser's own: what comes from another site brings no session along."""
    return page("hop.html", then=own_path(path))


def go_out(address: str) -> Response:
    """On to the identity provider, after a form. No redirect: browsers hold those against `form-action`, which stays
    with this host.
    """
    return page("hop.html", then=address)


def see(endpoint: str, **more: Any) -> ResponseReturnValue:
    """Look at another page, after a form was sent."""
    return redirect(url_for(endpoint, **more), 303)


def refusal(answer: Response, sentence: str = "", **more: Any) -> Response:
    """A problem document as a page, for people."""
    told = answer.get_json()
    slug = told["type"].removeprefix(TYPE)
    shown = page(
        "problem.html", answer.status_code, sentence=sentence or said(told["detail"]), slug=slug, here=HOME, **more
    )
    if "Retry-After" in answer.headers:
        shown.headers["Retry-After"] = answer.headers["Retry-After"]
    return shown


def _wanted() -> str:
    """The page that is looked at. What a provider sent a browser back with is used up, and belongs on no page."""
    if request.endpoint == "desk.callback":
        return url_for("desk.choose")
    return own_path(request.full_path.rstrip("?")) if request.method == "GET" else "/desk/"


def _sign_in_first(error: SignInNeeded) -> ResponseReturnValue:
    """To the sign-in, and back to the page that was wanted. What was typed into a form is not thrown away unsaid.

    A link in a mail comes from another site, so the browser held back its session: ask once more from our own page.
    """
    g.pop("who", None)
    if request.method != "GET":
        return refusal(of_refusal(error), sign_in=True)
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return go_on(_wanted())
    return see("desk.choose", next=_wanted())


def _prove_first(error: StepUpNeeded) -> ResponseReturnValue:
    if request.method != "GET":
        return refusal(of_refusal(error), _("Prove again who you are, then send the form once more."), step_up=True)
    minutes = int(error.within.total_seconds() // 60)
    return see("desk.step_up", next=_wanted(), minutes=minutes)


def _refused(error: CaseError) -> ResponseReturnValue:
    other = sorted(who.roles - {who.session.role}) if (who := who_may_be_here()) else []
    if isinstance(error, NotPermitted):
        return refusal(of_refusal(error), _("This page is not for the role you act in."), elsewhere=other)
    if isinstance(error, _FOR_OPERATORS):
        told = _(
            "Something kept here does not hold together, or the desk is not set up for this. "
            "Tell an administrator: %(what)s"
        )
        return refusal(of_refusal(error), told % {"what": error})
    return refusal(of_refusal(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    return refusal(of_http(error))


def _accident(error: Exception) -> ResponseReturnValue:
    return refusal(of_accident(error))


blueprint.register_error_handler(SignInNeeded, _sign_in_first)
blueprint.register_error_handler(StepUpNeeded, _prove_first)
blueprint.register_error_handler(CaseError, _refused)
blueprint.register_error_handler(HTTPException, _http)
blueprint.register_error_handler(Exception, _accident)


def offers() -> dict[str, bool]:
    """Which ways of signing in are set up here."""
    return {"provider": desk().signin.provider is not None, "passkeys": desk().signin.passkeys is not None}
