"""`rule12 catalogue calendars`: what it writes, the catalogue can read."""

import shutil
import sys
import tomllib
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

import cases.catalogue
from api.commands import Parts, rule12
from api.commands.calendars import render
from cases.catalogue import Calendar, load, read
from cases.errors import CannotStart, CatalogueBroken
from storage.settings import read_settings

SHIPPED = Path(cases.catalogue.__file__).parent
OFFICES = load().calendars


def asked(*words: str, own: Path | None = None) -> str:
    """What the command prints. Raises what it raises."""
    settings = partial(read_settings, {} if own is None else {"RULE12_CATALOGUE": str(own)})
    parts = Parts(settings, print, print, lambda *_: False, nullcontext)
    arguments = ["catalogue", "calendars", *words]
    return CliRunner().invoke(rule12, arguments, obj=parts, catch_exceptions=False, standalone_mode=False).output


def read_back(text: str, folder: Path) -> dict[str, Calendar]:
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, folder)
    (folder / "calendars.toml").write_text(text, encoding="utf-8")
    law = read(folder)
    assert law.check() == []
    return {calendar.office: calendar for calendar in law.calendars}


def test_the_holidays_of_every_office_are_looked_up_anew_and_the_rest_is_kept(tmp_path: Path) -> None:
    found = read_back(asked("--years", "2030-2031"), tmp_path)
    for office in OFFICES:
        new = found[office.office]
        assert (new.country, new.region, new.zone, new.weekend) == (
            office.country,
            office.region,
            office.zone,
            office.weekend,
        )
        assert {day.year for day in new.holidays} == ({2030, 2031} if office.country else set())
    assert (found["HQ"].covers_from, found["HQ"].covers_to) == (date(2030, 1, 1), date(2031, 12, 31))
    assert {date(2030, 4, 19), date(2030, 9, 5), date(2031, 12, 31)} <= found["HQ"].holidays
    assert found["default"] == load().calendar()


def test_it_writes_where_it_is_told_to(tmp_path: Path) -> None:
    assert asked("--years", "2026", "--out", str(tmp_path / "out.toml")) == ""
    assert (tmp_path / "out.toml").read_text(encoding="utf-8") == asked("--years", "2026")


def test_an_administrators_own_offices_are_looked_up(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    elsewhere.mkdir()
    text = (SHIPPED / "calendars.toml").read_text(encoding="utf-8")
    mine = '[[calendar]]\noffice = "Mine"\ncountry = "FR"\nzone = "Europe/Paris"\nweekend = ["sun"]\nholidays = []\n'
    (own / "calendars.toml").write_text(f'{text}\n{mine}source = "x"\nverified = true\n', encoding="utf-8")
    found = read_back(asked("--years", "2026", own=own), elsewhere)["Mine"]
    assert (found.weekend, found.verified, date(2026, 7, 14) in found.holidays) == ({6}, False, True)


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("CH", "XX")])
def test_a_country_or_region_nobody_knows_is_named(tmp_path: Path, country: str, region: str) -> None:
    strange = replace(load().calendar("HQ"), country=country, region=region, holidays=frozenset())
    text = render((load().calendar(), strange), range(2026, 2027), lambda *_: {}, "nobody")
    (tmp_path / "calendars.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=f"calendars.toml, HQ: .* knows no country '{country}'"):
        asked("--years", "2026", own=tmp_path)


@pytest.mark.parametrize("years", ["", "26", "2026-", "2027-2026", "1960", "2026-2101", "2026 - 2027"])
def test_years_that_are_none_are_refused(years: str) -> None:
    with pytest.raises(Exception, match=r"Write the first and the last year|from an earlier to a later one"):
        asked("--years", years)


def test_without_the_package_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(CannotStart, match=r"pip install 'rule12\[calendars\]'"):
        asked("--years", "2026")


def test_no_name_of_office_or_holiday_breaks_out_of_its_line() -> None:
    quoted = 'a "b" \\ c\n]é\U0001f600'
    office = replace(load().calendar("HQ"), office=quoted, region=quoted, holidays=frozenset())
    text = render((office,), range(2026, 2027), lambda *_: {date(2026, 1, 1): 'New\nyear\r\x00"]\u2028'}, quoted)
    [row] = tomllib.loads(text)["calendar"]
    assert (row["office"], row["region"], row["holidays"]) == (quoted, quoted, [date(2026, 1, 1)])


def test_what_is_shipped_is_what_the_command_writes() -> None:
    """Names and moon days may change with the package; offices, layout and comments may not."""
    written, shipped = asked("--years", "2024-2035"), (SHIPPED / "calendars.toml").read_text(encoding="utf-8")
    assert written.split("[[calendar]]")[0] == shipped.split("[[calendar]]")[0]
    assert [line for line in written.splitlines() if line.startswith(("office", "country", "zone", "covers"))] == [
        line for line in shipped.splitlines() if line.startswith(("office", "country", "zone", "covers"))
    ]
