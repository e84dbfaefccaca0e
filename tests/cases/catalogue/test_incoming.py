"""Which mails are not taken in, as rows."""

from datetime import date

import pytest

from cases.catalogue import Overlaid, load, read
from cases.catalogue.incoming import Unwanted
from cases.errors import CatalogueBroken
from tests.cases.catalogue.conftest import SHIPPED

DAY = date(2026, 3, 2)


def row(begins=(), unless=()):
    return Unwanted("x", "x", begins, unless, "", verified=True, effective_from=DAY, effective_to=None)


@pytest.mark.parametrize(
    ("rule", "met", "not_met"),
    [
        (row(), ("", "anything"), ()),
        (row(begins=("bulk", "list")), ("bulk", "list-like"), ("", "a bulk")),
        (row(unless=("no",)), ("auto-replied",), ("no", "no (really)")),
        (row(begins=("a",), unless=("ab",)), ("ac",), ("ab", "b")),
    ],
)
def test_a_row_is_met_by_what_a_header_begins_with(rule, met, not_met):
    assert all(rule.is_met(value) for value in met)
    assert not any(rule.is_met(value) for value in not_met)


def test_a_row_holds_from_its_first_day_to_its_last():
    assert load().unwanted_on(date(2004, 7, 31)) == ()
    assert {one.slug for one in load().unwanted_on(DAY)} == {"auto_submitted", "bounce", "list"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('unless = ["no"]', 'unless = [""]', "unless holds an empty text"),
        ('header = "List-Id"', "", "header is missing"),
        ('header = "List-Id"', 'heder = "List-Id"', "unknown key heder"),
    ],
)
def test_every_fault_of_a_row_is_named(tmp_path, old, new, why):
    text = (SHIPPED / "incoming.toml").read_text(encoding="utf-8")
    (tmp_path / "incoming.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueBroken, match=why):
        read(Overlaid(SHIPPED, tmp_path))
