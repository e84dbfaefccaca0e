"""Notices as rows: kept with their cause, found by whom they are for, settled once sent."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, insert, or_, select, update

from cases.errors import UnknownItem
from cases.ledger import Entry
from cases.notices import NO_SUCH_WEBHOOK, Endpoint, Kept, New, Preferences, Shown
from cases.people import Role
from cases.sight import Actor, Sight
from storage.database import Database
from storage.masking import NOTICE, PREFERENCES, WEBHOOK, Masks
from storage.outbox import HIGHEST
from storage.seeing import visible
from storage.signing import Marks
from storage.tables import cases, marks
from storage.tables_notices import notice_preferences, notice_reads, notices, webhooks

CHUNK = 500


class SqlNotices:
    """Notices within one transaction. `write` writes an entry of that transaction."""

    def __init__(self, connection: Connection, blind: Marks, write: Callable[[Entry], None]) -> None:
        self._connection, self._blind, self._write = connection, blind, write
        self._masks = blind.masks

    def exists_for(self, number: str, sight: Sight) -> bool:
        found = exists().where(cases.c.number == number, visible(sight, self._blind))
        return bool(self._connection.scalar(select(found)))

    def addressee(self, number: str, people: Iterable[str]) -> str | None:
        known = set(self._connection.scalars(select(marks.c.mark).where(marks.c.case_number == number)))
        return next((person for person in people if self._blind.addressee(person) in known), None)

    def preferences(self, people: Iterable[str]) -> Mapping[str, Preferences]:
        by_mark = {self._masks.wishes(person): person for person in people}
        query = select(notice_preferences).where(notice_preferences.c.mark.in_(by_mark))
        return {by_mark[row.mark]: _preferences(self._masks, row) for row in self._connection.execute(query)}

    def prefer(self, person: str, preferences: Preferences) -> None:
        mark = self._masks.wishes(person)
        sealed = self._masks.seal(PREFERENCES, mark, asdict(preferences))
        self._connection.execute(delete(notice_preferences).where(notice_preferences.c.mark == mark))
        self._connection.execute(insert(notice_preferences), {"mark": mark, "sealed": sealed})

    def keep(self, new: Sequence[New]) -> Sequence[int]:
        return [self._keep(one) for one in new]

    def _keep(self, new: New) -> int:
        told = {"person": new.who.person, "role": str(new.who.role), "told": new.told}
        row = {
            "id": new.id,
            "case_number": new.number,
            "what": new.what,
            "at": new.at,
            "mark": self._masks.mark(new.who),
            "sealed": self._masks.seal(NOTICE, _belongs_to(new.id, new.number), told),
            "mail_at": new.mail_at,
        }
        kept = self._connection.execute(insert(notices), row).inserted_primary_key
        if kept is None:
            raise RuntimeError("the database gave a notice no row")
        return int(kept[0])

    def settle(self, rows: Iterable[int], at: datetime) -> None:
        self._connection.execute(update(notices).where(notices.c.row.in_(tuple(rows))).values(mailed_at=at))

    def read(self, id_: UUID, who: Actor, at: datetime) -> None:
        mark = self._masks.read(id_, who)
        if not self._connection.scalar(select(exists().where(notice_reads.c.mark == mark))):
            self._connection.execute(insert(notice_reads), {"mark": mark, "at": at})

    def forget(self, number: str) -> None:
        self._connection.execute(delete(notices).where(notices.c.case_number == number))

    def forget_before(self, at: datetime) -> None:
        for table in (notices, notice_reads):
            self._connection.execute(delete(table).where(table.c.at < at))

    def endpoints(self) -> Sequence[int]:
        return self._connection.scalars(select(webhooks.c.id).order_by(webhooks.c.id)).all()

    def add_endpoint(self, url: str, secret: str, entry: Entry) -> int:
        """Ids are random and not used again soon: what waits for a removed endpoint must not go to the next one."""
        known = set(self.endpoints())
        id_ = next(one for one in iter(_an_id, None) if one not in known)
        sealed = self._masks.seal(WEBHOOK, str(id_).encode(), {"url": url, "secret": secret})
        self._connection.execute(insert(webhooks), {"id": id_, "sealed": sealed, "added_at": entry.at})
        self._write(entry)
        return id_

    def remove_endpoint(self, id_: int, entry: Entry) -> None:
        if not self._connection.execute(delete(webhooks).where(webhooks.c.id == id_)).rowcount:
            raise UnknownItem(NO_SUCH_WEBHOOK)
        self._write(entry)

    def posted(self, id_: int, at: datetime) -> None:
        self._connection.execute(update(webhooks).where(webhooks.c.id == id_).values(posted_at=at))


class SqlNoticeLookup:
    """Reading notices over SQL."""

    def __init__(self, database: Database, blind: Marks) -> None:
        self._database, self._blind, self._masks = database, blind, blind.masks

    def shown(self, who: Actor, sight: Sight | None, after: int | None, limit: int) -> Sequence[Shown]:
        """Row by row, until a page is full: who of those meant was told is sealed."""
        found: list[Shown] = []
        with self._database.reading() as connection:
            for rows in self._pages(connection, who, sight, after):
                found += self._told(connection, who, rows)
                if len(found) >= limit:
                    break
        return found[:limit]

    def _pages(
        self, connection: Connection, who: Actor, sight: Sight | None, after: int | None
    ) -> Iterator[Sequence[Row[Any]]]:
        mark = self._masks.mark(who)
        query = select(notices).outerjoin(cases, cases.c.number == notices.c.case_number)
        query = query.where(_same(mark), self._within(sight)).order_by(notices.c.row.desc()).limit(CHUNK)
        while True:
            rows = connection.execute(query if after is None else query.where(notices.c.row < after)).all()
            if rows:
                yield rows
                after = rows[-1].row
            if len(rows) < CHUNK:
                return

    def _within(self, sight: Sight | None) -> ColumnElement[bool]:
        of_no_case = notices.c.case_number.is_(None)
        return of_no_case if sight is None else or_(of_no_case, visible(sight, self._blind))

    def _told(self, connection: Connection, who: Actor, rows: Sequence[Row[Any]]) -> Iterator[Shown]:
        opened = [one for one in (self._opened(row) for row in rows) if one.told and one.who == who]
        by_mark = {self._masks.read(one.id, who): one for one in opened}
        query = select(notice_reads.c.mark).where(notice_reads.c.mark.in_(by_mark))
        read = {by_mark[mark].row for mark in connection.scalars(query)} if by_mark else set()
        return (Shown(one.row, one.id, one.number, one.what, one.at, one.row in read) for one in opened)

    def waiting(self, row: int, until: datetime) -> Sequence[Kept]:
        due = notices.c.mailed_at.is_(None), notices.c.mail_at <= until
        with self._database.reading() as connection:
            asked = connection.execute(select(notices).where(notices.c.row == row, *due)).one_or_none()
            if asked is None:
                return ()
            query: Select[Any] = select(notices).where(_same(asked.mark), *due).order_by(notices.c.row)
            mine = self._opened(asked)
            opened = map(self._opened, connection.execute(query).all())
            return [one for one in opened if one.who == mine.who]

    def preferences(self, person: str) -> Preferences:
        query = select(notice_preferences).where(notice_preferences.c.mark == self._masks.wishes(person))
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Preferences() if row is None else _preferences(self._masks, row)

    def endpoints(self) -> Sequence[Endpoint]:
        with self._database.reading() as connection:
            return [self._endpoint(row) for row in connection.execute(select(webhooks).order_by(webhooks.c.added_at))]

    def endpoint(self, id_: int) -> Endpoint | None:
        if id_ > HIGHEST:
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(webhooks).where(webhooks.c.id == id_)).one_or_none()
        return None if row is None else self._endpoint(row)

    def _endpoint(self, row: Row[Any]) -> Endpoint:
        told = self._masks.open(WEBHOOK, str(row.id).encode(), row.sealed)
        return Endpoint(row.id, told["url"], row.added_at, row.posted_at, told["secret"])

    def _opened(self, row: Row[Any]) -> Kept:
        told = self._masks.open(NOTICE, _belongs_to(row.id, row.case_number), row.sealed)
        who = Actor(told["person"], Role(told["role"]))
        message = self._masks.message(row.id, who)
        return Kept(row.row, row.id, row.case_number, row.what, row.at, who, told["told"], message)


def _same(mark: bytes | None) -> ColumnElement[bool]:
    return and_(notices.c.mark.is_(None) if mark is None else notices.c.mark == mark)


def _belongs_to(id_: UUID, number: str | None) -> bytes:
    return id_.bytes + (number or "").encode()


def _preferences(masks: Masks, row: Row[Any]) -> Preferences:
    return Preferences(**masks.open(PREFERENCES, row.mark, row.sealed))


def _an_id() -> int:
    return 100_000 + secrets.randbelow(900_000)
