"""An erasure: what a complaint's wraps, shred key and files led to is gone for good, and the ledger still verifies."""

from functools import partial

import pytest
from sqlalchemy import event, select

from cases.bag import Chosen
from cases.casework.auditing import export_to
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.statuses import of_case
from cases.casework.working import Worker
from cases.ledger import COMMAND_LINE, About
from cases.lifecycle import State
from cases.notes import VerifierKey
from cases.place import Kind, Recipient
from cases.ports import SHRED
from cases.verify import verify_bag
from storage import open_house
from storage.database import Database
from storage.outbox import LEASE
from storage.signing import verify
from storage.tables import jobs, shred_keys, wraps
from tests.conftest import NOON
from tests.storage.making import changed, entry, everything_sealed, filed, minutes, what_comes_out

LATER = minutes(60)


@pytest.fixture
def one(house):
    """A complaint that became a case."""
    complaint = filed(house)
    Worker(house.desk).step(NOON)
    return complaint


@pytest.fixture
def parts(house, one):
    """Everything that is sealed for it: statement to supervisor's leg, a file, a letter."""
    sealed = everything_sealed(house, one)
    work_all(house, NOON)
    return sealed


def erase(house, one, then=None):
    """The first half, as the desk commits it."""
    case = house.desk.lookup.case_of(one.complaint)
    erased = changed(case, state=State.CLOSED, closed_at=NOON, erased_at=NOON)
    with house.desk.work() as work:
        work.record(erased, entry(About.case(case.number), version=erased.version), of_case(erased))
        work.erase(erased)
        if then:
            then(work, erased)
    return erased


def work_all(house, at=LATER):
    worker = Worker(house.desk)
    while worker.step(at):
        pass


def kept_rows(database, table):
    with database.reading() as connection:
        return connection.execute(select(table)).all()


def wraps_of(house, parts):
    ids = {part.id for part in parts}
    return [row for row in kept_rows(house.desk.lookup._database, wraps) if row.part in ids]


def has_key(place, one):
    """Whether the store of shred keys still holds its key, as a thief of the file would find."""
    database = Database(f"sqlite:///{place.data_dir}/shred-keys.sqlite")
    found = [row.complaint for row in kept_rows(database, shred_keys)]
    database.engine.dispose()
    return one.complaint in found


def files(place):
    return [path for path in (place.data_dir / "objects").rglob("*") if path.is_file()]


def waiting(house):
    return [row for row in kept_rows(house.desk.lookup._database, jobs) if row.kind == SHRED]


def on_disk(place, pattern):
    return b"".join(path.read_bytes() for path in place.data_dir.glob(pattern))


def must_be_erased(house, place, one, parts):
    assert wraps_of(house, parts) == []
    assert not has_key(place, one)
    assert files(place) == []
    assert waiting(house) == []


def test_wraps_go_with_the_decision_and_key_and_files_go_by_the_worker(house, place, one, parts):
    assert wraps_of(house, parts)
    assert files(place)
    erase(house, one)
    assert wraps_of(house, parts) == []
    assert has_key(place, one)
    assert [row.about for row in waiting(house)] == [str(one.complaint)]
    work_all(house)
    must_be_erased(house, place, one, parts)


def test_nothing_opens_any_more_for_anybody_even_with_every_wrap_kept_from_before(house, one, parts):
    opened = open_mailbox(house.desk, one.receipt)
    kinds = {part.kind for part in parts}
    assert kinds >= {Kind.STATEMENT, Kind.IDENTITY, Kind.EVIDENCE, Kind.MESSAGE, Kind.PERSONS, Kind.CONSENT}
    erase(house, one)
    work_all(house)
    for part in parts:
        for wrap in part.wraps:
            as_ = opened if wrap.recipient is Recipient.RECEIPT else wrap.recipient
            out, refusal = what_comes_out(partial(house.desk.vault.stream, part, as_))
            assert out == b""
            assert "it was erased" in str(refusal)


def test_a_wrap_that_is_gone_opens_nothing_before_the_worker_came(house, one, parts):
    erase(house, one)
    for kind in {part.kind for part in parts}:
        part = house.desk.lookup.latest(one.complaint, kind)
        assert part.wraps == ()
        assert what_comes_out(partial(house.desk.vault.stream, part, Recipient.DESK))[0] == b""


