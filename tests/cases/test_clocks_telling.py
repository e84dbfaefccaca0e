from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import Length, Tell, load
from cases.clocks import Telling, end, extend, pause, remark, resume, start, told
from cases.errors import CatalogueBroken
from tests.cases.test_clocks_counting import CALENDARS, TIMES, utc

LAW = load()
HQ = LAW.calendar("HQ")
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday


def started(name, at=AT, here=HQ):
    return start(LAW.clock(name, at.date()), at, here)


def law_telling(*tells, name="comment"):
    return replace(LAW, clocks=tuple(replace(one, tells=tells) if one.name == name else one for one in LAW.clocks))


def test_intake_is_warned_two_days_before_the_seventh_and_the_head_told_every_day_after():
    telling = told(LAW, started("acknowledge"), HQ)
    assert telling[0] == Telling(AT + timedelta(days=5), "due_soon", ("intake",))
    overdue = tuple(Telling(AT + timedelta(days=7 + i), "overdue", ("intake", "head")) for i in range(30))
    assert tuple(one for one in telling[1:] if one.what == "overdue") == overdue


def test_what_is_not_met_in_three_days_more_is_told_up_the_line_once():
    telling = told(LAW, started("acknowledge"), HQ)
    assert [one for one in telling if one.what == "escalated"] == [
        Telling(AT + timedelta(days=10), "escalated", ("line",))
    ]


def test_a_reporter_is_reminded_of_a_question_a_week_before_it_lapses():
    assert told(LAW, started("information"), HQ) == (
        Telling(AT + timedelta(days=23), "answer_awaited", ("reporter",)),
        Telling(AT + timedelta(days=30), "lapsed", ("assignees",)),
    )


def test_in_working_days_people_are_told_when_that_day_begins():
    before = Tell("soon", ("assignees",), Length(working_days=1), before=True, every=0, times=1)
    after = replace(before, what="late", before=False)
    running = started("comment", utc("2026-03-19T09:00Z"))  # due on Thursday 2 April; Good Friday and Easter Monday off
    assert running.due_by == utc("2026-04-02T23:59:59+02:00")
    assert told(law_telling(before, after), running, HQ) == (
        Telling(utc("2026-04-01T00:00+02:00"), "soon", ("assignees",)),
        Telling(utc("2026-04-07T00:00+02:00"), "late", ("assignees",)),
    )


def test_nobody_is_told_before_the_start_from_a_pause_on_or_after_the_end():
    running = started("acknowledge")
    early = Tell("soon", ("intake",), Length(days=8), before=True, every=0, times=1)
    assert told(law_telling(early, name="acknowledge"), running, HQ) == ()
    assert len(told(LAW, end(running, AT + timedelta(days=9, hours=-1)), HQ)) == 3
    assert told(LAW, end(running, AT + timedelta(days=4)), HQ) == ()
    assert told(LAW, pause(started("assessment"), AT), HQ) == ()


def test_what_lapsed_is_told_although_the_clock_has_ended_by_then():
    running = started("identity_grant")
    for late in (0, 30):
        swept = end(running, running.due_by + timedelta(seconds=late))
        assert [telling.what for telling in told(LAW, swept, HQ)] == ["lapsed"]


def test_a_clock_that_goes_on_after_a_pause_is_told_at_its_new_times():
    running = started("assessment")
    paused = pause(running, AT + timedelta(days=1))
    resumed = resume(paused, LAW.clock("assessment", AT.date()), AT + timedelta(days=4), HQ)
    old, new = (told(LAW, one, HQ) for one in (running, resumed))
    assert [one.at - other.at for one, other in zip(new, old, strict=True)] == [timedelta(days=3)] * len(old)


def test_of_a_clock_whose_rule_was_taken_away_nothing_can_be_told():
    for ask in (told, remark):
        with pytest.raises(CatalogueBroken, match="comment"):
            ask(replace(LAW, clocks=()), started("comment"), HQ)


@given(st.sampled_from(LAW.clocks), TIMES.filter(lambda at: at.year > 2014), CALENDARS)
def test_every_clock_has_an_end_that_somebody_is_told_of_and_the_telling_is_in_order(clock, at, here):
    running = start(clock, at, here)
    telling = told(LAW, running, here)
    assert list(telling) == sorted(telling)
    assert any(one.at >= running.due_by for one in telling)
    assert all(one.at >= at and one.who for one in telling)


def test_nothing_of_a_case_is_told_to_a_supervisor_and_nothing_but_questions_to_the_reporter():
    who = {(clock.name, one) for clock in LAW.clocks for tell in clock.tells for one in tell.who}
    assert not [name for name, one in who if one == "supervisor"]
    assert [name for name, one in who if one == "reporter"] == ["information"]


def test_a_date_beyond_the_known_holidays_says_so():
    assert remark(LAW, started("comment"), HQ) == ""
    beyond = started("comment", utc("2035-12-20T09:00Z"))
    assert beyond.due_by == utc("2036-01-07T23:59:59+01:00")
    assert remark(LAW, beyond, HQ) == (
        "Holidays are known for HQ from 2024-01-01 to 2035-12-31: on other days, weekends alone were left out."
    )
    assert "to now on" in remark(LAW, started("comment", utc("2023-12-29T09:00Z")), replace(HQ, covers_to=None))
    default = LAW.calendar("an office without a calendar")
    assert remark(LAW, started("comment"), default) == (
        "No holidays are known for default: weekends alone were left out."
    )


def test_only_a_date_counted_in_working_days_needs_a_remark():
    default, reply = LAW.calendar(), LAW.clock("reply", AT.date())
    running = started("reply")
    assert remark(LAW, running, default) == ""
    assert remark(LAW, extend(running, reply, default), default) == ""
    by_working_days = replace(reply, extension=replace(reply.extension, by=Length(working_days=5)))
    law = replace(LAW, clocks=tuple(by_working_days if one is reply else one for one in LAW.clocks))
    assert remark(law, running, default) == ""
    assert remark(law, extend(running, by_working_days, default), default) != ""
