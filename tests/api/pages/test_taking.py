"""Entering a complaint at the desk, by its page: once, with the receipt shown once, and the scan beside it."""

import json
import re

import pytest

from cases.people import Role
from tests.api.conftest import PICTURE, PREFIX, Office, told
from tests.api.pages.seat import ORIGIN, Seat, Sheet, plain

PATH, FILES = "/desk/enter", "/desk/enter/files"
RECEIPT = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}")
LETTER = {
    "channel": "post",
    "language": "fr",
    "statement__summary": "A public endorsement",
    "statement__narrative": "They wrote that <b>everybody</b> should vote.",
    "statement__subjects__0__staff_number": "S0107",
    "reporter__consent": "confidential",
    "reporter__name": "Ana Lima",
}


@pytest.fixture
def intake(office: Office) -> Seat:
    return Seat(office, Role.INTAKE)


def filings(office: Office) -> list[dict]:
    found = office.as_(Role.AUDITOR).read(f"{PREFIX}/audit/entries?action=filed")["items"]
    return [one["entry"] for one in found]


def upload(seat: Seat, page: str, name: str = "letter.png", **changed: str):
    """The form of files as a browser sends it: its hidden fields first."""
    fields = Sheet(page).form(FILES) | changed
    fields.pop("files", None)
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join(parts) + head.encode() + PICTURE.read_bytes() + b"\r\n--x--\r\n"
    return seat.caller.call("POST", FILES, data=body, content_type="multipart/form-data; boundary=x", headers=ORIGIN)


def test_a_letter_is_entered_once_with_its_receipt_and_its_scan(office: Office, intake: Seat) -> None:
    fields = intake.fill(PATH, **LETTER)
    answers = [intake.send(PATH, fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    receipts = {RECEIPT.search(answer.text)[0] for answer in answers}  # type: ignore[index]
    [receipt] = receipts
    assert "shown once" in plain(answers[0].text)
    [filed] = filings(office)
    assert (filed["actor"], filed["role"]) == ("S0012", "intake")
    added = upload(intake, answers[0].text)
    assert (added.status_code, "letter.png : stored" in plain(added.text)) == (200, True)
    box = office.holder(receipt).read(f"{PREFIX}/mailbox")
    assert [one["name"] for one in box["evidence"]] == ["letter.png"]
    office.sort()
    [case] = office.as_(Role.INTAKE).read(f"{PREFIX}/cases")["items"]
    assert office.as_(Role.INTAKE).read(f"{PREFIX}/cases/{case['number']}")["came"] == {"channel": "post"}
    shown = intake.open(f"/desk/cases/{case['number']}")
    assert "Came by post" in plain(shown)
    assert "&lt;b&gt;everybody" in shown


def test_a_day_before_today_needs_a_reason_and_is_no_day_to_come(intake: Seat) -> None:
    answer = intake.tries(PATH, **LETTER, arrival__at="2999-01-01", arrival__reason="It lay somewhere.")
    assert answer.status_code == 422
    assert "This is still to come." in answer.text
    answer = intake.tries(PATH, **LETTER, arrival__at="2020-01-01")
    assert answer.status_code == 422
    assert "Why it is entered only now" in answer.text


@pytest.mark.parametrize("missing", ["channel", "reporter__consent", "statement__narrative"])
def test_consent_and_channel_are_asked(office: Office, intake: Seat, missing: str) -> None:
    answer = intake.tries(PATH, **LETTER | {missing: ""})
    assert answer.status_code == 422
    assert "Fill this in." in answer.text
    assert filings(office) == []


def test_an_officer_who_is_concerned_is_told_to_leave_it_to_somebody_else(office: Office, intake: Seat) -> None:
    answer = intake.tries(PATH, **LETTER | {"statement__subjects__0__staff_number": "S0012"})
    assert answer.status_code == 409
    assert "Let somebody else enter it" in answer.text
    assert filings(office) == []


def test_another_site_or_session_adds_no_file(office: Office, intake: Seat) -> None:
    page = intake.tries(PATH, **LETTER).text
    other = Seat(office, Role.INTAKE, "S0013")
    for answer in (
        upload(intake, page, form_token="forged"),
        upload(other, page),
        intake.caller.call("POST", FILES, data=b"--x--", content_type="multipart/form-data; boundary=x"),
    ):
        assert answer.status_code == 403
    refused = upload(other, other.tries(PATH, **LETTER).text, receipt=RECEIPT.search(page)[0])  # type: ignore[index]
    assert (refused.status_code, "no receipt of a complaint you entered" in refused.text) == (422, True)
    assert office.as_(Role.AUDITOR).read(f"{PREFIX}/audit/entries?action=evidence_added")["items"] == []


def test_by_the_api_it_is_the_same_and_done_once(office: Office) -> None:
    officer, body = office.as_(Role.INTAKE), told() | {"channel": "phone"}
    key = "0f8fad5b-d9cb-469f-a165-70867728950f"
    answers = [officer.post(f"{PREFIX}/entered-complaints", body, Idempotency_Key=key) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(filings(office)) == 1
    early = {"at": "2026-01-01T00:00:00Z"}
    for wrong in ({"channel": "web"}, {"arrival": early}, {"arrival": early | {"at": "x", "reason": "It lay there."}}):
        with office.nothing_changes():
            assert officer.post(f"{PREFIX}/entered-complaints", body | wrong).status_code == 422
    assert json.dumps(answers[0].json["receipt"]) not in json.dumps(filings(office))
