"""What a change of a case is, for those who are told of it: read off the case before and after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cases.case import Assignment, Case, Proposal, must_be_approved
from cases.catalogue.telling import APPROVERS, ASSIGNED, PROPOSER
from cases.lifecycle import STEPS, Action, State
from cases.people import Role
from cases.sight import Actor

LEGS: Mapping[str, str] = MappingProxyType(
    {
        Role.INTAKE: "igo",
        Role.HEAD: "igo",
        Role.OUTSIDE: "outside",
        Role.GATEKEEPER: "gatekeeper",
        Role.SUPERVISOR: "supervisor",
        Role.ETHICS: "ethics",
        Role.MONITOR: "der",
    }
)
"""Which leg of a route brings a case to a role."""

ROUTED = "routed"
HAPPENINGS = frozenset(
    {
        ROUTED,
        "assigned",
        "taken_off",
        "proposed",
        "approved",
        "rejected",
        "reporter_wrote",
        "reporter_answered",
        "evidence_added",
        "reporter_withdrew",
        "review_asked",
        "handed_to_decider",
        "identity_asked",
        "identity_granted",
        "identity_denied",
        "referral_returned",
        "reopened",
        "job_given_up",
    }
)
"""Everything that is told besides what clocks tell."""

_BY_ACTION: Mapping[str, str] = MappingProxyType(
    {
        Action.APPROVE: "approved",
        Action.REJECT: "rejected",
        Action.RECORD_RETURN: "referral_returned",
        "reporter_answered": "reporter_answered",
    }
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is told. `named` are those whom a part means besides what the case itself says.

    `only`: of those a row names, these roles alone; None for all.
    """

    what: str
    named: Mapping[str, tuple[Actor, ...]] = field(default_factory=lambda: MappingProxyType({}))
    only: frozenset[str] | None = None


def happenings(before: Case | None, after: Case, action: str) -> Iterator[Happening]:
    """What is told of a change. A walled-off or removed person is in none of it: they are taken off, not told."""
    if legs := _new_legs(before, after):
        yield Happening(ROUTED, only=frozenset(role for role, leg in LEGS.items() if leg in legs))
    if before is None:
        return
    if fresh := _people(set(after.assignees) - set(before.assignees)):
        yield Happening("assigned", {ASSIGNED: fresh})
    if set(before.assignees) - set(after.assignees) and after.state is not State.CLOSED:
        yield Happening("taken_off")
    if after.proposal and after.proposal != before.proposal:
        yield Happening("proposed", {APPROVERS: approvers(after)})
    if what := _BY_ACTION.get(action):
        yield Happening(what, {PROPOSER: _proposer(before.proposal)})
    if after.state is State.WITH_DECIDER and before.state is not State.WITH_DECIDER:
        yield Happening("handed_to_decider")
    if before.state is State.CLOSED and after.state is not State.CLOSED:
        yield Happening("reopened")


def approvers(case: Case) -> tuple[Actor, ...]:
    """Roles that may settle the proposal of a case, as actors without a person: everybody who holds one is meant."""
    proposal = case.proposal
    step = STEPS.get((case.state, proposal.action)) if proposal else None
    return tuple(Actor("", role) for role in sorted(must_be_approved(case, step))) if step else ()


def _new_legs(before: Case | None, after: Case) -> set[str]:
    """Who is sent the case now and was not before; in another office's queue everything begins anew."""
    same = before is not None and before.queue is after.queue
    return set(after.to) - (set(before.to) if before and same else set())


def _people(assigned: set[Assignment]) -> tuple[Actor, ...]:
    return tuple(Actor(who.person, who.role) for who in sorted(assigned, key=lambda who: (who.person, who.role)))


def _proposer(proposal: Proposal | None) -> tuple[Actor, ...]:
    return (Actor(proposal.by, proposal.role),) if proposal else ()
