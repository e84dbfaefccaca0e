"""`rule12 catalogue calendars`: the offices' holidays, looked up by country and written as data.

The rules never compute a holiday: they read the file this writes, which people can check and correct.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from api.commands.houses import settings
from cases.catalogue import Calendar, load
from cases.catalogue.timing import WEEK
from cases.errors import CannotStart, CatalogueBroken

Holidays = Callable[[Calendar, range], Mapping[date, str]]

HEADER = """\
# The days on which offices do not work. `rule12 catalogue calendars` writes this file: it keeps office, country,
# region, zone and weekend of every row, and looks up the holidays of the country (and region) anew.
#
# To add an office, add a row with `holidays = []` and run the command. An office without a row has the default one.
# The offices shipped are those of the sample directory, and the countries given to them are invented.
# Public holidays of a country are not always those of an office there, and days that follow the moon are estimates:
# compare with the list the office itself publishes.
"""


@click.command()
@click.option("--years", required=True, metavar="FIRST-LAST", help="Whose holidays, such as 2024-2035.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of printing.")
@click.pass_obj
def calendars(parts: Any, years: str, out: Path | None) -> None:
    """Look up the holidays of every office's country anew and write calendars.toml."""
    span = _span(years)
    text = render(load(settings(parts).catalogue).calendars, span, *_package())
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


def render(offices: tuple[Calendar, ...], years: range, holidays_of: Holidays, source: str) -> str:
    """The file, with the holidays that `holidays_of` finds. An office without a country stays as it is."""
    rows = []
    for office in offices:
        found = holidays_of(office, years) if office.country else dict.fromkeys(sorted(office.holidays), "")
        covered = (date(years[0], 1, 1), date(years[-1], 12, 31)) if office.country else None
        rows.append("\n".join(_row(office, found, covered, source)))
    return "\n".join([HEADER, "\n\n".join(rows), ""])


def _row(
    office: Calendar, holidays: Mapping[date, str], covered: tuple[date, date] | None, source: str
) -> Iterator[str]:
    first, last = covered or (office.covers_from, office.covers_to)
    where = f"{office.country}-{office.region}" if office.region else office.country
    facts: dict[str, str] = {
        "office": office.office,
        "country": office.country,
        "region": office.region,
        "zone": office.zone,
    }
    yield "[[calendar]]"
    yield from (f"{key} = {_quoted(value)}" for key, value in facts.items() if value)
    yield f"weekend = [{', '.join(_quoted(WEEK[day]) for day in sorted(office.weekend))}]"
    yield from (f"{key} = {day}" for key, day in (("covers_from", first), ("covers_to", last)) if day)
    yield f"source = {_quoted(f'Public holidays of {where}, {source}' if covered else office.source)}"
    yield f"verified = {str(office.verified and not covered).lower()}"
    if not holidays:
        yield "holidays = []"
        return
    yield "holidays = ["
    yield from (f"    {day},{_comment(name)}" for day, name in sorted(holidays.items()))
    yield "]"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False)


def _comment(name: str) -> str:
    """A TOML comment ends with its line and holds no control characters."""
    return f" # {''.join(one if one.isprintable() else ' ' for one in name)}" if name else ""


def _span(years: str) -> range:
    if not (found := re.fullmatch(r"(\d{4})(?:-(\d{4}))?", years)):
        raise click.BadParameter("Write the first and the last year, such as 2024-2035.", param_hint="--years")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1970 <= first <= last <= 2100:  # noqa: PLR2004  what anybody could know of holidays
        raise click.BadParameter("The years go from an earlier to a later one, 1970 to 2100.", param_hint="--years")
    return range(first, last + 1)


def _package() -> tuple[Holidays, str]:
    """The look-up in the package `holidays`, and its name and version. CannotStart when it is not installed."""
    try:
        import holidays  # noqa: PLC0415  wanted by this command alone, so no installation needs it
    except ImportError as error:
        raise CannotStart(
            "The package holidays is missing. Install it with: pip install 'rule12[calendars]'"
        ) from error
    known = holidays.list_supported_countries(include_aliases=True)

    def look_up(office: Calendar, years: range) -> Mapping[date, str]:
        if office.country not in known or (office.region and office.region not in known[office.country]):
            place = f"country {office.country!r}" + (f" with region {office.region!r}" if office.region else "")
            raise CatalogueBroken(f"calendars.toml, {office.office}: the package holidays knows no {place}")
        return dict(
            holidays.country_holidays(office.country, subdiv=office.region or None, years=years, language="en_US")
        )

    return look_up, f"by the Python package holidays {version('holidays')}"
