import fcntl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from cases.errors import CannotStart
from storage import open_house, prepare
from storage.database import Database
from storage.settings import read_settings
from storage.shredding import ShredKeys
from tests.conftest import NOON
from tests.storage.making import ORIGIN

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
    "temp_store": 2,  # MEMORY
    "busy_timeout": 10_000,
    "cache_size": -16_000,
}


@pytest.fixture
def database(tmp_path):
    return Database(f"sqlite:///{tmp_path}/some.sqlite")


@pytest.fixture
def table(database):
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER)"))
        connection.execute(text("INSERT INTO counts VALUES ('all', 0)"))
    return database


def value(connection):
    return connection.scalar(text("SELECT value FROM counts"))


def in_force(connection):
    return {name: connection.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}


@pytest.mark.parametrize("way", ["reading", "writing"])
def test_the_secure_settings_are_in_force_on_every_connection(database, way):
    for _ in range(3):
        with getattr(database, way)() as one, database.reading() as another:
            assert in_force(one) == in_force(another) == PRAGMAS


def test_the_store_of_shred_keys_is_as_secure(house, place):
    shred = house.desk.vault._shred
    assert isinstance(shred, ShredKeys)
    with shred._database.reading() as reading:
        assert in_force(reading) == PRAGMAS
    with shred._database.writing() as writing:
        assert in_force(writing) == PRAGMAS


def count_and_fail(database):
    with database.writing() as connection:
        connection.execute(text("UPDATE counts SET value = 7"))
        raise LookupError


def test_an_exception_undoes_everything(table):
    with pytest.raises(LookupError):
        count_and_fail(table)
    with table.reading() as connection:
        assert value(connection) == 0


def test_what_is_half_written_is_seen_by_nobody_else(table):
    with table.writing() as writing:
        writing.execute(text("UPDATE counts SET value = 7"))
        with table.reading() as reading:
            assert value(reading) == 0
    with table.reading() as reading:
        assert value(reading) == 7


def test_a_reader_sees_one_state_throughout(table):
    with table.reading() as reading:
        before = value(reading)
        with table.writing() as writing:
            writing.execute(text("UPDATE counts SET value = 7"))
        assert value(reading) == before


def test_a_reading_connection_leaves_nothing_written(table):
    with table.reading() as reading:
        reading.execute(text("UPDATE counts SET value = 7"))
    with table.reading() as reading:
        assert value(reading) == 0


def test_a_writer_says_so_before_it_reads(table):
    said = []
    event.listen(table.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    with table.writing() as writing:
        value(writing)
    with table.reading() as reading:
        value(reading)
    assert [one for one in said if one.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_writer_has_the_turn_alone_and_a_reader_needs_none(table, tmp_path):
    with (tmp_path / "some.sqlite.lock").open("rb") as file:
        with table.writing(), pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with table.reading() as reading:
            assert value(reading) == 0


def test_writers_of_many_threads_and_processes_lose_nothing(table, tmp_path):
    """Each thread has a database of its own, so that they meet as processes do: at the file lock alone."""

    def count():
        mine = Database(f"sqlite:///{tmp_path}/some.sqlite")
        for _ in range(10):
            with mine.writing() as writing:
                writing.execute(text("UPDATE counts SET value = :value"), {"value": value(writing) + 1})
        mine.engine.dispose()

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with table.reading() as reading:
        assert value(reading) == 60


def test_nothing_is_open_before_it_was_prepared(place):
    for _ in range(2):
        with pytest.raises(CannotStart):
            open_house(place)
        place.data_dir.mkdir(exist_ok=True)
    with pytest.raises(CannotStart, match="Nothing is installed in this data directory yet"):
        open_house(place)


def test_an_installation_keeps_its_first_name(place, tmp_path):
    prepare(place, NOON)
    renamed = read_settings({"RULE12_DATA_DIR": str(place.data_dir), "RULE12_ORIGIN": "other.example/test"})
    with pytest.raises(CannotStart, match=f"this installation is {ORIGIN} and cannot be renamed"):
        prepare(renamed, NOON)
    unnamed = read_settings({"RULE12_DATA_DIR": str(place.data_dir)})
    prepare(unnamed, NOON)
    house = open_house(unnamed)
    assert house.desk.signer.origin == ORIGIN
    house.close()


def test_two_installations_without_a_name_get_different_ones(tmp_path):
    origins = set()
    for name in ("one", "two"):
        settings = read_settings({"RULE12_DATA_DIR": str(tmp_path / name)})
        prepare(settings, NOON)
        house = open_house(settings)
        origins.add(house.desk.signer.origin)
        house.close()
    assert len(origins) == 2


def test_processes_that_start_at_the_same_time_prepare_one_installation(place):
    faults = []

    def start():
        try:
            prepare(place, NOON)
        except (CannotStart, DBAPIError, OSError) as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    open_house(place).close()


def test_a_place_that_cannot_be_used_stops_the_start_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match=f"RULE12_DATA_DIR: {tmp_path / 'file'} cannot be used"):
        prepare(read_settings({"RULE12_DATA_DIR": str(tmp_path / "file")}), NOON)
    nowhere = {"RULE12_DATA_DIR": str(tmp_path / "data"), "RULE12_DATABASE_URL": f"sqlite:///{tmp_path}/no/such.sqlite"}
    with pytest.raises(CannotStart, match=f"{tmp_path}/no/such.sqlite.lock cannot be used"):
        prepare(read_settings(nowhere), NOON)


def test_a_file_that_is_no_database_stops_the_start(place):
    place.data_dir.mkdir()
    Path(place.data_dir / "rule12.sqlite").write_text("certainly not a database" * 100)
    with pytest.raises(CannotStart, match="The database cannot be used: file is not a database"):
        prepare(place, NOON)


@pytest.fixture
def family(table):
    """Two tables of which one refers to the other."""
    with table.writing() as connection:
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents (id))"))
        connection.execute(text("INSERT INTO parents VALUES (1)"))
        connection.execute(text("INSERT INTO children VALUES (1)"))
    return table


