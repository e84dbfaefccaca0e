"""The auditor over HTTP: entries to filter, a table no spreadsheet runs, and a signed bag that verifies offline."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from cases.errors import LedgerBroken
from cases.people import Role
from cases.verify import Verified, verify_bag
from storage.signing import verify
from tests.api.conftest import NO_CASE, PREFIX, Office, told

AUDIT = f"{PREFIX}/audit"


def downloaded(office: Office, folder: Path, **wanted: str) -> Path:
    """An export made and fetched over HTTP, as a zip."""
    auditor = office.as_(Role.AUDITOR)
    made = auditor.post(f"{AUDIT}/exports", wanted)
    done = auditor.must(201, made)
    assert made.headers["Location"] == f"{AUDIT}/exports/{done['export_id']}/content"
    answer = auditor.get(made.headers["Location"])
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert len(answer.data) == done["bytes"] == int(answer.headers["Content-Length"])
    assert answer.headers["Content-Disposition"].startswith("attachment")
    path = folder / f"{done['export_id']}.zip"
    path.write_bytes(answer.data)
    return path


def verified(office: Office, bag: Path) -> Verified:
    return verify_bag(bag, office.house.signer.verifier_keys(), verify)


def test_an_export_over_http_is_sound(office: Office, tmp_path: Path) -> None:
    office.case()
    found = verified(office, downloaded(office, tmp_path))
    assert found.entries == found.size
    assert found.withheld == {}
    assert found.origin == "desk.example/test"


def test_an_export_of_one_case_withholds_the_rest_and_is_sound(office: Office, tmp_path: Path) -> None:
    number, _ = office.case()
    office.case()
    found = verified(office, downloaded(office, tmp_path, case=number))
    assert 0 < sum(found.withheld.values()) < found.size


def test_an_export_changed_on_its_way_is_found_out(office: Office, tmp_path: Path) -> None:
    office.case()
    bag = downloaded(office, tmp_path)
    body = bytearray(bag.read_bytes())
    body[len(body) // 2] ^= 1
    bag.write_bytes(body)
    with pytest.raises(LedgerBroken):
        verified(office, bag)


def test_neither_entries_nor_exports_nor_the_table_hold_sealed_words(office: Office, tmp_path: Path) -> None:
    number, receipt = office.case(told(summary="Telling summary", place="Telling place"))
    office.attach(receipt, Content_Disposition='attachment; filename="telling.png"')
    office.as_(Role.SUPERVISOR).get(f"{PREFIX}/cases/{number}")
    auditor = office.as_(Role.AUDITOR)
    read = auditor.get(f"{AUDIT}/entries?limit=200").data + auditor.get(f"{AUDIT}/cases.csv").data
    read += downloaded(office, tmp_path).read_bytes()
    assert not any(word in read for word in (b"elling", b"Ana Lima", b"S0102", receipt.encode()))


def test_entries_are_filtered_as_asked(office: Office) -> None:
    number, _ = office.case()
    office.as_(Role.HEAD).get(f"{PREFIX}/cases/{number}")
    auditor = office.as_(Role.AUDITOR)

    def found(query: str) -> list[str]:
        page = auditor.must(200, auditor.get(f"{AUDIT}/entries?limit=200&{query}"))
        return [one["entry"]["action"] for one in page["items"]]

    assert found("actor=S0011") == ["opened_case"]
    assert found("kind=intake") == ["filed"]
    assert found(f"about={number}&kind=change") == ["registered"]
    assert found("action=registered") == ["registered"]
    assert found("to=2000-01-01T00:00:00Z") == []
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found(f"from={later}") == []
    assert len(found("from=2000-01-01T00:00:00%2B02:00")) > 3


def test_wrong_questions_and_exports_are_named(office: Office) -> None:
    auditor = office.as_(Role.AUDITOR)
    with office.nothing_changes():
        for query in ("kind=all", "from=yesterday", "to=2026-03-02T12:00:00", "about=" + "a" * 41, "sealed=true"):
            answer = auditor.get(f"{AUDIT}/entries?{query}")
            assert answer.status_code == 422, query
            assert answer.json is not None
            assert [one["pointer"] for one in answer.json["errors"]] == [f"#/{query.partition('=')[0]}"]
        wrong = {"from": "0001-01-01T00:00:00+23:59", "to": "soon", "case": "\ud800", "keys": True}
        answer = auditor.post(f"{AUDIT}/exports", wrong)
        assert answer.status_code == 422
        assert answer.json is not None
        assert {one["pointer"] for one in answer.json["errors"]} == {f"#/{name}" for name in wrong}
        assert auditor.post(f"{AUDIT}/exports", {"case": NO_CASE}).status_code == 404
        assert auditor.get(f"{AUDIT}/exports/{uuid4()}/content").status_code == 404


def test_the_table_of_cases_holds_every_case_and_nothing_a_spreadsheet_runs(office: Office) -> None:
    first, _ = office.case()
    second, _ = office.case(told(subjects=[{"staff_number": "S0013"}]))
    head = office.as_(Role.HEAD)
    head.post(f"{PREFIX}/cases/{first}/assignments", {"person": "S0014", "role": "investigator"}, version=1)
    answer = office.as_(Role.AUDITOR).get(f"{AUDIT}/cases.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=cases.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["number"] for row in rows} == {first, second}
    assert next(row["assignees"] for row in rows if row["number"] == first) == "investigator:S0014"
    assert not any(cell[:1] in set("=+-@\t\r\n") for row in rows for cell in row.values() if cell)


def test_taking_the_table_or_an_export_is_an_entry(office: Office, tmp_path: Path) -> None:
    auditor = office.as_(Role.AUDITOR)
    auditor.get(f"{AUDIT}/cases.csv")
    bag = downloaded(office, tmp_path)
    page = auditor.must(200, auditor.get(f"{AUDIT}/entries?actor=S0050"))
    assert [one["entry"]["action"] for one in page["items"]] == ["took_cases_table", "exported"]
    assert page["items"][1]["index"] < verified(office, bag).size, "its own entry is inside its checkpoint"
