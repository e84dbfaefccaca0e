from functools import partial

import pytest
from sqlalchemy import delete, select

from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import EvidenceUnreadable
from cases.ledger import leaf_of
from cases.merkle import verify_inclusion
from cases.notes import Checkpoint, open_note
from cases.place import Kind, Recipient
from storage.database import Database
from storage.shredding import BATCH, ShredKeys
from storage.signing import verify
from storage.tables import metadata, shred_keys
from tests.conftest import NOON
from tests.storage.making import at_once, everything_sealed, filed, what_comes_out


@pytest.fixture
def store(house, place):
    """The store of shred keys, as whoever erases opens it."""
    database = Database(f"sqlite:///{place.data_dir}/shred-keys.sqlite")
    yield database
    database.engine.dispose()


def erase(store, complaint):
    with store.writing() as connection:
        assert connection.execute(delete(shred_keys).where(shred_keys.c.complaint == complaint)).rowcount == 1


def test_without_its_shred_key_nothing_of_a_complaint_opens_for_anybody(house, store):
    one = filed(house)
    parts = everything_sealed(house, one)
    opened = open_mailbox(house.desk, one.receipt)
    erase(store, one.complaint)
    for part in parts:
        for wrap in part.wraps:
            as_ = opened if wrap.recipient is Recipient.RECEIPT else wrap.recipient
            out, refusal = what_comes_out(partial(house.desk.vault.stream, part, as_))
            assert out == b""
            assert "it was erased, or its shred key is not in this store" in str(refusal)


def test_the_refusal_says_that_it_was_erased_and_what(house, store):
    one = filed(house)
    part = house.desk.lookup.part(one.complaint, Kind.STATEMENT)
    erase(store, one.complaint)
    with pytest.raises(EvidenceUnreadable, match=f"statement {part.id} cannot be opened: it was erased"):
        house.desk.vault.open(part, Recipient.DESK)


def test_erasing_one_complaint_leaves_every_other_as_it_was(house, store):
    one, other = filed(house), filed(house)
    erase(store, one.complaint)
    shown = show_mailbox(house.desk, open_mailbox(house.desk, other.receipt))
    assert shown.told["statement"]["summary"]


def test_nothing_more_can_be_sealed_for_an_erased_complaint(house, store):
    one = filed(house)
    erase(store, one.complaint)
    with pytest.raises(EvidenceUnreadable, match="erased"):
        everything_sealed(house, one)


def test_the_ledger_still_proves_that_an_erased_complaint_was_filed(house, store):
    one = filed(house)
    house.ledger.sequence(NOON)
    erase(store, one.complaint)
    entry = house.desk.lookup.entry_of_filing(one.complaint)
    merged = house.desk.ledger.merged(entry.index)
    checkpoint = Checkpoint.parse(open_note(merged.checkpoint, house.signer.verifier_keys(), verify))
    assert verify_inclusion(merged.index, merged.size, leaf_of(entry.body), merged.hashes, checkpoint.root)


def test_a_shred_key_is_durable_before_its_complaint_exists(store):
    complaint, key = ShredKeys(store).fresh()
    assert ShredKeys(Database(store.engine.url)).of(complaint) == key


def test_no_two_complaints_share_an_id_or_a_shred_key(store):
    keys = ShredKeys(store)
    made = at_once([lambda: [keys.fresh() for _ in range(BATCH)]] * 5)
    pairs = [pair for mine in made for pair in mine]
    assert len(pairs) == len({one for one, _ in pairs}) == len({key for _, key in pairs}) == 5 * BATCH
    assert {len(key) for _, key in pairs} == {32}
    assert dict(pairs) == {one: ShredKeys(store).of(one) for one, _ in pairs}


def test_the_database_beside_it_holds_no_shred_key(house, store, place):
    filed(house)
    with store.reading() as connection:
        keys = connection.scalars(select(shred_keys.c.shred_key)).all()
    house.close()
    kept = b"".join(path.read_bytes() for path in place.data_dir.glob("rule12.sqlite*"))
    assert len(keys) == BATCH
    assert not any(key in kept for key in keys)
    assert "shred_keys" not in metadata.tables
