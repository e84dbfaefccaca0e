"""Notes, tasks, a supervisor's acts and saved filters; and every open case screened again, so that lists by office
find it: its office is a keyed mark that sorting writes from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RESCREEN = """INSERT INTO jobs (kind, about, run_at, due_at, attempts, single)
    SELECT 'rescreen', number, received_at, received_at, 0, false FROM cases WHERE state <> 'closed'
    AND number NOT IN (SELECT about FROM jobs WHERE kind = 'rescreen')"""
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Make the new tables, and let the worker look at open cases once more."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("corrects", sa.Uuid()),
        sa.ForeignKeyConstraint(["id"], ["sealed_parts.id"]),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.ForeignKeyConstraint(["corrects"], ["notes.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notes_by_case", "notes", ["case_number", "at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("what", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_by", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=40)),
        sa.Column("role", sa.String(length=20)),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.ForeignKeyConstraint(["what"], ["sealed_parts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tasks_by_case", "tasks", ["case_number", "state", "due_by"], unique=False)
    op.create_index("tasks_by_due", "tasks", ["due_by", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "supervisor_acts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Uuid()),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.ForeignKeyConstraint(["text"], ["sealed_parts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("supervisor_acts_by_case", "supervisor_acts", ["case_number", "at"], unique=False)
    op.create_table(
        "saved_filters",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "role", "name"),
    )
    op.execute(sa.text(RESCREEN))


def downgrade() -> None:
    """Back to cases without notes and tasks. Their sealed parts and entries stay: the ledger speaks of them."""
    op.drop_table("saved_filters")
    op.drop_index("supervisor_acts_by_case", table_name="supervisor_acts")
    op.drop_table("supervisor_acts")
    op.drop_index("tasks_by_due", table_name="tasks")
    op.drop_index("tasks_by_case", table_name="tasks")
    op.drop_table("tasks")
    op.drop_index("notes_by_case", table_name="notes")
    op.drop_table("notes")
