"""The desk as its people use it: one token per role, over HTTP."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cases.casework.administering import import_directory, issue_token
from cases.people import Role
from storage import House, open_house
from tests.server.running import Spot, until
from tests.server.speaking import API, Answer, Client

DIRECTORY = Path(__file__).parents[1] / "samples" / "directory.csv"
PEOPLE = {
    Role.INTAKE: "S0012",
    Role.HEAD: "S0011",
    Role.INVESTIGATOR: "S0014",
    Role.DECIDER: "S0021",
    Role.SUPERVISOR: "S0101",
    Role.AUDITOR: "S0050",
    Role.CUSTODIAN: "S0017",
}
SECOND = {Role.DECIDER: "S0020"}
REASON = quote("to compare it with what was sent")


@contextmanager
def house_of(spot: Spot) -> Iterator[House]:
    """The installation opened by this process, beside whatever server runs on it."""
    house = open_house(spot.settings())
    with closing(house):
        yield house


def hire(spot: Spot) -> dict[str, str]:
    """Import the directory of the samples; one token per role, and one more as `second ROLE` where two must agree."""
    now = datetime.now(UTC)
    with house_of(spot) as house:
        import_directory(house.desk, DIRECTORY.read_text(), now)
        first = {str(role): issue_token(house.desk, person, role, 1, now).text for role, person in PEOPLE.items()}
        more = {f"second {role}": issue_token(house.desk, who, role, 1, now).text for role, who in SECOND.items()}
        return first | more


class Desk:
    """Requests of the desk's people."""

    def __init__(self, client: Client, tokens: Mapping[str, str]) -> None:
        self.client, self.tokens = client, tokens

    def get(self, role: str, path: str, **headers: str) -> Answer:
        return self.client.get(f"{API}{path}", Authorization=f"Bearer {self.tokens[role]}", **headers)

    def post(self, role: str, path: str, told: Any, version: int | None = None) -> Answer:
        """POST, as a change decided on a version if one is given."""
        matching = {} if version is None else {"If_Match": f'"{version}"'}
        return self.client.post(f"{API}{path}", told, Authorization=f"Bearer {self.tokens[role]}", **matching)

    def sorted_cases(self, count: int) -> list[dict[str, Any]]:
        """The newest cases, once the worker has sorted so many."""

        def seen() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = self.get(Role.INTAKE, "/cases?limit=200").must(200)["items"]
            return found if len(found) >= count else []

        return until(seen, f"{count} sorted cases")

    def move(self, role: str, number: str, move: str, version: int, **told: Any) -> int:
        """Take a step; the version after it."""
        done = self.post(role, f"/cases/{number}/moves", {"move": move, **told}, version).must(201)
        return int(done["version"])

    def original(self, number: str, evidence: str) -> Answer:
        return self.get(Role.INTAKE, f"/cases/{number}/evidence/{evidence}/content", Reason=REASON)


def number_in(text: str) -> str:
    """A case number somewhere in a text."""
    found = re.search(r"IGO-\d{4}-\d{5}", text)
    assert found, text
    return found[0]
