from functools import partial
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from sqlalchemy import delete, insert, select

from cases import tiles
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import UnknownItem
from cases.ledger import THE_SYSTEM, leaf_of
from cases.merkle import verify_consistency, verify_inclusion
from cases.notes import Checkpoint, NoteRefused, VerifierKey, open_note
from storage.ledger import BATCH, SqlLedger
from storage.rows import entry_row
from storage.signing import verify
from storage.tables import checkpoints, entries, leaves, waiting
from storage.tables import tiles as stored_tiles
from tests.conftest import NOON
from tests.storage.making import ORIGIN, at_once, entry, filed, minutes, ready, signer, works

EMPTY = sha256(b"").digest()


@pytest.fixture
def book(place):
    """An installation without house: its database, transactions and ledger."""
    database = ready(place)
    yield database, works(place, database), SqlLedger(database, signer(place, database))
    database.engine.dispose()


def write(database, count, at=NOON):
    """Entries that wait, written at once."""
    with database.writing() as connection:
        for written in (entry(THE_SYSTEM, at=at) for _ in range(count)):
            row = connection.execute(insert(entries), entry_row(written, written.canonical()))
            connection.execute(insert(waiting), {"entry": row.inserted_primary_key[0]})


def forget(database):
    """The tree as it was before any sequencing: only a test may do this, and only past the triggers."""
    with database.writing() as connection:
        for table in ("leaves", "checkpoints"):
            for kind in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_keeps_against_{kind}")
        for table in (leaves, checkpoints, stored_tiles, waiting):
            connection.execute(delete(table))
        connection.execute(insert(waiting), [{"entry": one} for one in connection.scalars(select(entries.c.position))])


def bodies(database):
    with database.reading() as connection:
        return [row.body for row in connection.execute(select(entries.c.body).order_by(entries.c.position))]


def stored(database):
    with database.reading() as connection:
        tree = [sorted(connection.execute(select(table)).all()) for table in (leaves, stored_tiles)]
        return tree, connection.scalars(select(checkpoints.c.note).order_by(checkpoints.c.size)).all()


def checked(ledger, note=None):
    """The newest checkpoint, or the given one, once its signature verifies."""
    key = ledger._signer.verifier_keys()[0]
    return Checkpoint.parse(open_note(note or ledger.checkpoint(), [key], verify))


def their_root(data):
    """The root as an independent implementation computes it."""
    tree = InmemoryTree(algorithm="sha256")
    for one in data:
        tree.append_entry(one)
    return tree.get_root() if data else EMPTY


def test_before_anything_is_merged_there_is_no_checkpoint_and_afterwards_there_is_an_empty_one(book):
    _, _, ledger = book
    for ask in (ledger.checkpoint, partial(ledger.merged, 0)):
        with pytest.raises(UnknownItem):
            ask()
    assert ledger.sequence(NOON) == 0
    assert checked(ledger) == Checkpoint(ORIGIN, 0, EMPTY)
    assert ledger.sequence(minutes(1)) == 0


@settings(max_examples=5)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_the_tree_is_the_same_whether_it_grew_in_pieces_or_at_once(tmp_path_factory, steps):
    from storage.settings import read_settings

    place = read_settings({"RULE12_DATA_DIR": str(tmp_path_factory.mktemp("tree")), "RULE12_ORIGIN": ORIGIN})
    database = ready(place)
    ledger = SqlLedger(database, signer(place, database))
    for step in steps:
        write(database, step)
        ledger.sequence(NOON)
    in_pieces, notes = stored(database)
    forget(database)
    assert ledger.sequence(NOON) == sum(steps)
    at_once_, last = stored(database)
    assert at_once_ == in_pieces
    assert checked(ledger).root == checked(ledger, notes[-1]).root == their_root(bodies(database))
    assert last == notes[-1:]
    database.engine.dispose()


def test_more_entries_than_one_batch_are_merged_in_one_call(book):
    database, _, ledger = book
    write(database, BATCH + 3)
    assert ledger.sequence(NOON) == BATCH + 3
    assert checked(ledger).root == their_root(bodies(database))
    assert [checked(ledger, note).size for note in stored(database)[1]] == [BATCH, BATCH + 3]


