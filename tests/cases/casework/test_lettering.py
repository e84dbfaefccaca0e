import json
from dataclasses import replace

import pytest

from cases.case import Given
from cases.casework.filing import file_complaint
from cases.casework.lettering import OF_MOVES, letters_for, letters_of, standard_letter
from cases.casework.looking import read_messages
from cases.casework.moving import proposed_letter
from cases.casework.sorting import sort_complaint
from cases.casework.staffing import write_to_reporter
from cases.catalogue import LANGUAGES, load
from cases.catalogue.letters import NOT_SET
from cases.complaint import Draft
from cases.errors import Malformed, MoveNotAllowed, NotPermitted
from cases.lifecycle import Action
from tests.cases.casework.conftest import (
    DECIDER,
    EARLY,
    GATEKEEPER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    OUTSIDE,
    SORTED,
    SUPERVISOR,
    actions,
    by_number,
    draft,
    entries,
    open_case,
)
from tests.cases.casework.living import moved, reopened, reported
from tests.conftest import NOON


def as_it_was(desk, case):
    """Nothing happened since it was sorted."""


def for_management(desk, case):
    moved(desk, INTAKE, case, Action.ASSESS)
    moved(desk, INTAKE, case, Action.CONCLUDE_ASSESSMENT, Given("No misconduct.", outcome="misuse_for_management"))


STAGES = {
    Action.ACKNOWLEDGE: (as_it_was, Given()),
    Action.REFER: (for_management, Given("Theirs.", referred_to="management")),
    Action.REDIRECT: (as_it_was, Given(referred_to="police")),
}


def letters(desk, who, case, language=None):
    return {one.slug: one for one in letters_for(desk, who, case.number, SORTED, language)}


def in_french(desk):
    told = draft()
    file_complaint(desk, Draft("fr", told.channel, told.statement, told.reporter), NOON)
    return sort_complaint(desk, desk.jobs.take(SORTED), SORTED)


def test_letters_come_filled_in_and_leave_what_only_a_person_can_say(desk):
    case, _ = open_case(desk)
    found = letters(desk, INTAKE, case, "en")
    first = found["acknowledgement"].text
    assert first.startswith("We received your complaint on 2026-03-02 and read it.")
    assert "by 2026-06-02" in first  # when feedback is due: the letter itself is what was due before
    assert found["progress"].text.startswith(f"This is how your complaint {case.number} stands")
    assert found["progress"].text.endswith("Inspector General's Office")
    assert not any("{" in one.text or "}" in one.text for one in found.values())
    assert all("[…]" in one.text for one in found.values() if one.kind in {"closing", "question"})


def test_there_is_one_for_every_closure_reason_and_every_referral(desk):
    case, _ = open_case(desk)
    found = letters(desk, HEAD, case, "en").values()
    closing = {one.about for one in found if one.kind == "closing"}
    assert closing == {row.slug for row in load().closures}
    referrals = {term.slug for term in load().terms("referral", SORTED.date())}
    assert {one.about for one in found if one.kind == "redirect"} == referrals


def test_they_are_in_the_reporters_language_unless_another_is_asked_for(desk):
    case = in_french(desk)
    assert letters(desk, INTAKE, case)["question"].text.startswith("Nous avons une question")
    assert letters(desk, INTAKE, case, "es")["question"].text.startswith("Tenemos una pregunta")
    for language in LANGUAGES:
        assert {one.language for one in letters(desk, INTAKE, case, language).values()} == {language}


def test_to_look_up_the_reporters_language_is_a_look_and_to_name_one_is_none(desk):
    case = in_french(desk)
    letters(desk, INTAKE, case, "fr")
    assert "opened_language" not in actions(desk, about=case.number)
    letters(desk, INTAKE, case)
    assert actions(desk, about=case.number)[-1] == "opened_language"
    assert '"fr"' not in json.dumps(entries(desk))


def test_what_has_no_day_is_left_to_the_writer(desk):
    case, _ = open_case(desk)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    assert "due by […]" in letters(desk, INTAKE, case, "en")["progress"].text


@pytest.mark.parametrize("action", OF_MOVES)
def test_a_move_sends_the_letter_that_was_shown_before_in_the_reporters_language(desk, action):
    case = in_french(desk)
    opened, given = STAGES[action]
    opened(desk, case)
    shown = letters_of(desk, INTAKE, case.number, action, SORTED)
    moved(desk, INTAKE, case, action, given)
    sent = read_messages(desk, INTAKE, case.number, SORTED)[-1].text
    assert [one.text for one in shown if one.about in {"", given.referred_to}] == [sent]
    assert "votre plainte" in sent.lower()
    assert case.number not in sent
    assert NOT_SET not in sent
    assert (len(shown) > 1) is (action is Action.REDIRECT)


