import hmac
from contextlib import suppress
from dataclasses import replace
from hashlib import shake_256
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.errors import EvidenceUnreadable
from cases.place import Kind, Place
from storage.sealing import object_key, seal, unseal, unseal_blocks
from tests.storage.making import CHUNK, HEAD, SEALED_CHUNK, flipped, what_comes_out

PLACE = Place(bytes(32), Kind.EVIDENCE, UUID(int=1), UUID(int=2))
SECRET, SHRED = bytes(range(32)), bytes(range(32, 64))
KEY = object_key(SECRET, SHRED, PLACE)
LENGTHS = [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5000]
PLAIN = shake_256(b"four chunks").digest(LENGTHS[-1])
SEALED = seal(PLAIN, KEY, PLACE)
CUTS = st.lists(st.integers(0, len(SEALED)), max_size=6)
NEIGHBOUR = seal(PLAIN, KEY, PLACE)


def pieces(data, cuts):
    """The same bytes as they might arrive: cut anywhere, empty blocks included."""
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def chunk(number):
    return slice(HEAD + number * SEALED_CHUNK, HEAD + (number + 1) * SEALED_CHUNK)


def must_not_open(sealed, cuts=(), key=KEY, place=PLACE):
    """Refused, and nothing yielded on the way but what was truly sealed at that point."""
    out, refusal = what_comes_out(lambda: unseal_blocks(pieces(sealed, cuts), key, place))
    assert refusal is not None
    assert PLAIN.startswith(out)
    return out


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("step", [1000, CHUNK, SEALED_CHUNK, 1 << 20])
def test_whatever_was_sealed_opens_however_it_arrives(length, step):
    sealed = seal(PLAIN[:length], KEY, PLACE)
    blocks = [sealed[at : at + step] for at in range(0, len(sealed), step)]
    assert b"".join(unseal_blocks(blocks, KEY, PLACE)) == PLAIN[:length] == unseal(sealed, KEY, PLACE)


@given(CUTS)
def test_the_way_an_object_is_cut_into_blocks_means_nothing(cuts):
    assert b"".join(unseal_blocks(pieces(SEALED, cuts), KEY, PLACE)) == PLAIN


def test_two_sealings_of_one_text_have_nothing_in_common():
    assert all(NEIGHBOUR[at : at + 16] not in SEALED for at in range(0, len(NEIGHBOUR), 997))


def test_a_ciphertext_shows_no_part_of_what_it_holds():
    sealed = seal(b"a rather telling sentence " * 2000, KEY, PLACE)
    assert b"telling" not in sealed


@given(st.integers(0, 8 * len(SEALED) - 1), CUTS)
@example(0, [])
@example(8 * HEAD - 1, [])
@example(8 * len(SEALED) - 1, [])
def test_no_bit_of_an_object_can_be_flipped(bit, cuts):
    out = must_not_open(flipped(SEALED, bit), cuts)
    broken = max(bit // 8 - HEAD, 0) // SEALED_CHUNK
    assert len(out) <= broken * CHUNK


@given(st.integers(0, len(SEALED) - 1), CUTS)
@example(HEAD, [])
@example(HEAD + SEALED_CHUNK, [])
@example(HEAD + 3 * SEALED_CHUNK, [])
@example(len(SEALED) - 16, [])
@example(0, [])
def test_no_object_can_be_cut_not_even_between_chunks(keep, cuts):
    must_not_open(SEALED[:keep], cuts)


@given(st.binary(min_size=1, max_size=3 * SEALED_CHUNK), CUTS)
@example(b"\x00", [])
@example(SEALED[chunk(2)], [])
def test_no_object_can_be_extended(more, cuts):
    must_not_open(SEALED + more, cuts)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2)])
def test_no_chunks_can_change_places(one, other):
    changed = bytearray(SEALED)
    changed[chunk(one)], changed[chunk(other)] = SEALED[chunk(other)], SEALED[chunk(one)]
    assert len(must_not_open(bytes(changed), range(0, len(SEALED), 4096))) <= one * CHUNK


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_chunk_can_be_left_out_repeated_or_taken_from_another_object(number):
    before, mine, after = SEALED[: chunk(number).start], SEALED[chunk(number)], SEALED[chunk(number).stop :]
    for changed in (before + after, before + mine + mine + after, before + NEIGHBOUR[chunk(number)] + after):
        must_not_open(changed)


def test_the_head_of_one_object_never_fits_the_chunks_of_another():
    assert must_not_open(NEIGHBOUR[:HEAD] + SEALED[HEAD:]) == b""


ELSEWHERE = [
    replace(PLACE, kind=Kind.MESSAGE),
    replace(PLACE, owner=UUID(int=9)),
    replace(PLACE, object=UUID(int=9)),
    replace(PLACE, origin=bytes([1]) + bytes(31)),
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_an_object_moved_elsewhere_never_opens_even_with_the_key_it_was_sealed_with(place):
    assert must_not_open(SEALED, place=place) == b""
    assert must_not_open(SEALED, key=object_key(SECRET, SHRED, place), place=place) == b""


@pytest.mark.parametrize("key", [object_key(SECRET, bytes(32), PLACE), object_key(bytes(32), SHRED, PLACE)])
def test_neither_the_secret_nor_the_shred_key_helps_alone(key):
    assert must_not_open(SEALED, key=key) == b""


def test_an_object_key_is_what_its_docstring_says():
    extracted = hmac.digest(SHRED, SECRET, "sha256")
    assert hmac.digest(extracted, bytes(PLACE) + b"\x01", "sha256") == KEY


@given(st.binary(max_size=200) | st.binary(max_size=3 * SEALED_CHUNK), st.booleans(), CUTS)
@settings(max_examples=200)
def test_no_bytes_make_the_opener_fail_in_any_other_way(noise, headed, cuts):
    with suppress(EvidenceUnreadable):
        list(unseal_blocks(pieces(SEALED[:HEAD] + noise if headed else noise, cuts), KEY, PLACE))


def test_no_blocks_at_all_are_no_object():
    with pytest.raises(EvidenceUnreadable):
        unseal(b"", KEY, PLACE)
    with pytest.raises(EvidenceUnreadable):
        list(unseal_blocks([], KEY, PLACE))


def test_the_refusal_says_what_may_have_happened():
    with pytest.raises(EvidenceUnreadable, match="cut, changed, moved or extended"):
        unseal(SEALED[:-1], KEY, PLACE)
