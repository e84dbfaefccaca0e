"""A very large file on its way through the door, and what memory and disks see of it meanwhile."""

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from cases.people import Role
from tests.server.desk import REASON, Desk, hire
from tests.server.resting import holders
from tests.server.running import Server, Spot, granian
from tests.server.speaking import API, PATIENCE, PNG, Client, picture

MEBIBYTE = 1 << 20
GROWTH = 32 * MEBIBYTE
NEEDLE = 24


def blocks(size: int) -> Iterator[bytes]:
    """A large picture, a mebibyte at a time, none like another."""
    for number in range(size // MEBIBYTE):
        noise = random.Random(number).randbytes(MEBIBYTE)
        yield noise if number else PNG + noise[len(PNG) :]


def needles(size: int) -> list[bytes]:
    """Pieces out of the first blocks, and of every tenth after them."""
    return [block[5000 : 5000 + NEEDLE] for number, block in enumerate(blocks(size)) if number < 3 or not number % 10]


class Watch:
    """Looks at a server's memory and temporary folder again and again until told to stop."""

    def __init__(self, server: Server) -> None:
        self.highest, self.spilled = 0, set[Path]()
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            self.highest = max(self.highest, sum(self._server.members().values()))
            self.spilled.update(self._server.spot.temporary.rglob("*"))


def upload(client: Client, receipt: str, size: int, halfway: "Halfway") -> dict[str, Any]:
    """Stream the picture; look around when half of it is sent. What is told of the file kept."""

    def body() -> Iterator[bytes]:
        for number, block in enumerate(blocks(size)):
            if number == size // MEBIBYTE // 2:
                halfway.look()
            yield block

    headers = {"Authorization": f"Receipt {receipt}", "Content_Type": "image/png", "Content_Length": str(size)}
    kept: dict[str, Any] = client.call("POST", f"{API}/mailbox/evidence", body(), **headers).must(201)
    return kept


def range_is_true(desk: Desk, number: str, evidence: str, size: int) -> bool:
    """Whether all but the first and last byte come back as one range, compared block by block."""
    with closing(http.client.HTTPConnection("127.0.0.1", desk.client.port, timeout=PATIENCE)) as connection:
        headers = {"Authorization": f"Bearer {desk.tokens[Role.INTAKE]}", "Reason": REASON}
        headers["Range"] = f"bytes=1-{size - 2}"
        connection.request("GET", f"{API}/cases/{number}/evidence/{evidence}/content", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.length) == (206, size - 2)
        return all(answer.read(len(block)) == block for block in without_ends(blocks(size)))


def without_ends(of: Iterator[bytes]) -> Iterator[bytes]:
    """The same blocks but for the first and the last byte of all."""
    held = next(of)[1:]
    for block in of:
        yield held
        held = block
    yield held[:-1]


class Halfway:
    """What lies on disks, and in files held open without a name, while an upload is under way."""

    def __init__(self, server: Server, pieces: list[bytes]) -> None:
        self._server, self._pieces = server, pieces
        self.found: list[tuple[Path, bytes]] | None = None

    def look(self) -> None:
        files = [path for path in self._server.spot.root.rglob("*") if path.is_file()]
        files += self._server.held()
        self.found = list(holders(files, self._pieces))


def must_pass_unseen(spot: Spot, size: int) -> None:
    """Upload so many bytes, then read nearly all of them as one range.

    Memory may grow by 32 MiB in all, and no disk may see a piece of them.
    """
    server = granian(spot, RULE12_EVIDENCE_LIMIT=str(size))
    try:
        desk = Desk(server.client, hire(spot))
        receipt = server.client.file()["receipt"]
        number = desk.sorted_cases(1)[0]["number"]
        server.client.upload(receipt, picture(1000)).must(201)
        before, halfway = sum(server.members().values()), Halfway(server, needles(size))
        with Watch(server) as watch:
            kept = upload(server.client, receipt, size, halfway)
            assert kept["size"] == size
            assert range_is_true(desk, number, kept["evidence_id"], size)
        assert watch.highest - before <= GROWTH
        assert watch.spilled == set()
        assert halfway.found == []
        halfway.look()
        assert halfway.found == []
    finally:
        server.close()
