"""Kept exports: one zip per export, complete or not there at all."""

import fcntl
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from cases.errors import UnknownItem

BLOCK = 1 << 20


class DiskBags:
    """Exports below the data directory. They hold no sealed text, so they lie as they are, for the desk alone."""

    def __init__(self, root: Path) -> None:
        self._root = root / "exports"
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, export: UUID, write: Callable[[Path], None]) -> int:
        """Let `write` fill a folder, zip it, and show it under its name once it is complete."""
        with tempfile.TemporaryDirectory(dir=self._root, prefix=".making-") as making, _held(Path(making)):
            folder = Path(making) / "bag"
            folder.mkdir()
            write(folder)
            zipped = Path(making) / "bag.zip"
            with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as bag:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        bag.write(path, f"bag-{export}/{path.relative_to(folder)}")
            with zipped.open("rb") as file:
                os.fsync(file.fileno())
            size = zipped.stat().st_size
            zipped.rename(self._root / f"{export}.zip")
        return size

    def open(self, export: UUID) -> tuple[int, Iterator[bytes]]:
        """Size and blocks. Raises UnknownItem."""
        path = self._root / f"{export}.zip"
        if not path.is_file():
            raise UnknownItem("There is no such export.")
        return path.stat().st_size, _blocks(path)

    def sweep(self) -> None:
        """Clear what a process that died left half-made."""
        for path in self._root.glob(".making-*"):
            with suppress(BlockingIOError, FileNotFoundError), _held(path):
                shutil.rmtree(path)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder while a living process fills it. Raises BlockingIOError when another does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
