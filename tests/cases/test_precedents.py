"""What tribunals and reports taught (docs: precedents shape fields), each held to by name."""

from dataclasses import replace
from datetime import date

import pytest

from cases.case import Hearing, open_to
from cases.directory import Directory
from cases.errors import Malformed, MoveNotAllowed
from cases.lifecycle import OPEN, STEPS, Action, Need, State
from cases.people import Role
from cases.persons import Attribution, CasePerson, Changed, PersonRole, change
from cases.routing import How
from tests.cases.case.making import (
    ANN,
    BEN,
    DECIDER,
    DECIDER_2,
    FINDER,
    HEAD,
    INTAKE,
    LAW,
    Story,
    charge,
    decide,
    measured,
    story_at,
)

TODAY = date(2026, 3, 2)
ATTRIBUTIONS = [term.slug for term in LAW.terms("attribution", TODAY)]
NOBODY = Directory(())


def attribution(**said):
    return Attribution(**{"status": "attributed", "account": "@ann", "reason": "Photograph and name match.", **said})


def attributed(**said):
    register = (CasePerson(ANN, PersonRole.SUBJECT, "Ann"),)
    [person] = change(register, ANN, Changed(attribution=attribution(**said)), NOBODY, ATTRIBUTIONS)
    return person.attribution


# 2025-UNAT-1581: a comment; "my account was hacked" failed for want of evidence


@pytest.mark.parametrize("checked", ["", "  \n"])
def test_unat_2025_1581_a_claim_that_the_account_was_hacked_is_recorded_with_what_was_checked(checked):
    with pytest.raises(Malformed) as refusal:
        attributed(hacking_claimed=True, checked=checked)
    assert [fault.pointer for fault in refusal.value.faults] == ["#/attribution/checked"]
    assert attributed(hacking_claimed=True, checked="Log-in records of the day.").checked
    assert attributed().checked == ""


def test_unat_2025_1581_nothing_is_found_against_somebody_to_whom_no_account_was_attributed():
    story = story_at(State.INVESTIGATION)
    story.attributes()
    with pytest.raises(MoveNotAllowed, match="to whom no account was attributed"):
        story.does(FINDER, "record_finding", finding="sufficient_evidence")
    assert story.does(FINDER, "record_finding", finding="insufficient_evidence")
    story.attributes(ANN)
    assert story.does(FINDER, "record_finding", finding="sufficient_evidence").allegations[0].finding


def test_unat_2025_1581_a_finding_falls_when_the_account_turns_out_not_to_be_theirs():
    story = story_at(State.INVESTIGATION)
    story.does(FINDER, "record_finding", finding="sufficient_evidence")
    story.does(FINDER, "notify_subject")
    story.attributes()
    with pytest.raises(MoveNotAllowed, match="no account is attributed any more"):
        story.does(FINDER, "send_findings")


def test_unat_2025_1581_what_made_it_worse_is_said_with_every_measure():
    """Widely followed, affiliation shown: the decider writes it down, or writes that there was nothing."""
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=True)
    with pytest.raises(Malformed, match="#/measures/0/aggravating"):
        story.does(DECIDER, "decide", measures=(measured(ANN, aggravating=""),))
    worse = "The page has 40,000 followers and shows the affiliation."
    assert story.does(DECIDER, "decide", measures=(measured(ANN, aggravating=worse),)).decided_at
    assert worse not in str(story.entries)


# 2025-UNAT-1589: a disclaimer is no defence; prior warnings counted


def test_unat_2025_1589_a_disclaimer_neither_raises_a_category_nor_excuses_from_one():
    row = next(row for row in LAW.principles_on(TODAY) if row.slug == "ai-7.3.4")
    assert row.categories == ()
    alone = LAW.categories_for(["ai-5.1.9"], TODAY)
    assert alone
    assert LAW.categories_for(["ai-5.1.9", "ai-7.3.4"], TODAY) == alone
    assert LAW.categories_for(["ai-7.3.4"], TODAY) == ()


def test_unat_2025_1589_no_step_asks_for_a_disclaimer_and_no_closure_reason_rests_on_one():
    words = [*Need, *Action, *(guard for step in STEPS.values() for guard in step.guards)]
    words += [f"{row.slug} {row.label} {row.note}" for row in LAW.closures]
    assert not [word for word in words if "disclaimer" in word.lower()]


