"""Who reported, over HTTP: asked with a reason, granted by one without part in the case, read by the asker alone."""

from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, Office, told
from tests.api.lives import SECOND_CUSTODIAN, SECOND_HEAD, Life

WHY = {"reason": "Only the reporter saw the first post."}
GRANT = {"grant": True, "reason": "Nobody else can tell."}
DENY = {"grant": False, "reason": "Ask through the mailbox."}
WHO = {"name": "Ana Lima", "email": "", "staff_number": "S0102"}


@pytest.fixture
def life(office: Office) -> Life:
    """A confidential complaint, with an investigator assigned."""
    life = Life(office)
    life.assign("S0014")
    return life


def asks(life: Life, role: Role = Role.INVESTIGATOR) -> str:
    """The address of a request just put."""
    asked = life.post(role, "identity-requests", WHY)
    assert (asked["standing"], asked["requester"]) == ("asked", {"investigator": "S0014", "intake": "S0012"}[str(role)])
    return f"{life.path}/identity-requests/{asked['request_id']}"


def decides(life: Life, request: str, body: dict[str, Any], who: str = "") -> TestResponse:
    return life.as_(Role.CUSTODIAN, who).post(f"{request}/decision", body)


def closed(answer: TestResponse) -> bool:
    return answer.status_code == 403 and (answer.json or {})["type"].endswith(":identity-closed")


def test_who_reported_is_read_on_a_granted_request_by_its_asker_alone(life: Life) -> None:
    request = asks(life)
    assert closed(life.as_(Role.INVESTIGATOR).get(f"{request}/identity"))
    granted = life.office.door.must(201, decides(life, request, GRANT))
    assert granted["standing"] == "granted"
    assert granted["until"] > granted["decided_at"]
    assert life.as_(Role.INVESTIGATOR).read(f"{request}/identity") == WHO
    for role, who in ((Role.INTAKE, ""), (Role.HEAD, ""), (Role.HEAD, SECOND_HEAD)):
        assert closed(life.as_(role, who).get(f"{request}/identity"))
    assert life.as_(Role.CUSTODIAN).get(f"{request}/identity").status_code == 404, "it is decided; they see it no more"


def test_a_denied_request_opens_nothing_and_may_be_put_again(life: Life) -> None:
    request = asks(life)
    assert life.ask(Role.INVESTIGATOR, "identity-requests", WHY).status_code == 409
    decides(life, request, DENY)
    assert closed(life.as_(Role.INVESTIGATOR).get(f"{request}/identity"))
    asks(life)


def test_the_custodian_sees_requests_and_reasons_and_never_the_case(life: Life) -> None:
    request, custodian = asks(life), life.as_(Role.CUSTODIAN)
    (waiting,) = custodian.read(f"{PREFIX}/identity-requests")
    assert (waiting["number"], "reason" in waiting) == (life.number, False)
    (shown,) = custodian.read(f"{life.path}/identity-requests")
    assert shown["reason"] == WHY["reason"]
    assert custodian.read(f"{request}/identity") == WHO, "to decide whether it may be told"
    for below in ("", "/persons", "/timeline", "/moves", "/evidence", "/messages"):
        assert custodian.get(f"{life.path}{below}").status_code == 403
    assert "reason" not in life.read(Role.HEAD, "/identity-requests")[0]
    decides(life, request, GRANT)
    assert custodian.read(f"{PREFIX}/identity-requests") == []
    assert custodian.get(f"{life.path}/identity-requests").status_code == 404


def test_a_custodian_who_is_involved_is_told_of_no_request(office: Office) -> None:
    life = Life(office, told(witnesses=[{"staff_number": "S0017"}]))
    request, custodian = asks(life, Role.INTAKE), office.as_(Role.CUSTODIAN)
    never = request.replace(life.number, NO_CASE)
    assert custodian.read(f"{PREFIX}/identity-requests") == []
    hidden, unknown = (custodian.post(f"{one}/decision", GRANT) for one in (request, never))
    assert (hidden.status_code, hidden.data) == (404, unknown.data)
    assert decides(life, request, GRANT, SECOND_CUSTODIAN).status_code == 201


def test_a_decision_asked_for_twice_under_its_key_is_answered_twice(life: Life) -> None:
    request, key, custodian = asks(life), str(uuid4()), life.as_(Role.CUSTODIAN)
    first = custodian.post(f"{request}/decision", GRANT, Idempotency_Key=key)
    with life.office.nothing_changes():
        again = custodian.post(f"{request}/decision", GRANT, Idempotency_Key=key)
        assert (again.status_code, again.data) == (201, first.data)
        assert custodian.post(f"{request}/decision", DENY, Idempotency_Key=key).status_code == 404


def test_an_anonymous_reporter_is_nobody_to_anybody(office: Office) -> None:
    life = Life(office, told("anonymous"))
    with office.nothing_changes():
        asked = life.ask(Role.INTAKE, "identity-requests", WHY)
        assert (closed(asked), "mailbox" in asked.text) == (True, True)
        assert closed(life.as_(Role.INTAKE).get(f"{life.path}/identity"))


def test_open_consent_shows_assigned_handlers_without_a_request(office: Office) -> None:
    life = Life(office, told("open"))
    life.assign("S0014")
    assert life.as_(Role.INVESTIGATOR).read(f"{life.path}/identity") == WHO
    for role in (Role.INTAKE, Role.HEAD):
        assert closed(life.as_(role).get(f"{life.path}/identity")), "of the office, and not asked to work it"
    assert life.ask(Role.INVESTIGATOR, "identity-requests", WHY).status_code == 409


def test_each_look_and_each_step_is_an_entry_without_a_word_of_it(life: Life) -> None:
    request = asks(life)
    life.as_(Role.CUSTODIAN).get(f"{life.path}/identity-requests")
    life.as_(Role.CUSTODIAN).get(f"{request}/identity")
    decides(life, request, GRANT)
    for _ in range(2):
        life.as_(Role.INVESTIGATOR).read(f"{request}/identity")
    answer = life.as_(Role.HEAD).get(f"{life.path}/timeline?limit=200")
    items = [one["entry"] for one in (answer.json or {})["items"]]
    assert [(one["action"], one["actor"]) for one in items if one["action"].startswith("identity")] == [
        ("identity_asked_for", "S0014"),
        ("identity_request_read", "S0017"),
        ("identity_read_to_decide", "S0017"),
        ("identity_granted", "S0017"),
        ("identity_read", "S0014"),
        ("identity_read", "S0014"),
    ]
    assert not any(word in answer.text for word in ("Ana Lima", "S0102", WHY["reason"], GRANT["reason"]))
    assert life.version == 2, "asking and looking change nothing of the case"


def test_wrong_requests_and_strange_ones_are_named(life: Life) -> None:
    request = asks(life)
    other = Life(life.office)
    with life.office.nothing_changes():
        for body in ({}, {"reason": "Curious"}, WHY | {"who": "S0102"}):
            assert life.ask(Role.INTAKE, "identity-requests", body).status_code == 422, body
        for body in ({"grant": True}, {"grant": "perhaps", **WHY}, {"reason": "It is necessary."}):
            assert decides(life, request, body).status_code == 422, body
        moved = request.replace(life.number, other.number)
        assert life.as_(Role.INTAKE).get(f"{moved}/identity").status_code == 404
        assert life.as_(Role.INTAKE).get(f"{life.path}/identity-requests/{uuid4()}/identity").status_code == 404
