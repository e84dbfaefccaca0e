"""The app over a real installation: its people with real tokens, a reporter at its door, and what lies at rest.

S0102 reports; S0101 is their supervisor; S0107, in another unit below S0106, is the accused officer.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api import create_app
from cases.casework.administering import import_directory, issue_token
from cases.casework.filing import file_complaint
from cases.casework.signin.links import redeem_link, start_link
from cases.casework.working import Worker
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.people import Role
from storage import House, open_house, prepare
from storage.database import Database
from storage.settings import Settings, read_settings
from storage.tables import metadata, shred_metadata
from tests.conftest import NOON, SAMPLES

PREFIX = "/api/v1"
PICTURE = SAMPLES / "en-political-endorsement.png"
PROBLEM = "application/problem+json"
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
NO_CASE = "IGO-2026-00000"
REASON = "Needed%20for%20the%20assessment"
PEOPLE: Mapping[Role, str] = MappingProxyType(
    {
        Role.SUPERVISOR: "S0101",
        Role.INTAKE: "S0012",
        Role.HEAD: "S0011",
        Role.INVESTIGATOR: "S0014",
        Role.GATEKEEPER: "S0018",
        Role.OUTSIDE: "S0070",
        Role.CUSTODIAN: "S0017",
        Role.DECIDER: "S0021",
        Role.ETHICS: "S0030",
        Role.AUDITOR: "S0050",
        Role.MONITOR: "S0040",
        Role.ADMINISTRATOR: "S0060",
    }
)


def told(consent: str = "confidential", **statement: Any) -> dict[str, Any]:
    """A complaint as a program sends it: S0102 about S0107, for the supervisor too."""
    said = {"summary": "A public endorsement", "narrative": "They asked people to vote.", "concerns": ["ai-5.1.1"]}
    reporter: dict[str, Any] = {"consent": consent}
    if consent != "anonymous":
        reporter |= {"name": "Ana Lima", "staff_number": "S0102", "share_with_supervisor": True}
    return {
        "language": "en",
        "statement": said | {"subjects": [{"staff_number": "S0107"}]} | statement,
        "reporter": reporter,
    }


class Caller:
    """Somebody who calls with what they hold. Header names are written as `If_Match`."""

    def __init__(self, client: FlaskClient, authorization: str | None = None) -> None:
        self.client, self.authorization = client, authorization

    def call(self, method: str, path: str, *, version: int | None = None, **more: Any) -> TestResponse:
        headers = {name.replace("_", "-"): value for name, value in more.pop("headers", {}).items()}
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.open(path, method=method, headers=headers, **more)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: Any, *, version: int | None = None, **headers: str) -> TestResponse:
        """POST JSON; as a change decided on a version if one is given."""
        return self.call("POST", path, json=body, version=version, headers=headers)

    def stream(self, path: str, source: Any, *, length: int | None, **headers: str) -> TestResponse:
        """POST whatever `source.read` gives, announced with this length or, chunked, with none."""
        raw: dict[str, Any] = {"wsgi.input": source, "CONTENT_LENGTH": str(length)}
        if length is None:
            raw = {"wsgi.input": source, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
        raw["wsgi.input_terminated"] = True
        return self.call("POST", path, headers=headers, environ_overrides=raw)

    def read(self, path: str, **headers: str) -> Any:
        """What a GET answers that must succeed."""
        return self.must(200, self.get(path, **headers))

    def must(self, status: int, answer: TestResponse) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json


class Untouchable:
    """A body nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError(f"{size} bytes of the body were read")

    readline = readinto = read


