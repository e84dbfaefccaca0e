"""What a check can find. Each finding says what, where, and what an operator does next; ids and numbers alone."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypeAlias


class Found(StrEnum):
    MISSING = "missing"
    ALTERED = "altered"
    ORPHANED = "orphaned"


class Next(StrEnum):
    """What an operator does next."""

    RESTORE_FILE = (
        "Keep the file as it is for whoever looks into it, then put back the one from the newest backup that holds it, "
        "and run `rule12 check --objects`."
    )
    RESTORE_ROW = (
        "Stop the server, keep a copy of the database, and restore the newest backup that `rule12 check` calls sound. "
        "Then find out who could write here: the program never changes this."
    )
    RESTORE_KEYS = "Restore shred-keys.sqlite from its own backup: without this key nothing of the complaint opens."
    FINISH_ERASING = (
        "Find out who put it back or kept it: it was to be gone. Delete it by hand once nobody has to look into it."
    )
    LOOK_AT_FILE = (
        "Nothing names it. If a backup of the database was restored, look whether a newer one names it; if none "
        "does, move it out of the data directory."
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be."""

    found: Found
    where: str
    what: str
    do: Next

    def line(self) -> str:
        """As it is told on a terminal."""
        return f"{self.found.upper():8}  {self.where}: {self.what}\n          {self.do}"

    def written(self) -> dict[str, str]:
        """As it is kept and reported."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def read(cls, told: dict[str, str]) -> "Finding":
        """What `written` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(Found(told["found"]), told["where"], told["what"], Next(told["do"]))


Find: TypeAlias = Callable[[Finding], None]
