"""The mailbox as pages: opened by a receipt, held open by one cookie, and everything its holder may do there."""

import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api import create_app
from cases.case import Given
from cases.casework.moving import make_move
from cases.lifecycle import Action
from cases.people import Role
from cases.receipt import read_receipt, write_receipt
from cases.sight import Actor
from cases.visit import IDLE, LONGEST, Visit
from storage import open_house, prepare
from storage.settings import Settings, read_settings
from tests.api.browsing import Browser
from tests.api.conftest import KEY, PICTURE, PREFIX, PROBLEM, Office, Tags, raw_png, told
from tests.api.lives import CLOSING, SECOND_HEAD, Life
from tests.api.seated import Seat
from tests.conftest import NOON

MAILBOX, MESSAGES = "/en/mailbox", "/en/mailbox/messages"
NAME = "rule12-mailbox"
BOUNDARY = "XbX"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


class Visitor(Browser):
    """A reporter's browser."""

    def enter(self, receipt: str, **headers: str) -> TestResponse:
        """Show a receipt, and go where it leads."""
        answer = self.send(MAILBOX, {"receipt": receipt}, **headers)
        return self.open(answer.headers["Location"]) if answer.status_code == 303 else answer

    def cookie(self) -> str:
        found = self.client.get_cookie(NAME)
        return found.value if found else ""

    def upload(self, page: TestResponse, *files: tuple[str, bytes], **fields: str) -> TestResponse:
        """Send files by the form of a page, or with other fields than it holds."""
        held = fields or {"mark": mark_in(page)}
        body = multipart(*((name, "", value.encode()) for name, value in held.items()), *(("files", *f) for f in files))
        return self.client.post(
            "/en/evidence",
            data=body,
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        )


def multipart(*parts: tuple[str, str, bytes]) -> bytes:
    """Parts as (name, file name, data); a field has no file name."""
    body = b""
    for name, filename, data in parts:
        file = f'; filename="{filename}"\r\nContent-Type: image/png' if filename else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def mark_in(page: TestResponse) -> str:
    return next(str(one["value"]) for one in Tags(page.text).all("input") if one.get("name") == "mark")


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def test_a_receipt_opens_the_mailbox_by_one_cookie_that_scripts_and_other_sites_cannot_use(
    office: Office, visitor: Visitor
) -> None:
    receipt = office.file()["receipt"]
    answer = visitor.send(MAILBOX, {"receipt": receipt})
    assert (answer.status_code, answer.headers["Location"]) == (303, MAILBOX)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    rules = {one.strip() for one in cookie.split(";")[1:]}
    assert rules == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert re.fullmatch(NAME + r"=[A-Za-z0-9_-]{86}", cookie.split(";")[0])
    assert "Your mailbox" in visitor.open(MAILBOX).text


