"""No list is cut without saying so: what does not fit on a page stands on the one it leads to."""

import re

import pytest
from sqlalchemy import event

from cases.people import Role
from tests.api.conftest import PEOPLE, Office
from tests.api.lives import CLOSING, Life
from tests.api.pages.seat import Seat, plain

MANY = 53


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office)


def pages(seat: Seat, path: str) -> list[str]:
    """A list, page by page."""
    found = []
    while path:
        found.append(seat.open(path))
        link = re.search(r'href="([^"]+)" rel="next"', found[-1])
        path = link[1].replace("&amp;", "&") if link else ""
    return found


def queries(office: Office, seat: Seat, path: str) -> int:
    """How often a page asks the database, but for the shred key, which each sealed text asks for by itself."""
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    engine = office.desk.lookup._database.engine
    event.listen(engine, "before_cursor_execute", count)
    seat.open(path)
    event.remove(engine, "before_cursor_execute", count)
    return sum("shred_keys" not in statement and not statement.startswith(("BEGIN", "PRAGMA")) for statement in asked)


def test_every_task_stands_on_one_page_of_the_list(office: Office, life: Life) -> None:
    for day in range(3):
        life.post(Role.INTAKE, "tasks", {"what": f"Do {day}.", "due_on": f"2031-01-0{day + 1}", "role": "intake"})
    intake = Seat(office, Role.INTAKE)
    shown = pages(intake, "/desk/tasks?whose=all&words=1&limit=1")
    for day, page in enumerate(shown[:3]):
        assert [word for word in ("Do 0.", "Do 1.", "Do 2.") if word in page] == [f"Do {day}."]
    assert "There is nothing further." in shown[3]
    assert "Back to the beginning" in shown[3]
    assert intake.get("/desk/tasks?whose=theirs").status_code == 422
    assert intake.get("/desk/tasks?cursor=x").status_code == 422


def test_the_list_of_tasks_asks_as_many_queries_for_many_as_for_few(office: Office, life: Life) -> None:
    life.assign(PEOPLE[Role.INTAKE], Role.INTAKE)
    intake, counts = Seat(office, Role.INTAKE), []
    for day in range(1, 5):
        mine = {"person": PEOPLE[Role.INTAKE], "role": "intake"}
        life.post(Role.INTAKE, "tasks", {"what": "Ask.", "due_on": f"2031-01-0{day}", **mine})
        counts.append(queries(office, intake, "/desk/tasks"))
    assert len(set(counts)) == 1


def test_notes_and_entries_that_do_not_fit_on_the_case_stand_on_pages_it_leads_to(office: Office, life: Life) -> None:
    for count in range(MANY):
        life.post(Role.INTAKE, "notes", {"text": f"Note {count:03}."})
    intake, path = Seat(office, Role.INTAKE), f"/desk/cases/{life.number}"
    page = intake.open(path)
    newest = re.findall(r"Note (\d{3})\.", page)
    assert newest == [f"{count:03}" for count in reversed(range(MANY - len(newest), MANY))]
    older = re.search(rf'href="({path}/notes\?cursor=[^"]+)">Older notes', page)
    assert older is not None
    further = [note for page in pages(intake, older[1]) for note in re.findall(r"Note (\d{3})\.", page)]
    assert newest + further == [f"{count:03}" for count in reversed(range(MANY))]
    assert len(re.findall(r"Note \d{3}\.", "".join(pages(intake, f"{path}/notes")))) == MANY
    after = re.search(rf'href="({path}/timeline\?cursor=[^"]+)">What came after', page)
    assert after is not None
    told = plain(page).count("A note was written.")
    assert told + sum(plain(one).count("A note was written.") for one in pages(intake, after[1])) == MANY


def test_notes_ask_as_many_queries_for_many_as_for_few(office: Office, life: Life) -> None:
    intake, counts = Seat(office, Role.INTAKE), []
    for _ in range(3):
        life.post(Role.INTAKE, "notes", {"text": "Seen."})
        life.post(Role.INTAKE, "notes", {"text": "Seen again."})
        counts.append(queries(office, intake, f"/desk/cases/{life.number}/notes"))
    assert len(set(counts)) == 1


def test_the_weekly_list_of_early_closures_has_pages(office: Office) -> None:
    numbers = set()
    for _ in range(2):
        life = Life(office)
        life.move(Role.INTAKE, "close", closure_reason="outside_mandate", **CLOSING)
        numbers.add(life.number)
    shown = pages(Seat(office, Role.HEAD), "/desk/review?limit=1")
    assert {number for number in numbers for page in shown if f"/desk/cases/{number}" in page} == numbers
    assert all(sum(number in page for number in numbers) <= 1 for page in shown)
