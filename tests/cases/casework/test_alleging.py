import json
from datetime import date
from uuid import uuid4

import pytest

from cases.casework.alleging import Alleged, make_allegation, show_allegations
from cases.errors import Malformed, MoveNotAllowed, NotPermitted, StaleVersion, UnknownCase
from tests.cases.casework.conftest import (
    CATEGORY,
    CONDUCT,
    GATEKEEPER,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    SORTED,
    SUPERVISOR,
    WHY,
    actions,
    by_number,
    draft,
    entries,
    everything_kept,
    open_case,
    seen_now,
)
from tests.cases.casework.living import alleges, closed, put_to_the_subject, rebuilt, register, reopened, settled
from tests.conftest import NOON


def cited(desk, case, who=INTAKE):
    """Edition and paragraph of what stands beside each allegation."""
    shown = show_allegations(desk, who, case.number, SORTED)
    return [[(row.edition, row.paragraph) for row in one.cited.paragraphs] for one in shown]


def shown_first(desk, case):
    return show_allegations(desk, INTAKE, case.number, SORTED)[0]


def test_an_allegation_stands_with_its_words_and_the_law_and_only_slugs_stand_in_the_entry(desk):
    case, _ = open_case(desk)
    (subject,) = register(desk, case)
    now = alleges(desk, INTAKE, case, subject)
    (allegation,) = now.allegations
    assert (allegation.person, allegation.category, allegation.authority) == (subject.id, CATEGORY, "dhr")
    shown = shown_first(desk, case)
    assert (shown.allegation, shown.account, shown.conduct_on) == (allegation, "They posted it.", CONDUCT)
    *_, noted = entries(desk, about=case.number, kind="change")
    facts = {name: value for name, value in noted["facts"].items() if name != "case"}
    assert facts == {"allegation": str(allegation.id), "person": str(subject.id), "category": CATEGORY}
    assert "They posted" not in json.dumps(noted)
    assert CONDUCT.isoformat() not in json.dumps(noted)
    assert now == rebuilt(desk, case)


@pytest.mark.parametrize(("day", "edition"), [(date(2017, 5, 1), "ST/SGB/2014/1"), (date(2020, 5, 1), "ST/SGB/2018/1")])
def test_the_law_cited_is_that_of_the_day_of_the_conduct_and_a_difference_is_said(desk, day, edition):
    case, _ = open_case(desk)
    alleges(desk, INTAKE, case, register(desk, case)[0], "political_partisan", day)
    assert {row.edition for row in shown_first(desk, case).cited.paragraphs} == {edition}
    assert shown_first(desk, case).cited.on == day
    assert any(f"in force on {day}" in remark for remark in shown_first(desk, case).cited.remarks)


def test_an_unknown_day_is_said_and_the_law_is_that_of_the_receipt(desk):
    case, _ = open_case(desk)
    alleges(desk, INTAKE, case, register(desk, case)[0], on=None)
    law = shown_first(desk, case).cited
    assert (law.date_unknown, law.on) == (True, NOON.date())
    assert any("day of the conduct is unknown" in remark for remark in law.remarks)


@pytest.mark.parametrize(
    ("number", "kind", "authority", "here"),
    [("S0107", "staff", "dhr", True), ("S0109", "unv", "unv_panel", False), ("S0110", "contractor", None, False)],
)
def test_affiliates_answer_to_their_own_provisions_and_are_decided_on_elsewhere(desk, number, kind, authority, here):
    """AI 7.1: the paragraphs of the Staff Rules only correspond to what binds them."""
    case, _ = open_case(desk, draft(subjects=[by_number(number)]))
    alleges(desk, INTAKE, case, register(desk, case)[0])
    law, allegation = shown_first(desk, case).cited, seen_now(desk, case).allegations[0]
    assert (law.provision.personnel_type, allegation.here) == (kind, here)
    assert allegation.authority == (authority or law.provision.decider)
    assert bool(law.paragraphs) is here
    assert bool(law.corresponding) is not here


def test_a_kind_of_personnel_nobody_knows_is_cited_as_staff_and_it_is_said(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "Somebody Unknown"}]))
    alleges(desk, INTAKE, case, register(desk, case)[0])
    assert any("kind of personnel is unknown" in remark for remark in shown_first(desk, case).cited.remarks)
    settled(desk, INTAKE, case, register(desk, case)[0], "S0109")
    assert not shown_first(desk, case).cited.paragraphs


def test_several_subjects_and_categories_are_allegations_of_their_own(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0107"), by_number("S0109")]))
    for person in register(desk, case):
        for category in (CATEGORY, "political_partisan"):
            alleges(desk, INTAKE, case, person, category)
    assert len(seen_now(desk, case).allegations) == len(cited(desk, case)) == 4
    assert seen_now(desk, case).categories == (CATEGORY, "political_partisan")
    with pytest.raises(Malformed, match="#/category"):
        alleges(desk, INTAKE, case, register(desk, case)[0])


def test_what_cannot_be_alleged_is_refused_and_changes_nothing(desk, store, place):
    case, _ = open_case(desk, draft(witnesses=[by_number("S0114")]))
    other, _ = open_case(desk)
    subject, witness = register(desk, case)
    before = everything_kept(store, place.data_dir)
    for person, category, pointer in (
        (subject, "being_rude", "#/category"),
        (witness, CATEGORY, "#/person"),
        (register(desk, other)[0], CATEGORY, "#/person"),
    ):
        with pytest.raises(Malformed, match=pointer):
            alleges(desk, INTAKE, case, person, category)
    for somebody in (SUPERVISOR, GATEKEEPER, INVESTIGATOR):
        with pytest.raises((NotPermitted, UnknownCase)):
            alleges(desk, somebody, case, subject)
    with pytest.raises(StaleVersion):
        make_allegation(desk, INTAKE, case.number, 7, Alleged(subject.id, CATEGORY, WHY), SORTED)
    assert everything_kept(store, place.data_dir) == before


def test_whoever_has_no_part_in_the_work_learns_nothing_of_its_register_by_alleging(desk):
    """Not its version, nor whether an id is of it, nor what part somebody has."""
    case, _ = open_case(desk, draft(witnesses=[by_number("S0114")]))
    refusals = set()
    for version in (case.version, 9):
        for person in (*(one.id for one in register(desk, case)), uuid4()):
            with pytest.raises(NotPermitted) as refusal:
                make_allegation(desk, SUPERVISOR, case.number, version, Alleged(person, CATEGORY, WHY), SORTED)
            refusals.add(str(refusal.value))
    assert len(refusals) == 1


def test_nothing_is_added_to_what_is_alleged_once_findings_were_put_to_somebody(desk):
    case, _ = open_case(desk)
    put_to_the_subject(desk, case)
    with pytest.raises(MoveNotAllowed, match="before findings"):
        alleges(desk, INVESTIGATOR, case, register(desk, case)[0], "political_partisan")


def test_reading_what_is_alleged_is_a_look(desk):
    case, _ = open_case(desk)
    alleges(desk, INTAKE, case, register(desk, case)[0])
    for _ in range(2):
        cited(desk, case, HEAD)
    assert actions(desk, about=case.number, kind="look") == ["opened_allegations"]


def test_a_reopened_case_keeps_what_was_alleged_and_finds_anew(desk):
    case, _ = open_case(desk)
    before = closed(desk, case).allegations[0]
    again = reopened(desk, case).allegations[0]
    assert (again.id, again.person, again.category) == (before.id, before.person, before.category)
    assert (again.finding, again.standard, again.misconduct) == (None, None, None)
    assert shown_first(desk, case).account == "They posted it."
