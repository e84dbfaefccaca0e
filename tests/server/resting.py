"""What lies at rest, read beside the program and not through it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server.running import Spot

TABLES = ("complaints", "sealed_parts", "wraps", "evidence", "answers")


def rows(spot: Spot, query: str, *values: Any) -> list[Any]:
    """Rows of the database, without the program's help."""
    with closing(sqlite3.connect(f"file:{spot.data / 'rule12.sqlite'}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def objects(spot: Spot) -> dict[str, Path]:
    """Sealed objects on disk by their id, as 32 hexadecimal digits."""
    return {path.stem: path for path in (spot.data / "objects").rglob("*") if path.is_file()}


def incoming(spot: Spot) -> Sequence[str]:
    """Files on their way in, or left behind on it."""
    return sorted(path.name for path in (spot.data / "incoming").iterdir())


@dataclass(frozen=True, slots=True)
class Rest:
    """Everything an upload could leave."""

    counts: dict[str, int]
    added: int
    objects: frozenset[str]
    incoming: Sequence[str]
    spilled: Sequence[str]

    @classmethod
    def of(cls, spot: Spot) -> "Rest":
        counts = {table: rows(spot, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608
        added = rows(spot, "SELECT count(*) FROM entries WHERE action = 'evidence_added'")[0][0]
        spilled = sorted(str(path) for path in spot.temporary.rglob("*"))
        return cls(counts, added, frozenset(objects(spot)), incoming(spot), spilled)


def holders(files: Iterable[Path], pieces: Sequence[bytes]) -> Iterator[tuple[Path, bytes]]:
    """Files that hold one of these pieces, byte for byte, anywhere, each with a piece it holds."""
    for path in files:
        with suppress(FileNotFoundError):
            data = path.read_bytes()
            yield from ((path, piece) for piece in pieces if piece in data)
