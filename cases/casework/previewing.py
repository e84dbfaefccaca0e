"""A dry run of screening and routing."""

from datetime import datetime

from cases.casework.entries import entry
from cases.complaint import Reporter, Statement
from cases.errors import Malformed
from cases.ledger import THE_SYSTEM, EntryKind
from cases.ports import Desk
from cases.routing import Routing, circumstances_of, involved_in, route, screen
from cases.sight import Actor


def preview_route(desk: Desk, actor: Actor, statement: Statement, reporter: Reporter, at: datetime) -> Routing:
    """Where such a complaint would go today. That somebody asked is an entry: it could be used to ask for reporting
    lines, though the directory holds nothing sealed. Raises Malformed.
    """
    if faults := reporter.faults():
        raise Malformed(faults)
    law, day = desk.law, at.date()
    circumstances = circumstances_of(statement, law.categories_for(statement.concerns, day))
    facts = reporter.routing_facts()
    with desk.work() as work:
        noted = entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor.person, "route_previewed", role=str(actor.role))
        work.note(noted)
    return route(screen(involved_in(statement), circumstances, facts, desk.lookup.directory(), law, day), law, day)
