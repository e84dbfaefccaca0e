"""The command line: `rule12`. Exit codes: 0 done, 1 found something wrong, 2 could not run."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from api.commands import auditing, documents, looking_after, serving
from cases.errors import CannotStart, CaseError, CatalogueBroken, DirectoryRefused, LedgerBroken, WorkLeft

FOUND_SOMETHING, COULD_NOT_RUN = 1, 2


@dataclass(frozen=True, slots=True)
class Parts:
    """What wsgi.py joins: settings, storage, and the checking of signatures."""

    read_settings: Callable[..., Any]
    prepare: Callable[..., None]
    open_house: Callable[..., Any]
    verify: Callable[[bytes, bytes, bytes], bool]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rule12")
def rule12() -> None:
    """Rule 1.2 Desk: complaints about social media misuse, from a sealed screenshot to a verified export.

    Settings come from environment variables: RULE12_DATA_DIR, RULE12_KEYS, RULE12_SURFACE, RULE12_ORIGIN …
    """


for group in (serving, looking_after, auditing, documents):
    for command in group.COMMANDS:
        rule12.add_command(command)


def run(read_settings: Any, prepare: Any, open_house: Any, verify: Any, words: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    parts = Parts(read_settings, prepare, open_house, verify)
    try:
        rule12.main(args=words, standalone_mode=False, obj=parts)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except click.Abort:
        sys.exit(COULD_NOT_RUN)
    except DirectoryRefused as error:
        for number, what in error.lines:
            click.echo(f"line {number}: {what}", err=True)
        click.echo("Nothing was imported.", err=True)
        sys.exit(FOUND_SOMETHING)
    except WorkLeft as error:
        click.echo(f"{error}\nNothing was imported.", err=True)
        sys.exit(FOUND_SOMETHING)
    except CatalogueBroken as error:
        click.echo(str(error), err=True)
        sys.exit(FOUND_SOMETHING)
    except LedgerBroken as error:
        click.echo(f"BROKEN  {error.where}: {error.what}", err=True)
        sys.exit(FOUND_SOMETHING)
    except CannotStart as error:
        click.echo(str(error), err=True)
        sys.exit(COULD_NOT_RUN)
    except (CaseError, OSError) as error:
        click.echo(f"{error}", err=True)
        sys.exit(COULD_NOT_RUN)
