"""Those who are told besides: the Ethics Office of the retaliation alone, External Relations of the account alone."""

import pytest

from cases.people import Role
from tests.api.conftest import PREFIX, Office, told
from tests.api.lives import Life

CASES = f"{PREFIX}/cases"
POSTS = [
    {"platform": "X", "url": "https://social.example/office/1", "handle": "@office", "account_kind": "institutional"},
    {"platform": "X", "handle": "@somebody", "account_kind": "personal", "url": "https://social.example/somebody"},
]
SECRET = ("They asked people to vote.", "S0107", "S0108", "A public endorsement", "Ana Lima", "S0102", "@somebody")


@pytest.fixture
def life(office: Office) -> Life:
    """Somebody fears retaliation, allows that Ethics is told, and an institutional account is concerned."""
    more = {"place": "The canteen", "witnesses": [{"staff_number": "S0108"}], "posts": POSTS}
    return Life(office, told(fears_retaliation=True, tell_ethics=True, **more))


def test_the_ethics_office_sees_the_retaliation_part_and_nothing_of_the_work(life: Life) -> None:
    life.assess()
    answer = life.as_(Role.ETHICS).get(life.path)
    shown = life.office.door.must(200, answer)
    assert set(shown) == {"number", "received_at", "categories", "statement"}
    assert set(shown["statement"]) == {"summary", "narrative", "concerns", "subjects", "fears_retaliation"}
    assert not any(word in answer.text for word in ("S0108", "@office", "The canteen", "Ana Lima", "S0102"))
    assert "ETag" not in answer.headers


def test_the_account_registry_sees_the_account_and_no_person_and_no_narrative(life: Life) -> None:
    answer = life.as_(Role.MONITOR).get(life.path)
    shown = life.office.door.must(200, answer)
    assert set(shown) == {"number", "received_at", "categories", "accounts"}
    assert shown["accounts"] == [{"platform": "X", "handle": "@office", "url": "https://social.example/office/1"}]
    assert not any(word in answer.text for word in SECRET)
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("role", [Role.ETHICS, Role.MONITOR])
def test_they_see_no_more_of_it_than_that_and_no_other_case(life: Life, role: Role) -> None:
    caller = life.as_(role)
    Life(life.office)
    assert [one["number"] for one in caller.read(CASES)["items"]] == [life.number]
    for below in ("/evidence", "/messages", "/moves", "/timeline", "/persons", "/allegations", "/identity-requests"):
        assert caller.get(f"{life.path}{below}").status_code == 403, below


def test_without_the_reporters_yes_the_ethics_office_is_told_nothing(office: Office) -> None:
    """To fear retaliation is one thing, to have it told another."""
    for statement in ({"fears_retaliation": True}, {"tell_ethics": True}):
        life = Life(office, told(**statement))
        assert office.as_(Role.ETHICS).get(life.path).status_code == 404, statement
    about = Life(office, told(concerns=["threats_retaliation"], tell_ethics=True))
    assert office.as_(Role.ETHICS).get(about.path).status_code == 200


def test_a_personal_account_is_not_the_account_registrys(office: Office) -> None:
    life = Life(office, told(posts=POSTS[1:]))
    assert office.as_(Role.MONITOR).get(life.path).status_code == 404


def test_whoever_of_them_is_involved_is_told_nothing(office: Office) -> None:
    more = {"posts": POSTS, "fears_retaliation": True, "tell_ethics": True}
    life = Life(office, told(witnesses=[{"staff_number": "S0030"}], subjects=[{"staff_number": "S0040"}], **more))
    assert office.as_(Role.ETHICS).get(life.path).status_code == 404
    assert office.as_(Role.MONITOR).get(life.path).status_code == 404
    assert office.as_(Role.MONITOR, "S0041").get(life.path).status_code == 404, "they work below the subject"


def test_their_look_is_an_entry_that_says_who(life: Life) -> None:
    life.as_(Role.ETHICS).get(life.path)
    life.as_(Role.MONITOR).get(life.path)
    entries = [one["entry"] for one in life.read(Role.HEAD, "/timeline?limit=200")["items"]]
    looks = [(one["actor"], one["role"]) for one in entries if one["action"] == "opened_case"]
    assert looks == [("S0030", "ethics"), ("S0040", "monitor")]
