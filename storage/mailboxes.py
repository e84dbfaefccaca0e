"""Mails where a mail server leaves them: a file each, an mbox, a Maildir, or a pipe. Read one by one, none too far.

Only a Maildir is ever changed, and only by `settle`: a mail that is done with goes from `new/` to `cur/` as seen.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from mailbox import mbox
from pathlib import Path
from typing import BinaryIO

from cases.errors import CannotStart

FLAGS = ":2,"


def _nothing() -> None:
    """A mail that stays where it is."""


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail's bytes, one more than the limit where there are more; None where it cannot be read."""

    data: bytes | None = field(repr=False)
    settle: Callable[[], None] = _nothing


def mails_in(source: Path | BinaryIO, limit: int) -> Iterator[FoundMail]:
    """Every mail of a file, an mbox, a Maildir or a stream. Raises OSError; CannotStart for another kind of folder."""
    if not isinstance(source, Path):
        yield FoundMail(source.read(limit + 1))
    elif source.is_dir():
        yield from _of_maildir(source, limit)
    elif _begins_an_mbox(source):
        yield from _of_mbox(source, limit)
    else:
        with source.open("rb") as file:
            yield FoundMail(file.read(limit + 1))


def _begins_an_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _of_mbox(path: Path, limit: int) -> Iterator[FoundMail]:
    box = mbox(path, create=False)
    try:
        for key in box.iterkeys():
            with box.get_file(key) as file:
                yield FoundMail(file.read(limit + 1))
    finally:
        box.close()


def _of_maildir(folder: Path, limit: int) -> Iterator[FoundMail]:
    """What is in `new/`, in the order of its names."""
    new, cur = folder / "new", folder / "cur"
    if not (new.is_dir() and cur.is_dir()):
        raise CannotStart(f"{folder} is no Maildir: it holds no folders new and cur.")
    for path in sorted(new.iterdir()):
        if not path.name.startswith("."):
            yield FoundMail(_read(path, limit), partial(_seen, path, cur))


def _read(path: Path, limit: int) -> bytes | None:
    """A file's bytes; None unless it is one: nobody is led elsewhere, or kept waiting, by what lies in a mailbox."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None


def _seen(path: Path, cur: Path) -> None:
    name, _, flags = path.name.partition(FLAGS)
    target = cur / f"{name}{FLAGS}{''.join(sorted({*flags, 'S'}))}"
    if not target.exists():
        path.rename(target)
