import hmac
from contextlib import suppress
from dataclasses import replace
from hashlib import sha3_256, sha256, shake_256
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

from cases.errors import EvidenceUnreadable
from cases.place import Kind, Place, Recipient, Wrap
from storage.hybrid import MLKEM_PUBLIC_BYTES, PUBLIC_BYTES, SUITE_ID, WRAP_BYTES, PrivateKey, PublicKey
from tests.storage.making import flipped

SEED = bytes(range(32))
KEY, OTHER = PrivateKey.from_seed(SEED), PrivateKey.from_seed(bytes(32))
PLACE = Place(bytes(32), Kind.STATEMENT, UUID(int=1), UUID(int=2))
SECRET = sha256(b"an object's secret").digest()
WRAP = PublicKey.read(KEY.public).wrap(SECRET, PLACE, Recipient.DESK)
HPKE_SUITE = b"HPKE" + bytes.fromhex("647a 0001 0002")
LOW_ORDER = [bytes(32), bytes([1]) + bytes(31), bytes.fromhex("ecffffffffffffffffffffffffffffff" + "f" * 30 + "7f")]
PLACES = st.builds(Place, st.binary(min_size=32, max_size=32), st.sampled_from(Kind), st.uuids(), st.uuids())


def halves(seed):
    """X-Wing by hand: SHAKE-256 gives the ML-KEM seed and the X25519 scalar."""
    expanded = shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def extract(salt, label, material):
    """LabeledExtract of RFC 9180, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + HPKE_SUITE + label + material, "sha256")


def expand(key, label, info, length):
    """LabeledExpand of RFC 9180, section 4; one block of HKDF is enough."""
    info = length.to_bytes(2) + b"HPKE-v1" + HPKE_SUITE + label + info
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def opened_by_hand(seed, sealed, info):
    """A wrap's secret without the library's HPKE: X-Wing's combiner, RFC 9180's key schedule in base mode."""
    mlkem, curve = halves(seed)
    first, second, box = sealed[:1088], sealed[1088:1120], sealed[1120:]
    agreed = mlkem.decapsulate(first) + curve.exchange(X25519PublicKey.from_public_bytes(second))
    shared = sha3_256(agreed + second + curve.public_key().public_bytes_raw() + rb"\.//^" + b"\\").digest()
    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, box, b"")


@given(st.binary(min_size=32, max_size=32))
def test_a_public_key_is_the_two_public_keys_made_by_hand(seed):
    mlkem, curve = halves(seed)
    made = PrivateKey.from_seed(seed)
    assert made.public == mlkem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    assert (len(made.public), made.id) == (PUBLIC_BYTES, sha256(made.public).digest())


@given(PLACES, st.sampled_from(Recipient))
def test_a_wrap_opens_by_hand_as_the_specifications_say(place, recipient):
    wrap = PublicKey.read(KEY.public).wrap(SECRET, place, recipient)
    info = b"rule12/wrap/1" + bytes(place) + str(recipient).encode() + KEY.id
    assert opened_by_hand(SEED, wrap.sealed[34:], info) == SECRET == KEY.unwrap(wrap, place)
    assert wrap.sealed[:34] == b"\x00\x01" + KEY.id
    assert len(wrap.sealed) == WRAP_BYTES


def test_two_wraps_of_one_secret_have_nothing_in_common():
    again = PublicKey.read(KEY.public).wrap(SECRET, PLACE, Recipient.DESK)
    assert again.sealed[34:] != WRAP.sealed[34:]
    assert KEY.unwrap(again, PLACE) == SECRET


@given(PLACES, st.sampled_from(Recipient))
@example(replace(PLACE, kind=Kind.MESSAGE), Recipient.DESK)
@example(replace(PLACE, owner=UUID(int=2), object=UUID(int=1)), Recipient.DESK)
@example(replace(PLACE, origin=bytes([1]) + bytes(31)), Recipient.DESK)
@example(PLACE, Recipient.RECEIPT)
def test_a_wrap_moved_elsewhere_or_given_another_role_never_opens(place, recipient):
    with pytest.raises(EvidenceUnreadable, match="another place or recipient"):
        KEY.unwrap(Wrap(recipient, KEY.id, WRAP.sealed), place)


def test_an_attacker_with_another_key_opens_nothing_not_even_after_rewriting_the_key_id():
    with pytest.raises(EvidenceUnreadable, match="another key"):
        OTHER.unwrap(WRAP, PLACE)
    with pytest.raises(EvidenceUnreadable, match="wrap was changed"):
        OTHER.unwrap(Wrap(Recipient.DESK, OTHER.id, SUITE_ID + OTHER.id + WRAP.sealed[34:]), PLACE)


@given(st.integers(0, 8 * WRAP_BYTES - 1))
@example(0)
@example(8 * WRAP_BYTES - 1)
def test_no_bit_of_a_wrap_can_be_flipped(bit):
    with pytest.raises(EvidenceUnreadable):
        KEY.unwrap(replace(WRAP, sealed=flipped(WRAP.sealed, bit)), PLACE)


@given(st.integers(0, WRAP_BYTES - 1), st.binary(min_size=1, max_size=64))
def test_no_wrap_can_be_cut_or_extended(keep, more):
    for sealed in (WRAP.sealed[:keep], WRAP.sealed + more):
        with pytest.raises(EvidenceUnreadable):
            KEY.unwrap(replace(WRAP, sealed=sealed), PLACE)


@given(st.binary(max_size=40) | st.binary(min_size=1168, max_size=1168), st.sampled_from([b"", SUITE_ID + KEY.id]))
@example(bytes(1168), SUITE_ID + KEY.id)
@example(b"\xff" * 1168, SUITE_ID + KEY.id)
def test_no_bytes_make_an_unwrapping_fail_in_any_other_way(noise, head):
    sealed = head + noise
    with pytest.raises(EvidenceUnreadable):
        KEY.unwrap(Wrap(Recipient.DESK, KEY.id, sealed), PLACE)


@given(st.binary(max_size=64) | st.binary(min_size=PUBLIC_BYTES, max_size=PUBLIC_BYTES), st.integers(0, PUBLIC_BYTES))
@example(b"\xff" * PUBLIC_BYTES, 0)
@example(bytes(PUBLIC_BYTES), 0)
def test_no_bytes_make_a_public_key_fail_in_any_other_way(noise, genuine):
    for raw in (noise, KEY.public[:genuine] + noise[genuine:]):
        with suppress(EvidenceUnreadable):
            key = PublicKey.read(raw)
            key.wrap(SECRET, PLACE, Recipient.DESK)


@pytest.mark.parametrize("point", LOW_ORDER)
def test_an_attacker_cannot_have_anything_sealed_to_a_point_everybody_agrees_on(point):
    weak = PublicKey.read(KEY.public[:MLKEM_PUBLIC_BYTES] + point)
    with pytest.raises(EvidenceUnreadable, match="damaged"):
        weak.wrap(SECRET, PLACE, Recipient.RECEIPT)


@pytest.mark.parametrize("point", LOW_ORDER)
def test_an_attacker_cannot_hand_in_a_point_everybody_agrees_on(point):
    start = 34 + 1088
    with pytest.raises(EvidenceUnreadable):
        KEY.unwrap(replace(WRAP, sealed=WRAP.sealed[:start] + point + WRAP.sealed[start + 32 :]), PLACE)


def test_a_private_key_does_not_show_itself():
    shown = repr(KEY)
    assert repr(SEED)[2:-1] not in shown
    assert SEED.hex() not in shown
