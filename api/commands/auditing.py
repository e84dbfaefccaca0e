"""`rule12 export` and `rule12 verify`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened
from cases.casework.auditing import choose, export_to
from cases.errors import CannotStart, LedgerBroken
from cases.ledger import COMMAND_LINE
from cases.notes import NoteRefused, VerifierKey
from cases.verify import verify_bag, verify_filing, verify_proof


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="An empty or new folder.")
@click.option("--case", "number", help="Only entries about this case; the others stay as bare hashes.")
@data_dir_option
@click.pass_obj
def export(parts: Any, out: Path, number: str | None, data_dir: Path | None) -> None:
    """Write a signed bag of the ledger (RFC 8493)."""
    if out.exists() and any(out.iterdir()):
        raise CannotStart(f"{out} is not empty. Name a new folder.")
    with opened(parts, data_dir) as house:
        chosen = choose(house.desk, number, None, None)
        out.mkdir(parents=True, exist_ok=True)
        size = export_to(house.desk, COMMAND_LINE, COMMAND_LINE, out, chosen, now())
    click.echo(f"Wrote {out}: {size} entries under a signed checkpoint.")


@click.command()
@click.argument("bag", type=click.Path(path_type=Path, exists=True), required=False)
@click.option(
    "--proof", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A .tlog-proof of a mailbox."
)
@click.option("--filing", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A filing proof.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="Verifier keys, from `rule12 keys public`; never from the bag.",
)
@click.pass_obj
def verify(parts: Any, bag: Path | None, proof: Path | None, filing: Path | None, key_file: Path) -> None:
    """Check a BAG (folder or zip), or what a reporter kept, offline. Names the first thing that fails."""
    keys = read_keys(key_file)
    if not (bag or proof or filing):
        raise click.UsageError("Name a BAG, or --proof FILE, or --filing FILE.")
    if bag:
        found = verify_bag(bag, keys, parts.verify)
        click.echo(f"SOUND  {found.entries} entries of {found.origin}, tree of {found.size}, root {found.root}")
        for reason, count in sorted(found.withheld.items()):
            click.echo(f"       {count} withheld, unchecked: {reason}")
    entry = None
    if proof:
        entry = verify_proof(_text(proof), keys, parts.verify)
        click.echo(f"SOUND  entry {entry.index} of {entry.size}: {entry.entry['action']} at {entry.entry['at']}")
    if filing:
        verify_filing(_text(filing), entry.entry if entry else None, keys, parts.verify)
        click.echo("SOUND  the filing proof is signed" + (" and says what the entry says" if entry else ""))


def read_keys(file: Path) -> Sequence[VerifierKey]:
    """The verifier keys of a file, one a line. Raises CannotStart when it holds none."""
    try:
        lines = file.read_text(encoding="utf-8").split()
        keys = [VerifierKey.parse(line) for line in lines]
    except (NoteRefused, UnicodeDecodeError) as error:
        raise CannotStart(f"{file} holds no verifier keys: {error}") from error
    if not keys:
        raise CannotStart(f"{file} holds no verifier keys.")
    return keys


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise LedgerBroken(str(file), "it is not text") from error


COMMANDS = (export, verify)
