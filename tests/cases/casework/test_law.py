"""Where the catalogue and the table of steps meet: what one names of the other must be there."""

import shutil
from dataclasses import replace
from datetime import date

import pytest

from cases.casework.law import EVENTS, law_of, misfits
from cases.casework.lettering import OF_MOVES
from cases.casework.statuses import STATUSES, of_case
from cases.catalogue import load
from cases.catalogue.letters import SENT
from cases.errors import CatalogueBroken
from cases.lifecycle import STEPS, Action, State
from tests.cases.case.making import AT, fresh
from tests.cases.catalogue.conftest import SHIPPED, TEXTS, read_one

TODAY = date(2026, 3, 2)


def line_of(file: str, text: str) -> int:
    return TEXTS[file][: TEXTS[file].index(text)].count("\n") + 1


def spoiled(file: str, old: str, new: str) -> list[str]:
    assert old in TEXTS[file]
    law = read_one(file, TEXTS[file].replace(old, new, 1))
    assert law.check() == []
    return misfits(law, TODAY)


def test_the_shipped_catalogue_fits_the_steps():
    assert misfits(load(), TODAY) == []
    assert law_of(None, TODAY) == load()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('runs_from = "send_findings"', 'runs_from = "lunch"', "comment: runs from 'lunch', which is unknown"),
        ('until = ["resume"]', 'until = ["resume", "tea"]', "information: runs until 'tea', which is unknown"),
        (
            'pauses_in = ["awaiting_information"]',
            'pauses_in = ["sleep"]',
            "assessment: pauses in 'sleep', which is unkn",
        ),
    ],
)
def test_a_clock_that_hangs_on_what_never_happens_is_refused_with_its_file_and_line(old, new, says):
    [fault] = spoiled("clocks.toml", old, new)
    assert fault.startswith(f"clocks.toml:{line_of('clocks.toml', old)}: {says}")


def test_every_move_and_everything_that_lapses_is_an_event_a_clock_can_hang_on():
    assert {*Action, "receipt", "propose", "feedback", "message_sent"} | {
        f"{name}_lapsed" for name in ("information", "comment", "reply", "proposal")
    } == EVENTS


def test_a_clock_that_would_lapse_into_nothing_is_refused_with_its_file_and_line():
    idle = tuple(replace(one, lapses=one.name == "investigation" or one.lapses) for one in load().clocks)
    law = replace(load(), clocks=idle)
    [fault] = misfits(law, TODAY)
    where = next(one for one in law.clocks if one.name == "investigation").found
    assert fault == f"{where.at()}: lapses, but nothing would follow from it"
    assert fault.startswith("clocks.toml:")


@pytest.mark.parametrize("name", ["acknowledge", "proposal", "identity_grant"])
def test_clocks_that_are_asked_for_by_name_are_missed(name):
    law = replace(load(), clocks=tuple(one for one in load().clocks if one.name != name))
    assert f"clocks.toml:1: no row of {name} is in force from {TODAY} on" in misfits(law, TODAY)


def test_a_closure_reason_from_where_or_by_whom_nobody_closes_is_refused_with_its_file_and_line():
    first = 'from = ["registered", "assessment"]'
    [fault] = spoiled("closures.toml", first, 'from = ["registered", "awaiting_information"]')
    where = f"closures.toml:{line_of('closures.toml', first)}: outside_mandate"
    assert fault == f"{where}: no case is closed from 'awaiting_information'"
    by = 'by = ["intake", "head", "outside"]'
    faults = spoiled("closures.toml", by, 'by = ["intake", "decider"]')
    where = f"closures.toml:{line_of('closures.toml', by)}: outside_mandate"
    assert faults == [f"{where}: from {state}, no case is closed by decider" for state in ("registered", "assessment")]


def test_every_state_from_which_a_case_is_closed_has_a_reason_for_each_role_that_closes_it():
    for (state, action), step in STEPS.items():
        for role in step.by if action is Action.CLOSE else ():
            assert load().closures_for(state, role), (state, role)


