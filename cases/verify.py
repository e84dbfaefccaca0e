"""Checks what an auditor or a reporter was handed: offline, with keys they already hold, never with one found inside.

A bag (its files are in `cases/bag.py`), as a folder or a zip, is checked in this order; the first failure is named:

    checkpoint     a given key of the log's own name signed it
    entries        each line against its leaf, in order; and its case's versions, gapless from 1
    tiles          grown again from the leaves, level by level, up to the signed root
    lines          exactly as many as the checkpoint covers
    manifests      every file listed exactly once, with its digest
    bag.sig        the log's signature over the tag manifest

Nothing is extracted. Memory holds a tile per level, the names of the files, and a number per case. Every failure is a
LedgerBroken, whatever the bytes. The leaf pins a line's exact bytes, so a bag's lines are not held against RFC 8785.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from cases.bag import (
    CHECKPOINT,
    ENTRIES,
    MANIFEST,
    MAX_LINE,
    PAYLOAD,
    REASONS,
    SIGNATURE,
    TAG_MANIFEST,
    TILES,
    BagFiles,
    refusing,
    shown,
    statement,
)
from cases.canonical import canonical, parse_canonical
from cases.complaint import PROOF_HEADER
from cases.errors import LedgerBroken
from cases.ledger import FORMAT, EntryKind
from cases.merkle import HASH_SIZE, fold, leaf_hash, node_hash, verify_inclusion
from cases.notes import MAX_NOTE, Checkpoint, InclusionProof, VerifierKey, open_note
from cases.tiles import HEIGHT, WIDTH, tile_path, tile_paths

Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) → whether the Ed25519 signature holds."""

_decoded = json.JSONDecoder().decode
_FILING = "/filing"
_PROOF_FACTS = frozenset({"origin", "complaint_id", "digest", "received_at", "merge_by", "recipients", "mailbox"})
_CHANGE = str(EntryKind.CHANGE)
_KINDS = tuple(str(kind) for kind in EntryKind)  # searched, not hashed: what is looked for may be a list
_WITHHELD = re.compile(rb'\{"leaf":"([0-9a-f]{64})","withheld":"([a-z_]{1,32})"\}')
_LISTED = re.compile(r"([0-9a-f]{64})  (\S.*)\n")


@dataclass(frozen=True, slots=True)
class Verified:
    """A bag that holds: `entries` were shown and checked, `withheld` counts the others by reason, `root` is hex."""

    entries: int
    withheld: Mapping[str, int]
    size: int
    root: str
    origin: str


@dataclass(frozen=True, slots=True)
class ProofVerified:
    """An entry that is leaf `index` of the signed tree; `root` is hex."""

    entry: dict[str, Any]
    index: int
    size: int
    root: str
    origin: str


def verify_bag(folder: Path, keys: Sequence[VerifierKey], verify: Verify) -> Verified:
    """Check a bag, a folder or a zip. Raises LedgerBroken, which names the first thing that fails."""
    with BagFiles(folder) as files:
        checkpoint = _checkpoint(_note(files, CHECKPOINT, "checkpoint"), keys, verify)
        history = _check_ledger(files, checkpoint)
        payload = frozenset(name for name in files.names if name.startswith(PAYLOAD))
        _check_manifest(files, MANIFEST, payload)
        _check_manifest(files, TAG_MANIFEST, files.names - payload - {TAG_MANIFEST, SIGNATURE})
        signed = _opened(SIGNATURE, _note(files, SIGNATURE, SIGNATURE), checkpoint.origin, keys, verify)
        if signed != statement(checkpoint.origin, files.digest(TAG_MANIFEST)):
            raise LedgerBroken(SIGNATURE, f"signs something else than this {TAG_MANIFEST}")
    withheld = MappingProxyType(dict(history.withheld))
    return Verified(history.shown, withheld, checkpoint.size, checkpoint.root.hex(), checkpoint.origin)


