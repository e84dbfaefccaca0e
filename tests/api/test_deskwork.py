"""The desk's daily work over HTTP: what a form or a program meets besides the rules."""

from uuid import uuid4

import pytest

from cases.people import Role
from tests.api.conftest import KEY, PREFIX, Office, told
from tests.api.lives import OTHER_INVESTIGATOR, Life
from tests.conftest import SAMPLES

DIRECTORY = (SAMPLES / "directory.csv").read_text()


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office)


def test_notes_come_in_pages_with_a_link_and_the_version_of_the_case(life: Life) -> None:
    for number in range(3):
        life.post(Role.INTAKE, "notes", {"text": f"Note {number}."})
    first = life.as_(Role.HEAD).get(f"{life.path}/notes?limit=2")
    assert first.headers["ETag"] == f'"{life.version}"'
    assert 'rel="next"' in first.headers["Link"]
    told_of = first.json["items"] + life.read(Role.HEAD, f"/notes?limit=2&cursor={first.json['next']}")["items"]
    assert [one["text"] for one in told_of] == ["Note 2.", "Note 1.", "Note 0."]
    assert life.as_(Role.HEAD).get(f"{life.path}/notes?cursor=nonsense").status_code == 422


def test_the_same_note_under_the_same_key_is_written_once(life: Life) -> None:
    version = life.version
    caller = life.as_(Role.INTAKE)
    answers = [
        caller.post(f"{life.path}/notes", {"text": "Once."}, version=version, Idempotency_Key=KEY) for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert life.version == version + 1


def test_a_task_is_made_found_overdue_or_not_and_done(life: Life) -> None:
    made = life.post(Role.INTAKE, "tasks", {"what": "Ask.", "due_on": "2030-01-01", "role": "intake"})
    mine = life.as_(Role.INTAKE)
    assert [one["task_id"] for one in mine.read(f"{PREFIX}/tasks")["items"]] == [made["task_id"]]
    assert mine.read(f"{PREFIX}/tasks?overdue=true")["items"] == []
    assert mine.read(f"{PREFIX}/tasks?words=true")["items"][0]["what"] == "Ask."
    done = life.post(Role.HEAD, f"tasks/{made['task_id']}/settlements", {"state": "done"})
    assert (done["state"], done["version"]) == ("done", life.version)
    assert mine.read(f"{life.path}/tasks") == []
    assert [one["state"] for one in mine.read(f"{life.path}/tasks?state=done")] == ["done"]
    assert life.ask(Role.HEAD, f"tasks/{uuid4()}/settlements", {"state": "done"}).status_code == 404


def test_a_hand_over_is_answered_with_numbers_and_the_same_key_gives_the_same_answer(office: Office) -> None:
    free, conflicted = Life(office), Life(office, told(witnesses=[{"staff_number": OTHER_INVESTIGATOR}]))
    for one in (free, conflicted):
        one.assign("S0014")
    body = {"from": "S0014", "to": OTHER_INVESTIGATOR, "role": "investigator", "reason": "Leaves."}
    head = office.as_(Role.HEAD)
    answers = [head.post(f"{PREFIX}/handovers", body, Idempotency_Key=KEY) for _ in range(2)]
    assert answers[0].json == answers[1].json == {"moved": [free.number], "stayed": [conflicted.number]}
    loads = {one["person"]: one["cases"] for one in head.read(f"{PREFIX}/workload") if one["role"] == "investigator"}
    assert (loads["S0014"], loads[OTHER_INVESTIGATOR]) == (1, 1)


def test_a_filter_is_checked_when_it_is_saved_and_reported_when_it_no_longer_fits(office: Office) -> None:
    intake, path = office.as_(Role.INTAKE), f"{PREFIX}/filters/mine"
    for query, pointer in (
        ({"mood": "bad"}, "#/query/mood"),
        ({"state": "asleep"}, "#/query/state"),
        ({"category": "no_such_thing"}, "#/query/category"),
        ({"cursor": "x"}, "#/query/cursor"),
    ):
        answer = intake.call("PUT", path, json={"query": query})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert intake.get(path).status_code == 404
    assert (
        intake.must(200, intake.call("PUT", path, json={"query": {"office": "NORTH", "overdue": True}}))["faults"] == []
    )
    (saved,) = office.desk.book.filters("S0012", Role.INTAKE)
    with office.desk.work() as work:  # as an earlier version would have kept it
        work.keep_filter("S0012", Role.INTAKE, type(saved)("mine", {"shade": "red"}, saved.saved_at))
    outdated = intake.read(path)
    assert outdated["query"] == {"shade": "red"}
    assert [fault["pointer"] for fault in outdated["faults"]] == ["#/query/shade"]
    assert intake.call("DELETE", path).status_code == 200
    assert intake.call("DELETE", path).status_code == 404


def test_whoever_sees_no_work_keeps_no_filter_about_it(office: Office) -> None:
    boss = office.as_(Role.SUPERVISOR)
    for name in ("office", "assignee", "state"):
        answer = boss.call("PUT", f"{PREFIX}/filters/x", json={"query": {name: "assessment"}})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"#/query/{name}")


