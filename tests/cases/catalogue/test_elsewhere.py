"""Whom people turn to who need something else: said whole in six languages, with addresses that were published."""

import re

import pytest

from cases.catalogue import LANGUAGES, load
from tests.cases.catalogue.conftest import TEXTS, TODAY, faults_with, with_line

FILE = "elsewhere.toml"


def test_every_need_is_answered_in_six_languages_each_its_own():
    rows = load().elsewhere_on(TODAY)
    assert [row.slug for row in rows] == [
        *("danger_now", "protection_request", "doubt", "retaliation", "other_misconduct"),
    ]
    for row in rows:
        for words in (row.question, row.text, *row.steps):
            assert len({words.in_(language) for language in LANGUAGES}) == len(LANGUAGES)
        assert len(row.steps) == 3


def test_whoever_is_in_danger_is_sent_to_help_before_any_form():
    first = load().elsewhere_on(TODAY)[0]
    said = [step.in_("en") for step in first.steps]
    assert ["emergency number" in said[0], "security focal point" in said[1], "file here" in said[2]] == [True] * 3


def test_an_address_that_is_named_in_a_step_is_among_the_contacts():
    for row in load().elsewhere:
        for words in row.steps:
            for language in LANGUAGES:
                for address in re.findall(r"[a-z]+@unhcr\.org|help\.unhcr\.org", words.in_(language)):
                    assert any(address in one for one in row.contact)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"mailto:socialmedia@unhcr.org"', '"socialmedia@unhcr.org"', "is neither mailto:, https: nor tel:"),
        ('"mailto:socialmedia@unhcr.org"', '"javascript:alert(1)"', "is neither mailto:, https: nor tel:"),
        ('"mailto:socialmedia@unhcr.org"', '"http://unhcr.org/"', "is neither mailto:, https: nor tel:"),
        ("file_here = true", "file_here = 1", "file_here must be true or false"),
        ('slug = "doubt"', 'slug = "danger_now"', "two rows of danger_now are in force on 2014-09-05"),
    ],
)
def test_a_row_that_would_lead_people_astray_is_refused_with_its_file_and_line(old, new, says):
    faults = faults_with(FILE, TEXTS[FILE].replace(old, new, 1))
    assert any(re.match(rf"{FILE}:\d+: \w+: ", fault) and says in fault for fault in faults)


def test_a_need_without_a_step_is_refused():
    text = re.sub(r"\[\[elsewhere\.step\]\]\n(?:text\.\w\w = .*\n){6}", "", TEXTS[FILE])
    assert all(fault.endswith("needs at least one step, each a table") for fault in faults_with(FILE, text))
    assert len(faults_with(FILE, text)) == len(load().elsewhere)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_nobody_translated_is_named_with_its_file_and_line(language):
    lines = TEXTS[FILE].splitlines()
    number = max(at for at, line in enumerate(lines, start=1) if line.startswith(f"text.{language} = "))
    [fault] = faults_with(FILE, with_line(TEXTS[FILE], number, f'text.{language} = ""'))
    assert fault == f"{FILE}:{number}: other_misconduct: text is missing in {language}"
