"""Originals at the desk: opened with a reason, written down first, whole or visibly broken, never shown in a page."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from werkzeug.test import TestResponse

from cases.errors import EvidenceUnreadable
from cases.people import Role
from tests.api.conftest import PICTURE, PREFIX, PROBLEM, REASON, Office, raw_png

CHUNK = 16 * 1024


@pytest.fixture
def shown(office: Office) -> tuple[str, str, dict[str, Any]]:
    """A case with one large picture: its number, its receipt, and the facts of the file."""
    number, receipt = office.case()
    office.attach(receipt, raw_png(3 << 20), Content_Disposition='attachment; filename="a b.png"')
    (facts,) = office.as_(Role.INTAKE).read(f"{PREFIX}/cases/{number}/evidence")
    return number, receipt, facts


def original(
    office: Office, number: str, item: str, role: Role = Role.INTAKE, reason: str | None = REASON
) -> TestResponse:
    headers = {} if reason is None else {"Reason": reason}
    return office.as_(role).get(f"{PREFIX}/cases/{number}/evidence/{item}/content", **headers)


def sealed_file(office: Office) -> Path:
    (path,) = [one for one in (office.folder / "objects").rglob("*") if one.is_file()]
    path.chmod(0o600)
    return path


def looks(office: Office, number: str) -> list[dict[str, Any]]:
    """What the ledger says about looks at a case."""
    items = office.as_(Role.HEAD).read(f"{PREFIX}/cases/{number}/timeline?limit=200")["items"]
    return [one["entry"] for one in items if one["entry"]["kind"] == "look"]


def test_the_files_of_a_case_are_listed_with_their_facts(
    office: Office, shown: tuple[str, str, dict[str, Any]]
) -> None:
    number, _, facts = shown
    body = raw_png(3 << 20)
    assert facts | {"evidence_id": ""} == {
        "evidence_id": "",
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "media_type": "image/png",
        "name": "a b.png",
    }
    assert [one["action"] for one in looks(office, number) if one["actor"] == "S0012"] == ["listed_evidence"]


def test_an_original_comes_whole_and_never_into_a_page(office: Office, shown: tuple[str, str, dict[str, Any]]) -> None:
    number, _, facts = shown
    for role in (Role.INTAKE, Role.HEAD, Role.SUPERVISOR):
        answer = original(office, number, facts["evidence_id"], role)
        assert answer.status_code == 200
        assert hashlib.sha256(answer.data).hexdigest() == facts["sha256"]
        assert answer.headers["Content-Length"] == str(facts["size"])
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.png"
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_reason_is_demanded_and_nothing_is_opened_without_one(
    office: Office, shown: tuple[str, str, dict[str, Any]]
) -> None:
    number, _, facts = shown
    wrong = [
        None,
        "",
        "too short",
        "x" * 501,
        "%20" * 30,
        "%FF" * 20,
        "%ED%A0%80 half a character",
        "bell %07 rings twice",
    ]
    wrong += ["raw Latin-1 für immer", "raw UTF-8 für immer".encode().decode("latin-1"), "right to left %E2%80%AE here"]
    with office.nothing_changes():
        for reason in wrong:
            answer = original(office, number, facts["evidence_id"], reason=reason)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), reason
            assert answer.json is not None
            assert [one["pointer"] for one in answer.json["errors"]] == ["#/headers/Reason"]
    for reason in ("ten letter", quote("é" * 500), quote("مراجعة الأدلة"), quote("two\nlines of it")):
        assert original(office, number, facts["evidence_id"], reason=reason).status_code == 200


def test_opening_is_written_down_with_its_reason_once_in_fifteen_minutes(
    office: Office, shown: tuple[str, str, dict[str, Any]]
) -> None:
    number, _, facts = shown
    reason = quote("To compare it — with the post")
    for _ in range(3):
        assert original(office, number, facts["evidence_id"], reason=reason).status_code == 200
    assert original(office, number, facts["evidence_id"], Role.HEAD).status_code == 200
    opened = [one for one in looks(office, number) if one["action"] == "opened_original"]
    assert [(one["actor"], one["facts"]["evidence"]) for one in opened] == [
        ("S0012", facts["evidence_id"]),
        ("S0011", facts["evidence_id"]),
    ]
    items = office.as_(Role.HEAD).read(f"{PREFIX}/cases/{number}/timeline?reasons=true&limit=200")["items"]
    assert unquote(reason) in [one.get("reason") for one in items]
    at_rest = b"".join(path.read_bytes() for path in office.folder.rglob("*.sqlite*"))
    assert b"To compare it" not in at_rest


def test_custody_tells_who_took_a_file_in_and_who_opened_it(
    office: Office, shown: tuple[str, str, dict[str, Any]]
) -> None:
    number, _, facts = shown
    original(office, number, facts["evidence_id"], Role.SUPERVISOR)
    original(office, number, facts["evidence_id"])
    path = f"{PREFIX}/cases/{number}/evidence/{facts['evidence_id']}/custody"
    told = office.as_(Role.HEAD).must(200, office.as_(Role.HEAD).get(path))
    assert [(one["entry"]["action"], one["entry"]["actor"]) for one in told] == [
        ("evidence_added", "reporter"),
        ("opened_original", "a supervisor"),
        ("opened_original", "S0012"),
    ]


def test_a_file_of_another_case_is_an_unknown_file(office: Office, shown: tuple[str, str, dict[str, Any]]) -> None:
    _, _, facts = shown
    other, _ = office.case()
    with office.nothing_changes():
        for below in ("content", "custody"):
            path = f"{PREFIX}/cases/{other}/evidence/{facts['evidence_id']}/{below}"
            answer = office.as_(Role.INTAKE).get(path, Reason=REASON)
            unknown = office.as_(Role.INTAKE).get(
                f"{PREFIX}/cases/{other}/evidence/0e61d4af-71a0-4c1e-a22b-4637cd2ff987/{below}", Reason=REASON
            )
            assert (answer.status_code, answer.data) == (404, unknown.data)
            assert answer.json is not None
            assert answer.json["type"].endswith(":unknown-item")


@pytest.mark.parametrize("byte", [0, 30, 60, CHUNK // 2], ids=["salt", "commitment", "first chunk", "within it"])
def test_a_file_tampered_with_at_its_start_shows_not_a_byte(
    office: Office, shown: tuple[str, str, dict[str, Any]], byte: int
) -> None:
    number, _, facts = shown
    path = sealed_file(office)
    kept = bytearray(path.read_bytes())
    kept[byte] ^= 1
    path.write_bytes(kept)
    answer = original(office, number, facts["evidence_id"])
    assert (answer.status_code, answer.content_type) == (500, PROBLEM)
    assert answer.json is not None
    assert answer.json["type"].endswith(":evidence-unreadable")
    assert b"PNG" not in answer.data
    assert "Content-Disposition" not in answer.headers


def test_a_missing_or_emptied_file_is_a_problem_too(office: Office, shown: tuple[str, str, dict[str, Any]]) -> None:
    number, _, facts = shown
    path = sealed_file(office)
    path.write_bytes(b"")
    assert original(office, number, facts["evidence_id"]).status_code == 500
    path.unlink()
    assert original(office, number, facts["evidence_id"]).status_code == 500


@pytest.mark.parametrize("harm", ["changed", "cut", "extended"])
def test_a_file_tampered_with_further_on_breaks_off_and_never_ends_neatly(
    office: Office, shown: tuple[str, str, dict[str, Any]], harm: str
) -> None:
    number, _, facts = shown
    path = sealed_file(office)
    kept = bytearray(path.read_bytes())
    if harm == "changed":
        kept[-20] ^= 1
    path.write_bytes(kept[:-1] if harm == "cut" else kept + b"\0" * (harm == "extended"))
    answer = office.as_(Role.INTAKE).call(
        "GET",
        f"{PREFIX}/cases/{number}/evidence/{facts['evidence_id']}/content",
        headers={"Reason": REASON},
        buffered=False,
    )
    assert answer.headers["Content-Length"] == str(facts["size"])
    seen: list[int] = []
    with pytest.raises(EvidenceUnreadable):
        seen.extend(len(block) for block in answer.iter_encoded())
    assert 0 < sum(seen) < facts["size"]


def test_a_file_name_cannot_inject_a_header(office: Office) -> None:
    number, receipt = office.case()
    names = [
        'a"; filename="b.html',
        "a\r\nSet-Cookie: x=1",
        "\u202egnp.exe",
        "../../etc/passwd",
        "%0d%0aX: y",
        "é中🙂",
        ";,'*",
    ]
    for name in names:
        office.attach(receipt, Content_Disposition=f"attachment; filename*=UTF-8''{quote(name, safe='')}")
    listed = office.as_(Role.INTAKE).get(f"{PREFIX}/cases/{number}/evidence").json
    assert listed is not None
    assert len(listed) == len(names)
    for facts in listed:
        answer = original(office, number, facts["evidence_id"])
        shown = answer.headers["Content-Disposition"]
        kind, _, name = shown.partition("filename*=UTF-8''")
        assert kind == "attachment; "
        assert unquote(name) == facts["name"]
        assert name.isascii()
        assert not set(name) & set("\"'/\\;, \r\n")
        assert "Set-Cookie" not in answer.headers


def test_what_was_sent_is_what_is_opened(office: Office) -> None:
    number, receipt = office.case()
    office.attach(receipt)
    facts = office.as_(Role.INTAKE).read(f"{PREFIX}/cases/{number}/evidence")[0]
    assert original(office, number, facts["evidence_id"]).data == PICTURE.read_bytes()
    assert original(office, number, facts["evidence_id"], Role.AUDITOR).status_code == 403


SAVED = {
    "text/html": b"<!doctype html><script>alert(1)</script>",
    "multipart/related": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n",
    "message/rfc822": b"Received: from a.example\r\nFrom: a@a.example\r\nSubject: x\r\n\r\n<script>alert(1)</script>",
    "application/wacz": b"PK\3\4" + bytes(22) + b"\x10\0\0\0datapackage.json{}",
}


def test_an_attacker_cannot_have_a_saved_page_or_mail_run_at_the_desk(office: Office) -> None:
    number, receipt = office.case()
    for kind, body in SAVED.items():
        office.attach(receipt, body, Content_Type=kind)
    listed = office.as_(Role.INTAKE).read(f"{PREFIX}/cases/{number}/evidence")
    assert sorted(one["media_type"] for one in listed) == sorted(SAVED)
    for facts in listed:
        answer = original(office, number, facts["evidence_id"])
        assert answer.data == SAVED[facts["media_type"]]
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
