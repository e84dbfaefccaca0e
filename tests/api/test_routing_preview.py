"""A dry run of routing over HTTP: where a complaint would go, and why; nothing is kept but that it was asked."""

from typing import Any

from cases.people import Role
from tests.api.conftest import PREFIX, PROBLEM, Office

PREVIEW = f"{PREFIX}/routing/preview"
SHARING = {"consent": "confidential", "staff_number": "S0102", "share_with_supervisor": True}
ABOUT = {"subjects": [{"staff_number": "S0107"}], "reporter": SHARING}


def previewed(office: Office, role: Role = Role.INTAKE, **changed: Any) -> dict[str, Any]:
    caller = office.as_(role)
    found: dict[str, Any] = caller.must(200, caller.post(PREVIEW, ABOUT | changed))
    return found


def test_the_route_comes_with_its_explanation(office: Office) -> None:
    found = previewed(office)
    assert (found["queue"], found["to"], found["addressee"]) == ("igo", ["supervisor", "igo"], "S0101")
    assert found["explanation"]["rule"] == "ordinary"
    assert found["explanation"]["subjects"] == [{"position": 1, "matched": "one", "people": ["S0107"]}]
    assert "S0107" in found["walled"]


def test_each_fact_that_changes_the_route_shows(office: Office) -> None:
    def route(**changed: Any) -> tuple[str, list[str], str | None]:
        found = previewed(office, Role.HEAD, **changed)
        return found["explanation"]["rule"], found["to"], found["addressee"]

    assert route(reporter={"consent": "anonymous"}) == ("reporter_anonymous", ["igo"], None)
    assert route(subjects=[{"name": "Colleague 0107"}]) == ("unresolved_subject", ["igo"], None)
    assert route(supervisor_involved=True)[:1] == ("supervisor_conflicted_next_clear",)
    assert route(subjects=[{"staff_number": "S0101"}])[2] == "S0100"
    assert route(subjects=[{"staff_number": "S0014"}])[:2] == ("subject_is_igo_staff", ["outside", "gatekeeper"])
    assert route(subjects=[{"staff_number": "S0010"}])[1] == ["designate", "outside"]
    assert route(subjects=[{"staff_number": "S0001"}])[1] == ["outside"]
    assert route(fears_retaliation=True, tell_ethics=True)[1] == ["supervisor", "igo", "ethics"]
    assert route(fears_retaliation=True)[1] == ["supervisor", "igo"]
    assert route(posts=[{"account_kind": "institutional"}])[1] == ["supervisor", "igo", "der"]


def test_only_those_who_sort_out_routes_may_ask(office: Office) -> None:
    allowed = {role for role in Role if office.as_(role).post(PREVIEW, ABOUT).status_code == 200}
    assert allowed == {Role.INTAKE, Role.HEAD, Role.OUTSIDE}


def test_that_it_was_asked_is_the_only_thing_kept(office: Office) -> None:
    intake = office.as_(Role.INTAKE)
    before = office.kept()
    intake.post(PREVIEW, ABOUT)
    after = office.kept()
    assert {name for name in after if after[name] != before.get(name)} == {"entries", "waiting"}
    (entry,) = office.as_(Role.AUDITOR).read(f"{PREFIX}/audit/entries?action=route_previewed")["items"]
    assert (entry["entry"]["actor"], entry["entry"]["role"], entry["entry"]["facts"]) == ("S0012", "intake", {})


def test_wrong_questions_are_named_and_no_entry_is_written(office: Office) -> None:
    intake = office.as_(Role.INTAKE)
    wrong: list[tuple[Any, set[str]]] = [
        ({}, {"#/reporter"}),
        (ABOUT | {"reporter": {"consent": "anonymous", "name": "Ana"}}, {"#/reporter/name"}),
        (ABOUT | {"subjects": [{"number": "S0107"}], "narrative": "x"}, {"#/subjects/0/number", "#/narrative"}),
        (ABOUT | {"posts": [{"account_kind": "stolen"}]}, {"#/posts/0/account_kind"}),
    ]
    with office.nothing_changes():
        for body, pointers in wrong:
            answer = intake.post(PREVIEW, body)
            assert (answer.status_code, answer.content_type) == (422, PROBLEM), body
            assert {one["pointer"] for one in (answer.json or {})["errors"]} == pointers, body
