"""What the tests of storage are made of: a draft, a filed complaint, cases at will, and a vault for chosen keys."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from typing import Any
from uuid import UUID, uuid4

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event

from cases.case import Assignment, Case
from cases.casework.filing import Filed, file_complaint
from cases.casework.mailbox import Facts, Sent, add_evidence, add_message, find_mailbox
from cases.casework.sorting import sort_complaint
from cases.clocks import Running
from cases.complaint import Complaint, Consent, Draft, Reporter, Statement
from cases.errors import EvidenceUnreadable
from cases.identity import IdentityRequest
from cases.ledger import About, Entry, EntryKind
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.place import Kind, SealedPart
from cases.ports import Message, Standing, Status
from storage import House, prepare
from storage.database import Database
from storage.keys import open_keyring
from storage.lookup import SqlLookup
from storage.objects import DiskObjects
from storage.settings import Settings
from storage.shredding import ShredKeys
from storage.signing import Marks, NoteSigner
from storage.tables import metadata
from storage.vault import LocalVault
from storage.work import Works
from tests.conftest import NOON, SAMPLES

ORIGIN = "desk.example/test"
CHUNK = 16 * 1024
SEALED_CHUNK = CHUNK + 16
HEAD = 24 + 32
TOLD = {
    "summary": "A colleague endorses a party from an official account",
    "narrative": "Seen by several of us, twice this week.",
    "concerns": ["political_partisan"],
    "subjects": [{"name": "Colleague 0103", "staff_number": "S0103"}],
}
NOBODY = Standing(frozenset(), frozenset(), None)
REGISTERED = Status("registered", None)


def draft(consent: Consent = Consent.CONFIDENTIAL) -> Draft:
    """A complaint by S0102 about S0103."""
    who = Reporter(consent, "Colleague 0102", "c0102@agency.example", "S0102", "staff", share_with_supervisor=True)
    anonymous = Reporter(Consent.ANONYMOUS)
    return Draft("en", "web", Statement.read(TOLD), anonymous if consent is Consent.ANONYMOUS else who)


def filed(house: House, at: datetime = NOON) -> Filed:
    return file_complaint(house.desk, draft(), at)


def sorted_case(house: House, at: datetime = NOON) -> Case:
    """A complaint filed and sorted."""
    filed(house, at)
    job = house.desk.jobs.take(at)
    assert job is not None
    case = sort_complaint(house.desk, job, at)
    assert case is not None
    return case


def sent(house: House, one: Filed, content: bytes | None = None) -> Facts:
    """A screenshot added to a complaint; above three chunks long."""
    image = content or (SAMPLES / "en-political-endorsement.png").read_bytes() * 2
    return add_evidence(house.desk, find_mailbox(house.desk, one.receipt), Sent([image], "image/png", "shot.png"), NOON)


def everything_sealed(house: House, one: Filed) -> list[SealedPart]:
    """A file and a message are added; then every sealed part of the complaint, whatever its kind."""
    sent(house, one)
    add_message(house.desk, find_mailbox(house.desk, one.receipt), "It is still online.", NOON)
    return [part for kind in Kind for part in house.desk.lookup.parts(one.complaint, kind)]


def ready(settings: Settings) -> Database:
    """The database of a prepared installation."""
    prepare(settings, NOON)
    return Database(settings.database_url)


def works(settings: Settings, database: Database) -> Works:
    with database.reading() as connection:
        return Works(database, Marks(open_keyring(connection, settings.keys_dir, ("desk", "identity"))))


def migrate(database: Database, to: str) -> None:
    """Alembic as an operator would call it, on one transaction: up to a revision, or down to `base` or `0001`."""
    with as_file(files("storage.migrations")) as folder, database.migrating() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes.update(connection=connection, metadata=metadata)
        current = MigrationContext.configure(connection).get_current_revision()
        up = current is None or to == "head" or current < to != "base"
        (command.upgrade if up else command.downgrade)(config, to)


def signer(settings: Settings, database: Database) -> NoteSigner:
    with database.reading() as connection:
        return NoteSigner(ORIGIN, open_keyring(connection, settings.keys_dir, ("door", "desk")))


def vault_with(settings: Settings, *compartments: str) -> LocalVault:
    """A thief's vault: all of storage, and the keys of these compartments."""
    database = Database(settings.database_url)
    with database.reading() as connection:
        keyring = open_keyring(connection, settings.keys_dir, compartments)
    shred = ShredKeys(Database(f"sqlite:///{settings.data_dir}/shred-keys.sqlite"))
    return LocalVault(ORIGIN, keyring, shred, DiskObjects(settings.data_dir), database)


