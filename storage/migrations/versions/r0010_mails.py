"""Which mails became complaints."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mails",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Mails that were taken in are not known any more: taken in again, each makes another complaint."""
    op.drop_table("mails")
