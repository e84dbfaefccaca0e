"""The pages of supervisors, custodians, auditors, administrators and of those who are shown a part of a case."""

import io
import json
import re
import zipfile
from datetime import datetime, timedelta, tzinfo
from typing import Self
from uuid import uuid4

import pytest

from cases.people import Role
from tests.api.conftest import PEOPLE, PICTURE, PREFIX, Office, told
from tests.api.lives import Life
from tests.api.seated import Seat, hidden_fields
from tests.api.standings import WHY, rich
from tests.conftest import SAMPLES

PURPOSE = "Needed to speak to the unit."


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office, rich())
    office.attach(life.receipt, Content_Disposition="attachment; filename=post.png")
    office.sort()
    return life


def test_a_supervisor_sees_what_was_sent_to_them_and_nothing_of_the_work(office: Office, life: Life) -> None:
    life.assign(PEOPLE[Role.INVESTIGATOR])
    seat = Seat(office, Role.SUPERVISOR)
    assert life.number in seat.look("/desk/received")
    page = seat.look(f"/desk/received/{life.number}")
    assert "They asked people to vote." in page
    assert "post.png" in page
    for hidden in ("registered", PEOPLE[Role.INVESTIGATOR], "Ana Lima", "S0102"):
        assert hidden not in page


def test_a_supervisor_acknowledges_once_however_often_they_send_it(office: Office, life: Life) -> None:
    seat, page = Seat(office, Role.SUPERVISOR), f"/desk/received/{life.number}"
    fields = hidden_fields(seat.look(page), f"{page}/acknowledgement")
    first = seat.send(f"{page}/acknowledgement", **fields)
    again = seat.send(f"{page}/acknowledgement", **fields)
    assert [(one.status_code, one.headers["Location"]) for one in (first, again)] == [
        (303, f"{page}?done=acknowledged")
    ] * 2
    assert "I got it" not in seat.look(page)
    acts = office.as_(Role.SUPERVISOR).read(f"{life.path}/supervisor/actions")
    assert [one["kind"] for one in acts] == ["acknowledged"]


def test_what_a_supervisor_notes_is_read_by_those_who_work_the_case(office: Office, life: Life) -> None:
    seat, page = Seat(office, Role.SUPERVISOR), f"/desk/received/{life.number}"
    assert seat.submit(page, f"{page}/actions", text="I spoke to the unit.\r\nThey agreed.").status_code == 303
    assert "I spoke to the unit.\nThey agreed." in seat.look(page)
    assert life.read(Role.INTAKE, "/supervisor/actions")[0]["text"] == "I spoke to the unit.\nThey agreed."


