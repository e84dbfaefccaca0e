from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from cases import tiles
from cases.merkle import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    root_from_inclusion,
    root_from_leaves,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[1] / "vectors"
MOST = 600


def _independent():
    tree = InmemoryTree(algorithm="sha256")
    for number in range(MOST):
        tree.append_entry(number.to_bytes(2, "big"))
    return tree


THEIRS = _independent()
LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(MOST)]
SIZE = st.integers(1, MOST)
HASH = st.binary(min_size=32, max_size=32)
JUNK = st.one_of(st.none(), st.integers(), st.text(), st.binary(), HASH, st.floats(), st.lists(st.none() | HASH))


def their_inclusion(index, size):
    """The independent tree counts from one and puts the leaf itself in front."""
    return THEIRS.prove_inclusion(index + 1, size).path[1:]


def their_consistency(old, new):
    """The RFC's proof out of theirs, which goes down to the first new leaf where the RFC stops at a whole subtree."""
    if old == new:
        return []
    proof = THEIRS.prove_consistency(old, new)
    first_old = proof.subset.index(1)
    added = proof.path[0]
    for sibling in proof.path[1:first_old]:
        added = THEIRS.hash_pair(added, sibling)
    terminal = [proof.path[first_old]] if sum(proof.subset) > 1 else []
    return [*terminal, added, *proof.path[first_old + 1 :]]


def flipped(proof, bit):
    """The proof with one bit changed."""
    place, bit = divmod(bit % (256 * len(proof)), 256)
    changed = (int.from_bytes(proof[place], "big") ^ 1 << bit).to_bytes(32, "big")
    return [*proof[:place], changed, *proof[place + 1 :]]


def test_the_root_agrees_with_an_independent_tree_at_every_size():
    frontier = Frontier()
    for size in range(MOST):
        assert frontier.size == size
        assert frontier.root() == THEIRS.get_root(size)
        frontier.add(LEAVES[size])


def test_the_empty_tree_has_the_root_of_nothing():
    assert root_from_leaves([]) == EMPTY_ROOT == THEIRS.hash_empty()


def test_a_stream_of_leaves_is_read_once_and_gives_the_same_root():
    assert root_from_leaves(iter(LEAVES)) == THEIRS.get_root()


def test_the_frontier_holds_no_more_than_one_hash_for_each_level():
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES, start=1):
        frontier.add(leaf)
        assert len(frontier._peaks) == size.bit_count()


@pytest.mark.parametrize("leaf", [b"", bytes(31), bytes(33), "0" * 32, None], ids=repr)
def test_only_whole_hashes_enter_the_tree(leaf):
    with pytest.raises(ValueError):
        root_from_leaves([leaf])


@given(SIZE, st.data())
def test_an_independent_inclusion_proof_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, root = their_inclusion(index, size), THEIRS.get_root(size)
    assert root_from_inclusion(index, size, LEAVES[index], proof) == root
    assert verify_inclusion(index, size, LEAVES[index], proof, root)


@given(SIZE, SIZE)
def test_an_independent_consistency_proof_verifies(one, other):
    old, new = sorted((one, other))
    proof = their_consistency(old, new)
    assert verify_consistency(old, new, THEIRS.get_root(old), THEIRS.get_root(new), proof)


@given(st.integers(2, MOST), st.data(), st.integers(0))
def test_an_attacker_who_flips_a_bit_of_an_inclusion_proof_is_refused(size, data, bit):
    index = data.draw(st.integers(0, size - 1))
    proof, root = their_inclusion(index, size), THEIRS.get_root(size)
    assert not verify_inclusion(index, size, LEAVES[index], flipped(proof, bit), root)
    assert not verify_inclusion(index, size, *flipped([LEAVES[index]], bit), proof, root)
    assert not verify_inclusion(index, size, LEAVES[index], proof, *flipped([root], bit))


@given(SIZE, SIZE, st.integers(0))
def test_an_attacker_who_flips_a_bit_of_a_consistency_proof_is_refused(one, other, bit):
    old, new = sorted((one, other))
    proof, roots = their_consistency(old, new), [THEIRS.get_root(old), THEIRS.get_root(new)]
    assert not verify_consistency(old, new, *flipped(roots, bit), proof)
    if proof:
        assert not verify_consistency(old, new, *roots, flipped(proof, bit))


