"""Cases over HTTP: who sees which, what each role is shown, which moves are open; what is refused changes nothing."""

from typing import Any

import pytest

from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, PROBLEM, REASON, Office, told

CASES = f"{PREFIX}/cases"
CLOSING = {
    "reason": "It was examined.",
    "closure_reason": "insufficient_information",
    "notice": "We found nothing to go on. Thank you for reporting.",
}
OF_WORK = {"state", "version", "due", "assignees", "acknowledged_at", "closure_reason", "routing"}


def numbers(office: Office, role: Role, person: str = "", query: str = "") -> list[str]:
    caller = office.as_(role, person)
    return [one["number"] for one in caller.must(200, caller.get(f"{CASES}{query}"))["items"]]


def test_a_case_is_listed_for_those_it_was_routed_to_alone(office: Office) -> None:
    number, _ = office.case()
    for role in (Role.SUPERVISOR, Role.INTAKE, Role.HEAD):
        assert numbers(office, role) == [number], role
    for role in (Role.INVESTIGATOR, Role.GATEKEEPER, Role.OUTSIDE, Role.DECIDER):
        assert numbers(office, role) == [], role
    assert numbers(office, Role.SUPERVISOR, "S0106") == []


def sub_paths(number: str, item: str) -> list[tuple[str, str, Any]]:
    """Every address below a case, with a body that would be accepted."""
    base = f"{CASES}/{number}"
    return [
        ("GET", base, None),
        ("GET", f"{base}/timeline?reasons=true", None),
        ("GET", f"{base}/moves", None),
        ("POST", f"{base}/moves", {"move": "assess"}),
        ("POST", f"{base}/assignments", {"person": "S0014", "role": "investigator"}),
        ("GET", f"{base}/messages", None),
        ("POST", f"{base}/messages", {"text": "Hello"}),
        ("GET", f"{base}/evidence", None),
        ("GET", f"{base}/evidence/{item}/content", None),
        ("GET", f"{base}/evidence/{item}/custody", None),
    ]


@pytest.mark.parametrize("wrongly", [False, True], ids=["well asked", "wrongly asked"])
def test_a_case_you_may_not_see_cannot_be_told_from_one_that_does_not_exist(office: Office, *, wrongly: bool) -> None:
    """The accused officer is of the office itself; a colleague, strangers in every role and a decider ask too."""
    number, receipt = office.case(told(subjects=[{"staff_number": "S0013"}]))
    ours, _ = office.case()
    office.attach(receipt)
    item = str(office.desk.lookup.evidence(office.desk.lookup.complaint_of(number))[0].content.id)
    who = [(Role.INTAKE, "S0013"), (Role.INTAKE, "S0012"), (Role.HEAD, "S0011"), (Role.SUPERVISOR, "S0106")]
    who += [(Role.INVESTIGATOR, "S0014"), (Role.DECIDER, "S0021")]
    callers = [(office.as_(*one), number) for one in who] + [(office.as_(Role.OUTSIDE), ours)]
    wrong = {"If_Match": "*", "Reason": "x"} if wrongly else {"If_Match": '"1"', "Reason": REASON}
    with office.nothing_changes():
        for caller, hidden in callers:
            for (method, path, body), (_, lost, _) in zip(
                sub_paths(hidden, item), sub_paths(NO_CASE, item), strict=True
            ):
                sent = {"json": {"odd": 1} if wrongly else body} if body else {}
                seen = [caller.call(method, one, headers=wrong, **sent) for one in (path, lost)]
                assert [one.status_code for one in seen] in ([404, 404], [403, 403]), path
                assert seen[0].data == seen[1].data
                assert dict(seen[0].headers) == dict(seen[1].headers)
    assert numbers(office, Role.OUTSIDE) == [number]


def test_the_accused_officer_never_sees_the_case_against_them(office: Office) -> None:
    """S0101 supervises the reporter and is the subject: the complaint goes past them."""
    number, _ = office.case(told(subjects=[{"staff_number": "S0101"}]))
    assert numbers(office, Role.SUPERVISOR, "S0101") == []
    assert office.as_(Role.SUPERVISOR, "S0101").get(f"{CASES}/{number}").status_code == 404
    assert numbers(office, Role.INTAKE) == [number]


def test_a_supervisor_is_shown_the_complaint_and_nothing_of_the_work(office: Office) -> None:
    number, _ = office.case()
    supervisor = office.as_(Role.SUPERVISOR)
    office.move(Role.INTAKE, number, "assess", 1)
    office.as_(Role.INTAKE).post(
        f"{CASES}/{number}/assignments", {"person": "S0014", "role": "investigator"}, version=2
    )
    listed = supervisor.must(200, supervisor.get(CASES))["items"][0]
    answer = supervisor.get(f"{CASES}/{number}")
    shown = supervisor.must(200, answer)
    assert set(listed) == {"number", "received_at", "categories"}
    assert set(shown) == {"number", "received_at", "categories", "statement"}
    assert shown["statement"] == told()["statement"]
    assert "ETag" not in answer.headers
    assert not any(word in answer.text for word in ("S0014", "assessment", "Ana Lima", "S0102"))
    assert "ETag" not in supervisor.get(f"{CASES}/{number}/evidence").headers


