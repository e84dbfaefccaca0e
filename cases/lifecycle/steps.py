"""The table of steps, phase by phase. Everything it does not hold cannot be done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cases.lifecycle.words import OPEN, Action, Guard, Need, State
from cases.people import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed move: where it leads, who may make it, what it must be given, which guards stand.

    `to` is None where the case goes back to where it came from. With `approved_by` the move takes four eyes: `by`
    propose it, and another person in one of these roles approves or rejects.
    """

    to: State | None
    by: frozenset[Role]
    needs: frozenset[Need] = frozenset()
    guards: tuple[Guard, ...] = ()
    approved_by: frozenset[Role] = frozenset()


Steps = dict[tuple[State, Action], Step]


def _by(*roles: Role) -> frozenset[Role]:
    """The outside office stands in for every role of the office it is asked to look at, never for the decider."""
    return frozenset(roles) | {Role.OUTSIDE}


def _needs(*needs: Need) -> frozenset[Need]:
    return frozenset(needs)


def _in_each(states: Iterable[State], action: Action, step: Step) -> Steps:
    """The same step in several states; one that leads nowhere stays where it is."""
    return {(state, action): step if step.to else replace(step, to=state) for state in states}


_FINDERS = _by(Role.INTAKE, Role.INVESTIGATOR, Role.HEAD)
_LEADS = _by(Role.INTAKE, Role.HEAD)
_DECIDER = frozenset({Role.DECIDER})
_REVIEWERS = _by(Role.HEAD) | _DECIDER
_REASON = _needs(Need.REASON)
_CLOSING = _needs(Need.REASON, Need.CLOSURE_REASON, Need.NOTICE)
_FITS = Guard.REASON_FITS_STATE_AND_ROLE
_ASSIGNED = Guard.MOVER_IS_ASSIGNED
_SPEAKER = Guard.SPEAKER_IS_CONCERNED
_BEFORE_INVESTIGATION = (State.REGISTERED, State.ASSESSMENT)
_AFTER_ASSESSMENT = tuple(State)[tuple(State).index(State.INVESTIGATION) :]

_EARLY_CLOSE = Step(State.CLOSED, _LEADS, _CLOSING, (_FITS,))
_ASK = Step(State.AWAITING_INFORMATION, _LEADS, _needs(Need.QUESTION))
_CONCLUDE = Step(State.ASSESSMENT, _LEADS, _needs(Need.OUTCOME, Need.REASON))
_OPEN = Step(
    State.INVESTIGATION,
    _LEADS,
    _REASON,
    (Guard.OUTCOME_IS_POSSIBLE_MISCONDUCT, Guard.SOMETHING_IS_ALLEGED),
    approved_by=_by(Role.HEAD),
)
_ELSEWHERE = Step(State.REFERRED, _LEADS, _needs(Need.REFERRED_TO, Need.REASON), (Guard.OUTCOME_IS_NOT_MISCONDUCT,))
_CAME_BACK = Step(None, _LEADS, _needs(Need.ANSWER))
_CLOSE_REFERRED = Step(State.CLOSED, _LEADS, _CLOSING, (_FITS, Guard.WAS_REFERRED_BEFORE_INVESTIGATION))
_FIRST_LETTER = Step(None, _by(Role.INTAKE), guards=(Guard.NOT_YET_ACKNOWLEDGED,))
_REDIRECT = Step(State.CLOSED, _LEADS, _needs(Need.REFERRED_TO), (_FITS,))
_MERGE = Step(State.CLOSED, _LEADS, _needs(Need.INTO, Need.REASON, Need.NOTICE), (Guard.NOT_REOPENED,))

# fmt: off
_INTAKE: Steps = {
    **_in_each(_BEFORE_INVESTIGATION,              Action.ACKNOWLEDGE,         _FIRST_LETTER),
    (State.REGISTERED,                             Action.ASSESS):             Step(State.ASSESSMENT, _by(Role.INTAKE)),
    **_in_each(_BEFORE_INVESTIGATION,              Action.REDIRECT,            _REDIRECT),
    (State.ASSESSMENT,                             Action.ASK_REPORTER):       _ASK,
    (State.AWAITING_INFORMATION,                   Action.RESUME):             Step(State.ASSESSMENT, _LEADS),
    (State.ASSESSMENT,                             Action.CONCLUDE_ASSESSMENT): _CONCLUDE,
    (State.ASSESSMENT,                             Action.OPEN_INVESTIGATION): _OPEN,
    (State.ASSESSMENT,                             Action.REFER):              _ELSEWHERE,
    (State.REFERRED,                               Action.RECORD_RETURN):      _CAME_BACK,
    (State.REFERRED,                               Action.CLOSE):              _CLOSE_REFERRED,
    **_in_each(_BEFORE_INVESTIGATION,              Action.MERGE,               _MERGE),
    **_in_each(_BEFORE_INVESTIGATION,              Action.CLOSE,               _EARLY_CLOSE),
}
# fmt: on

