"""Moves: decided here, stored elsewhere. What takes four eyes is proposed by one and made by another's approval."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cases.case.clocked import PROPOSE, extended, sounded
from cases.case.effects import affected
from cases.case.facts import Case, Hearing, Proposal
from cases.case.given import Given, must_be_complete
from cases.case.guards import Situation, refusal, takes_part
from cases.case.written import changed
from cases.catalogue import Catalogue
from cases.clocks import Running, due, last_instant
from cases.errors import Fault, Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import (
    BESIDE_A_PROPOSAL,
    NO_WORK,
    SETTLING,
    STEPS,
    Action,
    Guard,
    State,
    Step,
    approvers,
    roles_of,
    steps_from,
)
from cases.people import Role
from cases.sight import Actor

OF_PEOPLE = (
    Guard.WORKER_NEVER_DECIDED_IT,
    Guard.MOVER_NEVER_WORKED_IT,
    Guard.MOVER_DECIDED_NO_EARLIER_ROUND,
    Guard.REVIEWER_IS_NEW_TO_IT,
)
"""Guards on who acts: whoever approves must pass them too."""

RULING = (Action.RECORD_DECISION, Action.DECIDE)
DUPLICATE, ELSEWHERE = "duplicate", "outside_mandate"


@dataclass(frozen=True, slots=True)
class Move:
    """An action by somebody at some time, with what they handed in. `office` names the calendar that counts for it."""

    action: Action
    by: Actor
    at: datetime
    given: Given
    office: str = ""


Decided = tuple[Case, dict[str, Any]]
"""The case as it then is, and the clear facts for its entry (with the changes of the case under `case`)."""


def must_have_a_say(action: Action, by: Actor) -> None:
    """Refuse a role that may take this action in no state at all. Raises NotPermitted."""
    if by.role not in roles_of(action):
        raise NotPermitted(f"{action} is not for the {by.role} role.")


def step_for(case: Case, asked: Move, law: Catalogue) -> Step:
    """The step this move would be. Raises NotPermitted, MoveNotAllowed, and Malformed for what is not handed in."""
    must_have_a_say(asked.action, asked.by)
    step = STEPS.get((case.state, asked.action))
    if step is None or asked.by.role not in step.by:
        raise MoveNotAllowed(
            f"{asked.action} cannot be done while the case is in {case.state}.", open_to(case, asked.by, asked.at, law)
        )
    must_be_complete(asked.action, step, asked.given, law, asked.at.date())
    must_name_what_is_there(case, asked.given)
    return step


def must_be_approved(case: Case, step: Step) -> frozenset[Role]:
    """Who must approve this step of this case; nobody where one person makes it alone."""
    return approvers(case.state, step, reopened=case.reopened > 0)


def must_name_what_is_there(case: Case, given: Given) -> None:
    """Refuse ids of nothing in this case. Raises Malformed."""
    faults = []
    if given.allegation and case.allegation(given.allegation) is None:
        faults.append(Fault("#/allegation", "This case has no such allegation."))
    if given.hold and given.hold not in {hold.id for hold in case.holds}:
        faults.append(Fault("#/hold", "No such hold stands."))
    if faults:
        raise Malformed(faults)


def move(case: Case, asked: Move, law: Catalogue) -> Decided:
    """Decide a move that one person makes alone.

    Raises NotPermitted, Malformed (a need is missing) or MoveNotAllowed (with the moves open to the mover).
    """
    step = step_for(case, asked, law)
    if must_be_approved(case, step):
        raise MoveNotAllowed(f"{asked.action} takes two people: propose it.", open_to(case, asked.by, asked.at, law))
    _must_pass(case, asked, step, law)
    return _made(case, asked, step, law)


def propose(case: Case, asked: Move, law: Catalogue, sealed: UUID) -> Decided:
    """Decide a proposal; `sealed` is the part that keeps what was handed in. Raises as `move`."""
    step = step_for(case, asked, law)
    _must_pass(case, asked, step, law)
    clock = law.clock("proposal", asked.at.date())
    until = due(clock, asked.at, law.calendar(""))
    proposal = Proposal(uuid4(), asked.action, asked.by.person, asked.by.role, asked.at, until, sealed)
    proposed = replace(case, proposal=proposal, version=case.version + 1)
    proposed = proposed if asked.action in NO_WORK else worked(proposed, asked.by)
    proposed = sounded(case, proposed, PROPOSE, asked.at, law)
    return proposed, {"proposes": str(asked.action), **asked.given.clear(step.needs), "case": changed(case, proposed)}


def settle(case: Case, asked: Move, handed_in: Given, law: Catalogue) -> Decided:
    """Approve, reject or withdraw the proposal that waits; `handed_in` is what was sealed with it.

    Raises NotPermitted, Malformed or MoveNotAllowed.
    """
    proposal = must_be_settleable(case, asked, law)
    step = STEPS[case.state, proposal.action]
    waiting = replace(case, proposal=None)
    if asked.action is Action.APPROVE:
        proposer = Move(proposal.action, Actor(proposal.by, proposal.role), asked.at, handed_in, asked.office)
        _must_pass(waiting, proposer, step, law)
        made, facts = _made(waiting, proposer, step, law, approver=asked.by)
        made = sounded(made, made, str(asked.action), asked.at, law)
        return made, {**facts, "approves": str(proposal.action), "case": changed(case, made)}
    settled = replace(waiting, version=case.version + 1)
    if proposal.action not in NO_WORK:  # to refuse it says, too, how the case goes on
        settled = worked(settled, asked.by)
    settled = sounded(case, settled, str(asked.action), asked.at, law)
    what = "rejects" if asked.action is Action.REJECT else "withdraws"
    return settled, {what: str(proposal.action), "case": changed(case, settled)}


def must_be_settleable(case: Case, asked: Move, law: Catalogue) -> Proposal:
    """The proposal that waits, if this person may do this with it. Raises NotPermitted, Malformed, MoveNotAllowed."""
    must_have_a_say(asked.action, asked.by)
    proposal = case.pending(asked.at)
    if proposal is None or (why := _cannot_settle(case, proposal, asked.action, asked.by, asked.at, law)):
        sentence = "No proposal waits." if proposal is None else why
        raise MoveNotAllowed(sentence, open_to(case, asked.by, asked.at, law))
    if asked.action is Action.REJECT and not asked.given.reason.strip():
        raise Malformed([Fault("#/reason", "reject needs this.")])
    return proposal


def _cannot_settle(case: Case, proposal: Proposal, action: Action, by: Actor, at: datetime, law: Catalogue) -> str:
    if action is Action.WITHDRAW:
        return "" if by == Actor(proposal.by, proposal.role) else "Only whoever proposed it withdraws it."
    if by.person == proposal.by:
        return "Whoever proposed something neither approves nor rejects it: that takes a second person."
    step = STEPS[case.state, proposal.action]
    entitled = must_be_approved(case, step)
    if by.role not in entitled:
        return f"{proposal.action} is approved by: {', '.join(sorted(entitled))}."
    asked = Situation(case, Action.APPROVE, by, at, None, law)
    unfit = next((why for guard in OF_PEOPLE if guard in step.guards and (why := refusal(guard, asked))), "")
    if unfit or action is Action.REJECT:
        return unfit
    proposed = Move(proposal.action, Actor(proposal.by, proposal.role), at, Given())
    return _refused(replace(case, proposal=None), proposed, step, law, handed_in=False)


def open_to(case: Case, by: Actor, at: datetime, law: Catalogue) -> tuple[Action, ...]:
    """The moves this person could make now, given what each needs."""
    moves = [
        action
        for action, step in steps_from(case.state)
        if by.role in step.by and not _refused(case, Move(action, by, at, Given()), step, law, handed_in=False)
    ]
    if proposal := case.pending(at):
        moves += [action for action in SETTLING if _may_settle(case, proposal, action, by, at, law)]
    return tuple(moves)


def closed_to(case: Case, by: Actor, at: datetime, law: Catalogue) -> Mapping[Action, str]:
    """The moves this person's role makes from here, but not as the case stands; with the sentence that refuses each."""
    steps = ((action, step) for action, step in steps_from(case.state) if by.role in step.by)
    why = {action: _refused(case, Move(action, by, at, Given()), step, law, handed_in=False) for action, step in steps}
    return {action: sentence for action, sentence in why.items() if sentence}


