"""The examples of the document and those to copy: each is sent to a real desk and does what it shows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.examples import EXAMPLES
from cases.people import Role
from tests.api.conftest import PICTURE, PREFIX, REASON, Caller, Office
from tests.api.lives import CLOSING, Life
from tests.api.test_openapi import ROOT, operations, resolved
from tests.server.desk import Desk
from tests.server.running import Server, Spot, granian

SCRIPTS = ROOT / "openapi" / "examples"
ASKED = {name: sent for name, (sent, _) in EXAMPLES.items()}
RICHER = frozenset({"complaints.catalogue", "moves.listed", "cases.timeline"})
"""Lists whose rows differ: an example shows some."""

Replayed = Iterator[tuple[str, TestResponse]]


def at_the_door(office: Office, receipt: str) -> Replayed:
    holder = office.holder(receipt)
    yield "complaints.file", office.door.post(f"{PREFIX}/complaints", ASKED["complaints.file"])
    yield "complaints.catalogue", office.door.get(f"{PREFIX}/catalogue")
    yield "mailbox.write", holder.post(f"{PREFIX}/mailbox/messages", ASKED["mailbox.write"])
    yield "mailbox.add", office.attach(receipt, PICTURE.read_bytes())
    yield "mailbox.ask_to_withdraw", holder.post(f"{PREFIX}/mailbox/withdrawal", ASKED["mailbox.ask_to_withdraw"])
    yield "mailbox.show", holder.get(f"{PREFIX}/mailbox")
    yield "mailbox.messages", holder.get(f"{PREFIX}/mailbox/messages")
    closed = Life(office, ASKED["complaints.file"])
    closed.move(Role.INTAKE, "close", closure_reason="insufficient_information", **CLOSING)
    again = office.holder(closed.receipt).post(f"{PREFIX}/mailbox/review", ASKED["mailbox.ask_again"])
    yield "mailbox.ask_again", again


def at_the_desk(life: Life) -> Replayed:
    intake, case = life.as_(Role.INTAKE), life.path
    item = life.office.desk.lookup.evidence(life.complaint)[0].content.id
    yield "cases.listed", intake.get(f"{PREFIX}/cases")
    listed = intake.get(f"{PREFIX}/notices")
    yield "notices.listed", listed
    yield "notices.read", intake.post(f"{PREFIX}/notices/{(listed.json or {})['items'][0]['notice_id']}/read", None)
    yield "notices.preferences", intake.get(f"{PREFIX}/notices/preferences")
    yield "notices.prefer", intake.call("PUT", f"{PREFIX}/notices/preferences", json=ASKED["notices.prefer"])
    yield "moves.listed", intake.get(f"{case}/moves")
    yield "moves.move", life.ask(Role.INTAKE, "moves", ASKED["moves.move"])
    yield "cases.one", intake.get(case)
    yield "cases.timeline", intake.get(f"{case}/timeline?reasons=true")
    yield "staffing.assign", life.ask(Role.HEAD, "assignments", ASKED["staffing.assign"])
    yield "staffing.write", life.ask(Role.INTAKE, "messages", ASKED["staffing.write"])
    yield "staffing.letters", intake.get(f"{case}/messages")
    yield "evidence.listed", intake.get(f"{case}/evidence")
    yield "evidence.content", intake.get(f"{case}/evidence/{item}/content", Reason=REASON)
    yield "evidence.custody", intake.get(f"{case}/evidence/{item}/custody")
    yield "persons.listed", intake.get(f"{case}/persons")
    yield "persons.add", life.ask(Role.INTAKE, "persons", ASKED["persons.add"])
    yield "persons.change", life.ask(Role.INTAKE, f"persons/{life.subject}/changes", ASKED["persons.change"])
    yield "persons.allege", life.ask(Role.INTAKE, "allegations", ASKED["persons.allege"] | {"person": life.subject})
    yield "persons.alleged", intake.get(f"{case}/allegations")
    yield "entering.enter", intake.post(f"{PREFIX}/entered-complaints", ASKED["entering.enter"])
    yield "routing.preview", intake.post(f"{PREFIX}/routing/preview", ASKED["routing.preview"])


def around_the_case(life: Life) -> Replayed:
    """Notes and tasks, people, letters, filters, and the supervisor's side; at last they step aside."""
    intake, boss, case = life.as_(Role.INTAKE), life.as_(Role.SUPERVISOR), life.path
    yield "notes.write", life.ask(Role.INTAKE, "notes", ASKED["notes.write"])
    yield "notes.listed", intake.get(f"{case}/notes")
    made = life.ask(Role.INTAKE, "tasks", ASKED["tasks.make"])
    yield "tasks.make", made
    yield "tasks.listed", intake.get(f"{case}/tasks")
    yield "tasks.mine", intake.get(f"{PREFIX}/tasks")
    settlements = f"tasks/{(made.json or {})['task_id']}/settlements"
    yield "tasks.settle", life.ask(Role.INTAKE, settlements, ASKED["tasks.settle"])
    yield "teams.workload", intake.get(f"{PREFIX}/workload")
    yield "teams.eligible", intake.get(f"{case}/eligible")
    yield "teams.letters", intake.get(f"{case}/letters")
    yield "filters.save", intake.call("PUT", f"{PREFIX}/filters/due-this-week", json=ASKED["filters.save"])
    yield "filters.listed", intake.get(f"{PREFIX}/filters")
    yield "filters.one", intake.get(f"{PREFIX}/filters/due-this-week")
    yield "filters.drop", intake.call("DELETE", f"{PREFIX}/filters/due-this-week")
    theirs = f"{case}/supervisor"
    yield "supervisors.acknowledge", boss.post(f"{theirs}/acknowledgement", ASKED["supervisors.acknowledge"])
    yield "supervisors.act", boss.post(f"{theirs}/actions", ASKED["supervisors.act"])
    yield "supervisors.acted", boss.get(f"{theirs}/actions")
    yield "supervisors.received", boss.get(f"{PREFIX}/received")
    yield "supervisors.step_aside", boss.post(f"{theirs}/recusal", ASKED["supervisors.step_aside"])
    life.office.sort()


