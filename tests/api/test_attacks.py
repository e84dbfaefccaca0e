"""Somebody tries, over HTTP, to get an answer that is not theirs, or to break the desk with odd days and words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cases.casework.administering import revoke_tokens
from cases.people import Role
from tests.api.conftest import KEY, PREFIX, Office, told
from tests.api.lives import SECOND_HEAD, Life

ASKING = {"reason": "We must ask them for the original."}


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office)


def test_somebody_who_learned_anothers_key_is_not_given_their_answer(life: Life) -> None:
    asks = life.path + "/identity-requests"
    first = life.as_(Role.INTAKE).post(asks, ASKING, Idempotency_Key=KEY)
    assert first.status_code == 201
    stolen = life.as_(Role.HEAD).post(asks, ASKING, Idempotency_Key=KEY)
    assert stolen.status_code == 422
    assert first.json is not None
    assert first.json["request_id"] not in stolen.text


def test_a_revoked_token_replays_nothing(life: Life) -> None:
    asks = life.path + "/identity-requests"
    assert life.as_(Role.INTAKE).post(asks, ASKING, Idempotency_Key=KEY).status_code == 201
    revoke_tokens(life.office.desk, "S0012", datetime.now(UTC))
    assert life.as_(Role.INTAKE).post(asks, ASKING, Idempotency_Key=KEY).status_code == 401


def test_whoever_came_to_be_in_conflict_gets_back_their_own_answer_alone(life: Life) -> None:
    """And with any other word the case is unknown to them."""
    asks = life.path + "/identity-requests"
    first = life.as_(Role.INTAKE).post(asks, ASKING, Idempotency_Key=KEY)
    life.add("witness", "S0012", by=Role.HEAD)
    again = life.as_(Role.INTAKE).post(asks, ASKING, Idempotency_Key=KEY)
    assert (again.status_code, again.json) == (201, first.json)
    other = {"reason": "We must ask them for something else."}
    unknown = life.as_(Role.INTAKE).post(f"{PREFIX}/cases/IGO-2026-00000/identity-requests", other)
    hidden = life.as_(Role.INTAKE).post(asks, other, Idempotency_Key=KEY)
    assert (hidden.status_code, hidden.data) == (404, unknown.data)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-30", "2020-01-01"])
def test_days_that_cannot_be_meant_are_refused_in_words(life: Life, day: str) -> None:
    life.report()
    life.move(Role.HEAD, "hand_to_decider", reason="The findings are there.")
    leave = {"person": life.subject, "review_on": day, "reason": "They stay at home."}
    answer = life.tries(Role.DECIDER, "administrative_leave", **leave)
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    assert [one["pointer"] for one in answer.json["errors"]] == ["#/review_on"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_conduct_on_the_first_and_the_last_day_there_is_can_be_read_again(life: Life, day: str) -> None:
    said = {"person": life.subject, "category": "confidentiality_breach", "account": "They did.", "conduct_on": day}
    life.post(Role.INTAKE, "allegations", said)
    assert life.read(Role.INTAKE, "/allegations")[0]["cited"]["on"] == day


@pytest.mark.parametrize(
    "word",
    [
        "\u202eevil",
        "\uff11\uff12\uff13",
        "İ" * 40,
        "ﷺ",
        "=1+1",
        "\U0001d54a\U0001d7d8\U0001d7d9\U0001d7d8\U0001d7df",
        "' OR 1=1 --",
    ],
)
def test_persons_under_odd_numbers_and_names_break_nothing(life: Life, word: str) -> None:
    body = {"role": "witness", "name": word, "staff_number": word, "reason": "Somebody said so."}
    added = life.post(Role.INTAKE, "persons", body)
    life.office.sort()
    assert word in {one["name"] for one in life.persons()}
    assert added["possible"] == []


def test_what_an_unsettled_register_shows_is_the_same_whoever_reported(office: Office) -> None:
    """`possible` comes of the words of the statement alone: no number of the reporter's line is in it."""
    subjects = [{"name": "Colleague 0107"}]
    shown: list[Any] = []
    for reporter in ("S0102", "S0113", "S0012"):
        said = told(subjects=subjects)
        said["reporter"] |= {"staff_number": reporter}
        number, _ = office.case(said)
        role = Role.HEAD
        page = office.as_(role, SECOND_HEAD).read(f"{PREFIX}/cases/{number}")
        persons = office.as_(role, SECOND_HEAD).read(f"{PREFIX}/cases/{number}/persons")
        for one in persons:
            one.pop("person_id")
        shown.append((page["routing"], persons))
    assert shown[0] == shown[1] == shown[2]
