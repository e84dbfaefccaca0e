"""How often one address may knock: generous, forgotten, and never in the way of somebody who fills in the form."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.paces import Paces, public
from cases.ports import Limits
from cases.ports_door import COMPLAINTS, FILES, PACES, RECEIPTS, Pace
from cases.receipt import write_receipt
from storage.settings import Settings
from tests.api.conftest import PICTURE, PREFIX, PROBLEM, Office, Tags, told
from tests.api.test_mailbox_pages import Visitor, mark_in

HERE, ELSEWHERE = "8.8.4.4", "9.9.9.9"
MOST = 3
HEADER = "X-Forwarded-For"
WRONG = write_receipt(b"fifteen bytes!!")
MAILBOX = f"{PREFIX}/mailbox"
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def limited(office: Office, place: Settings, **more: Any) -> Office:
    """The same house behind a door that takes three of each."""
    paces = dict.fromkeys(PACES, Pace(MOST, 24 * 3600))
    app = create_app(replace(office.desk, limits=Limits(door=paces, **more)))
    return Office(office.house, place, app, {})


@pytest.fixture
def strict(office: Office, place: Settings):
    opened = limited(office, place)
    yield opened
    opened.close()


def at(client: FlaskClient, address: str) -> FlaskClient:
    client.environ_base["REMOTE_ADDR"] = address
    return client


def files_complaint(office: Office, address: str, **headers: str) -> TestResponse:
    return at(office.app.test_client(), address).post(
        f"{PREFIX}/complaints", json=told(), headers={name.replace("_", "-"): told_ for name, told_ in headers.items()}
    )


def shows(office: Office, address: str, receipt: str) -> TestResponse:
    return at(office.app.test_client(), address).get(MAILBOX, headers={"Authorization": f"Receipt {receipt}"})


def attaches(office: Office, address: str, receipt: str) -> TestResponse:
    headers = {"Authorization": f"Receipt {receipt}", "Content-Type": "image/png"}
    client = at(office.app.test_client(), address)
    return client.post(f"{MAILBOX}/evidence", data=PICTURE.read_bytes(), headers=headers)


def must_be_told_when(answer: TestResponse) -> None:
    assert (answer.status_code, answer.content_type) == (429, PROBLEM)
    assert answer.json is not None
    assert answer.json["type"] == "urn:rule12:problem:too-often"
    assert 1 <= int(answer.headers["Retry-After"]) <= 24 * 3600
    assert re.search(r"Try again in \d+ minutes\.", answer.json["detail"])


def test_too_many_complaints_by_the_api_are_told_when_to_come_back(strict: Office) -> None:
    assert [files_complaint(strict, HERE).status_code for _ in range(MOST)] == [201] * MOST
    with strict.nothing_changes():
        must_be_told_when(files_complaint(strict, HERE))
    assert files_complaint(strict, ELSEWHERE).status_code == 201


def test_too_many_files_by_the_api_are_told_when_to_come_back(strict: Office, office: Office) -> None:
    receipt = office.file()["receipt"]
    assert [attaches(strict, HERE, receipt).status_code for _ in range(MOST)] == [201] * MOST
    with strict.nothing_changes():
        must_be_told_when(attaches(strict, HERE, receipt))
    assert attaches(strict, ELSEWHERE, receipt).status_code == 201


def test_too_many_wrong_receipts_are_told_so_and_the_right_one_always_opens(strict: Office, office: Office) -> None:
    receipt = office.file()["receipt"]
    assert [shows(strict, HERE, WRONG).status_code for _ in range(MOST)] == [401] * MOST
    for _ in range(2 * MOST):
        must_be_told_when(shows(strict, HERE, WRONG))
        assert shows(strict, HERE, receipt).status_code == 200
    assert shows(strict, ELSEWHERE, WRONG).status_code == 401


def test_right_receipts_are_never_counted(strict: Office, office: Office) -> None:
    receipt = office.file()["receipt"]
    assert {shows(strict, HERE, receipt).status_code for _ in range(4 * MOST)} == {200}
    assert shows(strict, HERE, WRONG).status_code == 401


def test_wrong_receipts_in_the_form_are_told_when_keep_what_was_typed_and_never_shut_out(
    strict: Office, office: Office
) -> None:
    receipt, visitor = office.file()["receipt"], Visitor(strict.app)
    at(visitor.client, HERE)
    assert [visitor.send("/en/mailbox", {"receipt": WRONG}).status_code for _ in range(MOST)] == [401] * MOST
    for _ in range(2 * MOST):
        page = visitor.send("/en/mailbox", {"receipt": WRONG})
        assert (page.status_code, page.mimetype) == (429, "text/html")
        assert int(page.headers["Retry-After"]) >= 1
        assert "the right one opens your mailbox at any time" in page.text
        assert re.search(r"after \d\d:\d\d UTC", page.text)
        field = next(one for one in Tags(page.text).all("input") if one.get("name") == "receipt")
        assert field["value"] == WRONG
    letter = visitor.send("/en/mailbox/messages", {"receipt": WRONG, "text": "Kept", "mark": ""})
    assert letter.status_code == 429
    assert 'value="Kept"' in letter.text
    assert "Where your report stands" in visitor.enter(receipt).text


def test_filing_by_the_form_is_never_refused_by_address(strict: Office) -> None:
    """Many share one address: behind Tor, behind the gateway of an office. Whatever else came from it, too."""
    for _ in range(2 * MOST):
        files_complaint(strict, HERE)
        shows(strict, HERE, WRONG)
    visitor = Visitor(strict.app)
    at(visitor.client, HERE)
    for _ in range(4 * MOST):
        fields = {"go": "file", "summary": "A post", "narrative": "What I saw.", "consent": "anonymous"}
        assert visitor.send("/en/report", fields).status_code == 201


def test_files_by_the_form_are_counted_for_their_report_and_not_for_the_address(strict: Office, office: Office) -> None:
    visitor = Visitor(strict.app)
    at(visitor.client, HERE)
    page = visitor.enter(office.file()["receipt"])
    many = visitor.upload(page, *[(f"{number}.png", PICTURE.read_bytes()) for number in range(MOST + 1)])
    assert many.status_code == 429
    assert many.text.count("Stored:") == MOST
    assert "Not stored:</strong> <bdi>3.png" in many.text
    assert re.search(r"Send this one again after \d\d:\d\d UTC", many.text)
    assert int(many.headers["Retry-After"]) >= 1
    neighbour = Visitor(strict.app)
    at(neighbour.client, HERE)
    page = neighbour.enter(office.file()["receipt"])
    assert mark_in(page)
    assert neighbour.upload(page, ("a.png", PICTURE.read_bytes())).status_code == 200


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "fd00::1", "", "unix:"])
def test_a_proxy_that_does_not_say_who_came_stands_for_nobody(strict: Office, proxy: str) -> None:
    assert {files_complaint(strict, proxy, X_Forwarded_For=HERE).status_code for _ in range(3 * MOST)} == {201}


def test_a_proxy_that_says_who_came_is_believed_and_nobody_else_is(office: Office, place: Settings) -> None:
    strict = limited(office, place, address_header=HEADER)
    told_by_proxy = [files_complaint(strict, "10.0.0.1", X_Forwarded_For=HERE).status_code for _ in range(MOST + 1)]
    assert told_by_proxy == [201] * MOST + [429]
    forged = f"{ELSEWHERE}, {HERE}"
    assert files_complaint(strict, "10.0.0.1", X_Forwarded_For=forged).status_code == 429, "the nearest proxy counts"
    assert files_complaint(strict, "10.0.0.1", X_Forwarded_For=ELSEWHERE).status_code == 201
    assert {files_complaint(strict, "10.0.0.1").status_code for _ in range(2 * MOST)} == {201}
    for number in range(MOST):
        assert files_complaint(strict, "1.1.1.1", X_Forwarded_For=f"5.5.5.{number}").status_code == 201
    assert files_complaint(strict, "1.1.1.1", X_Forwarded_For="5.5.5.9").status_code == 429, "a caller cannot lie"
    strict.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8.8.4.4", "8.8.4.4"),
        (" 8.8.4.4 ", "8.8.4.4"),
        ("::ffff:8.8.4.4", "8.8.4.4"),
        ("2001:4860:1:2:3:4:5:6", "2001:4860:1:2::/64"),
        ("127.0.0.1", None),
        ("::ffff:10.0.0.1", None),
        ("fe80::1", None),
        ("8.8.4.4:80", None),
        ("unknown", None),
        ("", None),
        ("8" * 5000, None),
    ],
)
def test_an_address_is_one_of_the_open_internet_or_none(text: str, found: str | None) -> None:
    assert public(text) == found


def test_no_address_is_stored_counted_in_the_clear_or_logged(
    strict: Office, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = office.file()["receipt"]
    for _ in range(2 * MOST):
        files_complaint(strict, HERE)
        shows(strict, HERE, WRONG)
        attaches(strict, HERE, receipt)
    kept = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    assert HERE.encode() not in kept
    assert HERE not in caplog.text
    counted = strict.app.extensions["rule12.paces"]._counting.storage.storage
    assert counted
    assert not any(HERE in str(key) for key in counted)


def test_the_key_and_all_counts_go_before_anything_counted_is_old() -> None:
    paces = Paces(Limits(door=dict.fromkeys(PACES, Pace(1, 60))))
    assert paces.wait(COMPLAINTS, HERE, NOW) is None
    assert paces.wait(COMPLAINTS, HERE, NOW) is not None
    (key,), first = paces._counting.storage.storage, paces._key
    assert paces.wait(COMPLAINTS, HERE, NOW + timedelta(hours=1)) is None
    (other,) = paces._counting.storage.storage
    assert (paces._key != first, other != key) == (True, True)


def test_what_is_counted_apart_stays_apart() -> None:
    paces = Paces(Limits(door=dict.fromkeys(PACES, Pace(1, 60))))
    for what in (COMPLAINTS, RECEIPTS, FILES):
        assert paces.wait(what, HERE, NOW) is None
        assert paces.wait(what, HERE, NOW) is not None


def test_the_shipped_limits_let_a_busy_office_work(office: Office) -> None:
    assert {what: pace.times >= 200 and pace.seconds <= 3600 for what, pace in PACES.items()} == dict.fromkeys(
        (COMPLAINTS, RECEIPTS, FILES), True
    )
    assert {files_complaint(office, HERE).status_code for _ in range(20)} == {201}
