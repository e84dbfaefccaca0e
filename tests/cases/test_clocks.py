from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import load
from cases.clocks import add_days, add_months, due

TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis wants them bare


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-11-30", 3, "2026-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2099-11-30", 3, "2100-02-28"),  # no leap day in 2100
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -13, "2024-12-15"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)
def test_months_end_where_the_month_does(start, months, end):
    assert add_months(datetime.fromisoformat(f"{start}T23:59:58Z"), months).isoformat() == f"{end}T23:59:58+00:00"


@given(TIMES, st.integers(-600, 600))
def test_whole_months_keep_the_time_and_the_day_unless_the_month_is_too_short(at, months):
    later = add_months(at, months)
    assert (later.year * 12 + later.month) - (at.year * 12 + at.month) == months
    assert later.timetz() == at.timetz()
    assert later.day == min(at.day, monthrange(later.year, later.month)[1])


@given(TIMES, TIMES, st.integers(0, 60))
def test_who_starts_earlier_is_never_due_later(one, other, months):
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@given(TIMES, st.integers(-1000, 1000))
def test_days_are_of_24_hours(at, days):
    assert add_days(at, days) - at == timedelta(hours=24 * days)


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=2)), timezone(timedelta(minutes=-1))])
@pytest.mark.parametrize("add", [add_days, add_months])
def test_a_time_outside_utc_is_refused(add, zone):
    with pytest.raises(ValueError, match="UTC"):
        add(datetime(2026, 1, 1, tzinfo=zone), 0)


@pytest.mark.parametrize("months", [12 * 8000, -12 * 2026])
def test_a_time_limit_beyond_the_calendar_is_refused(months):
    with pytest.raises(ValueError, match="calendar"):
        add_months(datetime(2026, 1, 1, tzinfo=UTC), months)


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("acknowledge", "2025-12-07"),
        ("assessment", "2026-02-28"),
        ("feedback", "2026-02-28"),
        ("investigation", "2026-05-30"),
    ],
)
def test_the_shipped_clocks_run_as_the_facts_say(name, end):
    clock = load().clock(name, date(2025, 11, 30))
    assert due(clock, datetime(2025, 11, 30, 8, tzinfo=UTC)) == datetime.fromisoformat(f"{end}T08:00:00Z")


def test_feedback_without_acknowledgement_runs_from_the_seventh_day():
    received = datetime(2026, 3, 1, 12, tzinfo=UTC)
    feedback = load().clock("feedback", received.date())
    assert feedback.otherwise == "acknowledge"
    seventh = due(load().clock(feedback.otherwise, received.date()), received)
    assert due(feedback, seventh) == datetime(2026, 6, 8, 12, tzinfo=UTC)
