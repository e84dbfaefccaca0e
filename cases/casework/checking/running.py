"""One run of a check, from its beginning or from where an earlier one was stopped. It holds positions and findings."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cases.casework.checking.findings import Finding
from cases.errors import CannotStart
from cases.times import read_stamp, stamp

FORMAT = "rule12/check/1"
MOST_FINDINGS = 1000
"""How many are told one by one; more are counted."""


class Half(StrEnum):
    OBJECTS = "objects"
    ENTRIES = "entries"


class Stage(StrEnum):
    """What is walked, in this order."""

    PARTS = "parts"
    FILES = "files"
    LEAVES = "leaves"
    TILES = "tiles"
    UNPLACED = "unplaced"
    CASES = "cases"


STAGES: dict[Half, tuple[Stage, ...]] = {
    Half.OBJECTS: (Stage.PARTS, Stage.FILES),
    Half.ENTRIES: (Stage.LEAVES, Stage.TILES, Stage.UNPLACED, Stage.CASES),
}

COUNTED: dict[Half, tuple[str, ...]] = {
    Half.OBJECTS: ("parts", "bytes", "files"),
    Half.ENTRIES: ("entries", "sealed", "tiles", "checkpoints", "cases"),
}


@dataclass(slots=True)
class Run:
    """How far a run is. `stage` None: at its end. `position` is where the stage goes on, in its own terms.

    `size`: the tree is checked up to this checkpoint. `peaks`: the tree as far as it was walked (`Frontier`), None
    once a leaf could not be made out. `parted`: a signed root was met that the entries do not lead to.
    """

    id: UUID
    started_at: datetime
    halves: tuple[Half, ...]
    stage: Stage | None
    position: Any = None
    size: int | None = None
    peaks: list[str] | None = field(default_factory=list)
    parted: bool = False
    checked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def begin(cls, id_: UUID, at: datetime, halves: Sequence[Half]) -> "Run":
        checked = Counter(dict.fromkeys((name for half in halves for name in COUNTED[half]), 0))
        return cls(id_, at, tuple(halves), STAGES[halves[0]][0], checked=checked)

    def find(self, finding: Finding) -> None:
        """Note a finding: once for each place."""
        if self.names(finding.where):
            return
        self.found[str(finding.found)] += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)

    def names(self, where: str) -> bool:
        """Whether this place was found to be wrong already."""
        return any(where == one.where for one in self.findings)

    @property
    def is_sound(self) -> bool:
        return not self.found

    @property
    def untold(self) -> int:
        """How many findings are only counted."""
        return self.found.total() - len(self.findings)

    def turn(self) -> None:
        """Go on to the next stage."""
        stages = [stage for half in self.halves for stage in STAGES[half]]
        later = stages[stages.index(self.stage) + 1 :] if self.stage else []
        self.stage, self.position = (later[0] if later else None), None

    def counts(self) -> dict[str, Any]:
        """What was looked at and found, in numbers."""
        return {"checked": dict(sorted(self.checked.items())), "found": dict(sorted(self.found.items()))}

    def written(self) -> str:
        """The run as it is kept between two pages."""
        told = {
            "format": FORMAT,
            "id": str(self.id),
            "started_at": stamp(self.started_at),
            "halves": self.halves,
            "stage": self.stage,
            "position": self.position,
            "size": self.size,
            "peaks": self.peaks,
            "parted": self.parted,
            **self.counts(),
            "findings": [one.written() for one in self.findings],
        }
        return json.dumps(told, indent=1)

    @classmethod
    def read(cls, text: str) -> "Run":
        """What `written` wrote. Raises CannotStart for anything else."""
        try:
            told = json.loads(text)
            run = cls(
                UUID(told["id"]),
                read_stamp(told["started_at"]),
                tuple(Half(half) for half in told["halves"]),
                Stage(told["stage"]) if told["stage"] else None,
                told["position"],
                told["size"],
                told["peaks"],
                told["parted"],
                Counter(told["checked"]),
                Counter(told["found"]),
                [Finding.read(one) for one in told["findings"]],
            )
            current = told["format"] == FORMAT
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotStart("What the stopped check left cannot be read. Check from the beginning.") from error
        if not current:
            raise CannotStart("Another version of this program began the check. Check from the beginning.")
        return run
