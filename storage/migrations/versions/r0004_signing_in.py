"""Sessions, one-time links, passkeys, and proofs under way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of signing in."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32)),
        sa.Column("previous_until", sa.BigInteger()),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("within", sa.String(length=200)),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=False),
        sa.Column("proved_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("previous"),
    )
    op.create_index("sessions_by_person", "sessions", ["person", "started_at"], unique=False)
    op.create_index("sessions_by_seen", "sessions", ["seen_at"], unique=False)
    op.create_table(
        "one_time_links",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("one_time_links_by_expiry", "one_time_links", ["expires_at"], unique=False)
    op.create_table(
        "passkeys",
        sa.Column("id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("passkeys_by_person", "passkeys", ["person", "made_at"], unique=False)
    op.create_table(
        "signin_challenges",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("session", sa.Uuid()),
        sa.Column("then", sa.String(length=300), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("signin_challenges_by_expiry", "signin_challenges", ["expires_at"], unique=False)


def downgrade() -> None:
    """Everybody is signed out, links are void, and passkeys must be added anew; tokens stay."""
    op.drop_index("signin_challenges_by_expiry", table_name="signin_challenges")
    op.drop_table("signin_challenges")
    op.drop_index("passkeys_by_person", table_name="passkeys")
    op.drop_table("passkeys")
    op.drop_index("one_time_links_by_expiry", table_name="one_time_links")
    op.drop_table("one_time_links")
    op.drop_index("sessions_by_seen", table_name="sessions")
    op.drop_index("sessions_by_person", table_name="sessions")
    op.drop_table("sessions")