def test_outside_of_loopback_the_cookie_is_secure_and_of_this_host_alone(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    for host in ("desk.example.org", "127.0.0.1.example.org", "[::"):
        answer = visitor.client.post(MAILBOX, data={"receipt": receipt}, headers={"Host": host})
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith(f"__Host-{NAME}=")
        assert {"Secure", "Path=/"} <= {one.strip() for one in cookie.split(";")}
        assert "Domain" not in cookie


def test_no_cookie_is_set_before_a_mailbox_is_opened(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    pages = [
        visitor.open("/"),
        visitor.open("/en/"),
        visitor.open("/en/report"),
        visitor.open("/en/safety"),
        visitor.open("/en/leave"),
        visitor.open(MAILBOX),
        visitor.send(MAILBOX, {"receipt": "ABCDE"}),
        visitor.send(MESSAGES, {"text": "Hello"}),
        visitor.send("/en/proof", {"receipt": receipt}),
        visitor.upload(visitor.open(MAILBOX), ("a.png", PICTURE.read_bytes()), receipt=receipt),
    ]
    assert [page.headers.getlist("Set-Cookie") for page in pages] == [[]] * len(pages)


def test_a_wrong_receipt_is_always_answered_in_the_same_words(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    swapped = ("1" if receipt[0] != "1" else "2") + receipt[1:]
    unknown = write_receipt(b"fifteen bytes!!")
    answers = set()
    with office.nothing_changes():
        for wrong in ("", "ABCDE", swapped, unknown, "é" * 25, "A" * 10_000):
            answer = visitor.send(MAILBOX, {"receipt": wrong})
            assert answer.headers["WWW-Authenticate"] == "Receipt"
            answers.add((answer.status_code, re.sub(r'(name="receipt" value=")[^"]*', r"\1", answer.text)))
    ((status, page),) = answers
    assert status == 401
    assert "This receipt opens no mailbox." in page


def test_a_receipt_is_in_no_page_address_or_header_of_the_mailbox(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    page = visitor.enter(receipt)
    for answer in (page, visitor.submit(page, MESSAGES, text="Hello"), visitor.upload(page)):
        forms = (receipt, receipt.replace("-", ""), read_receipt(receipt).hex())
        assert not any(form in answer.text or form in str(answer.headers) for form in forms)
    with office.nothing_changes():
        assert "Your mailbox" not in Visitor(office.app).open(f"{MAILBOX}?receipt={receipt}").text


def held(office: Office, receipt: str, opened: timedelta, used: timedelta) -> str:
    """A cookie that was opened and used so long ago, sealed just now."""
    now = datetime.now(UTC)
    return office.desk.visits.seal(Visit(read_receipt(receipt), now - opened, now - used), now)


def test_a_cookie_ends_after_fifteen_minutes_without_use_and_after_four_hours_in_all(
    office: Office, visitor: Visitor
) -> None:
    receipt, moment = office.file()["receipt"], timedelta(seconds=30)
    lasting = [(IDLE - moment, IDLE - moment), (LONGEST - moment, moment)]
    over = [(IDLE + moment, IDLE + moment), (LONGEST + moment, moment), (-2 * moment, -4 * moment)]
    for opened, used in lasting:
        visitor.client.set_cookie(NAME, held(office, receipt, opened, used))
        assert "Where your report stands" in visitor.open(MAILBOX).text
    for opened, used in over:
        visitor.client.set_cookie(NAME, held(office, receipt, opened, used))
        page = visitor.open(MAILBOX)
        assert "Your mailbox was closed" in page.text
        assert visitor.cookie() == ""


def test_every_use_renews_the_cookie_and_never_the_time_it_was_opened(office: Office, visitor: Visitor) -> None:
    receipt, opened = office.file()["receipt"], timedelta(hours=3)
    visitor.client.set_cookie(NAME, held(office, receipt, opened, timedelta(minutes=14)))
    before = datetime.now(UTC)
    visitor.open(MAILBOX)
    visit = office.desk.visits.open(visitor.cookie(), datetime.now(UTC))
    assert visit is not None
    assert visit.used_at >= before
    assert visit.opened_at <= before - opened


def test_a_wrong_cut_or_changed_cookie_is_taken_back_and_the_receipt_asked_for(
    office: Office, visitor: Visitor
) -> None:
    visitor.enter(office.file()["receipt"])
    good = visitor.cookie()
    flipped = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    for wrong in (good[:-1], good + "A", flipped, "A" * 86, "x", good.replace(good[0], "é", 1)):
        visitor.client.set_cookie(NAME, wrong)
        page = visitor.open(MAILBOX)
        assert "Your receipt" in page.text, wrong
        assert "Where your report stands" not in page.text
        assert visitor.cookie() == ""


def test_a_cookie_of_another_installation_opens_nothing(office: Office, visitor: Visitor, tmp_path_factory) -> None:
    """Even one whose receipt is right: it was sealed under secrets that are not here."""
    receipt = office.file()["receipt"]
    other = open_elsewhere(read_settings({"RULE12_DATA_DIR": str(tmp_path_factory.mktemp("other") / "data")}))
    now = datetime.now(UTC)
    visitor.client.set_cookie(NAME, other.desk.visits.seal(Visit(read_receipt(receipt), now, now), now))
    other.close()
    assert "Your receipt" in visitor.open(MAILBOX).text
    assert visitor.cookie() == ""


def open_elsewhere(place: Settings):
    prepare(place, NOON)
    return open_house(place)


def test_server_processes_of_one_machine_share_their_visits(office: Office, visitor: Visitor, place: Settings) -> None:
    visitor.enter(office.file()["receipt"])
    house = open_house(place)
    second = Visitor(create_app(house.desk))
    second.client.set_cookie(NAME, visitor.cookie())
    assert "Where your report stands" in second.open(MAILBOX).text
    house.close()


def test_a_door_without_the_keys_of_the_desk_does_all_of_it(office: Office, place: Settings) -> None:
    filed = office.file()
    office.sort()
    house = open_house(replace(place, surface="door"))
    visitor = Visitor(create_app(house.desk, "door"))
    page = visitor.enter(filed["receipt"])
    assert visitor.submit(page, MESSAGES, text="Hello").status_code == 303
    assert visitor.submit(page, f"{MAILBOX}/consent", consent="open").status_code == 303
    assert visitor.submit(page, f"{MAILBOX}/withdrawal", text="").status_code == 303
    assert visitor.upload(page, ("a.png", PICTURE.read_bytes())).status_code == 200
    assert visitor.submit(page, "/en/proof").data.decode() == filed["filing_proof"]
    assert visitor.submit(page, "/en/inclusion").status_code == 200
    house.close()


def test_closing_and_leaving_take_the_cookie_back(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    page = visitor.enter(receipt)
    assert visitor.submit(page, f"{MAILBOX}/close").status_code == 303
    assert visitor.cookie() == ""
    assert "Your receipt" in visitor.open(MAILBOX).text
    visitor.enter(receipt)
    assert visitor.cookie()
    visitor.open("/en/leave")
    assert visitor.cookie() == ""


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
]
OURS = [
    {},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]
FORMS = (MAILBOX, MESSAGES, f"{MAILBOX}/consent", f"{MAILBOX}/withdrawal", f"{MAILBOX}/review", f"{MAILBOX}/close")
FILES = ("/en/proof", "/en/inclusion")


def test_csrf_no_form_of_another_site_does_anything(office: Office, visitor: Visitor) -> None:
    """Not even with the right mark, or the right receipt: nobody is let into a mailbox that is not theirs."""
    receipt = office.file()["receipt"]
    mark = mark_in(visitor.enter(receipt))
    for path in (*FORMS, *FILES, "/en/evidence"):
        for headers in FOREIGN:
            fields = {"mark": mark, "receipt": receipt, "text": "Hello", "consent": "open", "ground": "review"}
            kind = {"content_type": f"multipart/form-data; boundary={BOUNDARY}"} if path == "/en/evidence" else {}
            data = multipart(("mark", "", mark.encode()), ("files", "a.png", PICTURE.read_bytes())) if kind else fields
            with office.nothing_changes():
                answer = visitor.client.post(path, data=data, headers=headers, **kind)
            assert answer.status_code == 403, (path, headers)
            assert "Set-Cookie" not in answer.headers


def test_csrf_a_form_without_the_mark_of_this_visit_does_nothing(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    stale = mark_in(visitor.enter(receipt))
    visitor.enter(receipt)
    other = Visitor(office.app)
    marks = ["", "x" * 43, "é", stale, mark_in(other.enter(office.file()["receipt"]))]
    for path in (*FORMS[1:-1], *FILES):
        for mark in marks:
            with office.nothing_changes():
                answer = visitor.send(path, {"mark": mark, "text": "Kept for later", "consent": "open"})
            assert answer.status_code == 403, (path, mark)
            assert 'value="Kept for later"' in answer.text
    with office.nothing_changes():
        for mark in marks:
            assert visitor.upload(visitor.open(MAILBOX), ("a.png", PICTURE.read_bytes()), mark=mark).status_code == 403


@pytest.mark.parametrize("headers", OURS)
def test_a_form_is_taken_of_browsers_old_and_new(office: Office, visitor: Visitor, headers: dict[str, str]) -> None:
    receipt = office.file()["receipt"]
    assert visitor.client.post(MAILBOX, data={"receipt": receipt}, headers=headers).status_code == 303
    page = visitor.open(MAILBOX)
    fields = {"mark": mark_in(page), "key": KEY, "text": "Hello"}
    assert visitor.client.post(MESSAGES, data=fields, headers=headers).status_code == 303


def test_session_fixation_a_cookie_planted_before_is_never_adopted(office: Office, visitor: Visitor) -> None:
    """Somebody plants the cookie of their own mailbox: whoever shows a receipt is in the mailbox of that receipt."""
    theirs, mine = office.file(told(summary="Theirs"))["receipt"], office.file(told(summary="Mine"))["receipt"]
    attacker = Visitor(office.app)
    mark = mark_in(attacker.enter(theirs))
    planted = attacker.cookie()
    visitor.client.set_cookie(NAME, planted)
    page = visitor.enter(mine)
    assert "Mine" in page.text
    assert "Theirs" not in page.text
    visit = office.desk.visits.open(visitor.cookie(), datetime.now(UTC))
    assert visit is not None
    assert visit.receipt == mine
    with office.nothing_changes():
        assert visitor.send(MESSAGES, {"mark": mark, "text": "Hello"}).status_code == 403


def test_what_was_typed_for_too_long_is_kept_and_sent_with_the_receipt(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    page = visitor.enter(receipt)
    visitor.client.set_cookie(NAME, held(office, receipt, timedelta(hours=1), timedelta(minutes=20)))
    with office.nothing_changes():
        asked = visitor.submit(page, MESSAGES, text="A long <b>story</b>\nin two lines")
    assert asked.status_code == 401
    assert "A long &lt;b&gt;story&lt;/b&gt;" in asked.text
    sent = visitor.submit(asked, MESSAGES, receipt=receipt)
    assert sent.status_code == 303
    assert "A long &lt;b&gt;story&lt;/b&gt;" in visitor.open(MAILBOX).text


def test_a_letter_is_sent_once_and_kept_in_the_page_when_it_is_not(office: Office, visitor: Visitor) -> None:
    page = visitor.enter(office.file()["receipt"])
    assert visitor.submit(page, MESSAGES, text="One more thing").status_code == 303
    with office.nothing_changes():
        assert visitor.submit(page, MESSAGES, text="One more thing").status_code == 303
        changed = visitor.submit(page, MESSAGES, text="Another thing")
        assert changed.status_code == 422
        assert "Another thing</textarea>" in changed.text
        too_long = visitor.submit(visitor.open(MAILBOX), MESSAGES, text="b" * 20_001)
        assert too_long.status_code == 422
        assert "b" * 20_001 + "</textarea>" in too_long.text
        assert visitor.submit(page, MESSAGES, text="a", key="short").status_code == 422
        empty = visitor.submit(visitor.open(MAILBOX), MESSAGES, text="")
        assert 'id="message-text-wrong"' in empty.text
    assert "One more thing" in visitor.open(MAILBOX).text


def test_a_mistake_is_said_on_top_with_the_way_to_its_field(office: Office, visitor: Visitor) -> None:
    page = visitor.enter(office.file()["receipt"])
    mistakes = [
        visitor.submit(page, MESSAGES, text=""),
        visitor.submit(page, MESSAGES, text="a" * 20_001),
        visitor.submit(page, f"{MAILBOX}/consent", consent="anonymous", email="ana@example.org"),
        visitor.submit(page, f"{MAILBOX}/consent", consent=""),
    ]
    leads = [re.search(r'role="alert".*?href="#([a-z-]+)"', one.text, re.DOTALL) for one in mistakes]
    assert [found and found[1] for found in leads] == ["message-text", "message-text", "email", "consent"]
    for one, found in zip(mistakes, leads, strict=True):
        assert found
        assert f'id="{found[1]}"' in one.text.partition('role="alert"')[2]


def test_the_page_shows_the_whole_statement_as_it_was_told(office: Office, visitor: Visitor) -> None:
    post = {
        "platform": "Chirp",
        "url": "https://social.example/1",
        "handle": "@c0107",
        "account_kind": "institutional",
        "posted_at": "May",
        "seen_at": "June",
        "still_online": None,
        "audience": "friends",
        "affiliation_shown": True,
        "disclaimer_shown": False,
        "language": "tlh",
    }
    person = {name: f"{name} of one" for name in ("name", "staff_number", "email", "function", "duty_station")}
    person |= {"relation": "a cousin", "personnel_type": "volunteer"}
    witness = {"name": "Somebody who saw it"}
    more = {"place": "In the office", "immediate_danger": True, "fears_retaliation": False}
    receipt = office.file(told(posts=[post], subjects=[person], witnesses=[witness], **more))["receipt"]
    page = visitor.enter(receipt).text
    said = [*(value for value in post.values() if isinstance(value, str)), *person.values(), *witness.values()]
    said.remove("institutional")
    assert [one for one in (*said, "In the office", "An account of the organisation") if one not in page] == []
    assert page.count('<dd dir="auto">I do not know</dd>') == 1
    assert page.count('<dd dir="auto">Yes</dd>') == 2


def test_a_question_stands_on_top_until_it_is_answered(office: Office, visitor: Visitor) -> None:
    life = Life(office)
    life.move(Role.INTAKE, "assess")
    life.move(Role.INTAKE, "ask_reporter", question="Which account was it?")
    page = visitor.enter(life.receipt)
    assert "We have a question for you" in page.text
    assert page.text.index("Which account was it?") < page.text.index('id="messages"')
    assert visitor.submit(page, MESSAGES, text="The blue one.").status_code == 303
    office.sort()
    page = visitor.open(MAILBOX)
    assert "We have a question for you" not in page.text
    assert life.read(Role.INTAKE)["state"] == "assessment"


def test_a_closed_report_shows_its_reasons_on_top_and_can_be_looked_at_again(office: Office, visitor: Visitor) -> None:
    life = Life(office)
    life.move(
        Role.INTAKE, "close", closure_reason="insufficient_information", notice="Nobody could be found.", reason="x"
    )
    page = visitor.enter(life.receipt)
    assert "How it ended, and why" in page.text
    assert page.text.index("Nobody could be found.") < page.text.index('id="messages"')
    assert "Ask to withdraw it" not in page.text
    with office.nothing_changes():
        missing = visitor.submit(page, f"{MAILBOX}/review", text="I found a second post.")
        assert missing.status_code == 422
        assert "I found a second post.</textarea>" in missing.text
    asked = visitor.submit(page, f"{MAILBOX}/review", text="I found a second post.", ground="new_evidence")
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{MAILBOX}#review")
    assert "You asked for a review" in visitor.open(MAILBOX).text
    office.sort()
    (entry,) = office.as_(Role.AUDITOR).read(f"{PREFIX}/audit/entries?action=review_requested")["items"]
    assert entry["entry"]["facts"]["ground"] == "new_evidence"


def test_a_withdrawal_is_a_wish_that_handlers_see_and_nothing_else(office: Office, visitor: Visitor) -> None:
    life = Life(office)
    page = visitor.enter(life.receipt)
    before = life.read(Role.INTAKE)
    assert visitor.submit(page, f"{MAILBOX}/withdrawal", text="").status_code == 303
    office.sort()
    assert "You asked us on" in visitor.open(MAILBOX).text
    assert life.read(Role.INTAKE) == before, "neither closed nor changed"
    letters = office.as_(Role.INTAKE).read(f"{life.path}/messages")
    assert [(one["purpose"], one["text"]) for one in letters] == [("withdrawal", "")]
    case_page = Seat(office, Role.INTAKE).look(f"/desk/cases/{life.number}")
    assert "asks to withdraw the complaint; it is for you to decide" in case_page
    assert "The reporter asked to withdraw the complaint." in case_page, "on the timeline"
    notices = office.as_(Role.INTAKE).read(f"{PREFIX}/notices")["items"]
    assert "The reporter asks to withdraw the complaint" in {one["text"] for one in notices}


def test_consent_is_shown_and_changed(office: Office, visitor: Visitor) -> None:
    filed = office.file()
    assert "As you chose when you reported." in visitor.enter(filed["receipt"]).text
    office.sort()
    page = visitor.open(MAILBOX)
    assert "<strong>One person, only if they need it" in page.text
    with office.nothing_changes():
        mixed = visitor.submit(page, f"{MAILBOX}/consent", consent="anonymous", name="Ana Lima")
        assert mixed.status_code == 422
        assert 'id="name-wrong"' in mixed.text
        assert 'value="Ana Lima"' in mixed.text
        assert visitor.submit(page, f"{MAILBOX}/consent", consent="").status_code == 422
    assert visitor.submit(page, f"{MAILBOX}/consent", consent="open", share_with_supervisor="false").status_code == 303
    assert "<strong>The people who work on the case." in visitor.open(MAILBOX).text
    office.sort()
    assert office.as_(Role.SUPERVISOR).read(f"{PREFIX}/cases")["items"] == []


def test_files_are_added_to_an_open_mailbox_and_the_page_says_what_was_stored(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    page = visitor.enter(receipt)
    answer = visitor.upload(page, ("first.png", PICTURE.read_bytes()), ("second.png", b"not a picture" * 5000))
    assert answer.status_code == 422
    (kept,) = office.holder(receipt).read(f"{PREFIX}/mailbox")["evidence"]
    assert (kept["name"], kept["sha256"] in answer.text) == ("first.png", True)
    assert "Not stored:</strong> <bdi>second.png" in answer.text
    assert kept["sha256"] in visitor.open(MAILBOX).text
    assert visitor.upload(answer, ("third.png", PICTURE.read_bytes())).status_code == 200
    with office.nothing_changes():
        late = visitor.client.post(
            "/en/evidence",
            data=multipart(("files", "a.png", PICTURE.read_bytes()), ("mark", "", mark_in(page).encode())),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )
        assert late.status_code == 401


def test_files_come_by_the_receipt_before_any_mailbox_is_open(office: Office, visitor: Visitor) -> None:
    receipt = office.file()["receipt"]
    answer = visitor.upload(visitor.open(MAILBOX), ("a.png", PICTURE.read_bytes()), receipt=receipt)
    assert answer.status_code == 200
    assert visitor.submit(answer, MAILBOX).status_code == 303, "the way on opens the mailbox"
    with office.nothing_changes():
        for wrong in ("", "ABCDE", "A" * 10_000):
            page = visitor.upload(answer, ("a.png", PICTURE.read_bytes()), receipt=wrong)
            assert (page.status_code, page.headers["WWW-Authenticate"]) == (401, "Receipt")


def test_the_filing_proof_is_the_one_of_filing_to_the_byte(office: Office, visitor: Visitor) -> None:
    filed = office.file()
    by_receipt = visitor.send("/en/proof", {"receipt": filed["receipt"]})
    page = visitor.enter(filed["receipt"])
    office.sort()
    by_mark = visitor.submit(page, "/en/proof")
    for answer in (by_receipt, by_mark):
        assert answer.headers["Content-Disposition"] == "attachment; filename=rule12-filing-proof.txt"
        assert answer.data.decode() == filed["filing_proof"]
    for wrong in ({"receipt": "ABCDE"}, {"receipt": ""}, {"mark": "x" * 43}):
        assert Visitor(office.app).send("/en/proof", wrong).status_code == 401


def test_the_proof_from_the_ledger_is_there_once_it_is_merged(office: Office, visitor: Visitor) -> None:
    filed = office.file()
    page = visitor.enter(filed["receipt"])
    assert "/en/inclusion" not in page.text
    assert visitor.send("/en/inclusion", {"mark": mark_in(page)}).status_code == 404
    office.sort()
    answer = visitor.submit(visitor.open(MAILBOX), "/en/inclusion")
    assert answer.headers["Content-Disposition"] == "attachment; filename=rule12-ledger-entry.tlog-proof"
    assert answer.data.decode() == office.holder(filed["receipt"]).read(f"{PREFIX}/mailbox")["proofs"]["tlog_proof"]


def test_the_status_is_told_in_each_of_the_six_languages(office: Office, visitor: Visitor) -> None:
    visitor.enter(office.file()["receipt"])
    law = office.desk.law
    for row in law.languages:
        said = law.wording("status-received", datetime.now(UTC).date(), row.code)
        assert said.language == row.code
        assert said.text in visitor.open(f"/{row.code}/mailbox").text


def test_markup_in_what_a_reporter_writes_stays_text(office: Office, visitor: Visitor) -> None:
    statement = {"summary": MARKUP, "narrative": MARKUP, "place": MARKUP, "posts": [{"handle": MARKUP}]}
    receipt = office.file(told(**statement))["receipt"]
    page = visitor.enter(receipt)
    visitor.submit(page, MESSAGES, text=MARKUP)
    pages = [
        visitor.open(MAILBOX),
        visitor.upload(page, (f"{MARKUP}.png", PICTURE.read_bytes()), (f"{MARKUP}.exe", b"MZ")),
        visitor.submit(page, f"{MAILBOX}/consent", consent="anonymous", name=MARKUP),
        Visitor(office.app).send(MESSAGES, {"text": MARKUP}),
        visitor.send(MAILBOX, {"receipt": MARKUP}),
    ]
    for one in pages:
        tags = Tags(one.text)
        assert not [script for script in tags.all("script") if script.get("src") != "/assets/door.js"]
        assert not tags.all("img") + tags.all("iframe") + tags.all("object")
        assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
        assert "alert(2)&gt;49" not in one.text


def test_files_for_a_mailbox_that_was_closed_are_said_not_to_be_stored(office: Office, visitor: Visitor) -> None:
    page = visitor.enter(office.file()["receipt"])
    visitor.submit(page, f"{MAILBOX}/close")
    with office.nothing_changes():
        answer = visitor.upload(page, ("first.png", PICTURE.read_bytes()))
    assert answer.status_code == 401
    assert "No file was stored." in answer.text


def test_a_letter_far_too_long_comes_back_whole(office: Office, visitor: Visitor) -> None:
    page = visitor.enter(office.file()["receipt"])
    with office.nothing_changes():
        answer = visitor.submit(page, MESSAGES, text="x" * 600_000)
    assert answer.status_code == 422
    assert "x" * 600_000 in answer.text


def test_a_form_that_is_no_plain_form_is_refused(office: Office, visitor: Visitor) -> None:
    visitor.enter(office.file()["receipt"])
    with office.nothing_changes():
        for path in (*FORMS, *FILES):
            answer = visitor.client.post(path, data=b"{}", content_type="application/json")
            assert (answer.status_code, answer.mimetype) == (415, "text/html"), path


def test_an_erased_report_says_so_and_keeps_its_proofs(office: Office, visitor: Visitor) -> None:
    long_ago = 365 * 11
    number, receipt = office.case_of(long_ago, told("open"))
    given = Given(closure_reason="insufficient_information", **CLOSING)
    at = datetime.now(UTC) - timedelta(days=long_ago)
    make_move(office.desk, Actor("S0012", Role.INTAKE), number, 1, Action.CLOSE, given, at)
    office.door.must(201, office.move(Role.HEAD, number, "erase", 2, reason="Its time is over."))
    second = office.as_(Role.HEAD, SECOND_HEAD)
    office.door.must(201, second.post(f"{PREFIX}/cases/{number}/moves", {"move": "approve"}, version=3))
    office.sort()
    page = visitor.enter(receipt)
    assert "was erased when its time was over" in page.text
    assert "A public endorsement" not in page.text
    assert visitor.submit(page, "/en/proof").status_code == 200
    assert visitor.submit(page, "/en/inclusion").status_code == 200
    with office.nothing_changes():
        assert visitor.send(MESSAGES, {"mark": mark_in(page), "text": "Hello"}).status_code == 404


def test_no_upload_ever_reaches_a_temporary_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Multipart sent to a page or to any JSON endpoint is refused or streamed; the framework must not spool it."""
    made: list[str] = []

    def noticed(name: str) -> Any:
        def make(*_: Any, **__: Any) -> Any:
            made.append(name)
            raise AssertionError(f"tempfile.{name} was used")

        return make

    receipt = office.file()["receipt"]
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp", "TemporaryDirectory"):
        monkeypatch.setattr(tempfile, name, noticed(name))
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", noticed("werkzeug"))
    parts = [("receipt", "", receipt.encode()), ("files", "a.png", raw_png(1 << 20))]
    with office.nothing_changes():
        for path in (
            "/en/report",
            *FORMS,
            *FILES,
            f"{PREFIX}/complaints",
            f"{PREFIX}/mailbox/messages",
            f"{PREFIX}/mailbox/evidence",
        ):
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            headers = {"Authorization": f"Receipt {receipt}"}
            answer = office.door.call("POST", path, data=multipart(*parts), content_type=kind, headers=headers)
            assert answer.status_code == 415, path
            assert answer.mimetype == (PROBLEM if path.startswith(PREFIX) else "text/html")
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    assert office.door.call("POST", "/en/evidence", data=multipart(*parts), content_type=kind).status_code == 200
    assert made == []
