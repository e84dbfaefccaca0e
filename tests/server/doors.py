"""One complaint on a running server, sorted into a case, on each of the servers the desk is run with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cases.people import Role
from tests.server.desk import REASON, Desk, hire
from tests.server.resting import Rest
from tests.server.running import Server, Spot, granian, gunicorn
from tests.server.speaking import API, Wire

LIMIT = 24 << 20
SERVERS: Mapping[str, Callable[[Spot], Server]] = {
    "granian": lambda spot: granian(spot, RULE12_EVIDENCE_LIMIT=str(LIMIT)),
    "gunicorn": lambda spot: gunicorn(spot, RULE12_EVIDENCE_LIMIT=str(LIMIT)),
    "gunicorn-threads": lambda spot: gunicorn(spot, "--threads", "8", RULE12_EVIDENCE_LIMIT=str(LIMIT)),
}


@dataclass(frozen=True, slots=True)
class Door:
    """A running server and one complaint on it, already sorted into a case."""

    spot: Spot
    server: Server
    desk: Desk
    receipt: str
    number: str

    def rest(self) -> Rest:
        return Rest.of(self.spot)

    def wire(self) -> Wire:
        return Wire(self.server.port)

    def begin_download(self, wire: Wire, evidence: str, method: str = "GET", **headers: str) -> None:
        """Ask for an original and read nothing of the answer."""
        path = f"{API}/cases/{self.number}/evidence/{evidence}/content"
        shown = {"Authorization": f"Bearer {self.desk.tokens[Role.INTAKE]}", "Reason": REASON, "Connection": "close"}
        wire.head(method, path, **shown | headers)


@contextmanager
def a_case_on(name: str, folder: Path) -> Iterator[Door]:
    """The server of that name in an empty folder; stopped afterwards."""
    spot = Spot(folder)
    with closing(SERVERS[name](spot)) as server:
        desk = Desk(server.client, hire(spot))
        receipt = server.client.file()["receipt"]
        spot.done("worker", "--once")
        yield Door(spot, server, desk, receipt, desk.sorted_cases(1)[0]["number"])


def flip_before_end(path: Path, distance: int) -> None:
    """Change one bit so many bytes before the end of a file."""
    with path.open("r+b") as file:
        file.seek(-distance, 2)
        byte = file.read(1)[0]
        file.seek(-distance, 2)
        file.write(bytes([byte ^ 1]))
