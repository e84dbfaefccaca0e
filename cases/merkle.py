"""Merkle tree hashing and proofs: RFC 6962 section 2.1 with SHA-256, verified as RFC 9162 section 2.1 says.

    MTH({})     = SHA-256()
    MTH({d})    = SHA-256(0x00 ‖ d)
    MTH(D[n])   = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))      k = largest power of two < n

Hashes are 32 bytes. Leaf indexes count from zero; a size is a number of leaves. Proofs are lists of hashes in the
RFC's order, those nearest the leaves first.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's data. The prefix keeps a leaf from ever passing for a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children's hashes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, the largest first.

    Knows the root at every size while holding at most one hash per level.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self._size = 0

    @property
    def size(self) -> int:
        """How many leaves were added."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """All there is to remember besides the size: the roots of the perfect subtrees, the largest first."""
        return tuple(self._peaks)

    @classmethod
    def resumed(cls, size: int, peaks: Sequence[bytes]) -> "Frontier":
        """The frontier of a tree of `size` that had these peaks. Raises ValueError when no such tree has so many."""
        _whole(size)
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves cannot have {len(peaks)} peaks")
        frontier = cls()
        frontier._size, frontier._peaks = size, [_hash(peak) for peak in peaks]
        return frontier

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash. Raises ValueError when it is not 32 bytes."""
        peak = _hash(leaf)
        # Each low one bit of the size is a perfect subtree that the new leaf completes to the next height.
        for _ in range((~self._size & (self._size + 1)).bit_length() - 1):
            peak = node_hash(self._peaks.pop(), peak)
        self._peaks.append(peak)
        self._size += 1

    def root(self) -> bytes:
        """The root of the leaves so far; `EMPTY_ROOT` before the first."""
        return fold(self._peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling height, the leftmost first; `EMPTY_ROOT` for none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def split(width: int) -> int:
    """Where the RFC parts a tree of `width` leaves (at least 2): the largest power of two below it."""
    return 1 << ((width - 1).bit_length() - 1)


def root_from_leaves(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, read once and not kept. Raises ValueError when one is not 32 bytes."""
    frontier = Frontier()
    for leaf in hashes:
        frontier.add(leaf)
    return frontier.root()


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to from this leaf hash at `index` in a tree of `size` (RFC 9162 section 2.1.3.2).

    Raises ValueError when there is no such leaf, or the proof has a length or an element that cannot be right.
    """
    _whole(index, size)
    if not index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    # Below the height where the paths to the leaf and to the last leaf meet, siblings stand on either side; from
    # there on every sibling is a whole subtree to the left.
    meeting = (index ^ (size - 1)).bit_length()
    expected = meeting + (index >> meeting).bit_count()
    siblings = _hashes(proof)
    if len(siblings) != expected:
        raise ValueError(f"an inclusion proof of {len(siblings)} hashes where {expected} are needed")
    root = _hash(leaf)
    for height, sibling in enumerate(siblings):
        on_the_left = height >= meeting or index >> height & 1
        root = node_hash(sibling, root) if on_the_left else node_hash(root, sibling)
    return root


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows this leaf hash at `index` of the tree with `size` leaves and `root`. Never raises."""
    try:
        return root_from_inclusion(index, size, leaf, proof) == root
    except ValueError:
        return False


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2). Never raises.

    Sizes that are equal, or an old size of zero, need the empty proof and the roots that go with it.
    """
    try:
        _whole(old_size, new_size)
        roots = _hash(old_root), _hash(new_root)
        siblings = _hashes(proof)
    except ValueError:
        return False
    if 0 < old_size < new_size:
        return _roots_from_consistency(old_size, new_size, roots[0], siblings) == roots
    if siblings or old_size > new_size:
        return False
    old_fits = old_size > 0 or roots[0] == EMPTY_ROOT
    return old_fits and (old_size < new_size or roots[0] == roots[1])


def _roots_from_consistency(
    old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The old and the new root that the proof leads to, for 0 < old < new; None when its length cannot be right."""
    # A perfect old tree is a node of the new one, so the RFC leaves its root out of the proof.
    path = [old_root, *proof] if old_size.bit_count() == 1 else proof
    if not path:
        return None
    old_at, new_at = old_size - 1, new_size - 1
    while old_at & 1:
        old_at, new_at = old_at >> 1, new_at >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if new_at == 0:
            return None
        if old_at & 1 or old_at == new_at:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not old_at & 1 and old_at:
                old_at, new_at = old_at >> 1, new_at >> 1
        else:
            new = node_hash(new, sibling)
        old_at, new_at = old_at >> 1, new_at >> 1
    return None if new_at else (old, new)


def _whole(*numbers: object) -> None:
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise ValueError("an index or size must be a whole number, zero or more")


def _hash(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != HASH_SIZE:
        raise ValueError(f"a hash must be {HASH_SIZE} bytes")
    return value


def _hashes(proof: object) -> list[bytes]:
    if not isinstance(proof, list | tuple):
        raise ValueError("a proof must be a list of hashes")  # noqa: TRY004 - a refusal has one class here
    return [_hash(sibling) for sibling in proof]
