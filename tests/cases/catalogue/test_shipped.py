"""What the shipped data says, held against the facts of the field."""

from datetime import date, timedelta

import pytest

from cases.catalogue import LANGUAGES, load
from cases.directory import PERSONNEL_TYPES
from tests.cases.catalogue.conftest import FIRST_DAY, TODAY

EDITIONS = {
    "ST/SGB/2014/1": (date(2014, 1, 1), date(2017, 12, 31)),
    "ST/SGB/2018/1": (date(2018, 1, 1), date(2022, 12, 31)),
    "ST/SGB/2023/1": (date(2023, 1, 1), date(2024, 4, 23)),
    "ST/SGB/2024/1": (date(2024, 4, 24), None),
}
FACTS = {
    "political_partisan": {"reg-1.2-f", "reg-1.2-h", "reg-1.2-e"},
    "confidentiality_breach": {"reg-1.2-i", "rule-1.2-t"},
    "safety_protection_risk": {"reg-1.2-i", "reg-1.2-a"},
    "beneficiary_dignity_consent": {"reg-1.2-a", "rule-1.2-e"},
    "online_harassment_hate": {"rule-1.2-f", "reg-1.2-a"},
    "threats_retaliation": {"rule-1.2-g", "rule-1.2-c"},
    "misleading_false": {"reg-1.2-b"},
    "pseudonym_impersonation": {"rule-1.2-h", "reg-1.2-b"},
    "unauthorised_statement": {"rule-1.2-t", "rule-1.2-a"},
    "unauthorised_institutional_account": {"rule-1.2-a", "reg-1.2-q"},
    "private_gain_endorsement": {"reg-1.2-g", "rule-1.2-k"},
    "reputation_integrity": {"reg-1.2-b", "reg-1.2-f"},
    "evidence_tampering_non_cooperation": {"rule-1.2-c", "rule-1.2-i"},
    "advisory_only": set(),
}
VERIFIED = {f"reg-1.2-{letter}" for letter in "abcdefghimop"} | {f"rule-1.2-{letter}" for letter in "bceiqt"}
CHOICES = {
    "assessment_outcome": {"possible_misconduct", "misuse_for_management", "advice_only", "outside_mandate"},
    "reopen_ground": {"new_evidence", "closed_in_error", "review_upheld", "tribunal_order"},
    "referral": {
        *("management", "ethics", "der", "unv_panel", "employer", "police", "other_agency", "protection_office")
    },
    "standard_of_proof": {"clear_and_convincing", "preponderance"},
    "attribution": {"attributed", "unattributed", "impostor"},
    "finding": {"no_evidence", "insufficient_evidence", "sufficient_evidence"},
}


def test_every_category_cites_what_the_facts_say():
    assert {category.slug: set(category.cites) for category in load().categories_on(TODAY)} == FACTS


def test_only_danger_to_people_is_urgent():
    assert [category.slug for category in load().categories if category.urgent] == ["safety_protection_risk"]


@pytest.mark.parametrize(("day", "last"), [(date(2014, 1, 1), "x"), (date(2018, 1, 1), "w"), (TODAY, "w")])
def test_every_paragraph_of_regulation_and_rule_has_a_row(day, last):
    slugs = [citation.slug for citation in load().citations_on(day)]
    rule = [f"rule-1.2-{letter}" for letter in "abcdefghijklmnopqrstuvwx" if letter <= last]
    assert slugs == [f"reg-1.2-{letter}" for letter in "abcdefghijklmnopqr"] + rule
    for citation in load().citations:
        assert citation.slug.endswith(f"-{citation.paragraph}")
        assert citation.instrument == ("Staff Regulation 1.2" if citation.slug.startswith("reg") else "Staff Rule 1.2")


def test_every_row_of_an_edition_lasts_as_long_as_the_edition():
    assert {row.edition for row in load().citations} == set(EDITIONS)
    for row in load().citations:
        assert (row.effective_from, row.effective_to) == EDITIONS[row.edition]


def test_only_what_the_facts_hold_verified_is_called_verified():
    for edition in EDITIONS:
        verified = {row.slug for row in load().citations if row.edition == edition and row.verified}
        assert verified == (VERIFIED if edition in {"ST/SGB/2014/1", "ST/SGB/2018/1"} else set())


def test_a_letter_nobody_read_in_its_edition_says_so():
    for row in load().citations:
        if row.edition in {"ST/SGB/2023/1", "ST/SGB/2024/1"}:
            assert "not read" in row.note


def test_every_principle_and_point_has_a_row():
    slugs = [principle.slug for principle in load().principles_on(FIRST_DAY)]
    accounts = [f"ai-6.{point}" for point in range(1, 7)]
    personal = ["ai-7.1", "ai-7.2", *(f"ai-7.3.{point}" for point in range(1, 8))]
    assert slugs == [f"ai-5.1.{point}" for point in range(1, 18)] + accounts + personal


def test_categories_and_principles_agree_on_who_raises_whom():
    raised = {(slug, category.slug) for category in load().categories for slug in category.raised_by}
    assert raised == {(principle.slug, slug) for principle in load().principles for slug in principle.categories}


