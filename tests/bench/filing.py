"""Filing under load, against the bare one-row endpoint on the same server. Runs take turns, so that drift cancels."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from api.commands.serving import THREADS
from tests.bench import load, servers
from tests.bench.figures import Figure, alone, compared, log, percentile, spread
from tests.bench.houses import house

CLIENTS, ROUNDS, SECONDS = 8, 13, 1.5
COMPLAINTS = "/api/v1/complaints"
SENTENCE = "On 3 March she posted that everybody should vote for one candidate, with her office badge in the picture. "
BODY = json.dumps(
    {
        "language": "en",
        "statement": {
            "summary": "Endorses a candidate under her own name",
            "narrative": (SENTENCE * 40)[:3_800],
            "concerns": ["political_partisan"],
            "subjects": [{"name": "Colleague 0107", "staff_number": "S0107"}],
            "posts": [{"platform": "a short-message service", "handle": "@example-107", "account_kind": "personal"}],
        },
        "reporter": {
            "consent": "confidential",
            "name": "Colleague 0102",
            "staff_number": "S0102",
            "share_with_supervisor": True,
        },
    }
).encode()


@dataclass
class Contest:
    """One contestant, and what its rounds came to."""

    name: str
    port: int
    path: str
    beside: Callable[[], AbstractContextManager[None]] = nullcontext
    rates: list[float] = field(default_factory=list)
    typical: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    errors: int = 0

    def round(self) -> None:
        with self.beside():
            found = load.run(self.port, self.path, BODY, clients=CLIENTS, seconds=SECONDS)
        self.rates.append(found.rate)
        self.typical.append(1000 * percentile(found.latencies, 0.5))
        self.slow.append(1000 * percentile(found.latencies, 0.99))
        self.errors += found.errors


def measure(folder: Path) -> Iterator[Figure]:
    """Filings per second on two processes of one thread, alone and beside the worker; and as `rule12 serve` has it."""
    place, bare_place = folder / "desk", folder / "bare"
    bare_place.mkdir()
    with house(place), ExitStack() as stack:
        narrow, wide = (stack.enter_context(servers.door(place, threads)) for threads in (1, THREADS))
        bare, wide_bare = (stack.enter_context(servers.bare(bare_place, threads)) for threads in (1, THREADS))
        alone_ = Contest("filing, 8 clients", narrow.port, COMPLAINTS)
        sorting = Contest("filing while the worker sorts", narrow.port, COMPLAINTS, partial(servers.worker, place))
        served = Contest(f"filing, {THREADS} threads a process", wide.port, COMPLAINTS)
        row = Contest("a bare row", bare.port, "/database")
        straight = Contest("a bare row, sqlite3 alone", bare.port, "/sqlite")
        wide_row = Contest(f"a bare row, {THREADS} threads a process", wide_bare.port, "/database")
        contest = (alone_, sorting, served, row, straight, wide_row)
        for one in contest:
            load.run(one.port, one.path, BODY, clients=CLIENTS, seconds=1)
        for _ in range(ROUNDS):
            for one in contest:
                one.round()
    for one in contest:
        log(f"{one.name}: {spread(one.rates)} /s, {one.errors} errors")
    for one, against in ((alone_, row), (sorting, row), (served, wide_row)):
        yield from _figures(one, against)
    yield _rate(alone_, straight, None)


def _figures(filing: Contest, against: Contest) -> Iterator[Figure]:
    yield _rate(filing, against, ">= 0.5")
    yield compared(f"{filing.name}: p99 against p50", median(filing.slow), "ms", median(filing.typical), "<= 5")
    yield alone(f"{filing.name}: errors", filing.errors, "", "<= 0")


def _rate(filing: Contest, against: Contest, bar: str | None) -> Figure:
    return compared(f"{filing.name}, against {against.name}", median(filing.rates), "/s", median(against.rates), bar)
