"""A range out of the middle of a large file over HTTP, against opening the same bytes without HTTP."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from statistics import median

from cases.place import Recipient
from cases.ranges import Span
from storage import House
from tests.bench.figures import Figure, alone, compared, log, spread
from tests.bench.servers import Server

MIB = 1 << 20
ROUNDS = 60


def measure_piece(opened: House, server: Server, number: str, shown: str) -> Iterator[Figure]:
    """1 MiB out of the middle of the newest file of a case, on one kept connection; the parts take turns."""
    complaint = opened.desk.lookup.complaint_of(number)
    item = opened.desk.lookup.evidence(complaint)[-1].content
    start = item.size // 2 + 777
    headers = {
        "Authorization": f"Bearer {shown}",
        "Reason": "To%20measure%20a%20download",
        "Range": f"bytes={start}-{start + MIB - 1}",
    }
    path = f"/api/v1/cases/{number}/evidence/{item.id}/content"
    connection = server.connect()

    def open_it() -> None:
        """What the verb does with the bytes: find the file, unwrap its key, check both ends, open the piece."""
        found = opened.desk.lookup.evidence_item(complaint, item.id)
        for _ in opened.desk.vault.piece(found.content, Recipient.DESK, Span(start, start + MIB)):
            pass

    firsts, wholes, alive, without = [], [], [], []
    for _ in range(ROUNDS):
        alive.append(_asked(connection, "/healthz", {}, 200)[0])
        first, whole = _asked(connection, path, headers, 206)
        firsts.append(first)
        wholes.append(whole)
        without.append(_took(open_it))
    connection.close()
    name = f"1 MiB out of the middle of {item.size / MIB:.0f} MiB"
    over_http, opening = (spread([1000 * one for one in each[:9]]) for each in (wholes, without))
    log(f"{name}: over HTTP {over_http}, without {opening} ms")
    yield compared(f"{name}, against opening it from disk", 1 / median(wholes), "MiB/s", 1 / median(without), ">= 0.6")
    yield alone(f"{name}, first byte over a health check", 1000 * (median(firsts) - median(alive)), "ms", "<= 20")


def _asked(connection: HTTPConnection, path: str, headers: dict[str, str], status: int) -> tuple[float, float]:
    """Seconds until the first byte of a body came, and until the last."""
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read(1)
    first = time.perf_counter() - began
    answer.read()
    if answer.status != status:
        raise RuntimeError(f"{status} was expected, not {answer.status}")
    return first, time.perf_counter() - began


def _took(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
