"""What all pages of the door share: the language in the address, the frame, and refusals as pages."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from api.access import ANYONE, needs
from api.context import desk
from api.pages.words import _, said
from api.problems import of_accident, of_http, of_refusal
from cases.catalogue import LANGUAGES, Language
from cases.errors import CaseError, MediaRefused, TooLarge
from cases.media import ALLOWED

blueprint = Blueprint("door", __name__, template_folder="../templates", static_folder=None, url_prefix="/")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ENGLISH = "en"
ERRORS_OF_OURS = 500
IN = f"/<any({', '.join(LANGUAGES)}):lang>"
"""What the address of every page of the door begins with."""


@blueprint.url_value_preprocessor
def _read_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Everything below `/<lang>/` speaks that language; what is asked elsewhere, the browser's."""
    asked = (values or {}).pop("lang", None)
    g.language = asked or browsers_language()


@blueprint.url_defaults
def _same_language(endpoint: str, values: dict[str, Any]) -> None:
    """Links lead to pages in the language of the page they stand on."""
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", g.get("language", ENGLISH))


@blueprint.after_request
def _finish(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers.setdefault("X-Frame-Options", "DENY")
    return answer


@blueprint.context_processor
def _frame() -> dict[str, Any]:
    """What the frame of every page shows. `again`: its address has it again, so a link loses nothing."""
    return {"spoken": spoken(), "tongues": tongues(), "path_in": _path_in, "again": request.method != "POST"}


@blueprint.get("/")
@needs(ANYONE)
def root() -> ResponseReturnValue:
    """On to the first page, in the language the browser asks for."""
    answer = redirect(url_for("door.start"), 302)
    answer.headers["Vary"] = "Accept-Language"
    return answer


@blueprint.get(f"{IN}/<path:rest>")
@needs(ANYONE)
def nowhere(rest: str) -> ResponseReturnValue:  # noqa: ARG001 - whatever it is, it is not here
    """No such page, said in the language of the address."""
    abort(404)


def browsers_language() -> str:
    """The first of the browser's languages that we have, else English."""
    wanted = (tag.replace("_", "-").partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((tag for tag in wanted if tag in LANGUAGES), ENGLISH)


def tongues() -> tuple[Language, ...]:
    """The languages there are, in the order of the catalogue."""
    return tuple(desk().law.languages)


def spoken() -> Language:
    """The language of this page, and whether somebody read its words against the English."""
    code = g.get("language", ENGLISH)
    return next(row for row in tongues() if row.code == code)


def _path_in(code: str) -> str:
    """The same page in another language."""
    at = request.endpoint or ""
    known = {**(request.view_args or {}), "lang": code}
    return url_for(at, **known) if at.startswith("door.") else url_for("door.start", lang=code)


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page of the door."""
    return Response(render_template(f"door/{template}", **shown), status)


def refused(answer: Response) -> Response:
    """A problem document as a page, for people."""
    shown = page("problem.html", answer.status_code, sentence=_plain(answer.status_code, answer.get_json()["detail"]))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in answer.headers:
            shown.headers[name] = answer.headers[name]
    return shown


def _plain(status: int, detail: str) -> str:
    """What went wrong, for somebody who knows nothing of how pages work."""
    match status:
        case 404:
            return _("There is no such page.")
        case 400 | 405 | 411 | 415:
            return _("Use the form on the page.")
        case 413:
            return _("This is too much at once. Write less, and send the rest as a message afterwards.")
        case _ if status >= ERRORS_OF_OURS:
            return _("Something went wrong here, not with you. Nothing was lost. Try again in a few minutes.")
    return said(detail)


def not_taken(error: CaseError) -> str:
    """Why a file was not kept."""
    match error:
        case MediaRefused():
            kinds = ", ".join(ALLOWED.values())
            return _("This kind of file is not taken, or the file is not what its name says. Taken are: %(kinds)s.") % {
                "kinds": kinds
            }
        case TooLarge():
            return _("This file is too large. Send it in parts, or a shorter recording.")
    return said(str(error))


blueprint.register_error_handler(CaseError, lambda error: refused(of_refusal(error)))
blueprint.register_error_handler(HTTPException, lambda error: refused(of_http(error)))
blueprint.register_error_handler(Exception, lambda error: refused(of_accident(error)))
