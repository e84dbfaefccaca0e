from dataclasses import replace
from hashlib import sha256
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.casework.filing import file_complaint
from cases.casework.mailbox import find_mailbox, open_mailbox
from cases.complaint import Consent
from cases.errors import EvidenceUnreadable
from cases.place import PADDED_TO, SEALED_FOR, Kind, Owner, Recipient
from cases.ranges import Span
from storage.keys import DOOR_COMPARTMENTS
from tests.conftest import NOON
from tests.storage.making import (
    CHUNK,
    HEAD,
    SEALED_CHUNK,
    draft,
    everything_sealed,
    filed,
    flipped,
    sent,
    vault_with,
    what_comes_out,
)

DESK_KEYS = {"desk": Recipient.DESK, "sorting": Recipient.SORTING, "identity": Recipient.IDENTITY}


@pytest.fixture
def one(house):
    return filed(house)


@pytest.fixture
def parts(house, one):
    return everything_sealed(house, one)


def reader(part):
    """Somebody at the desk who may read this part."""
    return next(recipient for recipient in sorted(SEALED_FOR[part.kind]) if recipient is not Recipient.RECEIPT)


def stored_file(place, part):
    return place.data_dir / "objects" / part.id.hex[:2] / f"{part.id.hex}.sealed"


def refused(vault, part, as_):
    out, refusal = what_comes_out(lambda: vault.stream(part, as_))
    assert refusal is not None
    assert str(refusal).startswith(f"{part.kind.slug} {part.id} cannot be opened: ")
    return out


def refused_piece(vault, part, span, as_=Recipient.DESK):
    out, refusal = what_comes_out(lambda: vault.piece(part, as_, span))
    assert refusal is not None
    assert str(refusal).startswith(f"{part.kind.slug} {part.id} cannot be opened: ")
    return out


def tamperings(sealed):
    yield sealed[:-1]
    yield sealed + b"\x00"
    yield sealed[1:]
    yield b""
    yield from (flipped(sealed, bit) for bit in (0, 8 * 30, 8 * HEAD, 4 * len(sealed), 8 * len(sealed) - 1))


def test_every_kind_is_wrapped_for_exactly_whom_the_table_says(parts):
    assert {part.kind for part in parts} >= {Kind.STATEMENT, Kind.IDENTITY, Kind.ROUTING_FACTS, Kind.EVIDENCE}
    for part in parts:
        assert {wrap.recipient for wrap in part.wraps} == SEALED_FOR[part.kind]


def test_size_and_digest_are_of_the_ciphertext(parts, place):
    for part in parts:
        sealed = stored_file(place, part).read_bytes() if part.ciphertext is None else part.ciphertext
        assert (part.size, part.digest) == (len(sealed), sha256(sealed).digest())


def test_a_small_part_that_was_tampered_with_never_opens(house, parts):
    for part in parts:
        if part.ciphertext is not None:
            for sealed in tamperings(part.ciphertext):
                assert refused(house.desk.vault, replace(part, ciphertext=sealed), reader(part)) == b""


def test_a_file_that_was_tampered_with_never_opens_and_yields_only_what_is_genuine(house, place, parts):
    part = next(part for part in parts if part.kind is Kind.EVIDENCE)
    path, plain = stored_file(place, part), house.desk.vault.open(part, Recipient.DESK)
    sealed = path.read_bytes()
    first, second = slice(HEAD, HEAD + SEALED_CHUNK), slice(HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK)
    swapped = sealed[:HEAD] + sealed[second] + sealed[first] + sealed[second.stop :]
    for changed in (*tamperings(sealed), swapped, sealed[: second.stop], sealed[: second.stop] + sealed[first]):
        path.write_bytes(changed)
        out = refused(house.desk.vault, part, Recipient.DESK)
        assert plain.startswith(out)
        assert len(out) % CHUNK == 0


