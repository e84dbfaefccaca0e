"""Ranges of an original: which bytes come, what is passed over, and that looking in pieces is looking."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cases.errors import EvidenceUnreadable
from cases.people import Role
from tests.api.conftest import PREFIX, PROBLEM, REASON, Office, raw_png
from tests.api.test_evidence import looks, sealed_file

CHUNK = 16 * 1024
SEALED_CHUNK = CHUNK + 16
BODY = raw_png(4096) + bytes(range(256)) * 1000 + b"end"
SIZE = len(BODY)
LATER = "Wed, 21 Oct 2048 07:28:00 GMT"


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with one file, and its address."""

    office: Office
    number: str
    item: str

    @property
    def path(self) -> str:
        return f"{PREFIX}/cases/{self.number}/evidence/{self.item}/content"

    def ask(self, method: str = "GET", role: Role = Role.INTAKE, *, buffered: bool = True, **headers: str) -> Any:
        caller = self.office.as_(role)
        return caller.call(method, self.path, headers={"Reason": REASON} | headers, buffered=buffered)

    def range(self, wanted: str, **headers: str) -> TestResponse:
        answer: TestResponse = self.ask(Range=wanted, **headers)
        return answer

    def opened(self) -> list[dict[str, Any]]:
        return [one for one in looks(self.office, self.number) if one["action"] == "opened_original"]


@pytest.fixture
def shown(office: Office) -> Shown:
    number, receipt = office.case()
    office.attach(receipt, BODY, Content_Disposition='attachment; filename="a b.png"')
    (item,) = office.desk.lookup.evidence(office.desk.lookup.complaint_of(number))
    return Shown(office, number, str(item.content.id))


def is_whole(answer: TestResponse) -> bool:
    return answer.status_code == 200 and answer.data == BODY and "Content-Range" not in answer.headers


def test_a_range_comes_as_exactly_these_bytes(shown: Shown) -> None:
    asked = {
        "bytes=0-0": (0, 1),
        "bytes=100-99999": (100, 100_000),
        f"bytes={CHUNK - 1}-{CHUNK}": (CHUNK - 1, CHUNK + 1),
        "bytes=200000-": (200_000, SIZE),
        f"bytes=0-{'9' * 5000}": (0, SIZE),
        f"bytes=0-{SIZE + 10}": (0, SIZE),
        "bytes=-3": (SIZE - 3, SIZE),
        f"bytes=-{SIZE + 1}": (0, SIZE),
        f"bytes=-{'9' * 40}": (0, SIZE),
        "BYTES=0-3": (0, 4),
        "bytes= 000000000000000000000000000000000002-3 ": (2, 4),
    }
    for wanted, (start, stop) in asked.items():
        answer = shown.range(wanted)
        assert (answer.status_code, answer.data) == (206, BODY[start:stop]), wanted
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(stop - start)


def test_a_piece_is_as_guarded_a_download_as_the_whole(shown: Shown) -> None:
    whole, piece = shown.ask(), shown.range("bytes=5-9")
    for answer in (whole, piece):
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["ETag"] == f'"{shown.item}"'
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.png"
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_header_tells_the_hash_of_what_is_sealed(shown: Shown) -> None:
    digest = hashlib.sha256(BODY).hexdigest()
    for answer in (shown.ask(), shown.range("bytes=5-9"), shown.ask("HEAD")):
        assert digest not in str(answer.headers)


