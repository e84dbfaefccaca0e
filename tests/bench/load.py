"""Load from processes of their own: one kept connection each, a closed loop, the next request after each answer."""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.connection import Connection


@dataclass(frozen=True)
class Load:
    """What one run of load came to: answers per second, seconds per answer, answers other than 201."""

    rate: float
    latencies: Sequence[float]
    errors: int


def run(port: int, path: str, body: bytes, *, clients: int, seconds: float) -> Load:
    """Let so many clients ask for so long."""
    start_at = time.monotonic() + 0.3
    context = multiprocessing.get_context("fork")
    workers = []
    for _ in range(clients):
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_ask, args=(theirs, port, path, body, start_at, start_at + seconds))
        worker.start()
        theirs.close()
        workers.append((worker, ours))
    results = []
    for worker, ours in workers:
        results.append(ours.recv())
        worker.join()
    latencies = [one for found, _, _ in results for one in found]
    took = max(ended for _, _, ended in results) - start_at
    return Load(len(latencies) / took, latencies, sum(errors for _, errors, _ in results))


def _ask(to: Connection, port: int, path: str, body: bytes, start_at: float, end_at: float) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    headers = {"Content-Type": "application/json"}
    latencies: list[float] = []
    errors = 0
    time.sleep(max(0.0, start_at - time.monotonic()))
    while (began := time.monotonic()) < end_at:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        latencies.append(time.monotonic() - began)
        errors += answer.status != 201
    connection.close()
    to.send((latencies, errors, time.monotonic()))
