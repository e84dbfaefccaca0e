import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import cases.catalogue
from cases.catalogue import Catalogue, load, read
from cases.errors import CatalogueBroken
from cases.people import Role

SHIPPED = Path(cases.catalogue.__file__).parent
FIRST_DAY = date(2014, 9, 5)
TODAY = date(2026, 1, 1)
FILES = [
    f"{rows}.toml"
    for rows in ("categories", "citations", "principles", "closures", "clocks", "routes", "wordings", "offices")
]
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
EARLY = {
    "outside_mandate",
    "not_personnel",
    "impostor_or_unattributed",
    "insufficient_information",
    "not_misconduct_even_if_true",
    "advice_given",
    "handled_by_management",
    "duplicate",
    "informal_resolution",
    "referred_complete",
    "withdrawn_no_public_interest",
}
DECIDED = {
    "unsubstantiated",
    "substantiated_measure_taken",
    "substantiated_no_measure",
    "subject_separated",
    "handled_by_management",
    "not_misconduct_even_if_true",
    "referred_complete",
    "withdrawn_no_public_interest",
}


@pytest.fixture
def copied(tmp_path):
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_catalogue_is_sound_and_loaded_once():
    assert load().check() == []
    assert load() is load()
    assert load() == read(SHIPPED)


def test_every_category_cites_what_the_facts_say():
    assert {category.slug: set(category.cites) for category in load().categories_on(TODAY)} == FACTS


def test_only_danger_to_people_is_urgent():
    assert [category.slug for category in load().categories if category.urgent] == ["safety_protection_risk"]


def test_every_paragraph_of_regulation_and_rule_has_a_row():
    slugs = [citation.slug for citation in load().citations_on(FIRST_DAY)]
    regulation = [f"reg-1.2-{letter}" for letter in "abcdefghijklmnopqr"]
    assert slugs == regulation + [f"rule-1.2-{letter}" for letter in "abcdefghijklmnopqrstuvwx"]
    for citation in load().citations:
        assert citation.slug.endswith(f"-{citation.paragraph}")
        assert citation.instrument == ("Staff Regulation 1.2" if citation.slug.startswith("reg") else "Staff Rule 1.2")


def test_only_what_the_facts_hold_verified_is_called_verified():
    verified = {citation.slug for citation in load().citations if citation.verified}
    assert verified == {f"reg-1.2-{letter}" for letter in "abcdefghimop"} | {
        f"rule-1.2-{letter}" for letter in "bceiqt"
    }


def test_every_principle_and_point_has_a_row():
    slugs = [principle.slug for principle in load().principles_on(FIRST_DAY)]
    personal = ["ai-6", "ai-7.1", "ai-7.2", *(f"ai-7.3.{point}" for point in range(1, 8))]
    assert slugs == [f"ai-5.1.{point}" for point in range(1, 18)] + personal


def test_categories_and_principles_agree_on_who_raises_whom():
    raised = {(slug, category.slug) for category in load().categories for slug in category.raised_by}
    assert raised == {(principle.slug, slug) for principle in load().principles for slug in principle.categories}


def test_concerns_suggest_categories_in_the_order_of_the_catalogue():
    concerns = ["ai-5.1.5", "threats_retaliation", "ai-7.3.4", "no-such-slug", "confidentiality_breach"]
    suggested = load().categories_for(concerns, TODAY)
    assert suggested == ("confidentiality_breach", "threats_retaliation", "unauthorised_statement")
    assert load().categories_for(concerns, FIRST_DAY - timedelta(days=1)) == ()


def test_closure_reasons_are_open_to_the_right_roles_from_the_right_states():
    assert len({closure.slug for closure in load().closures}) == len(load().closures) == 15
    for role in Role:
        for state in ("registered", "assessment"):
            early = role in {Role.INTAKE, Role.HEAD, Role.OUTSIDE}
            assert set(load().closures_for(state, role)) == (EARLY if early else set())
        assert set(load().closures_for("reported", role)) == (DECIDED if role is Role.DECIDER else set())
        for state in ("received", "awaiting_information", "investigation", "with_decider", "closed", ""):
            assert load().closures_for(state, role) == ()