def verify_proof(text: str, keys: Sequence[VerifierKey], verify: Verify) -> ProofVerified:
    """Check a C2SP tlog-proof whose extra data is an entry's canonical bytes. Raises LedgerBroken."""
    with refusing("proof"):
        proof = InclusionProof.parse(text)
    if proof.extra is None:
        raise LedgerBroken("proof", "carries no entry")
    checkpoint = _checkpoint(proof.checkpoint_note, keys, verify)
    where = f"entry {proof.index}"
    if not verify_inclusion(proof.index, checkpoint.size, leaf_hash(proof.extra), proof.hashes, checkpoint.root):
        raise LedgerBroken(where, "the proof does not lead from this entry to the signed root")
    with refusing(where):
        entry = _entry(parse_canonical(proof.extra))
    return ProofVerified(entry, proof.index, checkpoint.size, checkpoint.root.hex(), checkpoint.origin)


def verify_filing(
    note: str, entry: Mapping[str, Any] | None, keys: Sequence[VerifierKey], verify: Verify
) -> dict[str, Any]:
    """Check a filing proof and return its facts; with a parsed entry, that it repeats them. Raises LedgerBroken."""
    where = "filing proof"
    with refusing(where):
        facts = _filing_facts(open_note(note, keys, verify))
        _opened(where, note, f"{facts['origin']}{_FILING}", keys, verify)
        if entry is None:
            return facts
        about = {"kind": "complaint", "id": facts["complaint_id"]}
        if entry.get("kind") != EntryKind.INTAKE or entry.get("about") != about:
            raise LedgerBroken(where, "the entry is not about the filing of this complaint")
        # Compared as bytes: to Python, true and 1 are the same fact.
        if canonical(entry.get("facts")) != canonical(facts):
            raise LedgerBroken(where, "the entry does not repeat the facts of the proof")
    return facts


def _note(files: BagFiles, name: str, where: str) -> str:
    data = files.read(name, MAX_NOTE)
    with refusing(where):
        return str(data, "utf-8")


def _opened(where: str, note: str, name: str, keys: Sequence[VerifierKey], verify: Verify) -> str:
    """The text of a note that a given key of exactly this name signed."""
    with refusing(where):
        return open_note(note, [key for key in keys if key.name == name], verify)


def _checkpoint(note: str, keys: Sequence[VerifierKey], verify: Verify) -> Checkpoint:
    """A checkpoint signed by any given key first, so that its origin can be believed; then by the origin's own."""
    with refusing("checkpoint"):
        checkpoint = Checkpoint.parse(open_note(note, keys, verify))
    _opened("checkpoint", note, checkpoint.origin, keys, verify)
    return checkpoint


def _filing_facts(text: str) -> dict[str, Any]:
    header, line, *rest = text.split("\n")
    if header != PROOF_HEADER or rest != [""]:
        raise ValueError(f"must be two lines, the first {PROOF_HEADER}")
    facts = parse_canonical(line.encode())
    if not isinstance(facts, dict) or facts.keys() != _PROOF_FACTS:
        raise ValueError("does not hold the facts of a filing proof")
    return facts


def _check_ledger(files: BagFiles, checkpoint: Checkpoint) -> "_History":
    """Entries, tiles and root; stops at the first thing that fails."""
    history, tree, size = _History(), _Regrown(files, checkpoint.size), checkpoint.size
    with closing(files.lines(ENTRIES)) as lines:
        for _, index, width in takewhile(lambda tile: tile[0] == 0, tile_paths(size)):
            row = tree.stored(0, index, width)
            for line in islice(lines, width):
                history.take(line, row)
            tree.add(0, index, row)
        tree.must_lead_to(checkpoint.root)
        if history.lines < size:
            where = f"entry {history.lines} (line {history.lines + 1})"
            raise LedgerBroken(where, f"is missing: the checkpoint covers {size} entries")
        for line in lines:
            raise LedgerBroken(_named(size, line), f"is one more than the {size} the checkpoint covers")
    return history


