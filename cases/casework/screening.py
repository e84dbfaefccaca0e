"""Screening of a case, at its first sorting and again whenever later facts come in.

Only the worker opens routing facts, and an entry says so first. What an officer records takes effect at once as far as
it needs nothing of the reporter: whoever is named is walled off in the same transaction. The rest is the worker's.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case, changed, excluded, unproposed
from cases.casework.changes import Change, worker_change
from cases.casework.entries import entry, owner_of
from cases.casework.registers import kept_register, register_of, statement_of
from cases.catalogue import Catalogue
from cases.complaint import Consent, RoutingFacts, Statement
from cases.ledger import WORKER, About, EntryKind
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.persons import Register, matched
from cases.place import Kind, Recipient, SealedPart
from cases.ports import Desk, Standing
from cases.routing import Circumstances, Routing, circumstances_of, offices_of, route, screen

SUPERVISOR = str(Role.SUPERVISOR)
OPENS = {"opened": [Kind.STATEMENT.slug, Kind.PERSONS.slug, Kind.ROUTING_FACTS.slug]}


@dataclass(frozen=True, slots=True)
class Wish:
    """How far the reporter lets it be known now; `share` is None where they did not speak of it again."""

    consent: Consent
    share: bool | None = None

    def told(self) -> dict[str, Any]:
        return {"consent": str(self.consent), "share_with_supervisor": self.share}

    @classmethod
    def read(cls, told: dict[str, Any]) -> "Wish":
        return cls(Consent(told["consent"]), told["share_with_supervisor"])


def newest_wish(desk: Desk, complaint: UUID) -> Wish | None:
    """What the reporter last said of their consent since they filed, or what sorting kept; None before either."""
    wishes = _wishes(desk, complaint)
    return wishes[-1] if wishes else None


def _wishes(desk: Desk, complaint: UUID) -> list[Wish]:
    parts = desk.lookup.parts(complaint, Kind.CONSENT)
    return [Wish.read(json.loads(desk.vault.open(part, Recipient.DESK))) for part in parts]


def consent_of(desk: Desk, case: Case) -> Consent:
    """How far the reporter of a case lets it be known now; nobody knows means nobody is told."""
    wish = newest_wish(desk, case.complaint)
    return wish.consent if wish else Consent.ANONYMOUS


def opened_routing_facts(desk: Desk, complaint: UUID) -> RoutingFacts:
    """The reporter's routing facts as they last said each, under their wishes. The caller wrote the entry for it.

    A number that is not said again still walls its holder off. Whether to share goes on as it was, but never past a
    wish to be anonymous.
    """
    said = [_routing_facts(desk, part) for part in desk.lookup.parts(complaint, Kind.ROUTING_FACTS)]
    known = {name: value for one in said for name, value in one.told().items() if value}
    facts = replace(RoutingFacts.read(known), share_with_supervisor=said[0].share_with_supervisor)
    for wish in _wishes(desk, complaint):
        share = facts.share_with_supervisor if wish.share is None else wish.share
        shares = share and wish.consent is not Consent.ANONYMOUS
        facts = replace(facts, consent=wish.consent, share_with_supervisor=shares)
    return facts


def _routing_facts(desk: Desk, part: SealedPart) -> RoutingFacts:
    return RoutingFacts.read(json.loads(desk.vault.open(part, Recipient.SORTING)))


def screened(desk: Desk, case: Case, register: Register, facts: RoutingFacts, day: datetime) -> Routing:
    """Where a case goes as its register and circumstances stand."""
    directory = desk.lookup.directory()
    involved = [person.involved() for person in register]
    people = (person.staff_number for person in directory if facts.staff_number or facts.email)
    around = replace(circumstances(desk, case), stepped_aside=desk.book.stepped_aside(case.number, people))
    seen = screen(involved, around, facts, directory, desk.law, day.date())
    return route(seen, desk.law, day.date())


def circumstances(desk: Desk, case: Case) -> Circumstances:
    return circumstances_of(Statement.read(statement_of(desk, case)), case.categories)


def standing_of(
    routing: Routing, case: Case, received: frozenset[str] = frozenset(), aside: frozenset[str] = frozenset()
) -> Standing:
    """Whoever recused themselves stays out, whatever a screening finds; so does whoever received it as supervisor."""
    others = received - {routing.addressee}
    walled, offices = routing.walled | case.recused, offices_of(routing.matches)
    return Standing(walled, routing.walled_by_identity, routing.addressee, others, routing.managers, aside, offices)


def screened_at_once(desk: Desk, case: Case, register: Register, at: datetime) -> tuple[Case, frozenset[str], Register]:
    """What a screening that knows nothing of the reporter makes of a case: it hides, and never shows anew."""
    routing = screened(desk, case, register, RoutingFacts(Consent.ANONYMOUS), at)
    leaves = routing.queue is Queue.OUTSIDE and case.queue is not Queue.OUTSIDE
    kept = _handed_over(case, routing, at, desk.law) if leaves else case
    return excluded(kept, routing.walled, at, desk.law), routing.walled, matched(register, routing.matches)


def _handed_over(case: Case, routing: Routing, at: datetime, law: Catalogue) -> Case:
    """To another office: nobody of the office it was with works it any more."""
    people = frozenset(who.person for who in case.assignees)
    left = unproposed(excluded(case, people, at, law), at, law)
    return replace(left, queue=routing.queue, to=routing.to)


def rescreen(desk: Desk, case: Case, at: datetime) -> Change:
    """Screen a registered case again, with all that is known now."""
    noted = entry(EntryKind.LOOK, About.case(case.number), at, WORKER, "opened_for_screening", facts=OPENS)
    with desk.work() as work:
        work.note(noted)
    facts = opened_routing_facts(desk, case.complaint)
    register = register_of(desk, case)
    routing = screened(desk, case, register, facts, at)
    if case.state is State.CLOSED:  # nobody is told anew of a case that is over; walls still follow the facts
        told = routing.addressee is not None and desk.lookup.is_addressed(case.number, routing.addressee)
        routing = replace(routing, to=case.to, queue=case.queue, addressee=routing.addressee if told else None)
    routing = _still_told(case, routing)
    after = case if routing.queue is case.queue else _handed_over(case, routing, at, desk.law)
    out = routing.walled | _kept_out_by_a_merged_case(desk, case)
    hands = case.worked_by | (desk.lookup.who_worked_merged(case.number) - case.judges())  # one matter: no reviewers
    after = excluded(replace(after, to=routing.to, worked_by=hands, version=case.version + 1), out, at, desk.law)
    sealed = sealed_screening(desk, case, routing, matched(register, routing.matches))
    if newest_wish(desk, case.complaint) is None:  # sorted before the desk was told of the consent
        sealed += (desk.vault.seal(Kind.CONSENT, owner_of(desk, case), canonical(Wish(facts.consent).told())),)
    change = worker_change(desk, case, (after, {"case": changed(case, after)}), "screened_again", at, sealed)
    people = desk.lookup.lately_known()
    received, aside = desk.lookup.who_received(case.number, people), desk.book.stepped_aside(case.number, people)
    return replace(change, standing=standing_of(routing, case, received, aside))


def _kept_out_by_a_merged_case(desk: Desk, case: Case) -> frozenset[str]:
    """Whoever works this case, or proposed something in it, and must not know of one that was merged into it.

    Not whoever is kept out by who reported, or received it as a supervisor: for them it is hidden, and to take them off
    it by name would tell everybody who they are.
    """
    people = {who.person for who in case.assignees} | ({case.proposal.by} if case.proposal else set())
    if not desk.lookup.has_merged(case.number):
        return frozenset()
    apart = (desk.lookup.is_walled_openly, desk.lookup.is_custodian)
    return frozenset(one for one in people if any(is_apart(case.number, one) for is_apart in apart))


def _still_told(case: Case, routing: Routing) -> Routing:
    """A supervisor once told stays among those the case names as told, also when a new fact takes it from them.

    That the leg is gone would tell every handler that the new subject stands above the reporter: who it reaches now is
    kept with the identity.
    """
    if SUPERVISOR not in case.to or SUPERVISOR in routing.to or routing.queue is not case.queue:
        return routing
    to = (SUPERVISOR, *routing.to)
    return replace(routing, to=to, explanation={**routing.explanation, "to": list(to)})


def sealed_screening(desk: Desk, case: Case, routing: Routing, register: Register) -> tuple[SealedPart, ...]:
    """The explanation for the desk, the supervisor's leg for the identity compartment, the register as matched."""
    owner = owner_of(desk, case)
    leg = {"addressee": routing.addressee, "explanation": routing.kept_with_identity}
    return (
        desk.vault.seal(Kind.EXPLANATION, owner, canonical(routing.explanation)),
        desk.vault.seal(Kind.SUPERVISOR_LEG, owner, canonical(leg)),
        kept_register(desk, case, register),
    )
