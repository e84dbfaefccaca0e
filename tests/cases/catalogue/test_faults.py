"""The shipped texts, spoiled in one place: refused with the file and the line of that place."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.catalogue import LANGUAGES, load
from tests.cases.catalogue.conftest import FILES, TEXTS, faults_with, rows_of, with_line, without_line

OPTIONAL = {
    "anywhere",
    "country",
    "covers_to",
    "fragment",
    "host",
    "note",
    "review_by",
    "reviewed_by",
    "to",
    "effective_to",
    "otherwise",
    "months",
    "next",
    "substantiated",
    "measure",
}
SPOKEN = (
    "categories.toml",
    "principles.toml",
    "letters.toml",
    "hints.toml",
    "elsewhere.toml",
    "instruments.toml",
    "articles.toml",
    "offices.toml",
)
DAY = timedelta(days=1)
FEW = settings(max_examples=40)  # each reads a whole file


def named(lines: list[str]) -> str:
    return next(line for line in lines[1:] if " = " in line).partition(" = ")[2].strip('"')


def places(pattern: str, files=FILES) -> list[tuple[str, int, int]]:
    """(file, first line of the row, line) of every line of the shipped files that a pattern fits."""
    return [
        (file, start, start + offset)
        for file in files
        for start, lines in rows_of(TEXTS[file], FILES[file][1])
        for offset, line in enumerate(lines)
        if re.match(pattern, line)
    ]


def line_at(file: str, number: int) -> str:
    return TEXTS[file].splitlines()[number - 1]


@FEW
@given(st.sampled_from(places(rf"({'|'.join(LANGUAGES)}) = ", SPOKEN)))
def test_every_missing_language_is_refused_with_its_file_and_line(place):
    file, _, number = place
    language = line_at(file, number)[:2]
    table = max(at for _, _, at in places(r"\[\w+\.\w+\]", [file]) if at < number)
    key = line_at(file, table).strip("[]").partition(".")[2]
    [fault] = faults_with(file, without_line(TEXTS[file], number))
    assert fault.startswith(f"{file}:{table}: ")
    assert fault.endswith(f": {key} is missing in {language}")
    [empty] = faults_with(file, with_line(TEXTS[file], number, f'{language} = " "'))
    assert empty.startswith(f"{file}:{number}: ")
    assert empty.endswith(f": {key} is missing in {language}")


@FEW
@given(st.sampled_from(places(r"effective_to = ", ["citations.toml", "instruments.toml"])), st.integers(1, 300))
def test_every_gap_is_refused_with_its_file_and_line(place, days):
    file, start, number = place
    last = date.fromisoformat(line_at(file, number)[-10:])
    shorter = faults_with(file, with_line(TEXTS[file], number, f"effective_to = {last - days * DAY}"))
    slug = named(TEXTS[file].splitlines()[start - 1 :])
    if slug == "rule-1.2-x":  # it ended on purpose
        assert shorter == []
        return
    assert f"{file}:{number}: {slug}: {slug} has no row from {last - days * DAY + DAY} to {last}" in shorter


@FEW
@given(st.sampled_from(places(r"effective_to = ", ["citations.toml", "instruments.toml"])), st.integers(1, 300))
def test_every_overlap_is_refused_with_its_file_and_line(place, days):
    file, start, number = place
    last = date.fromisoformat(line_at(file, number)[-10:])
    faults = faults_with(file, with_line(TEXTS[file], number, f"effective_to = {last + days * DAY}"))
    slug = named(TEXTS[file].splitlines()[start - 1 :])
    later = [at for at, lines in rows_of(TEXTS[file], FILES[file][1]) if at > start and named(lines) == slug]
    if later:
        assert f"{file}:{later[0]}: {slug}: two rows of {slug} are in force on {last + DAY}" in faults
    if file == "citations.toml":
        assert any(fault.startswith(f"{file}:{number - 1}: {slug}: outside the days of ") for fault in faults)


@FEW
@given(st.sampled_from(places(r"(cites|raised_by|categories) = \[\"")), st.data())
def test_every_dangling_slug_is_refused_with_its_file_and_line(place, data):
    file, _, number = place
    slugs = re.findall(r'"[^"]+"', line_at(file, number))
    spoiled = line_at(file, number).replace(data.draw(st.sampled_from(slugs)), '"nowhere"', 1)
    [fault] = faults_with(file, with_line(TEXTS[file], number, spoiled))
    assert fault.startswith(f"{file}:{number}: ")
    assert fault.endswith(" 'nowhere', which is unknown")


@FEW
@given(st.sampled_from(places(r"edition = ", ["citations.toml"])))
def test_every_citation_of_an_edition_nobody_knows_is_refused_with_its_file_and_line(place):
    file, _, number = place
    [fault] = faults_with(file, with_line(TEXTS[file], number, 'edition = "ST/SGB/1066/1"'))
    assert fault.startswith(f"{file}:{number}: ")
    assert fault.endswith("edition 'ST/SGB/1066/1' is in no row of instruments.toml")


@FEW
@given(st.sampled_from(places(r"instrument = ", ["citations.toml"])))
def test_every_citation_of_an_article_nobody_knows_is_refused_with_its_file_and_line(place):
    file, _, number = place
    [fault] = faults_with(file, with_line(TEXTS[file], number, 'instrument = "Staff Rule 1066"'))
    assert fault.startswith(f"{file}:{number}: ")
    assert fault.endswith("instrument 'Staff Rule 1066' has no row in articles.toml on its first day")


@FEW
@given(st.sampled_from(places(r'\w+ = (?!.*[\[\\]$)(?!"""|\[)')))
def test_every_fact_left_out_is_refused_with_its_file_and_line(place):
    file, start, number = place
    key, _, value = line_at(file, number).partition(" = ")
    if key in OPTIONAL or key in LANGUAGES or value == '""' or file in {"clocks.toml", "routes.toml"}:
        return
    faults = faults_with(file, without_line(TEXTS[file], number))
    if key == "ended":
        assert [fault.partition(":")[0] for fault in faults] == [file]
    else:
        assert any(re.match(rf"{file}:{start}: .*\b{key} (is missing|must be)", fault) for fault in faults)


