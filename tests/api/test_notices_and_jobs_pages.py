"""The page mails lead to, for every role; and what an administrator sees of the worker."""

import re

import pytest

from cases.people import Role
from tests.api.conftest import PREFIX, Office
from tests.api.lives import Life
from tests.api.seated import Seat

LEADS = {Role.INTAKE: "/desk/cases/{}", Role.HEAD: "/desk/cases/{}", Role.SUPERVISOR: "/desk/received/{}"}


@pytest.fixture
def life(office: Office) -> Life:
    return Life(office)


@pytest.mark.parametrize("role", LEADS)
def test_a_notice_says_what_waits_and_leads_to_where_this_role_works(office: Office, life: Life, role: Role) -> None:
    seat = Seat(office, role)
    page = seat.look("/desk/notices?unread=true")
    assert f'href="{LEADS[role].format(life.number)}"' in page
    seat.look(LEADS[role].format(life.number))


def test_what_was_taken_as_read_is_new_no_more(office: Office, life: Life) -> None:
    seat = Seat(office, Role.INTAKE)
    page = seat.look("/desk/notices")
    (notice,) = set(re.findall(r'name="notice" value="([0-9a-f-]{36})"', page))
    assert seat.send("/desk/notices/read", notice=notice).status_code == 303
    assert life.number not in seat.look("/desk/notices?unread=true")
    assert life.number in seat.look("/desk/notices")


def test_all_is_taken_as_read_at_once(office: Office, life: Life) -> None:
    office.case()
    seat = Seat(office, Role.INTAKE)
    assert seat.send("/desk/notices/read", notice="all").status_code == 303
    assert seat.look("/desk/notices").count('name="notice"') == 0
    assert office.as_(Role.INTAKE).read(f"{PREFIX}/notices")["unread"] == 0


def test_nobody_takes_anothers_notice_as_read(office: Office, life: Life) -> None:
    page = Seat(office, Role.INTAKE).look("/desk/notices")
    (notice,) = set(re.findall(r'name="notice" value="([0-9a-f-]{36})"', page))
    other = Seat(office, Role.INVESTIGATOR)
    for wrong in (notice, "x", ""):
        assert other.send("/desk/notices/read", notice=wrong).status_code == 404
    assert life.number in Seat(office, Role.INTAKE).look("/desk/notices?unread=true")


def test_how_to_be_written_to_is_kept_and_a_wrong_wish_is_marked(office: Office) -> None:
    seat = Seat(office, Role.HEAD)
    wish = {"language": "fr", "mail": "false", "when": ""}
    assert seat.send("/desk/notices/preferences", **wish).status_code == 303
    assert office.as_(Role.HEAD).read(f"{PREFIX}/notices/preferences") == {"language": "fr", "mail": False, "when": ""}
    page = seat.look("/desk/notices")
    assert '<option value="fr" selected>' in page
    refused = seat.send("/desk/notices/preferences", **{**wish, "when": "at_dawn"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text


def test_a_custodian_reads_no_number_of_a_case(office: Office, life: Life) -> None:
    life.post(Role.INTAKE, "identity-requests", {"reason": "We must interview them before they travel."})
    page = Seat(office, Role.CUSTODIAN).look("/desk/notices")
    assert "/desk/requests" in page
    assert life.number not in page


def test_an_administrator_tries_a_job_again_or_discards_it_and_learns_of_no_case(office: Office, life: Life) -> None:
    first, second = office.dead_job("answered", life.number), office.dead_job("answered", life.number)
    seat = Seat(office, Role.ADMINISTRATOR)
    page = seat.look("/desk/admin/jobs?state=dead")
    assert life.number not in page
    assert page.count("/discard") == len({first, second})
    assert seat.send(f"/desk/admin/jobs/{first}/retry").status_code == 303
    assert seat.send(f"/desk/admin/jobs/{second}/discard", reason="because").status_code == 422
    assert seat.send(f"/desk/admin/jobs/{second}/discard", reason="overtaken").status_code == 303
    assert "Nothing is left to do." in seat.look("/desk/admin/jobs?state=dead")
    assert seat.send("/desk/admin/jobs/999999/retry").status_code == 404


def test_a_job_that_is_not_given_up_is_not_discarded(office: Office, life: Life) -> None:
    jobs = office.as_(Role.ADMINISTRATOR).read(f"{PREFIX}/jobs")["items"]
    waiting = next(job["id"] for job in jobs if job["state"] == "waiting")
    answer = Seat(office, Role.ADMINISTRATOR).send(f"/desk/admin/jobs/{waiting}/discard", reason="overtaken")
    assert answer.status_code == 409
    assert 'data-problem="job-held"' in answer.text