class _History:
    """The lines so far: how many were shown and withheld, and the last version of each case."""

    def __init__(self) -> None:
        self.shown, self.lines = 0, 0
        self.withheld: Counter[str] = Counter()
        self._versions: dict[str, int] = {}
        self._skipped = 0

    def take(self, line: bytes, row: bytes) -> None:
        """Hold the next line against its place in the level-0 tile. Raises LedgerBroken."""
        index, at = self.lines, self.lines % WIDTH * HASH_SIZE
        if line[-1:] != b"\n":
            raise LedgerBroken(_named(index, line), f"does not end in a newline within {MAX_LINE} bytes")
        body = line[:-1]
        withheld = _WITHHELD.fullmatch(body)
        leaf = bytes.fromhex(withheld[1].decode()) if withheld else leaf_hash(body)
        if row[at : at + HASH_SIZE] != leaf:
            raise LedgerBroken(_named(index, body), _instead(leaf, row, index))
        if withheld:
            self._withhold(index, withheld[2].decode())
        else:
            self._show(index, body)
        self.lines += 1

    def _withhold(self, index: int, reason: str) -> None:
        if reason not in REASONS:
            raise LedgerBroken(f"entry {index} (withheld, line {index + 1})", f"no such reason: {reason}")
        self.withheld[reason] += 1

    def _show(self, index: int, body: bytes) -> None:
        try:
            entry = _entry(_decoded(str(body, "utf-8")))
        except (ValueError, RecursionError) as error:
            raise LedgerBroken(_named(index, body), f"is not an entry: {shown(str(error))}") from error
        self.shown += 1
        if entry["version"] is not None:
            self._follow(index, body, entry["about"]["id"], entry["version"])

    def _follow(self, index: int, body: bytes, case: str, version: int) -> None:
        """A withheld line does not say which case it is about: it may account for one missing version, of any."""
        last = self._versions.get(case, 0)
        self._skipped += version - last - 1
        if version <= last or self._skipped > self.withheld.total():
            raise LedgerBroken(_named(index, body), f"is version {version} of its case, after version {last}")
        self._versions[case] = version


class _Regrown:
    """The tree as its leaves make it, a row of hashes per level, each held against the stored tile once complete.

    The first difference is kept until the root is known, which tells whether the leaves or the tile above are false.
    """

    def __init__(self, files: BagFiles, size: int) -> None:
        self._files, self._size = files, size
        self._rows: dict[int, bytes] = {}
        self._last: dict[int, tuple[str, bytes]] = {}
        self._missing: LedgerBroken | None = None
        self._differing: tuple[str, str] | None = None

    def stored(self, level: int, index: int, width: int) -> bytes:
        """A tile out of the bag. Raises LedgerBroken when it is missing or not `width` hashes wide."""
        path = tile_path(level, index, width)
        try:
            hashes = self._files.read(TILES + path, WIDTH * HASH_SIZE)
        except LedgerBroken as error:
            raise LedgerBroken(f"tile {path}", error.what) from error
        if len(hashes) != width * HASH_SIZE:
            raise LedgerBroken(f"tile {path}", f"is {len(hashes)} bytes long, not {width * HASH_SIZE}")
        return hashes

    def add(self, level: int, index: int, row: bytes) -> None:
        """Take a level's next row of hashes; a full one adds its root to the level above."""
        width = len(row) // HASH_SIZE
        if level and not (self._missing or self._differing):
            self._compare(level, index, width, row)
        if width < WIDTH:
            self._last[level] = tile_path(level, index, width), row
            return
        above, place = divmod(index, WIDTH)
        grown = self._rows.pop(level + 1, b"") + _perfect_root(row)
        if place + 1 == min(WIDTH, (self._size >> HEIGHT * (level + 1)) - above * WIDTH):
            self.add(level + 1, above, grown)
        else:
            self._rows[level + 1] = grown

    def must_lead_to(self, root: bytes) -> None:
        """Compare with the signed root. Raises LedgerBroken for the tile at fault."""
        last = [self._last[level] for level in sorted(self._last, reverse=True)]
        grown = fold([peak for _, row in last for peak in _peaks(row)])
        if self._missing:
            raise self._missing
        if self._differing:
            upper, lower = self._differing
            # Leaves that lead to the signed root are right, so the tile that disagrees with them is not.
            where, other = (upper, lower) if grown == root else (lower, upper)
            raise LedgerBroken(f"tile {where}", f"does not agree with tile {other}")
        if grown != root:
            where = " or ".join(path for path, _ in reversed(last))
            raise LedgerBroken(f"tile {where}" if last else "checkpoint", "does not lead to the signed root")

    def _compare(self, level: int, index: int, width: int, row: bytes) -> None:
        try:
            stored = self.stored(level, index, width)
        except LedgerBroken as error:
            self._missing = error
            return
        for place in range(width):
            if _at(stored, place) != _at(row, place):
                self._differing = tile_path(level, index, width), tile_path(level - 1, index * WIDTH + place, WIDTH)
                return


