"""Sessions, links, passkeys and proofs under way, over SQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.ledger import Entry
from cases.ports_signin import Challenge, Link, Passkey
from cases.sessions import Elsewhere, Session, SessionRules
from storage.database import Database
from storage.signin.rows import (
    challenge_row,
    link_row,
    passkey_row,
    read_challenge,
    read_link,
    read_passkey,
    read_session,
    session_row,
)
from storage.tables_signin import one_time_links, passkeys, sessions, signin_challenges, spent_tokens
from storage.work import SqlWork, Works

LINK_REMEMBERED = timedelta(days=1)  # a link that is used again or too late is told from one that never was


class SqlSignInLookup:
    """Reading over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def session(self, digest: bytes) -> Session | None:
        found = self._sessions(or_(sessions.c.digest == digest, sessions.c.previous == digest))
        return found[0] if found else None

    def session_by_id(self, session: UUID) -> Session | None:
        found = self._sessions(sessions.c.id == session)
        return found[0] if found else None

    def sessions_of(self, person: str) -> Sequence[Session]:
        return self._sessions(sessions.c.person == person)

    def _sessions(self, which: ColumnElement[bool]) -> list[Session]:
        query = select(sessions).where(which).order_by(sessions.c.started_at.desc(), sessions.c.id)
        with self._database.reading() as connection:
            return [read_session(row) for row in connection.execute(query)]

    def link(self, digest: bytes) -> Link | None:
        with self._database.reading() as connection:
            row = connection.execute(select(one_time_links).where(one_time_links.c.digest == digest)).one_or_none()
        return None if row is None else read_link(row)

    def passkey(self, id_: bytes) -> Passkey | None:
        found = self._passkeys(passkeys.c.id == id_)
        return found[0] if found else None

    def passkeys_of(self, person: str) -> Sequence[Passkey]:
        return self._passkeys(passkeys.c.person == person)

    def _passkeys(self, which: ColumnElement[bool]) -> list[Passkey]:
        query = select(passkeys).where(which).order_by(passkeys.c.made_at, passkeys.c.id)
        with self._database.reading() as connection:
            return [read_passkey(row) for row in connection.execute(query)]


class SqlSignInWork:
    """A transaction over SQL; entries go the way of all entries."""

    def __init__(self, connection: Connection, work: SqlWork) -> None:
        self._connection, self._work = connection, work
        self._kind = postgresql if connection.dialect.name == "postgresql" else sqlite

    def begin(self, session: Session, entry: Entry) -> None:
        self._connection.execute(insert(sessions), session_row(session))
        self._work.note(entry)

    def change(self, session: Session, old: bytes, entry: Entry | None = None) -> bool:
        row = session_row(session)
        of_now = sessions.c.id == session.id, sessions.c.digest == old
        return self._done(update(sessions).where(*of_now).values(row), entry) == 1

    def touch(self, session: UUID, at: datetime) -> None:
        self._connection.execute(update(sessions).where(sessions.c.id == session).values(seen_at=at))

    def end(self, session: UUID, entry: Entry | None = None) -> bool:
        return self._done(delete(sessions).where(sessions.c.id == session), entry) == 1

    def end_all(self, person: str, entry: Entry, only: UUID | None = None) -> int:
        which = [sessions.c.person == person, *([sessions.c.id == only] if only else [])]
        return self._done(delete(sessions).where(*which), entry)

    def elsewhere(self, ended: Elsewhere) -> Sequence[Session]:
        which: ColumnElement[bool] = sessions.c.provider_subject == ended.subject
        if ended.session is not None:
            unnamed = and_(which, sessions.c.provider_session.is_(None))
            which = or_(sessions.c.provider_session == ended.session, unnamed)
        return [read_session(row) for row in self._connection.execute(select(sessions).where(which))]

    def spend_token(self, digest: bytes, until: datetime) -> bool:
        new = self._kind.insert(spent_tokens).values(digest=digest, until=until).on_conflict_do_nothing()
        return self._done(new) == 1

    def keep_link(self, link: Link, entry: Entry) -> None:
        self._connection.execute(insert(one_time_links), link_row(link))
        self._work.note(entry)

    def spend_link(self, digest: bytes, at: datetime) -> bool:
        table = one_time_links
        good = table.c.digest == digest, table.c.used_at.is_(None), table.c.expires_at > at
        return self._done(update(table).where(*good).values(used_at=at)) == 1

    def keep_passkey(self, passkey: Passkey, entry: Entry) -> bool:
        new = self._kind.insert(passkeys).values(passkey_row(passkey)).on_conflict_do_nothing()
        return self._done(new, entry) == 1

    def used_passkey(self, id_: bytes, old_count: int, new_count: int, at: datetime) -> bool:
        of_now = passkeys.c.id == id_, passkeys.c.sign_count == old_count
        return self._done(update(passkeys).where(*of_now).values(sign_count=new_count, used_at=at)) == 1

    def rename_passkey(self, person: str, id_: bytes, name: str) -> bool:
        own = passkeys.c.id == id_, passkeys.c.person == person
        return self._done(update(passkeys).where(*own).values(name=name)) == 1

    def remove_passkey(self, person: str, id_: bytes, entry: Entry) -> bool:
        own = passkeys.c.id == id_, passkeys.c.person == person
        return self._done(delete(passkeys).where(*own), entry) == 1

    def keep_challenge(self, challenge: Challenge) -> None:
        self._connection.execute(insert(signin_challenges), challenge_row(challenge))

    def take_challenge(self, digest: bytes, at: datetime) -> Challenge | None:
        table = signin_challenges
        row = self._connection.execute(select(table).where(table.c.digest == digest)).one_or_none()
        if row is None or self._done(delete(table).where(table.c.digest == digest)) != 1 or row.expires_at <= at:
            return None
        return read_challenge(row)

    def looked_lately(self, recent: str, since: datetime, until: datetime) -> bool:
        return self._work.looked_lately(recent, since, until)

    def note(self, entry: Entry, recent: str | None = None) -> None:
        self._work.note(entry, recent)

    def _done(self, statement: Any, entry: Entry | None = None) -> int:
        """Do it; the entry is written only if there was something to do. How many rows that were."""
        rows = int(self._connection.execute(statement).rowcount)
        if rows and entry is not None:
            self._work.note(entry)
        return rows


def sign_in_works(database: Database, works: Works) -> Callable[[], AbstractContextManager[SqlSignInWork]]:
    """Opens transactions of signing in."""

    @contextmanager
    def opened() -> Iterator[SqlSignInWork]:
        with database.writing() as connection:
            yield SqlSignInWork(connection, works.within(connection))

    return opened


def tidy(connection: Connection, rules: SessionRules, at: datetime) -> None:
    """Delete what is over: sessions, proofs under way, links a day after they expired, used tokens in time."""
    left = sessions.c.seen_at <= at - rules.idle, sessions.c.started_at <= at - rules.absolute
    connection.execute(delete(sessions).where(or_(*left)))
    connection.execute(delete(spent_tokens).where(spent_tokens.c.until <= at))
    connection.execute(delete(signin_challenges).where(signin_challenges.c.expires_at <= at))
    connection.execute(delete(one_time_links).where(one_time_links.c.expires_at <= at - LINK_REMEMBERED))
