r"""An export as a bag (RFC 8493, BagIt 1.0) that can be checked offline, without trusting whoever wrote it.

    bagit.txt  bag-info.txt  manifest-sha256.txt
    tagmanifest-sha256.txt           digests of the three above
    bag.sig                          signed note over `rule12/bag/1 \n origin \n hex SHA-256 of the tag manifest \n`
    data/checkpoint                  signed note: the tree's size and root
    data/entries.ndjson              a line per entry, in order of leaf index, exactly as many as the size
    data/tiles/<C2SP path>           the tree's tiles at that size
    data/cases.csv

    line := canonical bytes of the entry | {"leaf":"<hex>","withheld":"<reason>"}

The leaf of a whole line is its RFC 6962 leaf hash; a withheld one names it, so the root still recomputes. No key is in
the bag. `cases.csv` is read after the checkpoint, so a case in it may be newer than the last entry.
"""

import io
import json
import os
import stat
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from struct import error as StructError  # noqa: N812 - the module writes its name small
from types import TracebackType
from typing import IO, Any, Self, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from cases.canonical import canonical
from cases.errors import CannotStart, LedgerBroken
from cases.export import cases_csv
from cases.merkle import HASH_SIZE, leaf_hash
from cases.notes import Checkpoint
from cases.ports import Desk
from cases.tiles import tile_path, tile_paths
from cases.times import read_stamp, stamp

