"""The first page: whether this is the right place, and where else to turn to."""

from flask import Response, abort, redirect
from flask.typing import ResponseReturnValue

from api.access import ANYONE, needs
from api.context import desk, now
from api.pages.door.common import IN, blueprint, page

ELSEWHERE = "https://www.wikipedia.org/"
"""A site anybody may have open."""


@blueprint.get(f"{IN}/")
@needs(ANYONE)
def start() -> Response:
    """Is this the right place? Most people who come are in the wrong one (facts §1)."""
    return page("start.html", elsewhere=desk().law.elsewhere_on(now().date()))


@blueprint.get(f"{IN}/elsewhere/<string:slug>")
@needs(ANYONE)
def elsewhere(slug: str) -> Response:
    """Whom to turn to instead, or first."""
    found = next((row for row in desk().law.elsewhere_on(now().date()) if row.slug == slug), None)
    if found is None:
        abort(404)
    return page("elsewhere.html", place=found)


@blueprint.get(f"{IN}/safety")
@needs(ANYONE)
def safety() -> Response:
    """Devices, networks and traces: how to report without being seen."""
    return page("safety.html")


@blueprint.get(f"{IN}/leave")
@needs(ANYONE)
def leave() -> ResponseReturnValue:
    """Away from here at once: another site in this window. What a browser can be told to forget, it is."""
    answer = redirect(ELSEWHERE, 303)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer
