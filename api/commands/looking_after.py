"""`rule12 directory`, `token`, `link`, `sessions`, `keys`, `catalogue`: looking after an installation."""

from pathlib import Path
from typing import Any

import click

from api.commands.calendars import calendars
from api.commands.houses import data_dir_option, now, opened
from cases.casework.administering import import_directory, issue_token, revoke_tokens
from cases.casework.law import law_of
from cases.casework.signin.links import start_link
from cases.casework.signin.sessions import list_sessions, revoke_sessions
from cases.errors import DirectoryRefused
from cases.people import Role
from cases.times import stamp


@click.group()
def directory() -> None:
    """The people: who works where, for whom, in which role."""


@directory.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Also when open cases are left with somebody who goes, or numbers change.")
@data_dir_option
@click.pass_obj
def import_(parts: Any, file: Path, data_dir: Path | None, *, force: bool) -> None:
    """Import FILE (CSV), whole or not at all; every bad line is reported with its number.

    Refused: open cases left with somebody who is gone or lost the role (a count for each; hand them over first), and a
    number that changed without a word (say under `formerly` which it was).
    """
    with opened(parts, data_dir) as house:
        people = import_directory(house.desk, _text(file), now(), force=force)
    click.echo(f"Imported {people} people.")


def _text(file: Path) -> str:
    """What a file says. Raises DirectoryRefused naming the line that is not UTF-8."""
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DirectoryRefused([(line, "not UTF-8 from here on: save the file as CSV in UTF-8")]) from error


@click.command()
@click.option("--as", "role", type=click.Choice([str(role) for role in Role]), required=True, help="The role.")
@click.option("--person", required=True, help="Staff number.")
@click.option("--days", type=click.IntRange(1, 366), help="Valid for so many days (RULE12_TOKEN_DAYS; default: 30).")
@click.option("--revoke", is_flag=True, help="Revoke every token of this person instead.")
@data_dir_option
@click.pass_obj
def token(parts: Any, role: str, person: str, days: int | None, data_dir: Path | None, *, revoke: bool) -> None:
    """Print a bearer token for a person in a role the directory gives them. It is shown this once."""
    with opened(parts, data_dir) as house:
        if revoke:
            click.echo(f"Revoked {revoke_tokens(house.desk, person, now())} tokens.")
            return
        days = days or parts.read_settings().token_days
        click.echo(issue_token(house.desk, person, Role(role), days, now()).text)


@click.command()
@click.option("--as", "role", type=click.Choice([str(role) for role in Role]), required=True, help="The role.")
@click.option("--person", required=True, help="Staff number.")
@click.option("--minutes", type=click.IntRange(1, 24 * 60), default=30, show_default=True, help="Good for so long.")
@data_dir_option
@click.pass_obj
def link(parts: Any, role: str, person: str, minutes: int, data_dir: Path | None) -> None:
    """Print a link that signs a person in to the pages, once. Hand it over in person; it is shown this once."""
    with opened(parts, data_dir) as house:
        click.echo(start_link(house.desk, person, Role(role), minutes, now()).address)


@click.command()
@click.option("--person", required=True, help="Staff number.")
@click.option("--end", is_flag=True, help="End all of them.")
@data_dir_option
@click.pass_obj
def sessions(parts: Any, person: str, data_dir: Path | None, *, end: bool) -> None:
    """List where a person is signed in to the pages, or sign them out everywhere."""
    with opened(parts, data_dir) as house:
        if end:
            click.echo(f"Ended {revoke_sessions(house.desk, person, now())} sessions.")
            return
        for one in list_sessions(house.desk, person, now()):
            click.echo(f"{stamp(one.started_at)}  last used {stamp(one.seen_at)}  {one.role:14} by {one.method}")


@click.group()
def keys() -> None:
    """The keys, by name; never their private halves."""


@keys.command()
@data_dir_option
@click.pass_obj
def init(parts: Any, data_dir: Path | None) -> None:
    """Make whatever key does not exist yet."""
    with opened(parts, data_dir) as house:
        click.echo(f"{len(house.keyring.public)} keys are there.")


@keys.command("list")
@data_dir_option
@click.pass_obj
def list_(parts: Any, data_dir: Path | None) -> None:
    """List the keys in use by role and id."""
    with opened(parts, data_dir) as house:
        for role, key in house.keyring.ids():
            click.echo(f"{role:15} {key.hex()}")


@keys.command()
@data_dir_option
@click.pass_obj
def public(parts: Any, data_dir: Path | None) -> None:
    """Print the verifier keys that `rule12 verify --key FILE` takes. Hand them out on paper or in person."""
    with opened(parts, data_dir) as house:
        for key in house.signer.verifier_keys():
            click.echo(key.encode())


@click.group()
def catalogue() -> None:
    """The rules as dated data."""


@catalogue.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Own files that stand in for the shipped ones (RULE12_CATALOGUE; default: none).",
)
@click.pass_obj
def check(parts: Any, folder: Path | None) -> None:
    """Check that the files of the catalogue hold together and fit the steps of a case.

    Every fault is reported with its file and line. An instrument whose review is overdue is reported, and is no fault.
    """
    today = now().date()
    law = law_of(folder or parts.read_settings().catalogue, today)
    for row in law.reviews_overdue(today):
        click.echo(f"{row.edition}: was to be reviewed by {row.review_by}, which is overdue.")
    counted = ("categories", "citations", "principles", "provisions", "measures", "instruments", "languages")
    click.echo(f"{', '.join(f'{len(getattr(law, rows))} {rows}' for rows in counted)}: sound.")


catalogue.add_command(calendars)

COMMANDS = (directory, token, link, sessions, keys, catalogue)
