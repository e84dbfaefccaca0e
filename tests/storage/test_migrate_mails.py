"""The table of mails comes and goes."""

from sqlalchemy import inspect, text

from tests.storage.making import migrate, ready


def test_the_table_of_mails_keeps_no_order_of_arrival_and_goes_down_without_a_trace(place):
    database = ready(place)
    try:
        with database.reading() as connection:
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'mails'")).scalar_one()
        assert "WITHOUT ROWID" in made
        migrate(database, "0009")
        with database.reading() as connection:
            assert not inspect(connection).has_table("mails")
        migrate(database, "head")
        with database.reading() as connection:
            assert inspect(connection).has_table("mails")
    finally:
        database.engine.dispose()