@pytest.mark.parametrize("slug", ["duplicate", "outside_mandate"])
def test_the_reasons_that_merging_and_redirecting_give_are_missed(slug):
    law = replace(load(), closures=tuple(row for row in load().closures if row.slug != slug))
    assert misfits(law, TODAY) == [f"closures.toml:1: no row of {slug}"]


@pytest.mark.parametrize(
    "name",
    [
        "assessment_outcome.possible_misconduct",
        "finding.sufficient_evidence",
        "standard_of_proof.clear_and_convincing",
        "attribution.attributed",
    ],
)
def test_terms_on_which_a_guard_turns_are_missed(name):
    law = replace(load(), choices=tuple(row for row in load().choices if row.name != name))
    assert misfits(law, TODAY) == [f"terms.toml:1: no row of {name} is in force from {TODAY} on"]


@pytest.mark.parametrize("slug", [f"status-{slug}" for slug in STATUSES])
def test_words_for_the_reporter_that_are_missing_in_english_are_missed(slug):
    kept = tuple(replace(row, language="fr") if row.slug == slug else row for row in load().wordings)
    said = [f"wordings.toml:1: no row of {slug} in en is in force from {TODAY} on"]
    assert misfits(replace(load(), wordings=kept), TODAY) == said


def test_every_status_a_case_can_have_is_one_of_those_with_words():
    for state in State:
        assert of_case(replace(fresh(), state=state)).slug in STATUSES
    assert of_case(replace(fresh(), acknowledged_at=AT)).slug == "acknowledged"
    assert of_case(replace(fresh(), state=State.CLOSED, erased_at=AT)).slug == "erased"


def test_every_place_to_be_redirected_to_has_its_letter():
    law = read_one("letters.toml", TEXTS["letters.toml"].replace('for = "police"', 'for = "army"'))
    assert misfits(law, TODAY) == [f"letters.toml:1: no row of redirect for police is in force from {TODAY} on"]


def test_every_letter_a_move_sends_is_one_that_is_sent_as_it_is():
    assert set(OF_MOVES.values()) == set(SENT)


@pytest.mark.parametrize(
    ("days", "sound"),
    [
        ([("2014-09-05", None)], True),
        ([("2026-03-02", None)], True),
        ([("2026-03-03", None)], False),  # begins after today
        ([("2014-09-05", "2026-03-02")], False),  # nothing follows
        ([("2014-09-05", "2026-03-02"), ("2026-03-03", None)], True),
        ([("2014-09-05", "2026-03-02"), ("2026-03-04", None)], False),  # a day between
        ([("2014-09-05", "2020-01-01"), ("2022-01-01", None)], True),  # a gap that is over
    ],
)
def test_words_must_be_in_force_from_today_on_without_a_gap(days, sound):
    one = next(row for row in load().wordings if row.slug == "status-closed")
    others = tuple(row for row in load().wordings if row is not one)
    rows = tuple(
        replace(one, effective_from=date.fromisoformat(first), effective_to=last and date.fromisoformat(last))
        for first, last in days
    )
    assert (misfits(replace(load(), wordings=(*others, *rows)), TODAY) == []) is sound


def test_an_administrators_clock_that_would_never_start_stops_the_start_with_file_and_line(tmp_path):
    shutil.copy(SHIPPED / "clocks.toml", tmp_path)
    old = 'runs_from = "reopen"'
    text = TEXTS["clocks.toml"].replace(old, 'runs_from = "re-open"')
    (tmp_path / "clocks.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueBroken) as refusal:
        law_of(tmp_path, TODAY)
    where = f"clocks.toml:{line_of('clocks.toml', old)}"
    assert str(refusal.value) == f"{where}: reassessment: runs from 're-open', which is unknown"


@pytest.mark.parametrize("name", ["post.shortened", "evidence.capture", "hidden.location"])
def test_what_a_reporter_would_be_shown_without_a_sentence_is_refused(name):
    law = load()
    kept = tuple(row for row in law.hints if row.name != name)
    assert misfits(replace(law, hints=kept), TODAY) == [f"hints.toml:1: no row of {name} is in force from {TODAY} on"]
