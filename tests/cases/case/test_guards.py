"""Every guard refuses with its own sentence, and the refusal lists what is open to the mover now."""

import pytest

from cases.case import open_to
from cases.errors import MoveNotAllowed, NotPermitted
from cases.lifecycle import STEPS, Action, Guard, State, roles_of
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import (
    ANN,
    BEN,
    DECIDER,
    DECIDER_2,
    DECIDER_3,
    FINDER,
    HEAD,
    HEAD_2,
    HEAD_3,
    INTAKE,
    LAW,
    Story,
    charge,
    measured,
    story_at,
)

ADVERSE = {"finding": "sufficient_evidence"}


def reopened():
    story = story_at(State.CLOSED)
    story.two(INTAKE, "reopen", HEAD_3)
    return story


def again_with_the_decider():
    story = reopened()
    story.does(INTAKE, "conclude_assessment")
    story.two(INTAKE, "open_investigation", HEAD)
    for action in ("record_finding", "notify_subject", "send_findings", "record_comment", "issue_report"):
        story.does(FINDER, action, **ADVERSE)
    story.does(HEAD, "hand_to_decider")
    return story


def found(finding, *, told=True):
    story = story_at(State.INVESTIGATION)
    story.does(FINDER, "record_finding", finding=finding)
    if told:
        story.does(FINDER, "notify_subject")
    return story


def ruled(misconduct, standard="preponderance"):
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=misconduct, standard=standard)
    return story


def decided(misconduct):
    story = ruled(misconduct)
    story.does(DECIDER, "decide")
    return story


def with_an_affiliate(state=State.WITH_DECIDER):
    """A staff member and a volunteer; what is found against the second is for their own panel."""
    story = story_at(State.INVESTIGATION)
    story.alleges(BEN, kind="unv")
    story.attributes(ANN, BEN)
    for one in story.case.allegations:
        story.does(FINDER, "record_finding", allegation=one.id, **ADVERSE)
        story.does(FINDER, "notify_subject", person=one.person)
    for action in ("send_findings", "record_comment", "record_comment", "issue_report"):
        story.does(FINDER, action)
    if state is State.WITH_DECIDER:
        story.does(HEAD, "refer", referred_to="unv_panel")
        story.does(HEAD, "record_return")
        story.does(HEAD, "hand_to_decider")
    return story


def after(state, *moves, **said):
    story = story_at(state)
    for by, action in moves:
        story.does(by, action, **said)
    return story


def erased():
    story = story_at(State.CLOSED).waits(days=366 * 11)
    story.two(HEAD, "erase", HEAD_2)
    return story


def unalleged():
    story = Story()
    story.does(INTAKE, "assess")
    story.does(INTAKE, "conclude_assessment")
    return story


def unattributed():
    story = found("sufficient_evidence")
    story.attributes()
    return story


def owing():
    story = found("no_evidence")
    story.owes_notice(BEN)
    return story


def proposed_to_reopen():
    story = story_at(State.CLOSED)
    story.does(INTAKE, "reopen")
    return story


def turned():
    """Found against after the draft said otherwise."""
    story = story_at(State.FINDINGS_FOR_COMMENT, "no_evidence")
    story.does(FINDER, "record_finding", **ADVERSE)
    return story


def held():
    story = story_at(State.CLOSED).waits(days=366 * 11)
    story.does(HEAD, "place_hold")
    return story


