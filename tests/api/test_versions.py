"""The version a change was decided on: demanded on every change, strong and current, checked in its turn."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api.versions import decided_on
from cases.errors import StaleVersion, VersionNeeded
from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, PROBLEM, Office

CHANGES: dict[str, Any] = {
    "moves": {"move": "acknowledge"},
    "assignments": {"person": "S0014", "role": "investigator"},
    "assignments/end": {"person": "S0014", "role": "investigator", "reason": "On leave."},
    "persons": {"role": "witness", "name": "A. Nobody", "reason": "Was there."},
    "messages": {"text": "Thank you."},
}
RECUSAL = {"recusals": {"reason": "A friend of mine."}}
APP = Flask("tags")
REFUSED = {
    None: 428,
    "": 428,
    "*": 428,
    '"2"': 412,
    '"0"': 412,
    'W/"1"': 412,
    "1": 412,
    '"1", "2"': 412,
    '"01"': 412,
    '"1"x': 412,
    '"-1"': 412,
    '"99999999999"': 412,
    '""': 412,
}


def shown(version: str | None) -> dict[str, str]:
    return {} if version is None else {"If_Match": version}


def test_every_change_demands_the_version_it_was_decided_on(office: Office) -> None:
    number, _ = office.case()
    intake = office.as_(Role.INTAKE)
    with office.nothing_changes():
        for part, body in (CHANGES | RECUSAL).items():
            for version, status in REFUSED.items():
                answer = intake.post(f"{PREFIX}/cases/{number}/{part}", body, **shown(version))
                assert (answer.status_code, answer.content_type) == (status, PROBLEM), (part, version)


def test_a_change_answers_with_the_version_it_made(office: Office) -> None:
    number, _ = office.case()
    intake = office.as_(Role.INTAKE)
    for version, (part, body) in enumerate(CHANGES.items(), 1):
        answer = intake.post(f"{PREFIX}/cases/{number}/{part}", body, version=version)
        assert (answer.status_code, answer.headers["ETag"]) == (201, f'"{version + 1}"')
        assert intake.get(f"{PREFIX}/cases/{number}").headers["ETag"] == f'"{version + 1}"'
    with office.nothing_changes():
        assert intake.post(f"{PREFIX}/cases/{number}/messages", CHANGES["messages"], version=1).status_code == 412


def test_a_case_and_all_below_it_carry_one_version(office: Office) -> None:
    number, receipt = office.case()
    office.attach(receipt)
    intake = office.as_(Role.INTAKE)
    item = intake.read(f"{PREFIX}/cases/{number}/evidence")[0]["evidence_id"]
    for below in (
        "",
        "/timeline",
        "/moves",
        "/messages",
        "/persons",
        "/allegations",
        "/evidence",
        f"/evidence/{item}/custody",
    ):
        answer = intake.get(f"{PREFIX}/cases/{number}{below}")
        assert (answer.status_code, answer.headers.get("ETag")) == (200, '"1"'), below


def test_nobody_is_answered_not_modified(office: Office) -> None:
    number, _ = office.case()
    for headers in (
        {"If_None_Match": '"1"'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ):
        assert office.as_(Role.INTAKE).get(f"{PREFIX}/cases/{number}", **headers).status_code == 200


def test_two_who_decided_on_the_same_version_cannot_both_change_it(office: Office) -> None:
    number, _ = office.case()
    assert office.move(Role.INTAKE, number, "assess", 1).status_code == 201
    with office.nothing_changes():
        late = office.as_(Role.HEAD).post(f"{PREFIX}/cases/{number}/messages", {"text": "Hello"}, version=1)
        assert late.status_code == 412
        assert "version 2" in late.text


def test_checks_come_in_the_order_promised(office: Office) -> None:
    """401, 403, 404, 422, 428, 412, 409: each caller mends one thing and meets the next."""
    number, _ = office.case()
    seen, path, lost = [], f"{PREFIX}/cases/{number}/moves", f"{PREFIX}/cases/{NO_CASE}/moves"
    wrong: dict[str, Any] = {"move": "fly", "if": 1}
    forbidden = {"move": "open_investigation", "reason": "Because."}
    auditor, head = office.as_(Role.AUDITOR), office.as_(Role.HEAD)
    with office.nothing_changes():
        seen.append(office.door.post(lost, wrong).status_code)
        seen.append(auditor.post(lost, wrong).status_code)
        seen.append(head.post(lost, wrong, If_Match="*").status_code)
        seen.append(head.post(path, wrong).status_code)
        seen.append(head.post(path, forbidden).status_code)
        seen.append(head.post(path, forbidden, version=7).status_code)
        seen.append(head.post(path, forbidden, version=1).status_code)
    assert seen == [401, 403, 404, 422, 428, 412, 409]


@pytest.mark.parametrize("part", ["assignments", "assignments/end", "persons", "recusals", "messages"])
def test_every_change_keeps_that_order(office: Office, part: str) -> None:
    number, _ = office.case()
    body: dict[str, Any] = (CHANGES | RECUSAL)[part]
    path, lost = (f"{PREFIX}/cases/{one}/{part}" for one in (number, NO_CASE))
    auditor, intake = office.as_(Role.AUDITOR), office.as_(Role.INTAKE)
    with office.nothing_changes():
        answers = [
            office.door.post(lost, {"odd": 1}),
            auditor.post(lost, {"odd": 1}),
            intake.post(lost, {"odd": 1}, If_Match="*"),
            intake.post(path, {"odd": 1}),
            intake.post(path, body),
            intake.post(path, body, version=7),
        ]
    assert [one.status_code for one in answers] == [401, 403, 404, 422, 428, 412]


@given(st.text(max_size=20) | st.from_regex(r'W?/?"?[0-9]{0,12}"?', fullmatch=True))
def test_a_tag_is_one_positive_number_in_quotes_or_refused(text: str) -> None:
    latin = text.encode("latin-1", "ignore").decode("latin-1").replace("\r", "").replace("\n", "").strip()
    with APP.test_request_context(environ_overrides={"HTTP_IF_MATCH": latin}):
        digits = latin.strip('"')
        good = (
            latin == f'"{digits}"'
            and digits.isascii()
            and digits.isdecimal()
            and digits[:1] != "0"
            and len(digits) < 10
        )
        if good:
            assert decided_on() == int(digits)
        else:
            with pytest.raises((StaleVersion, VersionNeeded)):
                decided_on()
