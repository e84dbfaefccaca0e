import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from cases.errors import LedgerBroken
from cases.merkle import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from cases.tiles import Tile, append, consistency_proof, inclusion_proof, root, tile_path, tile_paths

MOST = 600
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(MOST)]
SIZE = st.integers(1, MOST)


def _independent():
    tree = InmemoryTree(algorithm="sha256")
    for number in range(MOST):
        tree.append_entry(number.to_bytes(4, "big"))
    return tree


THEIRS = _independent()


class Shelf:
    """Tiles in memory, counting what is read."""

    def __init__(self):
        self.tiles, self.size, self.reads = {}, 0, []

    def read(self, level, index):
        self.reads.append((level, index))
        return self.tiles[level, index]

    def append(self, leaves):
        for tile in append(self.size, leaves, self.read):
            self.tiles[tile.level, tile.index] = tile.hashes
        self.size += len(leaves)
        return self


ALL = Shelf().append(LEAVES)


def rfc_mth(leaves):
    """RFC 6962 section 2.1, as written there, for leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return THEIRS.hash_pair(rfc_mth(leaves[:k]), rfc_mth(leaves[k:]))


def rfc_subproof(m, leaves, *, whole):
    """RFC 6962 section 2.1.2, as written there."""
    if m == len(leaves):
        return [] if whole else [rfc_mth(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return [*rfc_subproof(m, leaves[:k], whole=whole), rfc_mth(leaves[k:])]
    return [*rfc_subproof(m - k, leaves[k:], whole=False), rfc_mth(leaves[:k])]


def each_hash_flipped(proof, bit):
    for place, sibling in enumerate(proof):
        changed = (int.from_bytes(sibling, "big") ^ 1 << bit).to_bytes(32, "big")
        yield [*proof[:place], changed, *proof[place + 1 :]]


def levels(size):
    return 1 + max((level for level, _, _ in tile_paths(size)), default=-1)


@given(st.integers(0, MOST))
def test_the_root_of_every_past_size_agrees_with_an_independent_tree(size):
    assert root(size, ALL.read) == THEIRS.get_root(size)


@given(SIZE, st.data())
def test_an_inclusion_proof_is_the_one_an_independent_tree_gives(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, ALL.read)
    assert proof == THEIRS.prove_inclusion(index + 1, size).path[1:]
    assert verify_inclusion(index, size, LEAVES[index], proof, THEIRS.get_root(size))


@given(SIZE, SIZE)
def test_a_consistency_proof_is_the_one_the_rfc_writes_and_links_independent_roots(one, other):
    old, new = sorted((one, other))
    proof = consistency_proof(old, new, ALL.read)
    assert proof == rfc_subproof(old, LEAVES[:new], whole=True)
    assert verify_consistency(old, new, THEIRS.get_root(old), THEIRS.get_root(new), proof)


@given(SIZE, SIZE, st.integers(0, 255), st.data())
def test_an_attacker_who_flips_a_bit_of_a_proof_is_refused(one, other, bit, data):
    old, new = sorted((one, other))
    index = data.draw(st.integers(0, new - 1))
    old_root, new_root = THEIRS.get_root(old), THEIRS.get_root(new)
    for proof in each_hash_flipped(inclusion_proof(index, new, ALL.read), bit):
        assert not verify_inclusion(index, new, LEAVES[index], proof, new_root)
    for proof in each_hash_flipped(consistency_proof(old, new, ALL.read), bit):
        assert not verify_consistency(old, new, old_root, new_root, proof)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_appending_in_batches_equals_appending_at_once(batches):
    shelf = Shelf()
    for batch in batches:
        shelf.append(LEAVES[shelf.size : min(shelf.size + batch, MOST)])
    assert shelf.tiles == Shelf().append(LEAVES[: shelf.size]).tiles
    assert root(shelf.size, shelf.read) == THEIRS.get_root(shelf.size)


def test_appending_one_by_one_reads_only_the_last_tile_of_each_level():
    shelf = Shelf()
    for size in range(MOST):
        before = list(tile_paths(size))
        last = {level: index for level, index, _ in before}
        shelf.reads = []
        shelf.append([LEAVES[size]])
        assert len(shelf.reads) <= levels(size)
        assert all(index == last[level] for level, index in shelf.reads)
    assert shelf.tiles == ALL.tiles


@given(st.integers(1, 2**60), st.integers(1, 3))
def test_an_append_to_a_huge_ledger_reads_at_most_one_tile_for_each_level(size, batch):
    reads = []

    def read(level, index):
        assert index == size >> 8 * level + 8
        reads.append(level)
        return bytes(32 * 256)

    grown = append(size, LEAVES[:batch], read)
    assert reads == sorted(set(reads))
    assert len(reads) <= 8
    assert {(tile.level, tile.index, tile.width) for tile in grown} <= _rightmost(size, size + batch)


def _rightmost(old, new):
    """The tiles that change between two sizes less than a tile apart, computed from the widths alone."""
    changed = set()
    for level in range(9):
        before, after = old >> 8 * level, new >> 8 * level
        for index in {before >> 8, after >> 8}:
            if width := min(256, after - (index << 8)):
                changed.add((level, index, width))
    return changed


@given(SIZE, SIZE, st.data())
def test_proofs_read_at_most_two_tiles_for_each_level(one, other, data):
    old, new = sorted((one, other))
    for prove in (
        lambda: root(new, ALL.read),
        lambda: inclusion_proof(data.draw(st.integers(0, new - 1)), new, ALL.read),
        lambda: consistency_proof(old, new, ALL.read),
    ):
        ALL.reads = []
        prove()
        assert len(ALL.reads) == len(set(ALL.reads)) <= 2 * levels(new)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 70_000))
def test_the_tiles_of_a_tree_are_those_an_append_makes(size):
    made = append(0, [bytes(32)] * size, lambda *_: b"")
    assert [(tile.level, tile.index, tile.width) for tile in made] == list(tile_paths(size))


def test_the_tiles_of_seventy_thousand_leaves_are_those_the_specification_names():
    tiles = list(tile_paths(70_000))
    assert tiles[:273] == [(0, index, 256) for index in range(273)]
    assert tiles[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tile_paths(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tile_paths(0)) == []


def test_paths_are_those_the_specification_names():
    assert Tile(0, 1_234_067, bytes(8192)).path == "0/x001/x234/067"
    assert Tile(0, 1_234, bytes(17 * 32)).path == "0/x001/234.p/17"
    assert Tile(1, 0, bytes(32)).path == "1/000.p/1"
    assert tile_path(2, 1000, 256) == "2/x001/000"


@pytest.mark.parametrize(
    ("level", "index", "length"), [(-1, 0, 32), (64, 0, 32), (0, -1, 32), (0, 0, 0), (0, 0, 33), (0, 0, 257 * 32)]
)
def test_a_tile_that_cannot_be_is_refused(level, index, length):
    with pytest.raises(ValueError):
        Tile(level, index, bytes(length))


@pytest.mark.parametrize(
    "impossible",
    [
        lambda read: root(-1, read),
        lambda read: inclusion_proof(0, 0, read),
        lambda read: inclusion_proof(7, 7, read),
        lambda read: inclusion_proof(-1, 7, read),
        lambda read: consistency_proof(8, 7, read),
        lambda read: consistency_proof(-1, 7, read),
        lambda read: append(-1, [], read),
        lambda read: append(0, [bytes(31)], read),
        lambda _: list(tile_paths(-1)),
    ],
)
def test_what_no_tree_has_is_refused(impossible):
    with pytest.raises(ValueError):
        impossible(ALL.read)


def test_an_empty_tree_needs_no_tile():
    assert root(0, {}.__getitem__) == EMPTY_ROOT
    assert consistency_proof(0, 0, {}.__getitem__) == []
    assert consistency_proof(0, 5, {}.__getitem__) == []
    assert append(300, [], {}.__getitem__) == []


def test_a_tile_shorter_than_the_tree_needs_is_named():
    cut = {**ALL.tiles, (0, 1): ALL.tiles[0, 1][:-32]}
    with pytest.raises(LedgerBroken, match=r"tile/0/001: holds 255 hashes where 256 are needed"):
        inclusion_proof(300, MOST, lambda level, index: cut[level, index])
    with pytest.raises(LedgerBroken) as broken:
        append(MOST, LEAVES[:1], lambda *_: b"")
    assert broken.value.where == "tile/0/002.p/88"