AGAIN = Actor("S0099", Role.INVESTIGATOR)
# fmt: off
REFUSED = {
    Guard.NOT_YET_ACKNOWLEDGED: (lambda: after(State.REGISTERED, (INTAKE, "acknowledge")), INTAKE, "acknowledge", {},
        "The complaint was acknowledged already."),
    Guard.MOVER_IS_ASSIGNED: (lambda: story_at(State.INVESTIGATION), AGAIN, "record_finding", {},
        "Only somebody assigned to the case can do this."),
    Guard.MOVER_NEVER_WORKED_IT: (lambda: story_at(State.WITH_DECIDER), Actor(FINDER.person, Role.DECIDER),
        "issue_allegations", {}, "Whoever worked a case never decides it."),
    Guard.WORKER_NEVER_DECIDED_IT: (lambda: ruled(misconduct=True), Actor(DECIDER.person, Role.INTAKE),
        "preserve_evidence", {}, "Whoever decided or reviewed a case never works it."),
    Guard.MOVER_DECIDED_NO_EARLIER_ROUND: (again_with_the_decider, DECIDER, "record_decision", {},
        "Whoever decided this case before, or reviewed it, does not decide it again."),
    Guard.REASON_FITS_STATE_AND_ROLE: (Story, INTAKE, "close", {"closure_reason": "unsubstantiated"},
        "This closure reason is not open to intake from registered; open are: outside_mandate, not_personnel, "),
    Guard.REASON_FITS_THE_DECISION: (lambda: told(decided(misconduct=False)), DECIDER, "close",
        {"closure_reason": "substantiated_no_measure"}, "This closure reason says otherwise than the decision"),
    Guard.OUTCOME_IS_POSSIBLE_MISCONDUCT: (lambda: story_at(State.ASSESSMENT), INTAKE, "open_investigation", {},
        "An investigation needs an assessment that ended in possible_misconduct"),
    Guard.OUTCOME_IS_NOT_MISCONDUCT: (lambda: after(State.ASSESSMENT, (INTAKE, "conclude_assessment")), INTAKE,
        "refer", {}, "Handing it to somebody else needs an assessment that ended, and not in possible_misconduct"),
    Guard.EVIDENCE_WAS_PRESERVED: (Story, INTAKE, "contain", {}, "Capture what there is before anybody is asked to"),
    Guard.SOMETHING_IS_ALLEGED: (unalleged, INTAKE, "open_investigation", {}, "Nothing is alleged yet"),
    Guard.EVERY_ALLEGATION_HAS_A_FINDING: (lambda: story_at(State.INVESTIGATION), FINDER, "issue_report", {},
        "1 of the allegations still lack a finding."),
    Guard.SUBJECTS_WERE_NOTIFIED: (lambda: found("no_evidence", told=False), FINDER, "send_findings", {},
        "Draft findings go only to subjects who were told that they are one"),
    Guard.NO_NOTICE_IS_OWED: (owing, FINDER, "issue_report", {},
        "Somebody's part in the case changed and they were not told yet"),
    Guard.FINDINGS_WERE_PUT_TO_THE_SUBJECT: (lambda: found("sufficient_evidence"), FINDER, "issue_report", {},
        "Findings against somebody are reported only after each of them could comment"),
    Guard.COMMENT_IS_AWAITED: (turned, FINDER, "record_comment", {},
        "No comment is awaited: send_findings first."),
    Guard.RESPONSE_IS_AWAITED: (lambda: story_at(State.WITH_DECIDER), DECIDER, "record_response", {},
        "No response is awaited"),
    Guard.SPEAKER_IS_CONCERNED: (lambda: story_at(State.FINDINGS_FOR_COMMENT), FINDER, "record_comment",
        {"person": BEN}, "Only somebody of whom something is alleged in this case is heard on it."),
    Guard.MISCONDUCT_STANDS_ON_A_FINDING: (lambda: charge(story_at(State.WITH_DECIDER, "no_evidence")), DECIDER,
        "record_decision", {"misconduct": True}, "Misconduct is established only where the report found sufficient"),
    Guard.NOT_REOPENED: (reopened, INTAKE, "merge", {}, "A reopened case is not merged: close it, which takes two"),
    Guard.SUBJECT_COULD_RESPOND: (lambda: after(State.WITH_DECIDER, (DECIDER, "issue_allegations")), DECIDER,
        "record_decision", {"misconduct": True}, "Misconduct is established only after this subject could respond"),
    Guard.SOMETHING_IS_DECIDED_HERE: (lambda: story_at(State.REPORTED, kind="contractor"), HEAD, "hand_to_decider", {},
        "Nobody concerned is decided on here"),
    Guard.ACCOUNT_IS_ATTRIBUTED: (lambda: forgotten(State.INVESTIGATION), FINDER, "record_finding", ADVERSE,
        "Nothing is found against somebody to whom no account was attributed"),
    Guard.FINDINGS_ARE_ATTRIBUTED: (unattributed, FINDER, "send_findings", {},
        "Something stands against somebody to whom no account is attributed any more"),
    Guard.ALLEGATION_IS_DECIDED_HERE: (with_an_affiliate, DECIDER, "record_decision", {"theirs": BEN},
        "Whoever employs this person decides on this allegation, not the decider here."),
    Guard.OTHERS_WERE_REFERRED: (lambda: with_an_affiliate(State.REPORTED), HEAD, "hand_to_decider", {},
        "There is a finding against somebody decided on elsewhere"),
    Guard.NOTHING_WAS_FOUND: (lambda: story_at(State.REPORTED), DECIDER, "close", {},
        "There is a finding of sufficient evidence: hand the case to the decider."),
    Guard.EVERY_ALLEGATION_HAS_A_DECISION: (lambda: charge(story_at(State.WITH_DECIDER)), DECIDER, "decide", {},
        "1 of the allegations still lack a decision."),
    Guard.STANDARD_CARRIES_THE_MEASURE: (lambda: ruled(misconduct=True), DECIDER, "decide",
        {"measures": (measured(ANN, "dismissal"),)}, "A measure that ends service needs misconduct established to"),
    Guard.ONE_MEASURE_FOR_EACH_SUBJECT: (lambda: ruled(misconduct=True), DECIDER, "decide", {"measures": ()},
        "Exactly one measure is decided for each subject whose misconduct is established"),
    Guard.MEASURE_EXISTS_FOR_THE_PERSON: (lambda: ruled(misconduct=True), DECIDER, "decide",
        {"measures": (measured(ANN, "contract_remedy"),)}, "This measure is not one for whoever it is decided for"),
    Guard.NOT_YET_DECIDED: (lambda: decided(misconduct=False), DECIDER_3, "issue_allegations", {},
        "The case was decided already."),
    Guard.WAS_DECIDED: (lambda: ruled(misconduct=False), DECIDER, "notify_decision", {}, "Nothing was decided yet."),
    Guard.DECISION_WAS_NOTIFIED: (lambda: decided(misconduct=False), DECIDER, "close", {},
        "The decision was not notified yet: notify_decision first."),
    Guard.REVIEWER_IS_NEW_TO_IT: (proposed_to_reopen, DECIDER_2, "approve", {},
        "Whoever worked, decided or closed a case does not rule on its review."),
    Guard.NO_HOLD_STANDS: (held, HEAD, "erase", {}, "A legal hold stands: nothing is erased."),
    Guard.RETENTION_IS_OVER: (lambda: story_at(State.CLOSED), HEAD, "erase", {},
        "It must still be kept: the retention time of its closure reason is not over."),
    Guard.CLOCK_CAN_BE_EXTENDED: (Story, INTAKE, "extend_clock", {"clock": "acknowledge"},
        "No clock of this name runs here that could be extended (again)."),
    Guard.NOT_ERASED: (erased, HEAD, "place_hold", {}, "The case was erased."),
    Guard.WAS_REFERRED_BEFORE_INVESTIGATION: (lambda: after(State.REPORTED, (HEAD, "refer")), HEAD, "close", {},
        "A report went out with it: record_return first, then the decider closes."),
}
# fmt: on