def test_nobody_closes_a_case_as_substantiated_before_it_is_reported():
    substantiated = {closure.slug for closure in load().closures if closure.substantiated}
    assert substantiated == {"substantiated_measure_taken", "substantiated_no_measure"}
    assert not substantiated & EARLY


def test_routes_are_tried_in_the_order_that_keeps_the_accused_out():
    assert [(route.situation, route.to) for route in load().routes_on(TODAY)] == [
        ("subject_is_the_high_commissioner", ("outside",)),
        ("subject_leads_the_office", ("outside",)),
        ("subject_heads_the_office", ("designate", "outside")),
        ("subject_heads_the_office_no_clear_designate", ("outside",)),
        ("subject_is_igo_staff", ("outside", "gatekeeper")),
        ("reporter_anonymous", ("igo",)),
        ("reporter_external", ("igo",)),
        ("no_supervisor_on_record", ("igo",)),
        ("reporter_does_not_agree", ("igo",)),
        ("unresolved_subject", ("igo",)),
        ("supervisor_conflicted_next_clear", ("next_supervisor", "igo")),
        ("supervisor_conflicted_none_clear", ("igo",)),
        ("ordinary", ("supervisor", "igo")),
    ]


def test_a_clock_that_does_not_run_on_a_day_is_named():
    assert load().clock("acknowledge", FIRST_DAY).days == 7
    for name, day in (("acknowledge", FIRST_DAY - timedelta(days=1)), ("lunch", TODAY)):
        with pytest.raises(CatalogueBroken, match=name):
            load().clock(name, day)


def test_a_language_without_words_of_its_own_is_answered_in_english_and_no_words_at_all_are_named():
    english = load().wording("letter-acknowledged", FIRST_DAY)
    french = replace(english, language="fr", text="Nous avons reçu votre plainte.")
    law = replace(load(), wordings=(*load().wordings, french))
    assert law.check() == []
    assert [law.wording(english.slug, TODAY, one) for one in ("fr", "ru", "en")] == [french, english, english]
    for slug, day in ((english.slug, FIRST_DAY - timedelta(days=1)), ("letter-of-praise", TODAY)):
        with pytest.raises(CatalogueBroken, match=slug):
            law.wording(slug, day)


def test_a_row_is_in_force_from_its_first_to_its_last_day():
    [row, *_] = load().citations
    ended = replace(row, effective_to=date(2018, 1, 31))
    later = replace(row, edition="the next", effective_from=date(2018, 2, 1))
    catalogue = replace(load(), citations=(later, ended, *load().citations[1:]))
    assert catalogue.check() == []
    days = [FIRST_DAY - timedelta(days=1), FIRST_DAY, date(2018, 1, 31), date(2018, 2, 1)]
    found = [[one for one in catalogue.citations_on(day) if one.slug == row.slug] for day in days]
    assert found == [[], [ended], [ended], [later]]


@pytest.mark.parametrize(
    "rows", ["categories", "citations", "principles", "clocks", "routes", "copies", "offices", "wordings"]
)
def test_rows_in_each_others_way_are_named(rows):
    [row, *others] = getattr(load(), rows)
    keys = ("slug",) if rows == "offices" else ("name", "slug", "situation")
    name = next(getattr(row, key) for key in keys if hasattr(row, key))
    touching = (replace(row, effective_to=TODAY), replace(row, effective_from=TODAY))
    [fault] = replace(load(), **{rows: (*touching, *others)}).check()
    file = "routes" if rows == "copies" else rows
    assert fault == f"{file}.toml, {name}: two rows are in force on {TODAY}"


TOLD_ETHICS = "routes.toml, retaliation_and_ethics_may_be_told"


