"""When what was gathered is sent: by the clock on the wall of an office, whatever daylight saving does to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import load
from cases.notices import next_time, notices_table

LAW = load()
DAILY, WEEKLY = (LAW.rhythm(slug, date(2026, 1, 1)) for slug in ("daily", "weekly"))
PLAIN = replace(LAW.calendar(), weekend=frozenset({5, 6}), holidays=frozenset())
ZONES = ("Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe")
AT = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  st adds the zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def there(zone: str):
    return replace(PLAIN, zone=zone)


def test_a_digest_comes_at_eight_in_the_morning_wherever_its_reader_works():
    made = at("2026-03-03T06:00:00+00:00")  # a Tuesday
    said = {zone: next_time(DAILY, made, there(zone)) for zone in ZONES}
    assert said["Europe/Zurich"] == at("2026-03-03T08:00:00+01:00")
    assert said["America/New_York"] == at("2026-03-03T08:00:00-05:00")
    assert said["Asia/Kathmandu"] == at("2026-03-04T08:00:00+05:45"), "it was past eight there"


@pytest.mark.parametrize(
    ("made", "then"),
    [
        ("2026-03-27T12:00:00+01:00", "2026-03-30T08:00:00+02:00"),  # a Friday; summer time begins on Sunday
        ("2026-10-23T12:00:00+02:00", "2026-10-26T08:00:00+01:00"),  # and ends
        ("2026-03-03T08:00:00+01:00", "2026-03-04T08:00:00+01:00"),  # at eight sharp, it is for tomorrow
    ],
)
def test_daylight_saving_moves_no_digest_by_an_hour(made, then):
    assert next_time(DAILY, at(made), there("Europe/Zurich")) == at(then)


@pytest.mark.parametrize(
    ("hour", "made", "then"),
    [
        (2, "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00"),  # 02:00 to 03:00 is left out
        (2, "2026-10-24T12:00:00+02:00", "2026-10-25T02:00:00+02:00"),  # it comes twice: the first
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice_is_one_time(hour, made, then):
    every_day = replace(there("Europe/Zurich"), weekend=frozenset())
    assert next_time(replace(DAILY, hour=hour), at(made), every_day) == at(then)


def test_nobody_is_written_to_on_a_day_off():
    office = replace(there("Europe/Zurich"), holidays=frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
    assert next_time(DAILY, at("2026-04-02T12:00:00+02:00"), office) == at("2026-04-07T08:00:00+02:00")
    assert next_time(WEEKLY, at("2026-04-02T12:00:00+02:00"), office) == at("2026-04-07T08:00:00+02:00")
    assert next_time(WEEKLY, at("2026-04-07T08:00:00+02:00"), office) == at("2026-04-13T08:00:00+02:00")


def test_where_the_week_begins_on_sunday_the_digest_follows():
    cairo = replace(there("Africa/Cairo"), weekend=frozenset({4, 5}))
    friday = at("2026-03-06T09:00:00+02:00")
    assert next_time(DAILY, friday, cairo) == at("2026-03-08T08:00:00+02:00")


@given(AT, st.sampled_from(ZONES), st.sampled_from((DAILY, WEEKLY)))
def test_it_is_always_later_at_that_hour_on_a_working_day_and_soon(made, zone, rhythm):
    then = next_time(rhythm, made, there(zone))
    local = then.astimezone(ZoneInfo(zone))
    assert made < then <= made + timedelta(days=11)
    assert local.hour == rhythm.hour
    assert there(zone).works(local.date())


def test_the_documented_tables_of_notices_are_the_catalogue():
    page = (Path(__file__).parents[3] / "docs" / "notices.md").read_text(encoding="utf-8")
    assert notices_table(LAW) in page
