"""By which session of the identity provider one here began, and logout tokens that were used."""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions of before were begun by nobody knows which: those at the provider end by their own time alone."""
    with op.batch_alter_table("sessions", recreate=_recreated()) as sessions:
        sessions.add_column(sa.Column("provider_subject", sa.LargeBinary(length=32)))
        sessions.add_column(sa.Column("provider_session", sa.LargeBinary(length=32)))
    op.create_index("sessions_by_provider_subject", "sessions", ["provider_subject"], unique=False)
    op.create_index("sessions_by_provider_session", "sessions", ["provider_session"], unique=False)
    op.create_table(
        "spent_tokens",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("spent_tokens_by_time", "spent_tokens", ["until"], unique=False)


def downgrade() -> None:
    """People stay signed in; nobody is signed out from elsewhere any more."""
    op.drop_index("spent_tokens_by_time", table_name="spent_tokens")
    op.drop_table("spent_tokens")
    op.drop_index("sessions_by_provider_session", table_name="sessions")
    op.drop_index("sessions_by_provider_subject", table_name="sessions")
    with op.batch_alter_table("sessions", recreate=_recreated()) as sessions:
        sessions.drop_column("provider_session")
        sessions.drop_column("provider_subject")


def _recreated() -> Literal["always", "never"]:
    """SQLite writes a column that is added into the text of its table, differently from one version to the next."""
    return "always" if op.get_context().dialect.name == "sqlite" else "never"