def test_concerns_suggest_categories_in_the_order_of_the_catalogue():
    concerns = ["ai-5.1.5", "threats_retaliation", "ai-7.3.4", "no-such-slug", "confidentiality_breach"]
    suggested = load().categories_for(concerns, TODAY)
    assert suggested == ("confidentiality_breach", "threats_retaliation", "unauthorised_statement")
    assert load().categories_for(concerns, FIRST_DAY - timedelta(days=1)) == ()


def test_what_a_reporter_reads_is_there_in_six_languages_each_its_own():
    said = [words for row in load().principles for words in (row.heading, row.question)]
    said += [row.label for row in load().categories]
    for language in LANGUAGES:
        assert all(words.in_(language) for words in said)
        assert len({row.question.in_(language) for row in load().principles}) == len(load().principles)
        assert len({row.label.in_(language) for row in load().categories}) == len(load().categories)
    for words in said:
        assert len({words.in_(language) for language in ("ar", "zh", "en", "ru")}) == 4


def test_every_question_is_one_sentence_short_enough_for_a_telephone():
    marks = {"ar": "\N{ARABIC QUESTION MARK}", "zh": "\N{FULLWIDTH QUESTION MARK}"}
    for row in load().principles:
        for language in LANGUAGES:
            question = row.question.in_(language)
            mark = marks.get(language, "?")
            assert question.endswith(mark)
            assert question.count(mark) == 1
            assert len(question) <= 140


def test_only_english_was_read_by_somebody():
    languages = {row.code: row for row in load().languages}
    assert set(languages) == set(LANGUAGES)
    assert [row.code for row in load().languages if row.reviewed_by] == ["en"]
    assert [row.code for row in load().languages if row.direction == "rtl"] == ["ar"]


def test_words_nobody_translated_are_read_in_english():
    words = load().categories[0].label
    assert words.in_("tlh") == words.in_("en") == "Political or partisan statement"


def test_every_kind_of_personnel_has_its_own_provisions_and_only_staff_is_decided_here():
    today = {row.personnel_type: row for row in load().provisions_on(TODAY)}
    assert set(today) == PERSONNEL_TYPES
    assert [kind for kind, row in today.items() if row.cites_staff_rules] == ["staff"]
    assert [(kind, row.decider) for kind, row in today.items() if row.decided_here] == [("staff", "dhr")]
    assert today["unv"].decider == "unv_panel"


def test_provisions_are_those_of_the_day_and_a_kind_nobody_knows_is_taken_for_staff():
    law = load()
    before, after = (law.provisions_for("unv", day) for day in (date(2021, 9, 30), date(2021, 10, 1)))
    assert before.governing != after.governing == "Unified Conditions of Service for UN Volunteers"
    assert law.provisions_for("unv", date(1990, 1, 1)) == before
    for kind in ("", "wizard", "staff"):
        assert law.provisions_for(kind, TODAY).personnel_type == "staff"


def test_measures_are_those_of_the_rule_and_those_that_end_service_say_so():
    measures = {row.slug: row for row in load().measures_on(TODAY)}
    assert list(measures) == [
        *("none", "reprimand", "managerial_action", "censure", "loss_of_steps", "deferment_of_increment"),
        *("suspension_without_pay", "fine", "deferment_of_promotion", "demotion", "separation", "dismissal"),
        *("contract_remedy", "referred_to_employer"),
    ]
    assert {slug for slug, row in measures.items() if row.ends_service} == {"separation", "dismissal"}
    assert {slug for slug, row in measures.items() if "affiliate" in row.audiences} == {
        *("none", "contract_remedy", "referred_to_employer")
    }
    undisciplinary = {"none", "reprimand", "managerial_action", "contract_remedy", "referred_to_employer"}
    assert {slug for slug, row in measures.items() if not row.disciplinary} == undisciplinary


def test_every_set_of_terms_holds_its_choices():
    law = load()
    assert {name: {row.slug for row in law.terms(name, TODAY)} for name in CHOICES} == CHOICES
    assert {row.set for row in law.choices} == set(CHOICES)
    chosen = law.term("finding", "no_evidence", TODAY)
    assert chosen is not None
    assert chosen.label == "No evidence"
    for of, slug, day in (
        ("finding", "police", TODAY),
        ("mood", "no_evidence", TODAY),
        ("finding", "no_evidence", date(2014, 9, 4)),
    ):
        assert law.term(of, slug, day) is None


def test_the_instruction_is_overdue_for_review_the_day_after_its_two_years():
    due = date(2016, 9, 4)
    assert [(row.edition, row.review_by) for row in load().reviews_on(TODAY)] == [("UNHCR/AI/2014/2", due)]
    assert load().reviews_overdue(due) == ()
    assert [row.slug for row in load().reviews_overdue(due + timedelta(days=1))] == ["unhcr-ai-2014-2"]
    assert load().reviews_on(FIRST_DAY - timedelta(days=1)) == ()