def who_reported(life: Life) -> Replayed:
    """Asked and granted; then the reporter opens their consent, and no request is needed."""
    asker, custodian = life.as_(Role.INVESTIGATOR), life.as_(Role.CUSTODIAN)
    path, holder = f"{life.path}/identity-requests", life.office.holder(life.receipt)
    asked = asker.post(path, ASKED["identities.ask"])
    yield "identities.ask", asked
    one = f"{path}/{(asked.json or {})['request_id']}"
    yield "identities.waiting", custodian.get(f"{PREFIX}/identity-requests")
    yield "identities.listed", custodian.get(path)
    yield "identities.decide", custodian.post(f"{one}/decision", ASKED["identities.decide"])
    yield "identities.on_request", asker.get(f"{one}/identity")
    yield "mailbox.consent", holder.post(f"{PREFIX}/mailbox/consent", ASKED["mailbox.consent"])
    life.office.sort()
    yield "identities.under_open_consent", asker.get(f"{life.path}/identity")
    handed = life.as_(Role.HEAD).post(f"{PREFIX}/handovers", ASKED["teams.hand_over"])
    yield "teams.hand_over", handed
    life.assign(ASKED["staffing.unassign"]["person"])
    yield "staffing.unassign", life.ask(Role.HEAD, "assignments/end", ASKED["staffing.unassign"])
    yield "staffing.recuse", life.ask(Role.INTAKE, "recusals", ASKED["staffing.recuse"])


def by_an_administrator(office: Office) -> Replayed:
    """The directory comes last: after it, hardly anybody is there."""
    admin = office.as_(Role.ADMINISTRATOR)
    yield "administration.people", admin.get(f"{PREFIX}/directory?search=0014")
    yield "administration.issue", admin.post(f"{PREFIX}/tokens", ASKED["administration.issue"])
    yield "administration.tokens", admin.get(f"{PREFIX}/tokens?person=S0014")
    yield "administration.revoke", admin.call("DELETE", f"{PREFIX}/tokens/S0014")
    yield "administration.keys", admin.get(f"{PREFIX}/keys")
    hook = admin.post(f"{PREFIX}/webhooks", ASKED["webhooks.add"])
    yield "webhooks.add", hook
    yield "webhooks.listed", admin.get(f"{PREFIX}/webhooks")
    yield "webhooks.remove", admin.call("DELETE", f"{PREFIX}/webhooks/{(hook.json or {})['webhook_id']}")
    csv = {"data": ASKED["administration.put_directory"], "content_type": "text/csv"}
    yield "administration.put_directory", admin.call("PUT", f"{PREFIX}/directory?force=true", **csv)


def afterwards(office: Office) -> Replayed:
    auditor: Caller = office.as_(Role.AUDITOR)
    yield "audit.entries", auditor.get(f"{PREFIX}/audit/entries")
    made = auditor.post(f"{PREFIX}/audit/exports", ASKED["audit.export"])
    yield "audit.export", made
    yield "audit.content", auditor.get(made.headers["Location"])
    yield "audit.table", auditor.get(f"{PREFIX}/audit/cases.csv")
    administrator, jobs = office.as_(Role.ADMINISTRATOR), f"{PREFIX}/jobs"
    one, two = office.dead_job("answered"), office.dead_job("answered")
    yield "jobs.listed", administrator.get(f"{jobs}?state=dead")
    yield "jobs.retry", administrator.post(f"{jobs}/{one}/retry", None)
    yield "jobs.discard", administrator.post(f"{jobs}/{two}/discard", ASKED["jobs.discard"])
    yield "health.alive", office.door.get("/healthz")
    yield "health.ready", office.door.get("/readyz")


