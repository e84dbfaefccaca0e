"""Pages behind a sign-in, and whoever tries to come in or act in somebody else's name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, type_coerce, update

from api import create_app
from api.access import refuse_silent_routes
from api.sessions import own_path, signed_in
from cases.casework.administering import import_directory
from cases.casework.signin.links import PAGE, start_link
from cases.people import Role
from storage import open_house
from storage.database import Database
from storage.settings import Settings, read_settings
from storage.tables_signin import sessions
from tests.api.browsing import OURS, Browser, link_of
from tests.api.conftest import PREFIX, Office
from tests.conftest import SAMPLES

EVIL = "https://evil.example"
SENT_ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    {"Origin": EVIL},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {},
)
POSTS = (
    "/desk/sign-out",
    "/desk/role",
    "/desk/sessions/end",
    "/desk/passkeys",
    "/desk/passkeys/rename",
    "/desk/passkeys/remove",
    "/desk/step-up/passkey",
    "/desk/step-up/passkey/answer",
)


@pytest.fixture
def two_roles(office: Office) -> None:
    """S0012 holds two roles from now on."""
    text = (SAMPLES / "directory.csv").read_text()
    text = text.replace("S0011,intake\n", "S0011,intake investigator\n")
    import_directory(office.desk, text, datetime.now(UTC))


@pytest.fixture
def intake(office: Office) -> Browser:
    return Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)


@pytest.fixture
def later(office: Office, place: Settings) -> Callable[[timedelta], None]:
    """Let time pass for every session: whatever it remembers moves into the past."""

    def pass_by(time: timedelta) -> None:
        store = Database(place.database_url)
        columns = ("started_at", "seen_at", "rotated_at", "proved_at", "previous_until")
        shift = {
            name: type_coerce(sessions.c[name], BigInteger) - time // timedelta(microseconds=1) for name in columns
        }
        with store.writing() as connection:
            connection.execute(update(sessions).values(shift))
        store.engine.dispose()

    return pass_by


def test_a_link_is_looked_at_and_only_its_button_signs_in(office: Office) -> None:
    browser, link = Browser(office.app), link_of(office.desk, "S0012", Role.INTAKE)
    for _ in range(2):
        page = browser.open(link)
        assert "This link signs in Colleague 0012 (S0012) as: Intake." in page.text
    assert browser.open("/desk/").status_code == 303
    answer = browser.submit(page, PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")
    assert "You act as: Intake." in browser.open("/desk/").text
    again = Browser(office.app).submit(page, PAGE)
    assert (again.status_code, "was used already" in again.text) == (403, True)


def test_the_cookie_is_kept_from_scripts_other_sites_and_other_paths(office: Office, intake: Browser) -> None:
    answer = Browser(office.app).submit(intake.open(link_of(office.desk, "S0013", Role.INTAKE)), PAGE)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *rules = cookie.split("; ")
    assert (name.partition("=")[0], len(name.partition("=")[2])) == ("rule12", 43)
    assert set(rules) == {"HttpOnly", "Path=/", "SameSite=Strict"}


def test_over_https_the_cookie_can_come_from_this_host_alone(office: Office, place: Settings) -> None:
    settings = read_settings({"RULE12_DATA_DIR": str(place.data_dir), "RULE12_PUBLIC_URL": "https://desk.example.org"})
    house = open_house(settings)
    browser = Browser(create_app(house.desk))
    link = start_link(house.desk, "S0012", Role.INTAKE, 5, datetime.now(UTC)).address
    assert link.startswith("https://desk.example.org/desk/sign-in/link?code=l12_")
    answer = browser.send(PAGE, {"code": link.partition("=")[2]}, Origin="https://desk.example.org")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-rule12=")
    assert set(cookie.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    refused = browser.send(PAGE, {"code": link.partition("=")[2]}, Origin="http://localhost")
    assert 'data-problem="form-refused"' in refused.text
    house.close()


@pytest.mark.parametrize("headers", SENT_ELSEWHERE, ids=str)
def test_csrf_no_form_of_another_site_does_anything(office: Office, intake: Browser, headers: dict[str, str]) -> None:
    """Even if the other site had learned the token of a form."""
    token = intake.token()
    with office.nothing_changes():
        for path in POSTS:
            answer = intake.client.post(path, data={"form_token": token, "session": "all"}, headers=headers)
            assert (answer.status_code, 'data-problem="form-refused"' in answer.text) == (403, True), path
    assert intake.open("/desk/").status_code == 200


@pytest.mark.parametrize("headers", SENT_ELSEWHERE, ids=str)
def test_csrf_no_other_site_signs_a_browser_in_as_somebody_else(office: Office, headers: dict[str, str]) -> None:
    browser, link = Browser(office.app), link_of(office.desk, "S0012", Role.INTAKE)
    for path in (PAGE, "/desk/sign-in/passkey", "/desk/sign-in/passkey/answer", "/desk/language"):
        answer = browser.client.post(path, data={"code": link.partition("=")[2]}, headers=headers)
        assert 'data-problem="form-refused"' in answer.text, path
    assert browser.secret() == ""
    assert browser.open(link).status_code == 200


def test_csrf_a_form_without_the_token_of_this_session_does_nothing(office: Office, intake: Browser) -> None:
    stranger = Browser(office.app).sign_in(office.desk, "S0014", Role.INVESTIGATOR)
    for token in ("", "x" * 43, stranger.token(), intake.token()[:-1], "é"):
        for path in POSTS:
            answer = intake.send(path, {"form_token": token, "session": "all"})
            assert (answer.status_code, 'data-problem="form-refused"' in answer.text) == (403, True), path
    assert intake.open("/desk/").status_code == 200


@pytest.mark.usefixtures("two_roles")
def test_a_form_opened_in_one_role_is_not_sent_in_another(office: Office) -> None:
    browser = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
    before = browser.open("/desk/sessions")
    assert browser.submit(browser.open("/desk/"), "/desk/role", role="investigator").status_code == 303
    assert "You act as: Investigator." in browser.open("/desk/").text
    refused = browser.submit(before, "/desk/sessions/end", session="all")
    assert 'data-problem="form-refused"' in refused.text
    assert browser.submit(browser.open("/desk/"), "/desk/role", role="head").status_code == 403


def test_csrf_cannot_reach_the_api_for_it_never_reads_the_cookie(office: Office, intake: Browser) -> None:
    for path in ("/cases", "/cases/IGO-2026-00000", "/audit/entries", "/identity-requests"):
        answer = intake.client.get(f"{PREFIX}{path}", headers=OURS)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="rule12"')
    assert intake.client.post(f"{PREFIX}/routing/preview", json={}, headers=OURS).status_code == 401


def test_a_page_never_takes_a_token_of_the_api(office: Office) -> None:
    answer = office.as_(Role.INTAKE).get("/desk/sessions")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/sign-in?next=/desk/sessions")
    token = (office.as_(Role.INTAKE).authorization or "").removeprefix("Bearer ")
    browser = Browser(office.app)
    browser.client.set_cookie("rule12", token)
    assert browser.open("/desk/").status_code == 303


def test_session_fixation_a_cookie_planted_before_the_sign_in_is_never_adopted(office: Office) -> None:
    attacker = Browser(office.app).sign_in(office.desk, "S0014", Role.INVESTIGATOR)
    for planted in ("A" * 43, attacker.secret()):
        victim = Browser(office.app)
        victim.client.set_cookie("rule12", planted)
        victim.sign_in(office.desk, "S0012", Role.INTAKE)
        assert victim.secret() not in {planted, ""}
        thief = Browser(office.app)
        thief.client.set_cookie("rule12", planted)
        assert thief.open("/desk/").status_code == 303


def test_a_stolen_cookie_is_worth_nothing_after_its_holder_used_the_desk(
    office: Office, intake: Browser, later: Callable[[timedelta], None]
) -> None:
    thief = Browser(office.app)
    thief.client.set_cookie("rule12", intake.secret())
    later(timedelta(minutes=16))
    assert intake.open("/desk/").status_code == 200
    assert intake.secret() not in {"", thief.secret()}
    later(timedelta(minutes=1))
    assert thief.open("/desk/").status_code == 303
    assert intake.open("/desk/").status_code == 303, "and whoever holds the other half is signed out, to be safe"


def test_clickjacking_no_page_can_be_framed(office: Office, intake: Browser) -> None:
    for path in ("/desk/", "/desk/sign-in", "/desk/sessions", "/desk/passkeys", "/desk/passkeys/new", "/desk/step-up"):
        answer = intake.open(path)
        assert answer.status_code == 200
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


def test_pages_hold_nothing_inline_and_nothing_from_another_host(office: Office, intake: Browser) -> None:
    for path in ("/desk/", "/desk/sign-in", "/desk/sessions", "/desk/passkeys", "/desk/passkeys/new", "/desk/step-up"):
        answer = intake.open(path)
        assert not any(word in answer.text for word in ("<style", " style=", " onclick", "javascript:", "//", "<img"))
        policy = answer.headers["Content-Security-Policy"]
        runs = 'src="/assets/passkeys.js"' in answer.text
        assert ("script-src 'self'" in policy) is runs is (path == "/desk/passkeys/new"), path
        assert answer.text.count("<script") == int(runs)
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    "elsewhere",
    [
        EVIL,
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/desk//evil.example/..",
        "/desk/../../evil",
        "/desk/..//evil.example",
        "/desk\\@evil.example",
        "/%2f/evil.example",
        "/desk/\r\nLocation: https://evil.example",
        "/desk/\tx",
        "/",
        "/mailbox",
        "javascript:alert(1)",
        "desk/sessions",
        "/desk.evil.example/",
        "/desk/?" + "x" * 400,
        '/desk/"><script>',
    ],
)
def test_open_redirect_nobody_is_sent_anywhere_but_to_a_page_of_the_desk(office: Office, elsewhere: str) -> None:
    assert own_path(elsewhere) == "/desk/"
    page = Browser(office.app).client.get("/desk/sign-in", query_string={"next": elsewhere})
    assert 'name="then" value="/desk/"' in page.text
    answer = Browser(office.app).send("/desk/language", {"language": "fr", "then": elsewhere})
    assert answer.headers["Location"] == "/desk/"


@given(st.text(st.characters(codec="utf-8")) | st.text("/\\.desk?#%@:\t\r\n").map(lambda text: f"/desk/{text}"))
def test_open_redirect_no_text_leads_out_of_the_desk(text: str) -> None:
    found = own_path(text)
    assert found.startswith("/desk/")
    assert "//" not in found.partition("?")[0].partition("#")[0]
    assert found.isprintable()


def test_the_page_that_was_wanted_comes_after_the_sign_in(office: Office) -> None:
    answer = Browser(office.app).open("/desk/sessions?a=1")
    assert answer.headers["Location"] == "/desk/sign-in?next=/desk/sessions?a%3D1"
    assert 'value="/desk/sessions?a=1"' in Browser(office.app).open(answer.headers["Location"]).text


def test_a_link_in_a_mail_finds_the_session_by_one_hop(intake: Browser) -> None:
    """A browser holds the cookie back when it comes from another site; the hop asks once more, from our own page."""
    held = intake.secret()
    intake.client.delete_cookie("rule12")
    answer = intake.client.get("/desk/sessions", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, 'content="0; url=/desk/sessions"' in answer.text) == (200, True)
    intake.client.set_cookie("rule12", held)
    assert intake.client.get("/desk/sessions", headers=OURS).status_code == 200


def test_what_was_typed_is_not_lost_unsaid_when_the_session_is_over(
    intake: Browser, later: Callable[[timedelta], None]
) -> None:
    page = intake.open("/desk/sessions")
    later(timedelta(minutes=31))
    answer = intake.submit(page, "/desk/sessions/end", session="all")
    assert (answer.status_code, "Sign in, and try again." in answer.text) == (401, True)


def test_a_passkey_can_only_be_added_by_somebody_who_has_just_proved_who_they_are(
    intake: Browser, later: Callable[[timedelta], None]
) -> None:
    assert intake.open("/desk/passkeys/new").status_code == 200
    later(timedelta(minutes=11))
    answer = intake.open("/desk/passkeys/new")
    assert (answer.status_code, answer.headers["Location"][:18]) == (303, "/desk/step-up?next")
    token = intake.token()
    for path in ("/desk/passkeys", "/desk/passkeys/remove"):
        refused = intake.send(path, {"form_token": token, "passkey": "AAAA", "answer": "{}", "name": "x"})
        assert (refused.status_code, 'data-problem="step-up-needed"' in refused.text) == (401, True)


def test_nobody_ends_a_session_or_touches_a_passkey_of_somebody_else(office: Office, intake: Browser) -> None:
    stranger = Browser(office.app).sign_in(office.desk, "S0014", Role.INVESTIGATOR)
    theirs = office.desk.signin.lookup.sessions_of("S0014")[0].id
    for wanted in (str(theirs), "nonsense", ""):
        answer = intake.send("/desk/sessions/end", {"form_token": intake.token(), "session": wanted})
        assert (answer.status_code, 'data-problem="unknown-item"' in answer.text) == (404, True)
    for path in ("/desk/passkeys/rename", "/desk/passkeys/remove"):
        for wanted in ("AAAA", "==", "é", ""):
            fields = {"form_token": intake.token(), "passkey": wanted, "name": "mine now"}
            assert intake.send(path, fields).status_code == 404
    assert stranger.open("/desk/").status_code == 200


def test_signing_out_ends_the_session_and_takes_the_cookie_back(office: Office, intake: Browser) -> None:
    held = intake.secret()
    assert intake.submit(intake.open("/desk/"), "/desk/sign-out").headers["Location"] == "/desk/sign-in"
    assert intake.secret() == ""
    intake.client.set_cookie("rule12", held)
    assert intake.open("/desk/").status_code == 303


def test_signing_out_everywhere_ends_every_session_of_the_person(office: Office, intake: Browser) -> None:
    other = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
    page = intake.open("/desk/sessions")
    assert page.text.count("End it") == 2
    assert intake.submit(page, "/desk/sessions/end", session="all").status_code == 303
    assert other.open("/desk/").status_code == 303


def test_a_name_full_of_markup_is_only_a_name(office: Office) -> None:
    text = (SAMPLES / "directory.csv").read_text().replace("S0012,Colleague 0012", "S0012,<script>alert(1)</script>")
    import_directory(office.desk, text, datetime.now(UTC))
    browser = Browser(office.app).sign_in(office.desk, "S0012", Role.INTAKE)
    for path in ("/desk/", "/desk/sessions", "/desk/passkeys/new"):
        assert "<script>alert" not in browser.open(path).text


def test_a_page_that_does_not_say_who_may_see_it_stops_the_app() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/spoken", "spoken", signed_in(Role.INTAKE)(lambda: ""))
    refuse_silent_routes(app)
    app.add_url_rule("/nobody", "nobody", signed_in()(lambda: ""))
    with pytest.raises(RuntimeError, match="nobody"):
        refuse_silent_routes(app)


def test_a_page_below_a_case_exists_for_those_alone_for_whom_the_case_does(office: Office) -> None:
    """As an endpoint does: the pages of the console are let in by the same rule."""
    page = signed_in(Role.INTAKE, Role.INVESTIGATOR)(lambda number: number)
    office.app.add_url_rule("/desk/cases/<string:number>", "desk.try", page)
    number, _ = office.case()
    seen = {
        person: Browser(office.app).sign_in(office.desk, person, role).open(f"/desk/cases/{number}").status_code
        for person, role in (("S0012", Role.INTAKE), ("S0014", Role.INVESTIGATOR), ("S0050", Role.AUDITOR))
    }
    assert seen == {"S0012": 200, "S0014": 404, "S0050": 403}


def test_the_door_has_no_pages_of_the_staff(office: Office) -> None:
    door = create_app(office.desk, "door")
    assert door.test_client().get("/desk/sign-in").status_code == 404
    assert not [rule.rule for rule in door.url_map.iter_rules() if rule.rule.startswith("/desk")]
