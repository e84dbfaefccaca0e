"""Cases over HTTP: who sees which, what each role is shown, which moves are open; what is refused changes nothing."""

from typing import Any

import pytest

from cases.people import Role
from tests.api.conftest import NO_CASE, PREFIX, PROBLEM, REASON, Office, told

CASES = f"{PREFIX}/cases"
ASKING_OF_WORK = (
    "state=registered",
    "assignee=S0014",
    "overdue=true",
    "overdue=false",
    "due_within=7",
    "merged_into=IGO-2026-48213",
    "unassigned=true",
    "closed_from=2026-01-01T00:00:00Z",
    "closed_to=2026-01-01T00:00:00Z",
    "closed_early=true",
    "sort=due",
    "sort=closed",
)
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
        ("POST", f"{base}/assignments/end", {"person": "S0014", "role": "investigator", "reason": "On leave."}),
        ("POST", f"{base}/recusals", {"reason": "A neighbour."}),
        ("GET", f"{base}/persons", None),
        ("POST", f"{base}/persons", {"role": "witness", "staff_number": "S0132", "reason": "Was there."}),
        ("POST", f"{base}/persons/{item}/changes", {"settled": [], "reason": "Nobody of ours."}),
        ("GET", f"{base}/allegations", None),
        ("POST", f"{base}/allegations", {"person": item, "category": "political_partisan", "account": "Votes."}),
        ("GET", f"{base}/identity", None),
        ("GET", f"{base}/identity-requests", None),
        ("POST", f"{base}/identity-requests", {"reason": "They must be interviewed."}),
        ("GET", f"{base}/identity-requests/{item}/identity", None),
        ("POST", f"{base}/identity-requests/{item}/decision", {"grant": True, "reason": "It is necessary."}),
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
        for role in (Role.SUPERVISOR, Role.GATEKEEPER, Role.ETHICS, Role.MONITOR):
            for query in ASKING_OF_WORK:
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
    for below in ("", "/timeline?reasons=true", "/messages", "/moves", "/persons", "/allegations"):
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


def test_what_is_overdue_or_due_soon_is_found(office: Office) -> None:
    """The acknowledgement is due seven days after receipt; who must see what is due soon must see what is overdue."""
    fresh, soon, late = (office.case_of(days)[0] for days in (0, 5, 8))

    def found(query: str) -> set[str]:
        return set(numbers(office, Role.INTAKE, query=f"?{query}"))

    assert found("overdue=true") == {late}
    assert found("due_within=0") == {late}
    assert found("due_within=3") == {late, soon}
    assert found("due_within=30") == {late, soon, fresh}
    assert found("due_within=30&overdue=true") == {late}
    assert numbers(office, Role.INTAKE, query="?sort=due") == [late, soon, fresh]
    office.move(Role.INTAKE, late, "acknowledge", 1)
    assert found("overdue=true") == set()
    intake = office.as_(Role.INTAKE)
    for wrong in ("due_within=-1", "due_within=367", "due_within=soon", "overdue=maybe"):
        answer = intake.get(f"{CASES}?{wrong}")
        assert answer.status_code == 422, wrong
        assert [one["pointer"] for one in (answer.json or {})["errors"]] == [f"#/{wrong.partition('=')[0]}"]


def test_a_case_says_what_is_due_when_and_who_is_told(office: Office) -> None:
    number, _ = office.case_of(5)
    shown = office.as_(Role.INTAKE).read(f"{CASES}/{number}")
    assert shown["due"]["what"] == "acknowledge"
    acknowledge = next(one for one in shown["clocks"] if one["what"] == "acknowledge")
    assert (acknowledge["belongs_to"], acknowledge["paused"], acknowledge["ended_at"]) == ("reporter", False, None)
    assert acknowledge["by"] == shown["due"]["by"]
    said = [(one["what"], one["who"]) for one in acknowledge["told"]]
    assert said[:2] == [("due_soon", ["intake"]), ("overdue", ["intake", "head"])]
    assert {what for what, _ in said[2:]} == {"overdue", "escalated"}
    assert acknowledge["told"][1]["at"] == acknowledge["by"]
    assert {one["what"] for one in shown["clocks"]} >= {"acknowledge", "feedback", "assessment"}


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