class Tags(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


class Office:
    """The whole desk, reachable over HTTP, and what lies behind it."""

    def __init__(self, house: House, place: Settings, app: Flask, tokens: Mapping[tuple[Role, str], str]) -> None:
        self.house, self.desk, self.app, self.folder = house, house.desk, app, place.data_dir
        self.door = self.caller()
        self._stores = (Database(place.database_url), Database(f"sqlite:///{place.data_dir / 'shred-keys.sqlite'}"))
        self._tokens = dict(tokens)

    def caller(self, authorization: str | None = None) -> Caller:
        return Caller(self.app.test_client(), authorization)

    def as_(self, role: Role, person: str = "") -> Caller:
        """Somebody of the directory, with a token of their own."""
        who = role, person or PEOPLE[role]
        if who not in self._tokens:
            self._tokens[who] = issue_token(self.desk, who[1], role, 1, datetime.now(UTC)).text
        return self.caller(f"Bearer {self._tokens[who]}")

    def sits_down(self, caller: Caller, role: Role, person: str = "") -> Caller:
        """The same caller, signed in to the pages besides: `caller.client` holds the cookie."""
        now = datetime.now(UTC)
        link = start_link(self.desk, person or PEOPLE[role], role, 5, now)
        secret = redeem_link(self.desk, link.address.partition("code=")[2], now).secret
        caller.client.set_cookie("rule12", secret, httponly=True, samesite="Strict")
        return caller

    def holder(self, receipt: str) -> Caller:
        return self.caller(f"Receipt {receipt}")

    def file(self, complaint: Any = None, **headers: str) -> dict[str, Any]:
        """What a reporter is given for an ordinary complaint, or for this one."""
        answer = self.door.post(f"{PREFIX}/complaints", complaint or told(), **headers)
        filed: dict[str, Any] = self.door.must(201, answer)
        return filed

    def attach(self, receipt: str, body: bytes | None = None, **headers: str) -> TestResponse:
        """Send a file, a picture unless told otherwise."""
        headers = {"Content_Type": "image/png"} | headers
        data = PICTURE.read_bytes() if body is None else body
        return self.holder(receipt).call("POST", f"{PREFIX}/mailbox/evidence", data=data, headers=headers)

    def sort(self) -> None:
        """Let the worker do all that waits."""
        worker = Worker(self.desk)
        while worker.step(datetime.now(UTC)):
            pass

    def case(self, complaint: Any = None) -> tuple[str, str]:
        """A sorted case: its number, and the receipt of its reporter."""
        filed = self.file(complaint)
        self.sort()
        case = self.desk.lookup.case_of(UUID(filed["complaint_id"]))
        assert case is not None
        return case.number, filed["receipt"]

    def case_of(self, days_ago: float, complaint: Any = None) -> tuple[str, str]:
        """A case that was filed and sorted so many days ago: its number, and the receipt of its reporter."""
        said, at = complaint or told(), datetime.now(UTC) - timedelta(days=days_ago)
        reporter = Reporter(**said["reporter"] | {"consent": Consent(said["reporter"]["consent"])})
        filed = file_complaint(self.desk, Draft("en", "api", Statement.read(said["statement"]), reporter), at)
        while Worker(self.desk).step(at):
            pass
        case = self.desk.lookup.case_of(filed.complaint)
        assert case is not None
        return case.number, filed.receipt

    def move(self, role: Role, number: str, action: str, version: int, **more: str) -> TestResponse:
        return self.as_(role).post(f"{PREFIX}/cases/{number}/moves", {"move": action, **more}, version=version)

    def kept(self) -> dict[str, Any]:
        """How many rows every table holds, and which files lie on the disk with how many bytes."""
        rows: dict[str, Any] = {}
        for store, schema in zip(self._stores, (metadata, shred_metadata), strict=True):
            with store.reading() as connection:
                for name, table in schema.tables.items():
                    rows[name] = connection.scalar(select(func.count()).select_from(table))
        files = [path for path in self.folder.rglob("*") if path.is_file() and ".sqlite" not in path.name]
        return rows | {str(path): path.stat().st_size for path in files}

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        """Whatever is refused within leaves no row and no file behind, and takes none away."""
        before = self.kept()
        yield
        assert self.kept() == before

    def close(self) -> None:
        for store in self._stores:
            store.engine.dispose()


Tokens = dict[tuple[Role, str], str]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tokens]:
    """An installation with the directory of tests/samples and a token per role.

    Making keys and tables anew for each test is slow, and a token issued on the way is itself an entry.
    """
    folder = tmp_path_factory.mktemp("template") / "data"
    settings = read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/test"})
    prepare(settings, NOON)
    opened = open_house(settings)
    import_directory(opened.desk, (SAMPLES / "directory.csv").read_text(), NOON)
    now = datetime.now(UTC)
    tokens = {(role, person): issue_token(opened.desk, person, role, 1, now).text for role, person in PEOPLE.items()}
    opened.ledger.sequence(NOON)
    opened.close()
    return folder, tokens


@pytest.fixture
def house(place: Settings, template: tuple[Path, Tokens]) -> Iterator[House]:
    """The installation of tests/conftest.py, as a copy."""
    copytree(template[0], place.data_dir)
    opened = open_house(place)
    yield opened
    opened.close()


@pytest.fixture
def app(house: House) -> Flask:
    return create_app(house.desk)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def office(house: House, place: Settings, app: Flask, template: tuple[Path, Tokens]) -> Iterator[Office]:
    opened = Office(house, place, app, template[1])
    yield opened
    opened.close()


def raw_png(size: int) -> bytes:
    """A file that looks like a picture, of this size."""
    return PICTURE.read_bytes()[:8].ljust(size, b"\0")


def read_sample(name: str) -> bytes:
    return Path(SAMPLES / name).read_bytes()
