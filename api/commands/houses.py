"""How commands come by an installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click


def now() -> datetime:
    """The time of a command."""
    return datetime.now(UTC)


def settings(parts: Any, data_dir: Path | None = None, surface: str | None = None) -> Any:
    """Settings from the environment; options win, and are handed down to child processes. Raises CannotStart."""
    if data_dir is not None:
        os.environ["RULE12_DATA_DIR"] = str(data_dir.expanduser().absolute())
    if surface is not None:
        os.environ["RULE12_SURFACE"] = surface
    return parts.read_settings()


@contextmanager
def opened(parts: Any, data_dir: Path | None = None) -> Iterator[Any]:
    """An installation, made or upgraded if need be, with all keys of this machine."""
    chosen = settings(parts, data_dir, "all")
    parts.prepare(chosen)
    house = parts.open_house(chosen)
    try:
        yield house
    finally:
        house.close()


@contextmanager
def opened_to_check(parts: Any, data_dir: Path | None = None) -> Iterator[Any]:
    """An installation as it lies: neither made nor upgraded, and without any private key."""
    house = parts.open_house(settings(parts, data_dir, "all"), ())
    try:
        yield house
    finally:
        house.close()


data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where everything lies (RULE12_DATA_DIR; default: ./var).",
)