@pytest.mark.parametrize(
    ("rows", "key", "value", "fault"),
    [
        ("categories", "cites", ("reg-9",), "categories.toml, political_partisan: cites 'reg-9', which is unknown"),
        ("categories", "label", "", "categories.toml, political_partisan: label is missing or empty"),
        ("citations", "summary", "", "citations.toml, reg-1.2-a: summary is missing or empty"),
        ("citations", "heading", "", "citations.toml, reg-1.2-a: heading is missing or empty"),
        ("principles", "categories", ("x",), "principles.toml, ai-5.1.1: suggests 'x', which is unknown"),
        ("principles", "question", "", "principles.toml, ai-5.1.1: question is missing or empty"),
        ("closures", "label", "", "closures.toml, outside_mandate: label is missing or empty"),
        ("closures", "slug", "duplicate", "closures.toml, duplicate: comes twice"),
        ("clocks", "otherwise", "lunch", "clocks.toml, acknowledge: waits for 'lunch', which is unknown"),
        ("clocks", "label", "", "clocks.toml, acknowledge: label is missing or empty"),
        (
            "routes",
            "to",
            ("press",),
            "routes.toml, subject_is_the_high_commissioner: leads to 'press', which is unknown",
        ),
        ("routes", "to", (), "routes.toml, subject_is_the_high_commissioner: leads to 'nobody', which is unknown"),
        ("wordings", "text", "", "wordings.toml, letter-acknowledged.en: text is missing or empty"),
        ("routes", "sentence", "", "routes.toml, subject_is_the_high_commissioner: sentence is missing or empty"),
        ("routes", "to", ("igo",), "routes.toml, subject_is_the_high_commissioner: leads to 'igo', which is unknown"),
        ("routes", "situation", "full_moon", "routes.toml, full_moon: is a situation nobody can tell"),
        ("copies", "situation", "full_moon", "routes.toml, full_moon: is a situation nobody can tell"),
        ("copies", "to", ("press",), f"{TOLD_ETHICS}: leads to 'press', which is unknown"),
        ("copies", "categories", ("x",), f"{TOLD_ETHICS}: waits for 'x', which is unknown"),
        ("copies", "sentence", "", f"{TOLD_ETHICS}: sentence is missing or empty"),
        ("offices", "units", (), "offices.toml, igo: no unit, function or number shows who it is"),
        ("offices", "name", "", "offices.toml, igo: name is missing or empty"),
    ],
)
def test_whatever_does_not_hold_together_is_named_by_file_and_row(rows, key, value, fault):
    [row, *others] = getattr(load(), rows)
    assert replace(load(), **{rows: (replace(row, **{key: value}), *others)}).check() == [fault]


def test_a_category_raised_by_no_principle_and_a_closure_from_nowhere_are_named():
    [category, *others] = load().categories
    catalogue = replace(load(), categories=(replace(category, raised_by=("ai-9",)), *others))
    assert catalogue.check() == ["categories.toml, political_partisan: raised by 'ai-9', which is unknown"]
    [closure, *rest] = load().closures
    nowhere = replace(closure, allowed=(replace(closure.allowed[0], states=()),))
    assert replace(load(), closures=(nowhere, *rest)).check() == [
        "closures.toml, outside_mandate: allowed from nowhere, or by nobody"
    ]


def test_an_order_that_asks_who_reports_before_who_is_accused_is_named():
    *others, ordinary = load().routes
    assert replace(load(), routes=(ordinary, *others)).check()[0] == (
        "routes.toml, subject_is_the_high_commissioner: must stand before ordinary: "
        "who is accused is asked before who reports"
    )
    around = replace(ordinary, to=("supervisor",))
    [fault] = replace(load(), routes=(*others, around)).check()
    assert fault == "routes.toml, ordinary: passes the office by (AI 10.2)"


