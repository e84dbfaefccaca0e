"""How long a mailbox stays open in a browser."""

from datetime import timedelta

import pytest

from cases.receipt import read_receipt
from cases.visit import ASTRAY, IDLE, LONGEST, Visit
from tests.conftest import NOON

SECRET, MOMENT = bytes(15), timedelta(microseconds=1)


def visit(opened, used):
    return Visit(SECRET, NOON - opened, NOON - used)


@pytest.mark.parametrize(
    ("opened", "used", "lasts"),
    [
        (timedelta(), timedelta(), True),
        (IDLE, IDLE, True),
        (IDLE + MOMENT, IDLE + MOMENT, False),
        (LONGEST, timedelta(), True),
        (LONGEST + MOMENT, timedelta(), False),
        (-ASTRAY, -ASTRAY, True),
        (-ASTRAY - MOMENT, -ASTRAY - MOMENT, False),
        (timedelta(), MOMENT, False),
    ],
)
def test_it_lasts_fifteen_minutes_without_use_and_four_hours_in_all(opened, used, lasts):
    assert visit(opened, used).lasts(NOON) is lasts


def test_using_it_never_moves_the_time_it_was_opened_or_goes_back():
    one = visit(IDLE, timedelta())
    later = one.used(NOON + MOMENT)
    assert (later.opened_at, later.used_at) == (one.opened_at, NOON + MOMENT)
    assert one.used(NOON - MOMENT) == one


def test_it_stands_for_its_receipt_and_never_shows_it():
    one = Visit(bytes(range(15)), NOON, NOON)
    assert read_receipt(one.receipt) == one.secret
    assert "secret" not in repr(one)
