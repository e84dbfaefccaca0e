"""Jobs over HTTP: for the administrator, page by page, and nothing of any case."""

from cases.people import Role
from tests.api.conftest import KEY, NO_CASE, PREFIX, Office

JOBS = f"{PREFIX}/jobs"


def test_an_administrator_learns_nothing_of_a_case_from_jobs(office: Office) -> None:
    number, receipt = office.case()
    complaint = str(office.desk.lookup.complaint_of(number))
    office.dead_job("answered", complaint)
    office.dead_job("lapse", number)
    administrator = office.as_(Role.ADMINISTRATOR)
    page = administrator.get(JOBS)
    dead = [job for job in administrator.must(200, page)["items"] if job["state"] == "dead"]
    assert {job["kind"] for job in page.json["items"]} >= {"answered", "lapse", "remind", "purge"}
    done = [administrator.post(f"{JOBS}/{dead[0]['id']}/retry", None).text]
    done += [administrator.post(f"{JOBS}/{dead[1]['id']}/discard", {"reason": "overtaken"}).text]
    for secret in (number, complaint, complaint.replace("-", ""), receipt, "S0107", "S0102"):
        assert secret not in page.text + "".join(done)


def test_jobs_are_listed_page_by_page_and_narrowed(office: Office) -> None:
    ids = [office.dead_job("answered") for _ in range(5)]
    administrator, seen, path = office.as_(Role.ADMINISTRATOR), [], f"{JOBS}?state=dead&kind=answered&limit=2"
    while path:
        answer = administrator.get(path)
        seen += [job["id"] for job in answer.json["items"]]
        path = f"{JOBS}?state=dead&kind=answered&limit=2&cursor={answer.json['next']}" if answer.json["next"] else ""
        assert bool(path) is ("Link" in answer.headers)
    assert seen == ids
    assert administrator.read(f"{JOBS}?state=dead&kind=lapse")["items"] == []
    for wrong in ("state=asleep", "limit=0", "cursor=x", "about=x"):
        assert administrator.get(f"{JOBS}?{wrong}").status_code == 422, wrong


def test_a_job_is_discarded_once_for_one_of_three_reasons_and_the_same_request_is_answered_alike(
    office: Office,
) -> None:
    job, administrator = office.dead_job("answered"), office.as_(Role.ADMINISTRATOR)
    with office.nothing_changes():
        for body in ({}, {"reason": "because"}, {"reason": "overtaken", "why": "x"}, {"reason": None}):
            assert administrator.post(f"{JOBS}/{job}/discard", body).status_code == 422
    told = {"reason": "done_by_hand"}
    first = administrator.post(f"{JOBS}/{job}/discard", told, Idempotency_Key=KEY)
    again = administrator.post(f"{JOBS}/{job}/discard", told, Idempotency_Key=KEY)
    assert (first.status_code, first.json) == (201, again.json)
    assert administrator.post(f"{JOBS}/{job}/discard", told).json["type"].endswith("unknown-item")


def test_what_waits_for_the_worker_is_not_discarded(office: Office) -> None:
    office.file()
    administrator = office.as_(Role.ADMINISTRATOR)
    (job,) = administrator.read(f"{JOBS}?kind=sort")["items"]
    with office.nothing_changes():
        refused = administrator.post(f"{JOBS}/{job['id']}/discard", {"reason": "overtaken"})
    assert (refused.status_code, refused.json["type"]) == (409, "urn:rule12:problem:job-held")
    assert administrator.must(201, administrator.post(f"{JOBS}/{job['id']}/retry", None))["attempts"] == 0


def test_no_number_makes_the_desk_stumble(office: Office) -> None:
    administrator = office.as_(Role.ADMINISTRATOR)
    for number in ("0", "99999", str(1 << 64), "9" * 400):
        answer = administrator.post(f"{JOBS}/{number}/retry", None)
        assert (answer.status_code, answer.json["type"]) == (404, "urn:rule12:problem:unknown-item"), number
    assert administrator.post(f"{JOBS}/{NO_CASE}/retry", None).status_code == 404


def test_readiness_names_what_was_given_up_and_still_lets_people_in(office: Office) -> None:
    office.dead_job("answered")
    ready = office.door.must(200, office.door.get("/readyz"))
    assert (ready["dead_jobs"], ready["unsorted"]) == (1, 0)
    assert "rule12 jobs" in ready["status"]
