"""Every route for every caller in every relation to the case, really asked; access_matrix.txt says the answers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api import create_app
from api.problems import TYPE
from cases.casework.hooking import add_webhook
from cases.people import Role
from storage import open_house
from storage.settings import read_settings
from tests.api.conftest import NO_CASE, PREFIX, Caller, Office, Tokens
from tests.api.matrix import DONE, NO, SAID, SIGN_IN, Matrix, filled, plain, read_matrix, routes
from tests.api.standings import STANDINGS, Prepared, ask, body_of, prepare_standings

LAST = (
    "jobs.discard",
    "filters.save",
    "filters.one",
    "filters.drop",
    "identities.decide",
    "identities.ask",
    "mailbox.consent",
    "supervisors.step_aside",
)
"""What really changes something that others are asked about comes at the end."""
NO_TASK = str(uuid4())
HOOK, ASKS_FIRST = "https://hooks.example/desk", "desk.admin_ask_webhook"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, template: tuple[Path, Tokens]) -> Iterator[Office]:
    """One installation for all: preparing the cases is most of the work."""
    folder = tmp_path_factory.mktemp("matrix") / "data"
    copytree(template[0], folder)
    place = read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/test"})
    house = open_house(place)
    opened = Office(house, place, create_app(house.desk), template[1])
    yield opened
    opened.close()
    house.close()


@pytest.fixture(scope="module")
def prepared(office: Office) -> dict[Role, dict[str, Prepared]]:
    return prepare_standings(office)


def asked(app: Flask) -> list[tuple[str, Rule]]:
    """Every method and route of the app, in the order they can be asked."""
    return sorted(
        routes(app), key=lambda one: (one[1].endpoint in LAST and LAST.index(one[1].endpoint) + 1, one[0], one[1].rule)
    )


def address(
    rule: Rule, number: str = "", case: Prepared | None = None, export: str = "", row: int = 0, request: str = ""
) -> str:
    """A route with the case, or an item of it, in every place."""
    items = {
        "number": number,
        "export_id": export,
        "name": "mine" if "filters" in rule.rule else "nothing.css",
        "person": "S0099",
        "job_id": str(row),
        "webhook_id": str(row),
        "request_id": request,
        "position": "1",
        "action": "extend_clock",
        "lang": "en",
        "slug": "nothing",
    }
    items |= {"notice_id": str(uuid4()), "task_id": NO_TASK}
    if case:
        items |= {"evidence_id": str(case.evidence), "person_id": case.person, "request_id": str(case.request)}
    return filled(plain(rule), items)


def letter(answer: TestResponse) -> str:
    """One letter for an answer; one nobody foresaw stands as it is."""
    if answer.status_code in {200, 201}:
        return DONE
    if answer.status_code == 303 and answer.headers["Location"].startswith("/desk/sign-in?"):
        return SIGN_IN
    if answer.status_code in {302, 303}:
        return "r"
    told = (answer.json or {}) if "problem" in answer.mimetype else {}
    shown = re.search(r'data-problem="([a-z-]+)"', answer.text) if answer.mimetype == "text/html" else None
    slug = shown[1] if shown else told.get("type", "").removeprefix(TYPE)
    return SAID.get(slug or answer.status_code, f"({answer.status_code} {slug})")


def seen(answer: TestResponse, number: str) -> tuple[int, str, dict[str, str]]:
    """Everything an answer says, but for the number that was asked: pages lead back to their own address."""
    headers = {name: value.replace(number, NO_CASE) for name, value in answer.headers.items()}
    return answer.status_code, answer.text.replace(number, NO_CASE), headers


class Asking:
    """Who asks, and what they are answered."""

    def __init__(self, office: Office, prepared: dict[Role, dict[str, Prepared]]) -> None:
        self.prepared = prepared
        self.callers: dict[str, Caller] = {str(role): office.sits_down(office.as_(role), role) for role in Role}
        receipt = prepared[Role.INTAKE]["routed"].life.receipt
        self.callers |= {"nobody": office.door, "receipt": office.holder(receipt)}
        auditor = office.as_(Role.AUDITOR)
        self.export = auditor.must(201, auditor.post(f"{PREFIX}/audit/exports", {}))["export_id"]
        self.rows = {name: office.dead_job("answered") for name in ("jobs.retry", "jobs.discard")}
        self.rows |= {
            name: add_webhook(office.desk, HOOK, datetime.now(UTC)).id for name in ("webhooks.remove", ASKS_FIRST)
        }
        self.told_apart: list[str] = []

    def cell(self, method: str, rule: Rule, name: str) -> str:
        """The letters of one caller: one for each standing where there is a case, else one."""
        role = next((role for role in Role if str(role) == name), None)
        if "number" not in rule.arguments:
            body = body_of(rule.endpoint, role, None)
            request = str(self.prepared[Role.CUSTODIAN]["routed"].request)
            where = address(rule, export=self.export, row=self.rows.get(rule.endpoint, 0), request=request)
            return letter(ask(self.callers[name], method, where, body))
        cases = self.prepared[role or Role.INTAKE]
        return "".join(self._standing(method, rule, name, role, cases[standing]) for standing in STANDINGS)

    def _standing(self, method: str, rule: Rule, name: str, role: Role | None, case: Prepared) -> str:
        body = body_of(rule.endpoint, role, case)
        answer = ask(self.callers[name], method, address(rule, case.life.number, case), body)
        if (found := letter(answer)) in NO:
            never = ask(self.callers[name], method, address(rule, NO_CASE, case), body)
            if seen(answer, case.life.number) != seen(never, NO_CASE):
                self.told_apart.append(f"{name} {method} {plain(rule)}: {answer.text} {never.text}")
        return found


def test_every_route_answers_every_caller_in_every_standing_as_the_matrix_says(
    office: Office, prepared: dict[Role, dict[str, Prepared]]
) -> None:
    """And whoever is told that there is no such case is told so in the bytes of a number that never was."""
    expected = read_matrix()
    asking = Asking(office, prepared)
    versions = {case.life.number: case.life.version for cases in prepared.values() for case in cases.values()}
    found: Matrix = {}
    for method, rule in asked(office.app):
        if rule.rule == "/readyz":
            office.sort()  # on a slow machine the looks asked for so far would have waited too long by now
        found[method, plain(rule)] = {name: asking.cell(method, rule, name) for name in asking.callers}
    assert as_lines(found) == as_lines(expected)
    assert asking.told_apart == []
    for standing in ("routed", "assigned"):  # the supervisor stepped aside from these, deciding on no version
        versions[prepared[Role.SUPERVISOR][standing].life.number] += 1
    assert versions == {number: _version(office, number) for number in versions}, "nothing else of a case changed"


def _version(office: Office, number: str) -> int:
    found = office.desk.lookup.case_of(office.desk.lookup.complaint_of(number))
    assert found is not None
    return found.version


def as_lines(table: Matrix) -> list[str]:
    return sorted(
        f"{method} {route}: " + " ".join(f"{name}={cell}" for name, cell in sorted(cells.items()))
        for (method, route), cells in table.items()
    )


def test_conflicted_and_accused_people_are_never_answered_anything_else_than_no() -> None:
    """Read off the matrix itself: the last two standings hold nothing but no, for every role and route."""
    for (method, route), cells in read_matrix().items():
        for name, cell in cells.items():
            assert len(cell) == (len(STANDINGS) if "{number}" in route else 1), (method, route, name)
            if len(cell) > 1:
                assert set(cell[STANDINGS.index("conflicted") :]) <= NO, (method, route, name)


def test_lists_hold_exactly_the_cases_that_exist_for_a_person(
    office: Office, prepared: dict[Role, dict[str, Prepared]]
) -> None:
    """What a list leaves out and what a page denies are the same cases."""
    numbers = {case.life.number for cases in prepared.values() for case in cases.values()}
    for role, cases in prepared.items():
        caller = office.as_(role)
        answer = caller.get(f"{PREFIX}/cases?limit=200")
        listed = {one["number"] for one in answer.json["items"]} if answer.status_code == 200 else set()
        opened = {number for number in numbers if caller.get(f"{PREFIX}/cases/{number}").status_code == 200}
        assert listed == opened, role
        assert not listed & {cases[name].life.number for name in ("conflicted", "subject")}, role


def test_nobody_is_let_in_by_an_item_of_another_case(office: Office, prepared: dict[Role, dict[str, Prepared]]) -> None:
    intake, cases = office.as_(Role.INTAKE), prepared[Role.INTAKE]
    ours, hidden = cases["routed"].life.path, cases["subject"]
    tried: list[tuple[str, str, Any]] = [
        ("GET", f"{ours}/evidence/{hidden.evidence}/content", None),
        ("GET", f"{ours}/evidence/{hidden.evidence}/custody", None),
        ("GET", f"{ours}/identity-requests/{hidden.request}/identity", None),
        ("GET", f"{ours}/evidence/{uuid4()}/content", None),
    ]
    for method, path, body in tried:
        answer = ask(intake, method, path, {"json": body} if body else {})
        assert letter(answer) == "i", (path, answer.text)
