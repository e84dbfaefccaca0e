"""The queue: who sees what of it, how it is narrowed, kept, and looked at every week."""

import pytest
from sqlalchemy import event

from cases.people import Role
from tests.api.conftest import PEOPLE, Office, told
from tests.api.lives import CLOSING, Life
from tests.api.pages.seat import Seat, Sheet, plain
from tests.api.standings import rich

CASES = "/desk/cases"


@pytest.fixture
def intake(office: Office) -> Seat:
    return Seat(office, Role.INTAKE)


def test_a_case_stands_in_the_queue_with_its_state_and_its_clock_in_words(office: Office, intake: Seat) -> None:
    number, _ = office.case()
    page = plain(intake.open(CASES))
    for words in (number, "Registered", "Private gain or endorsement", "Acknowledge to the reporter", "nobody yet"):
        assert words in page
    assert "due in 6 days" in page or "due in 7 days" in page


def test_what_is_overdue_is_said_in_words_not_by_colour_alone(office: Office, intake: Seat) -> None:
    office.case_of(9)
    page = intake.open(CASES)
    assert 'class="clock late"' in page
    assert "overdue by" in plain(page)


def test_an_empty_queue_says_what_to_do(intake: Seat) -> None:
    assert "What is sent or assigned to you appears here by itself." in plain(intake.open(CASES))
    assert "Take away some of what narrows the list." in plain(intake.open(f"{CASES}?state=closed"))


def test_nothing_of_the_work_stands_in_the_list_of_who_only_received_it(office: Office) -> None:
    number, _ = office.case()
    supervisor = Seat(office, Role.SUPERVISOR)
    page = plain(supervisor.open("/desk/received"))
    assert number in page
    assert not any(word in page for word in ("Registered", "Due", "nobody yet"))
    refused = supervisor.get("/desk/received?state=registered")
    assert refused.status_code == 422
    assert number not in refused.text


LISTS = (CASES, "/desk/received", "/desk/gate", "/desk/ethics", "/desk/accounts", "/desk/requests")


@pytest.mark.parametrize("role", Role)
def test_a_role_has_one_place_where_its_cases_stand_and_the_navigation_leads_there(office: Office, role: Role) -> None:
    seat = Seat(office, role)
    found = [path for path in LISTS if seat.get(path).status_code == 200]
    assert len(found) == (0 if role in {Role.AUDITOR, Role.ADMINISTRATOR} else 1)
    assert [path for path in LISTS if f'href="{path}"' in seat.open("/desk/")] == found


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.SUPERVISOR, "/desk/received"), (Role.ETHICS, "/desk/ethics"), (Role.MONITOR, "/desk/accounts")],
)
def test_whoever_sees_a_part_narrows_their_list_and_turns_its_pages(office: Office, role: Role, path: str) -> None:
    numbers = {Life(office, rich()).number for _ in range(2)}
    seat, seen, at = Seat(office, role), set[str](), f"{path}?category=private_gain_endorsement&limit=1"
    while at:
        page = seat.open(at)
        found = {number for number in numbers if f"{path}/{number}" in page}
        assert len(found) <= 1
        seen |= found
        at = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0] if 'rel="next"' in page else ""
        at = at.replace("&amp;", "&")
    assert seen == numbers
    assert "Take away some of what narrows the list." in seat.open(f"{path}?received_to=2000-01-01")
    assert "Take away" in seat.open(f"{path}?category=political_partisan&received_from=2999-01-01")


def test_the_list_is_narrowed_as_the_form_says(office: Office, intake: Seat) -> None:
    old, _ = office.case_of(9)
    new = Life(office)
    new.assign(PEOPLE[Role.INTAKE], Role.INTAKE)
    only = {
        "overdue=true&sort=due": [old],
        "unassigned=true": [old],
        f"assignee={PEOPLE[Role.INTAKE]}": [new.number],
        "state=assessment": [],
        "due_within=0": [old],
        "received_to=2000-01-01": [],
        "category=private_gain_endorsement&received_from=2000-01-01": [new.number, old],
    }
    for query, numbers in only.items():
        page = intake.open(f"{CASES}?{query}")
        assert [number for number in (new.number, old) if f"{CASES}/{number}" in page] == numbers, query


