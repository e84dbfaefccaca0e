"""Who works a case: asked to, leaving it, and what is alleged against whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from cases.case.clocked import sounded
from cases.case.facts import Allegation, Assignment, Case, Hearing
from cases.case.moving import worked
from cases.case.written import changed
from cases.catalogue import Catalogue, Provision
from cases.errors import ConflictOfInterest, Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import Action, Queue, State
from cases.people import Role
from cases.sight import Actor

ASSIGNABLE: Mapping[Queue, frozenset[Role]] = MappingProxyType(
    {Queue.IGO: frozenset({Role.INTAKE, Role.INVESTIGATOR}), Queue.OUTSIDE: frozenset({Role.OUTSIDE})}
)
ASSIGNERS = frozenset({Role.INTAKE, Role.HEAD, Role.OUTSIDE})
ALLEGERS = ASSIGNERS | {Role.INVESTIGATOR}
ALLEGED_IN = (State.REGISTERED, State.ASSESSMENT, State.AWAITING_INFORMATION, State.INVESTIGATION)

OUT_OF_THE_FINDERS_HANDS = (State.REPORTED, State.WITH_DECIDER)

MOST_ALLEGED = 100
"""Every change of one repeats all of them in its entry: that must not grow without end."""

Decided = tuple[Case, dict[str, Any]]


def must_work(case: Case, by: Actor) -> None:
    """Refuse whoever decided or reviewed the case before, in any round. Raises MoveNotAllowed."""
    if by.person in case.judges():
        raise MoveNotAllowed("Whoever decided or reviewed a case never works it.")


def assign(case: Case, who: Assignment, by: Actor, *, walled: bool) -> Decided:
    """Decide an assignment. `walled` says that person must never learn of this case.

    Raises NotPermitted, ConflictOfInterest or MoveNotAllowed.
    """
    if by.role not in ASSIGNERS:
        raise NotPermitted("Only intake, the head or the outside office assign people.")
    if case.state is State.CLOSED:
        raise MoveNotAllowed("A closed case takes no new people.")
    must_be_assignable(case, who.role)
    must_work(case, by)
    if walled or who.person in case.recused | case.judges():
        raise ConflictOfInterest("This person cannot be assigned to this case.")
    if who in case.assignees:
        raise MoveNotAllowed("This person is assigned already.")
    people = case.worked_by | {by.person, who.person}
    assigned = replace(case, version=case.version + 1, assignees=(*case.assignees, who), worked_by=people)
    return assigned, {"person": who.person, "as": str(who.role), "case": changed(case, assigned)}


def must_be_assignable(case: Case, role: Role) -> None:
    """Refuse a role nobody is assigned in to this case. Raises Malformed."""
    if role not in ASSIGNABLE[case.queue]:
        roles = ", ".join(sorted(ASSIGNABLE[case.queue]))
        raise Malformed([Fault("#/role", f"People are assigned to this case as: {roles}.")])


def unassign(case: Case, who: Assignment, by: Actor) -> Decided:
    """Take somebody off a case: it goes to somebody else. Raises NotPermitted, Malformed or MoveNotAllowed."""
    if by.role not in ASSIGNERS:
        raise NotPermitted("Only intake, the head or the outside office take people off a case.")
    if who not in case.assignees:
        raise Malformed([Fault("#/person", f"Nobody of this number is assigned as {who.role}.")])
    must_work(case, by)
    left = worked(replace(case, version=case.version + 1, assignees=_without(case, {who.person}, who.role)), by)
    return left, {"person": who.person, "as": str(who.role), "case": changed(case, left)}


def recuse(case: Case, by: Actor, at: datetime, law: Catalogue) -> Decided:
    """Step out for good: whoever recuses themselves sees nothing of the case any more. Raises MoveNotAllowed."""
    if by.role is Role.SUPERVISOR:
        raise MoveNotAllowed("A supervisor's part is only to know; there is nothing to be recused from.")
    left = excluded(case, frozenset({by.person}), at, law)
    gone = replace(left, version=case.version + 1, recused=case.recused | {by.person})
    return gone, {"person": by.person, "case": changed(case, gone)}


def excluded(case: Case, people: frozenset[str], at: datetime, law: Catalogue) -> Case:
    """The case without whoever turned out to be in conflict: their assignments and proposals end."""
    kept = unproposed(case, at, law) if case.proposal and case.proposal.by in people else case
    return replace(kept, assignees=_without(case, people))


def unproposed(case: Case, at: datetime, law: Catalogue) -> Case:
    """The case without the proposal that waits, if one does, and without the time limit that ran for it."""
    return sounded(case, replace(case, proposal=None), str(Action.WITHDRAW), at, law) if case.proposal else case


def _without(case: Case, people: frozenset[str] | set[str], role: Role | None = None) -> tuple[Assignment, ...]:
    return tuple(one for one in case.assignees if one.person not in people or role not in (None, one.role))


def identified(case: Case, person: UUID, provision: Provision, *, another: bool) -> Case:
    """The case once it is said who a person of it is: who decides on what is alleged follows from that.

    For `another` than was meant until now nothing stands of what the first was told and answered, nor that the account
    is theirs; nor, once it is reported, what was found about the first. Raises MoveNotAllowed once it was decided.
    """
    if another and case.decided_at and person in case.subjects():
        raise MoveNotAllowed("It was decided on this person: add the other one, or reopen the case.")
    allegations = tuple(_under(one, provision) if one.person == person else one for one in case.allegations)
    known = replace(case, allegations=allegations if case.decided_at is None else case.allegations)
    if not another:
        return known
    owed = known.owed | ({person} & known.notified)
    known = replace(known, attributed=known.attributed - {person}, notified=known.notified - {person}, owed=owed)
    if case.state in OUT_OF_THE_FINDERS_HANDS and case.decided_at is None:
        known = replace(known, allegations=tuple(_unfound(one, person) for one in known.allegations))
    if person not in known.subjects() or known.state is State.CLOSED:
        return known
    silent: frozenset[UUID] = frozenset()
    return replace(known, comment=Hearing.NOT_ASKED, commented=silent, response=Hearing.NOT_ASKED, responded=silent)


def _unfound(one: Allegation, person: UUID) -> Allegation:
    """What was reported, and established, of somebody else was never put to this one, and no longer can be."""
    return replace(one, finding=None, standard=None, misconduct=None) if one.person == person else one


def _under(one: Allegation, provision: Provision) -> Allegation:
    """An allegation under what governs the person; what was decided here falls when it is not decided here."""
    under = replace(one, authority=provision.decider, here=provision.decided_here)
    return under if under.here is one.here else replace(under, standard=None, misconduct=None)


def allege(case: Case, person: UUID, category: str, provision: Provision, by: Actor) -> Decided:
    """Say that a subject is alleged to have done something of a category.

    Raises NotPermitted, MoveNotAllowed, or Malformed when the same is alleged already.
    """
    if by.role not in ALLEGERS:
        raise NotPermitted("Only those who work a case say what is alleged.")
    must_work(case, by)
    if case.state not in ALLEGED_IN:
        raise MoveNotAllowed("Allegations are added before findings are put to anybody.")
    if any(one.person == person and one.category == category for one in case.allegations):
        raise Malformed([Fault("#/category", "This is alleged against this person already.")])
    if len(case.allegations) >= MOST_ALLEGED:
        raise MoveNotAllowed(f"A case holds {MOST_ALLEGED} allegations at most: put the rest into a case of its own.")
    new = Allegation(uuid4(), person, category, provision.decider, provision.decided_here)
    categories = case.categories if category in case.categories else (*case.categories, category)
    alleged = replace(case, version=case.version + 1, categories=categories, allegations=(*case.allegations, new))
    alleged = worked(alleged, by)
    facts = {"allegation": str(new.id), "person": str(person), "category": category}
    return alleged, {**facts, "case": changed(case, alleged)}
