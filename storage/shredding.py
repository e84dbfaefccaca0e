"""Shred keys: one per complaint, in a store of their own. Deleting one erases everything sealed for that complaint.

Keys are made in batches ahead of use, each with the complaint id it will serve, so that filing costs one durable
commit and not two. A key that was never used opens nothing.
"""

import os
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, select

from cases.errors import EvidenceUnreadable
from storage.database import Database
from storage.erased import NAME, ErasedList
from storage.tables import shred_keys

BATCH = 64
STORE = "shred-keys.sqlite"


class ShredKeys:
    """The store of shred keys."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._erased = ErasedList(Path(database.engine.url.database or "").with_name(NAME))
        self._ready: list[tuple[UUID, bytes]] = []
        self._lock = threading.Lock()

    def fresh(self) -> tuple[UUID, bytes]:
        """A new complaint id whose shred key is already durable."""
        with self._lock:
            if not self._ready:
                self._ready = self._make()
            return self._ready.pop()

    def of(self, complaint: UUID) -> bytes:
        """The 32 bytes of a complaint. Raises EvidenceUnreadable when it was erased."""
        with self._database.reading() as connection:
            query = select(shred_keys.c.shred_key).where(shred_keys.c.complaint == complaint)
            found: bytes | None = connection.scalar(query)
        if found is None:
            raise EvidenceUnreadable("it was erased, or its shred key is not in this store")
        return found

    def forget(self, complaint: UUID, at: datetime) -> None:
        """Erase a complaint's key, and its traces in the log of the database."""
        self.forget_all({complaint: at})

    def forget_all(self, erased: Mapping[UUID, datetime]) -> None:
        """Erase these keys. The list of erasures names each before it goes."""
        gone = delete(shred_keys).where(shred_keys.c.complaint == bindparam("gone"))
        with self._database.writing() as connection:
            self._erased.add(erased)
            if erased:
                connection.execute(gone, [{"gone": complaint} for complaint in erased])
        self._database.truncate_log()

    def _make(self) -> list[tuple[UUID, bytes]]:
        made = [(uuid4(), os.urandom(32)) for _ in range(BATCH)]
        with self._database.writing() as connection:
            connection.execute(shred_keys.insert(), [{"complaint": one, "shred_key": key} for one, key in made])
        return made
