"""The list of what waits, over HTTP: for every role, in their language, and never of a case they may not see."""

from typing import Any
from uuid import uuid4

import pytest

from cases.people import Role
from tests.api.conftest import PREFIX, Caller, Office, told
from tests.api.lives import Life

NOTICES = f"{PREFIX}/notices"


def waiting(caller: Caller, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = caller.read(NOTICES + query)
    return found


def prefers(caller: Caller, **wish: Any) -> Any:
    return caller.call("PUT", f"{NOTICES}/preferences", json=wish)


def test_what_waits_is_listed_with_the_case_it_is_about(office: Office) -> None:
    life = Life(office)
    for role in (Role.INTAKE, Role.HEAD, Role.SUPERVISOR):
        [one] = waiting(office.as_(role))["items"]
        assert (one["number"], one["what"], one["read"]) == (life.number, "routed", False), role
        assert office.as_(role).get(f"{PREFIX}/cases/{one['number']}").status_code == 200
    for role in set(Role) - {Role.INTAKE, Role.HEAD, Role.SUPERVISOR}:
        assert waiting(office.as_(role)) == {"items": [], "next": None, "unread": 0}, role


def test_a_notice_is_read_once_and_for_oneself(office: Office) -> None:
    Life(office)
    intake, other = office.as_(Role.INTAKE), office.as_(Role.INTAKE, "S0013")
    id_ = waiting(intake)["items"][0]["notice_id"]
    for _ in range(2):
        assert intake.must(200, intake.post(f"{NOTICES}/{id_}/read", None))["read"] is True
    assert (waiting(intake)["unread"], waiting(other)["unread"]) == (0, 1)
    assert waiting(intake, "?unread=true")["items"] == []


def test_a_notice_of_others_and_one_that_never_was_are_answered_alike(office: Office) -> None:
    Life(office)
    id_ = waiting(office.as_(Role.INTAKE))["items"][0]["notice_id"]
    decider = office.as_(Role.DECIDER)
    answers = {decider.post(f"{NOTICES}/{one}/read", None).data for one in (id_, uuid4())}
    assert len(answers) == 1
    assert decider.post(f"{NOTICES}/{id_}/read", None).status_code == 404


def test_whoever_turns_out_to_be_involved_sees_nothing_of_what_they_were_told(office: Office) -> None:
    life = Life(office)
    other = office.as_(Role.INTAKE, "S0013")
    before = waiting(other)["items"][0]["notice_id"]
    life.add("witness", "S0013")
    assert waiting(other) == {"items": [], "next": None, "unread": 0}
    assert other.post(f"{NOTICES}/{before}/read", None).status_code == 404


def test_pages_follow_each_other_until_there_is_no_more(office: Office) -> None:
    for _ in range(3):
        Life(office)
    intake = office.as_(Role.INTAKE)
    first = waiting(intake, "?limit=2")
    second = waiting(intake, f"?limit=2&cursor={first['next']}")
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert first["unread"] == second["unread"] == 3
    assert not {one["notice_id"] for one in first["items"]} & {one["notice_id"] for one in second["items"]}
    assert 'rel="next"' in intake.get(f"{NOTICES}?limit=2").headers["Link"]


@pytest.mark.parametrize("cursor", ["x", "WyJ4Il0", "W10", "WzEuNV0", "WzFd" * 3, "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMF0"])
def test_a_cursor_this_list_never_gave_is_refused(office: Office, cursor: str) -> None:
    assert office.as_(Role.INTAKE).get(f"{NOTICES}?cursor={cursor}").status_code == 422


def test_the_list_speaks_the_language_somebody_chose(office: Office) -> None:
    Life(office)
    supervisor = office.as_(Role.SUPERVISOR)
    texts = []
    for language in ("", "fr", "ar"):
        supervisor.must(200, prefers(supervisor, language=language))
        texts.append(waiting(supervisor)["items"][0]["text"])
    assert texts[:2] == [
        "A complaint was sent to you as a supervisor",
        "Une plainte vous a été transmise en tant que responsable hiérarchique",
    ]
    assert len(set(texts)) == 3


def test_preferences_are_ones_own_in_every_role_and_mistakes_are_all_named(office: Office) -> None:
    head = office.as_(Role.HEAD)
    assert head.read(f"{NOTICES}/preferences") == {"language": "", "mail": True, "when": ""}
    wish = {"language": "ru", "mail": False, "when": "weekly"}
    assert head.must(200, prefers(head, **wish)) == wish == head.read(f"{NOTICES}/preferences")
    assert office.as_(Role.SUPERVISOR, "S0011").read(f"{NOTICES}/preferences") == wish, "the same person"
    assert office.as_(Role.INTAKE).read(f"{NOTICES}/preferences")["language"] == ""
    refused = prefers(head, language="xx", when="hourly")
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json["errors"]] == ["#/language", "#/when"]
    assert prefers(head, colour="red").status_code == 422
    assert head.read(f"{NOTICES}/preferences") == wish


def test_a_reporter_has_no_such_list(office: Office) -> None:
    life = Life(office, told("open"))
    for path in (NOTICES, f"{NOTICES}/preferences"):
        assert office.holder(life.receipt).get(path).status_code == 401
