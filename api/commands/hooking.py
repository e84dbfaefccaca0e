"""`rule12 webhooks`: where it is said, outside, that a notice was made."""

from pathlib import Path
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened
from cases.casework.hooking import add_webhook, list_webhooks, remove_webhook


@click.group()
def webhooks() -> None:
    """Where to post that a notice was made (Standard Webhooks). What is posted tells nothing of any case."""


@webhooks.command()
@click.argument("url")
@data_dir_option
@click.pass_obj
def add(parts: Any, url: str, data_dir: Path | None) -> None:
    """Post to URL (https) from now on. Prints its number and its secret, which is shown this once."""
    with opened(parts, data_dir) as house:
        added = add_webhook(house.desk, url, now())
    click.echo(f"{added.id} {added.secret}")


@webhooks.command("list")
@data_dir_option
@click.pass_obj
def list_(parts: Any, data_dir: Path | None) -> None:
    """List numbers, addresses, and when something was taken there last."""
    with opened(parts, data_dir) as house:
        for one in list_webhooks(house.desk):
            taken = one.posted_at.isoformat(timespec="seconds") if one.posted_at else "nothing yet"
            click.echo(f"{one.id} {taken:25} {one.url}")


@webhooks.command()
@click.argument("number", type=int)
@data_dir_option
@click.pass_obj
def remove(parts: Any, number: int, data_dir: Path | None) -> None:
    """Post to the webhook of this NUMBER no more; what waits for it is dropped."""
    with opened(parts, data_dir) as house:
        remove_webhook(house.desk, number, now())
    click.echo("Removed.")


COMMANDS = (webhooks,)
