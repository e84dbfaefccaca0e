"""Attackers at the staff's pages: other sites, other sessions, other people's ids, and what a reporter can write."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api import POLICY
from api.downloads import attachment
from api.pages.desk.common import WITH_SCRIPT
from api.sessions import FOR_SERVERS
from cases.people import Role
from tests.api.conftest import NO_CASE, PEOPLE, PREFIX, Office, Tags, told
from tests.api.lives import Life
from tests.api.matrix import filled, plain, read_matrix, routes, who_may
from tests.api.seated import OURS, Seat
from tests.api.standings import WHY, rich

FORM = "application/x-www-form-urlencoded"
COMING_IN = ("/desk/sign-in", "/desk/language")
EXPORT = str(uuid4())
OF_A_SERVER = "desk.back_channel"
NOTHING = {"number": NO_CASE, "position": "1", "job_id": "999999", "webhook_id": "1", "action": "assess"}


def of_desk(app: Flask, method: str) -> Iterator[Rule]:
    """The staff's pages: forms for POST, what can be looked at for GET."""
    found = [rule for one, rule in routes(app) if one == method and rule.rule.startswith("/desk/")]
    assert len(found) > 10
    yield from sorted(found, key=lambda rule: rule.rule)


def address(rule: Rule, **items: str) -> str:
    """A page of nothing there is, unless something is given."""
    empty = dict.fromkeys(rule.arguments, "") | {name: NOTHING.get(name, EXPORT) for name in rule.arguments}
    return filled(plain(rule), empty | items)


def role_for(rule: Rule, method: str) -> Role:
    """Somebody who may open a page."""
    invited = who_may(read_matrix()[method, plain(rule)])
    return next(role for role in Role if invited == ["anyone"] or str(role) in invited)


class Seats(dict[Role, Seat]):
    """Somebody in each role, seated when first asked for."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office

    def __missing__(self, role: Role) -> Seat:
        self[role] = Seat(self.office, role)
        return self[role]


@pytest.fixture
def seats(office: Office) -> Seats:
    return Seats(office)


STREAMED = {"/desk/enter/files"}
"""Forms that carry files: their mark is the first part."""


def posted(seat: Seat, path: str, token: str, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    data, kind = urlencode({"form_token": token, "reason": "It is needed."}), FORM
    if path in STREAMED:
        data = f'--x\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token}\r\n--x--\r\n'
        kind = "multipart/form-data; boundary=x"
    return seat.caller.client.post(path, data=data, content_type=kind, headers=sent)


def slug(answer: TestResponse) -> str:
    found = re.search(r'data-problem="([a-z-]+)"', answer.text)
    return found[1] if found else ""


def test_no_form_is_taken_without_the_mark_of_this_session_and_role(office: Office, seats: Seats) -> None:
    """Nor with the mark of another person's session, of a session of before, or of the same session in another role."""
    other = Seat(office, Role.INTAKE, "S0013").token
    tokens = {role: [other, "", "x" * 43, Seat(office, role).token] for role in Role}
    for rule in of_desk(office.app, "POST"):
        if rule.rule.startswith(COMING_IN):
            continue
        role = role_for(rule, "POST")
        seat = seats[role]
        for token in tokens[role]:
            with office.nothing_changes():
                answer = posted(seat, address(rule), token, Origin="http://localhost")
            assert answer.status_code in {403, 404}, (rule.rule, token, answer.text)
            assert slug(answer) in {"form-refused", "unknown-case"}, rule.rule
        if "number" not in rule.arguments:
            assert slug(answer) == "form-refused", rule.rule


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "https://localhost"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "cross-site", "Origin": "http://localhost"},
    {"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"},
    {},
]


