"""When something gathered is sent, and who is told what as a table."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.catalogue import LANGUAGES, Announcement, Calendar, Catalogue, Rhythm

A_DAY = timedelta(days=1)
ENGLISH = "en"


def next_time(rhythm: Rhythm, at: datetime, calendar: Calendar) -> datetime:
    """The next time of a rhythm strictly after `at`, in UTC, by the clock on the wall of an office.

    Days on which the office does not work are passed over. Where daylight saving skips the hour, as long after it as
    the hour would have been; where it comes twice, the first time (PEP 495).
    """
    zone = ZoneInfo(calendar.zone)
    day = at.astimezone(zone).date()
    if rhythm.weekday is not None:
        day -= timedelta(days=(day.weekday() - rhythm.weekday) % 7)
    while True:
        found = day
        while not calendar.works(found):
            found += A_DAY
        then = datetime.combine(found, time(rhythm.hour), zone).astimezone(UTC)
        if then > at:
            return then
        day += A_DAY if rhythm.weekday is None else 7 * A_DAY


def notices_table(law: Catalogue) -> str:
    """Who is told what as Markdown (docs/notices.md holds it; a test compares)."""
    rows = [
        "| what | who | otherwise | besides the console | when | in the console it says |",
        "|---|---|---|---|---|---|",
    ]
    rows += [f"| {_told(row)} |" for row in law.announcements]
    rows += ["", "| clock | tells | whom |", "|---|---|---|"]
    for clock in law.clocks:
        rows += (f"| {clock.name} | {tell.what} | {', '.join(tell.who)} |" for tell in clock.tells)
    rows += ["", "| rhythm | hour | from |", "|---|---|---|"]
    rows += (f"| {row.slug} | {row.hour}:00 | {_days(row)} |" for row in law.rhythms)
    return "\n".join([*rows, "", f"Languages: {', '.join(LANGUAGES)}.", ""])


def _told(row: Announcement) -> str:
    who = ", ".join(row.who) or "whom the clock names"
    return " | ".join(
        (row.what, who, ", ".join(row.otherwise), ", ".join(row.channels), row.when, row.label.in_(ENGLISH))
    )


def _days(row: Rhythm) -> str:
    return "every working day" if row.weekday is None else f"the first working day from day {row.weekday + 1} of a week"