def test_a_day_in_the_form_holds_the_whole_day(office: Office, intake: Seat) -> None:
    number, _ = office.case()
    day = office.desk.lookup.case_of(office.desk.lookup.complaint_of(number)).received_at.date()
    assert number in intake.open(f"{CASES}?received_from={day}&received_to={day}")


@pytest.mark.parametrize(
    "query", ["state=lost", "received_from=soon", "cursor=x", "overdue=perhaps", "odd=1", "received_to=9999-12-31"]
)
def test_a_query_that_is_none_is_a_page_that_says_so(intake: Seat, query: str) -> None:
    answer = intake.get(f"{CASES}?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_page_follows_page_and_keeps_what_narrows_the_list(office: Office, intake: Seat) -> None:
    numbers = {office.case()[0] for _ in range(3)}
    seen: set[str] = set()
    path = f"{CASES}?state=registered&limit=1"
    for _ in range(3):
        page = intake.open(path)
        seen |= {number for number in numbers if f"{CASES}/{number}" in page}
        path = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == numbers


def test_the_page_asks_the_same_number_of_queries_however_many_cases_there_are(office: Office, intake: Seat) -> None:
    counts = []
    for _ in range(2):
        office.case()
        office.case()
        counts.append(_queries(office, intake))
    assert counts[0] == counts[1]


def _queries(office: Office, seat: Seat) -> int:
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    engine = office.desk.lookup._database.engine
    event.listen(engine, "before_cursor_execute", count)
    seat.open(CASES)
    event.remove(engine, "before_cursor_execute", count)
    return len(asked)


def test_a_list_is_kept_under_a_name_and_deleted_again(office: Office, intake: Seat) -> None:
    fields = intake.fill_form(f"{CASES}?overdue=true&sort=due&received_from=2026-01-01", f"{CASES}/filters")
    fields["name"] = "Late ones"
    answer = intake.send(f"{CASES}/filters", fields)
    assert answer.status_code == 303
    page = intake.open(CASES)
    assert "late-ones" in plain(page)
    assert "received_from=2026-01-01" in page
    dropped = intake.send(f"{CASES}/filters/drop", {"name": "late-ones", "form_token": _token(intake)})
    assert dropped.status_code == 303
    assert "late-ones" not in intake.open(CASES)


def _token(seat: Seat) -> str:
    return seat.open("/desk/").partition('name="form_token" value="')[2].partition('"')[0]


def test_a_name_that_is_none_is_refused_in_words(intake: Seat) -> None:
    fields = intake.fill_form(f"{CASES}?overdue=true", f"{CASES}/filters") | {"name": "é!"}
    answer = intake.send(f"{CASES}/filters", fields)
    assert answer.status_code == 422
    assert "due-this-week" in plain(answer.text)
    again = Sheet(answer.text).form(f"{CASES}/filters")
    assert (again["name"], again["query.overdue"]) == ("é!", "true")
    assert intake.send(f"{CASES}/filters", again | {"name": "late"}).status_code == 303
    assert intake.send(f"{CASES}/filters", fields | {"name": "x", "query.state": "lost"}).status_code == 422


def test_what_was_closed_before_an_assessment_ended_stands_on_the_weekly_list(office: Office) -> None:
    early, late, open_ = Life(office), Life(office), Life(office)
    early.move(Role.INTAKE, "close", closure_reason="outside_mandate", **CLOSING)
    late.assess().move(Role.INTAKE, "conclude_assessment", outcome="advice_only", reason="Advice.")
    late.move(Role.INTAKE, "close", closure_reason="advice_given", **CLOSING)
    page = plain(Seat(office, Role.HEAD).open("/desk/review"))
    assert early.number in page
    assert "Outside the mandate" in page
    assert "Colleague 0012" in page
    assert late.number not in page
    assert open_.number not in page


def test_reporters_words_never_stand_in_a_list(office: Office, intake: Seat) -> None:
    office.case(told(summary="A very particular summary"))
    for path in (CASES, "/desk/"):
        assert "particular" not in intake.open(path)