def test_no_byte_of_key_or_wrap_is_left_in_database_or_log(house, place, one, parts):
    with house.desk.vault._shred._database.reading() as connection:
        key = connection.scalar(select(shred_keys.c.shred_key).where(shred_keys.c.complaint == one.complaint))
    sealed = [wrap.sealed[-200:] for part in parts for wrap in part.wraps]
    assert key in on_disk(place, "shred-keys.sqlite*")
    assert all(secret in on_disk(place, "rule12.sqlite*") for secret in sealed)
    erase(house, one)
    work_all(house)
    assert key not in on_disk(place, "*.sqlite*")
    assert not any(secret in on_disk(place, "*.sqlite*") for secret in sealed)


def test_the_ledger_still_verifies_and_still_tells_what_there_was(house, one, parts, tmp_path):
    house.ledger.sequence(NOON)
    erase(house, one)
    work_all(house)
    (tmp_path / "bag").mkdir()
    export_to(house.desk, COMMAND_LINE, COMMAND_LINE, tmp_path / "bag", Chosen(), LATER)
    keys = [VerifierKey.parse(key.encode()) for key in house.signer.verifier_keys()]
    assert verify_bag(tmp_path / "bag", keys, verify).entries == house.ledger.sequence(LATER)
    told = (tmp_path / "bag" / "data" / "entries.ndjson").read_text()
    assert all(part.digest.hex() in told for part in parts)


def test_the_mailbox_says_that_it_was_erased(house, one, parts):
    erase(house, one)
    for _ in range(2):
        shown = show_mailbox(house.desk, open_mailbox(house.desk, one.receipt))
        assert shown.status.slug == "erased"
        assert (shown.evidence, shown.letters) == ((), ())
        work_all(house)


def test_another_complaint_is_as_it_was(house, place, one, parts):
    other = filed(house)
    kept = everything_sealed(house, other)
    before = wraps_of(house, kept)
    erase(house, one)
    work_all(house)
    opened = open_mailbox(house.desk, other.receipt)
    for part in kept:
        if Recipient.RECEIPT in {wrap.recipient for wrap in part.wraps}:
            assert house.desk.vault.open(part, opened)
    assert [row for row in wraps_of(house, kept) if row in before] == before
    assert len(files(place)) == 1


def test_erasing_twice_is_erasing_once(house, place, one, parts):
    erased = erase(house, one)
    work_all(house)
    with house.desk.work() as work:
        work.erase(erased)
    work_all(house)
    house.desk.vault.erase(one.complaint, [part.id for part in parts], LATER)
    must_be_erased(house, place, one, parts)


def test_an_erasure_that_was_undone_erased_nothing(house, place, one, parts):
    before = wraps_of(house, parts)
    case = house.desk.lookup.case_of(one.complaint)

    def fail(_work, _case):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        erase(house, one, fail)
    assert house.desk.lookup.case_of(one.complaint) == case
    work_all(house)
    assert wraps_of(house, parts) == before
    assert has_key(place, one)
    assert files(place)


def test_what_stopped_between_wraps_and_shred_key_is_finished_by_the_next_worker(house, place, one, parts):
    erase(house, one)
    house.close()
    again = open_house(place)
    assert has_key(place, one)
    work_all(again)
    must_be_erased(again, place, one, parts)
    again.close()


@pytest.mark.parametrize("stopped", ["before the files", "among the files", "after the key"])
def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_ends_it(house, place, one, parts, stopped):
    erase(house, one)
    job = house.desk.jobs.take(NOON)
    assert job.kind == SHRED
    if stopped == "among the files":
        files(place)[0].unlink()
    if stopped == "after the key":
        house.desk.vault.erase(one.complaint, [part.id for part in parts], NOON)
    work_all(house, NOON)
    assert len(waiting(house)) == 1
    work_all(house, NOON + LEASE)
    must_be_erased(house, place, one, parts)


def test_an_erasure_is_not_done_while_somebody_still_reads_the_log(house, place, one, parts):
    """What the log still holds can be read from it; the worker comes back until it is gone."""
    database = house.desk.lookup._database
    database.engine.dispose()
    event.listen(database.engine, "connect", lambda opened, _: opened.execute("PRAGMA busy_timeout=0"))
    with database.reading() as reading:
        reading.execute(select(wraps)).all()
        erase(house, one)
        Worker(house.desk).step(NOON)
        (job,) = waiting(house)
        assert (job.attempts, job.trouble) == (1, "RuntimeError")
        assert has_key(place, one)
    work_all(house)
    must_be_erased(house, place, one, parts)
