"""A server that is killed at random moments while people file, and a record of everything it acknowledged."""

import hashlib
import http.client
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from cases.people import Role
from tests.server.desk import Desk, hire
from tests.server.running import Server, Spot, free_port, granian, until
from tests.server.speaking import Answer, Client, complaint, picture

SEED = 12
REPORTERS = 3
LATEST = 1.0  # seconds to the kill, at most: dozens of requests are begun in that time
RETRY = 0.05


@dataclass(frozen=True, slots=True)
class Filing:
    """A complaint that was acknowledged."""

    complaint: UUID
    receipt: str
    proof: str
    narrative: str


@dataclass(slots=True)
class Record:
    """Every 201 that was received, and whatever was answered that should not have been."""

    filings: list[Filing] = field(default_factory=list)
    files: list[tuple[Filing, str, str]] = field(default_factory=list)
    changes: list[tuple[str, int]] = field(default_factory=list)
    asked_again: int = 0
    odd: list[str] = field(default_factory=list)


class Person(threading.Thread):
    """Somebody at work until told to stop; a broken connection is tried again, with the same idempotency key."""

    def __init__(self, client: Client, record: Record, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.record, self.stop = client, record, stop

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.act()
        except Exception as error:
            self.record.odd.append(repr(error))
            raise

    def act(self) -> None:
        """One thing this person does."""

    def insist(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is a whole answer."""
        while True:
            try:
                return ask()
            except (OSError, http.client.HTTPException):
                self.record.asked_again += 1
                time.sleep(RETRY)


class Reporter(Person):
    """Files complaints and adds files to them."""

    def __init__(self, number: int, client: Client, record: Record, stop: threading.Event) -> None:
        super().__init__(client, record, stop)
        self.random = random.Random(number)

    def act(self) -> None:
        filing = self._file()
        for _ in range(self.random.randrange(3)):
            if filing and not self.stop.is_set():
                self._add(filing)

    def _file(self) -> Filing | None:
        key, narrative = str(uuid4()), f"What happened, as told under {uuid4()}."
        told = complaint(statement={"summary": "A post", "narrative": narrative, "concerns": []})
        answer = self.insist(lambda: self.client.post("/api/v1/complaints", told, Idempotency_Key=key))
        if answer.status != 201:
            self.record.odd.append(f"filing: {answer.status} {answer.body!r}")
            return None
        given = answer.json
        filing = Filing(UUID(given["complaint_id"]), given["receipt"], given["filing_proof"], narrative)
        self.record.filings.append(filing)
        return filing

    def _add(self, filing: Filing) -> None:
        body = picture(self.random.choice((900, 20_000, 600_000, 3_000_000)), seed=self.random.randrange(1 << 30))
        key = str(uuid4())
        answer = self.insist(lambda: self.client.upload(filing.receipt, body, Idempotency_Key=key))
        digest = hashlib.sha256(body).hexdigest()
        if answer.status != 201 or answer.json["sha256"] != digest:
            self.record.odd.append(f"upload: {answer.status} {answer.body!r}")
            return
        self.record.files.append((filing, answer.json["evidence_id"], digest))


class Officer(Person):
    """Acknowledges whatever case is new: changes of cases, beside the filing."""

    def __init__(self, desk: Desk, record: Record, stop: threading.Event) -> None:
        super().__init__(desk.client, record, stop)
        self.desk, self.done = desk, set[str]()

    def act(self) -> None:
        listed = self.insist(lambda: self.desk.get(Role.INTAKE, "/cases?limit=20")).must(200)["items"]
        for case in listed:
            if case["number"] not in self.done and not self.stop.is_set():
                self.done.add(case["number"])
                self._acknowledge(case["number"], case["version"])
        time.sleep(RETRY)

    def _acknowledge(self, number: str, version: int) -> None:
        told = {"move": "acknowledge"}
        answer = self.insist(lambda: self.desk.post(Role.INTAKE, f"/cases/{number}/moves", told, version))
        if answer.status == 201:
            self.record.changes.append((number, answer.json["version"]))
        elif answer.status not in {409, 412}:  # it was done before the connection broke
            self.record.odd.append(f"move: {answer.status} {answer.body!r}")


def drill(spot: Spot, kills: int) -> Record:
    """Kill and restart a busy server so many times; it is stopped when this returns, after one more start."""
    port, moments, record, stop = free_port(), random.Random(SEED), Record(), threading.Event()
    server = granian(spot, port)
    try:
        people = _people(server, record, stop)
        for number in range(kills):
            _something_is_acknowledged(record, record.changes if number % 3 == 2 else record.filings)
            time.sleep(moments.uniform(0, LATEST))
            server.close()
            server = granian(spot, port, processes=1 + number % 2)
        stop.set()
        for person in people:
            person.join()
        server.close()
        server = granian(spot, port)
        assert server.terminate() == 0
    finally:
        stop.set()
        server.close()
    return record


def _something_is_acknowledged(record: Record, kind: Sequence[object]) -> None:
    """Wait until there is one more of a kind, so that every life of the server has something to lose."""
    done = len(kind)
    until(lambda: len(kind) > done or record.odd, "an acknowledgement")


def _people(server: Server, record: Record, stop: threading.Event) -> Sequence[Person]:
    desk = Desk(server.client, hire(server.spot))
    people: list[Person] = [Reporter(number, server.client, record, stop) for number in range(REPORTERS)]
    people.append(Officer(desk, record, stop))
    for person in people:
        person.start()
    return people
