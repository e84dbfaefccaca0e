"""Every refusal has an answer, every answer is a problem document, and no accident repeats what somebody wrote."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from api.access import ANYONE, needs
from api.pages.door import visiting
from api.problems import CHALLENGES, PROBLEMS, TYPE, of_http, of_refusal, title
from cases import errors
from cases.errors import CaseError, Fault, Malformed, MoveNotAllowed
from tests.api.conftest import PREFIX, PROBLEM, Office, told

SECRET = "what a frightened reporter wrote"


def every_subclass(of: type[CaseError]) -> Iterator[type[CaseError]]:
    for below in of.__subclasses__():
        yield below
        yield from every_subclass(below)


MADE: dict[type[CaseError], tuple[Any, ...]] = {
    Malformed: ([Fault("#/a", "wrong"), Fault("#/b/0", "missing")],),
    errors.LedgerBroken: ("entry 7", "its leaf differs"),
    errors.DirectoryRefused: ([(3, "no name")],),
    errors.SignInRefused: ("link", "it was used"),
    errors.StepUpNeeded: (timedelta(minutes=10),),
    errors.TooOften: ("a sentence", 90),
    errors.RangeUnsatisfiable: (1024,),
}


def made(refusal: type[CaseError]) -> CaseError:
    return refusal(*MADE.get(refusal, ("a sentence",)))


def test_every_refusal_has_an_http_answer_of_its_own() -> None:
    assert set(every_subclass(CaseError)) == set(PROBLEMS)
    slugs = [slug for _, slug in PROBLEMS.values()]
    assert len(set(slugs)) == len(slugs)


def test_every_answer_to_a_refusal_is_a_problem_document(app: Flask) -> None:
    with app.test_request_context():
        for refusal, (status, slug) in PROBLEMS.items():
            answer = of_refusal(made(refusal))
            body = json.loads(answer.get_data())
            assert (answer.status_code, answer.content_type) == (status, PROBLEM)
            shape = {"type": TYPE + slug, "title": title(status), "status": status, "detail": str(made(refusal))}
            assert shape.items() <= body.items()
            assert answer.headers.get("WWW-Authenticate") == CHALLENGES.get(refusal)
            assert (status == 401) is (refusal in CHALLENGES)


def test_all_faults_and_open_moves_travel_with_their_problem(app: Flask) -> None:
    with app.test_request_context():
        faults = json.loads(of_refusal(made(Malformed)).get_data())["errors"]
        moves = json.loads(of_refusal(MoveNotAllowed("no", ["assess", "close"])).get_data())["open_moves"]
    assert faults == [{"pointer": "#/a", "detail": "wrong"}, {"pointer": "#/b/0", "detail": "missing"}]
    assert moves == ["assess", "close"]


def test_titles_and_types_do_not_depend_on_the_version_of_python(app: Flask) -> None:
    def shown(status: int) -> tuple[str, str]:
        error = HTTPException()
        error.code = status
        body = json.loads(of_http(error).get_data())
        return body["type"].removeprefix(TYPE), body["title"]

    with app.test_request_context():
        assert shown(413) == ("too-large", "Content Too Large")
        assert shown(416) == ("range-not-satisfiable", "Range Not Satisfiable")
        assert shown(422) == ("unprocessable-content", "Unprocessable Content")
        assert shown(400) == ("bad-request", "Bad Request")
        assert shown(415) == ("unsupported-media-type", "Unsupported Media Type")


def test_unknown_paths_and_methods_are_problems_too(client: FlaskClient) -> None:
    for answer in (client.get("/api/v1/nothing"), client.get("/.git/config"), client.delete("/api/v1/complaints")):
        assert answer.content_type == PROBLEM
        assert answer.json is not None
        assert answer.json["status"] == answer.status_code
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("accident", [ValueError(SECRET), KeyError(SECRET), RuntimeError({"told": SECRET})])
def test_an_accident_repeats_nothing_in_log_or_answer(
    app: Flask, caplog: pytest.LogCaptureFixture, accident: Exception
) -> None:
    @needs(ANYONE)
    def broken() -> str:
        raise accident from LookupError(SECRET)

    app.add_url_rule("/broken", "broken", broken)
    with caplog.at_level(logging.DEBUG):
        answer = app.test_client().get(f"/broken?q={SECRET}")
    assert (answer.status_code, answer.content_type) == (500, PROBLEM)
    assert "frightened" not in answer.text
    assert "frightened" not in caplog.text
    assert f"unexpected {type(accident).__name__} in test_problems.py" in caplog.text


def test_an_accident_on_a_page_is_told_in_words_and_repeats_nothing(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(visiting, "find_mailbox", breaks)
    body = b'--B\r\nContent-Disposition: form-data; name="receipt"\r\n\r\nx\r\n--B--\r\n'
    answer = office.door.call("POST", "/en/evidence", data=body, content_type="multipart/form-data; boundary=B")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "frightened" not in answer.text + caplog.text
    assert "unexpected ValueError" in caplog.text


def test_what_a_reporter_files_is_never_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        _, receipt = office.case(told(summary=SECRET, narrative=SECRET))
        office.door.post(f"{PREFIX}/complaints", told(summary=SECRET, misspelt=SECRET))
        office.door.call("POST", f"{PREFIX}/complaints", data=SECRET, content_type="application/json")
        office.holder("ABCDE").get(f"{PREFIX}/mailbox")
    written = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("sqlalchemy"))
    assert not any(part in written for part in ("frightened", receipt, "ABCDE"))
