"""Letters to begin from: six languages, a closed set of places, every fault with its file and line."""

import pytest

from cases.casework.law import misfits
from cases.catalogue import LANGUAGES, load
from cases.catalogue.letters import ABOUT, KINDS, OF_THE_REPORTER, PLACES, SENT
from tests.cases.catalogue.conftest import FILES, TEXTS, TODAY, faults_with, read_one, rows_of, with_line

FILE = "letters.toml"
TEXT = TEXTS[FILE]
FACTS = dict.fromkeys(PLACES, "X")


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


def test_every_letter_is_there_in_six_languages_each_its_own():
    for letter in load().letters:
        said = dict(letter.text.said)
        assert set(said) == set(LANGUAGES)
        assert len(set(said.values())) == len(LANGUAGES), letter.slug
        for language in LANGUAGES:
            assert not set("{}") & set(letter.filled(language, FACTS))


def test_a_place_nobody_would_fill_in_is_refused_with_its_file_and_line():
    [fault] = faults_with(FILE, TEXT.replace("complaint {number}: […] Please", "complaint {name}: […] Please", 1))
    at = line_of("We have a question")
    assert fault == f"{FILE}:{at}: question: {{name}} is none of {', '.join(PLACES)}"


@pytest.mark.parametrize("spoiled", ["{number", "number}", "{{number}", "{}"])
def test_a_brace_that_is_no_place_is_refused_with_its_file_and_line(spoiled):
    [fault] = faults_with(FILE, TEXT.replace("question about your complaint {number}", f"question {spoiled}", 1))
    assert fault.startswith(f"{FILE}:{line_of('We have a question')}: question: ")


@pytest.mark.parametrize("kind", SENT)
def test_a_letter_that_a_move_sends_leaves_nothing_open(kind):
    start, lines = next(row for row in rows_of(TEXT, FILES[FILE][1]) if f'kind = "{kind}"' in row[1])
    offset = next(number for number, line in enumerate(lines) if line.startswith("ru = "))
    spoiled = with_line(TEXT, start + offset, lines[offset].replace('ru = "', 'ru = "[…] '))
    [fault] = faults_with(FILE, spoiled)
    assert fault.startswith(f"{FILE}:{start + offset}: ")
    assert fault.endswith(": […] stands in a letter that is sent as it is")


@pytest.mark.parametrize("place", sorted(set(PLACES) - set(OF_THE_REPORTER)))
@pytest.mark.parametrize("kind", SENT)
def test_a_letter_that_a_move_sends_names_neither_number_nor_office(kind, place):
    start, lines = next(row for row in rows_of(TEXT, FILES[FILE][1]) if f'kind = "{kind}"' in row[1])
    offset = next(number for number, line in enumerate(lines) if line.startswith("en = "))
    spoiled = with_line(TEXT, start + offset, lines[offset].replace('en = "', f'en = "{{{place}}} '))
    [fault] = faults_with(FILE, spoiled)
    assert fault.startswith(f"{FILE}:{start + offset}: ")
    assert fault.endswith(f": {{{place}}} is none of {', '.join(OF_THE_REPORTER)}")


def test_a_translation_that_lost_a_place_is_refused_with_its_file_and_line():
    [fault] = faults_with(
        FILE, TEXT.replace("votre plainte {number} : […] Veuillez", "votre plainte : […] Veuillez", 1)
    )
    assert fault == f"{FILE}:{line_of('Nous avons une question')}: question: the places of fr are not those of en"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "question"', 'kind = "poem"', f"kind 'poem' is none of {', '.join(KINDS)}"),
        ('for = "management"\n', "", "for is missing"),
        ('kind = "question"\n', 'kind = "question"\nmood = "kind"\n', "unknown key mood"),
    ],
)
def test_a_row_that_is_none_is_refused(old, new, says):
    assert any(says in fault for fault in faults_with(FILE, TEXT.replace(old, new, 1)))


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_reason_or_referral_goes_without_a_letter(kind):
    rows = list(rows_of(TEXT, FILES[FILE][1]))
    start, lines = next(row for row in rows if f'kind = "{kind}"' in row[1])
    kept = TEXT.splitlines()[: start - 1] + TEXT.splitlines()[start - 1 + len(lines) :]
    law = read_one(FILE, "\n".join(kept))
    assert law.check() == []
    [fault] = misfits(law, TODAY)
    assert fault.startswith(f"{FILE}:1: no row of {kind}")
    assert (" for " in fault) is (kind in ABOUT)
