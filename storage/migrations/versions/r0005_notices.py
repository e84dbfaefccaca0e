"""Notices, what was read of them, how people want to be written to, and where webhooks go.

What happened before is told to nobody. Going down forgets all of it, with whatever was still to be sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SENDING = ("notify", "digest", "webhook", "evidence_added")


def upgrade() -> None:
    """Four tables, all empty."""
    row = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "notices",
        sa.Column("row", row, autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24)),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32)),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mail_at", sa.BigInteger()),
        sa.Column("mailed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("row"),
    )
    op.create_index("notices_by_mark", "notices", ["mark", "row"], unique=False)
    op.create_index("notices_by_case", "notices", ["case_number", "row"], unique=False)
    op.create_index("notices_by_time", "notices", ["at"], unique=False)
    op.create_table(
        "notice_reads",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_index("notice_reads_by_time", "notice_reads", ["at"], unique=False)
    op.create_table(
        "notice_preferences",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", row, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Jobs nobody would know how to do go with the tables."""
    for kind in SENDING:
        op.execute(sa.text("DELETE FROM jobs WHERE kind = :kind").bindparams(kind=kind))
    op.drop_table("webhooks")
    op.drop_table("notice_preferences")
    op.drop_index("notice_reads_by_time", table_name="notice_reads")
    op.drop_table("notice_reads")
    for index in ("notices_by_time", "notices_by_case", "notices_by_mark"):
        op.drop_index(index, table_name="notices")
    op.drop_table("notices")
