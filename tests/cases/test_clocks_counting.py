from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import Calendar, Length
from cases.clocks import add_days, add_months, add_working_days, working_days_between
from cases.clocks.counting import first_instant, last_instant, later, working_day

TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis wants them bare
# East and west of Greenwich, half hours, both hemispheres' daylight saving, and days that lack their midnight.
ZONES = (
    "UTC",
    "Europe/Zurich",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Africa/Nairobi",
    "America/Bogota",
    "America/Santiago",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Pago_Pago",
)


def calendar(zone="UTC", weekend=(5, 6), holidays=()):
    return Calendar("X", "", "", zone, frozenset(weekend), frozenset(holidays), date.min, None, "", verified=False)


CALENDARS = st.builds(
    calendar,
    zone=st.sampled_from(ZONES),
    weekend=st.sets(st.integers(0, 6), max_size=6),
    holidays=st.sets(st.dates(date(2000, 1, 1), date(2100, 1, 1)), max_size=20).flatmap(
        # Feasts cluster: every drawn day drags the ones after it along.
        lambda days: st.integers(0, 9).map(lambda run: {day + timedelta(days=i) for day in days for i in range(run)})
    ),
)
LENGTHS = st.one_of(
    st.builds(Length, hours=st.integers(1, 2000)),
    st.builds(Length, months=st.integers(0, 60), days=st.integers(0, 400)),
    st.builds(Length, working_days=st.integers(1, 60)),
)


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


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
@pytest.mark.parametrize("length", [Length(hours=1), Length(months=1), Length(days=1), Length(working_days=1)])
def test_a_time_outside_utc_is_refused(length, zone):
    with pytest.raises(ValueError, match="UTC"):
        later(datetime(2026, 1, 1, tzinfo=zone), length, calendar())


@pytest.mark.parametrize("months", [12 * 8000, -12 * 2026])
def test_months_beyond_the_calendar_are_refused(months):
    with pytest.raises(ValueError, match="calendar"):
        add_months(datetime(2026, 1, 1, tzinfo=UTC), months)


@pytest.mark.parametrize(
    "length", [Length(hours=48), Length(days=2), Length(months=1), Length(working_days=1), Length(working_days=2)]
)
def test_a_time_limit_beyond_the_calendar_is_refused(length):
    with pytest.raises(ValueError, match="the time limit leaves the calendar"):
        later(datetime(9999, 12, 30, 12, tzinfo=UTC), length, calendar(weekend=()))


@pytest.mark.parametrize(
    ("at", "days", "last"),
    [
        ("2026-03-11T00:00", 1, "2026-03-12"),  # a Wednesday: its day is not counted, from the first second …
        ("2026-03-11T23:59", 1, "2026-03-12"),  # … to the last
        ("2026-03-13T12:00", 1, "2026-03-16"),  # Friday
        ("2026-03-14T12:00", 1, "2026-03-16"),  # Saturday: Monday is the first day counted
        ("2026-03-15T12:00", 1, "2026-03-16"),
        ("2026-03-13T12:00", 10, "2026-03-27"),
        ("2027-12-31T12:00", 1, "2028-01-03"),
        ("2025-12-31T12:00", 2, "2026-01-02"),
        ("2028-02-28T12:00", 1, "2028-02-29"),
        ("2027-02-26T12:00", 1, "2027-03-01"),
    ],
)
def test_working_days_are_counted_from_the_day_after(at, days, last):
    assert add_working_days(utc(f"{at}Z"), days, calendar()) == utc(f"{last}T23:59:59Z")


def test_where_people_rest_on_friday_and_saturday_sunday_works():
    thursday, amman = utc("2026-03-12T12:00+03:00"), calendar("Asia/Amman", weekend=(4, 5))
    assert add_working_days(thursday, 1, amman) == utc("2026-03-15T23:59:59+03:00")
    assert add_working_days(thursday, 5, amman) == utc("2026-03-19T23:59:59+03:00")
    assert add_working_days(utc("2026-03-13T12:00+03:00"), 1, amman) == utc("2026-03-15T23:59:59+03:00")


def test_a_cluster_of_holidays_is_stepped_over_and_one_on_a_weekend_counts_once():
    easter = {date(2026, 4, 3), date(2026, 4, 5), date(2026, 4, 6)}  # Friday, Sunday, Monday
    assert add_working_days(utc("2026-04-02T09:00Z"), 1, calendar(holidays=easter)) == utc("2026-04-07T23:59:59Z")
    turn = {date(2026, 12, 25), date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 1)}
    assert add_working_days(utc("2026-12-24T09:00Z"), 3, calendar(holidays=turn)) == utc("2027-01-04T23:59:59Z")


