"""The same key gives the same answer, once, whatever the network does; and nobody else learns it."""

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from cases.people import Role
from storage.database import Database
from storage.settings import Settings
from storage.tables import answers
from tests.api.conftest import KEY, PICTURE, PREFIX, PROBLEM, Caller, Office, raw_png, told
from tests.api.lives import Life

COMPLAINTS, MAILBOX = f"{PREFIX}/complaints", f"{PREFIX}/mailbox"
Send = Callable[[str], TestResponse]
WHY = {"reason": "Only the reporter saw the first post."}
PERSON = {"person": "S0014", "role": "investigator"}
ALLEGED = {"category": "political_partisan", "account": "Asked for votes."}


def creating(office: Office) -> dict[str, Send]:
    """Every request that creates something, as a function of its key. The last ones hide the case from who asks."""
    life = Life(office)
    case, subject = life.path, life.subject
    holder, intake, head = office.holder(life.receipt), office.as_(Role.INTAKE), office.as_(Role.HEAD)
    auditor, custodian, upload = office.as_(Role.AUDITOR), office.as_(Role.CUSTODIAN), PICTURE.read_bytes()
    asked = life.post(Role.HEAD, "identity-requests", WHY)
    decision = f"{case}/identity-requests/{asked['request_id']}/decision"
    life.move(Role.HEAD, "place_hold", reason="A claim was announced.")
    hold = str(life.now.holds[0].id)

    def change(who: Caller, below: str, body: Any, version: int) -> Send:
        return lambda key: who.post(f"{case}/{below}", body, version=version, Idempotency_Key=key)

    return {
        "complaint": lambda key: office.door.post(COMPLAINTS, told(), Idempotency_Key=key),
        "letter": lambda key: holder.post(f"{MAILBOX}/messages", {"text": "Hello"}, Idempotency_Key=key),
        "file": lambda key: office.attach(life.receipt, upload, Idempotency_Key=key),
        "move": change(intake, "moves", {"move": "assess"}, 2),
        "lifted hold": change(head, "moves", {"move": "lift_hold", "hold": hold, "reason": "Settled."}, 3),
        "assignment": change(head, "assignments", PERSON, 4),
        "answer": change(intake, "messages", {"text": "Hi"}, 5),
        "person": change(intake, "persons", {"role": "witness", "name": "A. Nobody", "reason": "Was there."}, 6),
        "settled person": change(intake, f"persons/{subject}/changes", {"settled": ["S0107"], "reason": "Seen."}, 7),
        "allegation": change(intake, "allegations", ALLEGED | {"person": subject}, 8),
        "unassignment": change(head, "assignments/end", PERSON | {"reason": "On leave."}, 9),
        "request": lambda key: intake.post(f"{case}/identity-requests", WHY, Idempotency_Key=key),
        "decision": lambda key: custodian.post(decision, {"grant": True, "reason": "Necessary."}, Idempotency_Key=key),
        "consent": lambda key: holder.post(f"{MAILBOX}/consent", {"consent": "open"}, Idempotency_Key=key),
        "export": lambda key: auditor.post(f"{PREFIX}/audit/exports", {}, Idempotency_Key=key),
        "own conflict": change(
            head, "persons", {"role": "witness", "staff_number": "S0011", "reason": "I was there."}, 10
        ),
        "recusal": change(intake, "recusals", {"reason": "A friend of mine."}, 11),
    }


def test_the_same_key_and_words_give_the_same_bytes_and_one_effect(office: Office) -> None:
    for name, send in creating(office).items():
        key = str(uuid4())
        first = send(key)
        assert first.status_code == 201, (name, first.text)
        with office.nothing_changes():
            for _ in range(2):
                again = send(key)
                assert (again.status_code, again.data) == (201, first.data), name
                for header in ("ETag", "Location", "Content-Type"):
                    assert again.headers.get(header) == first.headers.get(header), (name, header)


def test_without_a_key_each_request_is_one_of_its_own(office: Office) -> None:
    assert office.file()["receipt"] != office.file()["receipt"]


def test_the_same_key_with_other_words_is_refused(office: Office) -> None:
    receipt = office.file(Idempotency_Key=KEY)["receipt"]
    office.attach(receipt, Idempotency_Key=KEY[::-1])
    with office.nothing_changes():
        answer = office.door.post(COMPLAINTS, told(summary="Another"), Idempotency_Key=KEY)
        assert (answer.status_code, answer.content_type) == (422, PROBLEM)
        assert answer.json is not None
        assert answer.json["type"].endswith(":key-reused")
        assert receipt not in answer.text
        other = PICTURE.read_bytes() + b"\0"
        assert office.attach(receipt, other, Idempotency_Key=KEY[::-1]).status_code == 422