@pytest.mark.parametrize("action", OF_MOVES)
def test_a_letter_written_by_hand_goes_instead_and_needs_no_look_at_the_language(desk, action):
    case = in_french(desk)
    opened, given = STAGES[action]
    opened(desk, case)
    looks = actions(desk, about=case.number).count("opened_language")
    moved(desk, INTAKE, case, action, replace(given, notice="Bonjour."))
    assert read_messages(desk, INTAKE, case.number, SORTED)[-1].text == "Bonjour."
    assert actions(desk, about=case.number).count("opened_language") == looks


def test_the_reporters_language_is_looked_up_by_whoever_makes_the_move_and_only_once_it_can_be_made(desk):
    case = in_french(desk)
    with pytest.raises(MoveNotAllowed):
        moved(desk, INTAKE, case, Action.REFER, Given("Theirs.", referred_to="ethics"))
    assert "opened_language" not in actions(desk, about=case.number)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    looked, made = entries(desk, about=case.number)[-2:]
    assert (looked["action"], looked["actor"], made["action"]) == ("opened_language", INTAKE.person, "acknowledge")


def test_other_moves_show_no_letter_and_look_nothing_up(desk):
    case = in_french(desk)
    for action in set(Action) - set(OF_MOVES):
        assert letters_of(desk, INTAKE, case.number, action, SORTED) == []
    assert "opened_language" not in actions(desk, about=case.number)


def test_nothing_is_sent_while_somebodys_own_words_are_missing_in_it(desk):
    case, _ = open_case(desk)
    unfinished = letters(desk, INTAKE, case, "en")["closing-outside_mandate"].text
    with pytest.raises(Malformed, match="#/notice: Put your own words where it says"):
        moved(desk, INTAKE, case, Action.CLOSE, replace(EARLY, notice=unfinished))
    with pytest.raises(Malformed, match="#/text: Put your own words where it says"):
        write_to_reporter(desk, INTAKE, case.number, case.version, unfinished, SORTED)
    moved(desk, INTAKE, case, Action.ASSESS)
    with pytest.raises(Malformed, match="#/question: Put your own words where it says"):
        moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="[…]"))
    assert read_messages(desk, INTAKE, case.number, SORTED) == ()


def test_an_acknowledgement_that_could_name_no_day_is_to_be_written_by_hand(desk):
    case, _ = open_case(desk)
    told = replace(desk.law, clocks=tuple(one for one in desk.law.clocks if one.name in {"acknowledge", "proposal"}))
    bare = replace(desk, law=told)
    with pytest.raises(Malformed, match="#/notice"):
        standard_letter(bare, INTAKE, replace(case, clocks=()), Action.ACKNOWLEDGE, "", SORTED)


def test_whoever_approves_reads_first_what_goes_to_the_reporter(desk):
    case, _ = open_case(desk)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    reopened(desk, case, (INTAKE_TWO, HEAD_TWO))
    moved(desk, INTAKE, case, Action.REDIRECT, Given(referred_to="police"))
    letter = proposed_letter(desk, HEAD, case.number, SORTED)
    assert actions(desk, about=case.number)[-2:] == ["opened_proposal", "opened_language"]
    with pytest.raises(MoveNotAllowed):
        proposed_letter(desk, INTAKE, case.number, SORTED)
    moved(desk, HEAD, case, Action.APPROVE, Given())
    assert read_messages(desk, HEAD, case.number, SORTED)[-1].text == letter
    assert letter.startswith("What you describe is for the police")


def test_the_outside_office_signs_for_itself(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0016")]))
    assert letters(desk, OUTSIDE, case, "en")["progress"].text.endswith("(OIOS)")
    assert letters(desk, OUTSIDE, case, "fr")["progress"].text.endswith("(BSCI)")


def test_those_who_never_write_to_the_reporter_get_none(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0107")]))
    with pytest.raises(NotPermitted):
        letters(desk, SUPERVISOR, case)
    other, _ = open_case(desk, draft(subjects=[by_number("S0016")]))
    with pytest.raises(NotPermitted):
        letters(desk, GATEKEEPER, other)
    reported(desk, case)
    assert letters(desk, DECIDER, case, "en")["closing-unsubstantiated"]


def test_a_letter_names_nobody_of_the_case(desk):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    told = " ".join(one.text for one in letters(desk, INTAKE, case, "en").values())
    assert not {"S0107", "S0102", "S0101", "S0012", "Colleague"} & set(told.split())
