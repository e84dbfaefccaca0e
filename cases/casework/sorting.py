"""Sorting: the worker opens statement and routing facts (an entry says so first), screens, numbers and routes."""

import json
import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case, next_due
from cases.casework.entries import entry
from cases.casework.statuses import of_case
from cases.catalogue import Catalogue
from cases.complaint import Complaint, RoutingFacts, Statement
from cases.ledger import WORKER, About, EntryKind
from cases.lifecycle import State
from cases.place import Kind, Owner, Recipient
from cases.ports import Desk, Job, Standing, Work
from cases.routing import Routing, circumstances_of, involved_in, preview

FIVE_DIGITS = 90_000
TRIES = 64


def sort_complaint(desk: Desk, job: Job, at: datetime) -> Case | None:
    """Turn a complaint into a registered case. None when it was sorted before: sorting twice changes nothing."""
    complaint = desk.lookup.complaint(UUID(job.about))
    if desk.lookup.case_of(complaint.id):
        with desk.work() as work:
            work.done(job)
        return None
    statement, facts = _open(desk, complaint, at)
    law = desk.law
    day = at.date()
    categories = law.categories_for(statement.concerns, complaint.received_at.date())
    circumstances = circumstances_of(statement, categories)
    routing = preview(involved_in(statement), circumstances, facts, desk.lookup.directory(), law, day)
    with desk.work() as work:
        case = _numbered(work, complaint, categories, routing, law)
        _register(desk, work, case, complaint, routing, at)
        work.done(job)
    return case


def _open(desk: Desk, complaint: Complaint, at: datetime) -> tuple[Statement, RoutingFacts]:
    """Say so in the ledger, then open."""
    statement = desk.lookup.part(complaint.id, Kind.STATEMENT)
    facts = desk.lookup.part(complaint.id, Kind.ROUTING_FACTS)
    opened = {"opened": [Kind.STATEMENT.slug, Kind.ROUTING_FACTS.slug]}
    about = About.complaint(complaint.id)
    with desk.work() as work:
        work.note(entry(EntryKind.LOOK, about, at, WORKER, "opened_for_sorting", facts=opened))
    told = json.loads(desk.vault.open(statement, Recipient.DESK))["statement"]
    routing = json.loads(desk.vault.open(facts, Recipient.SORTING))
    return Statement.read(told), RoutingFacts.read(routing)


def _numbered(work: Work, complaint: Complaint, categories: tuple[str, ...], routing: Routing, law: Catalogue) -> Case:
    case = Case(
        _free_number(work, complaint.received_at.year),
        complaint.id,
        routing.queue,
        routing.to,
        State.REGISTERED,
        1,
        categories,
        complaint.received_at,
        None,
    )
    return replace(case, due=next_due(case, complaint.received_at, law))


def _free_number(work: Work, year: int) -> str:
    """Random within the year, so that a gap tells nothing; six digits once five are crowded."""
    for attempt in range(TRIES):
        span = FIVE_DIGITS if attempt < TRIES // 2 else FIVE_DIGITS * 10
        number = f"IGO-{year}-{span // 9 + secrets.randbelow(span)}"
        if work.number_is_free(number):
            return number
    raise RuntimeError("no free case number was found")


def _register(desk: Desk, work: Work, case: Case, complaint: Complaint, routing: Routing, at: datetime) -> None:
    owner = Owner(complaint.id, complaint.mailbox_key)
    leg = {"addressee": routing.addressee, "explanation": routing.kept_with_identity}
    sealed = (
        desk.vault.seal(Kind.EXPLANATION, owner, canonical(routing.explanation)),
        desk.vault.seal(Kind.SUPERVISOR_LEG, owner, canonical(leg)),
    )
    facts = {"complaint_id": str(complaint.id), "to": list(routing.to), "categories": list(case.categories)}
    about = About.case(case.number)
    registered = entry(
        EntryKind.CHANGE, about, at, WORKER, "registered", version=case.version, facts=facts, sealed=sealed
    )
    standing = Standing(routing.walled, routing.walled_by_identity, routing.addressee)
    work.register(case, standing, registered, of_case(case))
