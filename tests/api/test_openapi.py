"""The committed document is that of this very code: valid, complete, and its examples are true."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from api.commands.documents import render
from api.examples import EXAMPLES
from api.problems import MEDIA_TYPE, PROBLEMS, TYPE
from cases.people import Role
from tests.api.conftest import PICTURE, PREFIX, REASON, Office
from tests.api.test_access import ROUTES, TABLE
from tests.server.running import Server, Spot, granian

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "openapi" / "openapi.json"
SCRIPTS = ROOT / "openapi" / "examples"
DOCUMENT = json.loads(COMMITTED.read_text(encoding="utf-8"))
METHODS = ("get", "post")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of the committed document."""
    for path, operations in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in operations:
                yield path, method, operations[method]


def resolved(schema: dict[str, Any]) -> OAS31Validator:
    whole = schema | {"components": DOCUMENT["components"]}
    return OAS31Validator(whole, format_checker=oas31_format_checker)


def header_names(operation: dict[str, Any]) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}


def test_the_committed_document_is_the_generated_one(app: Flask) -> None:
    same = render(app) == COMMITTED.read_text(encoding="utf-8")
    assert same, "openapi/openapi.json is stale: run `make openapi` and commit it"


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_it_holds_every_json_route_and_no_page() -> None:
    rules = {
        rule.replace("string:", "").replace("uuid:", "").replace("<", "{").replace(">", "}"): method.lower()
        for method, rule in TABLE
        if rule.startswith((PREFIX, "/healthz", "/readyz"))
    }
    assert {path for path, _, _ in operations()} == set(rules)
    assert len(list(operations())) == sum(1 for line in ROUTES.splitlines() if PREFIX in line) + 2


def test_every_operation_has_a_name_a_summary_and_somebody_who_may_call_it() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for path, method, operation in operations():
        assert operation["summary"].strip(), path
        rule = path.replace("{number}", "<string:number>")
        for item in ("evidence_id", "export_id"):
            rule = rule.replace(f"{{{item}}}", f"<uuid:{item}>")
        who, _ = TABLE[method.upper(), rule]
        if who == ["anyone"]:
            assert operation["security"] == []
        elif who == ["receipt"]:
            assert operation["security"] == [{"receipt": []}]
        else:
            assert operation["security"] == [{"token": []}]
            assert operation["x-roles"] == sorted(who)
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"receipt", "token"}


def test_every_operation_names_its_refusals_as_problem_documents() -> None:
    for path, method, operation in operations():
        refused = {code: one for code, one in operation["responses"].items() if code[0] in "45" and code != "503"}
        expected = {"401", "403"} if operation["security"] == [{"token": []}] else set()
        expected |= {"401"} if operation["security"] == [{"receipt": []}] else set()
        expected |= {"404"} if "{" in path else set()
        expected |= {"412", "428"} if "If-Match" in header_names(operation) else set()
        expected |= {"400", "409", "422"} if "Idempotency-Key" in header_names(operation) else set()
        assert expected <= set(refused), (method, path)
        for code, answer in refused.items():
            (kind,) = answer["content"]
            assert (kind, answer["content"][kind]["schema"]) == (MEDIA_TYPE, {"$ref": "#/components/schemas/Problem"})
            assert answer["content"][kind]["examples"]
            assert answer["description"]
            assert ("WWW-Authenticate" in answer.get("headers", {})) is (code == "401")
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/internal"}


def test_every_problem_there_is_has_an_example_of_its_shape() -> None:
    examples = DOCUMENT["components"]["examples"]
    assert {slug for _, slug in PROBLEMS.values()} <= set(examples)
    schema = resolved(DOCUMENT["components"]["schemas"]["Problem"])
    for slug, example in examples.items():
        schema.validate(example["value"])
        assert example["value"]["type"] == TYPE + slug


def test_every_creating_request_takes_a_key_and_every_change_a_version(office: Office) -> None:
    """What the document says about headers is what the desk does."""
    number, receipt = office.case()
    caller = {"token": office.as_(Role.INTAKE), "receipt": office.holder(receipt)}
    for path, method, operation in operations():
        changes = method == "post" and "{number}" in path
        assert ("If-Match" in header_names(operation)) is changes
        assert ("Idempotency-Key" in header_names(operation)) is (method == "post")
        if method == "get":
            continue
        asked = EXAMPLES[operation["operationId"].replace("_", ".", 1)][0]
        who = caller[next(iter(operation["security"][0]))] if operation["security"] else office.door
        who = office.as_(Role.AUDITOR) if "/audit/" in path else who
        sent: dict[str, Any] = {"json": asked} if asked is not None else {"data": b"x", "content_type": "image/png"}
        address = path.replace("{number}", number)
        if changes:
            assert who.call("POST", address, **sent).status_code == 428
        answer = who.call("POST", address, version=1, headers={"Idempotency_Key": "short"}, **sent)
        assert (answer.status_code, (answer.json or {})["type"]) == (400, f"{TYPE}key-malformed")


def test_every_example_has_the_shape_its_operation_says() -> None:
    checked = 0
    for _, _, operation in operations():
        bodies = [operation.get("requestBody", {})]
        bodies += [one for code, one in operation["responses"].items() if code[0] == "2"]
        for content in (one for body in bodies for one in body.get("content", {}).values()):
            if "example" in content:
                resolved(content["schema"]).validate(content["example"])
                checked += 1
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                resolved(parameter["schema"]).validate(parameter["example"])
    assert checked >= len(EXAMPLES)


def test_every_json_operation_has_an_example_of_what_is_sent_and_answered() -> None:
    for path, method, operation in operations():
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert sent is None or "example" in sent, (method, path)
        for code, answer in operation["responses"].items():
            if code[0] == "2" and "application/json" in answer["content"]:
                assert "example" in answer["content"]["application/json"], (method, path)


Replayed = Iterator[tuple[str, TestResponse]]
ASKED = {name: sent for name, (sent, _) in EXAMPLES.items()}


def at_the_door(office: Office, receipt: str) -> Replayed:
    holder = office.holder(receipt)
    yield "complaints.file", office.door.post(f"{PREFIX}/complaints", ASKED["complaints.file"])
    yield "complaints.catalogue", office.door.get(f"{PREFIX}/catalogue")
    yield "mailbox.write", holder.post(f"{PREFIX}/mailbox/messages", ASKED["mailbox.write"])
    yield "mailbox.add", office.attach(receipt, PICTURE.read_bytes())
    yield "mailbox.show", holder.get(f"{PREFIX}/mailbox")
    yield "mailbox.messages", holder.get(f"{PREFIX}/mailbox/messages")


def at_the_desk(office: Office, number: str) -> Replayed:
    intake, case, evidence = office.as_(Role.INTAKE), f"{PREFIX}/cases/{number}", f"{PREFIX}/cases/{number}/evidence"
    item = office.desk.lookup.evidence(office.desk.lookup.complaint_of(number))[0].content.id
    yield "cases.listed", intake.get(f"{PREFIX}/cases")
    yield "cases.one", intake.get(case)
    yield "cases.moves", intake.get(f"{case}/moves")
    yield "cases.move", intake.post(f"{case}/moves", ASKED["cases.move"], version=1)
    yield "cases.assign", intake.post(f"{case}/assignments", ASKED["cases.assign"], version=2)
    yield "cases.write", intake.post(f"{case}/messages", ASKED["cases.write"], version=3)
    yield "cases.letters", intake.get(f"{case}/messages")
    yield "cases.timeline", intake.get(f"{case}/timeline?reasons=true")
    yield "evidence.listed", intake.get(evidence)
    yield "evidence.content", intake.get(f"{evidence}/{item}/content", Reason=REASON)
    yield "evidence.custody", intake.get(f"{evidence}/{item}/custody")


def afterwards(office: Office) -> Replayed:
    auditor = office.as_(Role.AUDITOR)
    yield "audit.entries", auditor.get(f"{PREFIX}/audit/entries")
    made = auditor.post(f"{PREFIX}/audit/exports", ASKED["audit.export"])
    yield "audit.export", made
    yield "audit.content", auditor.get(made.headers["Location"])
    yield "audit.table", auditor.get(f"{PREFIX}/audit/cases.csv")
    yield "health.alive", office.door.get("/healthz")
    yield "health.ready", office.door.get("/readyz")


def test_every_example_works_and_is_answered_in_the_documented_shape(office: Office) -> None:
    by_name = {operation["operationId"]: (method, operation) for _, method, operation in operations()}
    number, receipt = office.case(ASKED["complaints.file"])
    seen = set()
    for name, answer in chain(at_the_door(office, receipt), at_the_desk(office, number), afterwards(office)):
        method, operation = by_name[name.replace(".", "_")]
        code = "201" if method == "post" else "200"
        assert str(answer.status_code) == code, (name, answer.text)
        documented = operation["responses"][code]
        kind = next(iter(documented["content"]))
        if kind == "application/json":
            resolved(documented["content"][kind]["schema"]).validate(answer.json)
        else:
            assert kind in {answer.mimetype, "*/*"}
        for header in set(documented.get("headers", {})) - {"Link"}:
            assert header in answer.headers, (name, header)
        seen.add(name.replace(".", "_"))
    assert seen == set(by_name)


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
    token = server.spot.done("token", "--as", "auditor", "--person", "S0050").strip()
    bag, keys = tmp_path / "bag.zip", tmp_path / "keys"
    ran(server, *script("export.sh"), str(bag), token=token)
    keys.write_text(server.spot.done("keys", "public"))
    assert "SOUND" in server.spot.done("verify", str(bag), "--key", str(keys))


def test_the_python_example_files_works_and_closes_a_case(server: Server) -> None:
    token = server.spot.done("token", "--as", "intake", "--person", "S0012").strip()
    told = ran(server, sys.executable, str(SCRIPTS / "client.py"), str(PICTURE), token=token)
    assert "closed IGO-" in told
    assert "status" in told


def test_an_example_that_is_refused_says_so_and_fails(server: Server) -> None:
    url = {"RULE12_URL": f"http://127.0.0.1:{server.port}", "PATH": os.environ["PATH"]}
    for words, more in ((script("read-mailbox.sh"), {"RULE12_RECEIPT": "ABCDE"}), (script("add-evidence.sh"), {})):
        done = subprocess.run(words, env=url | more, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
