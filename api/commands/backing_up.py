"""`rule12 backup` and `rule12 restore`. See docs/operating.md."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened, settings
from cases.casework.restoring import note_backup, note_restored, replay_erasures
from cases.errors import BackupDamaged
from cases.times import stamp

folder = click.Path(path_type=Path, file_okay=False)
shred_keys_option = click.option(
    "--shred-keys", "apart", type=folder, required=True, help="Where the shred keys lie: apart, and on another disk."
)


@click.command()
@click.argument("into", metavar="DIR", type=folder)
@shred_keys_option
@click.option("--keep", type=click.IntRange(1), default=7, show_default=True, help="Keep the newest so many.")
@data_dir_option
@click.pass_obj
def backup(parts: Any, into: Path, apart: Path, keep: int, data_dir: Path | None) -> None:
    """Back up database and sealed objects into DIR, the shred keys apart, while everything goes on.

    Only objects that are new since the last backup into DIR are copied. Code 1: objects are missing or altered; they
    are named, and the backup holds everything else.
    """
    with opened(parts, data_dir) as house:
        at = now()
        taken = house.backup(into, apart, keep, at, partial(note_backup, house.desk, at=at))
        keys = settings(parts).keys_dir
    click.echo(f"Backup {taken.name}: {taken.entries} entries up to {stamp(taken.newest)}.")
    click.echo(f"{taken.objects} sealed objects, {taken.size} bytes; {taken.copied} of them are new.")
    click.echo(f"The shred keys lie in {apart / taken.name}. Delete them, and every copy, by {taken.delete_by}:")
    click.echo("until then whoever holds them can read what is erased in the meantime.")
    click.echo(f"Not in it: the key files in {keys}. Keep them elsewhere; without them nothing can be opened.")
    if taken.lacking:
        raise BackupDamaged(*taken.lacking)


@click.command()
@click.argument("from_", metavar="DIR", type=folder)
@shred_keys_option
@click.option("--backup", "name", help="Which one, by name (default: the newest).")
@click.option(
    "--erased",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A later list of erasures, such as erased.txt of the data directory that was lost. May be given again.",
)
@click.option("--without-damaged", is_flag=True, help="Restore what is whole, and name what is not.")
@data_dir_option
@click.pass_obj
def restore(
    parts: Any,
    from_: Path,
    apart: Path,
    name: str | None,
    erased: tuple[Path, ...],
    data_dir: Path | None,
    *,
    without_damaged: bool,
) -> None:
    """Restore a backup from DIR into an empty data directory; put the key files there first.

    Erasures that came after the backup are made again before anything can be served. Code 1: something of the backup
    is damaged; it is named.
    """
    chosen, at = settings(parts, data_dir, "all"), now()
    with parts.restoring(chosen, from_, apart, at, name=name, erased=erased, without_damaged=without_damaged) as made:
        replayed = replay_erasures(made.house.desk, made.erased, at)
        note_restored(made.house.desk, made.name, made.at, replayed, at)
    last = stamp(made.newest) if made.newest else stamp(made.at)
    click.echo(f"Restored backup {made.name} of {made.house.signer.origin} with {made.objects} sealed objects.")
    click.echo(f"{replayed} later erasures were made again.")
    click.echo(f"LOST  Whatever was acknowledged after {last} is not in it: complaints, files, moves, erasures.")
    click.echo("Tokens, passkeys and sessions that were ended after that are good again: look through them.")
    click.echo("Now run `rule12 serve`; witnesses of the ledger must be told (docs/operating.md).")
    if made.damaged:
        raise BackupDamaged(*made.damaged)


COMMANDS = (backup, restore)
