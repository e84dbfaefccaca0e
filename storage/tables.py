"""The whole schema in one view. Clear on purpose: numbers, states, category slugs, clocks, assignees, sizes, times.

A case is its `facts`, canonical JSON; the columns and tables beside it are what cases are found by.
Everything a reporter or an officer writes lies in `sealed_parts` or in the object store, as ciphertext.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    text,
)

from cases.lifecycle import Queue, State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A UTC time as whole microseconds since 1970: sorts, compares and pages alike in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + value * MICROSECOND


def one_of(column: str, values: type[State] | type[Queue]) -> str:
    """The SQL check that holds a column to the slugs of an enum."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def only_where(condition: str) -> dict[str, Any]:
    """An index over some rows only, in either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


metadata = MetaData()
RowId = BigInteger().with_variant(Integer, "sqlite")

house = Table(
    "house",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("key_id", LargeBinary(32), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("retired_at", Instant),
)

complaints = Table(
    "complaints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("mailbox_id", LargeBinary(32), nullable=False, unique=True),
    Column("mailbox_key", LargeBinary(1216), nullable=False),
)

sealed_parts = Table(
    "sealed_parts",
    metadata,
    Column("position", RowId, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("complaint", Uuid, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("ciphertext", LargeBinary),
    Index("sealed_parts_by_complaint", "complaint", "kind", "position"),
)

wraps = Table(
    "wraps",
    metadata,
    Column("part", Uuid, ForeignKey("sealed_parts.id"), primary_key=True),
    Column("recipient", String(10), primary_key=True),
    Column("key_id", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("content", Uuid, ForeignKey("sealed_parts.id"), primary_key=True),
    Column("facts", Uuid, ForeignKey("sealed_parts.id"), nullable=False),
    Column("complaint", Uuid, ForeignKey("complaints.id"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("evidence_by_complaint", "complaint", "received_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("part", Uuid, ForeignKey("sealed_parts.id"), primary_key=True),
    Column("complaint", Uuid, ForeignKey("complaints.id"), nullable=False),
    Column("from_reporter", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("messages_by_complaint", "complaint", "at"),
)

mailbox_view = Table(
    "mailbox_view",
    metadata,
    Column("complaint", Uuid, ForeignKey("complaints.id"), primary_key=True),
    Column("slug", String(20), nullable=False),
    Column("next_by", Instant),
)

cases = Table(
    "cases",
    metadata,
    Column("number", String(24), primary_key=True),
    Column("complaint", Uuid, ForeignKey("complaints.id"), nullable=False, unique=True),
    Column("queue", String(10), nullable=False),
    Column("sent_to", String(80), nullable=False),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("due_what", String(24)),
    Column("due_by", Instant),
    Column("acknowledged_at", Instant),
    Column("closed_at", Instant),
    Column("closure_reason", String(40)),
    Column("merged_into", String(24)),
    Column("facts", Text, nullable=False),
    CheckConstraint(one_of("state", State), "cases_state"),
    CheckConstraint(one_of("queue", Queue), "cases_queue"),
    Index("cases_by_received", "received_at", "number"),
    Index("cases_by_due", "due_by", "number"),
    Index("cases_by_state", "state", "received_at", "number"),
    Index("cases_by_closed", "closed_at", "number", **only_where("closed_at IS NOT NULL")),
    Index("cases_by_target", "merged_into", **only_where("merged_into IS NOT NULL")),
)

case_categories = Table(
    "case_categories",
    metadata,
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Column("category", String(40), primary_key=True),
    Index("case_categories_by_category", "category", "case_number"),
)

case_people = Table(
    "case_people",
    metadata,
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Column("person", String(40), primary_key=True),
    Column("capacity", String(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("case_people_by_person", "person", "capacity", "case_number"),
)

case_legs = Table(
    "case_legs",
    metadata,
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Column("leg", String(20), primary_key=True),
    Index("case_legs_by_leg", "leg", "case_number"),
)

identity_requests = Table(
    "identity_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_number", String(24), ForeignKey("cases.number"), nullable=False),
    Column("requester", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("reason", Uuid, ForeignKey("sealed_parts.id"), nullable=False),
    Column("standing", String(10), nullable=False),
    Column("decided_by", String(40)),
    Column("decided_at", Instant),
    Column("until", Instant),
    Index("identity_requests_by_case", "case_number", "asked_at"),
    Index("identity_requests_waiting", "standing", "asked_at"),
)

custodians = Table(
    "custodians",
    metadata,
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Column("person", String(40), primary_key=True),
)

marks = Table(
    "marks",
    metadata,
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Column("mark", LargeBinary(32), primary_key=True),
    Column("received_at", Instant, nullable=False),
    Index("marks_by_mark", "mark", "received_at", "case_number"),
)

case_lists = Table(
    "case_lists",
    metadata,
    Column("list", String(60), primary_key=True),
    Column("received_at", Instant, primary_key=True),
    Column("case_number", String(24), ForeignKey("cases.number"), primary_key=True),
    Index("case_lists_by_case", "case_number"),
)

entries = Table(
    "entries",
    metadata,
    Column("position", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),
    Column("about", String(40), nullable=False),
    Column("item", String(40)),
    Column("version", Integer),
    Column("at", Instant, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("entries_one_per_version", "about", "version", unique=True, **only_where("version IS NOT NULL")),
    Index("entries_by_about", "about", "position"),
    Index("entries_by_item", "item", "position", **only_where("item IS NOT NULL")),
    Index("entries_by_actor", "actor", "position"),
    Index("entries_by_action", "action", "position"),
    Index("entries_by_at", "at", "position"),
)

waiting = Table(
    "waiting",
    metadata,
    Column("entry", RowId, ForeignKey("entries.position"), primary_key=True, autoincrement=False),
)

leaves = Table(
    "leaves",
    metadata,
    Column("index", RowId, primary_key=True, autoincrement=False),
    Column("entry", RowId, ForeignKey("entries.position"), nullable=False, unique=True),
    Column("leaf", LargeBinary(32), nullable=False),
)

tiles = Table(
    "tiles",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("index", RowId, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", RowId, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("about", String(40), nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("trouble", String(200)),
    Column("due_at", Instant, nullable=False),
    Column("single", Boolean, nullable=False),
    Column("taken_by", LargeBinary(16)),
    Column("dead_at", Instant),
    Index("jobs_ready", "kind", "run_at", "id", **only_where("dead_at IS NULL")),
    Index("jobs_by_due", "due_at", **only_where("dead_at IS NULL")),
    Index("jobs_by_kind", "kind", "id"),
    Index("jobs_dead", "id", "dead_at", **only_where("dead_at IS NOT NULL")),
    Index("jobs_single", "kind", "about", unique=True, **only_where("single")),
)

job_turns = Table(
    "job_turns",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("turn", RowId, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("lookup", LargeBinary(32), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("answers_by_time", "at"),
)

looks = Table(
    "looks",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True),
    Column("at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("person", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

directories = Table(
    "directories",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("imported_at", Instant, nullable=False),
    Column("text", Text, nullable=False),
)

# Nothing of these may ever be rewritten: the migration lays a trigger on each.
INSERT_ONLY = ("entries", "leaves", "checkpoints", "directories")

shred_metadata = MetaData()

shred_keys = Table(
    "shred_keys",
    shred_metadata,
    Column("complaint", Uuid, primary_key=True),
    Column("shred_key", LargeBinary(32), nullable=False),
)
