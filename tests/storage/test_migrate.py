from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.errors import CannotStart
from storage import prepare
from storage.database import Database
from storage.migrate import make_shred_store, upgrade
from storage.tables import INSERT_ONLY, Instant, metadata, shred_keys, shred_metadata
from tests.conftest import NOON
from tests.storage.making import everything_sealed, filed, migrate, minutes, sorted_case


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/migrated.sqlite")
    yield database
    database.engine.dispose()


def schema(database, kinds=("table", "index")):
    """The clauses of every definition, without Alembic's own table; where a clause stands, and quotes, mean nothing."""
    query = select(text("name, sql")).select_from(text("sqlite_master")).where(text("type = :kind AND sql IS NOT NULL"))
    with database.reading() as connection:
        rows = [row for kind in kinds for row in connection.execute(query, {"kind": kind})]
    return {
        name: sorted(line.strip(" ,\t").replace('"', "") for line in sql.splitlines())
        for name, sql in rows
        if name != "alembic_version"
    }


def test_what_the_migrations_make_is_what_the_tables_say(database):
    upgrade(database)
    with database.writing() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_even_the_checks_and_conditions_are_the_same(database, tmp_path):
    """Alembic does not compare checks; SQLite keeps every word."""
    upgrade(database)
    plain = Database(f"sqlite:///{tmp_path}/plain.sqlite")
    with plain.writing() as connection:
        metadata.create_all(connection)
    migrated, made = schema(database), schema(plain)
    plain.engine.dispose()
    assert set(migrated) == set(made)
    for name in made:
        assert migrated[name] == made[name]


def test_every_time_is_kept_as_whole_microseconds(database):
    upgrade(database)
    times = [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Instant)
    ]
    assert len(times) > 10
    with database.reading() as connection:
        inspector = inspect(connection)
        for table, column in times:
            types = {one["name"]: str(one["type"]) for one in inspector.get_columns(table)}
            assert types[column] == "BIGINT", (table, column)


def test_insert_only_tables_are_guarded_against_update_and_delete(database):
    upgrade(database)
    expected = {f"{table}_keeps_against_{kind}" for table in INSERT_ONLY for kind in ("update", "delete")}
    assert set(schema(database, ("trigger",))) == expected


def test_going_down_takes_everything_away_and_going_up_makes_it_again(database):
    upgrade(database)
    kinds = ("table", "index", "trigger")
    before = schema(database, kinds)
    migrate(database, "base")
    assert schema(database, kinds) == {}
    migrate(database, "head")
    assert schema(database, kinds) == before


def test_going_down_works_on_a_database_in_use(house, place):
    everything_sealed(house, filed(house))
    sorted_case(house)
    house.ledger.sequence(NOON)
    house.close()
    database = Database(place.database_url)
    migrate(database, "base")
    assert schema(database) == {}
    database.engine.dispose()


def test_upgrading_again_changes_nothing_and_loses_nothing(house, place):
    one = filed(house)
    database = Database(place.database_url)
    before = schema(database)
    for _ in range(2):
        upgrade(database)
        prepare(place, minutes(1))
    assert schema(database) == before
    assert show_mailbox(house.desk, open_mailbox(house.desk, one.receipt)).status.slug == "received"
    database.engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(place):
    prepare(place, NOON)
    database = Database(place.database_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = schema(database)
    with pytest.raises(CannotStart, match="newer version"):
        prepare(place, NOON)
    assert schema(database) == before
    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.engine.dispose()


def test_a_migration_that_fails_leaves_nothing_half_made(database):
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE wraps (stranger TEXT)"))
    before = schema(database)
    with pytest.raises(Exception, match="wraps already exists"):
        upgrade(database)
    assert schema(database) == before


def test_making_the_shred_store_again_keeps_its_keys(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/shred.sqlite")
    make_shred_store(database)
    with database.writing() as connection:
        connection.execute(insert(shred_keys), {"complaint": UUID(int=1), "shred_key": bytes(32)})
    make_shred_store(database)
    with database.reading() as connection:
        assert len(connection.execute(select(shred_keys)).all()) == 1
        assert compare_metadata(MigrationContext.configure(connection), shred_metadata) == []
    database.engine.dispose()
