"""A page of fifty cases where there are many and where there are few; and how soon a desk with data answers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import median

from cases.casework.looking import list_cases
from cases.lifecycle import State
from cases.people import Role
from cases.ports import CaseFilter
from cases.sight import Actor
from storage import House
from storage.database import Database
from tests.bench.figures import Figure, alone, compared, log, percentile, spread
from tests.bench.houses import house, now, settings_of
from tests.bench.rows import RARE_CATEGORY, RARE_INVESTIGATOR, RARE_SUPERVISOR, add_cases
from tests.bench.servers import desk

FEW, MANY = 1_000, 100_000
PAGES, STARTS = 150, 7
INTAKE = Actor("S0012", Role.INTAKE)


def measure(folder: Path) -> Iterator[Figure]:
    """Pages at 100,000 cases against 1,000, then the start of the desk that holds 100,000."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(house(folder / str(size))) for size in (FEW, MANY))
        for opened, size in ((few, FEW), (many, MANY)):
            add_cases(opened, Database(settings_of(folder / str(size)).database_url), size)
        for name, (who, wanted) in _wanted().items():
            yield _page(name, few, many, who, wanted)
    yield _start(folder / str(MANY))


def _wanted() -> Mapping[str, tuple[Actor, CaseFilter]]:
    """What people ask for. The rare ones are sixty cases at either size; the others grow with it."""
    at = now()
    long_ago = (at - timedelta(days=1_800)).isoformat(), "Z"
    supervisor, rare_supervisor = (Actor(who, Role.SUPERVISOR) for who in ("S0106", RARE_SUPERVISOR))
    outside = Actor("S0070", Role.OUTSIDE)
    return {
        "newest": (INTAKE, CaseFilter()),
        "due soonest": (INTAKE, CaseFilter(sort="due")),
        "overdue": (INTAKE, CaseFilter(due_before=at)),
        "one state": (INTAKE, CaseFilter(state=State.INVESTIGATION)),
        "one category": (INTAKE, CaseFilter(category="confidentiality_breach")),
        "one assignee": (INTAKE, CaseFilter(assignee="S0014")),
        "received in a year": (INTAKE, CaseFilter(received_from=at - timedelta(days=3_650), received_to=at)),
        "an old page": (INTAKE, CaseFilter(after=long_ago)),
        "of an investigator": (Actor("S0014", Role.INVESTIGATOR), CaseFilter()),
        "of a supervisor": (supervisor, CaseFilter()),
        "of a decider": (Actor("S0021", Role.DECIDER), CaseFilter()),
        "of the outside office": (outside, CaseFilter()),
        "of the outside office, due": (outside, CaseFilter(sort="due")),
        "a rare category": (INTAKE, CaseFilter(category=RARE_CATEGORY)),
        "of an investigator with few": (Actor(RARE_INVESTIGATOR, Role.INVESTIGATOR), CaseFilter()),
        "of a supervisor with few": (rare_supervisor, CaseFilter()),
    }


def _page(name: str, few: House, many: House, who: Actor, wanted: CaseFilter) -> Figure:
    """p95 of both, one page of each in turn."""
    took: dict[int, list[float]] = {FEW: [], MANY: []}
    found = {}
    for _ in range(PAGES):
        for opened, size in ((few, FEW), (many, MANY)):
            began = time.perf_counter()
            found[size] = len(list_cases(opened.desk, who, wanted))
            took[size].append(1000 * (time.perf_counter() - began))
    slow, quick = percentile(took[MANY], 0.95), percentile(took[FEW], 0.95)
    log(f"page, {name}: medians {median(took[FEW]):.2f} and {median(took[MANY]):.2f} ms, rows {found}")
    return compared(f"page of 50, {name}: p95 at {MANY:,} cases against {FEW:,}", slow, "ms", quick, "<= 1.5")


def _start(place: Path) -> Figure:
    took = []
    for _ in range(STARTS):
        with desk(place) as server:
            took.append(server.started_in)
    log(f"start: {spread(took)} s")
    return alone(f"start to first answer, with {MANY:,} cases", median(took), "s", "<= 1.5")
