"""Who is told of what, as data: spoiled in one place, refused with the file and the line of that place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.casework.law import misfits
from cases.catalogue import LANGUAGES, load
from tests.cases.catalogue.conftest import FILES, TEXTS, TODAY, faults_with, read_one, without_line
from tests.cases.catalogue.test_faults import line_at, places

SPOKEN = ("notices.toml", "rhythms.toml", "mails.toml")


def line_of(file: str, line: str) -> int:
    return TEXTS[file].splitlines().index(line) + 1


def spoiled(file: str, old: str, new: str) -> list[str]:
    return faults_with(file, TEXTS[file].replace(old, new, 1))


@given(st.sampled_from(places(rf"({'|'.join(LANGUAGES)}) = ", SPOKEN)))
def test_every_word_is_there_in_six_languages_or_its_place_is_named(place):
    file, _, number = place
    [fault] = faults_with(file, without_line(TEXTS[file], number))
    assert re.fullmatch(rf"{file}:\d+: \w+: \w+ is missing in {line_at(file, number)[:2]}", fault)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "notices.toml",
            'who = ["assigned"]',
            'who = ["reporter"]',
            "tells the reporter, who is never written to unasked",
        ),
        ("notices.toml", 'who = ["assigned"]', 'who = ["boss"]', "who names 'boss', which is unknown"),
        ("notices.toml", 'otherwise = ["intake"]', 'otherwise = ["boss"]', "otherwise names 'boss', which is unknown"),
        ("notices.toml", 'channels = ["mail"]', 'channels = ["fax"]', "channels names 'fax', which is unknown"),
        ("notices.toml", 'when = "daily"', 'when = "hourly"', "when is 'hourly', which is unknown"),
        ("notices.toml", 'words = "waits"', 'words = "sings"', "words is 'sings', which is unknown"),
        ("rhythms.toml", 'words = "digest"', 'words = "sings"', "words is 'sings', which is unknown"),
        ("rhythms.toml", "hour = 8", "hour = 24", "hour must be a whole number from 0 to 23"),
        ("rhythms.toml", 'weekday = "mon"', 'weekday = "moon"', "weekday 'moon' is none of mon, tue"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_file_and_line(file, old, new, fault):
    number = line_of(file, old)
    [told] = spoiled(file, old, new)
    assert told.startswith(f"{file}:{number}: ")
    assert fault in told


def test_the_same_is_told_to_somebody_by_one_row_alone():
    again = (
        TEXTS["notices.toml"]
        + "\n"
        + TEXTS["notices.toml"][TEXTS["notices.toml"].index("[[notice]]") :].split("\n\n[[")[0]
    )
    faults = faults_with("notices.toml", again)
    assert [fault.partition(": ")[2] for fault in faults] == [
        "routed: two rows of routed to intake are in force on 2014-09-05",
        "routed: two rows of routed to outside are in force on 2014-09-05",
    ]


def test_what_a_clock_tells_has_a_row_for_those_it_names():
    number = line_of("clocks.toml", 'what = "lapsed"') - 1
    faults = faults_with("clocks.toml", TEXTS["clocks.toml"].replace('what = "lapsed"', 'what = "sung"', 1))
    assert faults == [
        f"clocks.toml:{number - 5}: information: tells 'sung', of which notices.toml has no row with who = []"
    ]


def test_a_happening_of_which_nobody_is_told_and_a_row_of_what_never_happens_stop_the_start():
    law = read_one("notices.toml", TEXTS["notices.toml"].replace('what = "reopened"', 'what = "reopend"'))
    number = line_of("notices.toml", 'what = "reopened"')
    assert misfits(law, TODAY) == [
        f"notices.toml:{number}: reopend: tells of 'reopend', which never happens",
        f"notices.toml:1: no row of reopened is in force from {TODAY} on",
    ]


@pytest.mark.parametrize(
    ("file", "slug"), [("rhythms.toml", "daily"), ("mails.toml", "waits"), ("mails.toml", "digest")]
)
def test_a_rhythm_and_words_that_rows_ask_for_must_last(file, slug):
    old = f'slug = "{slug}"'
    text = TEXTS[file]
    start = text.index(old)
    ended = text[:start] + text[start:].replace("from = 2014-09-05", "from = 2014-09-05\nto = 2020-01-01", 1)
    assert misfits(read_one(file, ended), TODAY) == [f"{file}:1: no row of {slug} is in force from {TODAY} on"]


def test_no_row_is_called_verified_and_each_says_whose_decision_it_is():
    for part, _ in (FILES[file] for file in SPOKEN):
        assert {(row.source, row.verified) for row in getattr(load(), part)} == {("Decision of this project", False)}


def test_no_mail_has_a_place_for_anything_of_a_case():
    for mail in load().mails:
        for key in ("subject", "body", "link", "no_link", "footer"):
            for _, words in getattr(mail, key).said:
                assert not re.search(r"[{}%<>]|IGO-", words)
                assert "\n" not in words
