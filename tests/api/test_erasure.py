"""A case whose time is over, erased over HTTP by two people: the case stands, its words are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.case import Given
from cases.casework.moving import make_move
from cases.lifecycle import Action
from cases.people import Role
from cases.sight import Actor
from tests.api.conftest import PREFIX, REASON, Caller, Office, told
from tests.api.lives import CLOSING, SECOND_HEAD

LONG_AGO = 365 * 11
INTAKE = Actor("S0012", Role.INTAKE)


@pytest.fixture
def closed(office: Office) -> tuple[str, str]:
    """The number of a case closed long ago, and the receipt of its reporter."""
    number, receipt = office.case_of(LONG_AGO, told("open"))
    given = Given(closure_reason="insufficient_information", **CLOSING)
    at = datetime.now(UTC) - timedelta(days=LONG_AGO)
    make_move(office.desk, INTAKE, number, 1, Action.CLOSE, given, at)
    return number, receipt


@pytest.fixture
def number(closed: tuple[str, str]) -> str:
    return closed[0]


def erase(office: Office, number: str) -> None:
    office.door.must(201, office.move(Role.HEAD, number, "erase", 2, reason="Its time is over."))
    office.door.must(
        201, office.as_(Role.HEAD, SECOND_HEAD).post(f"{PREFIX}/cases/{number}/moves", {"move": "approve"}, version=3)
    )
    office.sort()


def test_it_takes_two_people_and_the_row_stays(office: Office, number: str) -> None:
    erase(office, number)
    shown = office.as_(Role.HEAD).read(f"{PREFIX}/cases/{number}")
    assert (shown["state"], shown["erased_at"] is None) == ("closed", False)
    assert "statement" not in shown
    assert "explanation" not in shown["routing"]
    timeline = office.as_(Role.HEAD).read(f"{PREFIX}/cases/{number}/timeline?limit=200")["items"]
    assert timeline[-1]["entry"]["action"] in {"approve", "opened_case"}


def below(number: str) -> list[tuple[str, str, Any, int]]:
    """What can be asked of an erased case, and the status of each answer."""
    base, one = f"{PREFIX}/cases/{number}", "5f1d6f3e-2f0b-4a53-9d53-0a6c3a1f8a11"
    return [
        ("GET", f"{base}/timeline", None, 200),
        ("GET", f"{base}/timeline?reasons=true", None, 404),
        ("GET", f"{base}/moves", None, 200),
        ("GET", f"{base}/persons", None, 404),
        ("POST", f"{base}/persons", {"role": "witness", "name": "A. Nobody", "reason": "Was there."}, 404),
        ("POST", f"{base}/persons/{one}/changes", {"settled": [], "reason": "Nobody."}, 404),
        ("GET", f"{base}/allegations", None, 404),
        ("POST", f"{base}/allegations", {"person": one, "category": "political_partisan", "account": "Votes."}, 422),
        ("GET", f"{base}/evidence", None, 404),
        ("GET", f"{base}/evidence/{one}/content", None, 404),
        ("GET", f"{base}/evidence/{one}/custody", None, 404),
        ("GET", f"{base}/messages", None, 404),
        ("POST", f"{base}/messages", {"text": "Hello"}, 404),
        ("POST", f"{base}/assignments", {"person": "S0014", "role": "investigator"}, 409),
        ("POST", f"{base}/recusals", {"reason": "A friend of mine."}, 404),
        ("GET", f"{base}/identity", None, 404),
        ("GET", f"{base}/identity-requests", None, 200),
        ("POST", f"{base}/identity-requests", {"reason": "They must be interviewed."}, 404),
    ]


def test_what_lay_below_it_is_not_there_any_more(office: Office, number: str) -> None:
    erase(office, number)
    caller: Caller = office.as_(Role.HEAD)
    answers = {}
    for method, path, body, _ in below(number):
        sent = {"json": body} if body else {}
        answer = caller.call(method, path, version=4, headers={"Reason": REASON}, **sent)
        answers[method, path] = answer.status_code
    assert answers == {(method, path): status for method, path, _, status in below(number)}


def test_every_move_on_it_is_refused_with_a_sentence(office: Office, number: str) -> None:
    erase(office, number)
    assert office.as_(Role.HEAD).read(f"{PREFIX}/cases/{number}/moves") == []
    given = {"reopen": {"ground": "new_evidence"}, "erase": {}, "place_hold": {}, "report_implications": {}}
    for move, more in given.items():
        answer = office.move(Role.HEAD, number, move, 4, reason="Because.", **more)
        assert answer.status_code in {404, 409}, move
        assert "was erased" in (answer.json or {})["detail"], move


def test_its_reporter_learns_that_it_was_erased_and_can_add_nothing(office: Office, closed: tuple[str, str]) -> None:
    erase(office, closed[0])
    holder = office.holder(closed[1])
    box = holder.read(f"{PREFIX}/mailbox")
    assert (box["status"]["slug"], box["statement"], box["messages"]) == ("erased", {}, [])
    with office.nothing_changes():
        for answer in (
            holder.post(f"{PREFIX}/mailbox/messages", {"text": "Hello"}),
            holder.post(f"{PREFIX}/mailbox/consent", {"consent": "open"}),
            office.attach(closed[1]),
        ):
            assert (answer.status_code, (answer.json or {})["type"]) == (404, "urn:rule12:problem:unknown-item")
