"""HTTP in and out. `create_app` makes the app of one surface over the ports it is given."""

import gzip
from functools import lru_cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Flask, Request, Response, abort, request

from api import paces
from api.access import ANYONE, needs, refuse_silent_routes
from api.blueprints import Api
from api.context import EXTENSION
from api.pages import door, words
from api.pages.desk import blueprint as desk_pages
from api.problems import answer_problems
from api.routes import (
    administration,
    audit,
    cases,
    complaints,
    entering,
    evidence,
    filters,
    health,
    identities,
    jobs,
    mailbox,
    moves,
    notes,
    notices,
    persons,
    reference,
    routing,
    staffing,
    supervisors,
    tasks,
    teams,
    webhooks,
)
from api.specification import INTRODUCTION, document
from cases.errors import BodyNotWhole
from cases.ports import Desk

SURFACES = ("door", "desk", "all")
VERSION = "0.1.0"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ASSETS = {
    "pico.css": "text/css; charset=utf-8",
    "door.css": "text/css; charset=utf-8",
    "door.js": "text/javascript; charset=utf-8",
    "desk.css": "text/css; charset=utf-8",
    "passkeys.js": "text/javascript; charset=utf-8",
}
PACKED = {"Content-Encoding": "gzip"}
assets = Blueprint("assets", __name__, url_prefix="/assets")


class StreamingRequest(Request):
    """Never lets the framework spool an upload: its temporary files would hold evidence in the clear."""

    def _get_file_stream(self, *_: Any, **__: Any) -> Any:
        raise BodyNotWhole(
            "Files are only taken as streams: use the form on the page, or POST /api/v1/mailbox/evidence."
        )


class RuleTwelve(Flask):
    """Flask with our request."""

    request_class = StreamingRequest


def create_app(desk: Desk, surface: str = "all") -> Flask:
    """The app of a surface: `door`, `desk` or `all`. Raises RuntimeError when a route does not say who may call it."""
    app = RuleTwelve("api", static_folder=None)
    app.extensions[EXTENSION] = desk
    app.config.update(
        API_TITLE="Rule 1.2 Desk",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS=dict(INTRODUCTION),
        MAX_FORM_PARTS=200,
    )
    app.extensions[paces.EXTENSION] = paces.Paces(desk.limits)
    answer_problems(app)
    api = Api(app)
    for blueprint in _endpoints(surface):
        api.register_blueprint(blueprint)
    app.extensions["rule12.openapi"] = lambda: document(app, api.spec.to_dict())
    app.register_blueprint(reference.blueprint)
    app.register_blueprint(assets)
    words.speak(app)
    if surface in {"door", "all"}:
        app.register_blueprint(door.blueprint)
    if surface in {"desk", "all"}:
        app.register_blueprint(desk_pages)
    app.after_request(_harden)
    refuse_silent_routes(app)
    return app


def _endpoints(surface: str) -> list[Any]:
    of_door = [complaints.blueprint, mailbox.blueprint]
    of_desk = [
        cases.blueprint,
        moves.blueprint,
        staffing.blueprint,
        persons.blueprint,
        identities.blueprint,
        evidence.blueprint,
        routing.blueprint,
        audit.blueprint,
        jobs.blueprint,
        notices.blueprint,
        notes.blueprint,
        tasks.blueprint,
        teams.blueprint,
        filters.blueprint,
        supervisors.blueprint,
        administration.blueprint,
        webhooks.blueprint,
        entering.blueprint,
    ]
    return [*(of_door if surface != "desk" else ()), *(of_desk if surface != "door" else ()), health.blueprint]


def _harden(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


@assets.get("/<string:name>")
@needs(ANYONE)
def asset(name: str) -> Response:
    """A style sheet or a script, packed where the browser unpacks it. Pages never are: their length could tell."""
    if name not in ASSETS:
        abort(404)
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
    packed = request.accept_encodings["gzip"] > 0
    return Response(
        _asset(name, packed=packed), content_type=ASSETS[name], headers=headers | (PACKED if packed else {})
    )


@lru_cache(maxsize=2 * len(ASSETS))
def _asset(name: str, *, packed: bool) -> bytes:
    data = files("api.pages").joinpath("static", name).read_bytes()
    return gzip.compress(data, mtime=0) if packed else data
