"""Filing over HTTP: what is accepted is sealed, what is wrong is named field by field and leaves no trace."""

import io
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fields import JSON_LIMIT, Told, read_json
from cases.place import Kind, Recipient
from cases.receipt import read_receipt
from tests.api.conftest import PREFIX, PROBLEM, Office, Untouchable, told

COMPLAINTS = f"{PREFIX}/complaints"


def pointers(office: Office, complaint: Any) -> set[str]:
    """The faults a complaint is refused with."""
    body = complaint if isinstance(complaint, bytes) else json.dumps(complaint).encode()
    answer = office.door.call("POST", COMPLAINTS, data=body, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (422, PROBLEM), answer.text
    assert answer.json is not None
    assert all(fault["detail"] for fault in answer.json["errors"])
    return {fault["pointer"] for fault in answer.json["errors"]}


def test_a_filed_complaint_is_answered_with_receipt_times_and_proof(office: Office) -> None:
    filed = office.file()
    assert set(filed) == {"complaint_id", "receipt", "received_at", "acknowledge_by", "filing_proof"}
    assert read_receipt(filed["receipt"])
    assert datetime.fromisoformat(filed["acknowledge_by"]) > datetime.fromisoformat(filed["received_at"])
    assert filed["complaint_id"] in filed["filing_proof"]
    assert filed["filing_proof"].startswith("rule12/filing-proof/1\n")


def test_what_was_told_is_sealed_apart(office: Office) -> None:
    filed = office.file(told(place="Northern office"))
    complaint = UUID(filed["complaint_id"])
    opened = office.desk.vault.open(office.desk.lookup.part(complaint, Kind.STATEMENT), Recipient.DESK)
    assert json.loads(opened)["statement"]["place"] == "Northern office"
    assert b"Ana Lima" not in opened
    identity = office.desk.vault.open(office.desk.lookup.part(complaint, Kind.IDENTITY), Recipient.IDENTITY)
    assert json.loads(identity)["name"] == "Ana Lima"
    at_rest = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    assert not any(word in at_rest for word in (b"Ana Lima", b"Northern office", filed["receipt"].encode()))


def test_every_text_a_reporter_may_write_comes_back_as_written(office: Office) -> None:
    texts = ["العربية", "中文標點", "🙂 e\u0301 \u200d", "<b>&amp;'\"", "tab\tand\r\nlines", "\u202egnp.exe", " "]
    for text in texts:
        receipt = office.file(told(narrative=text))["receipt"]
        mailbox = office.holder(receipt).get(f"{PREFIX}/mailbox").json
        assert mailbox is not None
        assert mailbox["statement"]["narrative"] == text


def test_the_longest_texts_are_taken_and_one_letter_more_is_not(office: Office) -> None:
    office.file(told(summary="ö" * 200, narrative="中" * 20_000))
    with office.nothing_changes():
        too_long = told(summary="ö" * 201, narrative="中" * 20_001, posts=[{"url": "u" * 2001}], concerns=["a"] * 31)
        assert pointers(office, too_long) == {
            "#/statement/summary",
            "#/statement/narrative",
            "#/statement/posts/0/url",
            "#/statement/concerns",
        }


def test_all_mistakes_are_named_at_once(office: Office) -> None:
    wrong = {
        "language": "tlh",
        "channel": "pigeon",
        "statement": {"summary": "", "concerns": ["<x>"], "subjects": [{"nom": "x"}, {"name": 5}], "imediate": True},
        "reporter": {"consent": "maybe", "personnel_type": "spy", "share_with_supervisor": "perhaps"},
        "receipt": "mine",
    }
    with office.nothing_changes():
        assert pointers(office, wrong) == {
            "#/language",
            "#/channel",
            "#/statement/summary",
            "#/statement/narrative",
            "#/statement/concerns/0",
            "#/statement/subjects/0/nom",
            "#/statement/subjects/1/name",
            "#/statement/imediate",
            "#/reporter/consent",
            "#/reporter/personnel_type",
            "#/reporter/share_with_supervisor",
            "#/receipt",
        }


def test_wrong_shapes_are_named_where_they_are(office: Office) -> None:
    shapes: list[tuple[Any, set[str]]] = [
        ([], {"#"}),
        ("text", {"#"}),
        (None, {"#"}),
        ({}, {"#/language", "#/statement", "#/reporter"}),
        ({**told(), "statement": []}, {"#/statement"}),
        ({**told(), "statement": None}, {"#/statement"}),
        (told(posts={}), {"#/statement/posts"}),
        (told(posts=[[]]), {"#/statement/posts/0"}),
        (told(subjects=[{}, None]), {"#/statement/subjects/1"}),
        (told(summary=["a"]), {"#/statement/summary"}),
        (told(summary=None), {"#/statement/summary"}),
        (told(immediate_danger=[]), {"#/statement/immediate_danger"}),
        (told(concerns=[{}]), {"#/statement/concerns/0"}),
        (told(concerns=["no-such-thing"]), {"#/statement/concerns/0"}),
        (told(**{"a/b~c": 1}), {"#/statement/a~1b~0c"}),
    ]
    with office.nothing_changes():
        for complaint, expected in shapes:
            assert pointers(office, complaint) == expected, complaint


def test_broken_characters_are_refused_and_named(office: Office) -> None:
    with office.nothing_changes():
        assert pointers(office, told(summary="half \ud83d", narrative="nul \x00")) == {
            "#/statement/summary",
            "#/statement/narrative",
        }
        assert pointers(office, told(place="\x1b[31m", witnesses=[{"name": "\udc00"}])) == {
            "#/statement/place",
            "#/statement/witnesses/0/name",
        }
        assert pointers(office, told(**{"\ud800": 1})) == {"#/statement/\ud800"}


def test_what_is_said_twice_is_refused_and_named_together_with_the_rest(office: Office) -> None:
    body = (
        b'{"language":"en","language":"fr","statement":{"summary":"a","summary":"b","subjects":[{"name":"x",'
        b'"name":"y"}],"odd":1},"reporter":{"consent":"anonymous","consent":"open"}}'
    )
    with office.nothing_changes():
        assert pointers(office, body) == {
            "#/language",
            "#/statement/summary",
            "#/statement/narrative",
            "#/statement/subjects/0/name",
            "#/statement/odd",
            "#/reporter/consent",
        }


def test_an_anonymous_complaint_with_a_name_in_it_is_stopped(office: Office) -> None:
    who = {"consent": "anonymous", "name": "Ana Lima", "email": "a@agency.example", "staff_number": "S0102"}
    with office.nothing_changes():
        assert pointers(office, told() | {"reporter": who}) == {
            "#/reporter/name",
            "#/reporter/email",
            "#/reporter/staff_number",
        }


def test_a_refusal_never_repeats_what_was_written(office: Office) -> None:
    wrong = told(summary="s" * 300, concerns=["frightened!"], posts=[{"account_kind": "frightened"}])
    answer = office.door.post(COMPLAINTS, wrong | {"language": "frightened"})
    assert answer.status_code == 422
    assert "frightened" not in answer.text
    assert "sss" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b'{"language": NaN}',
        b'{"language": -Infinity}',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"language": "\xff"}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"{} {}",
        b"{'language': 'en'}",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_what_is_not_json_is_a_bad_request(office: Office, body: bytes) -> None:
    with office.nothing_changes():
        answer = office.door.call("POST", COMPLAINTS, data=body, content_type="application/json")
        assert (answer.status_code, answer.content_type) == (400, PROBLEM)


