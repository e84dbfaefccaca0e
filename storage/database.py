"""Engines and transactions. On SQLite every write takes a file lock first: SQLite's own busy retry is unfair."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # without it INSERT OR REPLACE deletes a row past its trigger
    "secure_delete=ON",
    "temp_store=MEMORY",
    "busy_timeout=10000",
    "cache_size=-16000",
)


class Database:
    """One database: reading connections, and writing transactions one at a time."""

    def __init__(self, url: str | URL) -> None:
        self.engine = open_engine(url)
        path = make_url(url).database
        self._lock_file = (
            Path(f"{path}.lock") if self.engine.dialect.name == "sqlite" and path not in {None, ":memory:"} else None
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction. Leaving it cleanly commits; an exception undoes all of it."""
        with self._turn(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def truncate_log(self) -> None:
        """Leave nothing of deleted rows in SQLite's write-ahead log. Other databases look after theirs themselves.

        Raises RuntimeError when a reader stood in the way to the end (`busy_timeout`); then nothing is sure to be gone.
        """
        with self.engine.connect() as connection:
            told = self._outside(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
        if told and told[0]:
            raise RuntimeError("the log of the database is still being read and was not truncated")

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that may make tables anew. SQLite looks after foreign keys only at its end."""
        with self._turn(), self.engine.connect().execution_options(writes=True) as connection:
            self._outside(connection, "PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    self._must_refer(connection)
            finally:
                self._outside(connection, "PRAGMA foreign_keys=ON")

    def _outside(self, connection: Connection, pragma: str) -> Any:
        """Run a pragma that works outside a transaction alone, for its first row; nothing elsewhere than on SQLite."""
        driver = connection.connection.driver_connection
        return driver.execute(pragma).fetchone() if isinstance(driver, sqlite3.Connection) else None

    def _must_refer(self, connection: Connection) -> None:
        if self.engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"{len(broken)} rows refer to nothing after the migration")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one's turn in the order of asking, across processes and threads."""
        if self._lock_file is None:
            yield
            return
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class ReadOnly:
    """A database in a file that nobody changes, such as a copy: nothing is written beside it."""

    def __init__(self, path: Path) -> None:
        told = {"mode": "ro", "immutable": "1", "uri": "true"}
        url = URL.create("sqlite", database=f"file:{quote(str(path))}", query=told)
        self.engine = create_engine(url, poolclass=NullPool)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection."""
        with self.engine.connect() as connection:
            yield connection


def open_engine(url: str | URL) -> Engine:
    """An engine with the settings the desk depends on (durable commits, no plaintext spill, real foreign keys)."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """The driver would start transactions late and as readers; say which kind this is."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