def test_an_office_the_routes_ask_for_cannot_be_left_out_and_a_strange_one_is_named():
    first, *others = load().offices
    assert replace(load(), offices=tuple(others)).check() == ["offices.toml: no row 'igo'"]
    assert replace(load(), offices=(*load().offices, replace(first, slug="press"))).check() == [
        "offices.toml: holds 'press', which is unknown"
    ]


def test_states_nobody_knows_are_named_when_the_states_are_given():
    assert load().check(states={"registered", "assessment", "reported"}) == []
    faults = load().check(states={"registered", "assessment"})
    assert len(faults) == len(DECIDED)
    assert all("'reported', which is unknown" in fault for fault in faults)


BROKEN = [
    ("categories.toml", "[[category]]", "[[category]", r"^categories\.toml: "),
    ("categories.toml", "[[category]]", "[[kategory]]", r"^categories\.toml: holds something else"),
    ("categories.toml", 'slug = "political_partisan"\n', "", r"^categories\.toml, row 1 \(unnamed\): slug is missing"),
    (
        "categories.toml",
        "urgent = true",
        "urgent = 1",
        r"row 3 \(safety_protection_risk\): urgent must be true or false",
    ),
    ("categories.toml", "from = 2014-09-05", 'from = "2014"', "row 1 .*: from must be a date"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05T00:00:00", "row 1 .*: from must be a date"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05\nto = 2014-09-04", "row 1 .*: to is before from"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05\nto = 1", "row 1 .*: to must be a date, or left out"),
    ("categories.toml", 'raised_by = ["ai-5.1.9"', "raised_by = [5.1", "row 1 .*: raised_by must be a list of texts"),
    ("citations.toml", 'heading = "core values"', "heading = 1", r"row 1 \(reg-1\.2-a\): heading must be text"),
    ("citations.toml", "effective_from", "efective_from", r"row 1 .*: unknown key efective_from"),
    ("principles.toml", "question =", "query =", r"row 1 \(ai-5\.1\.1\): unknown key query"),
    ("closures.toml", '"intake"', '"king"', r"row 1 \(outside_mandate\): no such role: .*king"),
    ("closures.toml", "[[closure.allowed]]", "[closure.allowed]", r"row 1 .*: needs at least one"),
    ("clocks.toml", "days = 7", "days = -7", r"row 1 \(acknowledge\): days must be a whole number"),
    ("clocks.toml", "days = 7", "days = true", "row 1 .*: days must be a whole number"),
    ("clocks.toml", "days = 7", "days = 0", "row 1 .*: needs months or days above 0"),
    ("wordings.toml", 'language = "en"\n', "", r"row 1 \(letter-acknowledged\): language is missing"),
    ("wordings.toml", "next =", "then =", r"row 1 \(letter-acknowledged\): unknown key then"),
    (
        "routes.toml",
        "verified = false",
        "",
        r"row 1 \(subject_is_the_high_commissioner\): verified must be true or false",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "says"), BROKEN)
def test_broken_data_is_refused_by_file_and_row(copied, file, old, new, says):
    change(copied, file, old, new)
    with pytest.raises(CatalogueBroken, match=says):
        read(copied)


def test_a_missing_label_does_not_stop_the_reading_and_is_found_by_the_check(copied):
    change(copied, "categories.toml", 'label = "Political or partisan statement"\n', "")
    assert read(copied).check() == ["categories.toml, political_partisan: label is missing or empty"]


@pytest.mark.parametrize("file", FILES)
def test_none_of_the_files_may_be_missing(copied, file):
    assert {path.name for path in copied.iterdir()} == set(FILES)
    (copied / file).unlink()
    with pytest.raises(CatalogueBroken, match=rf"^{file}: "):
        read(copied)


def test_a_file_that_is_not_utf_8_is_refused(copied):
    (copied / "clocks.toml").write_bytes(b"# \xff")
    with pytest.raises(CatalogueBroken, match=r"^clocks\.toml: "):
        read(copied)


def test_an_empty_catalogue_has_no_faults_and_no_clock():
    assert Catalogue((), (), (), (), (), (), ()).check() == []
