"""What is read of the work around a case: as many queries however much there is, and nothing that names an office."""

from uuid import uuid4

import pytest
from sqlalchemy import event, select, text

from cases.canonical import canonical
from cases.case import Assignment
from cases.casework.handing import who_can_be_assigned, workload
from cases.casework.staffing import make_assignment
from cases.casework.tasking import NewTask, make_task, tasks_waiting
from cases.deskwork import Act, ActKind, Note, SavedFilter, TaskFilter, Whose
from cases.people import Role
from cases.ports import Standing
from cases.sight import Actor
from storage import tables
from storage.database import Database
from tests.conftest import NOON
from tests.storage.making import minutes, sorted_case

HEAD = Actor("S0011", Role.HEAD)


@pytest.fixture
def database(house, place):
    opened = Database(place.database_url)
    yield opened
    opened.engine.dispose()


def queries_of(house, ask):
    """How many statements the book and the lookup send for what `ask` does."""
    engines = {house.desk.book._database.engine, house.desk.lookup._database.engine}
    seen = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    ask()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def staffed(house, at):
    desk, case = house.desk, sorted_case(house, at)
    make_assignment(desk, HEAD, case.number, 1, Assignment("S0014", Role.INVESTIGATOR), at)
    new = NewTask("Ask.", NOON.date(), "S0014", Role.INVESTIGATOR)
    make_task(desk, HEAD, case.number, 2, new, at)
    return case


def test_tasks_workload_and_staffing_cost_as_many_queries_however_many_cases_there_are(house):
    desk, costs = house.desk, []
    for _ in range(2):
        for _ in range(4):
            case = staffed(house, minutes(1))
        asked = (
            lambda: workload(desk, HEAD, minutes(2)),
            lambda number=case.number: who_can_be_assigned(desk, HEAD, number, minutes(2)),
            lambda: tasks_waiting(desk, HEAD, TaskFilter(Whose.ALL), minutes(2)),
        )
        costs.append([queries_of(house, ask) for ask in asked])
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 10, "BEGIN counts as one"


def test_no_office_lies_in_the_clear_beside_a_case(house, database):
    """Nor does the number of marks tell that there is one."""
    sorted_case(house)
    with database.reading() as connection:
        for name, table in tables.metadata.tables.items():
            if name != "directories":
                for row in connection.execute(select(table)):
                    assert not any(b"NORTH" in str(cell).upper().encode() for cell in row), name
        assert connection.scalar(text("SELECT count(*) FROM marks")) == 32


def test_marks_of_offices_stand_among_the_marks_that_are_no_secret_of_the_reporters(house, database):
    case = sorted_case(house)
    blind = house.desk.book._blind
    with database.reading() as connection:
        marked = set(connection.scalars(select(tables.marks.c.mark)))
    assert blind.office("north") in marked
    assert blind.office(" North ") == blind.office("NORTH")
    assert len({blind.office("S0103"), blind.wall("S0103"), blind.aside("S0103"), blind.received("S0103")}) == 4
    assert blind.acted(case.number, "S0101") != blind.acted("IGO-2026-00000", "S0101")
    assert Standing(frozenset(), frozenset(), None).offices == frozenset()


def test_a_filter_is_kept_as_canonical_json_and_is_its_owners_alone(house):
    desk = house.desk
    with desk.work() as work:
        work.keep_filter("S0012", Role.INTAKE, SavedFilter("mine", {"b": 1, "a": True}, NOON))
        assert not work.drop_filter("S0012", Role.HEAD, "mine")
    (one,) = desk.book.filters("S0012", Role.INTAKE)
    assert canonical(dict(one.query)) == b'{"a":true,"b":1}'
    assert desk.book.filters("S0013", Role.INTAKE) == []


def test_notes_and_acts_without_their_sealed_parts_are_refused_by_the_database(house):
    case, desk = sorted_case(house), house.desk
    for keep in (
        lambda work: work.keep_note(Note(uuid4(), case.number, "S0012", Role.INTAKE, NOON)),
        lambda work: work.keep_act(Act(uuid4(), case.number, ActKind.ACTION, NOON, uuid4()), "S0101"),
    ):
        with pytest.raises(Exception, match="FOREIGN KEY"), desk.work() as work:
            keep(work)
    assert desk.book.acts(case.number) == []
