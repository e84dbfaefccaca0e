"""`rule12 serve --demo`: invented people and cases in every kind of state, and tokens to see them with."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from api import create_app
from api.demo import load_demo
from cases.case import replay
from cases.casework.signin.links import redeem_link
from cases.people import Role
from cases.ports import EntryFilter
from storage import House, open_house, prepare
from storage.settings import Settings, read_settings
from tests.api.conftest import PREFIX, Caller

ADDRESS = "http://127.0.0.1:8000"
BLIND = (Role.CUSTODIAN, Role.AUDITOR, Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo in an installation nobody had used, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    settings = read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/test"})
    prepare(settings)
    opened = open_house(settings)
    printed = load_demo(opened.desk, datetime.now(UTC), 1, ADDRESS)
    opened.close()
    return folder, printed


@pytest.fixture
def house(place: Settings, loaded: tuple[Path, str]) -> Iterator[House]:
    """A copy of it."""
    copytree(loaded[0], place.data_dir)
    opened = open_house(place)
    yield opened
    opened.close()


@pytest.fixture
def hints(loaded: tuple[Path, str]) -> str:
    return loaded[1]


def callers(house: House, hints: str) -> dict[Role, Caller]:
    """The first person of every role, with the token that was printed."""
    app = create_app(house.desk)
    tokens = re.findall(r"^  (\w+) +(r12_\S+)$", hints, re.MULTILINE)
    return {Role(role): Caller(app.test_client(), f"Bearer {token}") for role, token in tokens}


def test_there_is_a_case_in_every_kind_of_state(house: House, hints: str) -> None:
    found = list(house.desk.lookup.every_case())
    assert sorted(str(case.state) for case in found) == [
        "assessment",
        "assessment",
        "awaiting_information",
        "closed",
        "closed",
        "investigation",
        "registered",
        "with_decider",
    ]
    assert [case.proposal.action for case in found if case.proposal] == ["open_investigation"]
    assert [case.state for case in found if case.queue == "outside"] == ["assessment"]
    assert {leg for case in found for leg in case.to} == {"supervisor", "igo", "ethics", "der", "outside", "gatekeeper"}
    assert [case.measures[0][1] for case in found if case.measures] == ["censure"]
    assert [case.response for case in found if case.state == "with_decider"] == ["awaited"]
    assert [len(house.desk.lookup.requests(case.number)) for case in found if case.state == "investigation"] == [1]


def test_there_is_a_link_for_every_role_and_each_signs_in(house: House, hints: str) -> None:
    links = dict(re.findall(r"^  (\w+) +http://localhost:8000(/desk/sign-in/link\S+)$", hints, re.MULTILINE))
    assert set(links) == set(Role)
    for role, link in links.items():
        who = redeem_link(house.desk, link.partition("=")[2], datetime.now(UTC))
        assert who.session.role == role


def test_every_case_is_what_its_entries_amount_to(house: House, hints: str) -> None:
    for case in house.desk.lookup.every_case():
        stored = house.desk.lookup.entries(EntryFilter(about=case.number, kind="change", limit=200))
        bodies = [json.loads(one.body) for one in stored]
        assert replay((body["version"], body["facts"]) for body in bodies) == case


def test_every_printed_token_shows_its_role_something_to_do(house: House, hints: str) -> None:
    people = callers(house, hints)
    assert set(people) == set(Role)
    counts = {role: len(people[role].read(f"{PREFIX}/cases")["items"]) for role in Role if role not in BLIND}
    assert counts == {
        Role.SUPERVISOR: 1,
        Role.INTAKE: 7,
        Role.HEAD: 7,
        Role.INVESTIGATOR: 1,
        Role.GATEKEEPER: 1,
        Role.OUTSIDE: 1,
        Role.DECIDER: 3,
        Role.ETHICS: 1,
        Role.MONITOR: 1,
    }
    assert len(people[Role.CUSTODIAN].read(f"{PREFIX}/identity-requests")) == 1
    assert people[Role.AUDITOR].get(f"{PREFIX}/audit/cases.csv").status_code == 200
    receipt = next(iter(re.findall(r"receipt +(\S+)", hints)))
    holder = Caller(create_app(house.desk).test_client(), f"Receipt {receipt}")
    assert holder.read(f"{PREFIX}/mailbox")["status"]["slug"] == "investigation"


def test_the_hint_to_approve_what_waits_works(house: House, hints: str) -> None:
    head = callers(house, hints)[Role.HEAD]
    waiting = [one["number"] for one in head.read(f"{PREFIX}/cases")["items"]]
    shown = [head.read(f"{PREFIX}/cases/{number}") for number in waiting]
    (case,) = [one for one in shown if one["proposal"]]
    path = f"{PREFIX}/cases/{case['number']}/moves"
    assert head.post(path, {"move": "approve"}, version=case["version"]).status_code == 201


def test_a_second_person_is_there_for_whatever_takes_two(house: House, hints: str) -> None:
    second = re.findall(r"^  (\w+) +r12_\S+  \((S\d{4})\)$", hints, re.MULTILINE)
    assert second == [
        ("intake", "S0013"),
        ("head", "S0010"),
        ("investigator", "S0016"),
        ("outside", "S0071"),
        ("decider", "S0020"),
    ]


def test_a_place_with_people_in_it_gets_new_tokens_alone(house: House, hints: str) -> None:
    before = len(list(house.desk.lookup.every_case()))
    again = load_demo(house.desk, datetime.now(UTC), 1, ADDRESS)
    assert len(list(house.desk.lookup.every_case())) == before
    assert "receipt" not in again.partition("One token")[0]
    assert set(callers(house, again)) == set(Role)