def entry(
    about: About, *, version: int | None = None, at: datetime = NOON, sealed: tuple[SealedPart, ...] = ()
) -> Entry:
    kind = EntryKind.SYSTEM if version is None else EntryKind.CHANGE
    return Entry(uuid4(), uuid4().bytes, kind, about, at, "S0012", "intake", "tested", version, {}, sealed)


def complaint(number: int) -> Complaint:
    """The bare row of a complaint, sealed for nobody."""
    return Complaint(UUID(int=number), NOON, number.to_bytes(32), bytes(1216), ())


def bare_case(number: int, **facts: object) -> Case:
    """A case that just was registered, for the complaint of that number."""
    name = f"IGO-2026-{10000 + number}"
    bare = Case(name, UUID(int=number), Queue.IGO, ("igo",), State.REGISTERED, 1, (), NOON, due_at(NOON))
    return replace(bare, **facts)


def due_at(*times: datetime) -> tuple[Running, ...]:
    """Clocks that run out at these times."""
    return tuple(Running("assessment", NOON, at) for at in times)


def registered(work: Works, case: Case, standing: Standing = NOBODY) -> Case:
    """Take in the complaint of a case and register the case."""
    with work() as one:
        one.take_in(complaint(case.complaint.int), entry(About.complaint(case.complaint)), Status("received", None))
        one.register(case, standing, entry(About.case(case.number), version=1), REGISTERED)
    return case


def changed(case: Case, **facts: object) -> Case:
    """The next version of a case, now worked by S0014."""
    worked = {"assignees": (Assignment("S0014", Role.INVESTIGATOR),), "worked_by": frozenset({"S0012", "S0014"})}
    return replace(case, version=case.version + 1, **{**worked, **facts})


def request_in(case: Case, reason: SealedPart, requester: str = "S0012", **facts: Any) -> IdentityRequest:
    """A request to learn who reported, just asked."""
    return replace(IdentityRequest(uuid4(), case.number, requester, Role.INTAKE, NOON, reason.id), **facts)


def words(complaint: UUID, kind: Kind = Kind.REASON) -> SealedPart:
    """A part that holds nothing and opens for nobody."""
    return SealedPart(uuid4(), kind, complaint, 0, bytes(32), (), b"")


def letter(part: SealedPart, at: datetime = NOON) -> Message:
    return Message(part, from_reporter=True, at=at)


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes but for one bit."""
    place, bit = divmod(bit % (8 * len(data)), 8)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def what_comes_out(start: Callable[[], Iterator[bytes]]) -> tuple[bytes, EvidenceUnreadable | None]:
    """Everything that was yielded, and the refusal that ended it, if one did."""
    out = b""
    try:
        for block in start():
            out += block
    except EvidenceUnreadable as refusal:
        return out, refusal
    return out, None


def counted(lookup: SqlLookup, ask: Callable[[], Any]) -> tuple[Any, int]:
    """What `ask` returns and how many queries it took."""
    said: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(lookup._database.engine, "before_cursor_execute", listen)
    try:
        answer = ask()
    finally:
        event.remove(lookup._database.engine, "before_cursor_execute", listen)
    return answer, sum(one.startswith("SELECT") for one in said)


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs from one starting line; their results or the errors that ended them."""
    ready, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run_one(place, job):
        ready.wait()
        try:
            results[place] = job()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must tell
            results[place] = error

    threads = [threading.Thread(target=run_one, args=one) for one in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