def told(story):
    story.does(DECIDER, "notify_decision")
    return story


def forgotten(state):
    story = story_at(state)
    story.attributes()
    return story


@pytest.mark.parametrize("guard", REFUSED)
def test_a_guard_refuses_with_its_sentence_and_with_what_is_open_instead(guard):
    build, by, action, said, sentence = REFUSED[guard]
    story = build()
    if theirs := said.get("theirs"):
        said = {"allegation": next(one.id for one in story.case.allegations if one.person == theirs)}
    before = story.case
    with pytest.raises(MoveNotAllowed) as refusal:
        story.does(by, action, **said)
    assert str(refusal.value).startswith(sentence)
    assert refusal.value.open_moves == open_to(story.case, by, story.at, LAW)
    assert Action(action) not in refusal.value.open_moves or said
    assert story.case is before


def test_these_are_all_the_guards_there_are_but_one_no_move_can_be_refused_by():
    """A hold that does not stand cannot be named either, so only the list of open moves asks for it."""
    assert set(Guard) - set(REFUSED) == {Guard.A_HOLD_STANDS}
    story = Story()
    assert Action.LIFT_HOLD not in open_to(story.case, HEAD, story.at, LAW)
    story.does(HEAD, "place_hold")
    assert Action.LIFT_HOLD in open_to(story.case, HEAD, story.at, LAW)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", Role)