def test_no_form_is_taken_that_another_site_sent(office: Office, seats: Seats) -> None:
    """Nor one of which the browser does not say where it comes from; the right mark does not help."""
    tokens = {role: seats[role].token for role in Role}
    for rule in of_desk(office.app, "POST"):
        if rule.endpoint == OF_A_SERVER:
            continue
        role = role_for(rule, "POST")
        for headers in FOREIGN:
            with office.nothing_changes():
                answer = posted(seats[role], address(rule), tokens[role], **headers)
            assert (answer.status_code, slug(answer)) == (403, "form-refused"), (rule.rule, headers, answer.text)


def test_one_form_alone_needs_no_page_of_ours_and_does_nothing_a_browser_can_make_it_do(
    office: Office, seats: Seats
) -> None:
    """The identity provider's server sends it. What it carries is signed, or nothing happens, whoever is signed in."""
    views = office.app.view_functions
    assert [name for name, view in views.items() if hasattr(view, FOR_SERVERS)] == [OF_A_SERVER]
    (rule,) = (rule for rule in of_desk(office.app, "POST") if rule.endpoint == OF_A_SERVER)
    seat = seats[Role.INTAKE]
    for headers in ({"Origin": "http://localhost"}, *FOREIGN):
        with office.nothing_changes():
            answer = posted(seat, address(rule), seat.token, **headers)
        assert (answer.status_code, answer.mimetype) == (400, "application/json"), headers
        assert "Set-Cookie" not in answer.headers
    seat.look("/desk/sessions")


def test_every_page_is_strict_about_scripts_frames_caches_and_other_hosts(office: Office, seats: Seats) -> None:
    life, seen = Life(office, rich()), 0
    items = {"number": life.number, "request_id": life.post(Role.INTAKE, "identity-requests", WHY)["request_id"]}
    for rule in of_desk(office.app, "GET"):
        role = role_for(rule, "GET")
        answer = seats[role].caller.client.get(address(rule, **items))
        where = (rule.rule, answer.status_code)
        assert answer.headers["Content-Security-Policy"] in {POLICY, WITH_SCRIPT}, where
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY", where
        assert answer.headers["Cache-Control"] == "no-store", where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        if answer.mimetype == "text/html":
            must_be_plain(answer.text, rule.rule)
            seen += answer.status_code == 200
    assert seen > 20


def must_be_plain(page: str, where: str) -> None:
    """No inline style, script or handler; nothing from another host; no script but the one file of this host."""
    for tag, told_ in Tags(page).found:
        assert tag not in {"style", "iframe", "object", "embed", "base", "svg", "img"}, where
        assert not {name for name in told_ if name.startswith("on") or name == "style"}, where
        if tag == "script":
            assert told_["src"] == "/assets/passkeys.js", where
        for name in ("href", "src", "action", "formaction"):
            if name in told_:
                assert re.match(r"/(?!/)|#|\?", str(told_[name])), (where, tag, told_)


