import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from cases.casework.filing import SORT, file_complaint
from cases.casework.jobs import UNKNOWN_KIND, WORKER_DIED
from cases.casework.patience import DEATHS, LONGEST_PAUSE, TRIES, again_at
from cases.casework.purging import PURGE, PURGE_EVERY
from cases.casework.working import EFFECTS, Worker
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.outbox import Job
from cases.place import Kind
from cases.ports import Answer
from storage.outbox import LEASE
from storage.tables import jobs, sealed_parts
from tests.cases.casework.conftest import actions, after, draft, sort_next
from tests.conftest import NOON

SECRET = "Ana Lima told me"


def tampered(desk, store):
    """A complaint whose statement no longer opens."""
    filed = file_complaint(desk, draft(), NOON)
    which = sealed_parts.c.complaint == filed.complaint, sealed_parts.c.kind == Kind.STATEMENT.slug
    with store.writing() as connection:
        sealed = connection.scalar(select(sealed_parts.c.ciphertext).where(*which))
        connection.execute(update(sealed_parts).where(*which).values(ciphertext=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    return filed


def of_another_shape(desk, _store):
    """A complaint whose statement opens, and names somebody where an object should be."""
    statement = Statement({"summary": "x", "subjects": [SECRET]})
    return file_complaint(desk, Draft("en", "form", statement, Reporter(Consent.ANONYMOUS)), NOON)


def of_unknown_consent(desk, _store):
    """A complaint whose routing facts make the rules fail with an error that repeats what was written."""
    return file_complaint(desk, Draft("en", "form", Statement({}), Reporter(SECRET)), NOON)


SICK = {tampered: "EvidenceUnreadable", of_another_shape: "AttributeError", of_unknown_consent: "ValueError"}


def always():
    """The longest pause that chance allows."""
    return 1.0


def troubles(store):
    with store.reading() as connection:
        return {row.about: row for row in connection.execute(select(jobs).where(~jobs.c.single))}


@pytest.mark.parametrize("fall_ill", SICK)
def test_one_sick_complaint_is_put_off_and_the_next_is_sorted(desk, store, caplog, fall_ill):
    sick = fall_ill(desk, store)
    sound = file_complaint(desk, draft(), after(seconds=1))
    worker = Worker(desk, chance=always)
    with caplog.at_level(logging.WARNING, "rule12.worker"):
        assert worker.step(after(seconds=2))
        assert worker.step(after(seconds=2))
    assert desk.lookup.case_of(sick.complaint) is None
    assert desk.lookup.case_of(sound.complaint) is not None
    (said,) = [one.getMessage() for one in caplog.records]
    (waiting,) = troubles(store).values()
    part = desk.lookup.part(sick.complaint, Kind.STATEMENT).id
    assert waiting.about == str(sick.complaint)
    assert waiting.trouble == SICK[fall_ill]
    words = f"statement {part} cannot be opened: " if fall_ill is tampered else waiting.trouble
    assert said.startswith(f"job {waiting.id} of kind sort failed (attempt 1): {words}")
    assert SECRET not in said + "".join(one.exc_text or "" for one in caplog.records)


@pytest.mark.parametrize("fall_ill", SICK)
def test_a_sick_complaint_is_tried_again_with_growing_pauses_and_every_attempt_is_on_record(desk, store, fall_ill):
    sick, worker = fall_ill(desk, store), Worker(desk, chance=always)
    tried = []
    for second in range(16):
        before = actions(desk, about=str(sick.complaint)).count("opened_for_sorting")
        worker.step(after(seconds=second))
        if actions(desk, about=str(sick.complaint)).count("opened_for_sorting") > before:
            tried.append(second)
    assert tried == [0, 1, 3, 7, 15]
    assert troubles(store)[str(sick.complaint)].attempts == 5


def test_a_complaint_that_gets_well_is_sorted_at_the_next_attempt(desk, store):
    filed = file_complaint(desk, draft(), NOON)
    which = sealed_parts.c.complaint == filed.complaint, sealed_parts.c.kind == Kind.STATEMENT.slug
    with store.writing() as connection:
        sealed = connection.scalar(select(sealed_parts.c.ciphertext).where(*which))
        connection.execute(update(sealed_parts).where(*which).values(ciphertext=sealed[::-1]))
    worker = Worker(desk, chance=always)
    worker.step(NOON)
    with store.writing() as connection:
        connection.execute(update(sealed_parts).where(*which).values(ciphertext=sealed))
    worker.step(after(seconds=1))
    assert desk.lookup.case_of(filed.complaint) is not None
    assert troubles(store) == {}


def test_a_job_nobody_knows_how_to_do_stays_and_stops_nothing(desk, store):
    with desk.work() as work:
        work.ask_for("dance", "x", NOON)
    filed, worker = file_complaint(desk, draft(), after(seconds=1)), Worker(desk)
    worker.step(after(seconds=1))
    worker.step(after(seconds=1))
    assert desk.lookup.case_of(filed.complaint) is not None
    assert troubles(store)["x"].trouble == UNKNOWN_KIND


def test_a_step_merges_what_waits_and_says_whether_there_was_anything_to_do(desk):
    file_complaint(desk, draft(), NOON)
    worker = Worker(desk)
    assert worker.step(NOON)
    assert desk.ledger.oldest_waiting() is None
    assert not worker.step(after(seconds=1))
    file_complaint(desk, draft(), after(seconds=1))
    sort_next(desk, after(seconds=1))
    assert worker.step(after(seconds=2))


def test_old_answers_are_forgotten_now_and_then(desk):
    answer = Answer(bytes(32), bytes(32), b"sealed")
    worker = Worker(desk)
    worker.step(NOON)
    for beginning in (NOON, NOON + PURGE_EVERY):
        with desk.work() as work:
            work.keep_answer(answer, after(days=-30))
        worker.step(beginning + 0.99 * PURGE_EVERY)
        assert desk.lookup.answer(answer.lookup) == answer
        worker.step(beginning + PURGE_EVERY)
        assert desk.lookup.answer(answer.lookup) is None


def test_there_is_one_job_that_purges_however_many_workers_begin_and_however_often(desk, store):
    for minute in range(60):
        for worker in (Worker(desk), Worker(desk)):
            worker.step(after(minutes=minute))
    with store.reading() as connection:
        (job,) = [row for row in connection.execute(select(jobs)) if row.kind == PURGE]
    assert after(minutes=60) <= job.run_at <= after(minutes=70)


GIVEN_UP = {"lapse", "answered", "evidence_added", "withdrawn", "review_requested", "remind", "grant_over"}
GIVEN_UP |= {"notify", "digest", "webhook", "dance"}


@pytest.mark.parametrize("kind", [*EFFECTS, "dance"])
def test_what_was_promised_to_a_reporter_is_tried_for_ever_and_the_rest_is_given_up_after_days(kind):
    last = Job(1, kind, "x", TRIES, NOON, b"")
    assert (again_at(last, NOON, 1.0) is None) is (kind in GIVEN_UP)
    pauses = [again_at(replace(last, attempts=count), NOON, 0.5) - NOON for count in range(1, TRIES)]
    assert timedelta(days=3) < sum(pauses, timedelta()) < timedelta(days=4)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_a_pause_is_anywhere_between_none_and_twice_the_last_and_an_hour_at_most(attempts, chance):
    job = Job(1, "sort", "x", attempts, NOON, b"")
    pause = again_at(job, NOON, chance) - NOON
    assert timedelta() <= pause <= min(timedelta(seconds=2 ** min(attempts - 1, 12)), LONGEST_PAUSE)


def test_a_job_that_failed_for_days_is_dead_with_its_reason_and_never_taken_again(desk, store):
    with desk.work() as work:
        work.ask_for("lapse", "IGO-2026-00000", NOON)
    worker, at = Worker(desk, chance=always), NOON
    while (job := troubles(store)["IGO-2026-00000"]).dead_at is None:
        at = max(at, job.run_at)
        worker.step(at)
    assert (job.attempts, job.trouble, job.dead_at) == (TRIES, "UnknownCase", at)
    worker.step(after(days=400))
    assert troubles(store)["IGO-2026-00000"] == job


def test_a_job_that_kills_its_workers_is_put_off_like_one_that_fails(desk, store):
    """It is taken anew at once for a few times only: nobody must die over it every quarter of a minute."""
    filed = file_complaint(desk, draft(), NOON)
    at = NOON
    for _ in range(DEATHS):
        assert desk.jobs.take(at).kind == SORT  # and its worker dies
        at += LEASE
    Worker(desk, chance=always).step(at)
    job = troubles(store)[str(filed.complaint)]
    assert (job.attempts, job.trouble) == (DEATHS + 1, WORKER_DIED)
    assert job.run_at == at + timedelta(seconds=2**DEATHS)
    Worker(desk).step(job.run_at)
    assert desk.lookup.case_of(filed.complaint) is not None
