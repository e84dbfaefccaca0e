import json

import pytest

from cases.case import Given
from cases.casework.filing import file_complaint
from cases.casework.lettering import letters_for
from cases.casework.sorting import sort_complaint
from cases.catalogue import LANGUAGES, load
from cases.complaint import Draft
from cases.errors import NotPermitted
from cases.lifecycle import Action
from tests.cases.casework.conftest import (
    DECIDER,
    EARLY,
    GATEKEEPER,
    HEAD,
    INTAKE,
    OUTSIDE,
    SORTED,
    SUPERVISOR,
    actions,
    by_number,
    draft,
    entries,
    open_case,
)
from tests.cases.casework.living import moved, reported
from tests.conftest import NOON


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
    assert first.startswith(f"We received your complaint {case.number} on 2026-03-02 and read it.")
    assert "by 2026-03-09" in first
    assert first.endswith("Inspector General's Office")
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


def test_the_outside_office_signs_for_itself(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0016")]))
    assert letters(desk, OUTSIDE, case, "en")["progress"].text.endswith("(OIOS)")


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
