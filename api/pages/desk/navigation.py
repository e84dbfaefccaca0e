"""Where the main navigation leads, by role. The start page lists the same places, with what each is for."""

from dataclasses import dataclass

from api.pages.words import _
from api.routes.cases import SEES_CASES
from api.routes.tasks import HAS_TASKS
from cases.people import Role

REVIEWS = (Role.HEAD, Role.OUTSIDE)
"""Who looks every week at what was closed before an assessment ended (facts §4)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: its endpoint, its name, and what it is for."""

    endpoint: str
    name: str
    purpose: str


def places(role: Role) -> list[Place]:
    """The pages a role works with, in order."""
    listed: list[tuple[tuple[Role, ...], Place]] = [
        (SEES_CASES, Place("desk.cases", _("Cases"), _("What you may see, by what is due or received."))),
        (HAS_TASKS, Place("desk.tasks", _("My tasks"), _("What is left to do, over all cases."))),
        (REVIEWS, Place("desk.review", _("Closed early"), _("Closed this week before an assessment ended."))),
    ]
    return [place for roles, place in listed if role in roles]
