"""The reporter changes over HTTP how far they let it be known: further at once, less from now on."""

from typing import Any

from werkzeug.test import TestResponse

from cases.people import Role
from tests.api.conftest import PREFIX, PROBLEM, Office, told
from tests.api.lives import Life

CONSENT = f"{PREFIX}/mailbox/consent"
WHY = {"reason": "Only the reporter saw the first post."}


def says(life: Life, consent: str, **more: Any) -> None:
    """The reporter's new wish, and the worker's part in it."""
    holder = life.office.holder(life.receipt)
    assert holder.must(201, holder.post(CONSENT, {"consent": consent, **more})) == {"consent": consent}
    life.office.sort()


def identity(life: Life) -> TestResponse:
    return life.as_(Role.INVESTIGATOR).get(f"{life.path}/identity")


def test_consent_can_be_opened_further_and_closed_again_from_then_on(office: Office) -> None:
    life = Life(office)
    life.assign("S0014")
    assert identity(life).status_code == 403
    says(life, "open")
    assert life.read(Role.HEAD)["consent"] == "open"
    assert identity(life).json == {"name": "Ana Lima", "email": "", "staff_number": "S0102"}
    says(life, "confidential")
    assert (life.read(Role.HEAD)["consent"], identity(life).status_code) == ("confidential", 403)
    says(life, "anonymous")
    assert life.ask(Role.INVESTIGATOR, "identity-requests", WHY).status_code == 403


def test_what_was_granted_ends_when_the_reporter_closes_their_consent(office: Office) -> None:
    life = Life(office)
    asked = life.post(Role.INTAKE, "identity-requests", WHY)
    request = f"{life.path}/identity-requests/{asked['request_id']}"
    custodian = office.as_(Role.CUSTODIAN)
    custodian.must(201, custodian.post(f"{request}/decision", {"grant": True, "reason": "Nobody else can tell."}))
    assert office.as_(Role.INTAKE).get(f"{request}/identity").status_code == 200
    says(life, "anonymous")
    assert office.as_(Role.INTAKE).get(f"{request}/identity").status_code == 403
    assert [one["standing"] for one in life.read(Role.INTAKE, "/identity-requests")] == ["revoked"]


def test_a_supervisor_told_before_is_not_told_more_once_the_reporter_takes_it_back(office: Office) -> None:
    life, supervisor = Life(office), office.as_(Role.SUPERVISOR)
    assert supervisor.get(life.path).status_code == 200
    says(life, "confidential", share_with_supervisor=False)
    assert supervisor.get(life.path).status_code == 404
    says(life, "confidential", share_with_supervisor=True)
    assert supervisor.get(life.path).status_code == 200
    says(life, "confidential")
    assert supervisor.get(life.path).status_code == 200, "not spoken of: as before"
    says(life, "anonymous")
    assert supervisor.get(life.path).status_code == 404


def test_an_anonymous_reporter_may_give_their_name_later(office: Office) -> None:
    life = Life(office, told("anonymous"))
    life.assign("S0014")
    says(life, "open", name="Ana Lima", staff_number="S0102", share_with_supervisor=True)
    assert (identity(life).json or {})["name"] == "Ana Lima"
    assert office.as_(Role.SUPERVISOR).get(life.path).status_code == 200


def test_a_wish_before_sorting_is_the_one_sorting_follows(office: Office) -> None:
    filed = office.file()
    holder = office.holder(filed["receipt"])
    holder.must(201, holder.post(CONSENT, {"consent": "anonymous"}))
    office.sort()
    (case,) = office.as_(Role.INTAKE).read(f"{PREFIX}/cases")["items"]
    assert case["routing"]["to"] == ["igo"]


def test_a_wrong_wish_is_named_field_by_field_and_leaves_no_trace(office: Office) -> None:
    holder = office.holder(office.file()["receipt"])
    wrong: list[tuple[Any, set[str]]] = [
        ({}, {"#/consent"}),
        ({"consent": "perhaps"}, {"#/consent"}),
        ({"consent": "anonymous", "name": "Ana", "staff_number": "S0102"}, {"#/name", "#/staff_number"}),
        (
            {"consent": "open", "receipt": "x", "share_with_supervisor": "no idea"},
            {"#/receipt", "#/share_with_supervisor"},
        ),
    ]
    with office.nothing_changes():
        for body, pointers in wrong:
            answer = holder.post(CONSENT, body)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), body
            assert {one["pointer"] for one in (answer.json or {})["errors"]} == pointers, body
        assert office.door.post(CONSENT, {"consent": "open"}).status_code == 401


def test_the_ledger_says_that_a_wish_changed_and_not_to_what(office: Office) -> None:
    life = Life(office)
    says(life, "open")
    entries = office.as_(Role.AUDITOR).read(f"{PREFIX}/audit/entries?action=consent_changed")["items"]
    assert [(one["entry"]["actor"], one["entry"]["facts"]) for one in entries] == [("reporter", {})]
