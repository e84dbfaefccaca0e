"""The tables of the work around a case. Clear on purpose: who wrote a note when, for whom a task is and until when.

A supervisor's acts bear a keyed mark instead of a number, another one in each case: it tells apart who acted in one
case, and leads nowhere else.
"""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text, Uuid

from storage.tables import Instant, metadata, only_where

notes = Table(
    "notes",
    metadata,
    Column("id", Uuid, ForeignKey("sealed_parts.id"), primary_key=True),
    Column("case_number", String(24), ForeignKey("cases.number"), nullable=False),
    Column("person", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("corrects", Uuid, ForeignKey("notes.id")),
    Index("notes_by_case", "case_number", "at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_number", String(24), ForeignKey("cases.number"), nullable=False),
    Column("what", Uuid, ForeignKey("sealed_parts.id"), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_by", Instant, nullable=False),
    Column("person", String(40)),
    Column("role", String(20)),
    Column("state", String(10), nullable=False),
    Column("ended_at", Instant),
    Index("tasks_by_case", "case_number", "state", "due_by"),
    Index("tasks_by_due", "due_by", "id", **only_where("state = 'open'")),
)

supervisor_acts = Table(
    "supervisor_acts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_number", String(24), ForeignKey("cases.number"), nullable=False),
    Column("mark", LargeBinary(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("text", Uuid, ForeignKey("sealed_parts.id")),
    Index("supervisor_acts_by_case", "case_number", "at"),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("person", String(40), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