def test_a_role_that_never_takes_an_action_is_refused_before_any_version(office: Office) -> None:
    number, _ = office.case()
    with office.nothing_changes():
        for version in (1, 7, None):
            body = {"move": "acknowledge"}
            assert office.as_(Role.HEAD).post(f"{CASES}/{number}/moves", body, version=version).status_code == 403


def test_wrong_assignments_persons_and_messages_are_named(office: Office) -> None:
    number, _ = office.case()
    wrong: list[tuple[str, Any, set[str]]] = [
        ("assignments", {"person": "S0014"}, {"#/role"}),
        ("assignments", {"person": "S9999", "role": "investigator"}, {"#/person"}),
        ("assignments", {"person": "S0014", "role": "intake"}, {"#/person"}),
        ("assignments", {"person": "S0050", "role": "auditor"}, {"#/role"}),
        ("assignments", {"person": "", "role": "king"}, {"#/person", "#/role"}),
        ("assignments/end", {"person": "S0014", "role": "investigator"}, {"#/reason"}),
        ("assignments/end", {"person": "S0014", "role": "investigator", "reason": "Gone."}, {"#/person"}),
        ("recusals", {"why": "A friend."}, {"#/reason", "#/why"}),
        ("persons", {"role": "king"}, {"#/role", "#/reason"}),
        ("persons", {"role": "witness", "reason": "Was there."}, {"#/name"}),
        ("allegations", {"person": "S0107", "category": ""}, {"#/person", "#/category", "#/account"}),
        ("identity-requests", {"reason": "Curious"}, {"#/reason"}),
        ("messages", {"text": "", "feedback": "perhaps"}, {"#/text", "#/feedback"}),
    ]
    with office.nothing_changes():
        for below, body, expected in wrong:
            answer = office.as_(Role.INTAKE).post(f"{CASES}/{number}/{below}", body, version=1)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), (body, answer.text)
            assert answer.json is not None
            assert {one["pointer"] for one in answer.json["errors"]} == expected, body


def test_a_list_holds_what_was_closed_early_in_some_days_last_closed_first(office: Office) -> None:
    closing = {"reason": "Not ours.", "notice": "It is not for us.", "closure_reason": "outside_mandate"}
    first, second, open_ = (office.case()[0] for _ in range(3))
    for number in (first, second):
        office.move(Role.INTAKE, number, "close", 1, **closing)
    assert numbers(office, Role.HEAD, query="?closed_early=true&sort=closed") == [second, first]
    assert numbers(office, Role.HEAD, query="?closed_early=true&closed_to=2026-01-01T00:00:00Z") == []
    assert set(numbers(office, Role.HEAD, query="?closed_from=2026-01-01T00:00:00Z")) == {first, second}
    page = office.as_(Role.HEAD).read(f"{CASES}?sort=closed&limit=1")
    assert numbers(office, Role.HEAD, query=f"?sort=closed&limit=1&cursor={page['next']}") == [first]
    assert numbers(office, Role.HEAD, query="?unassigned=true") == [open_]


def test_what_was_closed_after_an_assessment_ended_is_no_early_closure(office: Office) -> None:
    number, _ = office.case()
    office.move(Role.INTAKE, number, "assess", 1)
    office.move(Role.INTAKE, number, "conclude_assessment", 2, outcome="advice_only", reason="Advice.")
    office.move(Role.INTAKE, number, "close", 3, closure_reason="advice_given", reason="Given.", notice="Thank you.")
    assert numbers(office, Role.HEAD, query="?closed_from=2026-01-01T00:00:00Z") == [number]
    assert numbers(office, Role.HEAD, query="?closed_early=true") == []


def test_whoever_is_asked_to_work_a_case_takes_it_off_the_list_of_nobodys(office: Office) -> None:
    number, _ = office.case()
    office.move(Role.INTAKE, number, "acknowledge", 1)  # who had a hand in it was not asked to work it
    assert numbers(office, Role.HEAD, query="?unassigned=true") == [number]
    asked = {"person": "S0014", "role": "investigator"}
    office.as_(Role.HEAD).post(f"{CASES}/{number}/assignments", asked, version=2)
    assert numbers(office, Role.HEAD, query="?unassigned=true") == []