def test_the_list_of_cases_takes_an_office(office: Office) -> None:
    life = Life(office)
    numbers = [
        [one["number"] for one in office.as_(Role.INTAKE).read(f"{PREFIX}/cases?office={name}")["items"]]
        for name in ("NORTH", "north", "COAST")
    ]
    assert numbers == [[life.number], [life.number], []]


def test_a_supervisor_needs_no_version_and_is_shown_none(life: Life) -> None:
    boss, path = life.as_(Role.SUPERVISOR), f"{life.path}/supervisor"
    first = boss.post(f"{path}/acknowledgement", {})
    assert (first.status_code, "ETag" in first.headers) == (201, False)
    assert boss.post(f"{path}/acknowledgement", {}).json == first.json
    boss.must(201, boss.post(f"{path}/actions", {"text": "I spoke to the unit."}))
    assert [one["kind"] for one in life.read(Role.INTAKE, "/supervisor/actions")] == ["acknowledged", "action"]
    gone = boss.post(f"{path}/recusal", {"reason": "I ordered it."}, Idempotency_Key=KEY)
    assert gone.status_code == 201
    assert boss.get(life.path).status_code == 404
    assert boss.post(f"{path}/recusal", {"reason": "I ordered it."}, Idempotency_Key=KEY).json == gone.json
    life.office.sort()
    assert [one["number"] for one in life.as_(Role.SUPERVISOR, "S0100").read(f"{PREFIX}/received")["items"]] == [
        life.number
    ]


def test_a_directory_is_taken_as_csv_and_every_bad_line_is_named(office: Office) -> None:
    admin, path = office.as_(Role.ADMINISTRATOR), f"{PREFIX}/directory"

    def put(text: str | bytes, kind: str = "text/csv", query: str = "") -> tuple[int, dict]:
        answer = admin.call("PUT", path + query, data=text, content_type=kind)
        return answer.status_code, answer.json

    assert put(DIRECTORY) == (200, {"people": len(DIRECTORY.splitlines()) - 1})
    assert put(DIRECTORY, "application/json")[0] == 415
    with office.nothing_changes():
        status, problem = put(DIRECTORY.replace(",S0101,\n", ",S0777,\n", 1))
        assert (status, problem["errors"][0]["pointer"]) == (422, "#/lines/21")
        status, problem = put(DIRECTORY.encode() + b"\xff")
        assert (status, problem["errors"][0]["pointer"]) == (422, f"#/lines/{len(DIRECTORY.splitlines()) + 1}")
    life = Life(office)
    life.assign("S0014")
    gone = "".join(line for line in DIRECTORY.splitlines(keepends=True) if not line.startswith("S0014,"))
    status, problem = put(gone)
    assert (status, problem["type"].rpartition(":")[2]) == (409, "work-left")
    assert life.number not in problem["detail"]
    assert put(gone, query="?force=true")[0] == 200


def test_a_directory_too_long_is_refused_from_the_head_alone(office: Office) -> None:
    answer = office.as_(Role.ADMINISTRATOR).call(
        "PUT", f"{PREFIX}/directory", data=b"x" * ((16 << 20) + 1), content_type="text/csv"
    )
    assert answer.status_code == 413


def test_tokens_are_issued_listed_and_revoked_at_the_desk(office: Office) -> None:
    admin = office.as_(Role.ADMINISTRATOR)
    body = {"person": "S0016", "role": "investigator", "days": 1}
    issued = [admin.post(f"{PREFIX}/tokens", body, Idempotency_Key=KEY) for _ in range(2)]
    assert issued[0].json == issued[1].json
    token = issued[0].json["token"]
    caller = office.caller(f"Bearer {token}")
    assert caller.get(f"{PREFIX}/cases").status_code == 200
    listed = admin.get(f"{PREFIX}/tokens?person=s0016")
    assert [one["role"] for one in listed.json["items"]] == ["investigator"]
    assert token not in listed.text
    assert admin.must(200, admin.call("DELETE", f"{PREFIX}/tokens/S0016")) == {"revoked": 1}
    assert caller.get(f"{PREFIX}/cases").status_code == 401
    assert admin.post(f"{PREFIX}/tokens", body | {"person": "S0060", "role": "administrator"}).status_code == 403
    first = admin.read(f"{PREFIX}/tokens?limit=5")
    assert first["next"]
    rest = admin.read(f"{PREFIX}/tokens?limit=200&cursor={first['next']}")["items"]
    everybody = [(one["person"], one["issued_at"]) for one in first["items"] + rest]
    assert everybody == sorted(set(everybody))


def test_people_come_in_pages(office: Office) -> None:
    admin = office.as_(Role.ADMINISTRATOR)
    first = admin.read(f"{PREFIX}/directory?limit=200")
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.read(f"{PREFIX}/directory?limit=9{cursor and f'&cursor={cursor}'}")
        seen += [one["staff_number"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [one["staff_number"] for one in first["items"]]