def _may_settle(case: Case, proposal: Proposal, action: Action, by: Actor, at: datetime, law: Catalogue) -> bool:
    return by.role in roles_of(action) and not _cannot_settle(case, proposal, action, by, at, law)


def _must_pass(case: Case, asked: Move, step: Step, law: Catalogue) -> None:
    if why := _refused(case, asked, step, law, handed_in=True):
        raise MoveNotAllowed(why, open_to(case, asked.by, asked.at, law))


def _refused(case: Case, asked: Move, step: Step, law: Catalogue, *, handed_in: bool) -> str:
    """The first sentence against it, or nothing."""
    if (proposal := case.pending(asked.at)) and asked.action not in BESIDE_A_PROPOSAL:
        return f"A proposal to {proposal.action} waits: it must be approved, rejected or withdrawn first."
    given = _with_law(asked) if handed_in else None
    situation = Situation(case, asked.action, asked.by, asked.at, given, law)
    return next((why for guard in step.guards if (why := refusal(guard, situation))), "")


def _with_law(asked: Move) -> Given:
    """A redirection and a merge close for the one reason there is."""
    if asked.action is Action.REDIRECT:
        return replace(asked.given, closure_reason=ELSEWHERE)
    return replace(asked.given, closure_reason=DUPLICATE) if asked.action is Action.MERGE else asked.given


