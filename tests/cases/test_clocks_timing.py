"""The rows clocks and calendars are read from."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import cases.catalogue
from cases.catalogue import Belongs, Extension, Length, Tell, load, read
from cases.catalogue.timing import calendar_faults, clock_faults, strangers
from cases.errors import CatalogueBroken

SHIPPED = Path(cases.catalogue.__file__).parent
LAW = load()
CLOCKS = {clock.name: clock for clock in LAW.clocks}
CALENDARS = {calendar.office: calendar for calendar in LAW.calendars}
TELL = Tell("soon", ("head",), Length(days=1), before=True, every=0, times=1)


@pytest.fixture
def copied(tmp_path):
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_every_clock_the_facts_ask_for_is_there():
    assert {name: clock.length for name, clock in CLOCKS.items()} == {
        "acknowledge": Length(days=7),
        "feedback": Length(months=3),
        "sort": Length(working_days=1),
        "sort_urgent": Length(hours=1),
        "assessment": Length(months=3),
        "reassessment": Length(months=3),
        "information": Length(days=30),
        "investigation": Length(months=6),
        "comment": Length(working_days=10),
        "reply": Length(months=1),
        "proposal": Length(days=14),
        "identity_grant": Length(days=7),
        "leave_review": Length(days=30),
    }


def test_only_what_the_facts_hold_verified_is_called_verified():
    assert {name for name, clock in CLOCKS.items() if clock.verified} == {"acknowledge", "feedback", "assessment"}
    assert not any(calendar.verified for calendar in LAW.calendars)


def test_the_reporters_clocks_are_acknowledgement_and_feedback():
    assert {name for name, clock in CLOCKS.items() if clock.belongs_to is Belongs.REPORTER} == {
        "acknowledge",
        "feedback",
    }
    assert {name: clock.pauses_in for name, clock in CLOCKS.items() if clock.pauses_in} == {
        "assessment": ("awaiting_information",),
        "reassessment": ("awaiting_information",),
    }


def test_what_lapses_and_what_can_be_extended():
    assert {name for name, clock in CLOCKS.items() if clock.lapses} == {
        "information",
        "comment",
        "reply",
        "proposal",
        "identity_grant",
    }
    assert {name: clock.extension for name, clock in CLOCKS.items() if clock.extension} == {
        "comment": Extension(Length(working_days=5), 1),
        "reply": Extension(Length(days=14), 1),
    }


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        (
            "feedback",
            {"pauses_in": ("assessment", "closed")},
            "pauses in assessment, closed, but a reporter's clock never pauses",
        ),
        ("feedback", {"lapses": True, "tells": ()}, "lapses, but a reporter's clock is met, never dropped"),
        ("feedback", {"otherwise": "lunch"}, "waits for 'lunch', which is unknown"),
        ("sort", {"tells": (replace(TELL, who=("head", "press")),)}, "tells 'press', which is unknown"),
        ("sort", {"tells": (replace(TELL, who=()),)}, "tells 'nobody', which is unknown"),
        (
            "comment",
            {"extension": Extension(Length(days=7), 1)},
            "counts working days, so its extension must, too",
        ),
        (
            "proposal",
            {"tells": (replace(TELL, before=False),)},
            "tells after it has lapsed; nothing is told of a clock that has ended",
        ),
        (
            "proposal",
            {"tells": (replace(TELL, by=Length(days=3), every=2, times=3),)},
            "tells after it has lapsed; nothing is told of a clock that has ended",
        ),
    ],
)
def test_a_clock_that_could_break_a_promise_or_leads_nowhere_is_named(name, change, fault):
    changed = tuple(replace(one, **change) if one.name == name else one for one in LAW.clocks)
    faults = replace(LAW, clocks=changed).check()
    named = [one for one in faults if re.fullmatch(rf"clocks\.toml:\d+: {name}: {re.escape(fault)}", one)]
    assert len(named) == 1
    assert all("notices.toml" in one for one in faults if one not in named)


def test_a_clock_that_lapses_may_be_told_up_to_its_end():
    told = (replace(TELL, by=Length(days=4), every=2, times=3), replace(TELL, by=Length(), before=False))
    assert list(clock_faults([replace(CLOCKS["proposal"], tells=told)])) == []


def test_supervisors_reporters_assignees_and_every_role_can_be_told():
    told = (replace(TELL, who=("supervisor", "reporter", "assignees", "monitor")),)
    assert list(clock_faults([replace(CLOCKS["sort"], tells=told)])) == []


def test_a_clock_that_lapses_ends_by_an_event_of_its_own():
    assert CLOCKS["comment"].until == ("record_comment", "issue_report", "comment_lapsed")
    assert all((f"{name}_lapsed" in clock.until) is clock.lapses for name, clock in CLOCKS.items())


def test_clocks_that_would_never_start_end_or_stand_still_are_named():
    events = {event for clock in LAW.clocks for event in (clock.runs_from, *clock.until)}
    case_events = {event for event in events if not event.endswith("_lapsed")} - {"filing", "identity_granted"}
    assert list(strangers(LAW.clocks, {"awaiting_information"}, case_events)) == []
    clocks = (replace(CLOCKS["comment"], runs_from="lunch", until=("comment_lapsed", "tea"), pauses_in=("sleep",)),)
    found = [fault.partition(": ")[2] for fault in strangers(clocks, {"assessment"}, case_events)]
    assert found == [
        "comment: runs from 'lunch', which is unknown",
        "comment: runs until 'tea', which is unknown",
        "comment: pauses in 'sleep', which is unknown",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"office": "HQ"}, ": comes twice; which days would be off?"),
        ({"zone": "Europe/Atlantis"}, "zone 'Europe/Atlantis' is unknown"),
        ({"zone": "Africa"}, "zone 'Africa' is unknown"),  # a folder of zones
        ({"zone": "../etc/passwd"}, "zone '../etc/passwd' is unknown"),
        ({"zone": "/etc/passwd"}, "zone '/etc/passwd' is unknown"),
        ({"covers_to": date(2035, 12, 24)}, "NORTH: holiday 2035-12-25 is outside the days it covers"),
        ({"covers_from": None}, "NORTH: holiday 2024-01-01 is outside the days it covers"),
    ],
)
def test_a_calendar_that_cannot_be_counted_in_is_named(change, fault):
    changed = tuple(replace(one, **change) if one.office == "NORTH" else one for one in LAW.calendars)
    [found] = replace(LAW, calendars=changed).check()
    assert fault in found


def test_without_a_default_calendar_some_offices_would_have_none():
    [fault] = calendar_faults([CALENDARS["HQ"]])
    assert "no calendar has office = 'default'" in fault
    law = replace(LAW, calendars=(CALENDARS["HQ"],))
    assert law.calendar("HQ") is CALENDARS["HQ"]
    for office in ("NORTH", "default"):
        with pytest.raises(CatalogueBroken, match=office):
            law.calendar(office)


def test_an_office_without_a_calendar_has_the_default_one():
    assert LAW.calendar("NORTH").office == "NORTH"
    assert LAW.calendar("nowhere") is LAW.calendar() is CALENDARS["default"]


def test_every_office_of_the_sample_directory_has_its_weekend_zone_and_holidays():
    assert {office: (one.country, one.zone, one.weekend) for office, one in CALENDARS.items()} == {
        "default": ("", "UTC", {5, 6}),
        "HQ": ("CH", "Europe/Zurich", {5, 6}),
        "NORTH": ("JO", "Asia/Amman", {4, 5}),
        "COAST": ("KE", "Africa/Nairobi", {5, 6}),
        "RIVER": ("CO", "America/Bogota", {5, 6}),
    }
    for one in LAW.calendars:
        assert ZoneInfo(one.zone)
        years = {day.year for day in one.holidays}
        assert years == (set(range(2024, 2036)) if one.country else set())


@pytest.mark.parametrize(
    ("office", "day"),
    [
        ("HQ", "2026-09-10"),  # the Genevan fast: kept in this canton alone
        ("HQ", "2027-03-26"),
        ("NORTH", "2026-05-25"),
        ("COAST", "2026-06-01"),
        ("RIVER", "2026-07-20"),
    ],
)
def test_days_everybody_knows_to_be_off_are_off(office, day):
    assert not CALENDARS[office].works(date.fromisoformat(day))
    assert CALENDARS[office].works(date.fromisoformat(day) - timedelta(days=14))


def test_a_calendar_knows_which_days_it_covers():
    hq = CALENDARS["HQ"]
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2035, 12, 31), date(2036, 1, 1)]
    assert list(map(hq.covers, days)) == [False, True, True, False]
    assert replace(hq, covers_to=None).covers(date(2036, 1, 1))
    assert not any(map(CALENDARS["default"].covers, days))


A_CLOCK = """\
[[clock]]
name = "any"
label = "Any"
belongs_to = "case"
runs_from = "receipt"
source = "None"
verified = false
from = 2014-09-05
"""
A_CALENDAR = """\
[[calendar]]
office = "default"
zone = "UTC"
weekend = ["sun"]
holidays = [2026-01-01]
covers_from = 2026-01-01
source = "None"
verified = false
"""


def test_a_clock_is_read_with_all_it_can_say(copied):
    text = 'months = 1\ndays = 2\nlapses = true\npauses_in = ["closed"]\nextension = { hours = 3, times = 2 }\n'
    tell = '[[clock.tell]]\nwhat = "soon"\nwho = ["head"]\nbefore = { working_days = 9 }\nevery = 1\ntimes = 4\n'
    (copied / "clocks.toml").write_text(A_CLOCK + text + tell, encoding="utf-8")
    [clock] = read(copied).clocks
    assert (clock.length, clock.lapses, clock.pauses_in) == (Length(months=1, days=2), True, ("closed",))
    assert clock.extension == Extension(Length(hours=3), 2)
    assert clock.tells == (Tell("soon", ("head",), Length(working_days=9), before=True, every=1, times=4),)


BROKEN_CLOCKS = [
    ("", "needs months or days above 0, or else hours, or else working_days"),
    ("hours = 1\ndays = 1", "needs months or days"),
    ("working_days = 1\nmonths = 1", "needs months or days"),
    ("working_days = -1", "working_days must be a whole number"),
    ("days = 1\nbelongs_to = 'press'", "belongs_to must be reporter or case"),
    ("days = 1\nlapses = 1", "lapses must be true or false"),
    ("days = 1\npauses_in = 'closed'", "pauses_in must be a list"),
    ("days = 1\nuntil = 'close'", "until must be a list"),
    ("days = 1\nextension = 5", "extension must be a table"),
    ("days = 1\nextension = { times = 1 }", "needs months or days"),
    ("days = 1\nextension = { days = 5 }", "times must be 1 or more"),
    ("days = 1\nextension = { weeks = 5, times = 1 }", "unknown key weeks"),
    ("days = 1\ntell = 'everybody'", "needs at least one tell, each a table"),
    ("days = 1\n[[clock.tell]]\nwho = ['head']", "what is missing"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = 'head'", "who must be a list"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nwhen = 1", "unknown key when"),
    (
        "days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nbefore = { days = 1 }\nafter = { days = 1 }",
        "is told before or after, not both",
    ),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nbefore = 3", "before must be a table"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nbefore = { hours = 3 }", "unknown key hours"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nbefore = { days = 0 }", "needs months or days"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\nevery = 7", "what is told every so many days"),
    ("days = 1\n[[clock.tell]]\nwhat = 'x'\nwho = []\ntimes = 7", "what is told every so many days"),
]


@pytest.mark.parametrize(("more", "says"), BROKEN_CLOCKS)
def test_a_clock_that_cannot_be_read_is_refused_by_file_and_row(copied, more, says):
    text = A_CLOCK.replace('belongs_to = "case"\n', "") if "belongs_to" in more else A_CLOCK
    (copied / "clocks.toml").write_text(f"{text}{more}\n", encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=rf"^clocks\.toml:\d+: any: .*{says}"):
        read(copied)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"sun"', '"sunday"', "weekend must be some of mon, tue"),
        ('"sun"', '"mon", "tue", "wed", "thu", "fri", "sat", "sun"', "and not all"),
        ("[2026-01-01]", '["2026-01-01"]', "holidays must be a list of dates"),
        ("[2026-01-01]", "[2026-01-01T00:00:00]", "holidays must be a list of dates"),
        ("[2026-01-01]", "2026-01-01", "holidays must be a list of dates"),
        ("covers_from = 2026-01-01", "covers_to = 2026-01-01", "covers_from must be a date"),
        ("covers_from = 2026-01-01", "covers_from = 2026-01-02\ncovers_to = 2026-01-01", "covers_to is before"),
        ('zone = "UTC"', "", "zone is missing"),
        ('zone = "UTC"', 'zone = "UTC"\nzoen = "UTC"', "unknown key zoen"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_by_file_and_row(copied, old, new, says):
    assert old in A_CALENDAR
    (copied / "calendars.toml").write_text(A_CALENDAR.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=rf"^calendars.toml.*default.*{says}"):
        read(copied)
