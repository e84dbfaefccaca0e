import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.catalogue import Belongs, Extension, Length, load
from cases.clocks import (
    Running,
    due,
    end,
    extend,
    from_facts,
    lapsed,
    next_due,
    pause,
    resume,
    start,
    to_facts,
    working_days_between,
)
from cases.errors import CatalogueBroken, ClockRefused
from tests.cases.test_clocks_counting import CALENDARS, LENGTHS, TIMES, calendar, slowly_counted, utc

LAW = load()
HERE = calendar("Europe/Zurich", holidays={date(2026, 4, 3), date(2026, 4, 6)})
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
SPANS = st.timedeltas(timedelta(0), timedelta(days=90))


def clock(length, extension=None, belongs_to=Belongs.CASE):
    [any_clock, *_] = LAW.clocks
    return replace(any_clock, belongs_to=belongs_to, length=length, pauses_in=(), extension=extension)


CLOCKS = st.builds(clock, LENGTHS, st.none() | st.builds(Extension, LENGTHS, st.integers(1, 3)))


def shipped(name, at=AT):
    return LAW.clock(name, at.date())


def started(name, at=AT, here=HERE):
    return start(shipped(name, at), at, here)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("acknowledge", "2025-12-07T08:00:00Z"),
        ("feedback", "2026-02-28T08:00:00Z"),
        ("sort", "2025-12-01T22:59:59Z"),  # received on a Sunday
        ("sort_urgent", "2025-11-30T09:00:00Z"),
        ("assessment", "2026-02-28T08:00:00Z"),
        ("information", "2025-12-30T08:00:00Z"),
        ("investigation", "2026-05-30T08:00:00Z"),
        ("comment", "2025-12-12T22:59:59Z"),
        ("reply", "2025-12-30T08:00:00Z"),
        ("proposal", "2025-12-14T08:00:00Z"),
        ("identity_grant", "2025-12-07T08:00:00Z"),
        ("leave_review", "2025-12-30T08:00:00Z"),
    ],
)
def test_the_shipped_clocks_run_as_the_facts_say(name, last):
    at = utc("2025-11-30T08:00Z")
    assert start(shipped(name, at), at, HERE) == Running(
        name, at, utc(last), belongs_to=Belongs.REPORTER if name in {"acknowledge", "feedback"} else Belongs.CASE
    )


def test_feedback_without_acknowledgement_runs_from_the_seventh_day():
    received = datetime(2026, 3, 1, 12, tzinfo=UTC)
    feedback = shipped("feedback", received)
    assert feedback.otherwise == "acknowledge"
    seventh = due(shipped(feedback.otherwise, received), received, HERE)
    assert due(feedback, seventh, HERE) == datetime(2026, 6, 8, 12, tzinfo=UTC)


def test_a_pause_moves_the_limit_by_the_time_it_took():
    paused = pause(started("assessment"), AT + timedelta(days=10))
    assert paused.due_by == started("assessment").due_by
    resumed = resume(paused, shipped("assessment"), AT + timedelta(days=12, hours=5), HERE)
    assert resumed == replace(started("assessment"), due_by=utc("2026-06-04T13:00Z"))


@pytest.mark.parametrize(
    ("stopped", "resumed", "last"),
    [
        ("2026-03-04T09:00Z", "2026-03-04T17:00Z", "2026-03-16"),  # the same day: nothing lost
        ("2026-03-04T09:00Z", "2026-03-05T09:00Z", "2026-03-17"),
        ("2026-03-06T09:00Z", "2026-03-08T09:00Z", "2026-03-16"),  # over a weekend: nothing lost either
        ("2026-03-06T09:00Z", "2026-03-09T09:00Z", "2026-03-17"),
        ("2026-03-04T09:00Z", "2026-04-07T09:00Z", "2026-04-17"),  # 22 working days, Easter left out
    ],
)
def test_a_pause_of_a_clock_of_working_days_moves_it_by_working_days(stopped, resumed, last):
    rule, offset = shipped("comment"), "+02:00" if last > "2026-03-29" else "+01:00"
    paused = pause(start(rule, AT, HERE), utc(stopped))
    assert resume(paused, rule, utc(resumed), HERE).due_by == utc(f"{last}T23:59:59{offset}")


@given(CLOCKS, TIMES, SPANS, CALENDARS)
def test_to_pause_and_resume_at_once_changes_nothing(rule, at, span, here):
    running = start(rule, at, here)
    assert resume(pause(running, at + span), rule, at + span, here) == running


@given(CLOCKS, TIMES, SPANS, SPANS, CALENDARS)
def test_a_pause_never_makes_a_limit_shorter_and_gives_back_what_was_left(rule, at, span, pausing, here):
    running, stopped = start(rule, at, here), at + span
    resumed = resume(pause(running, stopped), rule, stopped + pausing, here)
    assert resumed.due_by >= running.due_by
    if rule.length.working_days:
        assume(stopped <= running.due_by)
        left = working_days_between(stopped, running.due_by, here)
        assert working_days_between(stopped + pausing, resumed.due_by, here) == left
    else:
        assert resumed.due_by - (stopped + pausing) == running.due_by - stopped


def test_a_machine_whose_clock_was_set_back_makes_no_limit_shorter():
    for name in ("assessment", "comment"):
        paused = pause(started(name), AT + timedelta(days=2))
        assert resume(paused, shipped(name), AT - timedelta(days=9), HERE).due_by == paused.due_by


