"""The one table from refusals in casework's words to HTTP (RFC 9457). Nothing sensitive is ever in an answer."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from flask import Flask, Response, json
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from cases import errors
from cases.errors import CaseError
from cases.sessions import SessionRules

LOG = logging.getLogger("rule12")
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:rule12:problem:"

# fmt: off
PROBLEMS: Mapping[type[CaseError], tuple[int, str]] = MappingProxyType({
    errors.Malformed:          (422, "malformed"),
    errors.SignInNeeded:       (401, "sign-in-needed"),
    errors.SignInRefused:      (403, "sign-in-refused"),
    errors.StepUpNeeded:       (401, "step-up-needed"),
    errors.LogoutRefused:      (400, "logout-refused"),
    errors.FormRefused:        (403, "form-refused"),
    errors.ProviderUnavailable: (503, "provider-unavailable"),
    errors.ReceiptRefused:     (401, "receipt-refused"),
    errors.NotPermitted:       (403, "not-permitted"),
    errors.UnknownCase:        (404, "unknown-case"),
    errors.UnknownItem:        (404, "unknown-item"),
    errors.MoveNotAllowed:     (409, "move-not-allowed"),
    errors.StaleVersion:       (412, "stale-version"),
    errors.VersionNeeded:      (428, "version-needed"),
    errors.ClockRefused:       (409, "clock-refused"),
    errors.ConflictOfInterest: (409, "conflict-of-interest"),
    errors.IdentityClosed:     (403, "identity-closed"),
    errors.MediaRefused:       (415, "media-refused"),
    errors.TooLarge:           (413, "too-large"),
    errors.TooOften:           (429, "too-often"),
    errors.LengthNeeded:       (411, "length-needed"),
    errors.BodyNotWhole:       (422, "body-not-whole"),
    errors.KeyMalformed:       (400, "key-malformed"),
    errors.StillInProgress:    (409, "still-in-progress"),
    errors.KeyReused:          (422, "key-reused"),
    errors.RangeUnsatisfiable: (416, "range-unsatisfiable"),
    errors.EvidenceUnreadable: (500, "evidence-unreadable"),
    errors.LedgerBroken:       (500, "ledger-broken"),
    errors.DirectoryRefused:   (422, "directory-refused"),
    errors.WorkLeft:           (409, "work-left"),
    errors.CatalogueBroken:    (500, "catalogue-broken"),
    errors.BackupDamaged:      (500, "backup-damaged"),
    errors.JobHeld:            (409, "job-held"),
    errors.CannotStart:        (500, "not-configured"),
})
# fmt: on

# Python renames phrases of http.HTTPStatus from one version to the next; titles and types must stay what they are.
TITLES: Mapping[int, str] = MappingProxyType(
    {413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
)
SLUGS: Mapping[int, str] = MappingProxyType(
    {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}
)

FRESH_FOR = int(SessionRules().fresh.total_seconds())
STEP_UP = f'Bearer realm="rule12", error="insufficient_user_authentication", max_age={FRESH_FOR}'  # RFC 9470
RETRY_AFTER = "60"
CHALLENGES: Mapping[type[CaseError], str] = MappingProxyType(
    {errors.ReceiptRefused: "Receipt", errors.SignInNeeded: 'Bearer realm="rule12"', errors.StepUpNeeded: STEP_UP}
)


def title(status: int) -> str:
    """What a status is called (RFC 9110)."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def problem(status: int, slug: str, detail: str, **more: Any) -> Response:
    """A problem document. `type` is stable; `detail` says what is wrong and what to do."""
    body = {
        "type": f"{TYPE}{slug}",
        "title": title(status),
        "status": status,
        "detail": detail,
    }
    return Response(json.dumps(body | more), status, content_type=MEDIA_TYPE)


def of_refusal(error: CaseError) -> Response:
    """The answer to a refusal."""
    status, slug = PROBLEMS[type(error)]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("%s: %s", slug, error)
    answer = problem(status, slug, str(error), **_more(error))
    if challenge := CHALLENGES.get(type(error)):
        answer.headers["WWW-Authenticate"] = challenge
    if isinstance(error, errors.ProviderUnavailable):
        answer.headers["Retry-After"] = RETRY_AFTER
    if isinstance(error, errors.TooOften):
        answer.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, errors.RangeUnsatisfiable):
        answer.headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, errors.TooOften | errors.TooLarge | errors.BodyNotWhole | errors.MediaRefused):
        answer.headers["Connection"] = "close"
    return answer


def _more(error: CaseError) -> dict[str, Any]:
    if isinstance(error, errors.Malformed):
        return {"errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]}
    if isinstance(error, errors.DirectoryRefused):
        return {"errors": [{"pointer": f"#/lines/{line}", "detail": what} for line, what in error.lines]}
    if isinstance(error, errors.MoveNotAllowed):
        return {"open_moves": list(error.open_moves)}
    return {}


def of_http(error: HTTPException) -> Response:
    """The answer to what the framework refuses: unknown paths, methods, bodies that are not JSON, wrong input."""
    if faults := _input_faults(error):
        return of_refusal(errors.Malformed(faults))
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    slug = SLUGS.get(status) or title(status).lower().replace(" ", "-")
    answer = problem(status, slug, error.description or HTTPStatus(status).description)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _input_faults(error: HTTPException) -> list[errors.Fault]:
    """Mistakes the schemas found, as JSON pointers. The framework keeps them as {location: {field: …}}."""
    if error.code != HTTPStatus.UNPROCESSABLE_ENTITY:
        return []
    messages = (getattr(error, "data", None) or {}).get("messages") or {}
    return [fault for found in messages.values() for fault in faults_in(found)]


def faults_in(found: Any) -> list[errors.Fault]:
    """Marshmallow's nested messages as JSON pointers."""
    return list(_flattened(found, "#"))


def _flattened(found: Any, pointer: str) -> Iterator[errors.Fault]:
    if isinstance(found, Mapping):
        for key, below in found.items():
            name = str(key).replace("~", "~0").replace("/", "~1")
            yield from _flattened(below, pointer if key == "_schema" else f"{pointer}/{name}")
    else:
        yield from (errors.Fault(pointer, str(detail)) for detail in found)


def of_accident(error: Exception) -> Response:
    """The answer to a mistake of ours. The log names the place, never the content."""
    LOG.error("unexpected %s in %s", type(error).__name__, _where(error))
    return problem(500, "internal", "Something went wrong on our side; nothing was half-done. Try again in a minute.")


def _where(error: Exception) -> str:
    """File, line and function of the last frame: an exception's message could quote what somebody wrote."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"


def answer_problems(app: Flask) -> None:
    """Let every refusal, framework error and accident of this app be answered as a problem."""

    def refused(error: CaseError) -> ResponseReturnValue:
        return of_refusal(error)

    def http(error: HTTPException) -> ResponseReturnValue:
        return of_http(error)

    def accident(error: Exception) -> ResponseReturnValue:
        return of_accident(error)

    app.register_error_handler(CaseError, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, accident)