def test_the_day_is_that_of_the_office_and_not_of_greenwich():
    at = utc("2026-03-11T23:30Z")  # Thursday in Zurich, Wednesday still in Bogotá
    assert add_working_days(at, 1, calendar("Europe/Zurich")) == utc("2026-03-13T23:59:59+01:00")
    assert add_working_days(at, 1, calendar("America/Bogota")) == utc("2026-03-12T23:59:59-05:00")


@pytest.mark.parametrize(
    ("zone", "day", "first", "last", "hours"),
    [
        ("Europe/Zurich", date(2026, 3, 29), "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", 23),
        ("Europe/Zurich", date(2026, 10, 25), "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", 25),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", 23),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", 25),
        # In Amman clocks went forward at midnight: the day began at one. Back at one: midnight came twice.
        ("Asia/Amman", date(2021, 3, 26), "2021-03-25T22:00:00Z", "2021-03-26T20:59:59Z", 23),
        ("Asia/Amman", date(2021, 10, 29), "2021-10-28T21:00:00Z", "2021-10-29T21:59:59Z", 25),
        # In Beirut they go back at midnight: the last hour of the day comes twice.
        ("Asia/Beirut", date(2025, 10, 25), "2025-10-24T21:00:00Z", "2025-10-25T21:59:59Z", 25),
        ("America/Santiago", date(2025, 9, 7), "2025-09-07T04:00:00Z", "2025-09-08T02:59:59Z", 23),
        ("Australia/Lord_Howe", date(2025, 10, 5), "2025-10-04T13:30:00Z", "2025-10-05T12:59:59Z", 23.5),
    ],
)
def test_daylight_saving_makes_a_day_shorter_or_longer_and_leaves_no_gap(zone, day, first, last, hours):
    here = calendar(zone)
    assert (first_instant(day, here), last_instant(day, here)) == (utc(first), utc(last))
    assert last_instant(day, here) - first_instant(day, here) == timedelta(hours=hours, seconds=-1)
    assert first_instant(day + timedelta(days=1), here) - last_instant(day, here) == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("friday", "monday"),
    [("2026-03-27T12:00Z", "2026-03-30T23:59:59+02:00"), ("2026-10-23T12:00Z", "2026-10-26T23:59:59+01:00")],
)
def test_a_limit_across_the_change_of_the_clocks_still_ends_with_the_office_day(friday, monday):
    assert add_working_days(utc(friday), 1, calendar("Europe/Zurich")) == utc(monday)


def slowly_counted(first, last, here):
    """Working days after the day of `first` up to the day of `last`, one hour after the other."""
    zone, days, at = ZoneInfo(here.zone), set(), first
    while at <= last:
        days.add(at.astimezone(zone).date())
        at += timedelta(hours=1)
    days.add(last.astimezone(zone).date())
    days.discard(first.astimezone(zone).date())
    return sum(1 for day in days if day.weekday() not in here.weekend and day not in here.holidays)


@given(TIMES, st.integers(1, 15), CALENDARS)
def test_as_many_working_days_lie_between_as_were_asked_for(at, days, here):
    last = add_working_days(at, days, here)
    assert slowly_counted(at, last, here) == working_days_between(at, last, here) == days
    day = last.astimezone(ZoneInfo(here.zone))
    assert here.works(day.date())
    assert (day.hour, day.minute, day.second) == (23, 59, 59)
    assert (last + timedelta(seconds=1)).astimezone(ZoneInfo(here.zone)).date() > day.date()


@given(TIMES, TIMES, LENGTHS, CALENDARS)
def test_whatever_starts_earlier_is_never_due_later_in_any_calendar(one, other, length, here):
    first, second = sorted((one, other))
    assert later(first, length, here) <= later(second, length, here)


@given(TIMES, st.integers(1, 30), st.integers(1, 30), CALENDARS)
def test_working_days_add_up(at, one, other, here):
    assert add_working_days(add_working_days(at, one, here), other, here) == add_working_days(at, one + other, here)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-40, 40), CALENDARS)
def test_from_a_working_day_as_many_days_lead_back_as_led_there(day, count, here):
    start = working_day(day, 1, here)
    assert working_day(working_day(start, count, here), -count, here) == start
