"""Webhooks at the desk: added with a secret shown once, listed by host, removed, and each act an entry."""

import json
import re
from typing import Any

import pytest

from api.pages.words import catalogue
from cases.casework.hooking import add_webhook, list_webhooks
from cases.ledger import COMMAND_LINE
from cases.people import Role
from storage.post.webhooks import NO_PUBLIC_ADDRESS
from tests.api.conftest import KEY, PEOPLE, PREFIX, Office
from tests.api.seated import Seat, hidden_fields
from tests.api.test_desks import Later
from tests.conftest import NOON

PAGE, API = "/desk/admin/webhooks", f"{PREFIX}/webhooks"
URL = "https://hooks.example:8443/desk/t0ken?key=7f"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
INSIDE = ("https://127.0.0.1/hook", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest")
ODD = ("http://hooks.example/a", "https://me:secret@hooks.example/", "hooks.example", "https://hooks.example/#a")


def noted(office: Office, action: str) -> Any:
    """The newest entry of an action."""
    stored = office.desk.lookup.newest_entry(action)
    assert stored is not None
    return json.loads(stored.body)


def test_a_webhook_is_added_with_a_secret_that_is_shown_once(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    fields = hidden_fields(seat.look(PAGE), PAGE) | {"url": URL}
    first, again = (seat.send(PAGE, **fields) for _ in range(2))
    (secret,) = set(SECRET.findall(first.text))
    assert "shown this once" in first.text
    assert set(SECRET.findall(again.text)) == {secret}
    (kept,) = list_webhooks(office.desk)
    assert (kept.url, kept.secret) == (URL, secret)
    later = seat.look(PAGE)
    assert "hooks.example:8443" in later
    assert "nothing yet" in later
    assert not SECRET.findall(later)
    assert "t0ken" not in later


def test_the_entries_name_the_administrator_and_not_the_address(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    seat.submit(PAGE, PAGE, url=URL)
    (kept,) = list_webhooks(office.desk)
    asking = f"{PAGE}/{kept.id}/remove"
    assert seat.submit(asking, asking).status_code == 303
    for action in ("webhook_added", "webhook_removed"):
        told = noted(office, action)
        assert (told["actor"], told["role"]) == (PEOPLE[Role.ADMINISTRATOR], "administrator")
        assert set(told["facts"]) == {"url_sha256"}
        assert "hooks.example" not in json.dumps(told)


def test_an_entry_of_the_command_line_says_so(office: Office) -> None:
    add_webhook(office.desk, URL, NOON)
    assert noted(office, "webhook_added")["actor"] == COMMAND_LINE


def test_a_webhook_is_removed_only_after_asking_once_more(office: Office) -> None:
    seat, one = Seat(office, Role.ADMINISTRATOR), add_webhook(office.desk, URL, NOON)
    asking = f"{PAGE}/{one.id}/remove"
    assert f'href="{asking}"' in seat.look(PAGE)
    page = seat.look(asking)
    assert "hooks.example:8443" in page
    assert len(list_webhooks(office.desk)) == 1
    assert seat.submit(asking, asking).headers["Location"] == f"{PAGE}?done=unhooked"
    assert "Nothing is posted anywhere." in seat.look(f"{PAGE}?done=unhooked")
    assert 'data-problem="unknown-item"' in seat.look(asking, 404)
    assert seat.send(asking).status_code == 404


@pytest.mark.parametrize("url", [*INSIDE, *ODD, ""])
def test_an_address_nothing_is_posted_to_is_refused_beside_its_field(office: Office, url: str) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    with office.nothing_changes():
        answer = seat.submit(PAGE, PAGE, url=url)
    assert answer.status_code == 422
    fault = re.search(r'<strong class="wrong" id="f-url-wrong">([^<]+)</strong>', answer.text)
    assert fault is not None
    assert ("This is no public address." in fault[1]) == (url in INSIDE)
    assert f'value="{url}"' in answer.text
    assert not SECRET.findall(answer.text)


def test_a_refused_address_says_why_in_french_too(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    seat.caller.client.set_cookie("rule12-language", "fr", path="/desk")
    assert catalogue("fr").gettext(NO_PUBLIC_ADDRESS) in seat.submit(PAGE, PAGE, url=INSIDE[0]).text


def test_a_desk_left_open_adds_no_webhook(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    fields = hidden_fields(seat.look(PAGE), PAGE)
    monkeypatch.setattr("api.context.datetime", Later)
    answer = seat.send(PAGE, **fields, url=URL)
    assert answer.status_code == 401
    assert "/desk/step-up" in answer.text
    assert list_webhooks(office.desk) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_sees_or_changes_a_webhook(office: Office, role: Role) -> None:
    one = add_webhook(office.desk, URL, NOON)
    seat, caller = Seat(office, role), office.as_(role)
    with office.nothing_changes():
        answers = [
            *(seat.caller.client.get(path) for path in (PAGE, f"{PAGE}/{one.id}/remove")),
            *(seat.send(path, url=URL) for path in (PAGE, f"{PAGE}/{one.id}/remove")),
            *(caller.get(API), caller.post(API, {"url": URL}), caller.call("DELETE", f"{API}/{one.id}")),
        ]
    assert {answer.status_code for answer in answers} == {403}
    assert not any("hooks.example" in answer.text for answer in answers[:2])


def test_webhooks_are_added_listed_and_removed_by_the_api(office: Office) -> None:
    admin = office.as_(Role.ADMINISTRATOR)
    first, again = (admin.must(201, admin.post(API, {"url": URL}, Idempotency_Key=KEY)) for _ in range(2))
    assert first == again
    assert SECRET.fullmatch(first["secret"])
    listed = admin.get(API)
    assert [one["webhook_id"] for one in listed.json["items"]] == [first["webhook_id"]]
    assert listed.json["items"][0]["host"] == "hooks.example:8443"
    assert first["secret"] not in listed.text
    assert "t0ken" not in listed.text
    assert noted(office, "webhook_added")["actor"] == PEOPLE[Role.ADMINISTRATOR]
    path = f"{API}/{first['webhook_id']}"
    assert admin.must(200, admin.call("DELETE", path)) == {"webhook_id": first["webhook_id"]}
    assert admin.call("DELETE", path).status_code == 404
    assert admin.call("DELETE", f"{API}/{1 << 70}").status_code == 404
    assert admin.read(API) == {"items": [], "next": None}


def test_webhooks_come_in_pages_the_oldest_first(office: Office) -> None:
    added = [add_webhook(office.desk, f"https://hooks{turn}.example/", NOON).id for turn in range(3)]
    admin = office.as_(Role.ADMINISTRATOR)
    first = admin.read(f"{API}?limit=2")
    rest = admin.read(f"{API}?limit=2&cursor={first['next']}")
    assert [one["webhook_id"] for one in (*first["items"], *rest["items"])] == sorted(added)
    assert rest["next"] is None
    assert f"{PAGE}?cursor=" in Seat(office, Role.ADMINISTRATOR).look(f"{PAGE}?limit=2").replace("limit=2&amp;", "")


def test_the_api_says_at_the_field_why_an_address_is_refused(office: Office) -> None:
    admin = office.as_(Role.ADMINISTRATOR)
    with office.nothing_changes():
        answer = admin.post(API, {"url": INSIDE[0]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "#/url"
    assert "RULE12_WEBHOOK_ALLOW" in answer.json["errors"][0]["detail"]
