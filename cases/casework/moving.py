"""Moves: made by one person, or proposed by one and settled by another. The version decided on guards each."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cases.canonical import canonical
from cases.case import (
    Case,
    Given,
    Move,
    Proposal,
    move,
    must_be_approved,
    must_be_settleable,
    must_have_a_say,
    open_to,
    propose,
    retention_is_over,
    settle,
    step_for,
)
from cases.casework.changes import RESCREEN, Change, letter, reason_part, staff_change, store
from cases.casework.entries import owner_of
from cases.casework.lettering import must_be_whole, standard_letter
from cases.casework.looking import find_case, note_look
from cases.casework.registers import must_be_in_register, office_of
from cases.complaint import Purpose
from cases.errors import Fault, Malformed, MoveNotAllowed, StaleVersion, UnknownCase
from cases.lifecycle import SETTLING, STEPS, Action, State
from cases.place import Kind, Recipient
from cases.ports import Desk, Then
from cases.sight import Actor, Part, must_see

PROPOSED = "proposed"
_TELLING = (Action.CLOSE, Action.MERGE, Action.REDIRECT)
"""What can be proposed and comes with a letter to the reporter."""


def moves_open(desk: Desk, actor: Actor, number: str, at: datetime) -> tuple[Case, tuple[Action, ...]]:
    """The moves this person could make now. Raises UnknownCase or NotPermitted."""
    case = find_case(desk, actor, number)
    must_see(actor, Part.WORK)
    moves = open_to(case, actor, at, desk.law)
    return case, tuple(move for move in moves if move is not Action.APPROVE or _stands(desk, case.proposal))


def must_be_movable(desk: Desk, actor: Actor, number: str, action: Action, given: Given, at: datetime) -> Case:
    """Refuse first what no version would help: who may not, and what is incomplete.

    Raises UnknownCase, NotPermitted or Malformed.
    """
    case = find_case(desk, actor, number)
    must_have_a_say(action, actor)
    step = STEPS.get((case.state, action))
    if step and actor.role in step.by:
        step_for(case, Move(action, actor, at, given), desk.law)
    must_be_whole(given.notice, "#/notice")
    must_be_whole(given.question, "#/question")
    return case


def make_move(
    desk: Desk,
    actor: Actor,
    number: str,
    version: int,
    action: Action,
    given: Given,
    at: datetime,
    then: Then | None = None,
) -> Case:
    """Take a step of the lifecycle, or propose one that takes four eyes, or settle such a proposal.

    Raises NotPermitted, UnknownCase, StaleVersion, Malformed, MoveNotAllowed.
    """
    case = must_be_movable(desk, actor, number, action, given, at)
    must_be_current(case, version)
    asked = Move(action, actor, at, given)
    change = _settling(desk, case, asked) if action in SETTLING else _stepping(desk, case, asked)
    with desk.work() as work:
        if action is Action.MERGE:  # the other case may have been closed, into this one even, since it was looked at
            _must_be_mergeable(desk, case, asked)
        store(work, desk, change, at)
        if change.after.erased_at and not change.before.erased_at:
            work.erase(change.after)
        if action is Action.MERGE:  # whoever the merged case hides itself from leaves the other, too
            work.ask_for(RESCREEN, given.into.strip(), at)
        if _reopened(change):  # while it was closed, nobody was told anew
            work.ask_for(RESCREEN, number, at)
        if then:
            then(work, change.after)
    return change.after


def proposed_letter(desk: Desk, actor: Actor, number: str, at: datetime) -> str:
    """The letter that goes to the reporter once the proposal that waits is approved, or ""; reading it is a look.

    Raises UnknownCase, NotPermitted, or MoveNotAllowed for whoever may not approve it.
    """
    case = find_case(desk, actor, number)
    asked = Move(Action.APPROVE, actor, at, Given())
    proposal = must_be_settleable(case, asked, desk.law)
    if proposal.action not in _TELLING:
        return ""
    note_look(desk, actor, case, "opened_proposal", at, facts={"opened": [Kind.PROPOSAL.slug]})
    handed_in = _handed_in(desk, case, proposal.given)
    return _text(desk, case, replace(asked, action=proposal.action, given=handed_in))


def _reopened(change: Change) -> bool:
    return change.before.state is State.CLOSED and change.after.state is not State.CLOSED


def was_proposed(case: Case, action: Action) -> bool:
    """Whether a move that was just taken only became a proposal."""
    return case.proposal is not None and case.proposal.action is action


def _stepping(desk: Desk, case: Case, asked: Move) -> Change:
    step = step_for(case, asked, desk.law)
    _must_fit_the_register(desk, case, asked)
    if must_be_approved(case, step):
        return _proposing(desk, case, asked)
    asked = replace(asked, office=_office(desk, case, asked))
    decided = move(case, asked, desk.law)
    sealed = reason_part(desk, case, asked.given.words())
    return _with_letter(desk, staff_change(desk, asked.by, case, decided, str(asked.action), asked.at, sealed), asked)


def _proposing(desk: Desk, case: Case, asked: Move) -> Change:
    part = desk.vault.seal(Kind.PROPOSAL, owner_of(desk, case), canonical(asked.given.told()))
    decided = propose(case, asked, desk.law, part.id)
    sealed = (part, *reason_part(desk, case, asked.given.words()))
    return staff_change(desk, asked.by, case, decided, PROPOSED, asked.at, sealed)


def _settling(desk: Desk, case: Case, asked: Move) -> Change:
    """An approved move is made with what its proposer handed in, and carries their letter."""
    proposal = must_be_settleable(case, asked, desk.law)
    handed_in = Given()
    if asked.action is Action.APPROVE:
        if not _stands(desk, proposal):
            why = "Whoever proposed this holds that role no longer: reject it, and let somebody else propose it."
            raise MoveNotAllowed(why, moves_open(desk, asked.by, case.number, asked.at)[1])
        if proposal.action is Action.ERASE:
            _must_not_serve_another(desk, case, asked.at)
        handed_in = _handed_in(desk, case, proposal.given)
    decided = settle(case, asked, handed_in, desk.law)
    sealed = reason_part(desk, case, asked.given.words())
    change = staff_change(desk, asked.by, case, decided, str(asked.action), asked.at, sealed)
    if asked.action is not Action.APPROVE:
        return change
    return _with_letter(desk, change, replace(asked, action=proposal.action, given=handed_in))


def _stands(desk: Desk, proposal: Proposal | None) -> bool:
    """Whether whoever proposed something still holds the role they did it in."""
    proposer = desk.lookup.directory().person(proposal.by) if proposal else None
    return proposal is not None and proposer is not None and proposal.role in proposer.roles


def _handed_in(desk: Desk, case: Case, part: UUID) -> Given:
    sealed = desk.lookup.sealed(case.complaint, part)
    return Given.read(json.loads(desk.vault.open(sealed, Recipient.DESK)))


def _with_letter(desk: Desk, change: Change, asked: Move) -> Change:
    """Whatever the reporter is told by a move goes into their mailbox with it."""
    text = _text(desk, change.after, asked)
    if not text:
        return change
    told = letter(desk, change.after, text, asked.at, _PURPOSES.get(asked.action))
    noted = replace(change.noted, sealed=(*change.noted.sealed, told.part))
    return replace(change, noted=noted, letter=told)


_PURPOSES = {
    Action.ASK_REPORTER: Purpose.QUESTION,
    **dict.fromkeys((Action.REDIRECT, Action.CLOSE, Action.MERGE), Purpose.CLOSING),
}


def _text(desk: Desk, after: Case, asked: Move) -> str:
    """Closing carries the reasoned notice; acknowledging, referring and redirecting send letters of the catalogue."""
    given = asked.given
    match asked.action:
        case Action.ACKNOWLEDGE | Action.REFER | Action.REDIRECT:
            return given.notice or standard_letter(desk, asked.by, after, asked.action, given.referred_to, asked.at)
        case Action.ASK_REPORTER:
            return given.question
        case Action.CLOSE | Action.MERGE:
            return given.notice
        case _:
            return ""


def _must_fit_the_register(desk: Desk, case: Case, asked: Move) -> None:
    """Persons and other cases that a move names must be there. Raises Malformed or MoveNotAllowed."""
    if asked.given.person is not None:
        person = must_be_in_register(desk, case, asked.given.person)
        if asked.action is Action.NOTIFY_SUBJECT and not person.is_certain:
            raise MoveNotAllowed("Nobody or several may be meant: say first who of the directory this is, or nobody.")
    if asked.action is Action.MERGE:
        _must_be_mergeable(desk, case, asked)
    if asked.action is Action.ERASE:
        _must_not_serve_another(desk, case, asked.at)


def _must_not_serve_another(desk: Desk, case: Case, at: datetime) -> None:
    """What was merged is evidence of the other case: it stays as long as that one must. Raises MoveNotAllowed."""
    into = desk.lookup.case_of(desk.lookup.complaint_of(case.merged_into)) if case.merged_into else None
    if into is None or into.erased_at:
        return
    if into.state is not State.CLOSED or into.holds or not retention_is_over(into, desk.law, at):
        why = "The case it was merged into is open, or held, or must still be kept: nothing of it is erased until then."
        raise MoveNotAllowed(why)


def _must_be_mergeable(desk: Desk, case: Case, asked: Move) -> None:
    """Only into an open case that the mover may see; an unknown one and a hidden one get the same words."""
    into = asked.given.into.strip()
    try:
        target = find_case(desk, asked.by, into)
    except UnknownCase:
        target = case
    if target.number == case.number:
        raise Malformed([Fault("#/into", "This must be the number of another case that you may see.")])
    if target.state is State.CLOSED or target.queue is not case.queue:
        raise MoveNotAllowed("A case is merged only into an open case of the same office.")
    if desk.lookup.has_merged(case.number):  # walls and parts of a merged case hold for its target, and no further
        raise MoveNotAllowed("Other cases were merged into this one: merge the other case into this one instead.")


def _office(desk: Desk, case: Case, asked: Move) -> str:
    """Whose working days count: those of the subject who is to comment, or comments later than was said at first."""
    return office_of(desk, case) if asked.action in {Action.SEND_FINDINGS, Action.EXTEND_CLOCK} else ""


def must_be_current(case: Case, version: int) -> None:
    """Refuse a change decided on an older case. Raises StaleVersion."""
    if case.version != version:
        raise StaleVersion(f"The case is at version {case.version} now. Read it again and decide on that.")
