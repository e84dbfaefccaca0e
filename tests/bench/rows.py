"""Many cases and entries at once, straight into the tables: what years of work leave behind."""

import os
import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, insert, select

from cases.case import Allegation, Assignment, Case
from cases.casework.entries import entry
from cases.clocks import Running
from cases.ledger import About, EntryKind
from cases.lifecycle import Queue, State
from cases.people import Role
from storage import House, tables
from storage.database import Database
from storage.lists import list_rows
from storage.rows import case_row, category_rows, entry_row, leg_rows, people_rows
from storage.signing import Marks
from tests.bench.houses import now

BATCH = 5_000
CATEGORIES = ("political_partisan", "confidentiality_breach", "online_harassment_hate", "pseudonym_impersonation")
STATES = (State.REGISTERED, State.ASSESSMENT, State.INVESTIGATION, State.REPORTED, State.CLOSED)
WEIGHTS = (4, 4, 6, 3, 83)
INVESTIGATORS = ("S0014", "S0015")
SUPERVISORS = ("S0100", "S0106", "S0111", "S0112", "S0117")
RARE = 60
RARE_CATEGORY, RARE_INVESTIGATOR, RARE_SUPERVISOR = "gifts_honours", "S0016", "S0101"
FILLED = (
    tables.complaints,
    tables.cases,
    tables.case_categories,
    tables.case_people,
    tables.case_legs,
    tables.case_lists,
    tables.marks,
)
STAFF = tuple(f"S{number:04}" for number in range(1, 2_000))


def add_cases(opened: House, database: Database, count: int) -> None:
    """So many cases over ten years: most closed, a few open, everybody walled off from a few.

    Sixty of them, whatever the size, are of one category, one investigator and one supervisor, and sixty are against
    the office: what is rare must be found as fast among many.
    """
    chance, marks = random.Random(count), Marks(opened.keyring)
    for start in range(0, count, BATCH):
        made = [
            _case(chance, marks, number, number % (count // RARE)) for number in range(start, min(count, start + BATCH))
        ]
        with database.writing() as connection:
            for table in FILLED:
                _fill(connection, table, [row for rows in made for row in rows[table.name]])


def _fill(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _case(chance: random.Random, marks: Marks, number: int, turn: int) -> dict[str, list[dict[str, Any]]]:
    at = now() - timedelta(minutes=chance.randrange(5_256_000))
    is_rare, is_outside = turn == 0, turn == 1
    state = State.INVESTIGATION if is_rare or is_outside else chance.choices(STATES, WEIGHTS)[0]
    worker = RARE_INVESTIGATOR if is_rare else chance.choice(INVESTIGATORS)
    addressee = RARE_SUPERVISOR if is_rare else chance.choice(SUPERVISORS)
    case = Case(
        number=f"IGO-{2016 + number % 10}-{100_000 + number}",
        complaint=uuid4(),
        queue=Queue.OUTSIDE if is_outside else Queue.IGO,
        to=("outside",) if is_outside else ("supervisor", "igo"),
        state=state,
        version=5,
        categories=(RARE_CATEGORY,) if is_rare else tuple(chance.sample(CATEGORIES, 1 + number % 2)),
        received_at=at,
        clocks=(Running("acknowledge", at, at + timedelta(days=3), ended_at=at),),
        acknowledged_at=at,
    )
    if state is State.CLOSED:
        case = replace(case, closed_at=at + timedelta(days=90), closure_reason="unsubstantiated")
    else:
        case = replace(case, clocks=(*case.clocks, Running("investigation", at, at + timedelta(days=180))))
    if state not in {State.REGISTERED, State.ASSESSMENT}:
        case = replace(
            case, assignees=(Assignment(worker, Role.INVESTIGATOR),), worked_by=frozenset({worker}), **_found(case)
        )
    kept = {*(marks.wall(person) for person in chance.sample(STAFF, 2)), marks.addressee(addressee)}
    return _rows(case, kept)


def _found(case: Case) -> dict[str, Any]:
    """One allegation with a finding for each category, as an investigation leaves them."""
    subject = uuid4()
    alleged = (Allegation(uuid4(), subject, slug, "desk", finding="sufficient_evidence") for slug in case.categories)
    return {"allegations": tuple(alleged), "attributed": frozenset({subject}), "notified": frozenset({subject})}


def _rows(case: Case, kept: Collection[bytes]) -> dict[str, list[dict[str, Any]]]:
    complaint = {
        "id": case.complaint,
        "received_at": case.received_at,
        "mailbox_id": os.urandom(32),
        "mailbox_key": os.urandom(1216),
    }
    return {
        "complaints": [complaint],
        "cases": [case_row(case)],
        "case_categories": category_rows(case),
        "case_people": people_rows(case),
        "case_legs": leg_rows(case),
        "case_lists": list_rows(case),
        "marks": [{"case_number": case.number, "received_at": case.received_at, "mark": mark} for mark in kept],
    }


def add_entries(opened: House, database: Database, count: int) -> None:
    """So many entries, merged into the tree."""
    for start in range(0, count, BATCH):
        made = [_entry(number) for number in range(start, min(count, start + BATCH))]
        with database.writing() as connection:
            last = connection.scalar(
                select(tables.entries.c.position).order_by(tables.entries.c.position.desc()).limit(1)
            )
            rows = [{**row, "position": (last or 0) + place} for place, row in enumerate(made, 1)]
            _fill(connection, tables.entries, rows)
            _fill(connection, tables.waiting, [{"entry": row["position"]} for row in rows])
        opened.desk.ledger.sequence(now())


def _entry(number: int) -> dict[str, Any]:
    about = About.case(f"IGO-2026-{100_000 + number}")
    made = entry(
        EntryKind.LOOK,
        about,
        now(),
        "S0012",
        "opened_case",
        role="intake",
        facts={"opened": ["statement", "explanation"]},
    )
    return entry_row(made, made.canonical())
