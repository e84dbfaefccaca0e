"""Lists of cases by time of receipt, so that a page of few among many is as quick as one of many."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ASSIGNED = "p.capacity NOT IN ('worked', 'ruled')"
FILL = f"""INSERT INTO case_lists (list, received_at, case_number)
    SELECT 'queue ' || coalesce(into_.queue, c.queue), c.received_at, c.number
        FROM cases c LEFT JOIN cases into_ ON into_.number = c.merged_into
    UNION SELECT 'category ' || t.category, c.received_at, c.number
        FROM cases c JOIN case_categories t ON t.case_number = c.number
    UNION SELECT 'leg ' || l.leg, c.received_at, c.number FROM cases c JOIN case_legs l ON l.case_number = c.number
    UNION SELECT 'person ' || p.person, c.received_at, c.number
        FROM cases c JOIN case_people p ON p.case_number IN (c.number, c.merged_into) AND {ASSIGNED}"""  # noqa: S608
TIMED = "UPDATE marks SET received_at = (SELECT received_at FROM cases WHERE number = marks.case_number)"


def upgrade() -> None:
    """Write down in which lists each case stands, and its time beside each mark."""
    op.create_table(
        "case_lists",
        sa.Column("list", sa.String(length=60), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("list", "received_at", "case_number"),
    )
    op.create_index("case_lists_by_case", "case_lists", ["case_number"], unique=False)
    op.execute(FILL)
    op.drop_index("marks_by_mark", table_name="marks")
    with op.batch_alter_table("marks") as marks:
        marks.add_column(sa.Column("received_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(TIMED)
    with op.batch_alter_table("marks") as marks:
        marks.alter_column("received_at", server_default=None)
    op.create_index("marks_by_mark", "marks", ["mark", "received_at", "case_number"], unique=False)


def downgrade() -> None:
    """Back to looking each case up."""
    op.drop_index("marks_by_mark", table_name="marks")
    with op.batch_alter_table("marks") as marks:
        marks.drop_column("received_at")
    op.create_index("marks_by_mark", "marks", ["mark", "case_number"], unique=False)
    op.drop_index("case_lists_by_case", table_name="case_lists")
    op.drop_table("case_lists")
