"""When something is due. Time is an argument, and in UTC: a time limit must not move with a desk's time zone."""

from calendar import monthrange
from datetime import datetime, timedelta

from cases.catalogue import Clock


def add_days(at: datetime, days: int) -> datetime:
    """`at` plus whole days of 24 hours. ValueError unless `at` is aware and in UTC."""
    return _in_utc(at) + timedelta(days=days)


def add_months(at: datetime, months: int) -> datetime:
    """The same day and time of day, whole months later (or earlier, when negative).

    A day the month does not have becomes its last: 30 November plus 3 is 28 or 29 February.
    ValueError unless `at` is aware and in UTC, and beyond the years 1 to 9999.
    """
    _in_utc(at)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004  what datetime can hold
        raise ValueError("the time limit leaves the calendar")
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def due(clock: Clock, start: datetime) -> datetime:
    """When `clock`, running from `start`, is up: its months first, then its days. ValueError as `add_months`."""
    return add_days(add_months(start, clock.months), clock.days)


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0):
        raise ValueError("a time must be aware and in UTC")
    return at