def test_a_move_outside_the_table_is_refused_whatever_is_handed_in(state, role):
    story = story_at(state)
    for action in set(Action) - {Action.APPROVE, Action.REJECT, Action.WITHDRAW}:
        step = STEPS.get((state, action))
        if step is None or role not in step.by:
            with pytest.raises(MoveNotAllowed if role in roles_of(action) else NotPermitted) as refusal:
                story.does(Actor("S0777", role), action)
            if role in roles_of(action):
                assert str(refusal.value) == f"{action} cannot be done while the case is in {state}."
                assert refusal.value.open_moves == open_to(story.case, Actor("S0777", role), story.at, LAW)


def test_a_role_without_any_part_in_moves_is_told_so_and_not_what_others_could_do():
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.MONITOR, Role.ETHICS, Role.CUSTODIAN, Role.GATEKEEPER):
        with pytest.raises(NotPermitted, match=f"close is not for the {role} role"):
            Story().does(Actor("S0777", role), "close")
        assert open_to(Story().case, Actor("S0777", role), Story().at, LAW) == ()


@pytest.mark.parametrize("finding", ["no_evidence", "insufficient_evidence"])
def test_what_nobody_found_is_reported_without_being_put_to_anybody(finding):
    story = found(finding, told=False)
    assert story.does(FINDER, "issue_report").state is State.REPORTED


def test_a_finding_that_turns_against_somebody_after_their_comment_is_put_to_them_again():
    story = story_at(State.FINDINGS_FOR_COMMENT, "no_evidence")
    story.does(FINDER, "record_comment")
    story.does(FINDER, "record_finding", **ADVERSE)
    with pytest.raises(MoveNotAllowed, match="only after each of them could comment"):
        story.does(FINDER, "issue_report")
    story.does(FINDER, "send_findings")
    story.does(FINDER, "record_comment")
    assert story.does(FINDER, "issue_report").state is State.REPORTED


def test_formal_allegations_put_anew_keep_a_ruling_from_being_followed_until_they_are_answered():
    story = ruled(misconduct=True)
    story.does(DECIDER, "issue_allegations")
    assert Action.DECIDE not in open_to(story.case, DECIDER, story.at, LAW)
    with pytest.raises(MoveNotAllowed, match="only after this subject could respond"):
        story.does(DECIDER, "decide")
    story.does(DECIDER, "record_response")
    assert story.does(DECIDER, "decide").decided_at == story.at


def test_an_affiliates_case_is_referred_and_then_closed_without_any_decision_here():
    story = story_at(State.REPORTED, kind="unv")
    story.does(HEAD, "refer", referred_to="unv_panel")
    assert story.does(HEAD, "record_return").state is State.REPORTED
    story.two(DECIDER, "close", DECIDER_2, closure_reason="referred_complete")
    assert story.case.state is State.CLOSED
