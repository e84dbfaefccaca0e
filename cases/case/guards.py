"""Conditions beyond state and role: each a function with the sentence a caller gets when it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from cases.case.facts import FOUND, Case, Hearing
from cases.case.given import Given
from cases.catalogue import Catalogue
from cases.clocks import Running, add_months
from cases.lifecycle import Action, Guard, State
from cases.people import Role
from cases.sight import Actor

POSSIBLE_MISCONDUCT = "possible_misconduct"
HIGH_STANDARD = "clear_and_convincing"


@dataclass(frozen=True, slots=True)
class Situation:
    """A move somebody is about to make. `given` is None when only asking whether it stands open."""

    case: Case
    action: Action
    by: Actor
    at: datetime
    given: Given | None
    law: Catalogue


def takes_part(by: Actor) -> bool:
    """Whether acting in this role is working the case, rather than deciding it."""
    return by.role is not Role.DECIDER


Refusal = Callable[[Situation], str]


def refusal(guard: Guard, asked: Situation) -> str:
    """Why a guard refuses, in a sentence; empty when it does not."""
    return _GUARDS[guard](asked)


def _unless(sentence: str, holds: Callable[[Situation], bool]) -> Refusal:
    return lambda asked: "" if holds(asked) else sentence


def _with_given(sentence: str, holds: Callable[[Situation, Given], bool]) -> Refusal:
    """A condition on what is handed in: nothing to say while nothing is."""
    return lambda asked: "" if asked.given is None or holds(asked, asked.given) else sentence


def _never_worked(asked: Situation) -> bool:
    return takes_part(asked.by) or asked.by.person not in asked.case.worked_by


def _never_decided(asked: Situation) -> bool:
    return not takes_part(asked.by) or asked.by.person not in asked.case.judges()


def _decided_no_earlier_round(asked: Situation) -> bool:
    return asked.by.person not in asked.case.decided_before | asked.case.reviewed_by


def _reason_fits(asked: Situation) -> str:
    if asked.given is None or asked.action is not Action.CLOSE:
        return ""
    fitting = asked.law.closures_for(asked.case.state, asked.by.role)
    if asked.given.closure_reason in fitting:
        return ""
    return (
        f"This closure reason is not open to {asked.by.role} from {asked.case.state}; open are: {', '.join(fitting)}."
    )


def _reason_fits_the_decision(asked: Situation, given: Given) -> bool:
    """`substantiated` and `measure` of a closure reason are data; the decision must say the same."""
    closure = asked.law.closure(given.closure_reason)
    if closure is None or closure.substantiated is None:
        return True
    taken = any(asked.law.is_measure(slug, asked.at.date()) for _, slug in asked.case.measures)
    misconduct = any(one.misconduct for one in asked.case.allegations)
    return closure.substantiated == misconduct and closure.measure in (None, taken)


def _all_found(asked: Situation) -> bool:
    return all(one.finding for one in asked.case.allegations)


def _all_decided(asked: Situation) -> bool:
    return all(one.misconduct is not None for one in asked.case.allegations if one.here)


def _account_is_attributed(asked: Situation, given: Given) -> bool:
    """An account nobody tied to the person proves nothing against them: no finding, and no misconduct."""
    one = asked.case.allegation(given.allegation)
    against = given.finding == FOUND or bool(given.misconduct)
    return not against or one is None or one.person in asked.case.attributed


def _are_attributed(asked: Situation) -> bool:
    """What was found, or established, on an account falls with its attribution."""
    decides = asked.action is Action.DECIDE
    against = (one for one in asked.case.allegations if (one.misconduct if decides else one.finding == FOUND))
    return all(one.person in asked.case.attributed for one in against)


def _decided_here(asked: Situation, given: Given) -> bool:
    one = asked.case.allegation(given.allegation)
    return one is None or one.here


def _were_put(asked: Situation) -> bool:
    """Everybody found against commented, or let the time pass. A finding that fell leaves nobody to wait for."""
    case = asked.case
    silent = case.unheard(case.commented)
    return not silent or case.comment is Hearing.LAPSED


def _is_concerned(asked: Situation, given: Given) -> bool:
    """Whoever speaks late, or adds to what they said, is heard, too."""
    return given.person in asked.case.subjects()


def _found_against(case: Case, *, here: bool) -> bool:
    return any(one.finding == FOUND for one in case.allegations if one.here is here)


def _on_a_finding(asked: Situation, given: Given) -> bool:
    """Misconduct is what was found, put to the subject and reported; nothing else can be established."""
    one = asked.case.allegation(given.allegation)
    return not given.misconduct or one is None or one.finding == FOUND


def _could_respond(asked: Situation) -> bool:
    """Also when it is decided what follows: formal allegations may have been put anew since."""
    case, given = asked.case, asked.given
    against = _guilty(case) if asked.action is Action.DECIDE else set()
    if given and given.misconduct and (one := case.allegation(given.allegation)):
        against |= {one.person}
    return case.response is Hearing.LAPSED or against <= case.responded


def _guilty(case: Case) -> set[UUID]:
    return {one.person for one in case.allegations if one.here and one.misconduct}


def _one_measure_each(asked: Situation, given: Given) -> bool:
    people = [one.person for one in given.measures or ()]
    return len(people) == len(set(people)) and set(people) == _guilty(asked.case)


def _measures_exist_for_them(asked: Situation, given: Given) -> bool:
    """`for` of a measure: staff, affiliate workforce, or both."""
    rows = {row.slug: row.audiences for row in asked.law.measures_on(asked.at.date())}
    audience = {one.person: asked.law.audience(one.authority) for one in asked.case.allegations}
    return all(audience.get(one.person) in rows.get(one.measure, ()) for one in given.measures or ())


def _standard_carries(asked: Situation, given: Given) -> bool:
    ending = {row.slug for row in asked.law.measures_on(asked.at.date()) if row.ends_service}
    lost = {one.person for one in given.measures or () if one.measure in ending}
    return all(one.standard == HIGH_STANDARD for one in asked.case.allegations if one.misconduct and one.person in lost)


def _reviewer_is_new(asked: Situation) -> bool:
    """Who closed or decided a case, or found its facts, does not rule on its review; they may propose one."""
    if asked.action is not Action.APPROVE:
        return True
    case = asked.case
    had_a_part = case.closed_by | case.decided_by | case.decided_before | case.heard_by | case.worked_by
    return asked.by.person not in had_a_part


def retention_is_over(case: Case, law: Catalogue, at: datetime) -> bool:
    """Whether a closed case was kept as long as its closure reason says."""
    closure = law.closure(case.closure_reason or "")
    if case.closed_at is None or closure is None:
        return False
    return add_months(case.closed_at, closure.retention_months) <= at


def extendable(case: Case, law: Catalogue) -> tuple[str, ...]:
    """The clocks of a case that run and could be extended (again)."""
    return tuple(one.name for one in case.clocks if one.ended_at is None and _has_more(one, law))


def _can_be_extended(asked: Situation) -> bool:
    """The clock that was named; any, while none is."""
    names = extendable(asked.case, asked.law)
    return asked.given.clock in names if asked.given else bool(names)


def _has_more(running: Running, law: Catalogue) -> bool:
    clock = law.clock(running.name, running.started_at.date())
    return clock.extension is not None and running.extended < clock.extension.times


def _every(what: str, sentence: str) -> Refusal:
    """Names how many allegations still lack something."""

    def check(asked: Situation) -> str:
        lacking = sum(
            1 for one in asked.case.allegations if getattr(one, what) is None and (one.here or what == "finding")
        )
        return sentence.format(lacking) if lacking else ""

    return check


# fmt: off
_GUARDS: Mapping[Guard, Refusal] = MappingProxyType({
    Guard.NOT_YET_ACKNOWLEDGED: _unless(
        "The complaint was acknowledged already.", lambda asked: asked.case.acknowledged_at is None),
    Guard.MOVER_IS_ASSIGNED: _unless(
        "Only somebody assigned to the case can do this.",
        lambda asked: asked.case.is_assigned(asked.by.person, asked.by.role)),
    Guard.MOVER_NEVER_WORKED_IT: _unless(
        "Whoever worked a case never decides it.", _never_worked),
    Guard.WORKER_NEVER_DECIDED_IT: _unless(
        "Whoever decided or reviewed a case never works it.", _never_decided),
    Guard.MOVER_DECIDED_NO_EARLIER_ROUND: _unless(
        "Whoever decided this case before, or reviewed it, does not decide it again.", _decided_no_earlier_round),
    Guard.REASON_FITS_STATE_AND_ROLE: _reason_fits,
    Guard.REASON_FITS_THE_DECISION: _with_given(
        "This closure reason says otherwise than the decision: whether misconduct was established, and whether a "
        "measure was taken.", _reason_fits_the_decision),
    Guard.OUTCOME_IS_POSSIBLE_MISCONDUCT: _unless(
        "An investigation needs an assessment that ended in possible_misconduct: conclude_assessment first.",
        lambda asked: asked.case.outcome == POSSIBLE_MISCONDUCT),
    Guard.OUTCOME_IS_NOT_MISCONDUCT: _unless(
        "Handing it to somebody else needs an assessment that ended, and not in possible_misconduct: "
        "conclude_assessment first.",
        lambda asked: asked.case.outcome not in {None, POSSIBLE_MISCONDUCT}),
    Guard.EVIDENCE_WAS_PRESERVED: _unless(
        "Capture what there is before anybody is asked to remove it: preserve_evidence first.",
        lambda asked: asked.case.preserved_at is not None),
    Guard.SOMETHING_IS_ALLEGED: _unless(
        "Nothing is alleged yet: say who is alleged to have done what, under which category.",
        lambda asked: bool(asked.case.allegations)),
    Guard.EVERY_ALLEGATION_HAS_A_FINDING: _every("finding", "{} of the allegations still lack a finding."),
    Guard.SUBJECTS_WERE_NOTIFIED: _unless(
        "Draft findings go only to subjects who were told that they are one: notify_subject first.",
        lambda asked: asked.case.subjects() <= asked.case.notified),
    Guard.NO_NOTICE_IS_OWED: _unless(
        "Somebody's part in the case changed and they were not told yet: notify_subject first.",
        lambda asked: not asked.case.owed),
    Guard.FINDINGS_WERE_PUT_TO_THE_SUBJECT: _unless(
        "Findings against somebody are reported only after each of them could comment: send_findings, and wait for "
        "every comment or the time limit.", _were_put),
    Guard.COMMENT_IS_AWAITED: _unless(
        "No comment is awaited: send_findings first.", lambda asked: asked.case.comment is not Hearing.NOT_ASKED),
    Guard.SPEAKER_IS_CONCERNED: _with_given(
        "Only somebody of whom something is alleged in this case is heard on it.", _is_concerned),
    Guard.RESPONSE_IS_AWAITED: _unless(
        "No response is awaited: issue_allegations first.",
        lambda asked: asked.case.response is not Hearing.NOT_ASKED),
    Guard.MISCONDUCT_STANDS_ON_A_FINDING: _with_given(
        "Misconduct is established only where the report found sufficient evidence for the allegation.", _on_a_finding),
    Guard.NOT_REOPENED: _unless(
        "A reopened case is not merged: close it, which takes two people.", lambda asked: not asked.case.reopened),
    Guard.SUBJECT_COULD_RESPOND: _unless(
        "Misconduct is established only after this subject could respond to formal allegations: issue_allegations, "
        "and wait for their response or the time limit.", _could_respond),
    Guard.SOMETHING_IS_DECIDED_HERE: _unless(
        "Nobody concerned is decided on here: refer the case to whoever employs them.",
        lambda asked: any(one.here for one in asked.case.allegations)),
    Guard.ACCOUNT_IS_ATTRIBUTED: _with_given(
        "Nothing is found against somebody to whom no account was attributed: record the attribution and what was "
        "checked first.", _account_is_attributed),
    Guard.FINDINGS_ARE_ATTRIBUTED: _unless(
        "Something stands against somebody to whom no account is attributed any more: record that finding, or that "
        "decision, anew.",
        _are_attributed),
    Guard.ALLEGATION_IS_DECIDED_HERE: _with_given(
        "Whoever employs this person decides on this allegation, not the decider here.", _decided_here),
    Guard.OTHERS_WERE_REFERRED: _unless(
        "There is a finding against somebody decided on elsewhere: refer the case to whoever employs them first.",
        lambda asked: asked.case.referred_to is not None or not _found_against(asked.case, here=False),
    ),
    Guard.NOTHING_WAS_FOUND: _unless(
        "There is a finding of sufficient evidence: hand the case to the decider.",
        lambda asked: not _found_against(asked.case, here=True),
    ),
    Guard.EVERY_ALLEGATION_HAS_A_DECISION: _every("misconduct", "{} of the allegations still lack a decision."),
    Guard.STANDARD_CARRIES_THE_MEASURE: _with_given(
        "A measure that ends service needs misconduct established to the standard clear_and_convincing.",
        _standard_carries),
    Guard.ONE_MEASURE_FOR_EACH_SUBJECT: _with_given(
        "Exactly one measure is decided for each subject whose misconduct is established, and for nobody else.",
        _one_measure_each),
    Guard.MEASURE_EXISTS_FOR_THE_PERSON: _with_given(
        "This measure is not one for whoever it is decided for: some are for staff alone, some for the affiliate "
        "workforce.", _measures_exist_for_them),
    Guard.NOT_YET_DECIDED: _unless("The case was decided already.", lambda asked: asked.case.decided_at is None),
    Guard.WAS_DECIDED: _unless("Nothing was decided yet.", lambda asked: asked.case.decided_at is not None),
    Guard.DECISION_WAS_NOTIFIED: _unless(
        "The decision was not notified yet: notify_decision first.",
        lambda asked: asked.case.decision_told_at is not None),
    Guard.REVIEWER_IS_NEW_TO_IT: _unless(
        "Whoever worked, decided or closed a case does not rule on its review.", _reviewer_is_new),
    Guard.A_HOLD_STANDS: _unless("No hold stands.", lambda asked: bool(asked.case.holds)),
    Guard.NO_HOLD_STANDS: _unless("A legal hold stands: nothing is erased.", lambda asked: not asked.case.holds),
    Guard.RETENTION_IS_OVER: _unless(
        "It must still be kept: the retention time of its closure reason is not over.",
        lambda asked: retention_is_over(asked.case, asked.law, asked.at)),
    Guard.CLOCK_CAN_BE_EXTENDED: _unless(
        "No clock of this name runs here that could be extended (again).", _can_be_extended),
    Guard.NOT_ERASED: _unless("The case was erased.", lambda asked: asked.case.erased_at is None),
    Guard.WAS_REFERRED_BEFORE_INVESTIGATION: _unless(
        "A report went out with it: record_return first, then the decider closes.",
        lambda asked: asked.case.back_to is State.ASSESSMENT),
})
# fmt: on
