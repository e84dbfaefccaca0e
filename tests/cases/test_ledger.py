from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.canonical import parse_canonical
from cases.ledger import THE_SYSTEM, About, Entry, EntryKind, leaf_of
from cases.place import Kind, Recipient, SealedPart, Wrap

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PART = SealedPart(
    UUID(int=9), Kind.MESSAGE, UUID(int=1), 7, sha256(b"sealed").digest(),
    (Wrap(Recipient.DESK, b"k" * 32, b"wrapped-secret"),), b"cipher-text",
)  # fmt: skip
CHANGE = Entry(
    UUID(int=5), bytes(range(16)), EntryKind.CHANGE, About.case("IGO-2026-48213"), AT, "S0012", "intake", "assess", 2,
    {"from": "registered", "to": "assessment"}, (PART,),
)  # fmt: skip
WRITTEN = (
    '{"about":{"id":"IGO-2026-48213","kind":"case"},"action":"assess","actor":"S0012","at":"2026-03-02T12:00:00Z",'
    '"facts":{"from":"registered","to":"assessment"},"format":"rule12/entry/1",'
    '"id":"00000000-0000-0000-0000-000000000005","kind":"change","nonce":"000102030405060708090a0b0c0d0e0f",'
    '"role":"intake","sealed":[{"kind":"message","object":"00000000-0000-0000-0000-000000000009",'
    '"sha256":"c9d0036bed6744bcdf692fc980d8717d7e5f5a4f4e8266b4a84982602fb1cd09"}],"version":2}'
)
ABOUTS = st.one_of(st.uuids().map(About.complaint), st.just(About.case("IGO-2026-48213")), st.just(THE_SYSTEM))
TIMES = st.datetimes(timezones=st.just(UTC))


def entry(kind, version, about=THE_SYSTEM, at=AT, nonce=b"n" * 16):
    return Entry(UUID(int=5), nonce, kind, about, at, "S0012", "intake", "opened_case", version)


def test_an_entry_is_written_in_one_way_for_ever():
    assert CHANGE.canonical() == WRITTEN.encode()


def test_the_leaf_is_the_rfc_6962_hash_of_what_is_stored():
    assert CHANGE.leaf() == sha256(b"\x00" + CHANGE.canonical()).digest() == leaf_of(CHANGE.canonical())


@given(st.sampled_from(EntryKind), st.none() | st.integers(1, 9))
def test_change_entries_carry_a_version_and_others_cannot(kind, version):
    if (kind is EntryKind.CHANGE) == (version is not None):
        assert parse_canonical(entry(kind, version).canonical())["version"] == version
    else:
        with pytest.raises(ValueError, match="version"):
            entry(kind, version)


@given(ABOUTS, TIMES, st.binary(min_size=16, max_size=16))
def test_what_is_stored_reads_back_as_it_was_written(about, at, nonce):
    read = parse_canonical(entry(EntryKind.LOOK, None, about, at, nonce).canonical())
    assert read["about"] == {"kind": about.kind, "id": about.id}
    assert datetime.fromisoformat(read["at"]) == at
    assert bytes.fromhex(read["nonce"]) == nonce
    assert read["sealed"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"id": UUID(int=6)},
        {"nonce": b"n" * 16},
        {"about": About.case("IGO-2026-48214")},
        {"about": About("complaint", "IGO-2026-48213")},
        {"version": 3},
        {"at": AT + timedelta(microseconds=1)},
        {"actor": "S0013"},
        {"role": "head"},
        {"action": "close"},
        {"facts": {}},
        {"sealed": ()},
        {"sealed": (replace(PART, digest=sha256(b"other").digest()),)},
        {"sealed": (replace(PART, kind=Kind.REASON),)},
    ],
    ids="-".join,
)
def test_whatever_is_changed_afterwards_changes_the_leaf(change):
    assert replace(CHANGE, **change).leaf() != CHANGE.leaf()


def test_erasing_or_rewrapping_a_sealed_part_leaves_the_entry_as_it_was():
    assert replace(CHANGE, sealed=(replace(PART, wraps=(), ciphertext=None),)).leaf() == CHANGE.leaf()


def test_the_same_moment_in_another_zone_is_written_alike():
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert replace(CHANGE, at=elsewhere).canonical() == CHANGE.canonical()


def test_neither_ciphertext_nor_wrapped_secrets_enter_the_ledger():
    assert b"cipher-text" not in CHANGE.canonical()
    assert b"wrapped-secret" not in CHANGE.canonical()


def test_printing_an_entry_keeps_its_nonce_from_the_log():
    assert repr(CHANGE.nonce) not in repr(CHANGE)


def test_an_entry_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        CHANGE.actor = "S0013"