def test_an_empty_action_is_marked_on_the_page_and_what_was_typed_stays(office: Office, life: Life) -> None:
    seat, page = Seat(office, Role.SUPERVISOR), f"/desk/received/{life.number}"
    answer = seat.submit(page, f"{page}/actions", text="  ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Fill this in." in answer.text
    assert seat.submit(page, f"{page}/actions", text="y" * 20_001).text.count("y" * 20_001) == 1


def test_who_steps_aside_loses_the_case_and_a_second_click_is_answered_alike(office: Office, life: Life) -> None:
    seat, page = Seat(office, Role.SUPERVISOR), f"/desk/received/{life.number}"
    fields = hidden_fields(seat.look(page), f"{page}/recusal") | {"reason": "I ordered the post."}
    assert [seat.send(f"{page}/recusal", **fields).status_code for _ in range(2)] == [303, 303]
    assert life.number not in seat.look("/desk/received")
    assert 'data-problem="unknown-case"' in seat.look(page, 404)
    assert seat.send(f"{page}/recusal", **fields | {"key": str(uuid4())}).status_code == 404


def test_a_supervisor_downloads_an_original_with_a_reason_and_an_entry(office: Office, life: Life) -> None:
    seat, page = Seat(office, Role.SUPERVISOR), f"/desk/received/{life.number}"
    evidence = office.desk.lookup.evidence(life.complaint)[0].content.id
    action = f"{page}/evidence/{evidence}"
    assert seat.submit(page, action, reason="short").status_code == 422
    answer = seat.submit(page, action, reason=PURPOSE)
    assert answer.data == PICTURE.read_bytes()
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''post.png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert office.desk.lookup.newest_entry("opened_original") is not None


def test_a_custodian_reads_reason_and_identity_and_grants_it_without_the_case(office: Office, life: Life) -> None:
    asked = life.post(Role.INTAKE, "identity-requests", WHY)
    seat, page = Seat(office, Role.CUSTODIAN), f"/desk/requests/{asked['request_id']}"
    assert asked["request_id"] in seat.look("/desk/requests")
    assert WHY["reason"] in seat.look(page)
    identity = seat.look(f"{page}/identity")
    assert "Ana Lima" in identity
    for shown in (seat.look(page), identity):
        assert "They asked people to vote." not in shown
        assert "registered" not in shown
    fields = hidden_fields(seat.look(page), f"{page}/decision") | {"grant": "true", "reason": "It is needed for this."}
    assert [seat.send(f"{page}/decision", **fields).headers.get("Location") for _ in range(2)] == [
        "/desk/requests?done=granted"
    ] * 2
    assert life.read(Role.INTAKE, "/identity-requests")[0]["standing"] == "granted"
    assert 'data-problem="unknown-item"' in seat.look(page, 404)


def test_a_custodian_who_did_not_prove_lately_who_they_are_does_so_first(
    office: Office, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = life.post(Role.INTAKE, "identity-requests", WHY)
    seat = Seat(office, Role.CUSTODIAN)
    monkeypatch.setattr("api.context.datetime", Later)
    answer = seat.caller.client.get(f"/desk/requests/{asked['request_id']}/identity")
    assert answer.headers["Location"].startswith("/desk/step-up?next=")
    assert office.desk.lookup.newest_entry("identity_read_to_decide") is None


class Later(datetime):
    """A clock that is fifteen minutes late: a session in use, not fresh any more."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(minutes=15)


def test_a_decision_without_reasons_is_marked_and_nothing_is_decided(office: Office, life: Life) -> None:
    asked = life.post(Role.INTAKE, "identity-requests", WHY)
    page = f"/desk/requests/{asked['request_id']}"
    answer = Seat(office, Role.CUSTODIAN).submit(page, f"{page}/decision", grant="false", reason="no")
    assert answer.status_code == 422
    assert "Write 10 to 2000 characters." in answer.text
    assert life.read(Role.INTAKE, "/identity-requests")[0]["standing"] == "asked"


def test_an_auditor_pages_through_every_entry_once(office: Office, life: Life) -> None:
    seat, seen, path = Seat(office, Role.AUDITOR), list[str](), "/desk/audit?limit=7"
    while path:
        page = seat.look(path)
        seen += re.findall(r"/desk/audit/entries/(\d+)", page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) >= 14
    assert life.number in seat.look(f"/desk/audit?about={life.number}&from=2020-01-01&kind=change&actor=&action=")
    assert "No entry is like this." in seat.look("/desk/audit?action=nothing_like_it")
    assert 'data-problem="malformed"' in seat.look("/desk/audit?cursor=nonsense", 422)


def test_one_entry_is_shown_whole_as_json(office: Office, life: Life) -> None:
    seat = Seat(office, Role.AUDITOR)
    page = seat.look("/desk/audit/entries/1")
    body = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert body is not None
    assert json.loads(body[1].replace("&#34;", '"').replace("&#39;", "'"))["format"]
    assert 'data-problem="unknown-item"' in seat.look("/desk/audit/entries/999999", 404)
    seat.look(f"/desk/audit/entries/{1 << 70}", 404)


def test_an_auditor_makes_and_downloads_an_export_and_the_table(office: Office, life: Life) -> None:
    seat = Seat(office, Role.AUDITOR)
    answer = seat.submit("/desk/audit/exports", "/desk/audit/exports", case=life.number)
    assert answer.headers["Location"] == "/desk/audit/exports?done=exported"
    page = seat.look("/desk/audit/exports")
    address = re.search(r'href="(/desk/audit/exports/[^"]+/content)"', page)
    assert address is not None
    assert life.number in page
    bag = seat.caller.client.get(address[1])
    assert any(name.endswith("bag.sig") for name in zipfile.ZipFile(io.BytesIO(bag.data)).namelist())
    table = seat.submit("/desk/audit/exports", "/desk/audit/cases.csv")
    assert life.number in table.text
    assert table.mimetype == "text/csv"


def test_an_export_of_an_unknown_case_is_marked_on_the_form(office: Office) -> None:
    answer = Seat(office, Role.AUDITOR).submit("/desk/audit/exports", "/desk/audit/exports", case="IGO-2026-00000")
    assert answer.status_code == 404
    assert 'id="f-case-wrong"' in answer.text


def test_an_administrator_searches_the_directory_and_takes_in_a_new_one(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    assert "S0102" in seat.look("/desk/admin?search=S0102")
    assert "S0107" not in seat.look("/desk/admin?search=S0102")
    text = (SAMPLES / "directory.csv").read_text()
    assert seat.submit("/desk/admin/import", "/desk/admin/import", directory=text).status_code == 303
    refused = seat.submit("/desk/admin/import", "/desk/admin/import", directory=text.replace("S0102,", "S0101,"))
    assert refused.status_code == 422
    assert "Line " in refused.text
    assert seat.submit("/desk/admin/import", "/desk/admin/import", directory="").status_code == 422


def test_a_token_is_shown_once_and_works_and_is_revoked(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    fields = hidden_fields(seat.look("/desk/admin/tokens"), "/desk/admin/tokens")
    fields |= {"person": "S0015", "role": "investigator", "days": "3"}
    first, again = (seat.send("/desk/admin/tokens", **fields) for _ in range(2))
    secret = re.search(r"r12_[A-Za-z0-9_-]+", first.text)
    assert secret is not None
    assert secret[0] in again.text
    assert secret[0] not in seat.look("/desk/admin/tokens")
    caller = office.caller(f"Bearer {secret[0]}")
    assert caller.get(f"{PREFIX}/cases").status_code == 200
    seat.send("/desk/admin/tokens/revoke", person="S0015")
    assert caller.get(f"{PREFIX}/cases").status_code == 401


@pytest.mark.parametrize("where", ["tokens", "links"])
def test_nobody_makes_a_way_in_for_themselves_or_for_nobody(office: Office, where: str) -> None:
    seat, page = Seat(office, Role.ADMINISTRATOR), f"/desk/admin/{where}"
    own = seat.submit(page, page, person=PEOPLE[Role.ADMINISTRATOR], role="administrator")
    assert own.status_code == 403
    assert "ask another administrator" in own.text
    nobody = seat.submit(page, page, person="S9999", role="auditor")
    assert (nobody.status_code, "The directory has nobody like this." in nobody.text) == (422, True)


def test_a_link_made_by_an_administrator_signs_in_once_and_the_entry_names_its_maker(office: Office) -> None:
    seat = Seat(office, Role.ADMINISTRATOR)
    answer = seat.submit("/desk/admin/links", "/desk/admin/links", person="S0015", role="investigator", minutes="5")
    code = re.search(r"code=(l12_[A-Za-z0-9_-]+)", answer.text)
    assert code is not None
    stored = office.desk.lookup.newest_entry("link_issued")
    assert stored is not None
    assert json.loads(stored.body)["actor"] == PEOPLE[Role.ADMINISTRATOR]
    opened = [
        office.caller().call(
            "POST", "/desk/sign-in/link", data={"code": code[1]}, headers={"Origin": "http://localhost"}
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in opened] == [303, 403]


def test_an_administrator_ends_the_sessions_of_somebody(office: Office) -> None:
    theirs, seat = Seat(office, Role.INTAKE), Seat(office, Role.ADMINISTRATOR)
    page = f"/desk/admin/sessions?person={PEOPLE[Role.INTAKE]}"
    assert "<tbody>" in seat.look(page)
    assert seat.submit(page, "/desk/admin/sessions/end").status_code == 303
    assert theirs.caller.client.get("/desk/").status_code == 303
    assert "signed in nowhere" in seat.look(page)


def test_keys_are_listed_by_name_and_nothing_of_them_is_secret(office: Office) -> None:
    page = Seat(office, Role.ADMINISTRATOR).look("/desk/admin/keys")
    for one in office.as_(Role.ADMINISTRATOR).read(f"{PREFIX}/keys"):
        assert one["key_id"] in page
        assert one["purpose"].replace("'", "&#39;") in page


def test_the_head_sees_who_has_how_much_and_hands_it_over(office: Office, life: Life) -> None:
    life.assign(PEOPLE[Role.INVESTIGATOR])
    seat = Seat(office, Role.HEAD)
    assert PEOPLE[Role.INVESTIGATOR] in seat.look("/desk/workload")
    wanted = {"from": PEOPLE[Role.INVESTIGATOR], "to": "S0015", "role": "investigator", "reason": "Leaves."}
    answer = seat.submit("/desk/hand-over", "/desk/hand-over", **wanted)
    assert answer.status_code == 200
    assert life.number in answer.text
    assert life.now.is_assigned("S0015", Role.INVESTIGATOR)
    assert seat.submit("/desk/hand-over", "/desk/hand-over", **wanted | {"to": wanted["from"]}).status_code == 422


def test_ethics_monitor_and_gatekeeper_see_their_part_alone(office: Office, life: Life) -> None:
    ethics, monitor = Seat(office, Role.ETHICS), Seat(office, Role.MONITOR)
    part = ethics.look(f"/desk/ethics/{life.number}")
    assert "They asked people to vote." in part
    assert "@office" not in part
    accounts = monitor.look(f"/desk/accounts/{life.number}")
    assert "@office" in accounts
    assert "They asked people to vote." not in accounts
    outside = Life(office, told(subjects=[{"staff_number": "S0016"}]))
    gate = Seat(office, Role.GATEKEEPER)
    assert outside.number in gate.look("/desk/gate")
    assert life.number not in gate.look("/desk/gate")
    one = gate.look(f"/desk/gate/{outside.number}")
    assert "the outside office" in one
    assert "They asked people to vote." not in one
