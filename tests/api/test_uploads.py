"""Files through the door: whole or not at all, of the type they claim, never too large, never named by their sender."""

import base64
import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from api import create_app
from cases.place import Recipient
from cases.ports import Limits
from storage.settings import Settings
from tests.api.conftest import PICTURE, PREFIX, PROBLEM, Office, Untouchable, raw_png, read_sample

EVIDENCE = f"{PREFIX}/mailbox/evidence"
LIMIT = 100_000


@pytest.fixture
def narrow(office: Office, place: Settings) -> Iterator[Office]:
    """The same house, taking files of up to 100,000 bytes."""
    opened = Office(office.house, place, create_app(replace(office.desk, limits=Limits(LIMIT))), {})
    yield opened
    opened.close()


def digest(body: bytes, name: str = "sha256") -> str:
    coded = base64.b64encode(hashlib.new(name, body).digest()).decode()
    return f"{name[:3]}-{name[3:]}=:{coded}:"


def starred(name: str) -> str:
    """`Content-Disposition` of a file name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def send(office: Office, receipt: str, source: Any, length: int | None, **headers: str) -> tuple[int, str]:
    """Stream a body, whatever is announced about it; status and slug of the answer."""
    named = {"Content_Type": "image/png"} | headers
    answer = office.holder(receipt).stream(EVIDENCE, source, length=length, **named)
    told = answer.json or {}
    return answer.status_code, str(told.get("type", "")).rpartition(":")[2]


def test_a_file_is_kept_as_sent_and_named_by_its_hash(office: Office) -> None:
    filed = office.file()
    for name, kind in (
        ("en-political-endorsement.png", "image/png"),
        ("en-phone-photo-with-gps.jpg", "image/jpeg"),
        ("es-harassment-thread.webp", "image/webp"),
        ("fr-capture.pdf", "application/pdf"),
    ):
        body = read_sample(name)
        answer = office.attach(filed["receipt"], body, Content_Type=kind, Content_Digest=digest(body))
        stored = office.door.must(201, answer)
        assert set(stored) == {"evidence_id", "size", "sha256"}
        assert (stored["size"], stored["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())


def test_what_lies_on_the_disk_is_not_the_file(office: Office) -> None:
    office.attach(office.file()["receipt"])
    kept = [path.read_bytes() for path in (office.folder / "objects").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert PICTURE.read_bytes()[:64] not in kept[0]


def test_a_wrong_or_lying_type_is_refused(office: Office) -> None:
    receipt = office.file()["receipt"]
    picture = PICTURE.read_bytes()
    cases = [
        (picture, ""),
        (b"<script>alert(1)</script>", "application/octet-stream"),
        (b"PK\x03\x04" + bytes(100), "application/octet-stream; charset=binary"),
        (picture, "image/svg+xml"),
        (picture, "text/html"),
        (picture, "image/jpeg"),
        (b"<html><script>alert(1)</script>", "image/png"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"MZ\x90\x00" + bytes(100), "image/png"),
        (b"PK\x03\x04" + bytes(100), "application/pdf"),
    ]
    with office.nothing_changes():
        for body, kind in cases:
            answer = office.attach(receipt, body, Content_Type=kind)
            assert (answer.status_code, answer.content_type) == (415, PROBLEM), (body[:8], kind)


def test_of_a_file_whose_type_nobody_could_tell_the_content_alone_decides(office: Office) -> None:
    receipt = office.file()["receipt"]
    office.door.must(201, office.attach(receipt, Content_Type="application/octet-stream"))
    [stored] = office.holder(receipt).read(f"{PREFIX}/mailbox")["evidence"]
    assert stored["media_type"] == "image/png"


def test_an_empty_file_is_refused_and_a_type_that_is_not_taken_is_refused_unread(office: Office) -> None:
    receipt = office.file()["receipt"]
    with office.nothing_changes():
        assert send(office, receipt, io.BytesIO(b""), 0) == (415, "media-refused")
        assert send(office, receipt, Untouchable(), 100, Content_Type="image/svg+xml") == (415, "media-refused")


def test_too_large_by_announcement_is_refused_unread(narrow: Office) -> None:
    receipt = narrow.file()["receipt"]
    with narrow.nothing_changes():
        assert send(narrow, receipt, Untouchable(), LIMIT + 1) == (413, "too-large")
        assert send(narrow, receipt, Untouchable(), 10**30) == (413, "too-large")


def test_too_large_without_a_length_is_refused_as_it_streams(narrow: Office) -> None:
    receipt = narrow.file()["receipt"]
    body = raw_png(LIMIT + 1)
    with narrow.nothing_changes():
        assert send(narrow, receipt, io.BytesIO(body), None, Content_Digest=digest(body)) == (413, "too-large")
        endless = raw_png(50 * LIMIT)
        assert send(narrow, receipt, io.BytesIO(endless), None, Content_Digest=digest(endless))[0] == 413
    whole = raw_png(LIMIT)
    assert send(narrow, receipt, io.BytesIO(whole), None, Content_Digest=digest(whole))[0] == 201
    assert send(narrow, receipt, io.BytesIO(whole), LIMIT)[0] == 201


def test_a_short_body_is_never_kept(office: Office) -> None:
    receipt, body = office.file()["receipt"], raw_png(60_000)
    with office.nothing_changes():
        for arrived in (0, 4, 8, 4096, 59_999):
            status, slug = send(office, receipt, io.BytesIO(body[:arrived]), len(body))
            assert (status, slug) in {(422, "body-not-whole"), (415, "media-refused")}, arrived
            cut = send(office, receipt, io.BytesIO(body[:arrived]), None, Content_Digest=digest(body))
            assert cut[0] in {415, 422}
        assert send(office, receipt, io.BytesIO(body[:59_999]), len(body)) == (422, "body-not-whole")


def test_a_digest_that_does_not_match_is_refused(office: Office) -> None:
    receipt, body = office.file()["receipt"], raw_png(5000)
    other = digest(b"other")
    with office.nothing_changes():
        for header in (other, digest(b"other", "sha512"), f"{digest(body)}, {digest(b'other', 'sha512')}"):
            assert send(office, receipt, io.BytesIO(body), len(body), Content_Digest=header) == (422, "body-not-whole")
    both = f"{digest(body)}, {digest(body, 'sha512')}, md5=:AAAA:"
    assert send(office, receipt, io.BytesIO(body), len(body), Content_Digest=both)[0] == 201


def test_a_digest_that_is_none_is_named(office: Office) -> None:
    receipt = office.file()["receipt"]
    with office.nothing_changes():
        for header in ("sha-256", "sha-256=", "sha-256=:AAAA:", "sha-256=:!!!!:", "sha-512=abc", "sha-256=::"):
            found = send(office, receipt, Untouchable(), 100, Content_Digest=header)
            assert found == (422, "malformed"), header


def test_neither_length_nor_digest_is_refused_unread(office: Office) -> None:
    receipt = office.file()["receipt"]
    with office.nothing_changes():
        assert send(office, receipt, Untouchable(), None) == (411, "length-needed")
        assert send(office, receipt, Untouchable(), None, Content_Digest="md5=:AAAA:") == (411, "length-needed")


def test_a_connection_that_breaks_leaves_nothing(office: Office) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if found := super().read(size):
                return found
            raise ConnectionResetError("gone")

    receipt, body = office.file()["receipt"], raw_png(300_000)
    with office.nothing_changes():
        assert send(office, receipt, Breaking(body), len(body) + 1) == (422, "body-not-whole")


def test_a_file_name_is_a_label_and_nothing_more(office: Office) -> None:
    receipt = office.file()["receipt"]
    names = {
        'attachment; filename="../../etc/passwd"': "passwd",
        'attachment; filename="C:\\\\Users\\\\me\\\\shot.png"': "shot.png",
        starred("ファイル.png"): "ファイル.png",
        starred("a\r\nSet-Cookie: b"): "aSet-Cookie: b",
        starred("exe.\u202egnp"): "exe.gnp",
        starred("/x/" * 200 + "n" * 400): "n" * 255,
        "attachment; filename=": "",
        "nonsense": "",
    }
    for header in names:
        assert office.attach(receipt, Content_Disposition=header).status_code == 201, header
    box = office.holder(receipt).get(f"{PREFIX}/mailbox").json
    assert box is not None
    assert [one["name"] for one in box["evidence"]] == list(names.values())
    stored = {path.name for path in (office.folder / "objects").rglob("*") if path.is_file()}
    assert all(name.endswith(".sealed") and len(name) == 39 for name in stored)


def test_the_facts_of_a_file_are_sealed_too(office: Office) -> None:
    filed = office.file()
    office.attach(filed["receipt"], Content_Disposition='attachment; filename="telling-name.png"')
    kept = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    assert b"telling-name" not in kept
    assert hashlib.sha256(PICTURE.read_bytes()).hexdigest().encode() not in kept
    (item,) = office.desk.lookup.evidence(UUID(filed["complaint_id"]))
    assert b"telling-name" in office.desk.vault.open(item.facts, Recipient.DESK)