def test_other_content_types_are_refused_unread(office: Office) -> None:
    body = json.dumps(told()).encode()
    types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "text/html",
        "",
        "json",
    ]
    with office.nothing_changes():
        for kind in types:
            answer = office.door.call("POST", COMPLAINTS, data=body, content_type=kind)
            assert (answer.status_code, answer.content_type) == (415, PROBLEM), kind
    assert (
        office.door.call("POST", COMPLAINTS, data=body, content_type="application/json; charset=utf-8").status_code
        == 201
    )


def test_a_body_announced_too_large_is_refused_before_it_is_read(office: Office) -> None:
    with office.nothing_changes():
        answer = office.door.stream(COMPLAINTS, Untouchable(), length=JSON_LIMIT + 1, Content_Type="application/json")
        assert (answer.status_code, answer.content_type) == (413, PROBLEM)
        assert answer.json is not None
        assert answer.json["type"].endswith(":too-large")


def test_a_body_without_a_length_is_refused_beyond_the_limit_and_taken_within(office: Office) -> None:
    body = json.dumps(told()).encode()
    with office.nothing_changes():
        longer = io.BytesIO(body + b" " * JSON_LIMIT)
        answer = office.door.stream(COMPLAINTS, longer, length=None, Content_Type="application/json")
        assert answer.status_code == 413
    answer = office.door.stream(COMPLAINTS, io.BytesIO(body), length=None, Content_Type="application/json")
    assert answer.status_code == 201


def test_a_body_shorter_than_announced_is_not_filed(office: Office) -> None:
    body = json.dumps(told()).encode()
    with office.nothing_changes():
        source = io.BytesIO(body[:-1])
        answer = office.door.stream(COMPLAINTS, source, length=len(body), Content_Type="application/json")
        assert answer.status_code == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    )
)
def test_reading_json_changes_nothing_but_noticing_what_came_twice(value: Any) -> None:
    text = json.dumps(value).encode()
    assert read_json(text) == value
    twice = read_json(b'{"a": ' + text + b', "b": 1, "a": ' + text + b"}")
    assert isinstance(twice, Told)
    assert twice.twice == {"a"}


def test_an_attacker_who_repeats_one_of_very_many_names_costs_little(office: Office) -> None:
    """Each name is counted once: counting anew for each took a minute of a server's time."""
    body = b"{" + b",".join(b'"%x":1' % number for number in range(45_000)) + b',"0":1}'
    assert len(body) < JSON_LIMIT
    told = read_json(body)
    assert isinstance(told, Told)
    assert told.twice == {"0"}
    assert office.door.call("POST", COMPLAINTS, data=body, content_type="application/json").status_code == 422
