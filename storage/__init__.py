"""Bytes at rest: tables and transactions, sealing and keys, objects on disk. `open_house` joins them."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from sqlalchemy import URL, Connection, exists, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from cases.casework.law import law_of
from cases.errors import CannotStart
from cases.notices import Post
from cases.ports import Desk, Limits
from storage.answers import AnswerBook
from storage.bags import DiskBags
from storage.checking import RunFile, SqlFixity
from storage.database import Database
from storage.deskwork import SqlBook
from storage.keys import DESK_COMPARTMENTS, DOOR_COMPARTMENTS, Keyring, make_keys, open_keyring
from storage.ledger import SqlLedger
from storage.lookup import SqlLookup
from storage.mailboxes import FoundMail, mails_in
from storage.mails import MailBook
from storage.notices import SqlNoticeLookup
from storage.objects import DiskObjects
from storage.outbox import Outbox
from storage.post import PostSettings, SmtpMailer, Webhooks
from storage.settings import Settings
from storage.shredding import STORE, ShredKeys
from storage.signin import make_sign_in
from storage.signing import Marks, NoteSigner
from storage.tables import house, sealed_parts
from storage.vault import LocalVault
from storage.visits import Visits
from storage.work import Works

if TYPE_CHECKING:
    from storage.backups.taking import Taken


@dataclass(frozen=True, slots=True)
class House:
    """Everything storage offers: the ports the rules use, and what commands need besides."""

    desk: Desk
    keyring: Keyring
    signer: NoteSigner
    ledger: SqlLedger
    sweep: Callable[[], int]
    close: Callable[[], None]
    mails_in: Callable[[Path | BinaryIO], Iterator[FoundMail]]
    fixity: Callable[[], SqlFixity]
    run_file: RunFile
    backup: Callable[[Path, Path, int, datetime, Callable[[date], None]], "Taken"]


RESTORING = "RESTORING"
"""A file in the data directory for as long as a backup is being brought back there."""


@contextmanager
def _starting() -> Iterator[None]:
    """Say plainly what disk or database refuses at start."""
    try:
        yield
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be used: {error.strerror}.") from error
    except DBAPIError as error:
        raise CannotStart(f"The database cannot be used: {error.orig}.") from error


@_starting()
def prepare(settings: Settings, at: datetime | None = None, *, restoring: bool = False) -> None:
    """Make or upgrade what lies at rest: folders, databases, origin, keys. Safe to call at every start."""
    from storage.migrate import make_shred_store, upgrade  # noqa: PLC0415 - Alembic costs a start-up's half second

    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.utime(settings.data_dir)
    except OSError as error:
        raise CannotStart(f"RULE12_DATA_DIR: {settings.data_dir} cannot be used: {error.strerror}.") from error
    _must_be_whole(settings, restoring=restoring)
    database = Database(settings.database_url)
    shred_database = _shred_database(settings)
    upgrade(database)
    make_shred_store(shred_database)
    with database.writing() as connection:
        _settle_origin(connection, settings.origin)
        make_keys(connection, settings.keys_dir, at or datetime.now(UTC))
    database.engine.dispose()
    shred_database.engine.dispose()


@_starting()
def open_house(settings: Settings, compartments: tuple[str, ...] | None = None, *, restoring: bool = False) -> House:
    """Open what `prepare` made, with the keys this surface may hold, or these alone. Raises CannotStart."""
    _must_be_whole(settings, restoring=restoring)
    database = Database(settings.database_url)
    if compartments is None:
        compartments = DOOR_COMPARTMENTS if settings.surface == "door" else DESK_COMPARTMENTS
    with database.reading() as connection:
        origin = origin_of(connection)
        keyring = open_keyring(connection, settings.keys_dir, compartments)
    shred_database = _shred_database(settings)
    objects, bags = DiskObjects(settings.data_dir), DiskBags(settings.data_dir)
    signer, marks = NoteSigner(origin, keyring), Marks(keyring)
    ledger, lookup = SqlLedger(database, signer), SqlLookup(database, marks)
    works = Works(database, marks)
    desk = Desk(
        works,
        lookup,
        LocalVault(origin, keyring, ShredKeys(shred_database), objects, database),
        signer,
        ledger,
        Outbox(database),
        AnswerBook(database, lookup, settings.sign_in.rules),
        bags,
        Limits(settings.evidence_limit, settings.door.paces, settings.door.address_header),
        law_of(settings.catalogue, datetime.now(UTC).date()),
        make_sign_in(settings.sign_in, database, works, marks),
        _post(settings.post, SqlNoticeLookup(database, marks)),
        SqlBook(database, marks),
        Visits(settings.data_dir),
        MailBook(database, marks, settings.post.mail_rules),
    )

    def sweep() -> int:
        bags.sweep()
        desk.visits.forget(datetime.now(UTC))
        return objects.sweep(lambda object_id: _is_known(database, object_id))

    def close() -> None:
        database.engine.dispose()
        shred_database.engine.dispose()

    @_starting()
    def fixity() -> SqlFixity:
        from storage.migrate import must_be_current  # noqa: PLC0415 - as above

        must_be_current(database)
        return SqlFixity(origin, database, shred_database, objects)

    mails = partial(mails_in, limit=settings.evidence_limit)

    def backup(folder: Path, apart: Path, keep: int, at: datetime, note: Callable[[date], None]) -> "Taken":
        from storage.backups.taking import take_backup  # noqa: PLC0415 - only one command needs it

        return take_backup(settings, folder, apart, keep, at, note)

    return House(desk, keyring, signer, ledger, sweep, close, mails, fixity, RunFile(settings.data_dir), backup)


def restoring(
    settings: Settings, folder: Path, apart: Path, at: datetime, **wanted: Any
) -> AbstractContextManager[Any]:
    """A backup brought back into an empty place, which can be served once the block is left. See `storage.backups`."""
    from storage.backups.restoring import Wanted, restore  # noqa: PLC0415 - only one command needs it

    return restore(settings, Wanted(folder, apart, **wanted), at)


def _post(chosen: PostSettings, lookup: SqlNoticeLookup) -> Post:
    mailer = SmtpMailer(chosen.smtp) if chosen.smtp else None
    return Post(lookup, mailer, Webhooks(chosen), chosen.link, chosen.language)


def _shred_database(settings: Settings) -> Database:
    return Database(URL.create("sqlite", database=str(settings.data_dir / STORE)))


def _must_be_whole(settings: Settings, *, restoring: bool) -> None:
    """Refuse a place where a restore is under way or was stopped: anything taken in there would be lost."""
    if not restoring and (settings.data_dir / RESTORING).exists():
        raise CannotStart(f"A backup is being restored into {settings.data_dir}. If that was stopped, restore again.")


def _settle_origin(connection: Connection, wanted: str | None) -> None:
    """The origin is chosen once: places, receipts and signatures are bound to it for ever."""
    have = connection.scalar(select(house.c.value).where(house.c.name == "origin"))
    if have is None:
        origin = wanted or f"rule12.invalid/{os.urandom(8).hex()}"
        connection.execute(insert(house), {"name": "origin", "value": origin.encode()})
    elif wanted and wanted.encode() != have:
        raise CannotStart(f"RULE12_ORIGIN: this installation is {have.decode()} and cannot be renamed.")


def origin_of(connection: Connection) -> str:
    """The name signatures and seals of an installation are bound to. Raises CannotStart before there is one."""
    made = inspect(connection).has_table(house.name)
    found = connection.scalar(select(house.c.value).where(house.c.name == "origin")) if made else None
    if found is None:
        raise CannotStart("Nothing is installed in this data directory yet. Start with `rule12 serve`.")
    return str(found.decode())


def _is_known(database: Database, object_id: UUID) -> bool:
    with database.reading() as connection:
        return bool(connection.scalar(select(exists().where(sealed_parts.c.id == object_id))))
