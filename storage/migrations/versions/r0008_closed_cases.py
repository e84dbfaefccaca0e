"""What was closed lately is found by an index: the head's weekly list asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CLOSED = sa.text("closed_at IS NOT NULL")


def upgrade() -> None:
    """Make the index."""
    columns = ["closed_at", "number"]
    op.create_index("cases_by_closed", "cases", columns, sqlite_where=CLOSED, postgresql_where=CLOSED)


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("cases_by_closed", table_name="cases")
