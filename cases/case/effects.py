"""What each action leaves in a case besides its state. What is not here leaves the state alone to tell of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from cases.case.facts import FOUND, Allegation, Case, Hearing, Hold
from cases.case.given import Given
from cases.lifecycle import Action, State

Effect = Callable[[Case, Given, datetime], Case]


def affected(case: Case, action: Action, given: Given, at: datetime) -> Case:
    """The case with what the action leaves in it."""
    effect = _EFFECTS.get(action)
    return effect(case, given, at) if effect else case


def _close(case: Case, given: Given, at: datetime) -> Case:
    return replace(case, closed_at=at, closure_reason=given.closure_reason, acknowledged_at=case.acknowledged_at or at)


def _merged(case: Case, given: Given, at: datetime) -> Case:
    return replace(_close(case, given, at), merged_into=given.into.strip())


def _reopen(case: Case, _given: Given, _at: datetime) -> Case:
    """A new round: what was decided before is kept in the ledger; who decided it is kept here."""
    return replace(
        case,
        reopened=case.reopened + 1,
        closed_at=None,
        closure_reason=None,
        outcome=None,
        referred_to=None,
        back_to=None,
        merged_into=None,
        allegations=tuple(
            Allegation(one.id, one.person, one.category, one.authority, one.here) for one in case.allegations
        ),
        comment=Hearing.NOT_ASKED,
        commented=frozenset(),
        response=Hearing.NOT_ASKED,
        responded=frozenset(),
        measures=(),
        decided_at=None,
        decision_told_at=None,
        appealed_at=None,
        decided_before=case.decided_before | case.decided_by,
        decided_by=frozenset(),
    )


def _found(case: Case, given: Given, _at: datetime) -> Case:
    """What turns against somebody after findings were put to them must be put to them, too."""
    before = case.allegation(given.allegation)
    turned = given.finding == FOUND and (before is None or before.finding != FOUND)
    after = _with_allegation(case, given.allegation, finding=given.finding)
    if not turned or before is None:
        return after
    return replace(after, comment=Hearing.NOT_ASKED, commented=case.commented - {before.person})


def _commented(case: Case, given: Given, _at: datetime) -> Case:
    """One who was heard speaks for nobody else."""
    spoken = case.commented | frozenset({given.person} if given.person else ())
    return replace(case, commented=spoken, comment=case.comment if case.unheard(spoken) else Hearing.RECEIVED)


def _responded(case: Case, given: Given, _at: datetime) -> Case:
    spoken = case.responded | frozenset({given.person} if given.person else ())
    silent = case.unheard(spoken, here=True)
    return replace(case, responded=spoken, response=case.response if silent else Hearing.RECEIVED)


def _ruled(case: Case, given: Given, _at: datetime) -> Case:
    return _with_allegation(case, given.allegation, standard=given.standard, misconduct=given.misconduct)


def _with_allegation(case: Case, which: UUID | None, **facts: Any) -> Case:
    changed = (replace(one, **facts) if one.id == which else one for one in case.allegations)
    return replace(case, allegations=tuple(changed))


def _notified(case: Case, given: Given, _at: datetime) -> Case:
    told = frozenset({given.person} if given.person else ())
    return replace(case, notified=case.notified | told, owed=case.owed - told)


def _held(case: Case, _given: Given, at: datetime) -> Case:
    return replace(case, holds=(*case.holds, Hold(uuid4(), at)))


def _released(case: Case, given: Given, _at: datetime) -> Case:
    return replace(case, holds=tuple(hold for hold in case.holds if hold.id != given.hold))


def _decided(case: Case, given: Given, at: datetime) -> Case:
    return replace(case, decided_at=at, measures=tuple((one.person, one.measure) for one in given.measures or ()))


# fmt: off
_EFFECTS: Mapping[Action, Effect] = MappingProxyType({
    Action.ACKNOWLEDGE:         lambda case, _, at: replace(case, acknowledged_at=at),
    Action.REDIRECT:            lambda case, given, at: replace(_close(case, given, at), referred_to=given.referred_to),
    Action.CLOSE:               _close,
    Action.MERGE:               _merged,
    Action.ASK_REPORTER:        lambda case, _, __: replace(case, back_to=State.ASSESSMENT),
    Action.RESUME:              lambda case, _, __: replace(case, back_to=None),
    Action.CONCLUDE_ASSESSMENT: lambda case, given, _: replace(case, outcome=given.outcome),
    Action.OPEN_INVESTIGATION:  lambda case, _, __: replace(case, referred_to=None),
    Action.REFER:               lambda case, given, _: replace(case, referred_to=given.referred_to, back_to=case.state),
    Action.RECORD_RETURN:       lambda case, _, __: replace(case, back_to=None),
    Action.PRESERVE_EVIDENCE:   lambda case, _, at: replace(case, preserved_at=at),
    Action.CONTAIN:             lambda case, _, at: replace(case, contained_at=at),
    Action.REPORT_IMPLICATIONS: lambda case, _, __: replace(case, implications=case.implications + 1),
    Action.NOTIFY_SUBJECT:      _notified,
    Action.RECORD_FINDING:      _found,
    Action.SEND_FINDINGS:       lambda case, _, __: replace(case, comment=Hearing.AWAITED, commented=frozenset()),
    Action.RECORD_COMMENT:      _commented,
    Action.ISSUE_ALLEGATIONS:   lambda case, _, __: replace(case, response=Hearing.AWAITED, responded=frozenset()),
    Action.RECORD_RESPONSE:     _responded,
    Action.RECORD_DECISION:     _ruled,
    Action.DECIDE:              _decided,
    Action.NOTIFY_DECISION:     lambda case, _, at: replace(case, decision_told_at=at),
    Action.RECORD_APPEAL:       lambda case, _, at: replace(case, appealed_at=at),
    Action.PLACE_HOLD:          _held,
    Action.LIFT_HOLD:           _released,
    Action.REOPEN:              _reopen,
    Action.ERASE:               lambda case, _, at: replace(case, erased_at=at),
})
# fmt: on