@given(LENGTHS, TIMES, SPANS, CALENDARS)
def test_nobody_pauses_what_was_promised_to_a_reporter(length, at, span, here):
    running = start(clock(length, belongs_to=Belongs.REPORTER), at, here)
    with pytest.raises(ClockRefused, match="promised to the reporter"):
        pause(running, at + span)
    [kept] = from_facts(to_facts([running]))
    with pytest.raises(ClockRefused):
        pause(kept, at + span)


def test_what_is_paused_or_has_ended_is_not_paused_and_what_runs_is_not_resumed():
    running = started("assessment")
    paused, ended = pause(running, AT), end(running, AT)
    for wrong, says in ((paused, "paused already"), (ended, "has ended")):
        with pytest.raises(ClockRefused, match=says):
            pause(wrong, AT)
    for wrong, says in ((running, "not paused"), (end(paused, AT), "has ended")):
        with pytest.raises(ClockRefused, match=says):
            resume(wrong, shipped("assessment"), AT, HERE)


def test_comments_are_extended_once_by_five_working_days():
    rule = shipped("comment")
    extended = extend(started("comment"), rule, HERE)
    assert (extended.due_by, extended.extended) == (utc("2026-03-23T23:59:59+01:00"), 1)
    with pytest.raises(ClockRefused, match="as often as it can be"):
        extend(extended, rule, HERE)


def test_a_clock_without_extension_or_at_its_end_is_not_extended():
    with pytest.raises(ClockRefused, match="cannot be extended"):
        extend(started("investigation"), shipped("investigation"), HERE)
    with pytest.raises(ClockRefused, match="has ended"):
        extend(end(started("comment"), AT), shipped("comment"), HERE)


@given(TIMES, st.integers(1, 12), st.integers(1, 12), st.integers(1, 3), CALENDARS)
def test_an_extension_gives_exactly_its_working_days(at, days, more, times, here):
    rule = clock(Length(working_days=days), Extension(Length(working_days=more), times))
    running = start(rule, at, here)
    for _ in range(times):
        extended = extend(running, rule, here)
        assert slowly_counted(running.due_by, extended.due_by, here) == more
        running = extended
    assert running.due_by == due(clock(Length(working_days=days + times * more)), at, here)
    with pytest.raises(ClockRefused):
        extend(running, rule, here)


@given(TIMES, SPANS, SPANS, CALENDARS, st.integers(1, 9))
def test_it_does_not_matter_whether_one_extends_during_a_pause_or_after(at, span, pausing, here, more):
    rule = clock(Length(working_days=10), Extension(Length(working_days=more), 1))
    paused, goes_on = pause(start(rule, at, here), at + span), at + span + pausing
    during = resume(extend(paused, rule, here), rule, goes_on, here)
    assert during == extend(resume(paused, rule, goes_on, here), rule, here)


def test_what_has_ended_stays_as_it_ended():
    ended = end(started("assessment"), AT)
    assert ended.ended_at == AT
    assert end(ended, AT + timedelta(days=1)) is ended


def test_next_is_what_is_due_first_among_those_that_run():
    late, soon = started("investigation"), started("assessment")
    assert next_due([late, soon]) == soon
    assert next_due([late, pause(soon, AT)]) == late
    assert next_due([end(late, AT), pause(soon, AT)]) is None
    assert next_due([]) is None


def test_time_is_up_when_a_clock_is_due_and_not_a_moment_sooner():
    running = started("proposal")
    for early, found in ((1, ()), (0, (running,))):
        assert lapsed([running], LAW, running.due_by - timedelta(microseconds=early)) == found


def test_only_a_clock_that_lapses_ends_by_itself():
    clocks = [started(name) for name in ("assessment", "information", "proposal", "acknowledge")]
    assert [one.name for one in lapsed(clocks, LAW, AT + timedelta(days=365))] == ["information", "proposal"]
    assert lapsed(clocks, LAW, AT + timedelta(days=14)) == (clocks[2],)
    assert lapsed(clocks, LAW, AT + timedelta(days=13)) == ()
    stopped = [pause(clocks[1], AT), end(clocks[2], AT)]
    assert lapsed(stopped, LAW, AT + timedelta(days=365)) == ()
    with pytest.raises(CatalogueBroken, match="information"):
        lapsed(clocks[1:], replace(LAW, clocks=()), AT + timedelta(days=365))


@given(st.lists(st.builds(start, CLOCKS, TIMES, CALENDARS), max_size=4), TIMES, CALENDARS, st.data())
def test_facts_come_back_as_they_went_through_json_and_canonical_bytes(clocks, at, here, data):
    acts = (lambda one: pause(one, at), lambda one: end(one, at), lambda one: replace(one, extended=2))
    for act in data.draw(st.lists(st.sampled_from(acts), max_size=3)):
        with suppress(ClockRefused):
            clocks = [act(one) for one in clocks]
    assert from_facts(to_facts(clocks)) == tuple(clocks)
    assert from_facts(json.loads(canonical(to_facts(clocks)))) == tuple(clocks)


def test_facts_say_only_what_happened():
    assert to_facts([end(started("proposal"), AT)]) == [
        {
            "name": "proposal",
            "belongs_to": "case",
            "extended": 0,
            "started_at": "2026-03-02T08:00:00Z",
            "due_by": "2026-03-16T08:00:00Z",
            "ended_at": "2026-03-02T08:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    "change",
    [{"due_by": None}, {"due_by": "soon"}, {"due_by": "2026-03-02T08:00:00"}, {"belongs_to": "press"}, {"name": ...}],
)
def test_what_are_no_facts_of_a_clock_is_refused(change):
    facts = to_facts([started("proposal")])[0] | change
    with pytest.raises(ValueError):
        from_facts([{key: value for key, value in facts.items() if value is not ...}])
