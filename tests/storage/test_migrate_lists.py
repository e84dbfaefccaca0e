"""Lists by time of receipt, filled for cases that were there before."""

from sqlalchemy import select, text, update

from storage.lists import list_rows
from storage.rows import read_case
from storage.tables import case_lists, cases, marks
from tests.storage.test_migrate_cases import database, kept, migrate

__all__ = ["database"]


def merged_into(database, source, target):
    with database.writing() as connection:
        connection.execute(update(cases).where(cases.c.number == source).values(merged_into=target))


def test_every_old_case_stands_in_the_lists_that_storing_it_would_write(database):
    migrate(database, "0002")
    with database.reading() as connection:
        numbers = connection.scalars(select(cases.c.number).order_by(cases.c.number)).all()
    merged_into(database, numbers[0], numbers[-1])
    migrate(database, "head")
    with database.reading() as connection:
        found = {row.number: (read_case(row), row.merged_into) for row in connection.execute(select(cases))}
        listed = {tuple(row) for row in connection.execute(select(case_lists))}
    expected = set()
    for case, target in found.values():
        through = found[target][0] if target else None
        expected |= {(row["list"], row["received_at"], row["case_number"]) for row in list_rows(case, through)}
    assert found[numbers[-1]][0].assignees
    assert listed == expected


def test_every_mark_learns_when_its_case_was_received(database):
    migrate(database, "head")
    with database.reading() as connection:
        both = select(marks.c.received_at, cases.c.received_at).join(cases, cases.c.number == marks.c.case_number)
        times = [tuple(row) for row in connection.execute(both)]
    assert times
    assert all(one == other for one, other in times)


def test_going_back_leaves_what_was_there_before(database):
    migrate(database, "0002")
    before = kept(database, "marks", "cases", "case_people")
    migrate(database, "head")
    migrate(database, "0002")
    assert kept(database, "marks", "cases", "case_people") == before
    with database.reading() as connection:
        indexes = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'marks_by_mark'")).scalar_one()
    assert "received_at" not in indexes