def _perfect_root(row: bytes) -> bytes:
    """The root over a power of two of hashes side by side: the inner loop of verification."""
    while len(row) > HASH_SIZE:
        pairs = range(0, len(row), 2 * HASH_SIZE)
        row = b"".join([node_hash(row[at : at + HASH_SIZE], row[at + HASH_SIZE : at + 2 * HASH_SIZE]) for at in pairs])
    return row


def _peaks(row: bytes) -> Iterator[bytes]:
    """The roots of the perfect subtrees that a partial row of hashes makes, the largest first."""
    while row:
        width = 1 << (len(row) // HASH_SIZE).bit_length() - 1
        yield _perfect_root(row[: width * HASH_SIZE])
        row = row[width * HASH_SIZE :]


def _at(row: bytes, place: int) -> bytes:
    return row[place * HASH_SIZE : (place + 1) * HASH_SIZE]


def _instead(leaf: bytes, row: bytes, index: int) -> str:
    """What a line is, when it is not the leaf of its place: perhaps another entry nearby."""
    places = (place for place in range(len(row) // HASH_SIZE) if _at(row, place) == leaf)
    place = next(places, None)
    if place is None:
        return "is not what the ledger holds there"
    return f"is not what the ledger holds there: this line is entry {index - index % WIDTH + place}"


def _named(index: int, line: bytes) -> str:
    """How a line is called: by what it says of itself, where it can be read."""
    try:
        entry = _entry(_decoded(str(line, "utf-8")))
        said = f"{entry['action']} about {entry['about']['id']}, "
    except (ValueError, RecursionError):
        said = "withheld, " if _WITHHELD.fullmatch(line) else ""
    return f"entry {index} ({shown(said)}line {index + 1})"


def _entry(value: object) -> dict[str, Any]:
    """The value, if it has the shape of an entry. Raises ValueError."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ValueError(f"it is not written as {FORMAT}")
    about, kind, version = value.get("about"), value.get("kind"), value.get("version")
    named = isinstance(about, dict) and isinstance(about.get("kind"), str) and isinstance(about.get("id"), str)
    if not named or kind not in _KINDS or not isinstance(value.get("action"), str):
        raise ValueError("it lacks what every entry has")
    if not (type(version) is int and version > 0 if kind == _CHANGE else version is None):
        raise ValueError("change entries carry the case version, other entries none")
    return value


def _check_manifest(files: BagFiles, manifest: str, listed: frozenset[str]) -> None:
    """Every line names a file of `listed` with its digest, and every one of them once. Raises LedgerBroken."""
    seen: set[str] = set()
    with closing(files.lines(manifest)) as lines:
        for number, line in enumerate(lines, 1):
            digest, name = _listing(manifest, number, line)
            where = f"file {shown(name)}"
            if name in seen:
                raise LedgerBroken(where, f"is listed twice in {manifest}")
            if name in files.names and name not in listed:
                raise LedgerBroken(where, f"does not belong in {manifest}")
            if files.digest(name) != digest:
                raise LedgerBroken(where, f"does not have the digest that {manifest} lists")
            seen.add(name)
    for name in sorted(listed - seen):
        raise LedgerBroken(f"file {shown(name)}", f"is not listed in {manifest}")


def _listing(manifest: str, number: int, line: bytes) -> tuple[str, str]:
    where = f"file {manifest}"
    with refusing(where):
        listing = _LISTED.fullmatch(str(line, "utf-8"))
    if not listing:
        raise LedgerBroken(where, f"line {number} is not a digest and a path")
    return listing[1], listing[2]
