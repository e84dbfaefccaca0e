"""The citation in force on the day of the conduct, whatever was promulgated since."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import load
from cases.catalogue.citing import cited
from cases.directory import PERSONNEL_TYPES
from cases.errors import CatalogueBroken
from tests.cases.catalogue.conftest import TEXTS, TODAY

THEN = date(2016, 5, 1)
AFFILIATES = sorted(PERSONNEL_TYPES - {"staff"})


def letters(rows) -> list[tuple[str, str]]:
    return [(row.edition, row.paragraph) for row in rows]


def test_a_case_shows_the_citation_in_force_on_the_day_of_the_conduct_and_says_that_editions_differ():
    seen = cited(load(), "political_partisan", "staff", THEN, TODAY)
    assert letters(seen.paragraphs) == [("ST/SGB/2014/1", letter) for letter in "fhe"]
    assert (seen.corresponding, seen.uncovered, seen.date_unknown, seen.editions_differ) == ((), (), False, True)
    assert seen.remarks == (
        "Cited as in force on 2016-05-01, the day of the conduct; on 2026-01-01 another edition was in force.",
    )


def test_nothing_is_to_be_minded_where_nothing_changed():
    seen = cited(load(), "political_partisan", "staff", THEN, THEN + timedelta(days=9))
    assert (seen.editions_differ, seen.unverified, seen.remarks) == (False, False, ())


def test_an_unknown_day_is_cited_as_of_the_day_it_became_known_and_says_so():
    seen = cited(load(), "political_partisan", "staff", None, date(2019, 1, 1))
    assert {row.edition for row in seen.paragraphs} == {"ST/SGB/2018/1"}
    assert (seen.date_unknown, seen.editions_differ) == (True, False)
    [remark] = seen.remarks
    assert remark.startswith("The day of the conduct is unknown: cited as in force on 2019-01-01")


@pytest.mark.parametrize("kind", AFFILIATES)
def test_affiliates_get_their_own_provisions_and_staff_paragraphs_only_correspond(kind):
    seen = cited(load(), "online_harassment_hate", kind, TODAY, TODAY)
    assert seen.paragraphs == ()
    assert [row.slug for row in seen.corresponding] == ["rule-1.2-f", "reg-1.2-a"]
    assert seen.provision.personnel_type == kind
    assert not seen.provision.decided_here
    assert any(seen.provision.governing in remark and "AI 7.1" in remark for remark in seen.remarks)


@pytest.mark.parametrize("kind", ["", "wizard"])
def test_a_kind_of_personnel_nobody_knows_is_cited_as_staff_and_says_so(kind):
    seen = cited(load(), "political_partisan", kind, THEN, THEN)
    assert seen.personnel_type_unknown
    assert seen.paragraphs
    assert seen.remarks == ("The kind of personnel is unknown: cited as for staff until it is known.",)


def test_conduct_older_than_every_edition_is_said_to_be_uncovered():
    seen = cited(load(), "misleading_false", "staff", date(2008, 1, 1), TODAY)
    assert (seen.paragraphs, seen.uncovered, seen.editions_differ) == ((), ("reg-1.2-b",), False)
    assert seen.remarks == ("No edition kept here was in force on 2008-01-01 for reg-1.2-b: cite these by hand.",)


def test_a_letter_nobody_checked_says_so():
    seen = cited(load(), "political_partisan", "staff", TODAY, TODAY)
    assert seen.unverified
    assert "read the edition before relying on its letter" in seen.remarks[-1]


def test_good_advice_cites_nothing():
    seen = cited(load(), "advisory_only", "staff", TODAY, TODAY)
    assert (seen.paragraphs, seen.corresponding, seen.remarks) == ((), (), ())


def test_a_category_nobody_knows_is_named():
    with pytest.raises(CatalogueBroken, match="'gossip'"):
        cited(load(), "gossip", "staff", THEN, TODAY)


@given(
    st.sampled_from([row.slug for row in load().categories]),
    st.sampled_from(["", *sorted(PERSONNEL_TYPES)]),
    st.none() | st.dates(),
    st.dates(),
)
def test_every_case_of_any_day_is_cited_by_rows_of_its_day_in_the_order_of_its_category(
    slug, kind, conduct_on, known_on
):
    seen = cited(load(), slug, kind, conduct_on, known_on)
    rows = seen.paragraphs or seen.corresponding
    category = next(row for row in load().categories if row.slug == slug)
    assert [row.slug for row in rows] == [one for one in category.cites if one not in seen.uncovered]
    assert all(row.effective_from <= seen.on <= (row.effective_to or date.max) for row in rows)
    assert seen.date_unknown == (conduct_on is None)
    assert bool(seen.paragraphs) <= seen.provision.cites_staff_rules


def promulgated(text: str, table: str) -> str:
    """What an administrator does when an edition comes: end the rows that run, and add the new ones below."""
    runs = "effective_from = 2024-04-24\n"
    rows = [f"[[{table}]]\n{row.strip()}\n" for row in text.split(f"[[{table}]]\n") if runs in row]
    new = "\n".join(rows).replace("ST/SGB/2024/1", "ST/SGB/2027/3").replace(runs, "effective_from = 2027-07-01\n")
    return text.replace(runs, f"{runs}effective_to = 2027-06-30\n") + "\n" + new


def test_a_new_edition_needs_no_code_and_old_cases_keep_their_meaning(tmp_path):
    citations = promulgated(TEXTS["citations.toml"], "citation")
    lettered_anew = citations.replace('ST/SGB/2027/3"\nparagraph = "h"', 'ST/SGB/2027/3"\nparagraph = "k"', 1)
    (tmp_path / "citations.toml").write_text(lettered_anew, encoding="utf-8")
    instruments = promulgated(TEXTS["instruments.toml"], "instrument")
    (tmp_path / "instruments.toml").write_text(instruments, encoding="utf-8")
    law, later = load(tmp_path), date(2028, 1, 1)
    for conduct_on, edition in ((THEN, "ST/SGB/2014/1"), (TODAY, "ST/SGB/2024/1")):
        old, kept = (cited(one, "political_partisan", "staff", conduct_on, TODAY) for one in (load(), law))
        assert letters(kept.paragraphs) == letters(old.paragraphs) == [(edition, letter) for letter in "fhe"]
        assert kept.remarks == old.remarks
    seen = cited(law, "political_partisan", "staff", TODAY, later)
    assert (letters(seen.paragraphs), seen.editions_differ) == ([("ST/SGB/2024/1", letter) for letter in "fhe"], True)
    seen = cited(law, "political_partisan", "staff", later, later)
    assert (letters(seen.paragraphs), seen.editions_differ) == ([("ST/SGB/2027/3", letter) for letter in "fke"], False)