def test_every_example_works_and_is_answered_as_it_shows(office: Office) -> None:
    """In the documented shape, with every field the example has and no other."""
    by_name = {operation["operationId"]: (method, operation) for _, method, operation in operations()}
    life = Life(office, ASKED["complaints.file"])
    seen = set()
    story = (
        *(at_the_door(office, life.receipt), at_the_desk(life), around_the_case(life), who_reported(life)),
        *(afterwards(office), by_an_administrator(office)),
    )
    for name, answer in chain(*story):
        _, operation = by_name[name.replace(".", "_")]
        code = next(code for code in operation["responses"] if code[0] == "2")
        assert str(answer.status_code) == code, (name, answer.text)
        documented = operation["responses"][code]
        kind = next(iter(documented["content"]))
        if kind == "application/json":
            resolved(documented["content"][kind]["schema"]).validate(answer.json)
            if name not in RICHER:
                assert fields(answer.json) == fields(EXAMPLES[name][1]), name
        else:
            assert kind in {answer.mimetype, "*/*"}
        for header in set(documented.get("headers", {})) - {"Link"}:
            assert header in answer.headers, (name, header)
        seen.add(name.replace(".", "_"))
    assert seen == set(by_name)


def fields(told: Any) -> set[str]:
    """The names of the fields of an answer, of the first row where it is a list."""
    if isinstance(told, list):
        return fields(told[0])
    return fields(told["items"]) if "items" in told else set(told)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with its worker, over an installation that knows the people of tests/samples."""
    spot = Spot(tmp_path_factory.mktemp("examples"))
    spot.done("directory", "import", str(ROOT / "tests" / "samples" / "directory.csv"))
    running = granian(spot, processes=1)
    yield running
    running.close()


def ran(server: Server, *words: str, **secrets: str) -> str:
    """What an example prints that must succeed."""
    settings = {f"RULE12_{name.upper()}": value for name, value in secrets.items()}
    settings |= {"PATH": os.environ["PATH"], "RULE12_URL": f"http://127.0.0.1:{server.port}"}
    done = subprocess.run(words, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def script(name: str) -> tuple[str, str]:
    return "sh", str(SCRIPTS / name)


def test_the_curl_examples_take_a_complaint_to_a_verified_export(server: Server, tmp_path: Path) -> None:
    filed = json.loads(ran(server, *script("file-complaint.sh")))
    stored = json.loads(ran(server, *script("add-evidence.sh"), str(PICTURE), "image/png", receipt=filed["receipt"]))
    box = json.loads(ran(server, *script("read-mailbox.sh"), receipt=filed["receipt"]))
    assert [one["evidence_id"] for one in box["evidence"]] == [stored["evidence_id"]]
    _takes_a_step(server)
    token = server.spot.done("token", "--as", "auditor", "--person", "S0050").strip()
    bag, keys = tmp_path / "bag.zip", tmp_path / "keys"
    ran(server, *script("export.sh"), str(bag), token=token)
    keys.write_text(server.spot.done("keys", "public"))
    assert "SOUND" in server.spot.done("verify", str(bag), "--key", str(keys))


def _takes_a_step(server: Server) -> None:
    """As intake, with the one case there is."""
    token = server.spot.done("token", "--as", "intake", "--person", "S0012").strip()
    desk = Desk(server.client, {Role.INTAKE: token})
    (case,) = desk.sorted_cases(1)
    listed = json.loads(ran(server, *script("move-case.sh"), case["number"], token=token))
    assert listed[0]["move"] == "acknowledge"
    done = json.loads(ran(server, *script("move-case.sh"), case["number"], '{"move": "acknowledge"}', token=token))
    assert (done["outcome"], done["version"]) == ("done", case["version"] + 1)


def test_the_python_example_files_works_and_closes_a_case(server: Server) -> None:
    token = server.spot.done("token", "--as", "intake", "--person", "S0012").strip()
    told = ran(server, sys.executable, str(SCRIPTS / "client.py"), str(PICTURE), token=token)
    assert "closed IGO-" in told
    assert "open now: assess, redirect, merge, close, preserve_evidence, contain" in told
    assert "status" in told


def test_an_example_that_is_refused_says_so_and_fails(server: Server) -> None:
    url = {"RULE12_URL": f"http://127.0.0.1:{server.port}", "PATH": os.environ["PATH"]}
    for words, more in ((script("read-mailbox.sh"), {"RULE12_RECEIPT": "ABCDE"}), (script("add-evidence.sh"), {})):
        done = subprocess.run(words, env=url | more, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
