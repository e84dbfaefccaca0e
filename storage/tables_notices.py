"""Tables of notices, on the schema of `storage.tables`. Nobody who is told, or is not, stands in them in the clear."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Uuid

from storage.tables import Instant, RowId, metadata

notices = Table(
    "notices",
    metadata,
    Column("row", RowId, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False),
    Column("case_number", String(24), ForeignKey("cases.number")),
    Column("what", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("mark", LargeBinary(32)),
    Column("sealed", LargeBinary, nullable=False),
    Column("mail_at", Instant),
    Column("mailed_at", Instant),
    Index("notices_by_mark", "mark", "row"),
    Index("notices_by_case", "case_number", "row"),
    Index("notices_by_time", "at"),
)

notice_reads = Table(
    "notice_reads",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Index("notice_reads_by_time", "at"),
)

notice_preferences = Table(
    "notice_preferences",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("posted_at", Instant),
)
