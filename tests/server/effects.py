"""One installation per kind of job, with a job of that kind about to be done, and all that can be seen afterwards."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

from sqlalchemy import func, select

from cases.case import Case, Given
from cases.casework.administering import import_directory
from cases.casework.changes import (
    ADDED,
    ANSWERED,
    GRANT_OVER,
    LAPSE,
    REMIND,
    RESCREEN,
    REVIEW_REQUESTED,
    WITHDRAWN,
)
from cases.casework.consenting import CONSENT, change_consent
from cases.casework.filing import SORT, Filed, file_complaint
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.mailbox import add_message, find_mailbox
from cases.casework.purging import PURGE, PURGE_EVERY
from cases.casework.wishing import Ground, ask_for_review, withdraw
from cases.casework.working import Worker
from cases.complaint import Consent, Reporter
from cases.lifecycle import Action
from cases.outbox import JobFilter, JobState
from cases.ports import SHRED, Answer, Desk, EntryFilter
from storage import House, open_house, prepare
from storage.database import Database
from storage.settings import Settings, read_settings
from storage.tables import answers, identity_requests, messages, shred_keys, waiting, wraps
from storage.tables_notices import notices
from tests.cases.casework.conftest import (
    CUSTODIAN,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    SORTED,
    add_picture,
    draft,
    open_case,
)
from tests.cases.casework.living import added, moved, worked_off
from tests.conftest import NOON, SAMPLES

RECOVERED = timedelta(minutes=1)
"""So long after a worker died its lease is over, and twice as long what failed is ready again; all else is later."""


def _sort(desk: Desk) -> datetime:
    file_complaint(desk, draft(), NOON)
    return NOON


def _asked_the_reporter(desk: Desk) -> tuple[Case, Filed]:
    case, filed = open_case(desk)
    worked_off(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    return moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="Which account was it?")), filed


def _lapse(desk: Desk) -> datetime:
    case, _ = _asked_the_reporter(desk)
    (due,) = [one.due_by for one in case.clocks if one.name == "information" and one.runs]
    worked_off(desk, due)  # what was to be told before
    return due + timedelta(seconds=1)


def _answered(desk: Desk) -> datetime:
    _, filed = _asked_the_reporter(desk)
    at = NOON + timedelta(hours=1)
    add_message(desk, find_mailbox(desk, filed.receipt), "The one with the blue picture.", at)
    return at


def _rescreen(desk: Desk) -> datetime:
    case, _ = open_case(desk)
    added(desk, INTAKE, case, staff_number="S0100")
    return SORTED


def _granted(desk: Desk) -> tuple[Filed, datetime]:
    """A case in which somebody may see who reported, and until when."""
    case, filed = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, "We must interview them.", SORTED)
    why = "It cannot be done without."
    granted = decide_on_request(desk, CUSTODIAN, case.number, request.id, why, SORTED, grant=True)
    assert granted.until is not None
    return filed, granted.until


def _grant_over(desk: Desk) -> datetime:
    _, until = _granted(desk)
    worked_off(desk, until - timedelta(seconds=1))
    return until


def _consent(desk: Desk) -> datetime:
    filed, _ = _granted(desk)
    change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.ANONYMOUS), SORTED, share=None)
    return SORTED


def _shred(desk: Desk) -> datetime:
    case, _ = open_case(desk, pictures=1)
    worked_off(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    at = SORTED + timedelta(days=3 * 365)
    moved(desk, HEAD, case, Action.ERASE, at=at)
    worked_off(desk, at)
    moved(desk, HEAD_TWO, case, Action.APPROVE, Given(), at)
    return at


def _remind(desk: Desk) -> datetime:
    open_case(desk)
    worked_off(desk)
    return NOON + timedelta(days=5)


def _purge(desk: Desk) -> datetime:
    worked_off(desk)
    with desk.work() as work:
        work.keep_answer(Answer(bytes(32), bytes(32), b"sealed"), NOON - timedelta(days=30))
    return SORTED + PURGE_EVERY


def _added(desk: Desk) -> datetime:
    _, filed = open_case(desk)
    worked_off(desk)
    add_picture(desk, filed.receipt)
    return SORTED


def _withdrawn(desk: Desk) -> datetime:
    _, filed = open_case(desk)
    worked_off(desk)
    withdraw(desk, find_mailbox(desk, filed.receipt), "I am afraid.", SORTED)
    return SORTED


def _review(desk: Desk) -> datetime:
    case, filed = open_case(desk)
    worked_off(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    ask_for_review(desk, find_mailbox(desk, filed.receipt), Ground.REVIEW, "You left something out.", SORTED)
    return SORTED


PREPARED: Mapping[str, Callable[[Desk], datetime]] = {
    SORT: _sort,
    LAPSE: _lapse,
    ANSWERED: _answered,
    ADDED: _added,
    WITHDRAWN: _withdrawn,
    REVIEW_REQUESTED: _review,
    RESCREEN: _rescreen,
    CONSENT: _consent,
    SHRED: _shred,
    REMIND: _remind,
    GRANT_OVER: _grant_over,
    PURGE: _purge,
}


class Stage:
    """Copies of one prepared installation: each is acted on, recovered by another worker, and looked at."""

    def __init__(self, kind: str, root: Path) -> None:
        self.kind, self.root, self._number = kind, root, count()
        with _opened(settings_of(root / "template"), new=True) as house:
            import_directory(house.desk, (SAMPLES / "directory.csv").read_text(), NOON)
            self.at = PREPARED[kind](house.desk)
            ready = house.desk.jobs.listed(JobFilter(kind=kind))
            assert [job.next_at <= self.at for job in ready if job.next_at] == [True]

    def copy(self) -> Path:
        """The data directory of another installation in which nothing of it happened yet."""
        folder = self.root / str(next(self._number))
        copytree(self.root / "template", folder)
        return folder

    @cached_property
    def undisturbed(self) -> dict[str, Any]:
        """What is seen once one worker did everything, and nothing stopped it."""
        with _opened(settings_of(self.copy())) as house:
            work_off(house.desk, self.at)
            return everything_seen(house)

    def recovered(self, folder: Path) -> dict[str, Any]:
        """What is seen once another worker came by after the lease of the one before."""
        with _opened(settings_of(folder)) as house:
            work_off(house.desk, self.at + 2 * RECOVERED)
            return everything_seen(house)


def work_off(desk: Desk, at: datetime) -> None:
    """What a worker does until nothing is left to do."""
    worker = Worker(desk)
    while worker.step(at):
        pass


def settings_of(folder: Path) -> Settings:
    return read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/test"})


class _opened:  # noqa: N801 - reads as a word
    def __init__(self, place: Settings, *, new: bool = False) -> None:
        if new:
            prepare(place, NOON)
        self.house = open_house(place)

    def __enter__(self) -> House:
        return self.house

    def __exit__(self, *_: object) -> None:
        self.house.close()


def everything_seen(house: House) -> dict[str, Any]:
    """All that a job could have left once, twice or by half. Looks are left out: who looked twice says so twice."""
    found = [json.loads(one.body) for one in house.desk.lookup.entries(EntryFilter(limit=10_000))]
    versions: dict[str, list[int]] = {}
    for one in found:
        if one["version"] is not None:
            versions.setdefault(one["about"]["id"], []).append(one["version"])
    assert all(each == list(range(1, len(each) + 1)) for each in versions.values()), versions
    cases = list(house.desk.lookup.every_case())
    assert versions == {case.number: list(range(1, case.version + 1)) for case in cases}
    database: Database = house.desk.lookup._database  # type: ignore[attr-defined]
    shred: Database = house.desk.vault._shred._database  # type: ignore[attr-defined]
    return {
        "entries": Counter((one["kind"], one["action"]) for one in found if one["kind"] != "look"),
        "looks": {one["action"] for one in found if one["kind"] == "look"},
        "cases": [(case.state, case.version, case.to, sorted(case.recused), len(case.clocks)) for case in cases],
        "statuses": [house.desk.lookup.status(case.complaint) for case in cases],
        "requests": _all(database, select(identity_requests.c.standing)),
        "counts": [_count(database, table) for table in (messages, wraps, answers, waiting, notices)],
        "keys": sum(_is_kept(shred, case.complaint) for case in cases),
        "files": len([path for path in house_folder(house).rglob("*.sealed") if path.is_file()]),
        "jobs": sorted((job.kind, job.attempts) for job in house.desk.jobs.listed(JobFilter()) if job.next_at),
        "dead": len(house.desk.jobs.listed(JobFilter(JobState.DEAD))),
    }


def house_folder(house: House) -> Path:
    return Path(str(house.desk.lookup._database.engine.url.database)).parent  # type: ignore[attr-defined]


def _all(database: Database, query: Any) -> list[Any]:
    with database.reading() as connection:
        return sorted(connection.scalars(query))


def _count(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def _is_kept(database: Database, complaint: Any) -> bool:
    with database.reading() as connection:
        return connection.scalar(select(shred_keys.c.complaint).where(shred_keys.c.complaint == complaint)) is not None
