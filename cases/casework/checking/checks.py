"""The check itself: stage by stage, kept after each page, and one entry of the ledger at its end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.casework.checking.entries import look_at, walk_cases, walk_unplaced
from cases.casework.checking.objects import Pace, walk_files, walk_parts
from cases.casework.checking.ports import Fixity
from cases.casework.checking.running import Run, Stage
from cases.casework.checking.tree import Verify, settle_size, walk_leaves, walk_tiles
from cases.casework.entries import entry
from cases.ledger import COMMAND_LINE, THE_SYSTEM, EntryKind
from cases.ports import Desk

CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Means:
    """What a check works with. `keep` makes the run durable; `tell` hears of a stage, how much is done, of how much."""

    fixity: Fixity
    verify: Verify
    pace: Pace
    keep: Callable[[Run], None]
    tell: Callable[[Stage, int, int], None]


def check(means: Means, run: Run, at: datetime) -> None:
    """Walk whatever the run has still to walk. Nothing that is checked is changed."""
    while run.stage is not None:
        stage, total = run.stage, _total(means.fixity, run, run.stage)
        means.tell(stage, _done(run, stage), total)
        for position in _walk(means, run, at):
            run.position = position
            means.tell(stage, _done(run, stage), total)
            means.keep(run)
        run.turn()
        means.keep(run)


def note_check(desk: Desk, run: Run, at: datetime) -> None:
    """One entry for each run, whatever it found: numbers, and no name of anything. Twice is as once."""
    newest = desk.lookup.newest_entry(CHECKED)
    if newest and str(run.id).encode() in newest.body:
        return
    facts = {"run": str(run.id), "halves": [str(half) for half in run.halves], **run.counts()}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, CHECKED, facts=facts))


def _walk(means: Means, run: Run, at: datetime) -> Iterator[Any]:
    fixity = means.fixity
    match run.stage:
        case Stage.PARTS:
            return walk_parts(fixity, run, means.pace)
        case Stage.FILES:
            return walk_files(fixity, run, at)
        case Stage.LEAVES:
            return walk_leaves(fixity, run, means.verify, lambda page: look_at(fixity, run, page))
        case Stage.TILES:
            return walk_tiles(fixity, run)
        case Stage.UNPLACED:
            return walk_unplaced(fixity, run)
        case _:
            return walk_cases(fixity, run)


_COUNTED = {Stage.PARTS: "parts", Stage.FILES: "files", Stage.LEAVES: "entries", Stage.CASES: "cases"}


def _done(run: Run, stage: Stage) -> int:
    return run.checked[_COUNTED[stage]] if stage in _COUNTED else run.position or 0


def _total(fixity: Fixity, run: Run, stage: Stage) -> int:
    """How much a stage has to walk, as far as one can know."""
    extent = fixity.extent()
    match stage:
        case Stage.PARTS:
            return extent.parts
        case Stage.LEAVES:
            return settle_size(fixity, run)
        case Stage.UNPLACED:
            return extent.entries
        case Stage.CASES:
            return extent.cases
        case _:
            return 0
