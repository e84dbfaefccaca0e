"""People and complaints the verbs are tried on, over a real installation with the directory of tests/samples.

S0102 reports; S0101 is their supervisor, S0100 and S0002 above; S0107 works in another unit. S0001 heads the house,
S0010 the office; S0011 is above its officers.
"""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cases.case import Case, Given
from cases.casework.administering import import_directory
from cases.casework.filing import Filed, file_complaint
from cases.casework.looking import (
    list_cases,
)
from cases.casework.mailbox import Facts, Sent, add_evidence, find_mailbox
from cases.casework.sorting import sort_complaint
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.people import Role
from cases.persons import Attribution
from cases.ports import CaseFilter, Desk, EntryFilter
from cases.sight import Actor
from storage import House
from storage.database import Database
from storage.settings import Settings
from storage.tables import metadata
from tests.conftest import NOON, SAMPLES

REPORTER, BOSS, SUBJECT, ELSEWHERE = "S0102", "S0101", "S0107", "S0106"
SUPERVISOR = Actor(BOSS, Role.SUPERVISOR)
INTAKE, INTAKE_TWO = Actor("S0012", Role.INTAKE), Actor("S0013", Role.INTAKE)
HEAD, HEAD_TWO = Actor("S0011", Role.HEAD), Actor("S0010", Role.HEAD)
INVESTIGATOR, INVESTIGATOR_TWO = Actor("S0014", Role.INVESTIGATOR), Actor("S0015", Role.INVESTIGATOR)
DECIDER, DECIDER_TWO = Actor("S0021", Role.DECIDER), Actor("S0020", Role.DECIDER)
OUTSIDE, OUTSIDE_TWO = Actor("S0070", Role.OUTSIDE), Actor("S0071", Role.OUTSIDE)
GATEKEEPER = Actor("S0018", Role.GATEKEEPER)
CUSTODIAN, CUSTODIAN_TWO = Actor("S0017", Role.CUSTODIAN), Actor("S0031", Role.CUSTODIAN)
SORTED = NOON + timedelta(minutes=1)
WHY = "To see what was posted."
PICTURE = SAMPLES / "en-political-endorsement.png"
REASONED = Given("As discussed.")
CLOSING = Given("It was examined.", "unsubstantiated", "We found nothing to go on. Thank you.")
EARLY = Given("The post is not ours to judge.", "outside_mandate", "Please turn to the office named here.")
FINAL = Given("Decided as told.", "substantiated_measure_taken", "A measure was taken. Thank you.")
MISCONDUCT = Given("Partly.", outcome="possible_misconduct")
THEIRS = Attribution("attributed", "@somebody", "Photo and name match.")
CONDUCT = date(2026, 2, 1)
CATEGORY = "confidentiality_breach"


@pytest.fixture
def desk(house: House) -> Desk:
    return house.desk


@pytest.fixture
def store(place: Settings, house: House) -> Iterator[Database]:
    """The database as somebody with access to the machine reaches it."""
    opened = Database(place.database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def shred_store(place: Settings, house: House) -> Iterator[Database]:
    opened = Database(f"sqlite:///{place.data_dir / 'shred-keys.sqlite'}")
    yield opened
    opened.engine.dispose()


def after(**time: float) -> datetime:
    """Some time after noon."""
    return NOON + timedelta(**time)


def by_number(number: str) -> dict[str, str]:
    return {"staff_number": number}


def draft(consent: Consent = Consent.CONFIDENTIAL, number: str = REPORTER, *, share: bool = True, **told) -> Draft:
    """An ordinary complaint: `told` goes into the statement."""
    statement = {"summary": "A public endorsement", "narrative": "They asked people to vote.", "concerns": ["ai-5.1.6"]}
    statement |= {"subjects": [by_number(SUBJECT)]} | told
    reporter = Reporter(consent, staff_number=number, share_with_supervisor=share)
    if number:
        reporter = Reporter(consent, "Ana Lima", f"c{number[1:]}@agency.example", number, "staff", share)
    return Draft("en", "form", Statement.read(statement), reporter)


def sort_next(desk: Desk, at: datetime = SORTED) -> Case:
    """What the worker does with the complaint that waited longest."""
    job = desk.jobs.take(at)
    assert job is not None
    case = sort_complaint(desk, job, at)
    assert case is not None
    return case


def open_case(desk: Desk, complaint: Draft | None = None, *, pictures: int = 0) -> tuple[Case, Filed]:
    """A complaint filed at noon, with pictures or without, and sorted a minute later."""
    filed = file_complaint(desk, complaint or draft(), NOON)
    for _ in range(pictures):
        add_picture(desk, filed.receipt)
    return sort_next(desk), filed


def add_picture(desk: Desk, receipt: str, path: Path = PICTURE) -> Facts:
    body = path.read_bytes()
    return add_evidence(desk, find_mailbox(desk, receipt), Sent([body], "image/png", path.name, len(body)), NOON)


def seen_now(desk: Desk, case: Case) -> Case:
    """The case as it stands, whoever may see it."""
    found = desk.lookup.case_of(case.complaint)
    assert found is not None
    return found


def listed(desk: Desk, actor: Actor) -> list[str]:
    """The numbers on this person's list."""
    return [case.number for case in list_cases(desk, actor, CaseFilter())]


def entries(desk: Desk, **wanted) -> list[dict]:
    """Entries of the ledger, oldest first, as an auditor reads them."""
    return [json.loads(one.body) for one in desk.lookup.entries(EntryFilter(limit=10_000, **wanted))]


def actions(desk: Desk, **wanted) -> list[str]:
    return [one["action"] for one in entries(desk, **wanted)]


def with_roles(desk: Desk, number: str, *roles: Role, **columns: str) -> None:
    """Import the sample directory again with one line changed."""
    rows = list(csv.DictReader(StringIO((SAMPLES / "directory.csv").read_text())))
    for row in rows:
        if row["staff_number"] == number:
            row.update({"roles": " ".join(roles)} | columns)
    text = StringIO()
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    import_directory(desk, text.getvalue(), NOON, force=True)


def everything_kept(store: Database, folder: Path) -> tuple[dict[str, int], list[str]]:
    """How many rows each table holds, and which sealed files lie on the disk."""
    counts = {name: select(func.count()).select_from(table) for name, table in metadata.tables.items()}
    with store.reading() as connection:
        rows = {name: connection.scalar(count) for name, count in counts.items()}
    files = [path for part in ("objects", "incoming") for path in (folder / part).rglob("*") if path.is_file()]
    return rows, sorted(map(str, files))
