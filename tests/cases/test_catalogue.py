import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import cases.catalogue
from cases.catalogue import Catalogue, load, read
from cases.catalogue.rows import nearest
from cases.errors import CatalogueBroken
from cases.people import Role

SHIPPED = Path(cases.catalogue.__file__).parent
FIRST_DAY = date(2014, 9, 5)
TODAY = date(2026, 1, 1)
FILES = [file for file, _, _ in cases.catalogue._READERS.values()]
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
        ("subject_leads_the_office", ("outside",)),
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
    _, next_row, *_ = (one for one in load().citations if one.slug == row.slug)
    days = [date(2013, 12, 31), date(2014, 1, 1), date(2017, 12, 31), date(2018, 1, 1)]
    found = [[one for one in load().citations_on(day) if one.slug == row.slug] for day in days]
    assert found == [[], [row], [row], [next_row]]


def test_the_row_nearest_to_a_day_answers_where_none_is_in_force():
    [row, *_] = load().clocks
    first, second = replace(row, effective_to=date(2018, 1, 1)), replace(row, effective_from=date(2020, 1, 1))
    answers = [(date(1990, 1, 1), first), (date(2018, 1, 1), first), (date(2018, 1, 2), second), (TODAY, second)]
    for day, expected in answers:
        assert nearest((second, first), day) is expected
    assert nearest((first,), TODAY) is first
    assert nearest((), TODAY) is None


@pytest.mark.parametrize("rows", ["categories", "principles", "clocks", "routes", "wordings", "measures", "provisions"])
def test_rows_in_each_others_way_are_named(rows):
    [row, *others] = getattr(load(), rows)
    name = next(getattr(row, key) for key in ("name", "slug", "situation", "personnel_type") if hasattr(row, key))
    touching = (replace(row, effective_to=TODAY), replace(row, effective_from=TODAY))
    [fault] = replace(load(), **{rows: (*touching, *others)}).check()
    assert fault == f"{row.found.at()}: two rows of {name} are in force on {TODAY}"


@pytest.mark.parametrize(
    ("rows", "key", "value", "fault"),
    [
        ("citations", "summary", "", "summary is missing or empty"),
        ("citations", "heading", "", "heading is missing or empty"),
        ("principles", "summary", "", "summary is missing or empty"),
        ("closures", "label", "", "label is missing or empty"),
        ("closures", "slug", "duplicate", "comes twice"),
        ("measures", "label", "", "label is missing or empty"),
        ("choices", "label", "", "label is missing or empty"),
        ("clocks", "otherwise", "lunch", "waits for 'lunch', which is unknown"),
        ("clocks", "label", "", "label is missing or empty"),
        ("routes", "to", ("press",), "leads to 'press', which is unknown"),
        ("routes", "to", (), "leads to 'nobody', which is unknown"),
        ("wordings", "text", "", "text is missing or empty"),
        ("routes", "sentence", "", "sentence is missing or empty"),
    ],
)
def test_whatever_does_not_hold_together_is_named_by_file_and_line(rows, key, value, fault):
    [row, *others] = getattr(load(), rows)
    faults = replace(load(), **{rows: (replace(row, **{key: value}), *others)}).check()
    where = next(one for one in getattr(load(), rows) if one.slug == value) if key == "slug" else row
    assert faults == [f"{where.found.at(key)}: {fault}"]


def test_a_closure_from_nowhere_is_named():
    [closure, *rest] = load().closures
    nowhere = replace(closure, allowed=(replace(closure.allowed[0], states=()),))
    assert replace(load(), closures=(nowhere, *rest)).check() == [
        f"{closure.found.at('allowed')}: allowed from nowhere, or by nobody"
    ]


def test_states_nobody_knows_are_named_when_the_states_are_given():
    assert load().check(states={"registered", "assessment", "reported"}) == []
    faults = load().check(states={"registered", "assessment"})
    assert len(faults) == len(DECIDED)
    assert all("'reported', which is unknown" in fault for fault in faults)


