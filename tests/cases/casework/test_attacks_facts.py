"""Somebody tries to reach a report, a decision or an ending while something is missing, or changed underneath."""

from dataclasses import replace

import pytest

from cases.case import Case, Given, Hearing, Measure
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import Action
from cases.persons import Attribution, Changed
from cases.ports import Desk
from tests.cases.casework.conftest import (
    DECIDER,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    MISCONDUCT,
    REASONED,
    SUBJECT,
    THEIRS,
    draft,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import (
    alleged,
    alleges,
    approved,
    decided,
    investigated,
    moved,
    put_to_the_subject,
    rebuilt,
    register,
    said_anew,
    said_by_the_subject,
    settled,
    with_decider,
    worked_off,
)

CHARGE = replace(REASONED, counsel_informed=True, evidence_disclosed=True)
ANOTHER = "S0114"
UNV = "S0104"


def ruling(desk: Desk, case: Case, *, misconduct: bool = True) -> Given:
    return replace(
        REASONED,
        allegation=seen_now(desk, case).allegations[0].id,
        facts_established="Partly.",
        standard="preponderance",
        misconduct=misconduct,
    )


def test_findings_about_one_person_are_not_turned_upon_another_by_settling_anew_who_they_are(desk: Desk) -> None:
    case, _ = open_case(desk)
    with_decider(desk, case)
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "I am sorry."))
    settled(desk, INTAKE, case, register(desk, case)[0], ANOTHER)
    worked_off(desk)
    now = seen_now(desk, case)
    assert {now.comment, now.response} == {Hearing.NOT_ASKED}
    assert (now.attributed, now.notified) == (frozenset(), frozenset())
    assert rebuilt(desk, case) == now
    with pytest.raises(MoveNotAllowed):
        moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case))


def test_what_was_reported_and_ruled_about_one_person_falls_when_another_turns_out_to_be_meant(desk: Desk) -> None:
    """Also once the other was told, is tied to the account and could respond: the findings were never put to them."""
    case, _ = open_case(desk)
    with_decider(desk, case)
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "I am sorry."))
    moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case))
    person = register(desk, case)[0]
    settled(desk, INTAKE, case, person, ANOTHER)
    said_anew(desk, INTAKE, case, person, Changed(attribution=THEIRS))
    worked_off(desk)
    moved(desk, INVESTIGATOR, case, Action.NOTIFY_SUBJECT, Given("By letter.", person=person.id))
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "Who, me?"))
    [one] = seen_now(desk, case).allegations
    assert (one.finding, one.standard, one.misconduct) == (None, None, None)
    with pytest.raises(MoveNotAllowed, match="only where the report found sufficient evidence"):
        moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case))
    moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case, misconduct=False))
    assert rebuilt(desk, case) == seen_now(desk, case)


@pytest.mark.parametrize(
    ("name", "columns"), [("Colleague 0107", {"name": "Colleague 0107"}), ("@somebody", {})], ids=["two", "nobody"]
)
def test_nobody_is_told_and_heard_while_it_is_open_who_is_meant(desk: Desk, name: str, columns: dict[str, str]) -> None:
    with_roles(desk, ANOTHER, **columns)
    case, _ = open_case(desk, draft(subjects=[{"name": name}]))
    investigated(desk, case)
    person = register(desk, case)[0]
    said_anew(desk, INVESTIGATOR, case, person, Changed(attribution=THEIRS))
    told = Given("By letter.", person=person.id)
    with pytest.raises(MoveNotAllowed, match="say first who"):
        moved(desk, INVESTIGATOR, case, Action.NOTIFY_SUBJECT, told)
    settled(desk, INTAKE, case, person, ANOTHER)
    assert person.id in moved(desk, INVESTIGATOR, case, Action.NOTIFY_SUBJECT, told).notified


def test_a_report_is_not_issued_about_somebody_settled_after_the_subject_commented(desk: Desk) -> None:
    case, _ = open_case(desk)
    put_to_the_subject(desk, case)
    moved(desk, INVESTIGATOR, case, Action.RECORD_COMMENT, said_by_the_subject(desk, case, "I deny it."))
    settled(desk, INVESTIGATOR, case, register(desk, case)[0], ANOTHER)
    with pytest.raises(MoveNotAllowed, match="no account is attributed any more"):
        moved(desk, INVESTIGATOR, case, Action.ISSUE_REPORT)