_FINDING = Step(
    None,
    _by(Role.INVESTIGATOR),
    _needs(Need.ALLEGATION, Need.FINDING, Need.REASON),
    (_ASSIGNED, Guard.SOMETHING_IS_ALLEGED, Guard.ACCOUNT_IS_ATTRIBUTED),
)
_PUT = Step(
    State.FINDINGS_FOR_COMMENT,
    _by(Role.INVESTIGATOR),
    _REASON,
    (
        _ASSIGNED,
        Guard.SOMETHING_IS_ALLEGED,
        Guard.EVERY_ALLEGATION_HAS_A_FINDING,
        Guard.FINDINGS_ARE_ATTRIBUTED,
        Guard.NO_NOTICE_IS_OWED,
        Guard.SUBJECTS_WERE_NOTIFIED,
    ),
)
_COMMENT = Step(
    None, _by(Role.INVESTIGATOR), _needs(Need.PERSON, Need.ANSWER), (_ASSIGNED, Guard.COMMENT_IS_AWAITED, _SPEAKER)
)
_REPORT = Step(
    State.REPORTED,
    _by(Role.INVESTIGATOR),
    _REASON,
    (
        _ASSIGNED,
        Guard.SOMETHING_IS_ALLEGED,
        Guard.EVERY_ALLEGATION_HAS_A_FINDING,
        Guard.FINDINGS_ARE_ATTRIBUTED,
        Guard.NO_NOTICE_IS_OWED,
        Guard.FINDINGS_WERE_PUT_TO_THE_SUBJECT,
    ),
)
_STOP = Step(State.CLOSED, _by(Role.HEAD), _CLOSING, (_FITS,), approved_by=_by(Role.HEAD) | {Role.INTAKE})
_INVESTIGATING = (State.INVESTIGATION, State.FINDINGS_FOR_COMMENT)
_NOTIFYING = (*_INVESTIGATING, State.REPORTED, State.WITH_DECIDER)
_NOTIFY = Step(None, _by(Role.INVESTIGATOR, Role.HEAD), _needs(Need.PERSON, Need.REASON))

# fmt: off
_INVESTIGATION: Steps = {
    **_in_each(_NOTIFYING,        Action.NOTIFY_SUBJECT, _NOTIFY),
    **_in_each(_INVESTIGATING,    Action.RECORD_FINDING, _FINDING),
    **_in_each(_INVESTIGATING,    Action.SEND_FINDINGS,  _PUT),
    (State.FINDINGS_FOR_COMMENT,  Action.RECORD_COMMENT): replace(_COMMENT, to=State.FINDINGS_FOR_COMMENT),
    **_in_each(_INVESTIGATING,    Action.ISSUE_REPORT,   _REPORT),
    **_in_each(_INVESTIGATING,    Action.CLOSE,          _STOP),
}
# fmt: on

