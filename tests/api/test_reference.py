"""The API reference: the document of this very app, in a viewer that asks no other host for anything."""

import re

from api import create_app
from storage import House
from tests.api.conftest import Caller, Office


def test_the_viewer_brings_all_it_needs_from_this_host(office: Office) -> None:
    page = office.door.get("/docs/")
    assert page.status_code == 200
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(linked) >= 5
    assert all(address.startswith("/") and not address.startswith("//") for address in linked)
    for address in linked:
        answer = office.door.get(address)
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in page.text


def test_the_viewer_may_run_its_own_script_alone(office: Office) -> None:
    policy = office.door.get("/docs/").headers["Content-Security-Policy"]
    scripts = next(part.split() for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == ["script-src", "'self'"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_nothing_but_the_viewer_is_served_from_its_package(office: Office) -> None:
    for name in ("index.html", "oauth2-redirect.html", "swagger-ui.js.map", "..%2f__init__.py", "%2e%2e%2fsetup.py"):
        assert office.door.get(f"/docs/viewer/{name}").status_code == 404
    assert office.door.get("/assets/..%2fdoor.py").status_code == 404


def test_the_document_served_is_that_of_the_surface(house: House, office: Office) -> None:
    whole = office.door.must(200, office.door.get("/docs/openapi.json"))
    assert whole["openapi"] == "3.1.0"
    paths = {
        surface: Caller(create_app(house.desk, surface).test_client()).read("/docs/openapi.json")["paths"]
        for surface in ("door", "desk")
    }
    assert set(paths["door"]) | set(paths["desk"]) == set(whole["paths"])
    assert not any("/cases" in path for path in paths["door"])
    assert not any("/mailbox" in path for path in paths["desk"])
