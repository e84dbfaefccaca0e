"""Silence means no: whoever shows nothing, or nothing that is good now, learns nothing (for roles: access matrix)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from api import create_app
from api.access import ANYONE, RECEIPT, needs, refuse_silent_routes
from cases.casework.administering import import_directory, issue_token, revoke_tokens
from cases.people import Role
from storage import House
from tests.api.conftest import NO_CASE, PREFIX, PROBLEM, Office
from tests.api.matrix import filled, read_matrix, who_may
from tests.conftest import SAMPLES

ITEM = str(uuid4())
ITEMS = {
    "number": NO_CASE,
    "name": "nothing.css",
    "job_id": "1",
    "webhook_id": "1",
    "person": "S0014",
    "position": "1",
    "action": "assess",
} | dict.fromkeys(("evidence_id", "export_id", "person_id", "request_id", "notice_id", "task_id"), ITEM)


def test_who_has_no_token_learns_nothing_but_that_one_is_needed(office: Office) -> None:
    with office.nothing_changes():
        for (method, rule), cells in read_matrix().items():
            who = who_may(cells)
            if who == ["anyone"] or rule.startswith("/desk/"):
                continue
            answer = office.door.call(method, filled(rule, ITEMS), data=b'{"move": 7}', content_type="application/json")
            challenge = "Receipt" if who == ["receipt"] else 'Bearer realm="rule12"'
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge), rule
            assert answer.content_type == PROBLEM


def test_who_is_not_signed_in_sees_no_page_but_the_sign_in(office: Office) -> None:
    with office.nothing_changes():
        for (method, rule), cells in read_matrix().items():
            if not rule.startswith("/desk/") or who_may(cells) == ["anyone"]:
                continue
            answer = office.door.call(method, filled(rule, ITEMS), headers={"Sec_Fetch_Site": "same-origin"})
            if method == "GET":
                assert (answer.status_code, answer.headers["Location"][:19]) == (303, "/desk/sign-in?next="), rule
            else:
                assert (answer.status_code, 'data-problem="sign-in-needed"' in answer.text) == (401, True), rule


def test_an_uninvited_role_cannot_probe_what_a_body_should_look_like(office: Office) -> None:
    supervisor, auditor = office.as_(Role.SUPERVISOR), office.as_(Role.AUDITOR)
    for caller, path in ((supervisor, f"{PREFIX}/audit/exports"), (auditor, f"{PREFIX}/cases/{NO_CASE}/moves")):
        bodies = [b"", b"{}", b"not json", b'{"move":"close"}']
        answers = {caller.call("POST", path, data=one, content_type="application/json").data for one in bodies}
        assert len(answers) == 1


def test_what_is_no_token_opens_nothing(office: Office) -> None:
    for shown in ("", "Bearer", "Bearer ", "Bearer r12_unknown", "Basic cjpyMTI=", "r12_x", "Bearer é", "Bearer a, b"):
        answer = office.caller(shown).get(f"{PREFIX}/cases")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="rule12"'), shown


def test_an_expired_a_revoked_and_an_unknown_token_are_answered_alike(office: Office) -> None:
    now = datetime.now(UTC)
    expired = issue_token(office.desk, "S0012", Role.INTAKE, 1, now - timedelta(days=2)).text
    revoked = issue_token(office.desk, "S0013", Role.INTAKE, 1, now).text
    assert office.caller(f"Bearer {revoked}").get(f"{PREFIX}/cases").status_code == 200
    revoke_tokens(office.desk, "S0013", now)
    answers = [office.caller(f"Bearer {one}").get(f"{PREFIX}/cases") for one in (expired, revoked, "r12_unknown")]
    assert {(one.status_code, one.data, one.headers["WWW-Authenticate"]) for one in answers} == {
        (401, answers[0].data, 'Bearer realm="rule12"')
    }


def test_a_role_taken_away_ends_its_tokens(office: Office) -> None:
    intake = office.as_(Role.INTAKE)
    assert intake.get(f"{PREFIX}/cases").status_code == 200
    rest = (SAMPLES / "directory.csv").read_text().replace("Intake Officer,IGO,HQ,S0011,intake", "Clerk,IGO,HQ,S0011,")
    import_directory(office.desk, rest, datetime.now(UTC))
    assert intake.get(f"{PREFIX}/cases").status_code == 401


def test_the_scheme_is_read_whatever_its_case(office: Office) -> None:
    token = office.as_(Role.INTAKE).authorization or ""
    assert office.caller(token.replace("Bearer", "bearer")).get(f"{PREFIX}/cases").status_code == 200
    receipt = office.file()["receipt"]
    assert office.caller(f"RECEIPT {receipt.lower()}").get(f"{PREFIX}/mailbox").status_code == 200


def test_a_token_shown_in_the_address_or_the_body_is_not_seen(office: Office) -> None:
    token = (office.as_(Role.AUDITOR).authorization or "").removeprefix("Bearer ")
    assert office.door.get(f"{PREFIX}/audit/entries?access_token={token}").status_code == 401
    assert office.door.post(f"{PREFIX}/audit/exports", {"access_token": token}).status_code == 401


def test_a_route_that_does_not_say_who_may_call_it_stops_the_app() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/spoken", "spoken", needs(ANYONE)(lambda: ""))
    refuse_silent_routes(app)
    app.add_url_rule("/nobody", "nobody", needs()(lambda: ""))
    app.add_url_rule("/silent", "silent", lambda: "")
    with pytest.raises(RuntimeError, match=r"nobody, silent"):
        refuse_silent_routes(app)


def test_a_mark_among_roles_lets_nobody_in_by_it(app: Flask, office: Office) -> None:
    """`needs(ANYONE, Role.INTAKE)` is a mistake; it must fail closed."""
    app.add_url_rule("/mistake", "mistake", needs(ANYONE, RECEIPT, Role.INTAKE)(lambda: "in"))
    assert office.door.get("/mistake").status_code == 401
    assert office.as_(Role.HEAD).get("/mistake").status_code == 403


def test_each_surface_has_its_own_routes_alone(house: House) -> None:
    door = {rule.rule for rule in create_app(house.desk, "door").url_map.iter_rules()}
    desk = {rule.rule for rule in create_app(house.desk, "desk").url_map.iter_rules()}
    assert not any("/cases" in rule or "/audit" in rule for rule in door)
    assert not any(rule == "/" or "/mailbox" in rule or "/complaints" in rule for rule in desk)
    both = {rule.rule for rule in create_app(house.desk).url_map.iter_rules()}
    assert both == door | desk
