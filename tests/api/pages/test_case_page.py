"""The case file as a page: every part the role may see, nothing else; hostile words and names stay words and names."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from cases.case import Given
from cases.casework.moving import make_move
from cases.lifecycle import Action
from cases.people import Role
from cases.sight import Actor
from tests.api.conftest import NO_CASE, PEOPLE, PICTURE, Office, Tags, told
from tests.api.lives import CLOSING, OTHER_INVESTIGATOR, SECOND_HEAD, Life
from tests.api.pages.seat import ORIGIN, Seat, Sheet, plain

EVIL = "</textarea></title><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\"'&{{7*7}}"
HOSTILE_NAME = '../..\\"; filename=evil.html\u202egnp.<svg onload=x>.png'
LONG_AGO = 365 * 11
WHY = "Needed for the assessment of this case"
OWN_PAGES = {Role.SUPERVISOR: "received", Role.GATEKEEPER: "gate", Role.ETHICS: "ethics", Role.MONITOR: "accounts"}


def at(life: Life, below: str = "") -> str:
    return f"/desk/cases/{life.number}{below}"


@pytest.fixture
def life(office: Office) -> Life:
    made = Life(office)
    assert office.attach(made.receipt).status_code == 201
    return made


def test_those_who_work_the_case_see_all_of_it(life: Life, office: Office) -> None:
    page = plain(Seat(office, Role.INTAKE).open(at(life)))
    for words in ("A public endorsement", "They asked people to vote.", "Colleague 0107 (S0107)", "image/png"):
        assert words in page
    for heading in ("Summary", "Statement", "Persons", "Allegations", "Evidence", "Letters", "Notes", "Timeline"):
        assert heading in page
    assert "The complaint was registered, screened and routed." in page


@pytest.mark.parametrize("role", OWN_PAGES)
def test_whoever_only_learns_of_a_part_sees_nothing_of_the_work(office: Office, role: Role) -> None:
    posts = [{"platform": "X", "handle": "@office", "account_kind": "institutional"}]
    subjects = [{"staff_number": "S0016" if role is Role.GATEKEEPER else "S0107"}]
    life = Life(office, told(fears_retaliation=True, tell_ethics=True, posts=posts, subjects=subjects))
    seat = Seat(office, role)
    assert seat.get(at(life)).status_code == 403
    page = seat.open(f"/desk/{OWN_PAGES[role]}/{life.number}")
    for part in ("moves", "persons", "allegations", "letters", "notes", "tasks", "identity", "timeline", "people"):
        assert f'id="{part}"' not in page, part
    assert "Registered" not in plain(page)
    assert ("They asked people to vote." in page) is (role in {Role.SUPERVISOR, Role.ETHICS})
    assert ("@office" in page) is (role in {Role.SUPERVISOR, Role.MONITOR})
    assert ("S0107" in page) is (role in {Role.SUPERVISOR, Role.ETHICS})


def test_a_hidden_case_and_one_that_never_was_are_the_same_page(life: Life, office: Office) -> None:
    stranger = Seat(office, Role.INVESTIGATOR, OTHER_INVESTIGATOR)
    for below in ("", "/moves/assess", "/notes/add", "/timeline", "/recuse"):
        hidden, never = stranger.get(at(life, below)), stranger.get(f"/desk/cases/{NO_CASE}{below}")
        assert (hidden.status_code, hidden.data) == (404, never.data)


def test_looking_is_an_entry(life: Life, office: Office) -> None:
    Seat(office, Role.HEAD).open(at(life))
    page = plain(Seat(office, Role.INTAKE).open(at(life, "/timeline")))
    assert "The statement was opened. Colleague 0011 · Head of the office" in page
    assert "The register of persons was opened. Colleague 0011" in page


def test_reasons_are_opened_only_on_asking(life: Life, office: Office) -> None:
    life.move(Role.INTAKE, "preserve_evidence", reason="Captured with a witness.")
    intake = Seat(office, Role.INTAKE)
    assert "Captured with a witness." not in intake.open(at(life))
    assert "Captured with a witness." in intake.open(at(life, "?reasons=1"))
    assert "The reasons were opened." in plain(intake.open(at(life, "/timeline")))


def _hostile() -> dict:
    post = dict.fromkeys(("platform", "handle", "audience"), EVIL) | {"url": "javascript:alert(1)"}
    named = dict.fromkeys(("name", "function", "duty_station", "relation"), EVIL)
    words = {"summary": EVIL, "narrative": EVIL, "place": EVIL}
    return told(posts=[post], subjects=[named], witnesses=[named], **words)


def test_markup_in_any_field_of_a_reporter_stays_text(office: Office) -> None:
    life = Life(office, _hostile())
    office.holder(life.receipt).post("/api/v1/mailbox/messages", {"text": EVIL})
    name = {"Content_Disposition": f"attachment; filename*=UTF-8''{quote(HOSTILE_NAME)}"}
    office.attach(life.receipt, **name)
    intake = Seat(office, Role.INTAKE)
    life.post(Role.INTAKE, "notes", {"text": EVIL})
    evidence = office.desk.lookup.evidence(life.complaint)[0].content.id
    pages = [at(life), at(life, "/moves/close"), at(life, "/allegations/add"), at(life, f"/evidence/{evidence}")]
    pages += [at(life, f"/persons/{life.subject}/change"), at(life, f"/evidence/{evidence}/original")]
    for path in pages:
        tags = Tags(intake.open(path))
        assert not tags.all("script"), path
        assert not tags.all("img"), path
        assert not tags.all("svg"), path
        assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes), path
        links = [one["href"] or "" for one in tags.all("a")]
        assert all(link.startswith(("/", "#")) for link in links), path
    assert not re.search(r"\b49\b", plain(intake.open(at(life, f"/persons/{life.subject}/change"))))


def test_what_was_typed_stays_text_when_a_form_comes_back(life: Life, office: Office) -> None:
    intake, path = Seat(office, Role.INTAKE), at(life, "/persons/add")
    answer = intake.tries(path, role=EVIL, name=EVIL, reason=EVIL)
    assert answer.status_code == 422
    assert not Tags(answer.text).all("script")
    assert Sheet(answer.text).form(path)["reason"] == EVIL


def test_no_page_loads_or_runs_anything_of_its_own(life: Life, office: Office) -> None:
    answer = Seat(office, Role.INTAKE).get(at(life))
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.text


@pytest.fixture
def evidence(life: Life, office: Office) -> str:
    item = office.desk.lookup.evidence(life.complaint)[0].content.id
    return at(life, f"/evidence/{item}")


def test_the_original_is_handed_over_as_a_file_with_a_reason(life: Life, office: Office, evidence: str) -> None:
    intake = Seat(office, Role.INTAKE)
    assert intake.tries(f"{evidence}/original", reason="because").status_code == 422
    answer = intake.tries(f"{evidence}/original", reason=WHY)
    assert answer.data == PICTURE.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    page = plain(intake.open(evidence))
    assert "An original was opened. Colleague 0012" in page
    assert WHY in {entry.get("reason") for entry in _entries(life)}


def _entries(life: Life) -> Iterator[dict]:
    yield from life.read(Role.HEAD, "/timeline?reasons=true&limit=200")["items"]


def test_no_page_shows_an_original(life: Life, office: Office, evidence: str) -> None:
    intake = Seat(office, Role.INTAKE)
    for path in (at(life), evidence, f"{evidence}/original"):
        tags = Tags(intake.open(path))
        assert not any(tags.all(name) for name in ("img", "iframe", "object", "embed", "video", "audio"))


def test_a_hostile_name_of_a_file_breaks_out_of_no_header(office: Office) -> None:
    life = Life(office)
    office.attach(life.receipt, Content_Disposition=f"attachment; filename*=UTF-8''{quote(HOSTILE_NAME)}")
    item = office.desk.lookup.evidence(life.complaint)[0].content.id
    path = at(life, f"/evidence/{item}/original")
    answer = Seat(office, Role.INTAKE).tries(path, reason=WHY)
    assert answer.status_code == 200
    told_name = answer.headers["Content-Disposition"]
    assert told_name.isascii()
    assert told_name.count(";") == 1
    assert not set('"<>\\/') & set(told_name)


def _stale(office: Office) -> None:
    """Let the proof of who they are be older than what originals ask for."""
    with office._stores[0].writing() as connection:
        connection.execute(text("UPDATE sessions SET proved_at = proved_at - 86400000000"))


def test_an_original_wants_a_fresh_proof_of_who_asks(life: Life, office: Office, evidence: str) -> None:
    intake = Seat(office, Role.INTAKE)
    fields = intake.fill(f"{evidence}/original", reason=WHY)
    _stale(office)
    sent = intake.send(f"{evidence}/original", fields)
    assert sent.status_code == 401
    asked = intake.get(f"{evidence}/original")
    assert asked.headers["Location"].startswith("/desk/step-up?next=")
    assert "An original was opened." not in plain(intake.open(evidence))


def test_a_form_from_another_site_or_without_its_mark_does_nothing(life: Life, office: Office) -> None:
    intake, path = Seat(office, Role.INTAKE), at(life, "/moves/acknowledge")
    fields = intake.fill(path)
    foreign: TestResponse = intake.caller.call("POST", path, data=fields, headers={"Origin": "https://evil.example"})
    unmarked = intake.caller.call("POST", path, data={**fields, "form_token": ""}, headers=ORIGIN)
    other = Seat(office, Role.HEAD).caller.call("POST", path, data=fields, headers=ORIGIN)
    assert [one.status_code for one in (foreign, unmarked, other)] == [403, 403, 403]
    assert life.version == 1


def test_the_page_of_an_erased_case_keeps_that_it_was_there(office: Office) -> None:
    number, _ = office.case_of(LONG_AGO, told("open"))
    given = Given(closure_reason="insufficient_information", **CLOSING)
    at_that_time = datetime.now(UTC) - timedelta(days=LONG_AGO)
    make_move(office.desk, Actor(PEOPLE[Role.INTAKE], Role.INTAKE), number, 1, Action.CLOSE, given, at_that_time)
    head, path = Seat(office, Role.HEAD), f"/desk/cases/{number}"
    assert "What is erased cannot be opened again by anybody." in head.open(f"{path}/moves/erase")
    head.does(f"{path}/moves/erase", reason="Its time is over.")
    Seat(office, Role.HEAD, SECOND_HEAD).does(f"{path}/moves/approve")
    office.sort()
    page = head.open(path)
    assert "This case was erased on" in plain(page)
    assert "They asked people to vote." not in page
    assert head.get(f"{path}?reasons=1").status_code == 200
    assert head.tries(f"{path}/notes/add", text="Too late.").status_code == 404


def test_pages_have_one_heading_a_language_and_labels_for_every_field(life: Life, office: Office) -> None:
    intake = Seat(office, Role.INTAKE)
    for path in ("/desk/", "/desk/cases", at(life), at(life, "/moves/close"), at(life, "/persons/add")):
        tags = Tags(intake.open(path))
        assert len(tags.all("h1")) == 1, path
        assert tags.all("html")[0]["lang"] == "en"
        ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
        assert len(ids) == len(set(ids)), path
        labelled = {one.get("for") for one in tags.all("label")}
        for name in ("input", "select", "textarea"):
            for field in tags.all(name):
                wrapped = field.get("type") in {"hidden", "radio", "checkbox"}
                assert wrapped or field.get("id") in labelled or field.get("aria-label"), (path, field)