ELSEWHERE = (
    "https://evil.example/desk/",
    "//evil.example/desk/",
    "/desk//evil.example",
    "/desk/../../evil.example",
    "/desk/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)//desk/",
    "/desk/\r\nSet-Cookie: a=b",
    "/desk@evil.example/",
    "http:/desk/",
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_page_leads_to_another_place_than_its_own(office: Office, seats: Seats, wanted: str) -> None:
    """Neither by `next` or `then`, nor by the name the browser says it asked."""
    seat = seats[Role.INTAKE]
    headers = OURS | {"Host": "localhost"}
    body = urlencode({"form_token": seat.token, "then": wanted, "language": "fr", "next": wanted})
    asked = urlencode({"next": wanted, "then": wanted})
    answers = [
        seat.caller.client.post("/desk/language", data=body, content_type=FORM, headers=headers),
        office.door.client.get(f"/desk/sign-in?{asked}"),
        seat.caller.client.get(f"/desk/step-up?{asked}"),
        office.door.client.get(f"/desk/sessions?{asked}"),
    ]
    for answer in answers:
        assert "Set-Cookie: a=b" not in str(answer.headers)
        must_stay(answer.headers.get("Location", "/"))
        for _, told_ in Tags(answer.text).found:
            must_stay(str(told_.get("href") or told_.get("action") or "/"))


def must_stay(where: str) -> None:
    parts = urlsplit(where)
    assert (parts.scheme, parts.netloc) == ("", ""), where
    assert "evil.example" not in parts.path, where


def test_a_lying_host_header_is_in_no_redirect_and_in_no_link(office: Office, seats: Seats) -> None:
    lying = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for rule in of_desk(office.app, "GET"):
        for asking in (believing(seats[role_for(rule, "GET")]), office.door.client):
            answer = asking.get(address(rule), headers=lying)
            assert "evil.example" not in answer.headers.get("Location", ""), rule.rule
            assert "evil.example" not in answer.text, rule.rule
    seat = seats[Role.ADMINISTRATOR]
    fields = {"form_token": seat.token, "person": "S0015", "role": "investigator"}
    made = believing(seat).post(
        "/desk/admin/links", data=fields, headers={"Host": "evil.example", "Sec-Fetch-Site": "same-origin"}
    )
    assert "l12_" in made.text
    assert "evil.example" not in made.text


def believing(seat: Seat) -> FlaskClient:
    """The client of somebody signed in that takes another host for the desk."""
    held = seat.caller.client.get_cookie("rule12")
    assert held is not None
    seat.caller.client.set_cookie("rule12", held.value, domain="evil.example")
    return seat.caller.client


def test_an_id_of_another_case_or_person_is_unknown_in_every_address(office: Office, seats: Seats) -> None:
    """What belongs to a case that this person may see, asked for below one of somebody else's, and the other way."""
    ours, theirs = Life(office, rich()), other_life(office)
    for life in (ours, theirs):
        office.attach(life.receipt)
    office.sort()
    hidden = {"number": theirs.number, "evidence_id": _evidence(theirs), "request_id": _request(theirs)}
    mixed = {"number": ours.number, "evidence_id": hidden["evidence_id"]}
    for method in ("GET", "POST"):
        for rule in of_desk(office.app, method):
            if not rule.arguments & {"number", "request_id", "evidence_id"}:
                continue
            seat = seats[role_for(rule, method)]
            for items in (hidden, mixed) if "evidence_id" in rule.arguments else (hidden,):
                with office.nothing_changes():
                    answer = asked(seat, method, address(rule, **items))
                assert answer.status_code == 404, (method, rule.rule, answer.text)
                assert slug(answer) in {"unknown-case", "unknown-item"}, rule.rule


def other_life(office: Office) -> Life:
    """A case against the people who are asked here, the custodian too: it exists for none of them."""
    subjects = [{"staff_number": number} for number in PEOPLE.values()]
    return Life(office, rich(subjects=subjects, witnesses=[{"staff_number": "S0112"}]))


def _evidence(life: Life) -> str:
    return str(life.office.desk.lookup.evidence(life.complaint)[0].content.id)


def _request(life: Life) -> str:
    asked_ = life.as_(Role.OUTSIDE, "S0071").post(f"{life.path}/identity-requests", WHY)
    return str((asked_.json or {}).get("request_id", uuid4()))


def asked(seat: Seat, method: str, path: str) -> TestResponse:
    if method == "GET":
        return seat.caller.client.get(path)
    fields = {"actions": {"text": "x"}, "acknowledgement": {}, "decision": {"grant": "true"} | WHY}
    return seat.send(path, key=str(uuid4()), **fields.get(path.rpartition("/")[2], WHY))


NAMES = {
    'a".png\r\nSet-Cookie: a=b': "line ends and quotes",
    "photo\u202egnp.exe": "an override of the direction of writing",
    "../../etc/passwd": "a path",
    "a\x00b;filename=evil.html": "a null and another name",
}


@pytest.mark.parametrize("name", NAMES, ids=list(NAMES.values()))
def test_no_file_name_of_a_reporter_gets_into_a_header_or_turns_itself_round(office: Office, name: str) -> None:
    with office.app.test_request_context():
        answer = attachment(iter((b"x",)), 1, name, "image/png")
    said = answer.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9%_.~-]+", said), said
    assert not re.search(r"%0D|%0A|%E2%80|%22%0|%2F|%00", said)
    assert "Set-Cookie" not in answer.headers