def test_unat_2025_1589_prior_warnings_can_be_counted_and_what_speaks_for_somebody_must_be_weighed():
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=True)
    counted = measured(ANN, aggravating="Warned in writing twice.", mitigating="")
    with pytest.raises(Malformed, match=r"#/measures/0/mitigating: .*write 'none' if none"):
        story.does(DECIDER, "decide", measures=(counted,))
    weighed = replace(counted, mitigating="none")
    assert story.does(DECIDER, "decide", measures=(weighed,)).measures == ((ANN, "censure"),)


# 2025-UNAT-1514: misconduct stood, "serious" without written reasons failed


@pytest.mark.parametrize("reasons", ["", " "])
def test_unat_2025_1514_severity_above_the_ordinary_needs_written_reasons(reasons):
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=True)
    with pytest.raises(Malformed) as refusal:
        story.does(DECIDER, "decide", measures=(measured(ANN, severe=True, severity_reasons=reasons),))
    assert [fault.pointer for fault in refusal.value.faults] == ["#/measures/0/severity_reasons"]
    severe = measured(ANN, severe=True, severity_reasons="He led the team he mocked.")
    assert story.does(DECIDER, "decide", measures=(severe,)).decided_at
    assert "mocked" not in str(story.entries)


def test_unat_2025_1514_an_ordinary_measure_needs_no_reasons_for_its_severity():
    story = decide(story_at(State.WITH_DECIDER))
    assert story.case.measures == ((ANN, "censure"),)


# UNRWA: of 22 people named only 10 were personnel; other accounts were impostors


def test_unrwa_an_impostor_is_an_answer_of_its_own_before_and_after_an_investigation():
    assert {"attributed", "unattributed", "impostor"} == set(ATTRIBUTIONS)
    assert attributed(status="impostor").status == "impostor"
    for state, role in (
        (State.REGISTERED, Role.INTAKE),
        (State.ASSESSMENT, Role.HEAD),
        (State.INVESTIGATION, Role.HEAD),
        (State.FINDINGS_FOR_COMMENT, Role.HEAD),
        (State.REPORTED, Role.DECIDER),
    ):
        assert {"impostor_or_unattributed"} <= set(LAW.closures_for(state, role))
    story = Story()
    assert story.does(INTAKE, "close", closure_reason="impostor_or_unattributed").state is State.CLOSED


def test_unrwa_somebody_who_is_not_personnel_is_an_answer_of_its_own():
    story = Story()
    assert story.does(INTAKE, "close", closure_reason="not_personnel").closure_reason == "not_personnel"
    register = (CasePerson(ANN, PersonRole.SUBJECT, "Ann", possible=("S0001", "S0002")),)
    [person] = change(register, ANN, Changed(settled=()), NOBODY, ATTRIBUTIONS)
    assert person.settled == ()
    assert person.involved().settled == ()


# UNDT/2018/039: rejecting a complaint needs a reasoned decision to the complainant


@pytest.mark.parametrize("state", [state for state, action in STEPS if action is Action.CLOSE])
def test_undt_2018_039_every_closing_tells_the_reporter_why(state):
    story = story_at(state, "no_evidence")
    by = HEAD if Role.HEAD in STEPS[state, Action.CLOSE].by else DECIDER
    for lacking in ("notice", "reason"):
        with pytest.raises(Malformed, match=f"#/{lacking}: close needs this"):
            story.does(by, "close", **{lacking: " "})


def test_undt_2018_039_a_duplicate_is_told_too_and_a_redirected_reporter_reads_where_to_turn():
    with pytest.raises(Malformed, match="#/notice"):
        Story().does(INTAKE, "merge", notice="")
    letters = {one.about: one for one in LAW.letters_on(TODAY) if one.kind == "redirect"}
    for term in LAW.terms("referral", TODAY):
        assert letters[term.slug].text.missing() == ()


# UNDT/2022/128: interviewed as a witness, later made a subject without safeguards


