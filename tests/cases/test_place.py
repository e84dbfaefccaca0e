import json
import struct
from dataclasses import FrozenInstanceError, replace
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.canonical import canonical
from cases.place import PADDED_TO, PLACE_BYTES, SEALED_FOR, VERSION, Kind, Owner, Place, Recipient, origin_hash, padded

RETURNED = {Kind.STATEMENT, Kind.EVIDENCE, Kind.FILE_FACTS, Kind.MESSAGE, Kind.CONSENT, Kind.ORIGINAL_MAIL}
PLACE = Place(origin_hash("desk.example/test"), Kind.EVIDENCE, UUID(int=1), UUID(int=2))
PLACES = st.builds(
    Place, st.binary(min_size=32, max_size=32), st.sampled_from(Kind), st.uuids(), st.uuids()
)  # every place there can be


def test_a_place_is_written_as_documented():
    origin = sha256(b"desk.example/test").digest()
    assert bytes(PLACE) == origin + b"\x04" + b"\x00" * 15 + b"\x01" + b"\x00" * 15 + b"\x02" + b"\x01"


@given(PLACES)
def test_a_place_has_one_length_and_can_be_read_back(place):
    written = bytes(place)
    assert len(written) == PLACE_BYTES
    origin, kind, owner, thing, version = struct.unpack("32sB16s16sB", written)
    assert Place(origin, Kind(kind), UUID(bytes=owner), UUID(bytes=thing)) == place
    assert version == VERSION


@given(PLACES, PLACES)
def test_no_two_places_are_written_alike(one, other):
    assert (bytes(one) == bytes(other)) == (one == other)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": origin_hash("desk.example/other")},
        {"kind": Kind.MESSAGE},
        {"owner": UUID(int=3)},
        {"object": UUID(int=3)},
    ],
    ids=["another installation", "another kind", "another complaint", "another object"],
)
def test_moving_an_object_changes_its_place(change):
    assert bytes(replace(PLACE, **change)) != bytes(PLACE)


def test_a_place_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        PLACE.owner = UUID(int=3)


def test_the_bytes_of_kinds_are_never_reused():
    frozen = (
        "statement identity routing_facts evidence file_facts message reason explanation supervisor_leg "
        "persons consent proposal note task original_mail"
    )
    assert {kind.slug: kind.value for kind in Kind} == {slug: place for place, slug in enumerate(frozen.split(), 1)}


def test_every_kind_says_whom_it_is_sealed_for():
    assert set(SEALED_FOR) == set(Kind)
    assert all(SEALED_FOR.values())


@pytest.mark.parametrize(
    ("kind", "alone"),
    [
        (Kind.IDENTITY, Recipient.IDENTITY),
        (Kind.SUPERVISOR_LEG, Recipient.IDENTITY),
        (Kind.ROUTING_FACTS, Recipient.SORTING),
        (Kind.REASON, Recipient.DESK),
        (Kind.EXPLANATION, Recipient.DESK),
        (Kind.PERSONS, Recipient.DESK),
        (Kind.PROPOSAL, Recipient.DESK),
        (Kind.NOTE, Recipient.DESK),
        (Kind.TASK, Recipient.DESK),
    ],
)
def test_what_gives_the_reporter_away_or_is_the_desks_own_has_one_recipient(kind, alone):
    assert SEALED_FOR[kind] == {alone}


def test_the_reporter_reads_back_what_they_gave_and_what_was_written_to_them():
    for_the_receipt = {kind for kind in Kind if Recipient.RECEIPT in SEALED_FOR[kind]}
    assert for_the_receipt == RETURNED


def test_the_desk_key_opens_nothing_of_identity_routing_facts_or_the_supervisors_leg():
    closed = {kind for kind in Kind if Recipient.DESK not in SEALED_FOR[kind]}
    assert closed == {Kind.IDENTITY, Kind.ROUTING_FACTS, Kind.SUPERVISOR_LEG, Kind.ORIGINAL_MAIL}


def test_whatever_says_something_of_the_reporter_is_filled_up():
    of_the_reporter = {Kind.IDENTITY, Kind.ROUTING_FACTS, Kind.EXPLANATION, Kind.SUPERVISOR_LEG}
    assert set(PADDED_TO) == of_the_reporter | {Kind.CONSENT, Kind.PERSONS}
    of_a_file = {Kind.ORIGINAL_MAIL}  # its size is an ordinary fact of an item of evidence
    assert of_the_reporter > {kind for kind in Kind if Recipient.DESK not in SEALED_FOR[kind]} - of_a_file


@given(st.sampled_from(Kind), st.dictionaries(st.text(max_size=9), st.text(max_size=3000), max_size=3))
def test_what_is_filled_up_reads_the_same_and_has_one_of_few_sizes(kind, told):
    plain = canonical(told)
    filled = padded(kind, plain)
    assert json.loads(filled) == told
    assert filled.startswith(plain)
    if kind in PADDED_TO:
        assert len(filled) % PADDED_TO[kind] == 0
        assert 0 <= len(filled) - len(plain) < PADDED_TO[kind]
    else:
        assert filled == plain


def test_printing_an_owner_shows_no_shred_key():
    assert "secret" not in repr(Owner(UUID(int=1), b"public", b"secret"))