@FEW
@given(st.sampled_from([(file, start) for file in FILES for start, _ in rows_of(TEXTS[file], FILES[file][1])]))
def test_every_unknown_key_is_refused_with_its_file_and_line(place):
    file, start = place
    spoiled = with_line(TEXTS[file], start, f"[[{FILES[file][1]}]]\ncolour = 1")
    [fault] = faults_with(file, spoiled)
    assert fault.startswith(f"{file}:{start + 1}: ")
    assert fault.endswith(": unknown key colour")


@FEW
@given(st.sampled_from(places(r"\w+ = (\d|true|false)|\[\[")))
def test_every_broken_line_is_refused_with_its_file_and_number(place):
    file, _, number = place
    [fault] = faults_with(file, with_line(TEXTS[file], number, "what is this"))
    assert re.match(rf"{file}:{number}: Expected '=' after a key", fault)


def test_all_faults_of_a_file_are_named_at_once():
    text = TEXTS["citations.toml"].replace("verified = true", "verified = 1")
    spoiled = [number for _, _, number in places(r"verified = true", ["citations.toml"])]
    faults = faults_with("citations.toml", text)
    assert [int(fault.split(":")[1]) for fault in faults] == spoiled


def test_a_row_that_ends_is_followed_or_says_that_it_ended():
    text = TEXTS["measures.toml"].replace("from = 2014-01-01", "from = 2014-01-01\nto = 2020-12-31", 1)
    [(_, start, number), *_] = places("from", ["measures.toml"])
    assert faults_with("measures.toml", text) == [
        f"measures.toml:{number + 1}: none: nothing follows, so none needs a further row or ended = true"
    ]
    assert faults_with("measures.toml", text.replace("to = 2020-12-31", "to = 2020-12-31\nended = true")) == []
    alone = TEXTS["measures.toml"].replace("from = 2014-01-01", "from = 2014-01-01\nended = true", 1)
    assert faults_with("measures.toml", alone) == [
        f"measures.toml:{number + 1}: none: ended = true needs to, the last day"
    ]
    assert start < number


@pytest.mark.parametrize(
    ("file", "table", "name", "says"),
    [
        ("languages.toml", "language", "fr", "languages.toml:1: no row for fr"),
        ("provisions.toml", "provision", "intern", "provisions.toml:1: no row for intern"),
        ("terms.toml", "term", "finding", "terms.toml:1: no row of the set finding"),
    ],
)
def test_rows_that_must_be_there_are_missed(file, table, name, says):
    kept = [lines for _, lines in rows_of(TEXTS[file], table) if named(lines) != name]
    assert faults_with(file, "\n".join(line for lines in kept for line in lines)) == [says]


def test_a_language_that_comes_twice_is_named():
    again = '\n[[language]]\ncode = "fr"\nname = "Français"\ndirection = "ltr"\n'
    line = TEXTS["languages.toml"].count("\n") + 3
    assert faults_with("languages.toml", TEXTS["languages.toml"] + again) == [f"languages.toml:{line}: fr: comes twice"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("languages.toml", 'code = "fr"', 'code = "tlh"', "code 'tlh' is none of ar, zh, en, fr, ru, es"),
        ("languages.toml", 'direction = "rtl"', 'direction = "up"', "direction 'up' is none of ltr, rtl"),
        ("principles.toml", "fr = ", "tlh = ", "heading: 'tlh' is none of ar, zh, en, fr, ru, es"),
        ("provisions.toml", 'type = "unv"', 'type = "wizard"', "personnel_type 'wizard' is none of contractor, "),
        ("terms.toml", 'set = "finding"', 'set = "mood"', "set 'mood' is none of assessment_outcome, "),
        ("measures.toml", 'for = ["staff"]', 'for = ["everybody"]', "for must name staff or affiliate, or both"),
        ("measures.toml", 'for = ["staff"]', "for = []", "for must name staff or affiliate, or both"),
        ("instruments.toml", "review_by = 2016", "review_by = 16 # ", "review_by must be a date, or left out"),
    ],
)
def test_a_word_that_is_none_of_those_known_is_refused_with_its_file_and_line(file, old, new, says):
    number = TEXTS[file][: TEXTS[file].index(old)].count("\n") + 1
    fault = faults_with(file, TEXTS[file].replace(old, new, 1))[0]
    assert fault.startswith(f"{file}:{number}: ")
    assert says in fault


def test_words_must_be_a_table_of_texts():
    for spoiled in ('label = "Political"', "label = {en = 1}"):
        text = re.sub(r"\[category\.label\]\n(?:\w\w = .*\n)+", spoiled + "\n", TEXTS["categories.toml"], count=1)
        number = text[: text.index(spoiled)].count("\n") + 1
        [fault] = faults_with("categories.toml", text)
        assert fault == (
            f"categories.toml:{number}: political_partisan: label must be a table with one text for each language"
        )


def test_the_shipped_texts_as_they_are_have_no_fault():
    assert load().check() == []
    for file, text in TEXTS.items():
        assert faults_with(file, text) == []