def test_who_may_not_see_the_work_may_not_ask_about_it_either(office: Office) -> None:
    office.case()
    with office.nothing_changes():
        for role in (Role.SUPERVISOR, Role.GATEKEEPER):
            for query in ("state=registered", "assignee=S0014", "overdue=true", "overdue=false", "sort=due"):
                answer = office.as_(role).get(f"{CASES}?{query}")
                assert answer.status_code == 422, (role, query)
                assert answer.json is not None
                assert [one["pointer"] for one in answer.json["errors"]] == [f"#/{query.partition('=')[0]}"]
    category = office.as_(Role.SUPERVISOR).read(CASES)["items"][0]["categories"][0]
    assert len(numbers(office, Role.SUPERVISOR, query=f"?category={category}")) == 1


def test_the_gatekeeper_sees_that_a_case_exists_and_where_it_went(office: Office) -> None:
    number, _ = office.case(told(subjects=[{"staff_number": "S0013"}]))
    gatekeeper = office.as_(Role.GATEKEEPER)
    shown = gatekeeper.must(200, gatekeeper.get(f"{CASES}/{number}"))
    assert set(shown) == {"number", "received_at", "categories", "routing"}
    assert set(shown["routing"]) == {"to", "queue"}


def test_the_desk_is_shown_the_work_and_never_who_reported(office: Office) -> None:
    number, _ = office.case()
    answer = office.as_(Role.INTAKE).get(f"{CASES}/{number}")
    shown = office.door.must(200, answer)
    assert set(shown) >= OF_WORK
    assert shown["routing"]["explanation"]["rule"] == "kept_with_identity"
    for below in ("", "/timeline?reasons=true", "/messages", "/moves"):
        text = office.as_(Role.INTAKE).get(f"{CASES}/{number}{below}").text
        assert not any(word in text for word in ("Ana Lima", "S0102", "S0101")), below


def test_filters_narrow_and_never_widen(office: Office) -> None:
    first, _ = office.case()
    second, _ = office.case(told(concerns=[]))
    office.move(Role.INTAKE, first, "assess", 1)
    office.as_(Role.HEAD).post(f"{CASES}/{first}/assignments", {"person": "S0014", "role": "investigator"}, version=2)
    found = {
        query: set(numbers(office, Role.INTAKE, query=f"?{query}"))
        for query in (
            "state=assessment",
            "state=closed",
            "assignee=S0014",
            "assignee=S0015",
            "overdue=true",
            "received_from=2000-01-01T00:00:00Z",
            "received_to=2000-01-01T00:00:00Z",
            "category=nothing-like-it",
        )
    }
    assert list(found.values()) == [{first}, set(), {first}, set(), set(), {first, second}, set(), set()]
    assert numbers(office, Role.INVESTIGATOR) == [first]
    assert numbers(office, Role.INVESTIGATOR, "S0015") == []


def test_looking_at_a_case_is_an_entry_and_says_who(office: Office) -> None:
    number, _ = office.case()
    office.as_(Role.HEAD).get(f"{CASES}/{number}")
    timeline = office.as_(Role.HEAD).get(f"{CASES}/{number}/timeline").json
    assert timeline is not None
    looks = [one["entry"] for one in timeline["items"] if one["entry"]["kind"] == "look"]
    assert ("opened_case", "S0011", "head") in [(one["action"], one["actor"], one["role"]) for one in looks]


def test_a_supervisor_stays_unnamed_in_what_others_see(office: Office) -> None:
    number, _ = office.case()
    office.as_(Role.SUPERVISOR).get(f"{CASES}/{number}")
    timeline = office.as_(Role.HEAD).get(f"{CASES}/{number}/timeline").text
    assert "a supervisor" in timeline
    assert "S0101" not in timeline


def test_a_forbidden_move_names_the_moves_that_are_open(office: Office) -> None:
    number, _ = office.case()
    with office.nothing_changes():
        answer = office.move(Role.HEAD, number, "open_investigation", 1, reason="Because.")
        assert (answer.status_code, answer.content_type) == (409, PROBLEM)
        assert answer.json is not None
        assert answer.json["open_moves"] == ["close"]
        early = office.move(Role.INTAKE, number, "close", 1, **CLOSING | {"closure_reason": "unsubstantiated"})
        assert early.status_code == 409
        assert early.json is not None
        assert early.json["open_moves"] == ["acknowledge", "assess", "close"]


