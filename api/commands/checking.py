"""`rule12 check`: whether what is kept is what was kept."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from api.commands.auditing import read_keys
from api.commands.houses import data_dir_option, now, opened_to_check
from cases.casework.checking.checks import Means, check, note_check
from cases.casework.checking.running import Half, Run, Stage
from cases.errors import CannotStart
from cases.times import stamp

FOUND_SOMETHING = 1
UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
WALKED = {
    Stage.PARTS: "sealed parts",
    Stage.FILES: "files of the object store",
    Stage.LEAVES: "entries of the ledger",
    Stage.TILES: "tiles above them",
    Stage.UNPLACED: "rows of entries",
    Stage.CASES: "cases",
}


class Rate(click.ParamType[int]):
    """Bytes per second, such as 20MiB."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([1-9][0-9]{0,8}) ?(B|KiB|MiB|GiB|)", str(value))
        if not found:
            self.fail(f"{value!r} is no rate: bytes per second such as 500KiB, 20MiB or 1GiB are expected.", param, ctx)
        return int(found[1]) * UNITS[found[2]]


class Throttle:
    """Lets so many bytes pass per second."""

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep, self._free = rate, clock, sleep, 0.0

    def __call__(self, passed: int) -> None:
        """Wait as long as these bytes take."""
        if self._rate:
            at = self._clock()
            self._free = max(self._free, at) + passed / self._rate
            self._sleep(self._free - at)


class Lines:
    """Progress as lines, a tenth at a time, for whatever is no terminal."""

    def __init__(self) -> None:
        self._last: tuple[Stage, int] | None = None

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        tenth = done * 10 // total if total else 0
        if self._last != (stage, tenth):
            self._last = stage, tenth
            click.echo(f"{WALKED[stage]}: {f'{done} of {total}' if total else 'begun'}")

    def close(self) -> None:
        """Nothing to end."""


class Bar:
    """Progress as a bar for each stage."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._bar: Any = None

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        if stage is not self._stage:
            self.close()
            self._stage = stage
            self._bar = click.progressbar(length=max(total, 1), label=f"{WALKED[stage]:26}", show_pos=True)
            self._bar.render_progress()
        self._bar.update(min(done, self._bar.length) - self._bar.pos)

    def close(self) -> None:
        """End the bar of the last stage."""
        if self._bar is not None:
            self._bar.update(self._bar.length - self._bar.pos)
            self._bar.render_finish()


@click.command("check")
@click.option("--objects", is_flag=True, help="Only sealed objects and files.")
@click.option("--entries", is_flag=True, help="Only the ledger and the cases.")
@click.option("--resume", is_flag=True, help="Go on where a check was stopped.")
@click.option("--limit-rate", "rate", type=Rate(), help="Read so many bytes per second at most, such as 20MiB.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report there, too.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Verifier keys kept elsewhere, from `rule12 keys public` (default: those in the database).",
)
@data_dir_option
@click.pass_obj
def check_(
    parts: Any,
    rate: int | None,
    file: Path | None,
    key_file: Path | None,
    data_dir: Path | None,
    *,
    objects: bool,
    entries: bool,
    resume: bool,
) -> None:
    """Check every sealed object, entry and case: what is missing, altered or orphaned, and what to do about each.

    Needs no private key, repairs nothing, and may run while the server does. See docs/operating.md.
    """
    chosen = [half for half, wanted in ((Half.OBJECTS, objects), (Half.ENTRIES, entries)) if wanted]
    shown = Bar() if sys.stdout.isatty() else Lines()
    with opened_to_check(parts, data_dir) as house, house.run_file.held():
        fixity = house.fixity()
        if key_file:
            fixity.keys = [key for key in read_keys(key_file) if key.name == house.signer.origin]
        run = _run(house, chosen, resume=resume)
        means = Means(fixity, parts.verify, Throttle(rate), lambda run: house.run_file.save(run.written()), shown)
        with _stoppable():
            check(means, run, now())
        shown.close()
        with fixity.saying():
            note_check(house.desk, run, now())
        if file:
            file.write_text(json.dumps(_report(run, now()), indent=2) + "\n", encoding="utf-8")
        house.run_file.clear()
    click.echo(_told(run))
    if not run.is_sound:
        sys.exit(FOUND_SOMETHING)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Tell whoever stops a check how it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped. `rule12 check --resume` goes on from here.", err=True)
        raise


def _run(house: Any, chosen: list[Half], *, resume: bool) -> Run:
    """The run that was stopped, or a new one. Raises CannotStart when the stopped one checks something else."""
    kept = house.run_file.load() if resume else None
    if kept is None:
        if resume:
            click.echo("No check was stopped here: begins a new one.")
        return Run.begin(uuid4(), now(), chosen or list(Half))
    run = Run.read(kept)
    if chosen and tuple(chosen) != run.halves:
        raise CannotStart(f"The check that was stopped is one of {' and '.join(run.halves)}. Resume it as such.")
    click.echo(f"Goes on with the check of {stamp(run.started_at)}.")
    return run


def _report(run: Run, at: datetime) -> dict[str, Any]:
    return {
        "run": str(run.id),
        "started_at": stamp(run.started_at),
        "ended_at": stamp(at),
        "halves": [str(half) for half in run.halves],
        "sound": run.is_sound,
        **run.counts(),
        "findings": [one.written() for one in run.findings],
        "more": run.untold,
    }


def _told(run: Run) -> str:
    counted = ", ".join(f"{count} {what}" for what, count in run.checked.items())
    if run.is_sound:
        return f"SOUND  {counted}"
    more = [f"{run.untold} more are counted and not told."] if run.untold else []
    found = ", ".join(f"{count} {what}" for what, count in sorted(run.found.items()))
    return "\n".join([*(one.line() for one in run.findings), *more, f"FOUND  {found}, in {counted}"])


COMMANDS = (check_,)
