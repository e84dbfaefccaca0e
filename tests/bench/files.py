"""Evidence in and out over HTTP, against the same work without HTTP; and the memory it takes."""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from statistics import median
from uuid import UUID

from api.commands.serving import THREADS
from cases.casework.mailbox import find_mailbox
from cases.people import Role
from cases.place import Kind, Owner, Recipient
from storage import House
from tests.bench.figures import Figure, alone, compared, log, spread
from tests.bench.houses import file_one, house, token
from tests.bench.pieces import measure_piece
from tests.bench.servers import Server, bare, desk

MIB = 1 << 20
BLOCK = MIB
PNG = b"\x89PNG\r\n\x1a\n"
ROUNDS = 7
LARGE = "BENCH_LARGE"
WORTH_A_MINUTE = 60


def measure(folder: Path) -> Iterator[Figure]:
    """100 MiB up and down; 1 GiB as well where that takes less than a minute, or when asked for."""
    place = folder / "files"
    with house(place) as opened:
        receipt, number = file_one(opened)
        shown = token(opened, "S0012", Role.INTAKE)
        with desk(place, RULE12_EVIDENCE_LIMIT=str(2048 * MIB)) as server, bare(folder, THREADS) as plain:
            sample = _sample(folder, 100 * MIB)
            yield from _upload(opened, server, sample, receipt, ROUNDS)
            yield from _download(opened, server, plain, number, shown, ROUNDS)
            large = _sample(folder, 1024 * MIB)
            if os.environ.get(LARGE) == "1" or 4 * _took(_send, server, large, receipt) < WORTH_A_MINUTE:
                yield from _upload(opened, server, large, receipt, 3)
                yield from _download(opened, server, plain, number, shown, 3)
            yield from measure_piece(opened, server, number, shown)


def _sample(folder: Path, size: int) -> Path:
    """A file that begins like a picture; random, as compressed pictures are."""
    path = folder / f"sample-{size // MIB}.png"
    with path.open("wb") as file:
        file.write(PNG)
        for start in range(len(PNG), size, BLOCK):
            file.write(os.urandom(min(BLOCK, size - start)))
    return path


def _upload(opened: House, server: Server, sample: Path, receipt: str, rounds: int) -> Iterator[Figure]:
    size = sample.stat().st_size / MIB
    _took(_send, server, sample, receipt)
    over_http, without, grown = [], [], []
    for _ in range(rounds):
        with _growth(server) as growth:
            over_http.append(size / _took(_send, server, sample, receipt))
        grown.append(growth[0])
        without.append(size / _took(_seal, opened, sample, receipt))
    name = f"upload of {size:.0f} MiB"
    log(f"{name}: over HTTP {spread(over_http)}, without {spread(without)} MiB/s; memory {spread(grown)} MiB")
    yield compared(f"{name}, against sealing without HTTP", median(over_http), "MiB/s", median(without), ">= 0.6")
    yield alone(f"{name}, growth of the server's memory", max(grown), "MiB", "<= 32")


def _send(server: Server, sample: Path, receipt: str) -> None:
    connection = server.connect()
    connection.putrequest("POST", "/api/v1/mailbox/evidence")
    connection.putheader("Authorization", f"Receipt {receipt}")
    connection.putheader("Content-Type", "image/png")
    connection.putheader("Content-Length", str(sample.stat().st_size))
    connection.endheaders()
    with sample.open("rb") as file:
        connection.sock.sendfile(file)
    answer = connection.getresponse()
    _must_be(201, answer)
    connection.close()


def _seal(opened: House, sample: Path, receipt: str) -> None:
    """What the verb does with the bytes, and nothing else: hash, seal, write, fsync."""
    complaint = find_mailbox(opened.desk, receipt)
    owner = Owner(complaint.id, complaint.mailbox_key)
    seen = hashlib.sha256()
    with opened.desk.vault.receive(Kind.EVIDENCE, owner) as incoming, sample.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            seen.update(block)
            incoming.write(block)
        incoming.finish()


def _download(opened: House, server: Server, plain: Server, number: str, shown: str, rounds: int) -> Iterator[Figure]:
    case = opened.desk.lookup.complaint_of(number)
    item = opened.desk.lookup.evidence(case)[-1]
    path = f"/api/v1/cases/{number}/evidence/{item.content.id}/content"
    size = item.content.size / MIB
    _took(_fetch, server, path, shown)
    over_http, without, bytes_alone = [], [], []
    for _ in range(rounds):
        over_http.append(size / _took(_fetch, server, path, shown))
        bytes_alone.append(size / _took(_fetch, plain, f"/stream?blocks={round(size)}", shown))
        without.append(size / _took(_open, opened, case, item.content.id))
    name = f"download of {size:.0f} MiB"
    log(f"{name}: over HTTP {spread(over_http)}, without {spread(without)}, zeros {spread(bytes_alone)} MiB/s")
    yield compared(f"{name}, against opening from disk", median(over_http), "MiB/s", median(without), ">= 0.6")
    yield compared(f"{name}, against zeros from the same server", median(over_http), "MiB/s", median(bytes_alone))


def _fetch(server: Server, path: str, shown: str) -> None:
    connection = server.connect()
    connection.request(
        "GET", path, headers={"Authorization": f"Bearer {shown}", "Reason": "To%20measure%20a%20download"}
    )
    answer = connection.getresponse()
    room = memoryview(bytearray(BLOCK))
    left = int(answer.headers["Content-Length"])
    while count := answer.readinto(room):
        left -= count
    if left:
        raise RuntimeError(f"the download ended {left} bytes early")
    _must_be(200, answer)
    connection.close()


def _open(opened: House, complaint: UUID, item: UUID) -> None:
    found = opened.desk.lookup.evidence_item(complaint, item)
    for _ in opened.desk.vault.stream(found.content, Recipient.DESK):
        pass


def _took(act: Callable[..., None], *about: object) -> float:
    began = time.perf_counter()
    act(*about)
    return time.perf_counter() - began


def _must_be(status: int, answer: HTTPResponse) -> None:
    if answer.status != status:
        raise RuntimeError(f"{status} was expected, not {answer.status}: {answer.read()!r}")


@contextmanager
def _growth(server: Server) -> Iterator[list[float]]:
    """How much the resident memory of the server's processes grew at most, in MiB; put into the list at the end."""
    before, highest, done = server.memory(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            now = server.memory()
            highest[0] = max(highest[0], sum(now.values()) - sum(before.values()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    found: list[float] = []
    try:
        yield found
    finally:
        done.set()
        watcher.join()
        found.append(highest[0] / MIB)
