"""The first tables."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSERT_ONLY = ("entries", "leaves", "checkpoints", "directories")


def upgrade() -> None:
    """Make every table, and triggers on each that may never be rewritten."""
    op.create_table(
        "answers",
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lookup"),
    )
    op.create_index("answers_by_time", "answers", ["at"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mailbox_key", sa.LargeBinary(length=1216), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox_id"),
    )
    op.create_table(
        "directories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "entries",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("entries_by_about", "entries", ["about", "position"], unique=False)
    op.create_index("entries_by_action", "entries", ["action", "position"], unique=False)
    op.create_index("entries_by_actor", "entries", ["actor", "position"], unique=False)
    op.create_index("entries_by_at", "entries", ["at", "position"], unique=False)
    op.create_index(
        "entries_by_item",
        "entries",
        ["item", "position"],
        unique=False,
        sqlite_where=sa.text("item IS NOT NULL"),
        postgresql_where=sa.text("item IS NOT NULL"),
    )
    op.create_index(
        "entries_one_per_version",
        "entries",
        ["about", "version"],
        unique=True,
        sqlite_where=sa.text("version IS NOT NULL"),
        postgresql_where=sa.text("version IS NOT NULL"),
    )
    op.create_table(
        "house",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("jobs_by_time", "jobs", ["run_at", "id"], unique=False)
    op.create_table(
        "keys",
        sa.Column("key_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "looks",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "sealed_parts",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("sealed_parts_by_complaint", "sealed_parts", ["complaint", "kind", "position"], unique=False)
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("complaint", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.String(length=10), nullable=False),
        sa.Column("sent_to", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_what", sa.String(length=24), nullable=True),
        sa.Column("due_by", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closure_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint("queue IN ('igo', 'outside')", name="cases_queue"),
        sa.CheckConstraint(
            "state IN ('registered', 'assessment', 'investigation', 'reported', 'closed')", name="cases_state"
        ),
        sa.ForeignKeyConstraint(
            ["complaint"],
            ["complaints.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("complaint"),
    )
    op.create_index("cases_by_due", "cases", ["due_by", "number"], unique=False)
    op.create_index("cases_by_received", "cases", ["received_at", "number"], unique=False)
    op.create_index("cases_by_state", "cases", ["state", "received_at", "number"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("content", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.Uuid(), nullable=False),
        sa.Column("complaint", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint"],
            ["complaints.id"],
        ),
        sa.ForeignKeyConstraint(
            ["content"],
            ["sealed_parts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["facts"],
            ["sealed_parts.id"],
        ),
        sa.PrimaryKeyConstraint("content"),
    )
    op.create_index("evidence_by_complaint", "evidence", ["complaint", "received_at"], unique=False)
    op.create_table(
        "leaves",
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry"],
            ["entries.position"],
        ),
        sa.PrimaryKeyConstraint("index"),
        sa.UniqueConstraint("entry"),
    )
    op.create_table(
        "mailbox_view",
        sa.Column("complaint", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("next_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint"],
            ["complaints.id"],
        ),
        sa.PrimaryKeyConstraint("complaint"),
    )
    op.create_table(
        "messages",
        sa.Column("part", sa.Uuid(), nullable=False),
        sa.Column("complaint", sa.Uuid(), nullable=False),
        sa.Column("from_reporter", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint"],
            ["complaints.id"],
        ),
        sa.ForeignKeyConstraint(
            ["part"],
            ["sealed_parts.id"],
        ),
        sa.PrimaryKeyConstraint("part"),
    )
    op.create_index("messages_by_complaint", "messages", ["complaint", "at"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry"],
            ["entries.position"],
        ),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "wraps",
        sa.Column("part", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=10), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part"],
            ["sealed_parts.id"],
        ),
        sa.PrimaryKeyConstraint("part", "recipient"),
    )
    op.create_table(
        "case_categories",
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
        ),
        sa.PrimaryKeyConstraint("case_number", "category"),
    )
    op.create_index("case_categories_by_category", "case_categories", ["category", "case_number"], unique=False)
    op.create_table(
        "case_people",
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
        ),
        sa.PrimaryKeyConstraint("case_number", "person", "capacity"),
    )
    op.create_index("case_people_by_person", "case_people", ["person", "capacity", "case_number"], unique=False)
    op.create_table(
        "marks",
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
        ),
        sa.PrimaryKeyConstraint("case_number", "mark"),
    )
    op.create_index("marks_by_mark", "marks", ["mark", "case_number"], unique=False)
    for statement in _guards():
        op.execute(statement)


def _guards() -> Iterator[str]:
    """Triggers that refuse whatever would rewrite an insert-only table, in either database's words."""
    if not _is_sqlite():
        yield (
            "CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'% is insert-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in INSERT_ONLY:
        for event in ("UPDATE", "DELETE") if _is_sqlite() else ("UPDATE", "DELETE", "TRUNCATE"):
            yield f"CREATE TRIGGER {table}_keeps_against_{event.lower()} BEFORE {event} ON {table} " + (
                f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
                if _is_sqlite()
                else "EXECUTE FUNCTION keeps()"
            )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    """Take everything away again."""
    op.drop_index("marks_by_mark", table_name="marks")
    op.drop_table("marks")
    op.drop_index("case_people_by_person", table_name="case_people")
    op.drop_table("case_people")
    op.drop_index("case_categories_by_category", table_name="case_categories")
    op.drop_table("case_categories")
    op.drop_table("wraps")
    op.drop_table("waiting")
    op.drop_index("messages_by_complaint", table_name="messages")
    op.drop_table("messages")
    op.drop_table("mailbox_view")
    op.drop_table("leaves")
    op.drop_index("evidence_by_complaint", table_name="evidence")
    op.drop_table("evidence")
    op.drop_index("cases_by_state", table_name="cases")
    op.drop_index("cases_by_received", table_name="cases")
    op.drop_index("cases_by_due", table_name="cases")
    op.drop_table("cases")
    op.drop_table("tokens")
    op.drop_table("tiles")
    op.drop_index("sealed_parts_by_complaint", table_name="sealed_parts")
    op.drop_table("sealed_parts")
    op.drop_table("looks")
    op.drop_table("keys")
    op.drop_index("jobs_by_time", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("house")
    op.drop_index(
        "entries_one_per_version",
        table_name="entries",
        sqlite_where=sa.text("version IS NOT NULL"),
        postgresql_where=sa.text("version IS NOT NULL"),
    )
    op.drop_index(
        "entries_by_item",
        table_name="entries",
        sqlite_where=sa.text("item IS NOT NULL"),
        postgresql_where=sa.text("item IS NOT NULL"),
    )
    op.drop_index("entries_by_at", table_name="entries")
    op.drop_index("entries_by_actor", table_name="entries")
    op.drop_index("entries_by_action", table_name="entries")
    op.drop_index("entries_by_about", table_name="entries")
    op.drop_table("entries")
    op.drop_table("directories")
    op.drop_table("complaints")
    op.drop_table("checkpoints")
    op.drop_index("answers_by_time", table_name="answers")
    op.drop_table("answers")
    if not _is_sqlite():
        op.execute("DROP FUNCTION keeps()")
