"""A case written down, read back, and rebuilt from what its change entries say."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.case import Case, changed, read, replay, written
from cases.case.written import _FIELDS
from cases.lifecycle import State
from tests.cases.case.making import AT, DECIDER, HEAD_3, INTAKE, as_read, decide, fresh, story_at


@pytest.fixture(scope="module")
def long():
    """Decided, closed, reopened: nearly every fact was set, and most were taken back."""
    story = decide(story_at(State.WITH_DECIDER))
    story.two(INTAKE, "reopen", HEAD_3)
    return story


@pytest.mark.parametrize("state", State)
def test_a_case_in_any_state_is_read_back_from_the_bytes_it_was_written_in(state):
    case = story_at(state).case
    assert read(as_read(written(case)), case.version) == case


def test_the_change_entries_rebuild_the_case_at_every_version(long):
    for upto in range(1, len(long.entries) + 1):
        assert replay(long.entries[:upto]).version == upto
    assert replay(long.entries) == long.case


def test_an_entry_says_only_what_its_change_made(long):
    for version, facts in long.entries[1:]:
        before = written(replay(long.entries[: version - 1]))
        for name, told in facts["case"].items():
            assert before.get(name) != told, (version, name)


def test_what_is_taken_back_is_told_so_that_an_auditor_sees_it_go(long):
    reopened = long.entries[-1][1]["case"]
    assert {
        name: reopened[name] for name in ("closed_at", "closure_reason", "decided_at", "measures", "decided_by")
    } == {
        "closed_at": None,
        "closure_reason": None,
        "decided_at": None,
        "measures": [],
        "decided_by": [],
    }
    assert reopened["decided_before"] == [DECIDER.person]


@pytest.mark.parametrize("spoil", ["a gap", "twice", "from two on", "backwards"])
def test_entries_with_a_gap_a_repetition_or_another_order_rebuild_nothing(long, spoil):
    entries = {
        "a gap": long.entries[:3] + long.entries[4:],
        "twice": long.entries[:3] + long.entries[2:],
        "from two on": long.entries[1:],
        "backwards": long.entries[::-1],
    }[spoil]
    with pytest.raises(ValueError, match=r"version \d+ follows version \d+"):
        replay(entries)


def test_an_attacker_who_changes_one_entry_rebuilds_another_case(long):
    for place, (version, facts) in enumerate(long.entries):
        for name in facts["case"]:
            if name in {"clocks", "state", "worked_by"} or place in {0, len(long.entries) - 1}:
                continue
            without = {**facts, "case": {key: told for key, told in facts["case"].items() if key != name}}
            spoiled = [*long.entries[:place], (version, without), *long.entries[place + 1 :]]
            later = any(name in told["case"] for _, told in long.entries[place + 1 :])
            assert later or replay(spoiled) != long.case, (version, name)


def test_every_fact_of_a_case_but_its_version_is_written():
    assert set(_FIELDS) == {field.name for field in fields(Case)} - {"version"}


def test_a_fresh_case_says_little():
    assert set(written(fresh())) == {
        "number",
        "complaint",
        "queue",
        "to",
        "state",
        "categories",
        "received_at",
        "clocks",
    }
    assert changed(fresh(), fresh()) == {}


@given(st.timedeltas(timedelta(0), timedelta(days=9999)))
def test_times_come_back_to_the_microsecond(later):
    case = fresh(at=AT + later)
    assert read(json.loads(canonical(written(case))), 1) == case


def test_people_are_written_in_one_order_whoever_came_first():
    case = replace(fresh(), worked_by=frozenset({"S0300", "S0100", "S0200"}))
    assert written(case)["worked_by"] == ["S0100", "S0200", "S0300"]


@pytest.mark.parametrize("facts", [{}, {"number": "IGO-2026-1"}, {"lunch": 1}])
def test_facts_of_no_case_are_refused(facts):
    with pytest.raises((KeyError, TypeError, ValueError)):
        read(facts, 1)
