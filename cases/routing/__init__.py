"""Screening and routing of one case: ordered situations, first match wins, never to anyone in conflict.

Which situation sends a complaint where is dated data (`catalogue/routes.toml`), and so is who the office is
(`catalogue/offices.toml`); what makes a situation true is here. Decides only. Whenever a fact changes (somebody is
identified, a witness becomes a subject, a new directory comes), the same two functions are asked again.
"""

from datetime import date

from cases.catalogue import Catalogue
from cases.complaint import RoutingFacts
from cases.directory import Directory
from cases.routing.explaining import routing_table
from cases.routing.involved import Circumstances, How, Involved, circumstances_of, involved_in
from cases.routing.matching import Match, match, offices_of
from cases.routing.screening import Screening, screen
from cases.routing.situations import OF_SUBJECTS, SITUATIONS, Routing, route

__all__ = [
    "OF_SUBJECTS",
    "SITUATIONS",
    "Circumstances",
    "How",
    "Involved",
    "Match",
    "Routing",
    "Screening",
    "circumstances_of",
    "involved_in",
    "match",
    "offices_of",
    "preview",
    "route",
    "routing_table",
    "screen",
]


def preview(
    involved: tuple[Involved, ...],
    circumstances: Circumstances,
    facts: RoutingFacts,
    directory: Directory,
    law: Catalogue,
    on: date,
) -> Routing:
    """Where a complaint with these facts would go on a day. CatalogueBroken as `screen` and `route` raise it."""
    return route(screen(involved, circumstances, facts, directory, law, on), law, on)
