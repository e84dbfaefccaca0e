"""The command line: `rule12`. Exit codes: 0 done, 1 found something wrong, 2 could not run."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import click

from api.commands import (
    auditing,
    backing_up,
    checking,
    documents,
    hooking,
    jobs,
    looking_after,
    mailing_in,
    serving,
)
from cases.errors import (
    BackupDamaged,
    CaseError,
    CatalogueBroken,
    DirectoryRefused,
    JobHeld,
    LedgerBroken,
    UnknownItem,
    WorkLeft,
)

FOUND_SOMETHING, COULD_NOT_RUN = 1, 2
FINDINGS = (BackupDamaged, CatalogueBroken, DirectoryRefused, JobHeld, LedgerBroken, UnknownItem, WorkLeft)
"""What a command was asked to look for, and found; anything else kept it from running."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What wsgi.py joins: settings, storage, and the checking of signatures."""

    read_settings: Callable[..., Any]
    prepare: Callable[..., None]
    open_house: Callable[..., Any]
    verify: Callable[[bytes, bytes, bytes], bool]
    restoring: Callable[..., AbstractContextManager[Any]]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rule12")
def rule12() -> None:
    """Rule 1.2 Desk: complaints about social media misuse, from a sealed screenshot to a verified export.

    Settings come from environment variables: RULE12_DATA_DIR, RULE12_KEYS, RULE12_SURFACE, RULE12_ORIGIN …
    """


for group in (serving, looking_after, jobs, mailing_in, hooking, auditing, checking, backing_up, documents):
    for command in group.COMMANDS:
        rule12.add_command(command)


def run(
    read_settings: Any,
    prepare: Any,
    open_house: Any,
    verify: Any,
    restoring: Any,
    words: Sequence[str] | None = None,
) -> None:
    """Run one command and leave with its exit code."""
    parts = Parts(read_settings, prepare, open_house, verify, restoring)
    try:
        rule12.main(args=words, standalone_mode=False, obj=parts)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except click.Abort:
        sys.exit(COULD_NOT_RUN)
    except (CaseError, OSError) as error:
        click.echo(_told(error), err=True)
        sys.exit(FOUND_SOMETHING if isinstance(error, FINDINGS) else COULD_NOT_RUN)


def _told(error: CaseError | OSError) -> str:
    if isinstance(error, DirectoryRefused):
        return "\n".join([*(f"line {number}: {what}" for number, what in error.lines), "Nothing was imported."])
    if isinstance(error, WorkLeft):
        return f"{error}\nNothing was imported."
    return f"BROKEN  {error.where}: {error.what}" if isinstance(error, LedgerBroken) else str(error)