def test_the_open_moves_are_those_that_work(office: Office) -> None:
    number, _ = office.case()
    moves = office.as_(Role.INTAKE).get(f"{CASES}/{number}/moves").json
    assert moves is not None
    assert [(one["move"], one["needs"]) for one in moves] == [
        ("acknowledge", []),
        ("assess", []),
        ("close", ["reason", "closure_reason", "notice"]),
    ]
    assert "insufficient_information" in moves[2]["closure_reasons"]
    assert office.move(Role.INTAKE, number, "close", 1, **CLOSING).status_code == 201
    assert office.as_(Role.INTAKE).get(f"{CASES}/{number}/moves").json == []


def test_a_role_that_never_takes_an_action_is_refused_before_any_version(office: Office) -> None:
    number, _ = office.case()
    with office.nothing_changes():
        for version in (1, 7, None):
            body = {"move": "acknowledge"}
            assert office.as_(Role.HEAD).post(f"{CASES}/{number}/moves", body, version=version).status_code == 403


def test_wrong_moves_assignments_and_messages_are_named(office: Office) -> None:
    number, _ = office.case()
    wrong: list[tuple[str, Any, set[str]]] = [
        ("moves", {}, {"#/move"}),
        ("moves", {"move": "fly"}, {"#/move"}),
        ("moves", {"move": ["close"]}, {"#/move"}),
        ("moves", {"move": "close"}, {"#/reason", "#/closure_reason", "#/notice"}),
        (
            "moves",
            {"move": "close", "reason": " ", "closure_reason": "a" * 41, "notice": "\ud800"},
            {"#/closure_reason", "#/notice"},
        ),
        ("moves", {"move": "assess", "outcome": "done"}, {"#/outcome"}),
        ("assignments", {"person": "S0014"}, {"#/role"}),
        ("assignments", {"person": "S9999", "role": "investigator"}, {"#/person"}),
        ("assignments", {"person": "S0014", "role": "intake"}, {"#/person"}),
        ("assignments", {"person": "S0050", "role": "auditor"}, {"#/role"}),
        ("assignments", {"person": "", "role": "king"}, {"#/person", "#/role"}),
        ("messages", {"text": ""}, {"#/text"}),
    ]
    with office.nothing_changes():
        for below, body, expected in wrong:
            answer = office.as_(Role.INTAKE).post(f"{CASES}/{number}/{below}", body, version=1)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), (body, answer.text)
            assert answer.json is not None
            assert {one["pointer"] for one in answer.json["errors"]} == expected, body


def test_whoever_is_in_conflict_is_not_assigned_and_nobody_twice(office: Office) -> None:
    number, _ = office.case(told(witnesses=[{"staff_number": "S0015"}]))
    head = office.as_(Role.HEAD)
    with office.nothing_changes():
        answer = head.post(f"{CASES}/{number}/assignments", {"person": "s0015", "role": "investigator"}, version=1)
        assert answer.status_code == 409
        assert answer.json is not None
        assert answer.json["type"].endswith(":conflict-of-interest")
    assert (
        head.post(f"{CASES}/{number}/assignments", {"person": "s0014", "role": "investigator"}, version=1).status_code
        == 201
    )
    with office.nothing_changes():
        again = head.post(f"{CASES}/{number}/assignments", {"person": "S0014", "role": "investigator"}, version=2)
        assert again.status_code == 409


def test_a_case_runs_from_the_door_to_a_reasoned_decision(office: Office) -> None:
    number, receipt = office.case()
    head = office.as_(Role.HEAD)
    steps = [
        office.move(Role.INTAKE, number, "acknowledge", 1),
        office.move(Role.INTAKE, number, "assess", 2),
        office.move(Role.HEAD, number, "open_investigation", 3, reason="There is enough to go on."),
        head.post(f"{CASES}/{number}/assignments", {"person": "S0014", "role": "investigator"}, version=4),
        office.move(Role.INVESTIGATOR, number, "issue_report", 5, reason="The report is done."),
        office.move(Role.DECIDER, number, "close", 6, **CLOSING | {"closure_reason": "unsubstantiated"}),
    ]
    assert [(one.status_code, one.headers["ETag"]) for one in steps] == [(201, f'"{n}"') for n in range(2, 8)]
    box = office.holder(receipt).get(f"{PREFIX}/mailbox").json
    assert box is not None
    assert box["status"]["slug"] == "closed"
    assert box["messages"][-1]["text"] == CLOSING["notice"]
    closed = head.get(f"{CASES}/{number}").json
    assert closed is not None
    assert (closed["state"], closed["version"], closed["due"]) == ("closed", 7, None)
    reasons = [one.get("reason") for one in head.read(f"{CASES}/{number}/timeline?reasons=true")["items"]]
    assert "There is enough to go on." in reasons
