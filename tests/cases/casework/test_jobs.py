"""An administrator looks after jobs and learns of no case from them."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cases.casework.changes import ANSWERED, LAPSE, RESCREEN
from cases.casework.filing import SORT, file_complaint
from cases.casework.jobs import (
    SORTED_WITHIN,
    UNKNOWN_KIND,
    WORKER_DIED,
    Discarded,
    Readiness,
    discard_job,
    list_jobs,
    readiness,
    retry_job,
    retry_jobs,
    sentence_of,
)
from cases.casework.patience import NEVER_GIVEN_UP, TRIES, again_at
from cases.casework.working import Worker
from cases.errors import JobHeld, NotPermitted, UnknownItem
from cases.ledger import COMMAND_LINE
from cases.outbox import Job, JobFilter, JobState
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import HEAD, INTAKE, actions, after, draft, entries, open_case
from tests.cases.casework.living import added, worked_off
from tests.conftest import NOON

ADMINISTRATOR = Actor("S0060", Role.ADMINISTRATOR)
LATER = after(days=4)
NO_CASE = "IGO-2026-00000"


def dead(desk, kind=LAPSE, about=NO_CASE, trouble="UnknownCase"):
    """A job the worker gave up: its id."""
    with desk.work() as work:
        work.ask_for(kind, about, NOON)
    (job,) = [job for job in iter(lambda: desk.jobs.take(NOON), None) if (job.kind, job.about) == (kind, about)]
    desk.jobs.failed(job, trouble, LATER, None)
    return job.id


def everything(desk, state=None):
    return list_jobs(desk, ADMINISTRATOR, JobFilter(state))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_looks_after_jobs(desk, role):
    job, who = dead(desk), Actor("S0060", role)
    for attempt in (
        lambda: list_jobs(desk, who, JobFilter()),
        lambda: retry_job(desk, who, job, LATER),
        lambda: retry_jobs(desk, who, None, LATER),
        lambda: discard_job(desk, who, job, Discarded.OVERTAKEN, LATER),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert [one.id for one in everything(desk)] == [job]


def test_an_administrator_learns_no_case_number_from_a_job(desk):
    """Nor the complaint it came from, nor anything of either: of any kind there is, waiting, sick or dead."""
    case, filed = open_case(desk)
    added(desk, INTAKE, case, staff_number="S0100")
    jobs = [dead(desk, ANSWERED, str(filed.complaint)), dead(desk, LAPSE, case.number)]
    with desk.work() as work:
        work.ask_for(LAPSE, "IGO-2026-99999", NOON)
    Worker(desk).step(NOON)
    shown = [*everything(desk), *(retry_job(desk, ADMINISTRATOR, job, LATER) for job in jobs)]
    told = " ".join(str(asdict(job)) for job in shown)
    assert {ANSWERED, LAPSE, RESCREEN} <= {job.kind for job in shown}
    for secret in (case.number, str(filed.complaint), filed.complaint.hex, "IGO-", "S0100"):
        assert secret not in told


def test_a_trouble_is_one_word_with_the_same_sentence_for_every_job():
    assert sentence_of("UnknownCase") == "No such case, or one the caller may not see: the two cannot be told apart."
    words = {sentence_of(trouble) for trouble in ("UnknownCase", WORKER_DIED, UNKNOWN_KIND, "OperationalError")}
    assert len(words) == 4
    assert sentence_of(None) == ""
    assert sentence_of("IntegrityError") == sentence_of("KeyError")


def test_a_dead_job_that_is_tried_again_is_as_if_new_and_its_entry_says_who_wanted_it(desk):
    job = dead(desk)
    shown = retry_job(desk, ADMINISTRATOR, job, LATER)
    assert shown == everything(desk)[0]
    assert (shown.state, shown.attempts, shown.trouble, shown.next_at) == (JobState.WAITING, 0, None, LATER)
    (noted,) = entries(desk, action="job_retried")
    assert (noted["actor"], noted["role"], noted["about"]) == (
        "S0060",
        "administrator",
        {"kind": "case", "id": NO_CASE},
    )
    assert noted["facts"] == {"job": job, "kind": LAPSE, "attempts": 1, "trouble": "UnknownCase"}
    assert desk.jobs.take(LATER).id == job


def test_a_job_put_off_for_an_hour_can_be_tried_now_but_one_in_a_workers_hands_cannot(desk):
    filed = file_complaint(desk, draft(), NOON)
    job = desk.jobs.take(NOON)
    with pytest.raises(JobHeld):
        retry_job(desk, ADMINISTRATOR, job.id, NOON)
    desk.jobs.failed(job, "RuntimeError", NOON, after(hours=1))
    retry_job(desk, None, job.id, after(minutes=1))
    worked_off(desk, after(minutes=1))
    assert desk.lookup.case_of(filed.complaint) is not None
    (noted,) = entries(desk, action="job_retried")
    assert noted["actor"] == COMMAND_LINE


def test_all_dead_jobs_of_a_kind_are_tried_again_together_with_one_entry(desk):
    for number in range(3):
        dead(desk, LAPSE, f"IGO-2026-0000{number}")
    other = dead(desk, ANSWERED, str(uuid4()))
    assert retry_jobs(desk, ADMINISTRATOR, LAPSE, LATER) == 3
    assert [job.id for job in everything(desk, JobState.DEAD)] == [other]
    (noted,) = entries(desk, action="jobs_retried")
    assert noted["facts"] == {"jobs": 3, "kind": LAPSE}
    assert retry_jobs(desk, None, None, LATER) == 1
    assert retry_jobs(desk, None, None, LATER) == 0
    assert len(entries(desk, action="jobs_retried")) == 2


@pytest.mark.parametrize("reason", Discarded)
def test_a_discarded_job_is_gone_and_the_ledger_says_who_and_why_where_its_case_is_read(desk, reason):
    case, _ = open_case(desk)
    job = dead(desk, LAPSE, case.number)
    discard_job(desk, ADMINISTRATOR, job, reason, LATER)
    assert job not in [one.id for one in everything(desk)]
    *_, noted = entries(desk, about=case.number)
    assert (noted["action"], noted["actor"], noted["facts"]["reason"]) == ("job_discarded", "S0060", str(reason))
    assert noted["version"] is None
    with pytest.raises(UnknownItem):
        discard_job(desk, ADMINISTRATOR, job, reason, LATER)


def test_an_entry_about_a_job_is_about_what_the_job_was(desk):
    complaint = uuid4()
    for about, kind in ((str(complaint), "complaint"), (NO_CASE, "case"), ("what expired", "system")):
        discard_job(desk, None, dead(desk, LAPSE, about), Discarded.CANNOT_BE_DONE, LATER)
        assert entries(desk, action="job_discarded")[-1]["about"]["kind"] == kind
    assert str(UUID(entries(desk, action="job_discarded")[0]["about"]["id"])) == str(complaint)


def test_what_is_still_to_be_done_cannot_be_discarded(desk):
    """Else whoever administers could make a complaint vanish that nobody has sorted yet."""
    filed = file_complaint(desk, draft(), NOON)
    (job,) = everything(desk)
    for _ in range(2):
        with pytest.raises(JobHeld):
            discard_job(desk, ADMINISTRATOR, job.id, Discarded.OVERTAKEN, NOON)
        desk.jobs.take(NOON)
    assert actions(desk, action="job_discarded") == []
    worked_off(desk, after(minutes=1))
    assert desk.lookup.case_of(filed.complaint) is not None


@pytest.mark.parametrize("kind", sorted(NEVER_GIVEN_UP))
def test_what_was_promised_never_dies_and_so_can_never_be_discarded(kind):
    assert again_at(Job(1, kind, "x", 10**9, NOON, b""), NOON, 0.5) is not None
    assert again_at(Job(1, "other", "x", TRIES, NOON, b""), NOON, 0.5) is None


def test_unknown_jobs_are_unknown(desk):
    for number in (0, 99, 1 << 70):
        with pytest.raises(UnknownItem):
            retry_job(desk, ADMINISTRATOR, number, NOON)


def test_readiness_says_what_waits_longer_than_it_should(desk):
    worked_off(desk)
    assert readiness(desk, NOON) == Readiness(None, None, 0, 0)
    file_complaint(desk, draft(), NOON)
    assert readiness(desk, NOON + SORTED_WITHIN) == Readiness(NOON, NOON, 0, 0)
    assert readiness(desk, NOON + SORTED_WITHIN + timedelta(seconds=1)).unsorted == 1
    job = desk.jobs.take(NOON)
    assert job.kind == SORT
    desk.jobs.failed(job, "RuntimeError", NOON, after(hours=1))
    assert readiness(desk, after(minutes=2)).unsorted == 1, "however often it was put off since"
    dead(desk)
    assert readiness(desk, after(minutes=2)).dead_jobs == 1
    worked_off(desk, after(hours=2))
    assert readiness(desk, after(hours=2)) == Readiness(None, None, 1, 0)


def test_only_the_command_line_acts_without_a_person(desk):
    dead(desk)
    assert [job.kind for job in list_jobs(desk, None, JobFilter())] == [LAPSE]
    with pytest.raises(NotPermitted):
        list_jobs(desk, HEAD, JobFilter())