def test_a_piece_of_a_part_is_what_lies_there_whether_kept_on_disk_or_in_the_database(house, parts):
    vault = house.desk.vault
    for part in parts:
        plain = vault.open(part, reader(part))
        for start, stop in ((0, 1), (len(plain) // 3, len(plain) // 2), (len(plain) - 1, len(plain)), (0, len(plain))):
            assert b"".join(vault.piece(part, reader(part), Span(start, stop))) == plain[start:stop]


def test_no_piece_of_a_file_that_was_cut_or_extended_leaves(house, place, parts):
    part = next(part for part in parts if part.kind is Kind.EVIDENCE)
    path, sealed = stored_file(place, part), stored_file(place, part).read_bytes()
    for changed in (sealed[:-1], sealed[: HEAD + SEALED_CHUNK], sealed[:HEAD], b"", sealed + b"\x00"):
        path.write_bytes(changed)
        assert refused_piece(house.desk.vault, part, Span(0, 1)) == b""
    path.unlink()
    assert refused_piece(house.desk.vault, part, Span(0, 1)) == b""


def test_no_piece_of_one_file_opens_as_part_of_another_complaint_or_kind(house, parts):
    other = filed(house).complaint
    part = next(part for part in parts if part.kind is Kind.EVIDENCE)
    for moved in (replace(part, owner=other), replace(part, kind=Kind.MESSAGE)):
        assert refused_piece(house.desk.vault, moved, Span(0, 1)) == b""


def test_no_piece_opens_without_the_key_it_was_sealed_for(place, parts):
    thief = vault_with(place, *DOOR_COMPARTMENTS)
    for part in parts:
        for recipient in Recipient:
            with pytest.raises(EvidenceUnreadable):
                thief.piece(part, recipient, Span(0, 1))


def test_a_file_that_is_gone_is_said_to_be_missing(house, place, parts):
    part = next(part for part in parts if part.kind is Kind.EVIDENCE)
    stored_file(place, part).unlink()
    with pytest.raises(EvidenceUnreadable, match=f"evidence {part.id} .* missing"):
        house.desk.vault.open(part, Recipient.DESK)


def test_nothing_opens_as_part_of_another_complaint(house, parts):
    other = filed(house).complaint
    for part in parts:
        assert refused(house.desk.vault, replace(part, owner=other), reader(part)) == b""


def test_the_files_of_two_complaints_cannot_change_places(house, place, one):
    two = filed(house)
    for each in (one, two):
        sent(house, each)
    mine, theirs = (house.desk.lookup.evidence(each.complaint)[0].content for each in (one, two))
    here, there = stored_file(place, mine), stored_file(place, theirs)
    here_bytes, there_bytes = here.read_bytes(), there.read_bytes()
    here.write_bytes(there_bytes)
    there.write_bytes(here_bytes)
    for part in (mine, theirs):
        assert refused(house.desk.vault, part, Recipient.DESK) == b""
    moved = replace(theirs, id=mine.id, owner=mine.owner)
    assert refused(house.desk.vault, moved, Recipient.DESK) == b""


def test_nothing_opens_as_another_kind(house, parts):
    for part in parts:
        for kind in set(Kind) - {part.kind}:
            refused(house.desk.vault, replace(part, kind=kind), reader(part))


def test_no_part_opens_with_the_wraps_or_the_bytes_of_another(house, parts):
    small = [part for part in parts if part.ciphertext is not None]
    for part, other in zip(small, small[1:] + small[:1], strict=True):
        assert refused(house.desk.vault, replace(part, ciphertext=other.ciphertext), reader(part)) == b""
        assert refused(house.desk.vault, replace(part, wraps=other.wraps), reader(part)) == b""


@given(st.data())
def test_no_bytes_in_storage_make_the_vault_fail_in_any_other_way(house, data):
    owner = Owner(UUID(int=5), house.desk.vault.new_mailbox()[2].mailbox_key, bytes(32))
    part = house.desk.vault.seal(Kind.REASON, owner, b"why")
    wraps = tuple(replace(wrap, sealed=data.draw(st.binary(max_size=1300))) for wrap in part.wraps)
    for changed in (replace(part, wraps=wraps), replace(part, ciphertext=data.draw(st.binary()))):
        refused(house.desk.vault, changed, Recipient.DESK)


def test_the_doors_keys_and_all_of_storage_open_nothing(place, parts):
    thief = vault_with(place, *DOOR_COMPARTMENTS)
    for part in parts:
        for recipient in Recipient:
            assert refused(thief, part, recipient) == b""


@pytest.mark.parametrize("compartment", DESK_KEYS)
def test_the_keys_of_one_compartment_open_what_is_sealed_for_it_and_nothing_else(place, parts, compartment):
    thief, mine = vault_with(place, compartment), DESK_KEYS[compartment]
    for part in parts:
        for recipient in Recipient:
            if recipient is mine and mine in SEALED_FOR[part.kind]:
                assert thief.open(part, recipient)
            else:
                assert refused(thief, part, recipient) == b""


def test_the_desk_never_opens_identity_or_routing_facts(place, parts):
    desk = vault_with(place, "door", "desk")
    opened = {
        part.kind
        for part in parts
        for recipient in Recipient
        if what_comes_out(lambda part=part, recipient=recipient: desk.stream(part, recipient))[1] is None
    }
    assert opened == {Kind.STATEMENT, Kind.EVIDENCE, Kind.FILE_FACTS, Kind.MESSAGE}


def test_a_wrap_handed_to_another_role_opens_nothing(house, parts):
    """An attacker who can write to storage renames a wrap, hoping that the desk's key was meant."""
    for part in parts:
        for wrap in part.wraps:
            for recipient in set(Recipient) - {wrap.recipient}:
                renamed = replace(part, wraps=(replace(wrap, recipient=recipient),))
                as_ = recipient if recipient is not Recipient.RECEIPT else Recipient.DESK
                refused(house.desk.vault, renamed, as_)


def test_the_size_of_what_is_sealed_does_not_tell_a_named_reporter_from_an_anonymous_one(house, one):
    anonymous = file_complaint(house.desk, draft(Consent.ANONYMOUS), NOON)
    for kind in (Kind.IDENTITY, Kind.ROUTING_FACTS):
        named, nameless = (house.desk.lookup.part(each.complaint, kind) for each in (one, anonymous))
        assert named.size == nameless.size
    for kind, step in PADDED_TO.items():
        owner = Owner(UUID(int=5), house.desk.vault.new_mailbox()[2].mailbox_key, bytes(32))
        sizes = {house.desk.vault.seal(kind, owner, b"x" * length).size for length in (1, 100, step)}
        assert len(sizes) == 1


def test_a_reporter_reads_back_what_the_desk_reads(house, one, parts):
    opened = open_mailbox(house.desk, one.receipt)
    for part in parts:
        if Recipient.RECEIPT in SEALED_FOR[part.kind]:
            assert house.desk.vault.open(part, opened) == house.desk.vault.open(part, Recipient.DESK)


def test_a_file_comes_back_as_it_went_in_however_it_arrived(house, one):
    complaint, content = find_mailbox(house.desk, one.receipt), bytes(range(256)) * 200
    owner = Owner(complaint.id, complaint.mailbox_key)
    for size, step in product([0, 1, CHUNK, 3 * CHUNK + 1], [997, CHUNK, 1 << 20]):
        with house.desk.vault.receive(Kind.EVIDENCE, owner) as incoming:
            for at in range(0, size, step):
                incoming.write(content[at : min(at + step, size)])
            part = incoming.finish()
        assert part.ciphertext is None
        assert house.desk.vault.open(part, Recipient.DESK) == content[:size]


def break_off(house, owner, *, finished):
    with house.desk.vault.receive(Kind.EVIDENCE, owner) as incoming:
        incoming.write(b"half of it")
        if finished:
            incoming.finish()
        raise ConnectionError


@pytest.mark.parametrize("finished", [False, True])
def test_a_file_that_breaks_off_leaves_nothing_behind(house, place, one, finished):
    complaint = find_mailbox(house.desk, one.receipt)
    with pytest.raises(ConnectionError):
        break_off(house, Owner(complaint.id, complaint.mailbox_key), finished=finished)
    for folder in ("objects", "incoming"):
        assert not [path for path in (place.data_dir / folder).rglob("*") if path.is_file()]


def test_nothing_a_reporter_wrote_lies_readable_in_storage(house, place, parts):
    house.close()
    kept = b"".join(path.read_bytes() for path in place.data_dir.rglob("*") if path.is_file())
    for trace in (
        b"endorses a party",
        b"S0103\x00",
        b"twice this week",
        b"still online",
        b"shot.png",
        b"IHDR",
        b"confidential",
    ):
        assert trace not in kept