def test_somebody_decided_on_is_not_turned_into_somebody_else(desk: Desk) -> None:
    case, _ = open_case(desk)
    decided(desk, case)
    with pytest.raises(MoveNotAllowed, match="It was decided on this person"):
        settled(desk, INTAKE, case, register(desk, case)[0], ANOTHER)


def test_saying_who_somebody_is_as_everybody_took_it_leaves_what_was_done_in_place(desk: Desk) -> None:
    case, _ = open_case(desk)
    put_to_the_subject(desk, case)
    before = seen_now(desk, case)
    settled(desk, INVESTIGATOR, case, register(desk, case)[0], SUBJECT)
    now = seen_now(desk, case)
    assert (now.attributed, now.notified, now.comment) == (before.attributed, before.notified, before.comment)


def test_an_affiliate_settled_after_the_allegation_is_not_decided_on_here(desk: Desk) -> None:
    case, _ = open_case(desk, draft(subjects=[{"name": "Somebody Unknown", "personnel_type": "staff"}]))
    alleged(desk, case)
    assert seen_now(desk, case).allegations[0].here
    settled(desk, INTAKE, case, register(desk, case)[0], UNV)
    assert not seen_now(desk, case).allegations[0].here
    assert rebuilt(desk, case) == seen_now(desk, case)


def test_an_old_referral_of_the_assessment_does_not_stand_for_that_to_an_employer(desk: Desk) -> None:
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    moved(desk, INTAKE, case, Action.CONCLUDE_ASSESSMENT, Given("Advice.", outcome="advice_only"))
    moved(desk, INTAKE, case, Action.REFER, Given("To them.", referred_to="management"))
    moved(desk, INTAKE, case, Action.RECORD_RETURN, Given(answer="Yours."))
    moved(desk, INTAKE, case, Action.CONCLUDE_ASSESSMENT, MISCONDUCT)
    alleges(desk, INTAKE, case, register(desk, case)[0])
    approved(desk, case, Action.OPEN_INVESTIGATION)
    assert seen_now(desk, case).referred_to is None


def test_attribution_withdrawn_after_the_report_lets_no_misconduct_be_established(desk: Desk) -> None:
    case, _ = open_case(desk)
    with_decider(desk, case)
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "I was hacked."))
    gone = Attribution("unattributed", "@somebody", "Logs show somebody else.")
    said_anew(desk, INTAKE, case, register(desk, case)[0], Changed(attribution=gone))
    with pytest.raises(MoveNotAllowed):
        moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case))
    moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case, misconduct=False))


def test_new_formal_allegations_are_answered_before_anything_is_decided(desk: Desk) -> None:
    case, _ = open_case(desk)
    with_decider(desk, case)
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "I am sorry."))
    moved(desk, DECIDER, case, Action.RECORD_DECISION, ruling(desk, case))
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, CHARGE)
    person = seen_now(desk, case).allegations[0].person
    measures = (Measure(person, "censure", "none", "none", "It fits.", "Staff Rule 10.2"),)
    with pytest.raises(MoveNotAllowed, match="could respond"):
        moved(desk, DECIDER, case, Action.DECIDE, replace(REASONED, measures=measures))


def test_the_outcome_is_not_changed_under_a_proposal(desk: Desk) -> None:
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    with pytest.raises(MoveNotAllowed, match="waits"):
        moved(desk, INTAKE, case, Action.CONCLUDE_ASSESSMENT, Given("Advice.", outcome="advice_only"))
    moved(desk, HEAD, case, Action.APPROVE, Given())


def test_allegations_of_another_case_are_unknown_here(desk: Desk) -> None:
    one, _ = open_case(desk)
    other, _ = open_case(desk)
    investigated(desk, one)
    alleged(desk, other)
    foreign = seen_now(desk, other).allegations[0]
    with pytest.raises(Malformed, match="allegation"):
        moved(desk, INVESTIGATOR, one, Action.RECORD_FINDING, Given("x", allegation=foreign.id, finding="no_evidence"))
    with pytest.raises(Malformed, match="person"):
        moved(desk, INVESTIGATOR, one, Action.NOTIFY_SUBJECT, Given("x", person=foreign.person))
