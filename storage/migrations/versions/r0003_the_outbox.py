"""Jobs are taken with a token, can be dead, and may be single; kinds take turns. Reminders begin.

`run_at` of a job under way becomes its `due_at`, too: nobody wrote down when it was first to happen. For every case
with a running clock, one job looks what is to be told of it from now on.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVING = sa.text("dead_at IS NULL")
DEAD = sa.text("dead_at IS NOT NULL")
SINGLE = sa.text("single")
REMIND = """
    INSERT INTO jobs (kind, about, run_at, due_at, attempts, single)
    SELECT 'remind', number, :now, :now, 0, TRUE FROM cases WHERE due_by IS NOT NULL
"""


def upgrade() -> None:
    """Widen the table of jobs, and let the worker look at every clock that runs."""
    op.drop_index("jobs_by_time", table_name="jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("due_at", sa.BigInteger(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.false()))
        jobs.add_column(sa.Column("taken_by", sa.LargeBinary(length=16)))
        jobs.add_column(sa.Column("dead_at", sa.BigInteger()))
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("due_at", server_default=None)
        jobs.alter_column("single", server_default=None)
    op.create_index("jobs_ready", "jobs", ["kind", "run_at", "id"], sqlite_where=LIVING, postgresql_where=LIVING)
    op.create_index("jobs_by_due", "jobs", ["due_at"], sqlite_where=LIVING, postgresql_where=LIVING)
    op.create_index("jobs_by_kind", "jobs", ["kind", "id"])
    op.create_index("jobs_dead", "jobs", ["id", "dead_at"], sqlite_where=DEAD, postgresql_where=DEAD)
    op.create_index("jobs_single", "jobs", ["kind", "about"], unique=True, sqlite_where=SINGLE, postgresql_where=SINGLE)
    op.create_table(
        "job_turns",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )
    op.execute(sa.text("UPDATE jobs SET due_at = run_at"))
    now = round(datetime.now(UTC).timestamp() * 1_000_000)
    op.execute(sa.text(REMIND).bindparams(now=now))


def downgrade() -> None:
    """Back to jobs that only wait. Dead ones are tried again; kinds the earlier version does not know are dropped."""
    op.execute(sa.text("DELETE FROM jobs WHERE single OR kind = 'grant_over'"))
    op.drop_table("job_turns")
    for index in ("jobs_single", "jobs_dead", "jobs_by_kind", "jobs_by_due", "jobs_ready"):
        op.drop_index(index, table_name="jobs")
    with op.batch_alter_table("jobs") as jobs:
        for column in ("dead_at", "taken_by", "single", "due_at"):
            jobs.drop_column(column)
    op.create_index("jobs_by_time", "jobs", ["run_at", "id"])