def members(database):
    with database.reading() as connection:
        return [list(connection.scalars(text(f"SELECT * FROM {name}"))) for name in ("parents", "children")]  # noqa: S608


def remake(connection, *rows):
    """A table made anew, as SQLite needs it for most changes of a table."""
    connection.execute(text("CREATE TABLE anew (id INTEGER PRIMARY KEY, name TEXT)"))
    for row in rows:
        connection.execute(text("INSERT INTO anew (id) VALUES (:id)"), {"id": row})
    connection.execute(text("DROP TABLE parents"))
    connection.execute(text("ALTER TABLE anew RENAME TO parents"))


def test_a_migration_may_make_a_table_anew_to_which_others_refer(family):
    with family.migrating() as connection:
        remake(connection, 1, 2)
    assert members(family) == [[1, 2], [1]]
    with pytest.raises(DBAPIError, match="FOREIGN KEY"), family.writing() as connection:
        connection.execute(text("DELETE FROM parents"))


def test_a_migration_that_leaves_a_dangling_reference_fails_whole(family):
    with pytest.raises(RuntimeError, match="1 rows refer to nothing after the migration"), family.migrating() as made:
        remake(made, 2)
    assert members(family) == [[1], [1]]


def remake_and_fail(database):
    with database.migrating() as connection:
        remake(connection, 1)
        raise LookupError


@pytest.mark.parametrize("outcome", ["done", "failed", "dangling"])
def test_references_are_looked_after_again_on_every_connection_after_a_migration(family, outcome):
    with suppress(LookupError, RuntimeError):
        if outcome == "failed":
            remake_and_fail(family)
        with family.migrating() as connection:
            assert in_force(connection)["foreign_keys"] == 0
            remake(connection, 1 if outcome == "done" else 2)
    for _ in range(3):
        with family.reading() as one, family.writing() as another:
            assert in_force(one) == in_force(another) == PRAGMAS


def test_a_migration_has_the_turn_alone(family, tmp_path):
    with (tmp_path / "some.sqlite.lock").open("rb") as file, family.migrating():
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with family.reading() as connection:
            assert in_force(connection)["foreign_keys"] == 1


def test_the_log_is_truncated_once_nobody_reads_it(table, tmp_path):
    log = tmp_path / "some.sqlite-wal"
    assert log.stat().st_size > 0
    table.truncate_log()
    assert log.stat().st_size == 0


def test_a_log_that_is_still_read_is_said_to_be_there(table, tmp_path):
    table.engine.dispose()
    event.listen(table.engine, "connect", lambda opened, _: opened.execute("PRAGMA busy_timeout=0"))
    with table.reading() as reading:
        value(reading)
        with table.writing() as writing:
            writing.execute(text("UPDATE counts SET value = 7"))
        with pytest.raises(RuntimeError, match="still being read"):
            table.truncate_log()