MARK = "r12x"
MARKUP = f"{MARK}\"'><img src=x onerror={MARK}><script>{MARK}()</script>{MARK}{{{{7*7}}}}"
SHORT = f'"><img src={MARK} onerror=a>{{{{7*7}}}}'


def marked_complaint(*, certain: bool) -> dict[str, Any]:
    """A complaint whose every text holds markup, as far as its length allows.

    A supervisor is told only where it is `certain` who every person is.
    """
    post = dict.fromkeys(("platform", "handle", "audience"), MARKUP) | {"url": f"javascript:{MARKUP}"}
    post |= {"posted_at": SHORT, "seen_at": SHORT, "account_kind": "institutional", "language": '"><b>{{7*7}}'}
    names = ("name", "email", "function", "duty_station", "relation")
    person = dict.fromkeys(names, MARKUP) | {"staff_number": SHORT, "personnel_type": SHORT}
    known = {"staff_number": "S0107"} | dict.fromkeys(names[2:], MARKUP)
    subjects, witnesses = ([known], []) if certain else ([known, person], [person])
    said = {"summary": MARKUP, "narrative": MARKUP, "place": MARKUP, "posts": [post], "witnesses": witnesses}
    filed = told(fears_retaliation=True, tell_ethics=True, **said | {"subjects": subjects})
    filed["reporter"] |= {"name": MARKUP}
    return filed


@pytest.mark.parametrize("certain", [True, False])
def test_nothing_a_reporter_writes_is_markup_on_any_page_of_any_role(
    office: Office, seats: Seats, *, certain: bool
) -> None:
    life = Life(office, marked_complaint(certain=certain))
    office.attach(life.receipt, Content_Disposition=f"attachment; filename*=UTF-8''{quote(MARKUP.replace('/', ''))}")
    office.holder(life.receipt).post(f"{PREFIX}/mailbox/messages", {"text": MARKUP})
    office.sort()
    request = life.post(Role.INTAKE, "identity-requests", {"reason": MARKUP})["request_id"]
    office.as_(Role.SUPERVISOR).post(f"{life.path}/supervisor/actions", {"text": MARKUP})
    life.post(Role.INTAKE, "tasks", {"what": MARKUP, "due_on": "2030-01-01", "role": "intake"})
    items = {"number": life.number, "request_id": request, "evidence_id": _evidence(life)}
    showing = set()
    for rule in of_desk(office.app, "GET"):
        for role in Role:
            answer = seats[role].caller.client.get(address(rule, **items) + "?words=1" * (rule.rule == "/desk/tasks"))
            if answer.mimetype == "text/html":
                must_be_text(answer.text, f"{role} {rule.rule}")
                showing |= {rule.rule} if MARK in answer.text else set()
    assert showing >= SHOWING | ({"/desk/received/<string:number>"} if certain else set())


SHOWING = {
    "/desk/requests/<uuid:request_id>",
    "/desk/requests/<uuid:request_id>/identity",
    "/desk/ethics/<string:number>",
    "/desk/accounts/<string:number>",
}


def must_be_text(page: str, where: str) -> None:
    """No element and no attribute was made by what somebody wrote; no link leads to where they point."""
    must_be_plain(page, where)
    assert f"{MARK}49" not in page, where
    assert page.count("{{7*7}}") >= page.count(f"&lt;script&gt;{MARK}()"), where
    for tag, told_ in Tags(page).found:
        made_of = [name for name, value in told_.items() if MARK in name or MARK in (value or "")]
        assert MARK not in tag, where
        assert set(made_of) <= {"value"}, (where, tag, told_)