def test_a_key_answers_for_one_path_and_one_person_alone(office: Office) -> None:
    """Whoever steals a key from a log still needs the receipt or token it was used with."""
    mine, theirs = office.file()["receipt"], office.file()["receipt"]
    words = {"text": "Hello"}
    office.door.must(201, office.holder(mine).post(f"{MAILBOX}/messages", words, Idempotency_Key=KEY))
    number, _ = office.case()
    with office.nothing_changes():
        assert office.holder(theirs).post(f"{MAILBOX}/messages", words, Idempotency_Key=KEY).status_code == 422
        path = f"{PREFIX}/cases/{number}/messages"
        assert office.as_(Role.INTAKE).post(path, words, version=1, Idempotency_Key=KEY).status_code == 422
        assert office.door.post(f"{MAILBOX}/messages", words, Idempotency_Key=KEY).status_code == 401
    key = str(uuid4())
    assert office.as_(Role.INTAKE).post(path, words, version=1, Idempotency_Key=key).status_code == 201
    with office.nothing_changes():
        assert office.as_(Role.HEAD).post(path, words, version=1, Idempotency_Key=key).status_code == 422


def test_a_key_that_is_too_short_or_odd_is_refused(office: Office) -> None:
    receipt = office.file()["receipt"]
    bad = [
        "",
        "short",
        "a" * 21,
        "a" * 129,
        "a" * 22 + "!",
        "ü" * 30,
        KEY + " x",
        "{" + KEY + "}",
        KEY.replace("-", "/"),
    ]
    with office.nothing_changes():
        for key in bad:
            for answer in (
                office.door.post(COMPLAINTS, told(), Idempotency_Key=key),
                office.attach(receipt, Idempotency_Key=key),
            ):
                assert (answer.status_code, answer.content_type) == (400, PROBLEM), key
    for key in ("a" * 22, "A_-" * 42, KEY.upper()):
        office.file(Idempotency_Key=key)


def test_a_request_still_under_way_is_not_begun_again(office: Office) -> None:
    """While the first upload streams, the second with its key arrives."""
    receipt, body = office.file()["receipt"], raw_png(1000)
    seen = []

    class Meanwhile(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            seen.append(office.attach(receipt, body, Idempotency_Key=KEY).status_code)
            return super().read(size)

    headers = {"Content_Type": "image/png", "Idempotency_Key": KEY}
    first = office.holder(receipt).stream(f"{MAILBOX}/evidence", Meanwhile(body), length=1000, **headers)
    assert first.status_code == 201
    assert set(seen) == {409}
    assert office.attach(receipt, body, Idempotency_Key=KEY).data == first.data


def test_two_threads_with_one_key_file_one_complaint(office: Office) -> None:
    before = office.kept()["complaints"]
    start, found = threading.Barrier(4), []

    def file() -> None:
        start.wait()
        found.append(office.caller().post(COMPLAINTS, told(), Idempotency_Key=KEY))

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in found} <= {201, 409}
    assert len({one.data for one in found if one.status_code == 201}) == 1
    assert office.kept()["complaints"] == before + 1


def test_what_was_refused_is_not_remembered(office: Office) -> None:
    with office.nothing_changes():
        assert office.door.post(COMPLAINTS, {}, Idempotency_Key=KEY).status_code == 422
        assert office.door.post(COMPLAINTS, told(concerns=["nothing"]), Idempotency_Key=KEY).status_code == 422
    office.file(Idempotency_Key=KEY)


def test_a_cut_upload_may_be_sent_again_with_its_key(office: Office) -> None:
    receipt, body = office.file()["receipt"], raw_png(5000)
    headers = {"Content_Type": "image/png", "Idempotency_Key": KEY}
    with office.nothing_changes():
        cut = office.holder(receipt).stream(f"{MAILBOX}/evidence", io.BytesIO(body[:-1]), length=5000, **headers)
        assert cut.status_code == 422
    assert office.attach(receipt, body, Idempotency_Key=KEY).status_code == 201


def test_a_stored_answer_opens_for_the_holder_of_its_key_alone(office: Office, place: Settings) -> None:
    """A thief of the database finds neither receipt nor key, and no stored answer opens under another key."""
    filed = office.file(Idempotency_Key=KEY)
    store = Database(place.database_url)
    with store.reading() as connection:
        (row,) = connection.execute(answers.select()).all()
    store.engine.dispose()
    at_rest = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    receipt = filed["receipt"]
    secrets = [receipt, receipt.replace("-", ""), KEY, KEY.replace("-", "")]
    assert not any(one.encode() in at_rest or bytes.fromhex(KEY.replace("-", "")) in at_rest for one in secrets)
    assert filed["complaint_id"].encode() not in row.sealed
    assert office.desk.answers.under(KEY.upper()).earlier() is None
    assert office.file(Idempotency_Key=KEY.upper())["receipt"] != receipt


def test_a_stored_answer_that_was_tampered_with_does_not_open(office: Office, place: Settings) -> None:
    office.file(Idempotency_Key=KEY)
    store = Database(place.database_url)
    with store.writing() as connection:
        sealed = connection.scalar(answers.select().with_only_columns(answers.c.sealed))
        connection.execute(answers.update().values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    answer = office.door.post(COMPLAINTS, told(), Idempotency_Key=KEY)
    assert answer.status_code == 500
    with store.writing() as connection:
        connection.execute(delete(answers))
    store.engine.dispose()
    office.file(Idempotency_Key=KEY)


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_an_answer_is_forgotten_after_a_day(office: Office, *, hours: int, kept: bool) -> None:
    receipt = office.file(Idempotency_Key=KEY)["receipt"]
    office.desk.answers.forget(datetime.now(UTC) + timedelta(hours=hours))
    assert (office.file(Idempotency_Key=KEY)["receipt"] == receipt) is kept
