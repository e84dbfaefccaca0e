"""What makes each situation true, and where the first true one sends a complaint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from cases.catalogue import Catalogue, Copy, Route
from cases.catalogue.routes import OF_SUBJECTS, Addition, Situation
from cases.complaint import Consent
from cases.directory import PERSONNEL_TYPES, Person
from cases.errors import CatalogueBroken
from cases.lifecycle import Queue
from cases.routing.explaining import Outcome, in_full, masked
from cases.routing.involved import How
from cases.routing.matching import Match
from cases.routing.screening import Screening

T = TypeVar("T")

__all__ = ["OF_SUBJECTS", "SITUATIONS", "Routing", "route"]


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a complaint goes and why. `addressee` is the supervisor who receives it, if one does.

    `to` holds the legs of the route, then those of the copies. `matches` are in the order of the involved.
    `authorities` are the personnel types of the subjects who are certain: they say who may decide.
    `explanation` may stand in the case; `kept_with_identity` is the whole of it.
    """

    queue: Queue
    to: tuple[str, ...]
    addressee: str | None
    walled: frozenset[str]
    walled_by_identity: frozenset[str]
    managers: frozenset[str]
    matches: tuple[Match, ...]
    authorities: frozenset[str]
    explanation: Mapping[str, Any]
    kept_with_identity: Mapping[str, Any]


def _supervisor_conflicted(seen: Screening) -> bool:
    return seen.supervisor is not None and seen.supervisor.staff_number in seen.conflicts


_SITUATIONS: Mapping[str, Callable[[Screening], bool]] = MappingProxyType(
    {
        Situation.HIGH_COMMISSIONER: lambda seen: seen.concerned.high_commissioner,
        Situation.LEADS_THE_OFFICE: lambda seen: seen.concerned.leads_the_office,
        Situation.HEADS_THE_OFFICE: lambda seen: seen.concerned.heads_the_office and seen.concerned.designate_is_clear,
        Situation.HEADS_WITHOUT_DESIGNATE: lambda seen: seen.concerned.heads_the_office,
        Situation.IGO_STAFF: lambda seen: seen.concerned.of_the_office,
        Situation.ANONYMOUS: lambda seen: seen.facts.consent is Consent.ANONYMOUS,
        Situation.EXTERNAL: lambda seen: seen.reporter is None,
        Situation.NO_SUPERVISOR: lambda seen: seen.supervisor is None,
        Situation.DOES_NOT_AGREE: lambda seen: not seen.facts.share_with_supervisor,
        Situation.UNRESOLVED: lambda seen: not seen.nobody_left_open(),
        Situation.NEXT_CLEAR: lambda seen: _supervisor_conflicted(seen) and seen.next_clear() is not None,
        Situation.NONE_CLEAR: _supervisor_conflicted,
        Situation.ORDINARY: lambda _seen: True,
    }
)
SITUATIONS = frozenset(_SITUATIONS)

_ADDITIONS: Mapping[str, Callable[[Screening, Copy], bool]] = MappingProxyType(
    {
        Addition.RETALIATION: lambda seen, copy: (
            seen.circumstances.tell_ethics and (seen.circumstances.fears_retaliation or _is_about(seen, copy))
        ),
        Addition.INSTITUTIONAL_ACCOUNT: lambda seen, copy: (
            seen.circumstances.institutional_account or _is_about(seen, copy)
        ),
    }
)


def _is_about(seen: Screening, copy: Copy) -> bool:
    return not set(copy.categories).isdisjoint(seen.circumstances.categories)


def route(seen: Screening, law: Catalogue, on: date) -> Routing:
    """Apply the routes in force on a day. Raises CatalogueBroken when none applies or a situation is unknown."""
    for rule in law.routes_on(on):
        if _true_of(_SITUATIONS, rule.situation)(seen):
            copies = [copy for copy in law.copies_on(on) if _true_of(_ADDITIONS, copy.situation)(seen, copy)]
            return _routing(rule, copies, seen)
    raise CatalogueBroken(f"routes.toml: no route applies on {on.isoformat()}")


def _true_of(known: Mapping[str, T], situation: str) -> T:
    if situation not in known:
        raise CatalogueBroken(f"routes.toml: nothing decides the situation {situation}")
    return known[situation]


def _routing(rule: Route, copies: list[Copy], seen: Screening) -> Routing:
    addressee = _addressee(rule, seen)
    legs = ["supervisor" if leg == "next_supervisor" else leg for leg in rule.to]
    if addressee is None and "supervisor" in legs:
        legs.remove("supervisor")
    to = tuple(dict.fromkeys((*legs, *(leg for copy in copies for leg in copy.to))))
    outcome = Outcome(rule, tuple(copies), to, addressee)
    full = in_full(outcome, seen)
    return Routing(
        Queue.OUTSIDE if "outside" in rule.to else Queue.IGO,
        to,
        addressee.staff_number if addressee else None,
        seen.walled,
        seen.walled_by_identity,
        seen.managers,
        seen.matches,
        _authorities(seen),
        full if seen.facts.consent is Consent.OPEN else masked(outcome, seen),
        full,
    )


def _addressee(rule: Route, seen: Screening) -> Person | None:
    """The supervisor a rule sends it to. However an administrator orders the rows: none in conflict, none unasked."""
    agreed = seen.facts.share_with_supervisor and seen.facts.consent is not Consent.ANONYMOUS
    if not agreed or not seen.nobody_left_open():
        return None
    if "next_supervisor" in rule.to:
        return seen.next_clear()
    return seen.supervisor if "supervisor" in rule.to and not _supervisor_conflicted(seen) else None


def _authorities(seen: Screening) -> frozenset[str]:
    """As the directory says, or the statement for somebody whom the directory holds no longer."""
    sure = [found for found in seen.of(How.SUBJECT) if found.exact is not None]
    types = (found.people[0].personnel_type if found.people else found.involved.said.personnel_type for found in sure)
    return PERSONNEL_TYPES.intersection(types)
