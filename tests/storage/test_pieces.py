import hmac
import tracemalloc
from hashlib import shake_256
from io import BytesIO, RawIOBase
from itertools import pairwise
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cases.errors import EvidenceUnreadable
from cases.place import Kind, Place
from cases.ranges import Span
from storage.pieces import AT_ONCE, SealedFile
from storage.sealing import object_key, seal, unseal
from tests.storage.making import CHUNK, HEAD, SEALED_CHUNK, flipped, what_comes_out
from tests.storage.test_sealing import ELSEWHERE

PLACE = Place(bytes(32), Kind.EVIDENCE, UUID(int=1), UUID(int=2))
SECRET, SHRED = bytes(range(32)), bytes(range(32, 64))
KEY = object_key(SECRET, SHRED, PLACE)
MANY = (2 * AT_ONCE + 3) * CHUNK + 5000
NOISE = shake_256(b"more chunks than are read together").digest(MANY)
PLAIN = NOISE[: 3 * CHUNK + 5000]
SEALED, NEIGHBOUR, LARGE = seal(PLAIN, KEY, PLACE), seal(PLAIN, KEY, PLACE), seal(NOISE, KEY, PLACE)
LAST = 3
MEBIBYTE = 1 << 20


def near_edges(most):
    """Any number, and often one close to where a chunk ends."""
    close = st.builds(lambda chunk, off: chunk * CHUNK + off, st.integers(0, most // CHUNK), st.integers(-2, 2))
    return st.integers(0, most) | close.filter(lambda at: 0 <= at <= most)


class Reluctant(BytesIO):
    """A file that never hands out as much as it is asked for, as a pipe or a network file may."""

    def read(self, size=-1):
        return super().read(min(size, 1 + size * 2 // 3))


def piece(sealed, start, stop, key=KEY, place=PLACE):
    """What comes out of a span, and the refusal that ended it, if one did."""
    return what_comes_out(lambda: SealedFile(BytesIO(sealed), key, place).piece(Span(start, stop)))


def must_not_open_anywhere(sealed, key=KEY, place=PLACE):
    """Not a byte, whichever span is asked for."""
    for start, stop in [(0, 1), (CHUNK + 5, CHUNK + 6), (0, len(PLAIN)), (len(PLAIN) - 1, len(PLAIN)), (0, 0)]:
        out, refusal = piece(sealed, start, stop, key, place)
        assert refusal is not None
        assert out == b""


@given(near_edges(len(PLAIN)), st.data())
@example(0, None)
def test_any_piece_of_any_length_is_what_the_library_opens_one_after_the_other(length, data):
    sealed = seal(PLAIN[:length], KEY, PLACE)
    ends = [0, length] if data is None else sorted(data.draw(st.tuples(near_edges(length), near_edges(length))))
    opened = SealedFile(Reluctant(sealed), KEY, PLACE)
    assert opened.size == length
    assert b"".join(opened.piece(Span(*ends))) == unseal(sealed, KEY, PLACE)[ends[0] : ends[1]]


@given(near_edges(MANY), near_edges(MANY))
@example(0, MANY)
@example(AT_ONCE * CHUNK, 2 * AT_ONCE * CHUNK)
def test_a_long_piece_comes_in_blocks_that_join_without_a_seam(one, other):
    start, stop = sorted((one, other))
    blocks = list(SealedFile(BytesIO(LARGE), KEY, PLACE).piece(Span(start, stop)))
    assert b"".join(blocks) == NOISE[start:stop]
    assert all(len(block) <= AT_ONCE * CHUNK for block in blocks)


@given(st.integers(0, 8 * len(SEALED) - 1), near_edges(len(PLAIN)), near_edges(len(PLAIN)))
@example(0, 0, 1)
@example(8 * HEAD - 1, 0, 1)
@example(8 * len(SEALED) - 1, 0, 1)
@example(8 * (HEAD + LAST * SEALED_CHUNK), 0, CHUNK)
@example(8 * (HEAD + SEALED_CHUNK), 0, len(PLAIN))
def test_no_flipped_bit_ever_leaves_nor_hides_what_is_genuine_beside_it(bit, one, other):
    start, stop = sorted((one, other))
    assume(start < stop)
    out, refusal = piece(flipped(SEALED, bit), start, stop)
    broken = (bit // 8 - HEAD) // SEALED_CHUNK
    if bit // 8 < HEAD or broken == LAST:
        assert (out, refusal is None) == (b"", False)
    elif start // CHUNK <= broken <= (stop - 1) // CHUNK:
        assert refusal is not None
        assert PLAIN[start : broken * CHUNK].startswith(out)
    else:
        assert (out, refusal) == (PLAIN[start:stop], None)


@given(st.integers(0, len(SEALED) - 1))
@example(0)
@example(HEAD)
@example(HEAD + 15)
@example(HEAD + SEALED_CHUNK)
@example(HEAD + SEALED_CHUNK + 16)
@example(HEAD + LAST * SEALED_CHUNK)
@example(len(SEALED) - 16)
def test_a_cut_object_is_noticed_before_the_first_byte_of_any_piece(keep):
    must_not_open_anywhere(SEALED[:keep])


@given(st.binary(min_size=1, max_size=2 * SEALED_CHUNK))
@example(b"\x00")
@example(SEALED[HEAD : HEAD + SEALED_CHUNK])
@example(SEALED[HEAD + LAST * SEALED_CHUNK :])
@example(bytes(SEALED_CHUNK - 5016))
def test_an_extended_object_is_noticed_before_the_first_byte_of_any_piece(more):
    must_not_open_anywhere(SEALED + more)


def chunk(number):
    return slice(HEAD + number * SEALED_CHUNK, HEAD + (number + 1) * SEALED_CHUNK)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2)])
def test_chunks_that_changed_places_open_at_neither(one, other):
    changed = bytearray(SEALED)
    changed[chunk(one)], changed[chunk(other)] = SEALED[chunk(other)], SEALED[chunk(one)]
    for number in (one, other):
        out, refusal = piece(changed, number * CHUNK, number * CHUNK + 1)
        assert (out, refusal is None) == (b"", False)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_chunk_of_another_object_opens_nowhere_here(number):
    mixed = SEALED[: chunk(number).start] + NEIGHBOUR[chunk(number)] + SEALED[chunk(number).stop :]
    out, refusal = piece(mixed, 0, len(PLAIN))
    assert refusal is not None
    assert out == b""
    must_not_open_anywhere(SEALED[: chunk(number).start] + SEALED[chunk(number).stop :])
    must_not_open_anywhere(SEALED[: chunk(number).stop] + SEALED[chunk(number).start :])


def test_the_head_of_one_object_never_fits_the_chunks_of_another():
    must_not_open_anywhere(NEIGHBOUR[:HEAD] + SEALED[HEAD:])


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_piece_opens_at_another_place_even_with_the_key_it_was_sealed_with(place):
    must_not_open_anywhere(SEALED, place=place)
    must_not_open_anywhere(SEALED, object_key(SECRET, SHRED, place), place)


@pytest.mark.parametrize("key", [object_key(SECRET, bytes(32), PLACE), object_key(bytes(32), SHRED, PLACE)])
def test_neither_the_secret_nor_the_shred_key_opens_a_piece_alone(key):
    must_not_open_anywhere(SEALED, key)


@pytest.mark.parametrize(("start", "stop"), [(0, len(PLAIN) + 1), (len(PLAIN) + 5, len(PLAIN) + 6), (-1, 4), (9, 8)])
def test_what_does_not_reach_so_far_is_no_such_object(start, stop):
    out, refusal = piece(SEALED, start, stop)
    assert (out, refusal is None) == (b"", False)


@given(st.binary(max_size=200) | st.binary(max_size=2 * SEALED_CHUNK), st.booleans(), st.integers(-5, 10**20))
def test_no_bytes_make_the_reader_of_pieces_fail_in_any_other_way(noise, headed, start):
    out, refusal = piece(SEALED[:HEAD] + noise if headed else noise, start, start + 10)
    assert (out, refusal is None) == (b"", False)


def test_a_file_that_shrinks_while_it_is_read_is_refused():
    file = BytesIO(LARGE)
    blocks = SealedFile(file, KEY, PLACE).piece(Span(0, MANY))
    assert next(blocks) == NOISE[: AT_ONCE * CHUNK]
    file.truncate(HEAD + AT_ONCE * SEALED_CHUNK + 7)
    with pytest.raises(EvidenceUnreadable):
        next(blocks)


class Gibibyte(RawIOBase):
    """A sealed object of exactly 1 GiB that lies nowhere: each chunk is made when it is read, by the words of the

    specification and not by our code. Counts what is read of it.
    """

    CHUNKS = 65_536
    LENGTH = HEAD + CHUNKS * SEALED_CHUNK + 16

    def __init__(self):
        self.at, self.count, self.spots = 0, 0, []
        salt = bytes(24)
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + bytes(PLACE)
        first = hmac.digest(KEY, info + b"\x01", "sha512")
        made = first + hmac.digest(KEY, first + info + b"\x02", "sha512")
        self.opener, self.base = AESGCM(made[:32]), made[32:44]
        self.head = salt + made[44:76]

    @staticmethod
    def plain(number):
        return number.to_bytes(8) * (CHUNK // 8) if number < Gibibyte.CHUNKS else b""

    def seek(self, offset, whence=0):
        self.at = offset + (self.LENGTH if whence == 2 else 0)
        return self.at

    def read(self, size=-1):
        self.count += size
        self.spots.append((self.at, size))
        if self.at < HEAD:
            return self.head[self.at : self.at + size]
        first, off = divmod(self.at - HEAD, SEALED_CHUNK)
        made = b"".join(self.sealed(first + number) for number in range(-(-(off + size) // SEALED_CHUNK)))
        self.at += size
        return made[off : off + size]

    def sealed(self, number):
        nonce = bytes(left ^ right for left, right in zip(self.base, number.to_bytes(12), strict=True))
        return self.opener.encrypt(nonce, self.plain(number), None)


def test_a_mebibyte_out_of_the_middle_of_a_gibibyte_reads_its_chunks_and_both_ends_and_nothing_else():
    file, start = Gibibyte(), 512 * MEBIBYTE + 777
    opened = SealedFile(file, KEY, PLACE)
    assert opened.size == 1024 * MEBIBYTE
    got = b"".join(opened.piece(Span(start, start + MEBIBYTE)))
    first = start // CHUNK
    assert got == b"".join(map(file.plain, range(first, first + 65)))[777 : 777 + MEBIBYTE]
    assert file.count == HEAD + 16 + 65 * SEALED_CHUNK
    assert file.spots[:2] == [(0, HEAD), (file.LENGTH - 16, 16)]
    rest = file.spots[2:]
    assert (rest[0][0], sum(rest[-1])) == (HEAD + first * SEALED_CHUNK, HEAD + (first + 65) * SEALED_CHUNK)
    assert all(sum(one) == other[0] for one, other in pairwise(rest))


def test_memory_stays_flat_however_long_the_piece():
    opened = SealedFile(Gibibyte(), KEY, PLACE)
    tracemalloc.start()
    try:
        seen = sum(len(block) for block in opened.piece(Span(300 * MEBIBYTE, 364 * MEBIBYTE)))
        _, highest = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == 64 * MEBIBYTE
    assert highest < 3 * MEBIBYTE
