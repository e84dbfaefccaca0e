"""The ledger's tree kept as tiles: C2SP tlog-tiles, tile height 8.

    tile(level, index) = 1 to 256 hashes of 32 bytes, side by side
    hash i of it       = MTH(D[(index·256 + i)·256^level : (index·256 + i + 1)·256^level])

Level 0 holds the leaf hashes; a hash of level L+1 stands for a full tile of level L, never for a partial one. At each
level only the last tile can be partial. The tree's other nodes are recomputed from the tiles.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cases.errors import LedgerBroken
from cases.merkle import EMPTY_ROOT, HASH_SIZE, fold, root_from_leaves, split

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63

Tiles: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → the bytes of that tile as stored now. More hashes than were asked about are fine: a tree that has
grown since answers for its past with a prefix."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile. Raises ValueError for a level, index or length that no tile has."""

    level: int
    index: int
    hashes: bytes

    def __post_init__(self) -> None:
        if not (0 <= self.level <= MAX_LEVEL and self.index >= 0):
            raise ValueError(f"no tile at level {self.level}, index {self.index}")
        if len(self.hashes) % HASH_SIZE or not 1 <= self.width <= WIDTH:
            raise ValueError(f"a tile cannot be {len(self.hashes)} bytes long")

    @property
    def width(self) -> int:
        """How many hashes it holds: 256 when full."""
        return len(self.hashes) // HASH_SIZE

    @property
    def path(self) -> str:
        """The C2SP path below `tile/`, such as `0/x001/234.p/17`."""
        return tile_path(self.level, self.index, self.width)


def tile_path(level: int, index: int, width: int) -> str:
    """The C2SP path of a tile below `tile/`: the index in groups of three digits, the width unless full."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"{level}/{'/'.join(reversed(groups))}{partial}"


def tile_paths(size: int) -> Iterator[tuple[int, int, int]]:
    """(level, index, width) of every tile that a tree of `size` leaves has, level by level from the leaves up.

    Raises ValueError for a negative size.
    """
    _require(size >= 0, f"no tree of {size} leaves")
    level = 0
    while count := size >> HEIGHT * level:
        full, rest = divmod(count, WIDTH)
        yield from ((level, index, WIDTH) for index in range(full))
        if rest:
            yield level, full, rest
        level += 1


def append(size: int, leaves: Sequence[bytes], read: Tiles) -> list[Tile]:
    """The new and the grown tiles, each with all of its hashes, once these leaf hashes follow a tree of `size`.

    Reads at most one tile per level, the last partial one. Raises ValueError for a negative size or a leaf hash that
    is not 32 bytes, LedgerBroken when a stored tile is too short.
    """
    _require(size >= 0, f"no tree of {size} leaves")
    _require(all(len(leaf) == HASH_SIZE for leaf in leaves), f"a leaf hash must be {HASH_SIZE} bytes")
    grown: list[Tile] = []
    level, fresh = 0, list(leaves)
    while fresh:
        first, held = divmod(size >> HEIGHT * level, WIDTH)
        row = (_prefix(read, level, first, held) if held else b"") + b"".join(fresh)
        starts = range(0, len(row), WIDTH * HASH_SIZE)
        tiles = [Tile(level, first + i, row[at : at + WIDTH * HASH_SIZE]) for i, at in enumerate(starts)]
        grown += tiles
        fresh = [root_from_leaves(_cut(tile.hashes)) for tile in tiles if tile.width == WIDTH]
        level += 1
    return grown


def root(size: int, read: Tiles) -> bytes:
    """The root of the first `size` leaves. Reads the last partial tile of each level.

    Raises ValueError for a negative size, LedgerBroken when a tile is too short.
    """
    _require(size >= 0, f"no tree of {size} leaves")
    return _Tree(size, read).span(0, size)


def inclusion_proof(index: int, size: int, read: Tiles) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size`, its sibling first (RFC 6962 section 2.1.1).

    Reads at most two tiles per level. Raises ValueError for a leaf outside the tree, LedgerBroken when a tile is
    too short.
    """
    _require(0 <= index < size, f"no leaf {index} in a tree of {size}")
    tree, proof = _Tree(size, read), []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(tree.span(middle, end))
            end = middle
        else:
            proof.append(tree.span(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read: Tiles) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` (RFC 6962 section 2.1.2).

    Empty when the sizes are equal or `old` is zero. Reads at most two tiles per level. Raises ValueError when `old` is
    negative or beyond `new`, LedgerBroken when a tile is too short.
    """
    _require(0 <= old <= new, f"a tree of {new} cannot begin with one of {old}")
    if old == 0:
        return []
    tree, proof = _Tree(new, read), []
    start, end = 0, new
    while end > old:
        middle = start + split(end - start)
        if old <= middle:
            proof.append(tree.span(middle, end))
            end = middle
        else:
            proof.append(tree.span(start, middle))
            start = middle
    # The verifier holds the old root already; only an old tree that ends in a smaller subtree needs that one told.
    if start > 0:
        proof.append(tree.span(start, end))
    return proof[::-1]


class _Tree:
    """The tree of the first `size` leaves, over stored tiles that are each read once."""

    def __init__(self, size: int, read: Tiles) -> None:
        self._size, self._read = size, read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def span(self, start: int, end: int) -> bytes:
        """The root over leaves [start, end), where the RFC's splitting of the tree makes that a subtree."""
        if start == end:
            return EMPTY_ROOT
        peaks = []
        while start < end:
            height = (end - start).bit_length() - 1
            peaks.append(self._perfect(height, start >> height))
            start += 1 << height
        return fold(peaks)

    def _perfect(self, height: int, position: int) -> bytes:
        """The root of the perfect subtree at `position` among those of `height`: it lies within one tile."""
        level, inner = divmod(height, HEIGHT)
        index, at = divmod(position << inner, WIDTH)
        hashes = self._tile(level, index)[at * HASH_SIZE : (at + (1 << inner)) * HASH_SIZE]
        return root_from_leaves(_cut(hashes))

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            width = min(WIDTH, (self._size >> HEIGHT * level) - index * WIDTH)
            self._tiles[level, index] = _prefix(self._read, level, index, width)
        return self._tiles[level, index]


def _prefix(read: Tiles, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a stored tile."""
    stored = read(level, index)
    if len(stored) < width * HASH_SIZE:
        held = len(stored) // HASH_SIZE
        raise LedgerBroken(f"tile/{tile_path(level, index, width)}", f"holds {held} hashes where {width} are needed")
    return stored[: width * HASH_SIZE]


def _cut(hashes: bytes) -> Iterator[bytes]:
    return (hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE))


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - the condition is the argument
    if not holds:
        raise ValueError(otherwise)
