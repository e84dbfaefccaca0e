"""What is kept of mails that were taken in: enough to know one again, and nothing to read."""

from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from cases.errors import EvidenceUnreadable, KeyReused
from cases.ports_mail import TakenMail
from storage.database import Database
from storage.tables_mail import mails

DIGEST = sha256(b"a mail").digest()
TAKEN = TakenMail(uuid4(), 3, "ABCDE-FGHJK-MNPQR-STVWX-YZ234")


@pytest.fixture
def store(place, house):
    opened = Database(place.database_url)
    yield opened
    opened.engine.dispose()


def keep(house, page, taken, instead_of=None):
    kept = page.sealed(taken, instead_of)
    with house.desk.work() as work:
        work.keep_mail(kept)
    return kept.sealed


def test_what_is_known_of_a_mail_is_found_with_the_mail_and_goes_on(house):
    page = house.desk.mails.page("<1@b>", DIGEST)
    assert page.earlier() is None
    first = keep(house, page, TAKEN)
    assert house.desk.mails.page("<1@b>", DIGEST).earlier() == (TAKEN, first)
    after = replace(TAKEN, receipt="", done=True)
    second = keep(house, page, after, first)
    assert page.earlier() == (after, second)


def test_another_message_id_or_other_bytes_are_another_mail(house):
    keep(house, house.desk.mails.page("<1@b>", DIGEST), TAKEN)
    for other in (("<2@b>", DIGEST), ("", DIGEST), ("<1@b>", sha256(b"other").digest())):
        assert house.desk.mails.page(*other).earlier() is None


def test_of_two_who_take_in_the_same_mail_one_is_undone(house):
    page = house.desk.mails.page("<1@b>", DIGEST)
    first = keep(house, page, TAKEN)
    with pytest.raises(KeyReused):
        keep(house, page, TAKEN)
    keep(house, page, replace(TAKEN, added=4), first)
    with pytest.raises(KeyReused):
        keep(house, page, replace(TAKEN, added=5), first)


def test_an_attacker_with_the_database_reads_nothing_of_a_mail_and_swaps_nothing(house, store, place):
    mine, theirs = (house.desk.mails.page(name, DIGEST) for name in ("<mine@b>", "<theirs@b>"))
    sizes = {len(keep(house, mine, TAKEN)), len(keep(house, theirs, TakenMail(uuid4())))}
    with store.reading() as connection:
        rows = {row.mark: row.sealed for row in connection.execute(select(mails))}
    kept = b"".join(path.read_bytes() for path in place.data_dir.rglob("*.sqlite*"))
    assert len(sizes) == 1, "the length of a row tells nothing"
    assert list(rows) == sorted(rows), "rows lie in no order of arrival"
    for trace in (DIGEST, DIGEST.hex().encode(), b"mine@b", str(TAKEN.complaint).encode(), TAKEN.receipt.encode()):
        assert trace not in kept
    (one, _), (_, other) = rows.items()
    with store.writing() as connection:
        connection.execute(update(mails).where(mails.c.mark == one).values(sealed=other))
    pages = [page for page in (mine, theirs) if page.sealed(TAKEN, None).mark == one]
    with pytest.raises(EvidenceUnreadable, match="was changed"):
        pages[0].earlier()
