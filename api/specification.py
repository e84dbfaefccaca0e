"""The OpenAPI document: what flask-smorest reads off the views, and what our own marks say about them.

Who may call is taken from `@needs`, refusals from what an operation takes in and from the table of problems. Nothing
about either is written down twice.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask

from api.access import ANYONE, FRESH, MARK, RECEIPT, ROLE_HEADER
from api.examples import EXAMPLES
from api.examples.places import PLACES
from api.problems import CHALLENGES, MEDIA_TYPE, PROBLEMS, SLUGS, TYPE, title
from cases import errors
from cases.errors import CaseError
from cases.media import UNSURE
from cases.people import Role

TOKENS = (
    "A token of `rule12 token` (`r12_…`), or an access token of the identity provider (RFC 9068), if one is set up. "
    "Where a proof of the last minutes is needed, tokens of the command line count; access tokens by their `auth_time`."
)
ROLE = {
    "name": ROLE_HEADER,
    "in": "header",
    "required": False,
    "description": "The role to act in; needed with an access token of the identity provider whose holder has several.",
    "schema": {"type": "string", "enum": [str(role) for role in Role]},
    "example": str(Role.INVESTIGATOR),
}
INTRODUCTION: Mapping[str, Any] = MappingProxyType(
    {
        "info": {
            "description": (
                "Complaints about social media misuse: filed with sealed evidence, routed, worked to a reasoned "
                "decision, and provable afterwards. Errors are RFC 9457 problem documents."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": TOKENS},
                "receipt": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Receipt ABCDE-FGHJK-MNPQR-STVWX-YZ234`, as given when the complaint was filed.",
                },
            }
        },
    }
)
FRAMEWORK: Mapping[int, str] = MappingProxyType(
    {
        400: "The body is not JSON.",
        413: "The body is longer than the desk accepts.",
        415: "The body is not of the type that is taken here.",
    }
)
OF_ITS_OWN: Mapping[str, tuple[type[CaseError], ...]] = MappingProxyType(
    {
        "moves.move": (errors.MoveNotAllowed, errors.ClockRefused, errors.StepUpNeeded),
        "staffing.assign": (errors.MoveNotAllowed, errors.ConflictOfInterest),
        "staffing.unassign": (errors.MoveNotAllowed,),
        "staffing.recuse": (errors.MoveNotAllowed,),
        "staffing.letters": (errors.UnknownItem,),
        "staffing.write": (errors.MoveNotAllowed, errors.UnknownItem),
        "persons.listed": (errors.UnknownItem,),
        "persons.add": (errors.MoveNotAllowed, errors.UnknownItem),
        "persons.change": (errors.MoveNotAllowed,),
        "persons.alleged": (errors.UnknownItem,),
        "persons.allege": (errors.MoveNotAllowed, errors.UnknownItem),
        "identities.ask": (errors.IdentityClosed, errors.MoveNotAllowed),
        "identities.decide": (errors.ConflictOfInterest, errors.MoveNotAllowed, errors.StaleVersion),
        "identities.on_request": (errors.IdentityClosed,),
        "identities.under_open_consent": (errors.IdentityClosed,),
        "complaints.file": (errors.TooOften,),
        "mailbox.consent": (errors.UnknownItem,),
        "mailbox.write": (errors.UnknownItem,),
        "mailbox.add": (errors.UnknownItem,),
        "mailbox.ask_to_withdraw": (errors.MoveNotAllowed, errors.UnknownItem),
        "mailbox.ask_again": (errors.MoveNotAllowed, errors.UnknownItem),
        "cases.timeline": (errors.UnknownItem,),
        "entering.enter": (errors.ConflictOfInterest,),
        "evidence.listed": (errors.UnknownItem,),
        "evidence.content": (errors.EvidenceUnreadable, errors.IdentityClosed),
        "audit.export": (errors.UnknownCase,),
        "jobs.retry": (errors.JobHeld,),
        "jobs.discard": (errors.JobHeld,),
        "notes.listed": (errors.UnknownItem,),
        "notes.write": (errors.MoveNotAllowed, errors.UnknownItem),
        "tasks.listed": (errors.UnknownItem,),
        "tasks.make": (errors.MoveNotAllowed, errors.UnknownItem),
        "tasks.settle": (errors.MoveNotAllowed,),
        "teams.letters": (errors.UnknownItem,),
        "filters.one": (errors.UnknownItem,),
        "filters.save": (errors.MoveNotAllowed,),
        "filters.drop": (errors.UnknownItem,),
        "supervisors.acknowledge": (errors.UnknownItem,),
        "supervisors.acted": (errors.UnknownItem,),
        "supervisors.act": (errors.UnknownItem,),
        "supervisors.step_aside": (errors.UnknownItem,),
        "administration.put_directory": (
            *(errors.DirectoryRefused, errors.WorkLeft, errors.MediaRefused, errors.TooLarge),
        ),
    }
)
TAKEN_IN_HEADERS: Mapping[str, tuple[type[CaseError], ...]] = MappingProxyType(
    {
        "If-Match": (errors.VersionNeeded, errors.StaleVersion),
        "Idempotency-Key": (errors.KeyMalformed, errors.StillInProgress, errors.KeyReused),
        "Content-Digest": (errors.Malformed,),
        "Reason": (errors.Malformed,),
        "Range": (errors.RangeUnsatisfiable,),
    }
)
RAW = (errors.MediaRefused, errors.TooLarge, errors.LengthNeeded, errors.BodyNotWhole)
MORE: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "malformed": {"errors": [{"pointer": "#/statement/summary", "detail": "Missing data for required field."}]},
        "move-not-allowed": {"open_moves": ["acknowledge", "assess", "close"]},
    }
)
UNTAGGED = ("evidence.content", "staffing.recuse")
"""Answers below a case that carry no version: a file is none, and whoever stepped out is told no more of it."""

ETAG = {"description": "The version of the case, for `If-Match`.", "schema": {"type": "string"}, "example": '"3"'}
LINK = {"description": "The next page (RFC 8288).", "schema": {"type": "string"}}
UNSATISFIED = {"description": "How long it is.", "schema": {"type": "string"}, "example": "bytes */3145728"}
LOCATION = {"description": "Where the export is downloaded.", "schema": {"type": "string"}}

_CONVERTER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def document(app: Flask, seen: dict[str, Any]) -> dict[str, Any]:
    """Complete what flask-smorest has seen of an app (the document as a dict) with all the marks say."""
    for path, method, endpoint in _operations(app):
        operation = seen["paths"].get(path, {}).get(method)
        if operation is not None:
            view = app.view_functions[endpoint]
            _complete(operation, path, endpoint, getattr(view, MARK), is_fresh=hasattr(view, FRESH))
            for parameter in seen["paths"][path].get("parameters", ()):
                parameter["example"] = PLACES[parameter["name"]]
    components = seen["components"]
    components["schemas"].pop("PaginationMetadata", None)
    components["parameters"] = {ROLE_HEADER: ROLE}
    components["responses"] = {"internal": _response([(500, "internal", "Something went wrong on our side.")])}
    components["examples"] = dict(_problem_examples())
    return seen


def _operations(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield _CONVERTER.sub(r"{\1}", rule.rule), method.lower(), rule.endpoint


def _complete(operation: dict[str, Any], path: str, endpoint: str, who: tuple[str, ...], *, is_fresh: bool) -> None:
    operation["operationId"] = endpoint.replace(".", "_")
    operation["security"] = [] if who == (ANYONE,) else [{"receipt" if who == (RECEIPT,) else "token": []}]
    if operation["security"] == [{"token": []}]:
        operation["x-roles"] = sorted(who)
        operation["parameters"] = [*operation.get("parameters", ()), {"$ref": f"#/components/parameters/{ROLE_HEADER}"}]
    by_status: dict[int, list[tuple[int, str, str]]] = {}
    wants_proof = {_told(errors.StepUpNeeded)} if is_fresh else set()
    for refusal in sorted({*_refusals(operation, path, endpoint), *wants_proof}):
        by_status.setdefault(refusal[0], []).append(refusal)
    done = {status: answer for status, answer in operation["responses"].items() if isinstance(answer, dict)}
    kept = {status: answer for status, answer in done.items() if "$ref" not in answer}
    _exemplify(operation, kept, path, endpoint)
    refused = {str(status): _response(refusals) for status, refusals in by_status.items()}
    operation["responses"] = kept | refused | {"default": {"$ref": "#/components/responses/internal"}}


def _refusals(operation: Mapping[str, Any], path: str, endpoint: str) -> Iterator[tuple[int, str, str]]:
    """Every refusal an operation can end in: (status, slug, sentence)."""
    for refusal in _refusals_by_rule(operation, path):
        yield _told(refusal)
    for refusal in OF_ITS_OWN.get(endpoint, ()):
        yield _told(refusal)
    if "application/json" in operation.get("requestBody", {}).get("content", ()):
        for status, sentence in FRAMEWORK.items():
            yield status, SLUGS[status], sentence


def _refusals_by_rule(operation: Mapping[str, Any], path: str) -> Iterator[type[CaseError]]:
    security = operation["security"]
    if security == [{"token": []}]:
        yield from (errors.SignInNeeded, errors.NotPermitted, errors.Malformed, errors.ProviderUnavailable)
    elif security:
        yield from (errors.ReceiptRefused, errors.TooOften)
    if "{number}" in path:
        yield errors.UnknownCase
    if "_id}" in path:
        yield errors.UnknownItem
    parameters = [one for one in operation.get("parameters", ()) if "name" in one]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content or any(one["in"] == "query" for one in parameters):
        yield errors.Malformed
    if UNSURE in content:
        yield from RAW
    for one in parameters:
        yield from TAKEN_IN_HEADERS.get(one["name"], ())


def _told(refusal: type[CaseError]) -> tuple[int, str, str]:
    return (*PROBLEMS[refusal], _sentence(refusal))


def _sentence(refusal: type[CaseError]) -> str:
    return " ".join((refusal.__doc__ or "").split())


def _response(refusals: list[tuple[int, str, str]]) -> dict[str, Any]:
    """The answer to all refusals of one status."""
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {slug: {"$ref": f"#/components/examples/{slug}"} for _, slug, _ in refusals},
    }
    answer: dict[str, Any] = {
        "description": " ".join(sentence for _, _, sentence in refusals),
        "content": {MEDIA_TYPE: content},
    }
    if any(slug == PROBLEMS[errors.RangeUnsatisfiable][1] for _, slug, _ in refusals):
        answer["headers"] = {"Content-Range": UNSATISFIED}
    challenges = [text for refusal, text in CHALLENGES.items() if PROBLEMS[refusal][1] == refusals[0][1]]
    if challenges:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "example": challenges[0]}}
    return answer


def _problem_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    told = {_told(refusal) for refusal in PROBLEMS}
    told |= {(status, SLUGS[status], sentence) for status, sentence in FRAMEWORK.items() if status != 413}  # noqa: PLR2004
    told.add((500, "internal", "Something went wrong on our side."))
    for status, slug, sentence in sorted(told):
        value: dict[str, Any] = {"type": f"{TYPE}{slug}", "title": title(status), "status": status, "detail": sentence}
        yield slug, {"summary": sentence, "value": value | MORE.get(slug, {})}


def _exemplify(operation: dict[str, Any], answers: Mapping[str, Any], path: str, endpoint: str) -> None:
    """Put examples and headers where they belong."""
    asked, answered = EXAMPLES.get(endpoint, (None, None))
    if asked is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = asked
    for status, answer in answers.items():
        if answered is not None and status.startswith("2"):
            for content in answer["content"].values():
                content["example"] = answered
        headers: dict[str, Any] = {"ETag": ETAG} if "{number}" in path and _is_versioned(endpoint) else {}
        headers |= {"Link": LINK} if isinstance(answered, dict) and "next" in answered else {}
        headers |= {"Location": LOCATION} if endpoint == "audit.export" else {}
        if headers:
            answer["headers"] = headers


def _is_versioned(endpoint: str) -> bool:
    """Who asks who reported changes nothing of the case; a supervisor is shown no version of it."""
    return endpoint not in UNTAGGED and not endpoint.startswith(("identities.", "supervisors."))