def test_undt_2022_128_a_witness_made_a_subject_is_told_before_findings_are_put_or_reported():
    story = story_at(State.INVESTIGATION)
    story.does(FINDER, "record_finding", finding="no_evidence")
    story.does(FINDER, "notify_subject", person=ANN)
    story.owes_notice(BEN)  # BEN was heard as a witness
    for action in ("send_findings", "issue_report"):
        assert Action(action) not in open_to(story.case, FINDER, story.at, LAW)
        with pytest.raises(MoveNotAllowed, match="were not told yet: notify_subject first"):
            story.does(FINDER, action)
    assert story.does(FINDER, "notify_subject", person=BEN).owed == frozenset()
    assert story.does(FINDER, "issue_report").state is State.REPORTED


@pytest.mark.parametrize("state", [State.REPORTED, State.WITH_DECIDER])
def test_undt_2022_128_nobody_is_decided_on_while_such_a_notice_is_owed(state):
    story = story_at(state, "no_evidence")
    story.owes_notice(BEN)
    by, action = (HEAD, "hand_to_decider") if state is State.REPORTED else (DECIDER, "decide")
    if state is State.WITH_DECIDER:
        story.does(DECIDER, "record_decision", misconduct=False)
    with pytest.raises(MoveNotAllowed, match="were not told yet"):
        story.does(by, action)
    story.does(HEAD, "notify_subject", person=BEN)
    assert story.does(by, action)


def test_undt_2022_128_the_new_part_is_what_screening_sees_from_then_on():
    register = (CasePerson(BEN, PersonRole.WITNESS, "Ben"),)
    [person] = change(register, BEN, Changed(role=PersonRole.SUBJECT), NOBODY, ATTRIBUTIONS)
    assert (register[0].involved().how, person.involved().how) == (How.WITNESS, How.SUBJECT)


# UNDT/2024/020: 989 files deleted before the laptop was handed over


@pytest.mark.parametrize("state", OPEN)
def test_undt_2024_020_what_there_is_is_preserved_before_anybody_is_asked_to_remove_it(state):
    story = story_at(state)
    with pytest.raises(MoveNotAllowed, match="preserve_evidence first"):
        story.does(HEAD, "contain")
    story.does(HEAD, "preserve_evidence")
    assert story.does(HEAD, "contain").contained_at == story.at


def test_undt_2024_020_evidence_is_preserved_at_once_and_the_subject_told_only_once_it_is_investigated():
    assert Story().does(INTAKE, "preserve_evidence").preserved_at
    told_in = {state for state, action in STEPS if action is Action.NOTIFY_SUBJECT}
    assert told_in.isdisjoint({State.REGISTERED, State.ASSESSMENT, State.AWAITING_INFORMATION})


def test_undt_2024_020_deleting_evidence_is_an_allegation_of_its_own_added_later():
    story = story_at(State.INVESTIGATION)
    story.does(FINDER, "record_finding", finding="no_evidence")
    story.alleges(ANN, "evidence_tampering_non_cooperation", by=FINDER)
    first, second = story.case.allegations
    assert (first.person, second.person) == (ANN, ANN)
    assert second.category == "evidence_tampering_non_cooperation"
    with pytest.raises(MoveNotAllowed, match="1 of the allegations still lack a finding"):
        story.does(FINDER, "issue_report")
    story.does(FINDER, "record_finding", allegation=second.id, finding="sufficient_evidence")
    found = {one.category: one.finding for one in story.case.allegations}
    assert found == {"political_partisan": "no_evidence", "evidence_tampering_non_cooperation": "sufficient_evidence"}
    story.does(FINDER, "notify_subject")
    story.does(FINDER, "send_findings")
    assert story.case.comment is Hearing.AWAITED


def test_termination_needs_clear_and_convincing_evidence_and_lesser_measures_do_not():
    """Summaries of the internal justice system: the standard applied follows from what may be lost."""
    story = charge(story_at(State.WITH_DECIDER))
    story.does(DECIDER, "record_decision", misconduct=True, standard="preponderance")
    for measure in ("separation", "dismissal"):
        with pytest.raises(MoveNotAllowed, match="clear_and_convincing"):
            story.does(DECIDER, "decide", measures=(measured(ANN, measure),))
    assert story.does(DECIDER, "decide", measures=(measured(ANN, "demotion"),)).decided_at
    strict = decide(story_at(State.WITH_DECIDER), DECIDER, DECIDER_2, "dismissal")
    assert strict.case.closure_reason == "substantiated_measure_taken"
