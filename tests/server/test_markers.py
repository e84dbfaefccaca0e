"""One whole case over HTTP with a marker in every sealed place; then every byte on disk is searched for them."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from cases.people import Role
from cases.receipt import read_receipt
from tests.server.desk import PEOPLE, Desk, hire
from tests.server.hiding import Markers, forms_of_bytes, forms_of_text, found_in
from tests.server.running import Server, Spot, granian
from tests.server.speaking import API

SCREENSHOT = (Path(__file__).parents[1] / "samples" / "en-political-endorsement.png").read_bytes()
NAMED = ("name", "staff_number", "email", "function", "duty_station", "personnel_type", "relation")
POST = ("platform", "url", "handle", "posted_at", "seen_at", "audience", "language")


class Story:
    """Everything that can be written, said, uploaded or shown in the life of one case."""

    def __init__(self, server: Server) -> None:
        self.server, self.client = server, server.client
        self.desk = Desk(server.client, hire(server.spot))
        self.markers, self.receipts, self.keys = Markers(), list[str](), list[str]()
        self.screenshot = SCREENSHOT + self.markers("screenshot").encode()
        self.number, self.version, self.evidence = "", 0, ""

    def live(self) -> None:
        receipt = self._file()
        self._add_files(receipt)
        self._write_as_reporter(receipt)
        self._use_the_form()
        self._blunder(receipt)
        self._begin_work()
        self._look()
        self._decide()
        self._read_back(receipt)
        self._audit()

    def _key(self) -> str:
        self.keys.append(str(uuid4()))
        return self.keys[-1]

    def _told(self) -> dict[str, Any]:
        mark = self.markers
        statement: dict[str, Any] = {name: mark(name) for name in ("summary", "narrative", "place")}
        statement["posts"] = [{name: mark(f"post {name}") for name in POST}]
        statement["subjects"] = [{name: mark(f"subject {name}") for name in NAMED}]
        statement["witnesses"] = [{name: mark(f"witness {name}") for name in NAMED}]
        reporter = {name: mark(f"reporter {name}") for name in ("name", "email", "staff_number")}
        reporter |= {"consent": "confidential", "personnel_type": "staff", "share_with_supervisor": True}
        return {"language": "en", "channel": "web", "statement": statement, "reporter": reporter}

    def _file(self) -> str:
        told, key = self._told(), self._key()
        first = self.client.file(told, Idempotency_Key=key)
        assert self.client.file(told, Idempotency_Key=key) == first
        self.receipts.append(first["receipt"])
        self.number = self.desk.sorted_cases(1)[0]["number"]
        return str(first["receipt"])

    def _add_files(self, receipt: str) -> None:
        text = f"Seen on the platform: {self.markers('text')}\n".encode() * 2000
        named = f"attachment; filename*=UTF-8''{quote(self.markers('text name'))}.txt"
        self.client.upload(receipt, text, "text/plain; charset=utf-8", Content_Disposition=named).must(201)
        named = f"attachment; filename*=UTF-8''{quote(self.markers('screenshot name'))}.png"
        sent = {"Content_Disposition": named, "Idempotency_Key": self._key()}
        self.evidence = self.client.upload(receipt, self.screenshot, **sent).must(201)["evidence_id"]

    def _write_as_reporter(self, receipt: str) -> None:
        told = {"text": self.markers("reporter's message")}
        self.client.post(f"{API}/mailbox/messages", told, Authorization=f"Receipt {receipt}").must(201)

    def _use_the_form(self) -> None:
        """The same door for people without tools: form fields, then files in parts, then the mailbox as a page."""
        fields = {"summary": self.markers("form summary"), "narrative": self.markers("form narrative")}
        fields |= {"name": self.markers("form name"), "consent": "confidential", "key": self._key()}
        page = self._submit("/", fields)
        found = re.search(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}", page)
        assert found
        self.receipts.append(found[0])
        body = self._parts(found[0], self.markers("form file name"), self.screenshot)
        sent = self.client.call("POST", "/evidence", body, Content_Type="multipart/form-data; boundary=frontier")
        assert sent.status == 200
        self._submit("/mailbox", {"receipt": found[0], "text": self.markers("form message"), "key": self._key()})

    def _submit(self, path: str, fields: dict[str, str]) -> str:
        form = urlencode(fields).encode()
        answer = self.client.call("POST", path, form, Content_Type="application/x-www-form-urlencoded")
        assert answer.status in {200, 201}
        return answer.body.decode()

    def _parts(self, receipt: str, name: str, data: bytes) -> bytes:
        head = f'--frontier\r\nContent-Disposition: form-data; name="receipt"\r\n\r\n{receipt}\r\n--frontier\r\n'
        head += f'Content-Disposition: form-data; name="files"; filename="{name}.png"\r\nContent-Type: image/png\r\n'
        return head.encode() + b"\r\n" + data + b"\r\n--frontier--\r\n"

    def _blunder(self, receipt: str) -> None:
        """Mistakes must not be quoted in a log either."""
        mark, client = self.markers, self.client
        client.call("POST", f"{API}/complaints", mark("no JSON").encode(), Content_Type="application/json").must(400)
        client.post(f"{API}/complaints", {mark("unknown field"): mark("its value")}).must(422)
        client.get(f"{API}/mailbox", Authorization="Receipt ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ").must(401)
        client.get(f"/{quote(mark('unknown path'))}?{quote(mark('query'))}=1").must(404)
        client.upload(receipt, mark("lying type").encode() * 300, "image/png").must(415)
        client.upload(receipt, self.screenshot, Content_Digest="sha-256=:AAAA:").must(422)

    def _change(self, role: Role, path: str, told: dict[str, str]) -> None:
        answer = self.desk.post(role, f"/cases/{self.number}/{path}", told, self.version)
        assert answer.status == 201, answer.body
        self.version += 1

    def _begin_work(self) -> None:
        mark = self.markers
        self.version = self.desk.get(Role.INTAKE, f"/cases/{self.number}").must(200)["version"]
        self._change(Role.INTAKE, "moves", {"move": "acknowledge", "reason": mark("reason to acknowledge")})
        self._change(Role.INTAKE, "messages", {"text": mark("desk's message")})
        self._change(Role.INTAKE, "moves", {"move": "assess", "reason": mark("reason to assess")})
        opening = {"move": "open_investigation", "reason": mark("reason to open")}
        self._change(Role.HEAD, "moves", opening)
        who = {"person": PEOPLE[Role.INVESTIGATOR], "role": "investigator"}
        self._change(Role.HEAD, "assignments", who)

    def _look(self) -> None:
        path = f"/cases/{self.number}"
        reason = quote(self.markers("reason to open the original"))
        seen = self.desk.get(Role.INVESTIGATOR, f"{path}/evidence/{self.evidence}/content", Reason=reason)
        assert seen.body == self.screenshot
        assert len(self.desk.get(Role.INVESTIGATOR, f"{path}/evidence").must(200)) == 2
        letters = self.desk.get(Role.INVESTIGATOR, f"{path}/messages").must(200)
        assert {letter["text"] for letter in letters} >= {self.markers.made["reporter's message"]}

    def _decide(self) -> None:
        mark = self.markers
        self._change(Role.INVESTIGATOR, "moves", {"move": "issue_report", "reason": mark("reason to report")})
        closing = {"move": "close", "closure_reason": "unsubstantiated"}
        self._change(Role.DECIDER, "moves", closing | {"reason": mark("reason to close"), "notice": mark("notice")})
        timeline = self.desk.get(Role.HEAD, f"/cases/{self.number}/timeline?reasons=true").must(200)["items"]
        assert mark.made["reason to close"] in {entry.get("reason") for entry in timeline}

    def _read_back(self, receipt: str) -> None:
        shown = self.client.get(f"{API}/mailbox", Authorization=f"Receipt {receipt}").must(200)
        assert shown["statement"]["place"] == self.markers.made["place"]
        assert self.markers.made["notice"] in {letter["text"] for letter in shown["messages"]}
        self._submit("/mailbox", {"receipt": receipt})

    def _audit(self) -> None:
        made = self.desk.post(Role.AUDITOR, "/audit/exports", {}).must(201)
        content = self.desk.get(Role.AUDITOR, f"/audit/exports/{made['export_id']}/content")
        table = self.desk.get(Role.AUDITOR, "/audit/cases.csv")
        assert self.number in table.body.decode()
        (self.server.spot.root / "handed-out.zip").write_bytes(content.body)
        (self.server.spot.root / "cases.csv").write_bytes(table.body)


def forbidden(story: Story) -> set[bytes]:
    """Every form of everything that must not lie anywhere in the clear."""
    texts = [*story.markers.texts(), *story.desk.tokens.values(), *story.keys]
    forms = {form for text in texts for form in forms_of_text(text)}
    for receipt in story.receipts:
        bare = receipt.replace("-", "")
        for shown in (receipt, bare, receipt.lower(), bare.lower()):
            forms |= forms_of_text(shown)
        forms |= forms_of_bytes(read_receipt(receipt))
    return forms | forms_of_bytes(hashlib.sha256(story.screenshot).digest())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    server = granian(Spot(tmp_path_factory.mktemp("story")))
    try:
        told = Story(server)
        told.live()
        yield told
    finally:
        server.close()


def files(spot: Spot) -> list[Path]:
    return [path for path in spot.root.rglob("*") if path.is_file()]


def test_nothing_sealed_lies_anywhere_in_the_clear_while_the_server_runs(story: Story) -> None:
    names = {path.name for path in files(story.server.spot)}
    assert {"rule12.sqlite", "rule12.sqlite-wal", "shred-keys.sqlite", "desk.key", "server.log"} <= names
    assert any(name.endswith(".zip") for name in names)
    assert found_in([*files(story.server.spot), *story.server.held()], forbidden(story)) == []


def test_a_command_line_export_shows_nothing_sealed_either(story: Story) -> None:
    story.server.spot.done("export", "--out", str(story.server.spot.root / "bag"))
    story.server.spot.done("export", "--out", str(story.server.spot.root / "one"), "--case", story.number)
    assert found_in(files(story.server.spot), forbidden(story)) == []


def test_what_would_lie_in_the_clear_would_be_found(story: Story, tmp_path: Path) -> None:
    """The search is worth its name: each form of a marker, planted in the middle of other bytes, is seen."""
    marker = story.markers.made["narrative"]
    for number, form in enumerate(sorted(forms_of_text(marker))):
        path = tmp_path / str(number)
        path.write_bytes(b"\x00\xff" * 50 + form + b"\xff\x00" * 50)
        assert found_in([path], forbidden(story))


def test_the_server_prints_nothing_about_anybody(story: Story) -> None:
    log = story.server.spot.log.read_text()
    assert "Traceback" not in log
    assert story.number not in log


def test_nothing_sealed_lies_in_the_clear_after_the_server_has_ended(story: Story) -> None:
    assert story.server.terminate() == 0
    assert found_in(files(story.server.spot), forbidden(story)) == []
