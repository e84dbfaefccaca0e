"""The catalogue: what may be complained about, on any day, to anybody."""

from cases.catalogue import load
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
    assert before["categories"] == []
    for day in ("0001-01-01", "9999-12-31"):
        assert office.door.get(f"{CATALOGUE}?on={day}").status_code == 200
    assert {one["slug"] for one in shown["categories"]} <= {row.slug for row in load().categories}


def test_every_language_of_the_organisation_may_be_asked_for(office: Office) -> None:
    for language in ("ar", "zh", "en", "fr", "ru", "es"):
        assert office.door.get(f"{CATALOGUE}?lang={language}").status_code == 200


def test_a_wrong_question_is_named(office: Office) -> None:
    with office.nothing_changes():
        for query in ("on=tomorrow", "on=2026-13-01", "lang=tlh", "day=2026-03-02"):
            answer = office.door.get(f"{CATALOGUE}?{query}")
            assert answer.status_code == 422
            assert answer.json is not None
            assert [one["pointer"] for one in answer.json["errors"]] == [f"#/{query.partition('=')[0]}"]