_HAND_OVER = Step(
    State.WITH_DECIDER,
    _by(Role.HEAD),
    _REASON,
    (Guard.SOMETHING_IS_DECIDED_HERE, Guard.OTHERS_WERE_REFERRED, Guard.NO_NOTICE_IS_OWED),
)
_CHARGE = Step(
    None,
    _DECIDER,
    _needs(Need.REASON, Need.COUNSEL_INFORMED, Need.EVIDENCE_DISCLOSED),
    (Guard.NOT_YET_DECIDED,),
)
_RESPONSE = Step(None, _DECIDER, _needs(Need.PERSON, Need.ANSWER), (Guard.RESPONSE_IS_AWAITED, _SPEAKER))
_LEAVE = Step(None, _DECIDER, _needs(Need.REASON, Need.REVIEW_ON, Need.PERSON))
_RULING = Step(
    None,
    _DECIDER,
    _needs(Need.ALLEGATION, Need.FACTS_ESTABLISHED, Need.STANDARD, Need.MISCONDUCT, Need.REASON),
    (
        Guard.MOVER_DECIDED_NO_EARLIER_ROUND,
        Guard.NOT_YET_DECIDED,
        Guard.ALLEGATION_IS_DECIDED_HERE,
        Guard.ACCOUNT_IS_ATTRIBUTED,
        Guard.MISCONDUCT_STANDS_ON_A_FINDING,
        Guard.SUBJECT_COULD_RESPOND,
    ),
)
_DECIDE = Step(
    None,
    _DECIDER,
    _needs(Need.MEASURES, Need.REASON),
    (
        Guard.MOVER_DECIDED_NO_EARLIER_ROUND,
        Guard.NOT_YET_DECIDED,
        Guard.NO_NOTICE_IS_OWED,
        Guard.OTHERS_WERE_REFERRED,
        Guard.EVERY_ALLEGATION_HAS_A_DECISION,
        Guard.FINDINGS_ARE_ATTRIBUTED,
        Guard.SUBJECT_COULD_RESPOND,
        Guard.ONE_MEASURE_FOR_EACH_SUBJECT,
        Guard.MEASURE_EXISTS_FOR_THE_PERSON,
        Guard.STANDARD_CARRIES_THE_MEASURE,
    ),
)
_TELL = Step(None, _DECIDER, _needs(Need.REASON, Need.APPEAL_ROUTE, Need.APPEAL_BY), (Guard.WAS_DECIDED,))
_APPEAL = Step(None, _DECIDER, _needs(Need.ANSWER), (Guard.DECISION_WAS_NOTIFIED,))
_UNPROVEN_CLOSE = Step(
    State.CLOSED,
    _DECIDER,
    _CLOSING,
    (Guard.MOVER_DECIDED_NO_EARLIER_ROUND, _FITS, Guard.NOTHING_WAS_FOUND, Guard.OTHERS_WERE_REFERRED),
    approved_by=_DECIDER,
)
_FINAL_CLOSE = Step(
    State.CLOSED,
    _DECIDER,
    _CLOSING,
    (
        _FITS,
        Guard.OTHERS_WERE_REFERRED,
        Guard.EVERY_ALLEGATION_HAS_A_DECISION,
        Guard.DECISION_WAS_NOTIFIED,
        Guard.REASON_FITS_THE_DECISION,
    ),
    approved_by=_DECIDER,
)
_DECIDING = (State.WITH_DECIDER,)

# fmt: off
_DECISION: Steps = {
    (State.REPORTED,      Action.HAND_TO_DECIDER):    _HAND_OVER,
    (State.REPORTED,      Action.REFER):              replace(_ELSEWHERE, by=_by(Role.HEAD), guards=()),
    (State.WITH_DECIDER,  Action.REFER):              replace(_ELSEWHERE, by=_by(Role.HEAD), guards=()),
    **_in_each(_DECIDING, Action.ISSUE_ALLEGATIONS,   _CHARGE),
    **_in_each(_DECIDING, Action.RECORD_RESPONSE,     _RESPONSE),
    **_in_each(_DECIDING, Action.ADMINISTRATIVE_LEAVE, _LEAVE),
    **_in_each(_DECIDING, Action.RECORD_DECISION,     _RULING),
    **_in_each(_DECIDING, Action.DECIDE,              _DECIDE),
    **_in_each(_DECIDING, Action.NOTIFY_DECISION,     _TELL),
    **_in_each(_DECIDING, Action.RECORD_APPEAL,       _APPEAL),
    **_in_each((State.CLOSED,), Action.RECORD_APPEAL, _APPEAL),
    (State.REPORTED,      Action.CLOSE):              _UNPROVEN_CLOSE,
    (State.WITH_DECIDER,  Action.CLOSE):              _FINAL_CLOSE,
}
# fmt: on

_PRESERVE = Step(None, _FINDERS, _REASON)
_CONTAIN = Step(None, _FINDERS, _REASON, (Guard.EVIDENCE_WAS_PRESERVED,))
_EXTEND = Step(None, _FINDERS | _DECIDER, _needs(Need.CLOCK, Need.REASON), (Guard.CLOCK_CAN_BE_EXTENDED,))
_SYSTEMIC = Step(None, _FINDERS, _REASON)
_HOLD = Step(None, _by(Role.HEAD) | _DECIDER, _REASON)
_RELEASE = Step(None, _by(Role.HEAD) | _DECIDER, _needs(Need.HOLD, Need.REASON), (Guard.A_HOLD_STANDS,))
_REOPEN = Step(
    State.ASSESSMENT,
    _LEADS | _DECIDER,
    _needs(Need.GROUND, Need.REASON),
    (Guard.REVIEWER_IS_NEW_TO_IT,),
    approved_by=_REVIEWERS,
)
_ERASE = Step(
    None,
    _by(Role.HEAD),
    _REASON,
    (Guard.NO_HOLD_STANDS, Guard.RETENTION_IS_OVER),
    approved_by=_REVIEWERS,
)

