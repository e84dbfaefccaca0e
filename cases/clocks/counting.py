"""When so and so long after a time is. Times are in UTC: a time limit must not move with a desk's time zone.

Only working days know of places. They are days of an office's calendar, in its own time zone, and what is counted in
them ends with the last second of such a day there, however long daylight saving made that day.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.catalogue import Calendar, Length

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)
BEYOND = "the time limit leaves the calendar"


def add_days(at: datetime, days: int) -> datetime:
    """`at` plus whole days of 24 hours. ValueError unless `at` is aware and in UTC."""
    return _moved(at, timedelta(days=days))


def add_months(at: datetime, months: int) -> datetime:
    """The same day and time of day, whole months later (or earlier, when negative).

    A day the month does not have becomes its last: 30 November plus 3 is 28 or 29 February.
    ValueError unless `at` is aware and in UTC, and beyond the years 1 to 9999.
    """
    in_utc(at)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004  what datetime can hold
        raise ValueError(BEYOND)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def add_working_days(at: datetime, days: int, calendar: Calendar) -> datetime:
    """The last second of the `days`-th working day after the day on which `at` falls; at least 1.

    The day of `at` is never counted, working day or not: after a Friday or a Saturday, the first is Monday.
    ValueError as `add_months`.
    """
    return last_instant(working_day(day_of(at, calendar), days, calendar), calendar)


def later(at: datetime, length: Length, calendar: Calendar) -> datetime:
    """`at` plus a length of time: hours; months, then days; or working days. ValueError as `add_months`."""
    if length.working_days:
        return add_working_days(at, length.working_days, calendar)
    return _moved(add_days(add_months(at, length.months), length.days), timedelta(hours=length.hours))


def working_day(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day after a day, or before it when negative; the day itself for 0."""
    step = A_DAY if count > 0 else -A_DAY
    try:
        while count:
            day += step
            if calendar.works(day):
                count -= 1 if count > 0 else -1
    except OverflowError as error:
        raise ValueError(BEYOND) from error
    return day


def working_days_between(first: datetime, last: datetime, calendar: Calendar) -> int:
    """How many working days follow the day of `first`, up to the day of `last` and with it."""
    day, end, found = day_of(first, calendar), day_of(last, calendar), 0
    while day < end:
        day += A_DAY
        found += calendar.works(day)
    return found


def day_of(at: datetime, calendar: Calendar) -> date:
    """The day on which a time falls at the office. ValueError unless `at` is aware and in UTC."""
    return in_utc(at).astimezone(ZoneInfo(calendar.zone)).date()


def first_instant(day: date, calendar: Calendar) -> datetime:
    """The first second of a day at the office, in UTC.

    Where daylight saving skips midnight, that is the second after the skip; where midnight comes twice, the first.
    Both is what `fold=0` means (PEP 495).
    """
    return datetime.combine(day, time(0), ZoneInfo(calendar.zone)).astimezone(UTC)


def last_instant(day: date, calendar: Calendar) -> datetime:
    """The last second of a day at the office, in UTC. ValueError for the last day there is."""
    try:
        return first_instant(day + A_DAY, calendar) - A_SECOND
    except OverflowError as error:
        raise ValueError(BEYOND) from error


def in_utc(at: datetime) -> datetime:
    """`at` itself. ValueError unless it is aware and in UTC."""
    if at.utcoffset() != timedelta(0):
        raise ValueError("a time must be aware and in UTC")
    return at


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return in_utc(at) + by
    except OverflowError as error:
        raise ValueError(BEYOND) from error
