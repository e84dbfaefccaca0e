"""For the operator: the process answers, and entries reach the ledger within a minute."""

from datetime import UTC, datetime, timedelta

from api.routes.complaints import draft_of
from api.schemas import ComplaintSchema
from cases.casework.filing import file_complaint
from tests.api.conftest import Office, told


def test_a_running_desk_is_alive_and_ready(office: Office) -> None:
    assert office.door.must(200, office.door.get("/healthz")) == {"status": "ok"}
    idle = {"status": "ok", "waiting_since": None, "oldest_job": None, "dead_jobs": 0, "unsorted": 0}
    assert office.door.must(200, office.door.get("/readyz")) == idle
    filed = office.file()
    ready = office.door.must(200, office.door.get("/readyz"))
    assert ready == idle | {"waiting_since": filed["received_at"], "oldest_job": filed["received_at"]}


def test_a_desk_whose_worker_stopped_is_alive_but_not_ready(office: Office) -> None:
    draft = draft_of(ComplaintSchema().load(told()))
    file_complaint(office.desk, draft, datetime.now(UTC) - timedelta(minutes=2))
    late = office.door.must(503, office.door.get("/readyz"))
    assert "late" in late["status"]
    assert office.door.get("/healthz").status_code == 200
    office.sort()
    assert office.door.get("/readyz").status_code == 200


def test_health_tells_nothing_of_any_case(office: Office) -> None:
    number, receipt = office.case()
    shown = office.door.get("/healthz").text + office.door.get("/readyz").text
    assert not any(word in shown for word in (number, receipt, "S0"))


def test_every_answer_carries_the_same_guarding_headers(office: Office) -> None:
    for path in ("/healthz", "/", "/api/v1/catalogue", "/api/v1/cases", "/nothing", "/docs/openapi.json"):
        headers = office.door.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers
