from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cases.complaint import digest_of
from cases.errors import CannotStart
from cases.ledger import THE_SYSTEM
from cases.notes import NoteRefused, open_note
from cases.place import Kind, Recipient
from cases.ports import Standing
from storage import open_house
from storage.keys import Keyring
from storage.settings import read_settings
from storage.signing import Marks, verify
from tests.storage.making import ORIGIN, bare_case, entry, filed, registered

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
MARKS = Marks(Keyring({}, {"index": b"i" * 32, "identity_index": b"j" * 32}))


@pytest.fixture
def door(house, place):
    """The same installation as the door opens it."""
    opened = open_house(read_settings({"RULE12_DATA_DIR": str(place.data_dir), "RULE12_SURFACE": "door"}))
    yield opened
    opened.close()


@given(st.binary(max_size=200))
def test_a_genuine_signature_verifies(message):
    assert verify(PUBLIC, PRIVATE.sign(message), message)
    assert not verify(PUBLIC, PRIVATE.sign(message), message + b"x")


@given(st.binary(max_size=40), st.binary(max_size=70), st.binary(max_size=40))
def test_no_bytes_make_verifying_fail_in_any_way_but_no(public, signature, message):
    assert verify(public, signature, message) is False


def test_a_filing_proof_opens_with_the_filing_key_and_names_what_was_taken_in(house):
    one = filed(house)
    checkpoint_key, filing_key = house.signer.verifier_keys()
    text = open_note(one.filing_proof, [filing_key], verify)
    with pytest.raises(NoteRefused):
        open_note(one.filing_proof, [checkpoint_key], verify)
    kinds = (Kind.STATEMENT, Kind.IDENTITY, Kind.ROUTING_FACTS)
    parts = [house.desk.lookup.part(one.complaint, kind) for kind in kinds]
    assert digest_of(parts).hex() in text
    assert sha256(house.desk.lookup.complaint(one.complaint).mailbox_key).hexdigest() in text
    assert all(key.hex() in text for key in house.signer.recipients().values())
    assert str(one.complaint) in text


def test_the_door_files_and_signs_proofs_and_can_sign_nothing_else(door):
    one = filed(door)
    assert open_note(one.filing_proof, door.signer.verifier_keys(), verify)
    for sign in (door.signer.checkpoint, door.signer.bag):
        with pytest.raises(CannotStart, match="does not hold the checkpoint signing key"):
            sign(f"{ORIGIN}\n0\n")


def test_the_door_can_neither_make_nor_compare_a_mark(door):
    with pytest.raises(CannotStart, match="does not hold the index key"):
        door.desk.lookup.is_walled("IGO-2026-10001", "S0103")
    with pytest.raises(CannotStart, match="does not hold the identity_index key"), door.desk.work() as work:
        work.note(entry(THE_SYSTEM), "a look")
    with pytest.raises(CannotStart):
        registered(door.desk.work, bare_case(1), Standing(frozenset({"S0103"}), frozenset(), None))


def test_a_complaint_filed_at_the_door_is_read_at_the_desk(house, door):
    one = filed(door)
    assert house.desk.lookup.complaint(one.complaint).id == one.complaint
    assert house.desk.vault.open(house.desk.lookup.part(one.complaint, Kind.STATEMENT), Recipient.DESK)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_marks_tell_people_and_fields_apart_and_nothing_else(one, other):
    fields = (MARKS.wall, MARKS.wall_by_identity, MARKS.addressee, MARKS.look)
    assert len({field(one) for field in fields}) == len(fields)
    assert all((field(one) == field(other)) == (one == other) for field in fields)
    assert all(len(field(one)) == 32 for field in fields)


def test_marks_under_another_key_are_others():
    other = Marks(Keyring({}, {"index": b"k" * 32, "identity_index": b"l" * 32}))
    assert other.wall("S0103") != MARKS.wall("S0103")
    assert other.addressee("S0103") != MARKS.addressee("S0103")
