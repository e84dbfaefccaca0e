"""Filing under load, against the bare one-row endpoint on the same server. Runs take turns, so that drift cancels."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench import load, servers
from tests.bench.figures import Figure, alone, compared, log, percentile, spread

CLIENTS, ROUNDS, SECONDS = 8, 7, 3.0
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
    """What several rounds of one contestant came to."""

    port: int
    path: str
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    def round(self, seconds: float) -> None:
        found = load.run(self.port, self.path, BODY, clients=CLIENTS, seconds=seconds)
        self.rates.append(found.rate)
        self.latencies += found.latencies
        self.errors += found.errors


def measure(folder: Path) -> Iterator[Figure]:
    """Filings per second without and with the worker; the door alone has none."""
    yield from _against_bare(folder / "door", folder / "bare", "door", "filing, 8 clients")
    yield from _against_bare(folder / "all", folder / "bare", "all", "filing, 8 clients, while the worker sorts")


def _against_bare(place: Path, bare_place: Path, surface: str, name: str) -> Iterator[Figure]:
    bare_place.mkdir(exist_ok=True)
    with ExitStack() as stack:
        door = stack.enter_context(servers.desk(place, surface=surface))
        other = stack.enter_context(servers.bare(bare_place))
        filing = Contest(door.port, COMPLAINTS)
        through = Contest(other.port, "/database")
        straight = Contest(other.port, "/sqlite")
        contest = (filing, through, straight)
        for one in contest:
            load.run(one.port, one.path, BODY, clients=CLIENTS, seconds=1)
        for _ in range(ROUNDS):
            for one in contest:
                one.round(SECONDS)
    for one, what in zip(contest, ("filed", "bare, our Database", "bare, sqlite3 alone"), strict=True):
        log(f"{name}: {what}: {spread(one.rates)} /s, {one.errors} errors")
    yield from _figures(name, filing, through, straight)


def _figures(name: str, filing: Contest, through: Contest, straight: Contest) -> Iterator[Figure]:
    yield compared(f"{name}, against a bare row", median(filing.rates), "/s", median(through.rates), ">= 0.5")
    yield compared(f"{name}, against sqlite3 alone", median(filing.rates), "/s", median(straight.rates))
    typical, slow = (1000 * percentile(filing.latencies, share) for share in (0.5, 0.99))
    yield compared(f"{name}, p99 against p50", slow, "ms", typical, "<= 5")
    yield alone(f"{name}, errors", filing.errors, "", "<= 0")
