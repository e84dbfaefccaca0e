"""The committed document is that of this very code: valid, complete, and its examples are true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.commands.documents import render
from api.examples import EXAMPLES
from api.problems import MEDIA_TYPE, PROBLEMS, TYPE
from cases.people import Role
from tests.api.conftest import PREFIX, Caller, Office
from tests.api.lives import Life
from tests.api.matrix import filled, read_matrix, who_may

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "openapi" / "openapi.json"
DOCUMENT = json.loads(COMMITTED.read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "delete")
OPERATORS = ("/healthz", "/readyz")
DRY = ("routing.preview",)
"""What is POSTed and creates nothing."""


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
    return {one["name"] for one in operation.get("parameters", ()) if one.get("in") == "header"}


def test_the_committed_document_is_the_generated_one(app: Flask) -> None:
    same = render(app) == COMMITTED.read_text(encoding="utf-8")
    assert same, "openapi/openapi.json is stale: run `make openapi` and commit it"


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_it_holds_every_json_route_and_no_page() -> None:
    rules = {(route, method.lower()) for method, route in read_matrix() if route.startswith((PREFIX, *OPERATORS))}
    assert {(path, method) for path, method, _ in operations()} == rules


def test_every_operation_has_a_name_a_summary_and_somebody_who_may_call_it() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for path, method, operation in operations():
        assert operation["summary"].strip(), path
        who = who_may(read_matrix()[method.upper(), path])
        if who == ["anyone"]:
            assert operation["security"] == []
        elif who == ["receipt"]:
            assert operation["security"] == [{"receipt": []}]
        else:
            assert operation["security"] == [{"token": []}]
            assert operation["x-roles"] == sorted(who)
            assert {"$ref": "#/components/parameters/Rule12-Role"} in operation["parameters"]
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"receipt", "token"}


def test_every_operation_names_its_refusals_as_problem_documents() -> None:
    for path, method, operation in operations():
        refused = {code: one for code, one in operation["responses"].items() if code[0] in "45" and code != "503"}
        expected = {"401", "403"} if operation["security"] == [{"token": []}] else set()
        expected |= {"401"} if operation["security"] == [{"receipt": []}] else set()
        expected |= {"404"} if "{number}" in path or "_id}" in path else set()
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
    """What the document says about headers is what the desk does. Asking who reported changes nothing of a case."""
    life = Life(office)
    life.post(Role.INTAKE, "identity-requests", EXAMPLES["identities.ask"][0])
    request = str(office.desk.lookup.requests(life.number)[0].id)
    places = {"number": life.number, "person_id": life.subject, "request_id": request, "task_id": str(uuid4())}
    for path, method, operation in operations():
        name = operation["operationId"].replace("_", ".", 1)
        changes = method == "post" and "{number}" in path and not name.startswith(("identities", "supervisors"))
        assert ("If-Match" in header_names(operation)) is changes, name
        assert ("Idempotency-Key" in header_names(operation)) is (method == "post" and name not in DRY), name
        if method != "post" or name in DRY:
            continue
        asked = EXAMPLES[name][0]
        sent: dict[str, Any] = {"json": asked} if asked is not None else {"data": b"x", "content_type": "image/png"}
        who, address = whoever_may(life, operation), filled(path, places)
        if changes:
            assert who.call("POST", address, **sent).status_code == 428, name
        answer = who.call("POST", address, version=1, headers={"Idempotency_Key": "short"}, **sent)
        assert (answer.status_code, (answer.json or {})["type"]) == (400, f"{TYPE}key-malformed"), name


def whoever_may(life: Life, operation: dict[str, Any]) -> Caller:
    """Somebody the operation is open to; of several roles, intake."""
    if "x-roles" in operation:
        roles = operation["x-roles"]
        return life.as_(Role.INTAKE if "intake" in roles else Role(roles[0]))
    return life.office.holder(life.receipt) if operation["security"] else life.office.door


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
