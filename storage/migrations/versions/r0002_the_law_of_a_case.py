"""More states; a case's facts as written in its entries; copies to other offices; requests to learn who reported.

What an older case never knew (clocks besides the next, who decided) begins empty; its next due time is kept. Its
register of persons and the reporter's consent are sealed, so the worker must begin them: each case is screened again.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EARLIER = ("registered", "assessment", "investigation", "reported", "closed")
LATER = (
    "registered",
    "assessment",
    "awaiting_information",
    "investigation",
    "findings_for_comment",
    "reported",
    "with_decider",
    "referred",
    "closed",
)
REPORTERS = ("acknowledge",)
WORKED = "worked"
RESCREEN = "INSERT INTO jobs (kind, about, run_at, attempts) VALUES ('rescreen', :about, :at, 0)"


def upgrade() -> None:
    """Widen the states, write down every case's facts, and make the new tables."""
    with op.batch_alter_table("cases") as cases:
        cases.drop_constraint("cases_state", type_="check")
        cases.add_column(sa.Column("merged_into", sa.String(length=24)))
        cases.add_column(sa.Column("facts", sa.Text(), nullable=False, server_default="{}"))
        cases.create_check_constraint("cases_state", _one_of(LATER))
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("facts", server_default=None)
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("cases_by_target", "cases", ["merged_into"], sqlite_where=merged, postgresql_where=merged)
    op.create_table(
        "case_legs",
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("leg", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("case_number", "leg"),
    )
    op.create_index("case_legs_by_leg", "case_legs", ["leg", "case_number"], unique=False)
    op.create_table(
        "identity_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("requester", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=40)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.ForeignKeyConstraint(["reason"], ["sealed_parts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("identity_requests_by_case", "identity_requests", ["case_number", "asked_at"], unique=False)
    op.create_index("identity_requests_waiting", "identity_requests", ["standing", "asked_at"], unique=False)
    op.create_table(
        "custodians",
        sa.Column("case_number", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("case_number", "person"),
    )
    _write_facts(op.get_bind())


def downgrade() -> None:
    """Back to the first tables. States they do not know become the nearest one they do."""
    nearest = {
        "awaiting_information": "assessment",
        "findings_for_comment": "investigation",
        "with_decider": "reported",
        "referred": "assessment",
    }
    for state, earlier in nearest.items():
        op.execute(
            sa.text("UPDATE cases SET state = :earlier WHERE state = :state").bindparams(earlier=earlier, state=state)
        )
    op.execute(sa.text("DELETE FROM case_people WHERE capacity = 'ruled'"))
    op.drop_table("custodians")
    op.drop_index("identity_requests_waiting", table_name="identity_requests")
    op.drop_index("identity_requests_by_case", table_name="identity_requests")
    op.drop_table("identity_requests")
    op.drop_index("case_legs_by_leg", table_name="case_legs")
    op.drop_table("case_legs")
    op.drop_index("cases_by_target", table_name="cases")
    with op.batch_alter_table("cases") as cases:
        cases.drop_constraint("cases_state", type_="check")
        cases.drop_column("facts")
        cases.drop_column("merged_into")
        cases.create_check_constraint("cases_state", _one_of(EARLIER))


def _one_of(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def _write_facts(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT * FROM cases")).mappings().all()
    for row in rows:
        number = {"number": row["number"]}
        facts = _facts(row, _categories(connection, number), _people(connection, number))
        text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        connection.execute(sa.text("UPDATE cases SET facts = :facts WHERE number = :number"), {"facts": text, **number})
        connection.execute(sa.text(RESCREEN), {"about": row["number"], "at": row["received_at"]})
        for leg in row["sent_to"].split():
            connection.execute(sa.text("INSERT INTO case_legs VALUES (:number, :leg)"), {"leg": leg, **number})


def _categories(connection: sa.Connection, number: dict[str, str]) -> list[str]:
    query = sa.text("SELECT category FROM case_categories WHERE case_number = :number ORDER BY category")
    return list(connection.scalars(query, number))


def _people(connection: sa.Connection, number: dict[str, str]) -> list[tuple[str, str]]:
    query = sa.text("SELECT person, capacity FROM case_people WHERE case_number = :number ORDER BY position")
    return [(row.person, row.capacity) for row in connection.execute(query, number)]


def _facts(row: Any, categories: list[str], people: list[tuple[str, str]]) -> dict[str, Any]:
    complaint = row["complaint"]
    facts: dict[str, Any] = {
        "number": row["number"],
        "complaint": _uuid(complaint),
        "queue": row["queue"],
        "to": row["sent_to"].split(),
        "state": row["state"],
        "categories": categories,
        "received_at": _stamp(row["received_at"]),
    }
    told = {
        "assignees": [{"person": who, "role": role} for who, role in people if role != WORKED],
        "worked_by": sorted(who for who, role in people if role == WORKED),
        "clocks": _clocks(row),
    }
    facts |= {name: _stamp(row[name]) for name in ("acknowledged_at", "closed_at") if row[name] is not None}
    facts |= {"closure_reason": row["closure_reason"]} if row["closure_reason"] else {}
    return facts | {name: value for name, value in told.items() if value}


def _clocks(row: Any) -> list[dict[str, Any]]:
    if row["due_what"] is None:
        return []
    whose = "reporter" if row["due_what"] in REPORTERS else "case"
    started, due = _stamp(row["received_at"]), _stamp(row["due_by"])
    return [{"name": row["due_what"], "started_at": started, "due_by": due, "extended": 0, "belongs_to": whose}]


def _uuid(value: Any) -> str:
    text = str(value)
    return text if "-" in text else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _stamp(value: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    return at.isoformat().replace("+00:00", "Z")
