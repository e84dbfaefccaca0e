"""Pages: together they hold everything once, and a cursor nobody gave is named, whatever it holds."""

import base64
import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import position, read_cursor, time, word, write_cursor
from cases.errors import Malformed
from cases.people import Role
from tests.api.conftest import PREFIX, Caller, Office

ENTRIES = f"{PREFIX}/audit/entries"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=2),
)


def everything(caller: Caller, path: str) -> list[dict[str, Any]]:
    """All items of a list, following `Link` from page to page."""
    found: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        answer = caller.get(following)
        page = caller.must(200, answer)
        found += page["items"]
        link = answer.headers.get("Link")
        assert (page["next"] is None) == (link is None)
        following = link.removeprefix("<").partition(">")[0] if link else None
        if following:
            assert link == f'<{following}>; rel="next"'
            assert parse_qs(urlsplit(following).query)["cursor"] == [page["next"]]
    return found


def test_pages_of_cases_hold_each_case_once_in_order(office: Office) -> None:
    for _ in range(5):
        office.file()
    office.sort()
    intake = office.as_(Role.INTAKE)
    whole = intake.must(200, intake.get(f"{PREFIX}/cases"))["items"]
    assert len({one["number"] for one in whole}) == 5
    assert [one["received_at"] for one in whole] == sorted((one["received_at"] for one in whole), reverse=True)
    for limit in (1, 2, 3, 5):
        assert everything(intake, f"{PREFIX}/cases?limit={limit}") == whole
        soonest = everything(intake, f"{PREFIX}/cases?limit={limit}&sort=due")
        assert [one["due"]["by"] for one in soonest] == sorted(one["due"]["by"] for one in soonest)
        assert len(soonest) == 5


def test_pages_keep_their_filters(office: Office) -> None:
    for _ in range(3):
        office.file()
    office.sort()
    intake = office.as_(Role.INTAKE)
    numbers = [one["number"] for one in everything(intake, f"{PREFIX}/cases?limit=1")]
    assert office.move(Role.INTAKE, numbers[1], "assess", 1).status_code == 201
    registered = everything(intake, f"{PREFIX}/cases?limit=1&state=registered")
    assert [one["number"] for one in registered] == [numbers[0], numbers[2]]


def test_pages_of_entries_and_timelines_hold_each_entry_once(office: Office) -> None:
    number, _ = office.case()
    auditor, intake = office.as_(Role.AUDITOR), office.as_(Role.INTAKE)
    for path, caller in ((ENTRIES, auditor), (f"{PREFIX}/cases/{number}/timeline", intake)):
        whole = caller.must(200, caller.get(f"{path}?limit=200"))["items"]
        assert len(whole) >= 3
        assert [one["position"] for one in whole] == sorted({one["position"] for one in whole})
        for limit in (1, 2):
            assert everything(caller, f"{path}?limit={limit}") == whole


def test_a_cursor_nobody_gave_is_named(office: Office) -> None:
    number, _ = office.case()
    auditor, intake = office.as_(Role.AUDITOR), office.as_(Role.INTAKE)
    junk = ["", "a", "%00", "é", "W10", "bnVsbA", write_cursor([-1]), write_cursor([1 << 63]), write_cursor([True])]
    junk += [write_cursor(["yesterday", "IGO-2026-1"]), write_cursor(["2026-03-02T12:00:00", "x"]), "x" * 301]
    junk += [write_cursor(["0001-01-01T00:00:00+23:59", "x"]), write_cursor(["2026-03-02T12:00:00Z", "\ud800"])]
    with office.nothing_changes():
        for cursor in junk:
            for caller, path in (
                (auditor, ENTRIES),
                (intake, f"{PREFIX}/cases"),
                (intake, f"{PREFIX}/cases/{number}/timeline"),
            ):
                answer = caller.call("GET", path, query_string={"cursor": cursor})
                assert answer.status_code == 422, (cursor, path)
                assert answer.json is not None
                assert [one["pointer"] for one in answer.json["errors"]] == ["#/cursor"]


def test_wrong_limits_and_unknown_filters_are_named(office: Office) -> None:
    intake = office.as_(Role.INTAKE)
    with office.nothing_changes():
        for query in (
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=-1",
            "state=lost",
            "sort=name",
            "colour=red",
            "overdue=so",
        ):
            answer = intake.get(f"{PREFIX}/cases?{query}")
            assert answer.status_code == 422, query
            assert answer.json is not None
            assert [one["pointer"] for one in answer.json["errors"]] == [f"#/{query.partition('=')[0]}"]


@given(st.integers(0, (1 << 63) - 1), st.datetimes(timezones=st.timezones()), st.text("IGO-0123456789", max_size=20))
def test_a_cursor_reads_back_as_written(number: int, at: Any, text: str) -> None:
    assert read_cursor(write_cursor([number]), position) == [number]
    stamped = at.isoformat() if 2 < at.year < 9998 else "2026-03-02T12:00:00Z"
    if at.utcoffset().seconds % 60 == 0:
        assert read_cursor(write_cursor([stamped, text]), time, word) == [stamped, text]


@given(st.text(max_size=40) | json_values.map(lambda one: base64.urlsafe_b64encode(json.dumps(one).encode()).decode()))
def test_no_cursor_fails_in_any_other_way(text: str) -> None:
    for parts in ((position,), (time, word)):
        with suppress(Malformed):
            read = read_cursor(text, *parts)
            assert read is not None
            assert len(read) == len(parts)


def test_no_cursor_at_all_is_the_first_page() -> None:
    assert read_cursor(None, position) is None
    with pytest.raises(Malformed):
        read_cursor("", position)