def _made(case: Case, asked: Move, step: Step, law: Catalogue, approver: Actor | None = None) -> Decided:
    given = _with_law(asked)
    target = step.to or case.back_to or State.ASSESSMENT
    left = affected(case, asked.action, given, asked.at)
    kept = case.proposal if target is case.state else None  # one that expired does not follow into another state
    moved = replace(left, state=target, version=case.version + 1, proposal=kept)
    for person in filter(None, (asked.by, approver)):
        moved = _took_part(moved, asked.action, person, approves=person is approver)
    event = "" if _others_are_awaited(asked.action, moved) else str(asked.action)
    moved = sounded(case, moved, event, asked.at, law, asked.office)
    if asked.action is Action.EXTEND_CLOCK:
        moved = extended(moved, given.clock, law, asked.office)
    if asked.action is Action.ADMINISTRATIVE_LEAVE and given.review_on:
        named = last_instant(given.review_on, law.calendar(asked.office))
        moved = _reviewed_on(moved, min([named, *_reviews_ahead(case, asked.at)]))
    facts = {"from": str(case.state), "to": str(moved.state), **given.clear(step.needs)}
    if moved.closure_reason and not case.closure_reason:
        facts["closure_reason"] = moved.closure_reason
    return moved, {**facts, "case": changed(case, moved)}


def _others_are_awaited(action: Action, after: Case) -> bool:
    """Whether somebody spoke, and the time limit goes on for others."""
    hearing = {Action.RECORD_COMMENT: after.comment, Action.RECORD_RESPONSE: after.response}.get(action)
    return hearing is Hearing.AWAITED


def _took_part(case: Case, action: Action, who: Actor, *, approves: bool) -> Case:
    """Remember who did what: finder, decider and reviewer stay apart for ever."""
    person = frozenset({who.person})
    if action is Action.REOPEN and approves:
        return replace(case, reviewed_by=case.reviewed_by | person)
    if action in NO_WORK:
        return case
    if action is Action.CLOSE:
        case = replace(case, closed_by=case.closed_by | person)
    undecided = action is Action.CLOSE and who.role is Role.DECIDER and case.decided_at is None
    if action in RULING or undecided:  # to close what nobody decided is the decision
        case = replace(case, decided_by=case.decided_by | person)
    return worked(case, who)


def worked(case: Case, who: Actor) -> Case:
    """Remember that somebody had a hand in it. Deciding is not working: whoever decided may read their decision again.

    But whoever took any part as decider, by hearing a subject even, never works the case later in whatever role.
    """
    if takes_part(who):
        return replace(case, worked_by=case.worked_by | {who.person})
    return replace(case, heard_by=case.heard_by | {who.person})


def _reviews_ahead(case: Case, at: datetime) -> list[datetime]:
    """When leave that runs, perhaps another subject's, is to be reviewed: the first review still comes first."""
    return [one.due_by for one in case.clocks if _is_of_leave(one) and one.due_by > at]


def _reviewed_on(case: Case, until: datetime) -> Case:
    """A leave is reviewed on the day the decider names."""

    def named(running: Running) -> Running:
        return replace(running, due_by=until) if _is_of_leave(running) else running

    return replace(case, clocks=tuple(map(named, case.clocks)))


def _is_of_leave(running: Running) -> bool:
    return running.name == "leave_review" and running.ended_at is None
