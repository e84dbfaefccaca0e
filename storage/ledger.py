"""The Merkle tree over the entries: a sequencer gives leaves their index, extends the tiles, signs a checkpoint."""

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cases.errors import LedgerBroken, UnknownItem
from cases.ledger import leaf_of
from cases.merkle import verify_inclusion
from cases.notes import Checkpoint, open_note
from cases.ports import Merged, StoredEntry
from cases.tiles import Tile, append, inclusion_proof, root
from storage.database import Database
from storage.signing import NoteSigner, verify
from storage.tables import checkpoints, entries, leaves, tiles, waiting

BATCH = 4096


class SqlLedger:
    """Leaves, tiles and checkpoints over SQL. One sequencer at a time: the writing transaction is the lease."""

    def __init__(self, database: Database, signer: NoteSigner) -> None:
        self._database, self._signer = database, signer

    def sequence(self, at: datetime) -> int:
        """Merge whatever waits, batch by batch; the size of the tree then. A checkpoint exists afterwards."""
        while self._sequence_some(at):
            pass
        with self._database.reading() as connection:
            return _size(connection)

    def _sequence_some(self, at: datetime) -> bool:
        """One batch; whether more may wait."""
        with self._database.reading() as connection:
            if connection.scalar(select(waiting.c.entry).limit(1)) is None and _newest(connection) is not None:
                return False
        with self._database.writing() as connection:
            query = select(entries.c.position, entries.c.body).join(waiting, waiting.c.entry == entries.c.position)
            rows = connection.execute(query.order_by(waiting.c.entry).limit(BATCH)).all()
            size = _size(connection)
            hashes = [leaf_of(row.body) for row in rows]
            placed = zip(rows, hashes, strict=True)
            if rows:
                values = [
                    {"index": size + place, "entry": row.position, "leaf": leaf}
                    for place, (row, leaf) in enumerate(placed)
                ]
                connection.execute(insert(leaves), values)
                connection.execute(delete(waiting).where(waiting.c.entry.in_([row.position for row in rows])))
                _store(connection, append(size, hashes, partial(_tile, connection)))
            grown = size + len(rows)
            text = Checkpoint(self._signer.origin, grown, root(grown, partial(_tile, connection))).text()
            if _newest(connection) is None or rows:
                row = {"size": grown, "at": at, "note": self._signer.checkpoint(text)}
                connection.execute(insert(checkpoints), row)
        return len(rows) == BATCH

    def checkpoint(self) -> str:
        """The newest checkpoint as a signed note. Raises UnknownItem before the first."""
        with self._database.reading() as connection:
            note = _newest(connection)
        if note is None:
            raise UnknownItem("Nothing has been merged yet.")
        return note

    def tile(self, level: int, index: int) -> bytes:
        """A tile as it stands now, 32 bytes per hash."""
        with self._database.reading() as connection:
            return _tile(connection, level, index)

    def merged(self, index: int) -> Merged:
        """Proof material for a leaf against the newest checkpoint. Raises UnknownItem before it is merged."""
        with self._database.reading() as connection:
            note, size = _newest(connection), _size(connection)
            if note is None or not 0 <= index < size:
                raise UnknownItem("This entry has not been merged yet.")
            proof = inclusion_proof(index, size, partial(_tile, connection))
        return Merged(index, size, tuple(proof), note)

    def must_hold(self, stored: StoredEntry) -> None:
        """Check a merged entry against the newest checkpoint and its signature. Raises LedgerBroken."""
        where = f"entry {stored.index}"
        try:
            merged = self.merged(-1 if stored.index is None else stored.index)
            text = open_note(merged.checkpoint, self._signer.verifier_keys()[:1], verify)
            signed = Checkpoint.parse(text)
        except (UnknownItem, ValueError) as error:
            raise LedgerBroken(where, "no checkpoint of ours covers it") from error
        leaf = leaf_of(stored.body)
        if not verify_inclusion(merged.index, signed.size, leaf, merged.hashes, signed.root):
            raise LedgerBroken(where, "it is not what the signed checkpoint covers")

    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest entry waits to be merged."""
        query = select(entries.c.at).join(waiting, waiting.c.entry == entries.c.position)
        with self._database.reading() as connection:
            found: datetime | None = connection.scalar(query.order_by(waiting.c.entry).limit(1))
        return found


def _newest(connection: Connection) -> str | None:
    found: str | None = connection.scalar(select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1))
    return found


def _size(connection: Connection) -> int:
    """The number of merged entries. Leaf indexes have no gap."""
    last = connection.scalar(select(leaves.c.index).order_by(leaves.c.index.desc()).limit(1))
    return 0 if last is None else last + 1


def _tile(connection: Connection, level: int, index: int) -> bytes:
    query = select(tiles.c.hashes).where(tiles.c.level == level, tiles.c.index == index)
    return connection.scalar(query) or b""


def _store(connection: Connection, grown: list[Tile]) -> None:
    """New tiles, and partial ones that grew: a tile only ever gets longer."""
    upsert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    for tile in grown:
        row = {"level": tile.level, "index": tile.index, "width": tile.width, "hashes": tile.hashes}
        statement = upsert(tiles).values(row)
        longer = {"width": tile.width, "hashes": tile.hashes}
        connection.execute(statement.on_conflict_do_update(index_elements=["level", "index"], set_=longer))