FORMAT = "rule12/bag/1"
OUTSIDE_REQUEST = "outside_request"
REASONS = frozenset({OUTSIDE_REQUEST})
"""Why an entry is withheld."""

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "bag.sig"
PAYLOAD = "data/"
ENTRIES = "data/entries.ndjson"
CASES = "data/cases.csv"
CHECKPOINT = "data/checkpoint"
TILES = "data/tiles/"
MAX_LINE = 1 << 20
_MAX_SHOWN = 120
_BLOCK = 1 << 16
_ENCRYPTED = 1
# What reading a file or a zip raises when its bytes are wrong: zipfile lets all of these through.
_UNREADABLE = (
    ArithmeticError,
    BadZipFile,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    StructError,
    ValueError,
    zlib.error,
)
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an export is narrowed to: ids entries are about (a case number and its complaint's id), and times.

    `from_` is the first moment taken, `to` the first no longer taken. Nothing set takes everything.
    """

    about: tuple[str, ...] = ()
    from_: datetime | None = None
    to: datetime | None = None

    def facts(self) -> dict[str, Any]:
        """What is set, JSON-ready, under `about`, `from` and `to`."""
        facts: dict[str, Any] = {"about": list(self.about)} if self.about else {}
        if self.from_:
            facts["from"] = stamp(self.from_)
        if self.to:
            facts["to"] = stamp(self.to)
        return facts

    def takes(self, entry: dict[str, Any]) -> bool:
        """Whether an entry, as parsed from its canonical bytes, belongs to the export."""
        if self.about and entry["about"]["id"] not in self.about:
            return False
        if self.from_ is None and self.to is None:
            return True
        at = read_stamp(entry["at"])
        return (self.from_ is None or self.from_ <= at) and (self.to is None or at < self.to)


def write_bag(desk: Desk, folder: Path, chosen: Chosen, at: datetime) -> None:
    """Write the bag into `folder`, which is made if need be; memory stays the same whatever the size.

    Raises CannotStart when the folder holds anything, LedgerBroken when storage has lost or changed an entry or a
    tile: what is in the folder then is no bag.
    """
    note = desk.ledger.checkpoint()
    # The desk's own note, fresh from its own ledger: there is nobody to prove it to here.
    checkpoint = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CannotStart(f"{folder} is not empty; an export needs a folder of its own.")
    tally = _Tally()
    # Writing the manifest writes the payload it lists.
    manifest = _manifest(folder, _payload(desk, note, checkpoint.size, chosen), tally)
    tags = {MANIFEST: _write(folder / MANIFEST, manifest)}
    tags[BAGIT] = _write(folder / BAGIT, [_DECLARATION])
    tags[BAG_INFO] = _write(folder / BAG_INFO, [_bag_info(checkpoint.origin, tally, at)])
    listed = _write(folder / TAG_MANIFEST, (_listed(tags[name], name) for name in sorted(tags)))
    signed = desk.signer.bag(statement(checkpoint.origin, listed))
    _write(folder / SIGNATURE, [signed.encode()])


def statement(origin: str, tag_manifest: str) -> str:
    """What `bag.sig` signs; `tag_manifest` is the hex SHA-256 of that file."""
    return f"{FORMAT}\n{origin}\n{tag_manifest}\n"


@dataclass(slots=True)
class _Tally:
    octets: int = 0
    files: int = 0


def _payload(desk: Desk, note: str, size: int, chosen: Chosen) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Every payload file by its path, with its content in blocks."""
    yield CHECKPOINT, [note.encode()]
    yield ENTRIES, _lines(desk, size, chosen)
    cases = (case for case in desk.lookup.every_case() if not chosen.about or case.number in chosen.about)
    yield CASES, cases_csv(cases)
    for level, index, width in tile_paths(size):
        path = tile_path(level, index, width)
        hashes = desk.ledger.tile(level, index)[: width * HASH_SIZE]
        if len(hashes) < width * HASH_SIZE:
            raise LedgerBroken(f"tile {path}", "storage holds fewer hashes than the checkpoint needs")
        yield TILES + path, [hashes]


def _lines(desk: Desk, size: int, chosen: Chosen) -> Iterator[bytes]:
    narrowed = bool(chosen.facts())
    expected = 0
    for stored, leaf in desk.lookup.every_entry(size):
        if stored.index != expected:
            break
        if leaf_hash(stored.body) != leaf:
            raise LedgerBroken(f"entry {expected}", "what storage holds is not what became its leaf")
        expected += 1
        if narrowed and not chosen.takes(json.loads(stored.body)):
            yield canonical({"leaf": leaf.hex(), "withheld": OUTSIDE_REQUEST}) + b"\n"
        else:
            yield stored.body + b"\n"
    if expected != size:
        raise LedgerBroken(f"entry {expected}", f"storage has lost it; the checkpoint covers {size} entries")


def _manifest(folder: Path, payload: Iterable[tuple[str, Iterable[bytes]]], tally: _Tally) -> Iterator[bytes]:
    for path, blocks in payload:
        digest = _write(folder / path, _counted(blocks, tally))
        tally.files += 1
        yield _listed(digest, path)


def _counted(blocks: Iterable[bytes], tally: _Tally) -> Iterator[bytes]:
    for block in blocks:
        tally.octets += len(block)
        yield block


def _listed(digest: str, path: str) -> bytes:
    return f"{digest}  {path}\n".encode()


def _bag_info(origin: str, tally: _Tally, at: datetime) -> bytes:
    rows = {
        "Bagging-Date": at.astimezone(UTC).date().isoformat(),
        "External-Identifier": origin,
        "Payload-Oxum": f"{tally.octets}.{tally.files}",
        "Rule12-Format": FORMAT,
    }
    return "".join(f"{label}: {value}\n" for label, value in rows.items()).encode()


def _write(target: Path, blocks: Iterable[bytes]) -> str:
    """Write a file that was not there before, hashing on the way; the hex SHA-256 of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    seen = sha256()
    with target.open("xb") as file:
        for block in blocks:
            seen.update(block)
            file.write(block)
    return seen.hexdigest()


class BagFiles:
    """The files of a bag, read where they lie: in a folder, or in a zip with or without one folder around them.

    Raises LedgerBroken, and nothing else, for what cannot be read, a path that could lead out of the bag, a name that
    occurs twice, a link, a zip method other than stored and deflated.
    """

    def __init__(self, where: Path) -> None:
        self._folder, self._zip, self._inside = where, None, ""
        with refusing("bag"), ExitStack() as opened:
            if where.is_dir():
                listed = list(_in_folder(where))
            else:
                self._zip = opened.enter_context(ZipFile(where))
                listed = _in_zip(self._zip)
                self._inside = _folder_around(listed)
            self._opened = opened.pop_all()
        self.names = frozenset(name.removeprefix(self._inside) for name in listed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def read(self, name: str, most: int) -> bytes:
        """A small file, whole. Raises LedgerBroken when it is missing or longer than `most` bytes."""
        with self._open(name) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise LedgerBroken(f"file {shown(name)}", f"is longer than {most} bytes")
        return data

    def lines(self, name: str) -> Generator[bytes, None, None]:
        """Lines with their newline. One that is cut off, or longer than `MAX_LINE`, comes without."""
        with self._open(name) as file:
            while line := file.readline(MAX_LINE):
                yield line

    def digest(self, name: str) -> str:
        """The hex SHA-256 of a file."""
        seen = sha256()
        with self._open(name) as file:
            while block := file.read(_BLOCK):
                seen.update(block)
        return seen.hexdigest()

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        where = f"file {shown(name)}"
        if name not in self.names:
            raise LedgerBroken(where, "is missing")
        with refusing(where), self._source(name) as file:
            yield file

    def _source(self, name: str) -> IO[bytes]:
        if self._zip is None:
            return (self._folder / name).open("rb")
        member = cast("io.RawIOBase", self._zip.open(self._inside + name))
        return io.BufferedReader(member, _BLOCK)


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Turn whatever wrong bytes make the standard library raise into a LedgerBroken at `where`."""
    try:
        yield
    except _UNREADABLE as error:
        raise LedgerBroken(where, shown(str(error)) or type(error).__name__) from error


def shown(text: str) -> str:
    """Text out of a bag, fit for a terminal: an attacker may have written it."""
    start = text[:_MAX_SHOWN]
    return start if start.isprintable() else ascii(start)


def _in_folder(root: Path) -> Iterator[str]:
    folders = [""]
    while folders:
        inside = folders.pop()
        with os.scandir(root / inside) as entries:
            for entry in entries:
                name = inside + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                else:
                    _require(entry.is_file(follow_symlinks=False), name, "is a link, or no file at all")
                    yield _safe(name)


def _in_zip(archive: ZipFile) -> list[str]:
    names = [_safe(info.filename) for info in archive.infolist() if _is_plain(info)]
    seen: set[str] = set()
    for name in names:
        _require(name not in seen, name, "is in the zip twice")
        seen.add(name)
    return names


def _is_plain(info: ZipInfo) -> bool:
    """Whether this is a file rather than a folder. Raises LedgerBroken for what is neither, or cannot be read."""
    name = info.filename
    _require(name == info.orig_filename, name, "has a name that readers could take for different ones")
    _require(not stat.S_ISLNK(info.external_attr >> 16), name, "is a link, or no file at all")
    readable = info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & _ENCRYPTED
    _require(readable, name, "is encrypted, or compressed by another method than deflate")
    return not (info.is_dir() and _safe(name.removesuffix("/")))


def _folder_around(names: list[str]) -> str:
    """The one folder that a zip may wrap a bag in (RFC 8493 section 4), with its slash, or nothing."""
    folder = names[0].partition("/")[0] + "/" if names else ""
    wrapped = BAGIT not in names and all(name.startswith(folder) for name in names)
    return folder if wrapped and folder + BAGIT in names else ""


def _safe(name: str) -> str:
    plain = name.isprintable() and not {"\\", ":"} & set(name)
    _require(plain and not {"", ".", ".."} & set(name.split("/")), name, "has a path that could lead out of the bag")
    return name


def _require(holds: bool, name: str, otherwise: str) -> None:  # noqa: FBT001 - the condition is the argument
    if not holds:
        raise LedgerBroken(f"file {shown(name)}", otherwise)
