"""Reading. Every query over cases goes through `visible`: a list, a page and a refusal cannot disagree."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select

from cases.case import Case
from cases.complaint import Complaint
from cases.directory import Directory, read_directory
from cases.errors import LedgerBroken, ReceiptRefused, UnknownCase, UnknownItem
from cases.identity import IdentityRequest, Standing
from cases.lifecycle import State
from cases.people import Role
from cases.place import Kind, SealedPart
from cases.ports import Answer, CaseFilter, EntryFilter, EvidenceItem, Message, Status, StoredEntry, Token
from cases.sight import Sight
from storage.database import Database
from storage.rows import WORKED, entries_query, parts_query, read_case, read_parts, read_request, stored_entry
from storage.seeing import behind, guarded, page, visible, walls_of
from storage.signing import Marks
from storage.tables import (
    answers,
    case_people,
    cases,
    complaints,
    directories,
    entries,
    evidence,
    identity_requests,
    leaves,
    mailbox_view,
    marks,
    messages,
    sealed_parts,
    tokens,
)

CHUNK = 1000
REMEMBERED = 5


class SqlLookup:
    """Reading over SQL."""

    def __init__(self, database: Database, blind: Marks) -> None:
        self._database, self._blind = database, blind
        self._directory: tuple[int, Directory] = (0, Directory(()))
        self._known: tuple[int, frozenset[str]] = (0, frozenset())

    def mailbox(self, mailbox_id: bytes) -> Complaint:
        """The complaint of a mailbox. Raises ReceiptRefused."""
        found = self._complaint(complaints.c.mailbox_id == mailbox_id)
        if found is None:
            raise ReceiptRefused("This receipt opens no mailbox. Check it for typing mistakes.")
        return found

    def complaint(self, complaint: UUID) -> Complaint:
        """A complaint by its id. Raises UnknownItem."""
        found = self._complaint(complaints.c.id == complaint)
        if found is None:
            raise UnknownItem("There is no such complaint.")
        return found

    def _complaint(self, which: ColumnElement[bool]) -> Complaint | None:
        with self._database.reading() as connection:
            row = connection.execute(select(complaints).where(which)).one_or_none()
        return None if row is None else Complaint(row.id, row.received_at, row.mailbox_id, row.mailbox_key, ())

    def status(self, complaint: UUID) -> Status:
        with self._database.reading() as connection:
            row = connection.execute(select(mailbox_view).where(mailbox_view.c.complaint == complaint)).one()
        return Status(row.slug, row.next_by)

    def part(self, complaint: UUID, kind: Kind) -> SealedPart:
        """The part of that kind that came first. Raises UnknownItem."""
        found = self._parts(complaint, kind, limit=1)
        if not found:
            raise UnknownItem("There is no such part.")
        return found[0]

    def latest(self, complaint: UUID, kind: Kind) -> SealedPart:
        """The part of that kind that came last. Raises UnknownItem."""
        newest = select(sealed_parts.c.id).where(
            sealed_parts.c.complaint == complaint, sealed_parts.c.kind == kind.slug
        )
        with self._database.reading() as connection:
            found = connection.scalar(newest.order_by(sealed_parts.c.position.desc()).limit(1))
        return self.sealed(complaint, found)

    def sealed(self, complaint: UUID, part: UUID | None) -> SealedPart:
        """One part by its id. Raises UnknownItem, also for a part of another complaint."""
        wanted = parts_query().where(sealed_parts.c.complaint == complaint, sealed_parts.c.id == part)
        with self._database.reading() as connection:
            found = list(read_parts(connection, wanted).values())
        if not found:
            raise UnknownItem("There is no such part.")
        return found[0]

    def parts(self, complaint: UUID, kind: Kind) -> Sequence[SealedPart]:
        return self._parts(complaint, kind)

    def _parts(self, complaint: UUID, kind: Kind, limit: int | None = None) -> Sequence[SealedPart]:
        wanted = parts_query().where(sealed_parts.c.complaint == complaint, sealed_parts.c.kind == kind.slug)
        with self._database.reading() as connection:
            return list(read_parts(connection, wanted.limit(limit)).values())

    def case(self, number: str, sight: Sight) -> Case:
        """A case within sight. Raises UnknownCase, the same for one that is there and one that is not."""
        found = self._cases(select(cases).where(cases.c.number == number, visible(sight, self._blind)))
        if not found:
            raise UnknownCase("There is no such case.")
        return found[0]

    def case_of(self, complaint: UUID) -> Case | None:
        found = self._cases(select(cases).where(cases.c.complaint == complaint))
        return found[0] if found else None

    def complaint_of(self, number: str) -> UUID:
        """The complaint a case came from, for the auditor. Raises UnknownCase."""
        with self._database.reading() as connection:
            found: UUID | None = connection.scalar(select(cases.c.complaint).where(cases.c.number == number))
        if found is None:
            raise UnknownCase("There is no such case.")
        return found

    def cases(self, sight: Sight, wanted: CaseFilter) -> Sequence[Case]:
        return self._cases(page(sight, wanted, self._blind))

    def _cases(self, query: Select[Any]) -> list[Case]:
        with self._database.reading() as connection:
            return [read_case(row) for row in connection.execute(query)]

    def numbers(self) -> Sequence[str]:
        query = select(cases.c.number).order_by(cases.c.state == str(State.CLOSED), cases.c.number)
        with self._database.reading() as connection:
            return connection.scalars(query).all()

    def every_case(self) -> Iterator[Case]:
        """All cases in order of number, streamed."""
        after = ""
        while found := self._cases(select(cases).where(cases.c.number > after).order_by(cases.c.number).limit(CHUNK)):
            yield from found
            after = found[-1].number

    def is_walled(self, number: str, person: str) -> bool:
        return self._holds(behind(walls_of(person, self._blind), literal(number)))

    def is_walled_openly(self, number: str, person: str) -> bool:
        return self._holds(behind((self._blind.wall(person),), literal(number)))

    def is_addressed(self, number: str, person: str) -> bool:
        return self._holds(behind((self._blind.addressee(person),), literal(number)))

    def has_merged(self, number: str) -> bool:
        return self._holds(exists().where(cases.c.merged_into == number))

    def who_worked_merged(self, number: str) -> frozenset[str]:
        of_merged = cases.c.merged_into == number, case_people.c.capacity == WORKED
        query = select(case_people.c.person).join(cases, cases.c.number == case_people.c.case_number).where(*of_merged)
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query))

    def who_received(self, number: str, people: Iterable[str]) -> frozenset[str]:
        """Who of these people is, or once was, sent the case as the reporter's supervisor."""
        with self._database.reading() as connection:
            known = set(connection.scalars(select(marks.c.mark).where(marks.c.case_number == number)))
        blind = self._blind
        return frozenset(one for one in people if known & {blind.addressee(one), blind.received(one)})

    def is_custodian(self, number: str, person: str) -> bool:
        """Whether a person opened or decided a request to learn who reported."""
        return self._holds(guarded(person, literal(number)))

    def _holds(self, condition: ColumnElement[bool]) -> bool:
        with self._database.reading() as connection:
            return bool(connection.scalar(select(condition)))

    def requests(self, number: str) -> Sequence[IdentityRequest]:
        """Every request to learn who reported, oldest first."""
        return self._requests(select(identity_requests).where(identity_requests.c.case_number == number))

    def waiting_requests(self, sight: Sight) -> Sequence[IdentityRequest]:
        """Requests that wait for a custodian, in cases that custodian has no part in."""
        query = select(identity_requests).join(cases, cases.c.number == identity_requests.c.case_number)
        waits = identity_requests.c.standing == str(Standing.ASKED)
        return self._requests(query.where(waits, visible(sight, self._blind)))

    def _requests(self, query: Select[Any]) -> list[IdentityRequest]:
        with self._database.reading() as connection:
            return [read_request(row) for row in connection.execute(query.order_by(identity_requests.c.asked_at))]

    def evidence(self, complaint: UUID) -> Sequence[EvidenceItem]:
        return self._evidence(evidence.c.complaint == complaint)

    def evidence_item(self, complaint: UUID, item: UUID) -> EvidenceItem:
        """One file of this complaint. Raises UnknownItem, also for a file of another complaint."""
        found = self._evidence(and_(evidence.c.complaint == complaint, evidence.c.content == item))
        if not found:
            raise UnknownItem("There is no such file.")
        return found[0]

    def _evidence(self, which: ColumnElement[bool]) -> list[EvidenceItem]:
        with self._database.reading() as connection:
            rows = {row.content: row for row in connection.execute(select(evidence).where(which))}
            wanted = {part for row in rows.values() for part in (row.content, row.facts)}
            parts = read_parts(connection, parts_query().where(sealed_parts.c.id.in_(wanted)))
        arrived = (rows[part] for part in parts if part in rows)
        return [EvidenceItem(parts[row.content], parts[row.facts], row.received_at) for row in arrived]

    def messages(self, complaint: UUID) -> Sequence[Message]:
        with self._database.reading() as connection:
            query = select(messages).where(messages.c.complaint == complaint)
            rows = {row.part: row for row in connection.execute(query)}
            parts = read_parts(connection, parts_query().where(sealed_parts.c.id.in_(rows)))
        return [Message(part, rows[part.id].from_reporter, rows[part.id].at) for part in parts.values()]

    def timeline(self, about: Sequence[str], after: int, limit: int) -> Sequence[StoredEntry]:
        return self._entries(and_(entries.c.about.in_(about), entries.c.position > after), limit)

    def custody(self, item: UUID) -> Sequence[StoredEntry]:
        return self._entries(entries.c.item == str(item))

    def entries(self, wanted: EntryFilter) -> Sequence[StoredEntry]:
        columns = {"about": wanted.about, "actor": wanted.actor, "action": wanted.action, "kind": wanted.kind}
        which = [entries.c[name] == value for name, value in columns.items() if value is not None]
        if wanted.from_:
            which.append(entries.c.at >= wanted.from_)
        if wanted.to:
            which.append(entries.c.at < wanted.to)
        return self._entries(and_(entries.c.position > wanted.after, *which), wanted.limit)

    def newest_entry(self, action: str) -> StoredEntry | None:
        query = entries_query().where(entries.c.action == action).order_by(entries.c.position.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else stored_entry(row)

    def entry_of_filing(self, complaint: UUID) -> StoredEntry:
        """The intake entry of a complaint. Raises LedgerBroken when there is none, or more than one."""
        found = self._entries(and_(entries.c.about == str(complaint), entries.c.action == "filed"), 2)
        if len(found) != 1:
            raise LedgerBroken(f"complaint {complaint}", f"it has {len(found)} filing entries instead of one")
        return found[0]

    def _entries(self, which: ColumnElement[bool], limit: int | None = None) -> list[StoredEntry]:
        query = entries_query().where(which).order_by(entries.c.position).limit(limit)
        with self._database.reading() as connection:
            return [stored_entry(row) for row in connection.execute(query)]

    def every_entry(self, size: int) -> Iterator[tuple[StoredEntry, bytes]]:
        """Merged entries in order of leaf index with their leaf hashes, streamed."""
        query = entries_query().add_columns(leaves.c.leaf).order_by(leaves.c.index)
        for start in range(0, size, CHUNK):
            within = leaves.c.index >= start, leaves.c.index < min(start + CHUNK, size)
            with self._database.reading() as connection:
                rows = connection.execute(query.where(*within)).all()
            yield from ((stored_entry(row), row.leaf) for row in rows)

    def answer(self, lookup: bytes) -> Answer | None:
        with self._database.reading() as connection:
            row = connection.execute(select(answers).where(answers.c.lookup == lookup)).one_or_none()
        return None if row is None else Answer(row.lookup, row.fingerprint, row.sealed)

    def token(self, digest: bytes) -> Token | None:
        """A token that was issued and not revoked; whether it expired is the caller's question."""
        live = tokens.c.digest == digest, tokens.c.revoked_at.is_(None)
        with self._database.reading() as connection:
            row = connection.execute(select(tokens).where(*live)).one_or_none()
        return None if row is None else Token(row.digest, row.person, Role(row.role), row.issued_at, row.expires_at)

    def directory(self) -> Directory:
        """The directory imported last; parsed once per import."""
        newest = select(directories.c.id).order_by(directories.c.id.desc()).limit(1)
        with self._database.reading() as connection:
            version = connection.scalar(newest)
            if version is not None and version != self._directory[0]:
                text = connection.execute(select(directories.c.text).where(directories.c.id == version)).scalar_one()
                self._directory = (version, read_directory(text))
        return self._directory[1]

    def lately_known(self) -> frozenset[str]:
        """Numbers of everybody in the newest directories: one that was cut short forgets nobody."""
        newest = select(directories.c.id, directories.c.text).order_by(directories.c.id.desc()).limit(REMEMBERED)
        with self._database.reading() as connection:
            version = connection.scalar(select(directories.c.id).order_by(directories.c.id.desc()).limit(1))
            if version is not None and version != self._known[0]:
                texts = [row.text for row in connection.execute(newest)]
                people = frozenset(person.staff_number for text in texts for person in read_directory(text))
                self._known = (version, people)
        return self._known[1]
