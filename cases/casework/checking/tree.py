"""The tree: leaves and entries against the tiles, the tiles against each other, every checkpoint against the leaves.

What a leaf's hash must be is what two of entry, leaf and tile agree on, so that the third is named. From these hashes
the tree is grown anew, and each signed root is held against it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from cases.casework.checking.findings import Find, Finding, Found, Next
from cases.casework.checking.ports import Fixity, KeptCheckpoint, KeptLeaf
from cases.casework.checking.running import Run
from cases.ledger import leaf_of
from cases.merkle import EMPTY_ROOT, HASH_SIZE, Frontier, root_from_leaves
from cases.notes import Checkpoint, NoteRefused, open_note
from cases.tiles import WIDTH, tile_path, tile_paths

LEAVES_AT_ONCE = 2 * WIDTH
Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
Look: TypeAlias = Callable[[Sequence[KeptLeaf]], None]


def settle_size(fixity: Fixity, run: Run) -> int:
    """Up to where this run checks the tree: the newest checkpoint as it began. It only ever grows from there."""
    if run.size is not None:
        return run.size
    extent = fixity.extent()
    run.size = max(extent.covered or 0, extent.leaves)
    if extent.covered is None and extent.leaves:
        run.find(_missing("newest checkpoint", f"{extent.leaves} entries are merged and no checkpoint covers them"))
    elif extent.covered is not None and extent.leaves > extent.covered:
        what = f"{extent.leaves} entries are merged and the newest there is covers {extent.covered}"
        run.find(_missing("newest checkpoint", what))
    return run.size


def walk_leaves(fixity: Fixity, run: Run, verify: Verify, look: Look) -> Iterator[int]:
    """Every merged entry in order of leaf index; yields how many are done after each page."""
    size, start = settle_size(fixity, run), run.position
    if start is None:
        start = 0
        _meet(fixity, run, Frontier(), -1, 0, verify)
    while start < size:
        stop = min(start + LEAVES_AT_ONCE, size)
        page = {leaf.index: leaf for leaf in fixity.leaves(start, stop)}
        grown = None if run.peaks is None else Frontier.resumed(start, [bytes.fromhex(peak) for peak in run.peaks])
        signed = {one.size: one for one in fixity.checkpoints(start, stop)}
        sound: list[KeptLeaf] = []
        for first in range(start, stop, WIDTH):
            row = _tile(fixity, run, first // WIDTH, min(WIDTH, size - first))
            for index in range(first, min(first + WIDTH, stop)):
                settled = _settled(run, index, page.get(index), row[(index - first) * HASH_SIZE :][:HASH_SIZE])
                grown = _grown(grown, settled)
                sound += _sound(page.get(index), settled)
                if checkpoint := signed.get(index + 1):
                    _judge(fixity, run, grown, checkpoint, verify)
        look(sound)
        run.peaks = None if grown is None else [peak.hex() for peak in grown.peaks]
        run.checked["entries"] += len(page)
        start = stop
        yield start


def _tile(fixity: Fixity, run: Run, index: int, width: int) -> bytes:
    """The level-0 tile, found missing where it is; empty then, or as much of it as there is."""
    row, where = fixity.tile(0, index), f"tile {tile_path(0, index, WIDTH)}"
    if not row:
        run.find(_missing(where, f"it is not there; {width} entries stand in it"))
    elif len(row) < width * HASH_SIZE:
        what = f"it holds {len(row) // HASH_SIZE} hashes and {width} entries stand in it"
        run.find(Finding(Found.ALTERED, where, what, Next.RESTORE_ROW))
    return row


def _settled(run: Run, index: int, kept: KeptLeaf | None, tiled: bytes) -> bytes | None:
    """What the hash of this leaf must be; None when nobody can tell. Whatever says something else is found."""
    entry = kept.entry if kept else None
    body = leaf_of(entry.body) if entry else None
    if kept is None:
        run.find(_missing(f"leaf {index}", "its row is not there"))
        return tiled or None
    if entry is None:
        run.find(_missing(f"entry {index}", "the ledger counts it and its row is not there"))
    elif body not in (kept.leaf, tiled):
        run.find(_altered(f"entry {index} (row {entry.position})", "its bytes are not those that were merged"))
    elif body != kept.leaf:
        run.find(_altered(f"leaf {index}", "it is not the hash of its entry, which the tile agrees with"))
        return body
    if tiled and tiled != kept.leaf:
        where = f"tile {tile_path(0, index // WIDTH, WIDTH)}"
        run.find(_altered(where, f"its hash {index % WIDTH} is not that of entry {index}"))
    return kept.leaf


def _sound(kept: KeptLeaf | None, settled: bytes | None) -> list[KeptLeaf]:
    """The leaf whose entry is the one that was merged: what it says can be believed."""
    return [kept] if kept and kept.entry and leaf_of(kept.entry.body) == settled else []


def _grown(frontier: Frontier | None, leaf: bytes | None) -> Frontier | None:
    if frontier is None or leaf is None or len(leaf) != HASH_SIZE:
        return None
    frontier.add(leaf)
    return frontier


def _meet(fixity: Fixity, run: Run, grown: Frontier, after: int, upto: int, verify: Verify) -> None:
    for checkpoint in fixity.checkpoints(after, upto):
        _judge(fixity, run, grown, checkpoint, verify)


def _judge(fixity: Fixity, run: Run, grown: Frontier | None, kept: KeptCheckpoint, verify: Verify) -> None:
    """Hold a checkpoint against the installation's public keys and the tree so far."""
    where = f"checkpoint {kept.size}"
    run.checked["checkpoints"] += 1
    try:
        signed = Checkpoint.parse(open_note(kept.note, fixity.keys, verify))
    except NoteRefused as error:
        run.find(_altered(where, f"{error}"))
        return
    if signed.size != kept.size or signed.origin not in {key.name for key in fixity.keys}:
        run.find(_altered(where, f"it is the one of {signed.origin} over {signed.size} entries"))
    elif grown is not None and not run.parted and signed.root != (grown.root() if kept.size else EMPTY_ROOT):
        # From here on every root differs; the first says where.
        run.parted = True
        what = (
            "it is signed, and the entries there are lead to another root: some were changed with all that names them"
        )
        run.find(_altered(where, what))