def test_every_checkpoint_continues_the_one_before_it(book):
    database, _, ledger = book
    for count in (1, 2, 254, 5, 300):
        write(database, count)
        ledger.sequence(NOON)
    found = [checked(ledger, note) for note in stored(database)[1]]
    assert [one.size for one in found] == [1, 3, 257, 262, 562]
    for old, new in pairwise(found):
        proof = tiles.consistency_proof(old.size, new.size, ledger.tile)
        assert verify_consistency(old.size, new.size, old.root, new.root, proof)
        assert old.root == their_root(bodies(database)[: old.size])


def test_a_checkpoint_opens_with_the_verifier_key_and_with_no_other(book):
    database, _, ledger = book
    write(database, 3)
    ledger.sequence(NOON)
    mine, filing = ledger._signer.verifier_keys()
    assert (mine.name, filing.name) == (ORIGIN, f"{ORIGIN}/filing")
    assert VerifierKey.parse(mine.encode()) == mine
    assert checked(ledger).size == 3
    for key in (filing, VerifierKey(ORIGIN, filing.public)):
        with pytest.raises(NoteRefused):
            open_note(ledger.checkpoint(), [key], verify)


def test_every_merged_entry_is_proven_against_the_newest_checkpoint(book):
    database, _, ledger = book
    write(database, 260)
    ledger.sequence(NOON)
    root = checked(ledger).root
    for index in (0, 1, 128, 255, 256, 259):
        merged = ledger.merged(index)
        body = bodies(database)[index]
        assert (merged.index, merged.size, merged.checkpoint) == (index, 260, ledger.checkpoint())
        assert verify_inclusion(index, 260, leaf_of(body), merged.hashes, root)
        assert not verify_inclusion(index, 260, leaf_of(body + b" "), merged.hashes, root)
    for outside in (260, -1):
        with pytest.raises(UnknownItem):
            ledger.merged(outside)


def test_a_reporter_can_prove_that_their_filing_is_in_the_tree(house):
    one, other = filed(house), filed(house)
    shown = show_mailbox(house.desk, open_mailbox(house.desk, one.receipt))
    assert shown.merged is shown.filed.index is None
    size = house.ledger.sequence(NOON)
    filed(house)
    shown = show_mailbox(house.desk, open_mailbox(house.desk, one.receipt))
    merged = shown.merged
    checkpoint = checked(house.ledger, merged.checkpoint)
    assert checkpoint.size == merged.size == size
    assert verify_inclusion(merged.index, size, leaf_of(shown.filed.body), merged.hashes, checkpoint.root)
    assert one.complaint.bytes.hex() in shown.filed.body.decode().replace("-", "")
    assert str(other.complaint) not in shown.filed.body.decode()


def test_the_leaves_are_the_entries_in_order_of_arrival_without_a_gap(house):
    for _ in range(3):
        filed(house)
        house.ledger.sequence(NOON)
    size = house.ledger.sequence(NOON)
    streamed = list(house.desk.lookup.every_entry(size))
    assert [one.index for one, _ in streamed] == list(range(size))
    assert [one.position for one, _ in streamed] == sorted(one.position for one, _ in streamed)
    assert [leaf for _, leaf in streamed] == [leaf_of(one.body) for one, _ in streamed]
    assert [leaf for _, leaf in house.desk.lookup.every_entry(2)] == [leaf for _, leaf in streamed[:2]]


def test_an_entry_written_while_the_tree_grows_waits_for_the_next_time(book):
    database, work, ledger = book
    write(database, 2)
    ledger.sequence(NOON)
    with work() as one:
        one.note(entry(THE_SYSTEM))
    assert checked(ledger).size == 2
    assert ledger.sequence(NOON) == 3


def test_many_sequencers_at_once_give_every_entry_one_leaf(book, place):
    database, _, ledger = book
    write(database, 300)
    results = at_once([partial(ledger.sequence, NOON)] * 6 + [partial(write, database, 20)] * 2)
    assert not [one for one in results if isinstance(one, Exception)]
    assert ledger.sequence(NOON) == 340
    assert checked(ledger).root == their_root(bodies(database))


def test_it_is_known_since_when_the_oldest_entry_waits(book):
    database, _, ledger = book
    assert ledger.oldest_waiting() is None
    for minute in (3, 5, 9):
        write(database, 1, minutes(minute))
    assert ledger.oldest_waiting() == minutes(3)
    ledger.sequence(minutes(10))
    assert ledger.oldest_waiting() is None
    write(database, 1, minutes(20))
    assert ledger.oldest_waiting() == minutes(20)


def test_a_tile_nobody_made_is_empty(book):
    _, _, ledger = book
    assert ledger.tile(0, 0) == ledger.tile(3, 5) == b""