@given(SIZE, st.data())
def test_an_attacker_cannot_prove_a_leaf_at_another_index(size, data):
    index, claimed = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof, root = their_inclusion(index, size), THEIRS.get_root(size)
    assert verify_inclusion(claimed, size, LEAVES[index], proof, root) == (claimed == index)


@given(SIZE, st.data(), st.lists(HASH, min_size=1, max_size=3))
def test_an_attacker_cannot_make_a_proof_longer_or_shorter(size, data, more):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = their_inclusion(index, size), their_consistency(old, size)
    root, old_root = THEIRS.get_root(size), THEIRS.get_root(old)
    for proof in (inclusion + more, more + inclusion, *([inclusion[:-1], inclusion[1:]] if inclusion else [])):
        assert not verify_inclusion(index, size, LEAVES[index], proof, root)
    for proof in (consistency + more, *([consistency[:-1], consistency[1:]] if consistency else [])):
        assert not verify_consistency(old, size, old_root, root, proof)


@given(JUNK, JUNK, JUNK, JUNK, JUNK)
@example(0, 1, bytes(32), bytes(32), bytes(32))
@example(10**400, 10**401, bytes(32), [], bytes(32))
def test_no_junk_makes_the_verifiers_raise(one, two, three, four, five):
    assert verify_inclusion(one, two, three, four, five) in (True, False)
    assert verify_consistency(one, two, three, four, five) in (True, False)


@given(st.integers(0, 2**64), st.integers(0, 2**64), HASH, HASH, st.lists(HASH, max_size=70))
def test_no_invented_proof_verifies_whatever_its_length(small, large, one, other, proof):
    assert not verify_inclusion(small, large, one, proof, other) or (large == 1 and one == other)
    if 0 < small < large:
        assert not verify_consistency(small, large, one, other, proof)


@pytest.mark.parametrize("proof", [(bytes(31),), (None,), ("a" * 32,), bytes(32), None, ()], ids=repr)
def test_a_malformed_proof_leads_to_no_root(proof):
    with pytest.raises(ValueError):
        root_from_inclusion(0, 2, LEAVES[0], proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (0, -1), (0.0, 1), ("0", 1)])
def test_an_index_outside_the_tree_leads_to_no_root(index, size):
    with pytest.raises(ValueError):
        root_from_inclusion(index, size, LEAVES[0], [])


def golden(pattern):
    paths = sorted(VECTORS.glob(pattern))
    assert paths, f"no golden files {pattern}"
    return [pytest.param(path, id=path.stem) for path in paths]


def read(path):
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.split("\n") if line)
    return fields, [bytes.fromhex(line.partition(" ")[2]) for line in body.splitlines()]


def holds(fields, body):
    if fields["kind"] == "inclusion":
        leaf, root = bytes.fromhex(fields["leaf"]), bytes.fromhex(fields["root"])
        return verify_inclusion(int(fields["index"]), int(fields["size"]), leaf, body, root)
    roots = bytes.fromhex(fields["old-root"]), bytes.fromhex(fields["new-root"])
    return verify_consistency(int(fields["old"]), int(fields["new"]), *roots, body)


@pytest.mark.parametrize("path", golden("merkle-*.txt"))
def test_the_golden_trees_and_proofs_still_mean_the_same(path):
    fields, body = read(path)
    if fields["kind"] != "tree":
        assert fields["expect"] == ("opens" if holds(fields, body) else "refused"), fields["note"]
        return
    leaves = [leaf_hash(data) for data in body]
    stored = {(tile.level, tile.index): tile.hashes for tile in tiles.append(0, leaves, {}.__getitem__)}
    by_tiles = tiles.root(len(leaves), lambda level, index: stored[level, index])
    assert fields["expect"] == f"root {root_from_leaves(leaves).hex()}" == f"root {by_tiles.hex()}", fields["note"]


def test_a_frontier_goes_on_from_its_peaks_alone():
    whole, first = Frontier(), Frontier()
    for number in range(300):
        whole.add(number.to_bytes(32))
        if number < 77:
            first.add(number.to_bytes(32))
    second = Frontier.resumed(first.size, first.peaks)
    for number in range(77, 300):
        second.add(number.to_bytes(32))
    assert second.root() == whole.root()
    with pytest.raises(ValueError):
        Frontier.resumed(77, first.peaks[1:])
