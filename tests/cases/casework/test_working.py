import logging

import pytest
from sqlalchemy import select, update

from cases.casework.filing import file_complaint
from cases.casework.working import TIDY_EVERY, Worker
from cases.complaint import Consent, Draft, Reporter, Statement
from cases.place import Kind
from cases.ports import Answer
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


SICK = {
    tampered: "statement {part} cannot be opened: ",
    of_another_shape: "AttributeError",
    of_unknown_consent: "ValueError",
}


def troubles(store):
    with store.reading() as connection:
        return {row.about: row for row in connection.execute(select(jobs))}


@pytest.mark.parametrize("fall_ill", SICK)
def test_one_sick_complaint_is_put_off_and_the_next_is_sorted(desk, store, caplog, fall_ill):
    sick = fall_ill(desk, store)
    sound = file_complaint(desk, draft(), after(seconds=1))
    worker = Worker(desk)
    with caplog.at_level(logging.WARNING, "rule12.worker"):
        assert worker.step(after(seconds=2))
        assert worker.step(after(seconds=2))
    assert desk.lookup.case_of(sick.complaint) is None
    assert desk.lookup.case_of(sound.complaint) is not None
    (said,) = [one.getMessage() for one in caplog.records]
    (waiting,) = troubles(store).values()
    part = desk.lookup.part(sick.complaint, Kind.STATEMENT).id
    assert waiting.about == str(sick.complaint)
    assert waiting.trouble.startswith(SICK[fall_ill].format(part=part))
    assert said == f"job {waiting.id} of kind sort failed (attempt 1): {waiting.trouble}"
    assert SECRET not in said + "".join(one.exc_text or "" for one in caplog.records)


@pytest.mark.parametrize("fall_ill", SICK)
def test_a_sick_complaint_is_tried_again_with_growing_pauses_and_every_attempt_is_on_record(desk, store, fall_ill):
    sick, worker = fall_ill(desk, store), Worker(desk)
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
    worker = Worker(desk)
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
    assert troubles(store)["x"].trouble == "nobody knows how to do dance"


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
    with desk.work() as work:
        work.keep_answer(answer, after(days=-30))
    worker.step(NOON + TIDY_EVERY)
    assert desk.lookup.answer(answer.lookup) == answer
    worker.step(NOON + 1.01 * TIDY_EVERY)
    assert desk.lookup.answer(answer.lookup) is None