BROKEN = [
    ("categories.toml", "[[category]]", "[[category]", r"^categories\.toml:5: Expected"),
    ("wordings.toml", "[[wording]]", "[[wordng]]", r"^wordings\.toml:4: holds something else"),
    ("categories.toml", "[[category]]", "x = 1\n[[category]]", r"^categories\.toml:5: holds something else"),
    ("categories.toml", 'slug = "political_partisan"\n', "", r"^categories\.toml:5: unnamed: slug is missing"),
    ("categories.toml", "urgent = true", "urgent = 1", r": safety_protection_risk: urgent must be true or false"),
    ("categories.toml", "from = 2014-09-05", 'from = "2014"', r":11: political_partisan: from must be a date"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05T00:00:00", r":11: .*: from must be a date"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05\nto = 2014-09-04", r":12: .*: to is before from"),
    ("categories.toml", "from = 2014-09-05", "from = 2014-09-05\nto = 1", r":12: .*: to must be a date, or left out"),
    ("categories.toml", 'raised_by = ["ai-5.1.9"', "raised_by = [5.1", r":8: .*: raised_by must be a list of texts"),
    ("citations.toml", 'heading = "core values"', "heading = 1", r": reg-1\.2-a: heading must be text"),
    ("citations.toml", "effective_from =", "efective_from =", r": reg-1\.2-a: unknown key efective_from"),
    ("principles.toml", "categories =", "kategories =", r": ai-5\.1\.1: unknown key kategories"),
    ("closures.toml", '"intake"', '"king"', r":10: outside_mandate: no such role: .*king"),
    ("closures.toml", "[[closure.allowed]]", "[closure.allowed]", r": outside_mandate: needs at least one"),
    ("clocks.toml", "days = 7", "days = -7", r": acknowledge: days must be a whole number"),
    ("clocks.toml", "days = 7", "days = true", r": acknowledge: days must be a whole number"),
    ("clocks.toml", "days = 7", "days = 0", r": acknowledge: needs months or days above 0"),
    ("wordings.toml", 'language = "en"\n', "", r": letter-acknowledged: language is missing"),
    ("wordings.toml", "next =", "then =", r": letter-acknowledged: unknown key then"),
    ("routes.toml", "verified = false", "", r": subject_leads_the_office: verified must be true or false"),
]


@pytest.mark.parametrize(("file", "old", "new", "says"), BROKEN)
def test_broken_data_is_refused_by_file_and_line(copied, file, old, new, says):
    change(copied, file, old, new)
    with pytest.raises(CatalogueBroken, match=says) as refused:
        read(copied)
    assert re.match(rf"{file}:\d+: ", str(refused.value))


def test_faults_of_several_files_are_named_at_once(copied):
    change(copied, "categories.toml", "urgent = true", "urgent = 1")
    change(copied, "clocks.toml", "days = 7", "days = -7")
    (copied / "terms.toml").write_bytes(b"# \n# \xff")
    with pytest.raises(CatalogueBroken) as refused:
        read(copied)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [
        "categories.toml",
        "clocks.toml",
        "terms.toml",
    ]
    assert str(refused.value).splitlines() == list(refused.value.faults)


def test_a_missing_label_does_not_stop_the_reading_and_is_found_by_the_check(copied):
    change(copied, "closures.toml", 'label = "Outside the mandate"\n', "")
    assert read(copied).check() == ["closures.toml:3: outside_mandate: label is missing or empty"]


@pytest.mark.parametrize("file", FILES)
def test_none_of_the_files_may_be_missing(copied, file):
    assert {path.name for path in copied.iterdir()} == set(FILES)
    (copied / file).unlink()
    with pytest.raises(CatalogueBroken, match=rf"^{file}: cannot be read: No such file"):
        read(copied)


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(copied):
    (copied / "clocks.toml").write_bytes(b"# one\n# \xff")
    with pytest.raises(CatalogueBroken, match=r"^clocks\.toml:2: is not UTF-8"):
        read(copied)


def test_an_own_file_stands_in_for_the_shipped_one_and_a_strange_one_is_refused(tmp_path):
    own = (SHIPPED / "languages.toml").read_text(encoding="utf-8").replace('reviewed_by = ""', 'reviewed_by = "us"')
    (tmp_path / "languages.toml").write_bytes(own.replace("\n", "\r\n").encode())
    law = load(tmp_path)
    assert all(row.reviewed_by for row in law.languages)
    assert replace(law, languages=load().languages) == load()
    (tmp_path / "gossip.toml").touch()
    with pytest.raises(CatalogueBroken, match=r"holds gossip\.toml; known are "):
        load.__wrapped__(tmp_path)
    with pytest.raises(CatalogueBroken, match="cannot be read"):
        load(tmp_path / "nothing")


def test_lines_are_counted_alike_whatever_ends_them(copied):
    text = (copied / "clocks.toml").read_text(encoding="utf-8").replace("days = 7", "days = -7")
    (copied / "clocks.toml").write_bytes(text.replace("\n", "\r\n").encode())
    line = text[: text.index("days = -7")].count("\n") + 1
    with pytest.raises(CatalogueBroken, match=rf"^clocks\.toml:{line}: acknowledge: days"):
        read(copied)


def test_an_empty_catalogue_lacks_what_nobody_can_do_without():
    empty = Catalogue(**dict.fromkeys(Catalogue.__slots__, ()))
    assert {fault.partition(":")[0] for fault in empty.check()} == {"languages.toml", "provisions.toml", "terms.toml"}
    with pytest.raises(CatalogueBroken, match="no row governs staff"):
        empty.provisions_for("staff", TODAY)
