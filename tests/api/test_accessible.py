"""Every page of the staff under the rules of accessibility: light and dark, on a telephone and on a desk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from cases.casework.hooking import add_webhook
from cases.people import Role
from tests.api.conftest import Office
from tests.api.lives import Life
from tests.api.matrix import DONE, filled, plain, read_matrix, routes
from tests.api.seated import Seat
from tests.api.standings import WHY, rich
from tests.axe import chromium, looking, violations
from tests.conftest import NOON

MORE = (
    "/desk/sessions?done=ended",
    "/desk/admin/sessions?person=S0012",
    "/desk/audit?kind=look",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A desk with something on every page, and who looks at which page."""

    office: Office
    paths: Mapping[Role, list[str]]


@pytest.fixture
def filled_desk(office: Office) -> Filled:
    life = Life(office, rich())
    office.attach(life.receipt, Content_Disposition="attachment; filename=post.png")
    request = life.post(Role.INTAKE, "identity-requests", WHY)["request_id"]
    life.assign("S0014")
    outside = Life(office, rich(subjects=[{"staff_number": "S0016"}]))
    office.sort()
    exports = Seat(office, Role.AUDITOR)
    assert exports.submit("/desk/audit/exports", "/desk/audit/exports").status_code == 303
    hook = add_webhook(office.desk, "https://hooks.example/desk", NOON)
    paths: dict[Role, list[str]] = {role: [] for role in Role}
    items = {"number": life.number, "request_id": request, "position": "1", "action": "preserve_evidence"}
    items |= {"webhook_id": str(hook.id)}
    items |= {"person_id": life.subject, "evidence_id": str(office.desk.lookup.evidence(life.complaint)[0].content.id)}
    for path, role in pages(office, items, outside.number):
        paths[role].append(path)
    return Filled(office, paths)


def pages(office: Office, items: Mapping[str, str], outside: str) -> Iterator[tuple[str, Role]]:
    """Every page that shows something, and one role that sees it."""
    table = read_matrix()
    for method, rule in routes(office.app):
        route = plain(rule)
        if method != "GET" or not route.startswith("/desk/") or route.endswith("/content") or "{name}" in route:
            continue
        roles = [role for role in Role if table[method, route][str(role)].startswith(DONE)]
        for role in roles[:1]:
            theirs = {"number": outside} if role is Role.GATEKEEPER else {}
            yield filled(route, {**items, **theirs}), role
            yield from ((path, role) for path in MORE if path.partition("?")[0] == route)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_every_page_keeps_the_rules_of_accessibility(filled_desk: Filled, browser: Browser) -> None:
    found, seen = list[str](), set[str]()
    for role, paths in filled_desk.paths.items():
        with looking(browser, Seat(filled_desk.office, role).caller.client) as page:
            for path in paths:
                found += violations(page, path)
                seen.add(path)
    assert found == []
    assert len(seen) > 30
