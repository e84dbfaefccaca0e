"""The API reference at /docs: the committed document in an embedded viewer; nothing from any other host."""

from importlib.resources import files

from flask import Blueprint, Response, abort, current_app, json, render_template
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs

blueprint = Blueprint("reference", __name__, url_prefix="/docs", template_folder="../pages/templates")
DIST = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
VIEWER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
@needs(ANYONE)
def viewer() -> ResponseReturnValue:
    """The viewer."""
    answer = Response(render_template("reference.html"))
    answer.headers["Content-Security-Policy"] = VIEWER_POLICY
    return answer


@blueprint.get("/openapi.json")
@needs(ANYONE)
def document() -> ResponseReturnValue:
    """The OpenAPI document of this very app."""
    return Response(json.dumps(current_app.extensions["rule12.openapi"]()), content_type="application/json")


@blueprint.get("/viewer/<string:name>")
@needs(ANYONE)
def asset(name: str) -> ResponseReturnValue:
    """A file of the viewer, out of its installed package."""
    if name not in DIST:
        abort(404)
    data = files("flask_swagger_ui").joinpath("dist", name).read_bytes()
    return Response(data, content_type=DIST[name], headers={"Cache-Control": "public, max-age=86400"})


@blueprint.get("/start.js")
@needs(ANYONE)
def start() -> ResponseReturnValue:
    """The two lines that start the viewer, apart because inline script is not allowed."""
    script = 'window.onload = () => SwaggerUIBundle({url: "openapi.json", dom_id: "#reference", deepLinking: true});\n'
    return Response(script, content_type="text/javascript")
