"""What a view needs of its surroundings: the desk behind the app, the time, who is calling."""

from datetime import UTC, datetime
from typing import cast

from flask import current_app, g

from cases.case import Case
from cases.complaint import Complaint
from cases.ports import Desk
from cases.sight import Actor

EXTENSION = "rule12"


def desk() -> Desk:
    """The ports this app was made with."""
    return cast("Desk", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The time of this request: asked once, so that everything in it agrees."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast("datetime", g.now)


def actor() -> Actor:
    """Who is calling at the desk; only behind `needs(role, …)`."""
    return cast("Actor", g.actor)


def case() -> Case:
    """The case in the address, as it stood when the caller was let in; only behind `needs(role, …)`, and only to look:

    who asks once more for a change they made may see no case any longer (`api/access.py`).
    """
    return cast("Case", g.case)


def complaint() -> Complaint:
    """Whose receipt was shown; only behind `needs(RECEIPT)`."""
    return cast("Complaint", g.complaint)


def receipt() -> str:
    """The receipt as shown; only behind `needs(RECEIPT)`."""
    return cast("str", g.receipt)
