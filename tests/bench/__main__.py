"""`python -m tests.bench [filing|files|…]`: measure and print a table; the whole of it writes build/bench.json."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.bench import caseload, files, filing, ledger
from tests.bench.figures import BUILD, log, show, write

MEASURES = {"filing": filing.measure, "files": files.measure, "caseload": caseload.measure, "ledger": ledger.measure}


def main(wanted: list[str]) -> int:
    """0 when done, whether or not the bars hold: the table says which do."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that servers are stopped then, too
    BUILD.mkdir(exist_ok=True)
    figures = []
    for name in wanted or MEASURES:
        log(f"{name} …")
        with tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-") as folder:
            figures += list(MEASURES[name](Path(folder)))
    if not wanted:
        write(figures, BUILD / "bench.json")
    print(show(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
