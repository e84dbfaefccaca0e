"""The catalogue: what may be complained about, on any day, to anybody."""

from datetime import date

import pytest

from cases.catalogue import LANGUAGES, load
from cases.directory import PERSONNEL_TYPES
from tests.api.conftest import PREFIX, Office, told

CATALOGUE = f"{PREFIX}/catalogue"


def test_anybody_reads_principles_categories_and_citations(office: Office) -> None:
    shown = office.door.must(200, office.door.get(CATALOGUE))
    assert shown["language"] == "en"
    cited = {one["slug"] for one in shown["citations"]}
    categories = {one["slug"] for one in shown["categories"]}
    assert categories
    assert all(set(one["cites"]) <= cited for one in shown["categories"])
    assert all(set(one["categories"]) <= categories for one in shown["principles"])
    assert all(one["label"] and one["edition"] and one["summary"] for one in shown["citations"])


def test_whatever_the_catalogue_lists_can_be_filed(office: Office) -> None:
    shown = office.door.get(CATALOGUE).json
    assert shown is not None
    slugs = [one["slug"] for one in shown["principles"] + shown["categories"]]
    for start in range(0, len(slugs), 30):
        office.file(told(concerns=slugs[start : start + 30]))


def test_a_day_shows_the_rules_of_that_day(office: Office) -> None:
    shown = office.door.must(200, office.door.get(f"{CATALOGUE}?on=2026-03-02"))
    assert shown["on"] == "2026-03-02"
    before = office.door.must(200, office.door.get(f"{CATALOGUE}?on=1990-01-01"))
    assert (before["categories"], before["citations"], before["reviews"]) == ([], [], [])
    for day in ("0001-01-01", "9999-12-31"):
        assert office.door.get(f"{CATALOGUE}?on={day}").status_code == 200
    assert {one["slug"] for one in shown["categories"]} <= {row.slug for row in load().categories}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_answered_in_its_own_words(office: Office, language: str) -> None:
    shown = office.door.must(200, office.door.get(f"{CATALOGUE}?lang={language}&on=2026-03-02"))
    law, day = load(), date(2026, 3, 2)
    assert shown["language"] == language
    assert [(one["slug"], one["label"], one["question"]) for one in shown["principles"]] == [
        (row.slug, row.heading.in_(language), row.question.in_(language)) for row in law.principles_on(day)
    ]
    assert [one["label"] for one in shown["categories"]] == [row.label.in_(language) for row in law.categories_on(day)]
    assert language == "en" or shown["principles"] != office.door.get(CATALOGUE).json["principles"]
    assert [one["code"] for one in shown["languages"]] == list(LANGUAGES)
    assert [one["code"] for one in shown["languages"] if one["reviewed"]] == ["en"]


def test_what_is_cited_is_in_english_and_says_so(office: Office) -> None:
    shown = office.door.must(200, office.door.get(f"{CATALOGUE}?lang=ar&on=2019-01-01"))
    assert {one["language"] for one in shown["citations"] + shown["provisions"]} == {"en"}
    assert {one["edition"] for one in shown["citations"]} == {"ST/SGB/2018/1"}
    [first, *_] = shown["citations"]
    assert (first["label"], first["heading"], first["verified"]) == ("Staff Regulation 1.2(a)", "core values", True)


def test_every_kind_of_personnel_finds_its_own_provisions(office: Office) -> None:
    provisions = {one["personnel_type"]: one for one in office.door.get(CATALOGUE).json["provisions"]}
    assert set(provisions) == PERSONNEL_TYPES
    assert provisions["unv"]["decider"] == "unv_panel"
    assert [kind for kind, one in provisions.items() if one["cites_staff_rules"]] == ["staff"]


@pytest.mark.parametrize(("day", "overdue"), [("2016-09-04", False), ("2016-09-05", True)])
def test_an_overdue_review_is_shown(office: Office, day: str, *, overdue: bool) -> None:
    shown = office.door.must(200, office.door.get(f"{CATALOGUE}?on={day}"))
    assert shown["reviews"] == [{"instrument": "UNHCR/AI/2014/2", "due": "2016-09-04", "overdue": overdue}]


def test_a_wrong_question_is_named(office: Office) -> None:
    with office.nothing_changes():
        for query in ("on=tomorrow", "on=2026-13-01", "lang=tlh", "day=2026-03-02"):
            answer = office.door.get(f"{CATALOGUE}?{query}")
            assert answer.status_code == 422
            assert answer.json is not None
            assert [one["pointer"] for one in answer.json["errors"]] == [f"#/{query.partition('=')[0]}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_in_the_wrong_place_learns_in_their_language_whom_to_turn_to(office: Office, language: str) -> None:
    shown = office.door.must(200, office.door.get(f"{CATALOGUE}?lang={language}&on=2026-03-02"))
    rows = load().elsewhere_on(date(2026, 3, 2))
    assert [(one["slug"], one["question"], one["text"], one["steps"]) for one in shown["elsewhere"]] == [
        (row.slug, row.question.in_(language), row.text.in_(language), [step.in_(language) for step in row.steps])
        for row in rows
    ]
    contacts = {one["slug"]: one["contact"] for one in shown["elsewhere"]}
    assert contacts["protection_request"] == ["https://help.unhcr.org/"]
    assert contacts["doubt"] == ["mailto:socialmedia@unhcr.org"]
    assert contacts["other_misconduct"] == ["mailto:inspector@unhcr.org"]
    assert shown["elsewhere"][0]["slug"] == "danger_now"
    assert {one["slug"] for one in shown["elsewhere"] if one["file_here"]} == {"danger_now", "retaliation"}


def test_platforms_are_listed_by_name_and_the_row_for_every_site_is_none(office: Office) -> None:
    listed = {one["slug"]: one["name"] for one in office.door.get(CATALOGUE).json["platforms"]}
    assert listed["x"] == "X (Twitter)"
    assert "everywhere" not in listed
    assert office.door.get(f"{CATALOGUE}?on=1990-01-01").json["platforms"] == []
