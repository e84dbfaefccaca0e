"""What a backup says of itself: canonical JSON beside its files, with their sizes and hashes."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.canonical import Json, canonical, parse_canonical
from cases.errors import BackupDamaged
from cases.times import read_stamp, stamp
from storage.backups.copying import digest_of

FORMAT = "rule12/backup/1"
MANIFEST = "MANIFEST.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup of a database, or of shred keys. `files` gives (size, SHA-256 in hex) by name; `facts` the rest."""

    name: str
    holds: str
    origin: str
    at: datetime
    files: Mapping[str, tuple[int, str]]
    facts: Mapping[str, Any]


def write_manifest(
    folder: Path, name: str, holds: str, origin: str, at: datetime, files: Iterable[str], facts: Mapping[str, Any]
) -> None:
    """Write the manifest over files that are complete, durably."""
    sizes: dict[str, Json] = {
        file: {"size": (folder / file).stat().st_size, "sha256": digest_of(folder / file).hex()} for file in files
    }
    told = {"format": FORMAT, "name": name, "holds": holds, "origin": origin, "at": stamp(at)}
    with (folder / MANIFEST).open("wb") as file:
        file.write(canonical({**told, "files": sizes, "facts": dict(facts)}))
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path, holds: str) -> Manifest:
    """The manifest of a backup, every file it names checked. Raises BackupDamaged naming each that is not as it was."""
    path = folder / MANIFEST
    try:
        told: Any = parse_canonical(path.read_bytes())
        files = {name: (int(one["size"]), str(one["sha256"])) for name, one in told["files"].items()}
        at, facts = read_stamp(told["at"]), dict(told["facts"])
        found = Manifest(folder.name, holds, str(told["origin"]), at, files, facts)
        if (told["format"], told["name"], told["holds"]) != (FORMAT, folder.name, holds):
            raise ValueError("another backup's manifest")  # noqa: TRY301 - one refusal for all of it
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"{path}: it is missing, or no manifest of this backup.") from error
    if faults := [fault for name, facts in files.items() if (fault := _fault(folder / name, *facts))]:
        raise BackupDamaged(*faults)
    return found


def _fault(path: Path, size: int, digest: str) -> str | None:
    if not path.is_file():
        return f"{path}: it is missing."
    if path.stat().st_size != size or digest_of(path).hex() != digest:
        return f"{path}: it is not what was backed up."
    return None
