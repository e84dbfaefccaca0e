"""The ledger as it grows: appending, exporting, verifying."""

import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from cases.bag import ENTRIES, Chosen
from cases.casework.auditing import export_to
from cases.casework.entries import entry
from cases.ledger import COMMAND_LINE, THE_SYSTEM, EntryKind
from cases.merkle import leaf_hash
from cases.notes import VerifierKey
from cases.verify import verify_bag
from storage import House
from storage.database import Database
from storage.signing import verify
from tests.bench.figures import Figure, alone, compared, log, spread
from tests.bench.houses import house, now, settings_of
from tests.bench.rows import add_entries

SHORT, LONG, LONGEST = 1_000, 50_000, 100_000
APPENDS, ROUNDS = 200, 3
MIB = 1 << 20


def measure(folder: Path) -> Iterator[Figure]:
    """Appending at 50,000 entries against 1,000; exporting and verifying 100,000."""
    with ExitStack() as stack:
        short, long = (stack.enter_context(house(folder / str(size))) for size in (SHORT, LONG))
        for opened, size in ((short, SHORT), (long, LONG)):
            add_entries(opened, Database(settings_of(folder / str(size)).database_url), size)
        yield _append(short, long)
        add_entries(long, Database(settings_of(folder / str(LONG)).database_url), LONGEST - LONG)
        keys = [key.encode() for key in long.signer.verifier_keys()]
    yield alone(f"export of {LONGEST:,} entries, growth of memory", _apart(_export, folder)[0], "MiB", "<= 64")
    grown, verified, parsed = _apart(_verify, folder, keys)
    yield alone(f"verifying {LONGEST:,} entries, growth of memory", grown, "MiB", "<= 64")
    yield compared("verifying, against hashing and parsing the lines", verified, "entries/s", parsed, ">= 0.5")


def _append(short: House, long: House) -> Figure:
    """One entry written, merged and signed for, in each ledger in turn."""
    took: dict[int, list[float]] = {SHORT: [], LONG: []}
    for _ in range(APPENDS):
        for opened, size in ((short, SHORT), (long, LONG)):
            noted = entry(EntryKind.SYSTEM, THE_SYSTEM, now(), COMMAND_LINE, "measured")
            began = time.perf_counter()
            with opened.desk.work() as work:
                work.note(noted)
            opened.desk.ledger.sequence(now())
            took[size].append(1000 * (time.perf_counter() - began))
    name = f"ledger append at {LONG:,} entries against {SHORT:,}"
    return compared(name, median(took[LONG]), "ms", median(took[SHORT]), "<= 1.3")


def _apart(act: Callable[..., tuple[float, ...]], *about: object) -> tuple[float, ...]:
    """Do it in a fresh process, so that memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(act, about)


def _export(folder: Path) -> tuple[float, ...]:
    out = folder / "bag"
    out.mkdir()
    with house(folder / str(LONG)) as opened:
        before = _memory("VmRSS")
        began = time.perf_counter()
        export_to(opened.desk, COMMAND_LINE, COMMAND_LINE, out, Chosen(), now())
        took = time.perf_counter() - began
    log(f"export: {took:.1f} s, {(out / ENTRIES).stat().st_size / MIB:.0f} MiB of entries")
    return ((_memory("VmHWM") - before) / MIB,)


def _verify(folder: Path, encoded: list[str]) -> tuple[float, ...]:
    keys = [VerifierKey.parse(key) for key in encoded]
    before = _memory("VmRSS")
    verified, parsed = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = verify_bag(folder / "bag", keys, verify)
        verified.append(found.entries / (time.perf_counter() - began))
        parsed.append(found.entries / _parse(folder / "bag" / ENTRIES))
    log(f"verified {spread(verified)}, parsed {spread(parsed)} entries/s")
    return (_memory("VmHWM") - before) / MIB, median(verified), median(parsed)


def _parse(lines: Path) -> float:
    began = time.perf_counter()
    with lines.open("rb") as file:
        for line in file:
            leaf_hash(line[:-1])
            json.loads(line)
    return time.perf_counter() - began


def _memory(which: str) -> int:
    """Bytes of this process, resident now (VmRSS) or at most (VmHWM); Linux tells."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith(which))
