"""One case worked from the door to its closure by six people and a second decider, in browsers without script."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cases.casework.administering import import_directory
from cases.people import Role
from tests.server.at_desks import Sitter
from tests.server.chromium import chromium
from tests.server.desk import DIRECTORY, PEOPLE, SECOND, house_of
from tests.server.running import Server, Spot, free_port, granian, until

SCREENSHOT = DIRECTORY.with_name("en-political-endorsement.png")
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    spot, port = Spot(tmp_path), free_port()
    running = granian(spot, port, processes=1, RULE12_PUBLIC_URL=f"http://localhost:{port}")
    with closing(running):
        with house_of(spot) as house:
            import_directory(house.desk, DIRECTORY.read_text(), datetime.now(UTC))
        yield running


class Room:
    """Everybody who has a hand in the case."""

    def __init__(self, browser: Browser, server: Server) -> None:
        def sit(name: str, role: Role, person: str = "") -> Sitter:
            sitter = Sitter(browser, server, name)
            sitter.sign_in(person or PEOPLE[role], role)
            return sitter

        self.reporter = Sitter(browser, server, "reporter")
        self.supervisor = sit("supervisor", Role.SUPERVISOR)
        self.intake = sit("intake", Role.INTAKE)
        self.head = sit("head", Role.HEAD)
        self.investigator = sit("investigator", Role.INVESTIGATOR)
        self.decider = sit("decider", Role.DECIDER)
        self.second = sit("second-decider", Role.DECIDER, SECOND[Role.DECIDER])
        self.number = ""

    def at(self, sitter: Sitter) -> Sitter:
        """Somebody with the case open, as it is now."""
        sitter.open(f"/desk/cases/{self.number}")
        assert self.number in sitter.words()
        return sitter


def test_six_people_work_a_case_from_the_door_to_its_closure(server: Server) -> None:
    with chromium() as browser:
        room = Room(browser, server)
        receipt = _file(room.reporter)
        _take_in(room)
        _investigate(room)
        _decide(room)
        _read_back(room, receipt)
        _fits_a_small_screen(room)


def _file(reporter: Sitter) -> str:
    reporter.open("/en/report")
    reporter.fill(summary="A public endorsement", narrative="They asked everybody to vote for one candidate.")
    reporter.press("Continue")
    reporter.page.locator('[name=kind][value="ai-5.1.9"]').check()
    reporter.press("Continue")
    reporter.fill(**{"post-0-address": "https://example.org/post/1"})
    reporter.press("Continue")
    reporter.fill(**{"subject-0-staff_number": "S0107"})
    reporter.press("Continue")
    reporter.fill(consent="confidential", name="Ana Lima", staff_number="S0102", share_with_supervisor="yes")
    reporter.press("Continue")
    reporter.press("Send the report")
    receipt = "".join(reporter.page.locator(".receipt").inner_text().split())
    reporter.page.locator("input[type=file]").set_input_files(SCREENSHOT)
    reporter.press("Add the files")
    return receipt


def _take_in(room: Room) -> None:
    intake = room.intake

    def listed() -> str:
        intake.open("/desk/cases")
        found = intake.page.locator("main .number")
        return found.first.inner_text() if found.count() else ""

    room.number = until(listed, "the case to be sorted")
    intake.shoot("queue")
    _supervise(room)
    intake.follow(room.number)
    assert "I spoke to the unit." in intake.words()
    intake.shoot("case")
    intake.does("Acknowledge to the reporter")
    intake.does("Begin the assessment")
    intake.does("Write a note", "Keep the note", text="The account looks like theirs.")
    account = {"attribution__status": "Attributed", "attribution__account": "@c0107"}
    account |= {"attribution__reason": "It shows the name and the badge.", "reason": "Looked at."}
    intake.does("Attribute the account", "Keep it", **account)
    said = {"person": "S0107", "category": "Political or partisan statement", "account": "Asked for votes."}
    intake.follow("Make an allegation")
    said["person"] = intake.page.locator("[name=person] option").nth(1).inner_text()
    intake.fill(**said)
    intake.send("Make the allegation")
    intake.does("Conclude the assessment", outcome="Possible misconduct", reason="There is enough.")
    intake.does("Open an investigation", "Propose it", reason="There is enough to go on.")
    head = room.at(room.head)
    head.shoot("proposal")
    head.does("Approve the proposal")
    head.follow("Ask somebody to work it")
    person = head.page.locator("[name=person] option", has_text="Colleague 0014").inner_text()
    head.fill(person=person)
    head.send("Assign")


def _supervise(room: Room) -> None:
    """The supervisor acknowledges what was sent to them, and notes what they did."""
    supervisor = room.supervisor
    supervisor.open("/desk/received")
    supervisor.follow(room.number)
    supervisor.shoot("received")
    supervisor.press("I got it")
    assert "Your acknowledgement is noted." in supervisor.words()
    assert supervisor.page.get_by_role("button", name="I got it").count() == 0
    supervisor.fill(text="I spoke to the unit.")
    supervisor.press("Note it")
    assert "What you did is noted, for those who work the case." in supervisor.words()
    assert "I spoke to the unit." in supervisor.words()
    supervisor.shoot("acted")


def _investigate(room: Room) -> None:
    investigator = room.at(room.investigator)
    subject = investigator.page.locator("#persons ~ ul h3 bdi").first.inner_text()
    investigator.does("Record that a subject was told", person=f"{subject} (Subject)", reason="By letter.")
    alleged = f"{subject}: Political or partisan statement"
    investigator.does("Record a finding", allegation=alleged, finding="Sufficient evidence", reason="As captured.")
    investigator.does("Send the findings for comment", reason="The draft.")
    investigator.does("Record a comment", person=f"{subject} (Subject)", answer="I did not mean it.")
    investigator.does("Issue the report", reason="The report.")
    investigator.shoot("reported")
    room.at(room.head).does("Hand over to the decider", reason="The findings are there.")


def _decide(room: Room) -> None:
    decider = room.at(room.decider)
    subject = decider.page.locator("#persons ~ ul h3 bdi").first.inner_text()
    decider.does("Issue formal allegations", reason="Formal.", counsel_informed=True, evidence_disclosed=True)
    decider.does("Record a response", person=f"{subject} (Subject)", answer="I regret it.")
    ruling = {"allegation": f"{subject}: Political or partisan statement (Sufficient evidence)"}
    ruling |= {"facts_established": "They posted it.", "standard": "Preponderance of the evidence"}
    decider.does("Decide on an allegation", misconduct="yes", reason="See the report.", **ruling)
    measure = {"measure": "Written censure", "aggravating": "Widely followed.", "mitigating": "None."}
    measure |= {"proportionality": "As in comparable cases.", "authority": "Staff Rule 10.2"}
    decider.does("Decide what follows", reason="See above.", **{f"measures__0__{k}": v for k, v in measure.items()})
    until_day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    told = {"appeal_route": "The tribunal.", "appeal_by": until_day, "reason": "By letter."}
    decider.does("Record that the decision was notified", **told)
    closing = {"closure_reason": "Substantiated, measure taken", "reason": "It was examined."}
    decider.does("Close the case", "Propose it", notice="We looked into it. Thank you.", **closing)
    second = room.at(room.second)
    second.does("Approve the proposal")
    second.shoot("closed")
    assert "Closed" in second.words()
    assert "Substantiated, measure taken" in second.words()


def _read_back(room: Room, receipt: str) -> None:
    room.reporter.open("/en/mailbox")
    room.reporter.fill(receipt=receipt)
    room.reporter.press("Open your mailbox")
    assert "We looked into it. Thank you." in room.reporter.words()
    room.reporter.shoot("mailbox")
    room.supervisor.open(f"/desk/received/{room.number}")
    assert "They asked everybody to vote for one candidate." in room.supervisor.words()
    assert "Substantiated" not in room.supervisor.words()
    room.supervisor.shoot("case")


def _fits_a_small_screen(room: Room) -> None:
    """No page is wider than a screen of 320 px (WCAG 2.2, 1.4.10)."""
    room.head.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for path in ("", "cases", f"cases/{room.number}", f"cases/{room.number}/moves/reopen", "review", "tasks"):
        room.head.open(f"/desk/{path}")
        assert room.head.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
    room.head.shoot("small")