def walk_tiles(fixity: Fixity, run: Run) -> Iterator[int]:
    """Every tile above the leaves against the full tiles below; yields how many are done after each."""
    done = run.position or 0
    upper = (tile for tile in tile_paths(run.size or 0) if tile[0])
    for number, (level, index, width) in enumerate(upper):
        if number < done:
            continue
        _compare(fixity, run.find, run.names, level, index, width)
        run.checked["tiles"] += 1
        yield number + 1


def _compare(fixity: Fixity, find: Find, names: Callable[[str], bool], level: int, index: int, width: int) -> None:
    row, where = fixity.tile(level, index), f"tile {tile_path(level, index, WIDTH)}"
    if not row:
        find(_missing(where, f"it is not there; {width} tiles below lead to it"))
        return
    for place in range(width):
        below = fixity.tile(level - 1, index * WIDTH + place)
        lower = f"tile {tile_path(level - 1, index * WIDTH + place, WIDTH)}"
        if row[place * HASH_SIZE :][:HASH_SIZE] != _root(below) and not names(lower):
            find(_altered(where, f"its hash {place} is not the root of {lower}"))
            return


def _root(row: bytes) -> bytes:
    return root_from_leaves(row[at : at + HASH_SIZE] for at in range(0, len(row) // HASH_SIZE * HASH_SIZE, HASH_SIZE))


def _missing(where: str, what: str) -> Finding:
    return Finding(Found.MISSING, where, what, Next.RESTORE_ROW)


def _altered(where: str, what: str) -> Finding:
    return Finding(Found.ALTERED, where, what, Next.RESTORE_ROW)
