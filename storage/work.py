"""One transaction. Whatever it stores comes with the entry that says so; leaving it cleanly commits."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from cases.case import Case
from cases.complaint import Complaint
from cases.errors import KeyReused, StaleVersion
from cases.identity import IdentityRequest
from cases.identity import Standing as Asked
from cases.ledger import Entry
from cases.ports import SHRED, Answer, EvidenceItem, Message, Standing, Status, Token
from cases.ports_mail import KeptMail
from storage import tables
from storage.asking import JobRows
from storage.database import Database
from storage.deskwork import DeskPen
from storage.lists import list_rows
from storage.mails import keep_mail
from storage.notices import SqlNotices
from storage.rows import (
    case_row,
    category_rows,
    entry_row,
    leg_rows,
    part_row,
    people_rows,
    read_case,
    request_row,
    status_row,
    wrap_rows,
)
from storage.signing import Marks

MARKS_PER_SORT = 16


class SqlWork(JobRows, DeskPen):
    """A transaction over SQL."""

    def __init__(self, connection: Connection, marks: Marks) -> None:
        self._connection, self._marks = connection, marks
        self.notices = SqlNotices(connection, marks, self._write)

    def take_in(self, complaint: Complaint, entry: Entry, status: Status) -> None:
        """A complaint: its row, mailbox, sealed parts and intake entry."""
        row = {
            "id": complaint.id,
            "received_at": complaint.received_at,
            "mailbox_id": complaint.mailbox_id,
            "mailbox_key": complaint.mailbox_key,
        }
        self._connection.execute(insert(tables.complaints), row)
        self._write(entry)
        self._connection.execute(insert(tables.mailbox_view), status_row(complaint.id, status))

    def add_evidence(self, item: EvidenceItem, entry: Entry) -> None:
        """A file that arrived whole."""
        self._write(entry)
        row = {
            "content": item.content.id,
            "facts": item.facts.id,
            "complaint": item.content.owner,
            "received_at": item.received_at,
        }
        self._connection.execute(insert(tables.evidence), row)

    def add_message(self, message: Message, entry: Entry) -> None:
        """A letter from the reporter."""
        self._write(entry)
        self._letter(message)

    def register(self, case: Case, standing: Standing, entry: Entry, status: Status) -> None:
        """A new case: who may never see it and whom it was sent to stand beside it as keyed marks."""
        self._connection.execute(insert(tables.cases), case_row(case))
        self._found_by(case)
        self._stand(case, standing)
        self._write(entry)
        self._tell(case, status)

    def record(
        self,
        case: Case,
        entry: Entry,
        status: Status,
        *,
        letter: Message | None = None,
        standing: Standing | None = None,
        walls: frozenset[str] = frozenset(),
    ) -> None:
        """A changed case with its entry. Raises StaleVersion when somebody else changed it first."""
        table = tables.cases
        current = table.c.number == case.number, table.c.version == case.version - 1
        changed = self._connection.execute(update(table).where(*current).values(case_row(case)))
        if changed.rowcount != 1:
            raise StaleVersion("The case was changed in the meantime. Read it again and decide on that.")
        for found in (tables.case_people, tables.case_categories, tables.case_legs, tables.case_lists):
            self._connection.execute(delete(found).where(found.c.case_number == case.number))
        self._found_by(case)
        if standing:
            marks = tables.marks
            self._connection.execute(delete(marks).where(marks.c.case_number == case.number))
            self._stand(case, standing)
        self._wall(case.number, walls)
        self._write(entry)
        if letter:
            self._letter(letter)
        self._tell(case, status)

    def erase(self, case: Case) -> None:
        """Delete the wraps now; shred key and files lie elsewhere and go by the worker, however often it must try."""
        parts = select(tables.sealed_parts.c.id).where(tables.sealed_parts.c.complaint == case.complaint)
        self._connection.execute(delete(tables.wraps).where(tables.wraps.c.part.in_(parts)))
        self.ask_for(SHRED, str(case.complaint), case.erased_at or case.received_at)

    def keep_request(self, request: IdentityRequest, entry: Entry) -> None:
        """A request to learn who reported, with its reason among the entry's sealed parts."""
        self._write(entry)
        self._connection.execute(insert(tables.identity_requests), request_row(request))

    def settle_request(self, request: IdentityRequest, entry: Entry) -> None:
        """A request as a custodian decided it. Raises StaleVersion when it was settled in the meantime."""
        table = tables.identity_requests
        waiting = table.c.id == request.id, table.c.standing == str(Asked.ASKED)
        settled = self._connection.execute(update(table).where(*waiting).values(request_row(request)))
        if settled.rowcount != 1:
            raise StaleVersion("The request was settled in the meantime. Read it again.")
        self._write(entry)

    def keep_custodian(self, number: str, person: str) -> None:
        """A custodian who opened or decided a request: no other part of the case is for them."""
        table = tables.custodians
        known = exists().where(table.c.case_number == number, table.c.person == person)
        if not self._connection.scalar(select(known)):
            self._connection.execute(insert(table), {"case_number": number, "person": person})

    def revoke_grants(self, number: str) -> None:
        """End what waits and what was granted."""
        table = tables.identity_requests
        live = table.c.case_number == number, table.c.standing.in_([str(Asked.ASKED), str(Asked.GRANTED)])
        self._connection.execute(update(table).where(*live).values(standing=str(Asked.REVOKED)))

    def note(self, entry: Entry, recent: str | None = None) -> None:
        """An entry that changes no case."""
        self._write(entry)
        if recent is not None:
            mark = self._marks.look(recent)
            self._connection.execute(delete(tables.looks).where(tables.looks.c.mark == mark))
            self._connection.execute(insert(tables.looks), {"mark": mark, "at": entry.at})

    def looked_lately(self, recent: str, since: datetime, until: datetime) -> bool:
        """Whether this look was written already; one of later than `until` was, by a clock since set back, and does
        not count.
        """
        looks = tables.looks
        lately = looks.c.at > since, looks.c.at <= until
        found = select(exists().where(looks.c.mark == self._marks.look(recent), *lately))
        return bool(self._connection.scalar(found))

    def keep_answer(self, answer: Answer, at: datetime) -> None:
        """The stored answer of a creating request. Raises KeyReused when one is there already."""
        row = {"lookup": answer.lookup, "fingerprint": answer.fingerprint, "sealed": answer.sealed, "at": at}
        try:
            self._connection.execute(insert(tables.answers), row)
        except IntegrityError as error:
            raise KeyReused("This idempotency key was used in the meantime.") from error

    def keep_mail(self, mail: KeptMail) -> None:
        """How far a mail was taken in."""
        keep_mail(self._connection, mail)

    def number_is_free(self, number: str) -> bool:
        return not self._connection.scalar(select(exists().where(tables.cases.c.number == number)))

    def keep_directory(self, text: str, entry: Entry) -> None:
        """A new directory; earlier ones stay, so that a routing can be explained later."""
        self._connection.execute(insert(tables.directories), {"imported_at": entry.at, "text": text})
        self._write(entry)

    def keep_token(self, token: Token, entry: Entry) -> None:
        row = {
            "digest": token.digest,
            "person": token.person,
            "role": str(token.role),
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
        }
        self._connection.execute(insert(tables.tokens), row)
        self._write(entry)

    def revoke_tokens(self, person: str, entry: Entry) -> int:
        """Revoke whatever tokens a person holds; how many that were."""
        held = tables.tokens.c.person == person, tables.tokens.c.revoked_at.is_(None)
        revoked = self._connection.execute(update(tables.tokens).where(*held).values(revoked_at=entry.at))
        self._write(entry)
        return revoked.rowcount

    def _write(self, entry: Entry) -> None:
        """The entry, the sealed parts it brings, and its place in the line for the tree."""
        body = entry.canonical()
        self._rows(tables.sealed_parts, [part_row(part) for part in entry.sealed])
        self._rows(tables.wraps, [row for part in entry.sealed for row in wrap_rows(part)])
        written = self._connection.execute(insert(tables.entries), entry_row(entry, body))
        position = written.inserted_primary_key
        if position is None:
            raise RuntimeError("the database gave an entry no position")
        self._connection.execute(insert(tables.waiting), {"entry": position[0]})

    def _letter(self, message: Message) -> None:
        row = {
            "part": message.part.id,
            "complaint": message.part.owner,
            "from_reporter": message.from_reporter,
            "at": message.at,
        }
        self._connection.execute(insert(tables.messages), row)

    def _tell(self, case: Case, status: Status) -> None:
        view = tables.mailbox_view
        values = status_row(case.complaint, status)
        self._connection.execute(update(view).where(view.c.complaint == case.complaint).values(values))

    def _found_by(self, case: Case) -> None:
        """What a case is found by, besides its own columns."""
        self._rows(tables.case_people, people_rows(case))
        self._rows(tables.case_categories, category_rows(case))
        self._rows(tables.case_legs, leg_rows(case))
        self._rows(tables.case_lists, list_rows(case, self._case(case.merged_into)))
        self._listed_through(case)

    def _listed_through(self, case: Case) -> None:
        """Whoever works this case sees those that were merged into it."""
        lists, merged = tables.case_lists, select(tables.cases).where(tables.cases.c.merged_into == case.number)
        for row in self._connection.execute(merged).all():
            self._connection.execute(delete(lists).where(lists.c.case_number == row.number))
            self._rows(lists, list_rows(read_case(row), case))

    def _case(self, number: str | None) -> Case | None:
        found = number and self._connection.execute(select(tables.cases).where(tables.cases.c.number == number))
        row = found.one_or_none() if found else None
        return read_case(row) if row else None

    def _stand(self, case: Case, standing: Standing) -> None:
        """Marks in no telling order, and as many meaningless ones as hide how many of either sort there are.

        The two sorts are filled up apart: together, one more of the second could show in the number of the first.
        """
        plain = [self._marks.wall(person) for person in standing.walls]
        plain += [self._marks.office(office) for office in standing.offices]
        close = [self._marks.wall_by_identity(person) for person in standing.walls_by_identity]
        close += [self._marks.addressee(standing.addressee)] if standing.addressee else []
        close += [self._marks.received(person) for person in standing.received]
        close += [self._marks.manager(person) for person in standing.managers]
        close += [self._marks.aside(person) for person in standing.aside]
        filled = sorted(mark for marks in (plain, close) for mark in (*marks, *_meaningless(len(marks))))
        self._marked(case.number, case.received_at, filled)

    def _marked(self, number: str, received_at: datetime, them: Iterable[bytes]) -> None:
        name = {"case_number": number, "received_at": received_at}
        self._rows(tables.marks, [{**name, "mark": mark} for mark in them])

    def step_aside(self, number: str, person: str) -> None:
        """At once: they do not see it any more, and the next screening finds them in conflict."""
        marks, theirs = tables.marks, self._marks.addressee(person)
        self._connection.execute(delete(marks).where(marks.c.case_number == number, marks.c.mark == theirs))
        self._more(number, {self._marks.received(person), self._marks.aside(person)})

    def _wall(self, number: str, people: frozenset[str]) -> None:
        """More walls beside those that stand, filled up like them."""
        self._more(number, {self._marks.wall(person) for person in people})

    def _more(self, number: str, new: set[bytes]) -> None:
        marks = tables.marks
        if new:
            had = select(marks.c.mark).where(marks.c.case_number == number, marks.c.mark.in_(new))
            new -= set(self._connection.scalars(had))
            when = select(tables.cases.c.received_at).where(tables.cases.c.number == number)
            received_at = self._connection.execute(when).scalar_one()
            self._marked(number, received_at, sorted((*new, *_meaningless(len(new)))))

    def _rows(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)


def _meaningless(count: int) -> Iterator[bytes]:
    """What fills so many marks up to the next multiple, the first one even from none."""
    filled = max(1, -(-count // MARKS_PER_SORT)) * MARKS_PER_SORT
    return (os.urandom(32) for _ in range(filled - count))


class Works:
    """Opens transactions."""

    def __init__(self, database: Database, marks: Marks) -> None:
        self._database, self._marks = database, marks

    @contextmanager
    def __call__(self) -> Iterator[SqlWork]:
        """One transaction. Committed when left cleanly, undone by any exception."""
        with self._database.writing() as connection:
            yield self.within(connection)

    def within(self, connection: Connection) -> SqlWork:
        """The same in a transaction that is open already."""
        return SqlWork(connection, self._marks)
