"""Sorting: the worker opens statement and routing facts (an entry says so first), screens, numbers and routes."""

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case, changed
from cases.case.clocked import first_clocks
from cases.case.reminding import next_reminder
from cases.casework.changes import REMIND, ask_for_lapses
from cases.casework.entries import entry
from cases.casework.registers import sealed_register
from cases.casework.screening import Wish, newest_wish, opened_routing_facts, standing_of
from cases.casework.statuses import of_case
from cases.casework.telling import tell_of_change
from cases.catalogue import Catalogue
from cases.complaint import Complaint, RoutingFacts, Statement
from cases.errors import StaleVersion
from cases.ledger import WORKER, About, EntryKind
from cases.lifecycle import State
from cases.outbox import Job
from cases.persons import first_register
from cases.place import Kind, Owner, Recipient, SealedPart
from cases.ports import Desk, Work
from cases.routing import Routing, circumstances_of, involved_in, route, screen
from cases.times import read_stamp

FIVE_DIGITS = 90_000
TRIES = 64


def sort_complaint(desk: Desk, job: Job, at: datetime) -> Case | None:
    """Turn a complaint into a registered case. None when it was sorted before: sorting twice changes nothing.

    Raises StaleVersion when the reporter's consent changed meanwhile: nothing is routed on a wish taken back.
    """
    complaint = desk.lookup.complaint(UUID(job.about))
    if desk.lookup.case_of(complaint.id):
        with desk.work() as work:
            work.done(job)
        return None
    wish = newest_wish(desk, complaint.id)
    statement, facts, came = _open(desk, complaint, at)
    complaint = replace(complaint, received_at=came)
    law, day = desk.law, at.date()
    categories = law.categories_for(statement.concerns, complaint.received_at.date())
    circumstances = circumstances_of(statement, categories)
    seen = screen(involved_in(statement), circumstances, facts, desk.lookup.directory(), law, day)
    routing = route(seen, law, day)
    sealed = _sealed(desk, complaint, statement, wish or Wish(facts.consent), routing)
    with desk.work() as work:
        if newest_wish(desk, complaint.id) != wish:
            raise StaleVersion("The reporter changed their consent in the meantime; sorting begins anew.")
        case = _numbered(work, complaint, categories, routing, law)
        _register(work, case, complaint, routing, sealed, at)
        first = next_reminder(law, case, complaint.received_at - timedelta.resolution)
        work.schedule(REMIND, case.number, first, at)
        tell_of_change(work, desk, None, case, "registered", at, by=WORKER)
        work.done(job)
    return case


def _open(desk: Desk, complaint: Complaint, at: datetime) -> tuple[Statement, RoutingFacts, datetime]:
    """Say so in the ledger, then open. The time is when the complaint really came: a letter may have lain somewhere."""
    statement = desk.lookup.part(complaint.id, Kind.STATEMENT)
    opened = {"opened": [Kind.STATEMENT.slug, Kind.ROUTING_FACTS.slug]}
    about = About.complaint(complaint.id)
    with desk.work() as work:
        work.note(entry(EntryKind.LOOK, about, at, WORKER, "opened_for_sorting", facts=opened))
    told = json.loads(desk.vault.open(statement, Recipient.DESK))
    came = read_stamp(told["arrival"]["at"]) if "arrival" in told else complaint.received_at
    return Statement.read(told["statement"]), opened_routing_facts(desk, complaint.id), came


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
    )
    return first_clocks(case, law)


def _free_number(work: Work, year: int) -> str:
    """Random within the year, so that a gap tells nothing; six digits once five are crowded."""
    for attempt in range(TRIES):
        span = FIVE_DIGITS if attempt < TRIES // 2 else FIVE_DIGITS * 10
        number = f"IGO-{year}-{span // 9 + secrets.randbelow(span)}"
        if work.number_is_free(number):
            return number
    raise RuntimeError("no free case number was found")


def _sealed(
    desk: Desk, complaint: Complaint, statement: Statement, wish: Wish, routing: Routing
) -> tuple[SealedPart, ...]:
    """Why it went where it went, in its two halves; the register of persons; and the consent, for the desk to know."""
    owner = Owner(complaint.id, complaint.mailbox_key)
    leg = {"addressee": routing.addressee, "explanation": routing.kept_with_identity}
    return (
        desk.vault.seal(Kind.EXPLANATION, owner, canonical(routing.explanation)),
        desk.vault.seal(Kind.SUPERVISOR_LEG, owner, canonical(leg)),
        sealed_register(desk, owner, first_register(statement.told, routing.matches)),
        desk.vault.seal(Kind.CONSENT, owner, canonical(wish.told())),
    )


def _register(
    work: Work, case: Case, complaint: Complaint, routing: Routing, sealed: tuple[SealedPart, ...], at: datetime
) -> None:
    facts = {"complaint_id": str(complaint.id), "case": changed(None, case)}
    about = About.case(case.number)
    registered = entry(
        EntryKind.CHANGE, about, at, WORKER, "registered", version=case.version, facts=facts, sealed=sealed
    )
    work.register(case, standing_of(routing, case), registered, of_case(case))
    ask_for_lapses(work, None, case, at)
