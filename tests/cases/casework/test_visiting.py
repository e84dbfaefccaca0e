"""A receipt shown once, and the visit that stands for it: as long as it lasts, and its mailbox is there."""

from datetime import timedelta

import pytest

from cases.casework.filing import file_complaint
from cases.casework.purging import PURGE_EVERY
from cases.casework.visiting import begin_visit, visit_of
from cases.casework.working import Worker
from cases.errors import ReceiptRefused
from cases.receipt import read_receipt
from cases.visit import IDLE, Visit
from tests.cases.casework.conftest import draft
from tests.conftest import NOON


@pytest.fixture
def receipt(desk):
    return file_complaint(desk, draft(), NOON).receipt


def test_a_visit_is_held_by_the_browser_and_leads_back_to_its_receipt(desk, receipt):
    visit = begin_visit(receipt.lower().replace("-", " "), NOON)
    found = visit_of(desk, desk.visits.seal(visit, NOON), NOON + IDLE)
    assert found == visit
    assert found.receipt == receipt


def test_a_visit_without_its_mailbox_or_past_its_time_is_none(desk, receipt):
    nowhere = Visit(b"fifteen bytes!!", NOON, NOON)
    assert visit_of(desk, desk.visits.seal(nowhere, NOON), NOON) is None
    visit = begin_visit(receipt, NOON)
    late = NOON + IDLE + timedelta(microseconds=1)
    assert visit_of(desk, desk.visits.seal(visit, NOON), late) is None
    assert visit_of(desk, "", NOON) is None


def test_what_is_no_receipt_begins_no_visit():
    for wrong in ("", "ABCDE", "é" * 25):
        with pytest.raises(ReceiptRefused):
            begin_visit(wrong, NOON)


def test_the_worker_deletes_secrets_of_the_door_in_time(desk, place, receipt):
    visit = Visit(read_receipt(receipt), NOON, NOON)
    desk.visits.seal(visit, NOON)
    worker = Worker(desk)
    worker.step(NOON)
    for at in (NOON + PURGE_EVERY, NOON + timedelta(hours=3)):
        kept = list((place.data_dir / "door").glob("*.key"))
        assert kept
        while worker.step(at):
            pass
    assert list((place.data_dir / "door").glob("*.key")) == []