# fmt: off
_AT_ANY_TIME: Steps = {
    **_in_each(OPEN,              Action.PRESERVE_EVIDENCE,   _PRESERVE),
    **_in_each(OPEN,              Action.CONTAIN,             _CONTAIN),
    **_in_each(OPEN,              Action.EXTEND_CLOCK,        _EXTEND),
    **_in_each(_AFTER_ASSESSMENT, Action.REPORT_IMPLICATIONS, _SYSTEMIC),
    **_in_each(State,             Action.PLACE_HOLD,          _HOLD),
    **_in_each(State,             Action.LIFT_HOLD,           _RELEASE),
}

_AFTERWARDS: Steps = {
    (State.CLOSED,         Action.REOPEN): _REOPEN,
    **_in_each((State.CLOSED,), Action.ERASE, _ERASE),
}
# fmt: on


def _kept_apart(steps: Steps) -> Steps:
    """Whatever is work or decision on a case keeps finders, deciders and reviewers apart; what was erased stands."""
    apart = (Guard.WORKER_NEVER_DECIDED_IT, Guard.MOVER_NEVER_WORKED_IT)
    kept = (Guard.NOT_ERASED,)
    return {
        (state, action): replace(
            step,
            guards=(kept if state is State.CLOSED else ()) + (() if action in NO_WORK else apart) + step.guards,
        )
        for (state, action), step in steps.items()
    }


NO_WORK = frozenset({Action.PLACE_HOLD, Action.LIFT_HOLD, Action.REOPEN, Action.ERASE})
"""Actions by which nobody becomes one who worked the case: they guard it, or ask for another look."""

BESIDE_A_PROPOSAL = frozenset(
    {
        Action.ACKNOWLEDGE,
        Action.PRESERVE_EVIDENCE,
        Action.CONTAIN,
        Action.EXTEND_CLOCK,
        Action.REPORT_IMPLICATIONS,
        Action.NOTIFY_SUBJECT,
        Action.RECORD_COMMENT,
        Action.RECORD_RESPONSE,
        Action.RECORD_APPEAL,
        Action.ADMINISTRATIVE_LEAVE,
        Action.PLACE_HOLD,
        Action.LIFT_HOLD,
    }
)
"""What can be done while a proposal waits: none of it settles what the proposal is about."""

STEPS: Mapping[tuple[State, Action], Step] = MappingProxyType(
    _kept_apart({**_INTAKE, **_INVESTIGATION, **_DECISION, **_AT_ANY_TIME, **_AFTERWARDS})
)

ENDING_AGAIN = _by(Role.HEAD) | {Role.INTAKE}


def approvers(state: State, step: Step, *, reopened: bool) -> frozenset[Role]:
    """Who makes a step from a state by their approval; nobody where one person makes it alone.

    What two people opened again is ended again by two: otherwise one could undo what was decided.
    """
    ends_again = reopened and step.to is State.CLOSED and state is not State.CLOSED
    return step.approved_by or (ENDING_AGAIN if ends_again else frozenset())


SETTLING = (Action.APPROVE, Action.REJECT, Action.WITHDRAW)
"""What is done to a proposal: the step it proposes says who may, so these stand outside the table."""

DECIDER_SEES_FROM = (State.REPORTED, State.WITH_DECIDER, State.CLOSED)


def steps_from(state: State) -> Iterator[tuple[Action, Step]]:
    """The actions that can be taken in a state, in the order of the table."""
    return ((action, step) for (start, action), step in STEPS.items() if start is state)


def roles_of(action: Action) -> frozenset[Role]:
    """Every role that may take an action in some state."""
    if action in SETTLING:
        four_eyes = [step for step in STEPS.values() if step.approved_by]
        return frozenset().union(*(step.by if action is Action.WITHDRAW else step.approved_by for step in four_eyes))
    return frozenset().union(*(step.by for (_, taken), step in STEPS.items() if taken is action))
