"""Installations to measure on, made through the verbs; and many rows at once, through the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cases.casework.administering import import_directory, issue_token
from cases.casework.filing import file_complaint
from cases.casework.working import Worker
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.people import Role
from storage import House, open_house, prepare
from storage.settings import Settings, read_settings

SAMPLES = Path(__file__).parents[1] / "samples"


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """An installation, made if need be, with the people of the samples."""
    settings = settings_of(folder)
    prepare(settings)
    opened = open_house(settings)
    try:
        if len(opened.desk.lookup.directory()) == 0:
            import_directory(opened.desk, (SAMPLES / "directory.csv").read_text(encoding="utf-8"), now())
        yield opened
    finally:
        opened.close()


def settings_of(folder: Path) -> Settings:
    return read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/bench"})


def now() -> datetime:
    return datetime.now(UTC)


def file_one(opened: House) -> tuple[str, str]:
    """File and sort one complaint; its receipt and its case number."""
    told = {"summary": "A post", "narrative": "What it said.", "concerns": ["political_partisan"]}
    draft = Draft("en", "web", Statement.read(told), Reporter(Consent.ANONYMOUS))
    filed = file_complaint(opened.desk, draft, now())
    Worker(opened.desk).step(now())
    case = opened.desk.lookup.case_of(filed.complaint)
    if case is None:
        raise RuntimeError("the complaint was not sorted")
    return filed.receipt, case.number


def token(opened: House, person: str, role: Role) -> str:
    return issue_token(opened.desk, person, role, 1, now()).text