def test_what_nothing_lies_in_is_refused_with_the_length_of_the_file(shown: Shown) -> None:
    for wanted in (f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", f"bytes={'9' * 5000}-"):
        answer = shown.range(wanted)
        assert (answer.status_code, answer.content_type) == (416, PROBLEM), wanted
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
        assert answer.json is not None
        assert answer.json["type"].endswith(":range-unsatisfiable")
        assert "Content-Disposition" not in answer.headers
    assert len(shown.opened()) == 1, "how long a sealed file is is something seen of it"


def test_what_is_no_single_range_is_answered_with_the_whole_file(shown: Shown) -> None:
    wrong = ["", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=a-b", "bytes=1-2-3", "bytes=--5", "0-5"]
    wrong += ["bytes=0-1,5-6", "bytes=0-1,bytes=5-6", "bytes=+1-2", "bytes=1 -2", "bytes=\u0661-\u0662", "items=0-5"]
    wrong += ["bytes=0x1-2", "bytes=1_0-20", "bytes=1.0-2", "none", f"bytes={','.join(['0-'] * 1000)}"]
    for wanted in wrong:
        assert is_whole(shown.range(wanted.encode().decode("latin-1"))), wanted


def test_a_range_goes_on_only_with_the_very_file_it_began_with(shown: Shown) -> None:
    tag = f'"{shown.item}"'
    assert shown.range("bytes=0-9", If_Range=tag).status_code == 206
    others = [f"W/{tag}", shown.item, '"other"', "*", "", f'{tag}, "other"', LATER, "Wed, 21 Oct 1998 07:28:00 GMT"]
    for other in others:
        assert is_whole(shown.range("bytes=0-9", If_Range=other)), other
        assert is_whole(shown.range(f"bytes={SIZE}-", If_Range=other)), other
    assert is_whole(shown.ask(If_Range=tag))


def test_head_tells_what_the_file_is_and_sends_nothing_of_it(shown: Shown) -> None:
    whole = shown.ask()
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": f"bytes={SIZE}-"}):
        answer = shown.ask("HEAD", **headers)
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(SIZE)
        assert dict(answer.headers) == dict(whole.headers)


def test_head_and_ranges_want_a_reason_and_leave_nothing_without_one(shown: Shown) -> None:
    with shown.office.nothing_changes():
        for method in ("GET", "HEAD"):
            for reason in ("", "short"):
                answer = shown.ask(method, Range=f"bytes={SIZE}-", Reason=reason)
                assert (answer.status_code, answer.content_type) == (422, PROBLEM)
                assert "Content-Range" not in answer.headers


def test_uninvited_people_learn_nothing_by_head_or_ranges(shown: Shown) -> None:
    other, _ = shown.office.case()
    elsewhere = Shown(shown.office, other, shown.item)
    with shown.office.nothing_changes():
        for method in ("GET", "HEAD"):
            assert shown.office.door.call(method, shown.path, headers={"Range": "bytes=0-1"}).status_code == 401
            for role in (Role.AUDITOR, Role.MONITOR, Role.ADMINISTRATOR, Role.GATEKEEPER):
                assert shown.ask(method, role, Range="bytes=0-1").status_code == 403
            for role in (Role.INVESTIGATOR, Role.OUTSIDE):
                hidden = shown.ask(method, role, Range=f"bytes={SIZE}-")
                assert hidden.status_code == 404
                assert "Content-Range" not in hidden.headers
            assert elsewhere.ask(method, Range="bytes=0-1").status_code == 404


def test_a_hundred_ranges_heads_and_the_whole_are_one_look_and_make_one_file(shown: Shown) -> None:
    assert shown.ask("HEAD").status_code == 200
    step, seen = -(-SIZE // 100), b""
    for start in range(0, SIZE, step):
        seen += shown.range(f"bytes={start}-{start + step - 1}").data
    assert seen == BODY
    assert is_whole(shown.ask())
    assert [(one["actor"], one["facts"]) for one in shown.opened()] == [("S0012", {"evidence": shown.item})]
    assert shown.ask("HEAD", Role.HEAD).status_code == 200
    assert [one["actor"] for one in shown.opened()] == ["S0012", "S0011"]


def tampered(path: Path, at: int) -> None:
    kept = bytearray(path.read_bytes())
    kept[at] ^= 1
    path.write_bytes(kept)


def test_a_cut_or_extended_file_gives_out_no_range_at_all(shown: Shown) -> None:
    path = sealed_file(shown.office)
    kept = path.read_bytes()
    for harmed in (kept[:-1], kept[: 56 + 4 * SEALED_CHUNK], kept[: 56 + 4 * SEALED_CHUNK + 20], kept + b"\0", b""):
        path.write_bytes(harmed)
        answer = shown.range("bytes=0-9")
        assert (answer.status_code, answer.content_type) == (500, PROBLEM)
        assert "Content-Range" not in answer.headers
        assert "ETag" not in answer.headers


def test_a_range_that_begins_in_a_tampered_chunk_shows_not_a_byte(shown: Shown) -> None:
    tampered(sealed_file(shown.office), 56 + 5 * SEALED_CHUNK + 100)
    assert shown.range(f"bytes={5 * CHUNK}-{5 * CHUNK + 1}").status_code == 500
    assert shown.range(f"bytes={3 * CHUNK}-{7 * CHUNK}").status_code == 500
    beside = shown.range(f"bytes={5 * CHUNK - 10}-{5 * CHUNK - 1}")
    assert (beside.status_code, beside.data) == (206, BODY[5 * CHUNK - 10 : 5 * CHUNK])


def test_a_range_that_meets_a_tampered_chunk_further_on_breaks_off_and_never_ends_neatly(office: Office) -> None:
    number, receipt = office.case()
    office.attach(receipt, raw_png(2 << 20))
    (item,) = office.desk.lookup.evidence(office.desk.lookup.complaint_of(number))
    shown = Shown(office, number, str(item.content.id))
    tampered(sealed_file(office), 56 + 100 * SEALED_CHUNK)
    answer = shown.ask(Range=f"bytes={CHUNK}-{120 * CHUNK}", buffered=False)
    assert (answer.status_code, answer.headers["Content-Length"]) == (206, str(119 * CHUNK + 1))
    seen: list[int] = []
    with pytest.raises(EvidenceUnreadable):
        seen.extend(len(block) for block in answer.iter_encoded())
    assert 0 < sum(seen) <= 99 * CHUNK
