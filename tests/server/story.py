"""One whole case over HTTP with a marker in every place that is sealed."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from cases.people import Role
from tests.server.desk import PEOPLE, Desk, hire
from tests.server.hiding import Markers
from tests.server.running import Server, until
from tests.server.speaking import API

SCREENSHOT = (Path(__file__).parents[1] / "samples" / "en-political-endorsement.png").read_bytes()
NAMED = ("name", "staff_number", "email", "function", "duty_station", "personnel_type", "relation")
IN_NINETY_DAYS = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
POST = ("platform", "url", "handle", "posted_at", "seen_at", "audience", "language")


class Story:
    """Everything that can be written, said, uploaded or shown in the life of one case."""

    def __init__(self, server: Server) -> None:
        self.server, self.client = server, server.client
        self.desk = Desk(server.client, hire(server.spot))
        self.markers, self.receipts, self.keys = Markers(), list[str](), list[str]()
        self.screenshot = SCREENSHOT + self.markers("screenshot").encode()
        self.number, self.version, self.evidence, self.subject, self.allegation = "", 0, "", "", ""

    def live(self) -> None:
        receipt = self._file()
        self._add_files(receipt)
        self._write_as_reporter(receipt)
        self._use_the_form()
        self._blunder(receipt)
        self._begin_work()
        self._say_who()
        self._allege()
        self._ask_who_reported(receipt)
        self._look()
        self._find()
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
        fields = {"summary": self.markers("form summary"), "narrative": self.markers("form narrative"), "go": "file"}
        fields |= {"name": self.markers("form name"), "consent": "confidential", "key": self._key()}
        page = self._submit("/en/report", fields)
        found = re.search(r'name="receipt" value="([0-9A-Z]{5}(?:-[0-9A-Z]{5}){4})"', page)
        assert found
        self.receipts.append(found[1])
        body = self._parts(found[1], self.markers("form file name"), self.screenshot)
        sent = self.client.call("POST", "/en/evidence", body, Content_Type="multipart/form-data; boundary=frontier")
        assert sent.status == 200
        told = {"receipt": found[1], "text": self.markers("form message"), "key": self._key()}
        self._submit("/en/mailbox/messages", told)
        self._open(found[1])

    def _open(self, receipt: str) -> str:
        """The mailbox as a page, held open by its cookie."""
        form = urlencode({"receipt": receipt}).encode()
        opened = self.client.call("POST", "/en/mailbox", form, Content_Type="application/x-www-form-urlencoded")
        assert opened.status == 303
        cookie = opened.headers["set-cookie"].partition(";")[0]
        self.keys.append(cookie.partition("=")[2])
        page: bytes = self.client.get("/en/mailbox", Cookie=cookie).must(200)
        return page.decode()

    def _submit(self, path: str, fields: dict[str, str]) -> str:
        form = urlencode(fields).encode()
        answer = self.client.call("POST", path, form, Content_Type="application/x-www-form-urlencoded")
        assert answer.status in {200, 201, 303}
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
        client.get(f"/en/{quote(mark('unknown path'))}?{quote(mark('query'))}=1").must(404)
        client.upload(receipt, mark("lying type").encode() * 300, "image/png").must(415)
        client.upload(receipt, self.screenshot, Content_Digest="sha-256=:AAAA:").must(422)

    def _change(self, who: str, path: str, told: dict[str, Any]) -> Any:
        answer = self.desk.post(who, f"/cases/{self.number}/{path}", told, self.version)
        assert answer.status == 201, answer.body
        self.version += 1
        return answer.json

    def _screened(self) -> None:
        """Wait for the worker: it screens again whenever somebody is said to be somebody else."""
        self.version += 1
        page = f"/cases/{self.number}"
        until(lambda: self.desk.get(Role.HEAD, page).must(200)["version"] == self.version, "a new screening")

    def _begin_work(self) -> None:
        mark = self.markers
        self.version = self.desk.get(Role.INTAKE, f"/cases/{self.number}").must(200)["version"]
        self._change(Role.INTAKE, "moves", {"move": "acknowledge", "reason": mark("reason to acknowledge")})
        self._change(Role.INTAKE, "messages", {"text": mark("desk's message")})
        self._change(Role.INTAKE, "moves", {"move": "assess", "reason": mark("reason to assess")})
        self._change(Role.HEAD, "moves", {"move": "place_hold", "reason": mark("reason to hold")})
        self._change(Role.INTAKE, "moves", {"move": "ask_reporter", "question": mark("question")})
        self._change(Role.INTAKE, "moves", {"move": "resume", "reason": mark("reason to resume")})

    def _say_who(self) -> None:
        """The register of persons: everything in it is sealed, and so are the reasons."""
        mark, persons = self.markers, f"/cases/{self.number}/persons"
        added = {name: mark(f"added {name}") for name in ("name", "staff_number", "email", "function", "relation")}
        self._change(Role.INTAKE, "persons", added | {"role": "witness", "reason": mark("reason to add")})
        self._screened()
        found = self.desk.get(Role.INTAKE, persons).must(200)
        self.subject = next(one["person_id"] for one in found if one["role"] == "subject")
        attribution = {name: mark(f"attribution {name}") for name in ("account", "reason", "checked")}
        attribution |= {"status": "attributed", "hacking_claimed": True}
        said = {"attribution": attribution, "settled": [], "reason": mark("reason to settle")}
        self._change(Role.INTAKE, f"persons/{self.subject}/changes", said)
        self._screened()
        preview = {"subjects": [{name: mark(f"previewed {name}") for name in ("name", "email")}]}
        preview |= {"reporter": {"consent": "open", "name": mark("previewed reporter")}}
        self.desk.post(Role.INTAKE, "/routing/preview", preview).must(200)

    def _allege(self) -> None:
        mark = self.markers
        alleged = {"person": self.subject, "category": "reputation_integrity", "account": mark("allegation")}
        self.allegation = self._change(Role.INTAKE, "allegations", alleged)["allegation_id"]
        self._screened()
        outcome = {"outcome": "possible_misconduct", "reason": mark("reason to conclude")}
        self._change(Role.INTAKE, "moves", {"move": "conclude_assessment", **outcome})
        self._change(Role.INTAKE, "moves", {"move": "open_investigation", "reason": mark("first reason to open")})
        self._change(Role.HEAD, "moves", {"move": "reject", "reason": mark("reason to reject")})
        self._change(Role.INTAKE, "moves", {"move": "open_investigation", "reason": mark("reason to open")})
        self._change(Role.HEAD, "moves", {"move": "approve", "reason": mark("reason to approve")})
        who = {"person": PEOPLE[Role.INVESTIGATOR], "role": "investigator"}
        self._change(Role.HEAD, "assignments", who)
        self._change(Role.HEAD, "assignments/end", who | {"reason": mark("reason to take off")})
        self._change(Role.HEAD, "assignments", who)

    def _ask_who_reported(self, receipt: str) -> None:
        mark, path = self.markers, f"/cases/{self.number}/identity-requests"
        asked = self.desk.post(Role.INVESTIGATOR, path, {"reason": mark("reason to ask")}).must(201)
        request = f"{path}/{asked['request_id']}"
        self.desk.get(Role.CUSTODIAN, path).must(200)
        granted = {"grant": True, "reason": mark("reason to grant")}
        self.desk.post(Role.CUSTODIAN, f"{request}/decision", granted).must(201)
        shown = self.desk.get(Role.INVESTIGATOR, f"{request}/identity").must(200)
        assert shown["name"] == mark.made["reporter name"]
        wish = {name: mark(f"new {name}") for name in ("name", "email", "staff_number")} | {"consent": "open"}
        self.client.post(f"{API}/mailbox/consent", wish, Authorization=f"Receipt {receipt}").must(201)
        self._screened()
        shown = self.desk.get(Role.INVESTIGATOR, f"/cases/{self.number}/identity").must(200)
        assert shown["name"] == mark.made["new name"]

    def _look(self) -> None:
        path = f"/cases/{self.number}"
        reason = quote(self.markers("reason to open the original"))
        seen = self.desk.get(Role.INVESTIGATOR, f"{path}/evidence/{self.evidence}/content", Reason=reason)
        assert seen.body == self.screenshot
        assert len(self.desk.get(Role.INVESTIGATOR, f"{path}/evidence").must(200)) == 2
        letters = self.desk.get(Role.INVESTIGATOR, f"{path}/messages").must(200)
        assert {letter["text"] for letter in letters} >= {self.markers.made["reporter's message"]}

    def _find(self) -> None:
        mark, find = self.markers, Role.INVESTIGATOR
        told = {"move": "notify_subject", "person": self.subject, "reason": mark("reason to notify")}
        self._change(find, "moves", told)
        found = {"allegation": self.allegation, "finding": "sufficient_evidence", "reason": mark("finding")}
        self._change(find, "moves", {"move": "record_finding", **found})
        self._change(find, "moves", {"move": "send_findings", "reason": mark("draft")})
        self._change(find, "moves", {"move": "record_comment", "person": self.subject, "answer": mark("comment")})
        self._change(find, "moves", {"move": "issue_report", "reason": mark("reason to report")})
        self._change(Role.HEAD, "moves", {"move": "hand_to_decider", "reason": mark("reason to hand over")})

    def _decide(self) -> None:
        mark, decide = self.markers, Role.DECIDER
        safe = {"counsel_informed": True, "evidence_disclosed": True}
        self._change(decide, "moves", {"move": "issue_allegations", "reason": mark("charge"), **safe})
        self._change(decide, "moves", {"move": "record_response", "person": self.subject, "answer": mark("response")})
        ruling = {"allegation": self.allegation, "standard": "preponderance", "misconduct": True}
        ruling |= {"facts_established": mark("facts"), "reason": mark("reason to rule")}
        self._change(decide, "moves", {"move": "record_decision", **ruling})
        words = ("aggravating", "mitigating", "proportionality", "authority", "severity_reasons")
        measure = {name: mark(name) for name in words} | {"person": self.subject, "measure": "censure", "severe": True}
        self._change(decide, "moves", {"move": "decide", "measures": [measure], "reason": mark("reason to decide")})
        served = {"reason": mark("serving"), "appeal_route": mark("appeal route"), "appeal_by": IN_NINETY_DAYS}
        self._change(decide, "moves", {"move": "notify_decision", **served})
        closing = {"move": "close", "closure_reason": "substantiated_measure_taken"}
        self._change(decide, "moves", closing | {"reason": mark("reason to close"), "notice": mark("notice")})
        self._change("second decider", "moves", {"move": "approve"})
        self._change(decide, "moves", {"move": "record_appeal", "answer": mark("appeal")})
        timeline = self.desk.get(Role.HEAD, f"/cases/{self.number}/timeline?reasons=true&limit=200").must(200)["items"]
        assert mark.made["reason to close"] in {entry.get("reason") for entry in timeline}
        self._change(Role.INVESTIGATOR, "recusals", {"reason": mark("reason to leave")})

    def _read_back(self, receipt: str) -> None:
        shown = self.client.get(f"{API}/mailbox", Authorization=f"Receipt {receipt}").must(200)
        assert shown["statement"]["place"] == self.markers.made["place"]
        assert self.markers.made["notice"] in {letter["text"] for letter in shown["messages"]}
        assert self.markers.made["notice"] in self._open(receipt)

    def _audit(self) -> None:
        made = self.desk.post(Role.AUDITOR, "/audit/exports", {}).must(201)
        content = self.desk.get(Role.AUDITOR, f"/audit/exports/{made['export_id']}/content")
        table = self.desk.get(Role.AUDITOR, "/audit/cases.csv")
        assert self.number in table.body.decode()
        (self.server.spot.root / "handed-out.zip").write_bytes(content.body)
        (self.server.spot.root / "cases.csv").write_bytes(table.body)
