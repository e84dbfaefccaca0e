"""The list of erasures: written before a key goes, never twice, never guessed at."""

import pytest

from cases.errors import BackupDamaged, EvidenceUnreadable
from storage.erased import ErasedList
from storage.shredding import ShredKeys
from storage.tables import shred_keys
from tests.conftest import NOON
from tests.storage.making import filed, minutes


@pytest.fixture
def listed(house, place):
    return ErasedList(place.data_dir / "erased.txt")


def test_an_erasure_is_on_the_list_once_with_the_time_it_was_first_made(house, listed):
    one = filed(house)
    house.desk.vault.erase(one.complaint, [], NOON)
    house.desk.vault.erase(one.complaint, [], minutes(30))
    assert listed.path.read_text() == f"{one.complaint} 2026-03-02T12:00:00Z\n"
    assert listed.read() == {one.complaint: NOON}


def test_no_key_goes_when_its_line_cannot_be_written(house, listed):
    one = filed(house)
    listed.path.mkdir()
    with pytest.raises(OSError, match="directory"):
        house.desk.vault.erase(one.complaint, [], NOON)
    assert len(house.desk.vault._shred.of(one.complaint)) == 32


def test_many_keys_go_at_once(house, listed):
    some = [filed(house) for _ in range(3)]
    keys: ShredKeys = house.desk.vault._shred
    keys.forget_all({one.complaint: NOON for one in some[:2]})
    for one in some[:2]:
        with pytest.raises(EvidenceUnreadable):
            keys.of(one.complaint)
    assert keys.of(some[2].complaint)
    assert set(listed.read()) == {one.complaint for one in some[:2]}


def test_a_line_that_was_never_ended_does_not_count_and_spoils_no_later_one(house, listed):
    one = filed(house)
    listed.path.write_text(f"{one.complaint} 2026-")
    assert listed.read() == {}
    listed.add({one.complaint: NOON})
    assert listed.read() == {one.complaint: NOON}


@pytest.mark.parametrize(
    "line", ["nobody", "nobody 2026-03-02T12:00:00Z", "{} yesterday", "{} 2026-03-02T12:00:00", "\xff"]
)
def test_a_line_nobody_can_read_is_refused_with_its_number(house, listed, line):
    good = f"{filed(house).complaint} 2026-03-02T12:00:00Z\n"
    listed.path.write_bytes((good + line.format(filed(house).complaint) + "\n").encode("latin-1"))
    with pytest.raises(BackupDamaged, match=r"erased\.txt: line 2 names no erasure"):
        listed.read()


def test_the_list_holds_no_key_and_nothing_of_what_was_erased(house, listed):
    one = filed(house)
    key = house.desk.vault._shred.of(one.complaint)
    house.desk.vault.erase(one.complaint, [], NOON)
    assert key not in listed.path.read_bytes()
    assert key.hex() not in listed.path.read_text()
    assert shred_keys.name not in listed.path.read_text()
