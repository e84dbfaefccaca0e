import re
from functools import partial

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from cases.casework.sorting import sort_complaint
from cases.errors import JobHeld, UnknownItem
from cases.outbox import Backlog, JobFilter, JobState
from storage.outbox import LEASE, Outbox, backlog_queries, page, ready_first
from storage.tables import jobs
from tests.conftest import NOON
from tests.storage.making import at_once, filed, minutes, ready, seconds, works


@pytest.fixture
def database(place):
    database = ready(place)
    yield database
    database.engine.dispose()


@pytest.fixture
def outbox(database):
    return Outbox(database)


@pytest.fixture
def work(place, database):
    return works(place, database)


def ask(work, *wanted):
    with work() as one:
        for kind, about, at in wanted:
            one.ask_for(kind, about, at)


def test_an_empty_outbox_has_no_job(outbox):
    assert outbox.take(NOON) is None


def test_the_job_that_waited_longest_is_taken_first(outbox, work):
    ask(work, ("sort", "b", minutes(2)), ("sort", "a", minutes(1)), ("sort", "c", minutes(2)))
    taken = [outbox.take(minutes(5)) for _ in range(4)]
    assert [job and (job.kind, job.about, job.attempts) for job in taken] == [
        ("sort", "a", 1),
        ("sort", "b", 1),
        ("sort", "c", 1),
        None,
    ]


def test_no_job_is_taken_before_its_time(outbox, work):
    ask(work, ("sort", "a", minutes(1)))
    assert outbox.take(NOON) is None
    assert outbox.take(minutes(1)).about == "a"


def test_a_job_asked_for_in_a_transaction_that_fails_never_happens(outbox, work):
    def ask_and_fail():
        with work() as one:
            one.ask_for("sort", "a", NOON)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        ask_and_fail()
    assert outbox.take(minutes(1)) is None


def test_a_job_whose_worker_died_comes_back_by_itself(outbox, work):
    ask(work, ("sort", "a", NOON))
    first = outbox.take(NOON)
    assert outbox.take(NOON + LEASE - seconds(1)) is None
    again = outbox.take(NOON + LEASE)
    assert (again.id, again.about, again.attempts, again.orphaned) == (first.id, "a", 2, True)


def test_a_job_that_is_done_never_comes_back(outbox, work):
    ask(work, ("sort", "a", NOON))
    job = outbox.take(NOON)
    with work() as one:
        one.done(job)
    assert outbox.take(NOON + 2 * LEASE) is None


def test_a_job_that_failed_is_taken_again_when_it_was_put_off_to_and_keeps_a_short_reason(outbox, work):
    ask(work, ("sort", "a", NOON))
    outbox.failed(outbox.take(NOON), "why " * 200, NOON, minutes(3))
    (kept,) = outbox.listed(JobFilter())
    assert (kept.state, kept.next_at, len(kept.trouble)) == (JobState.WAITING, minutes(3), 200)
    assert outbox.take(minutes(3) - seconds(1)) is None
    again = outbox.take(minutes(3))
    assert (again.attempts, again.due_at, again.orphaned) == (2, NOON, False)


def test_a_dead_job_is_never_taken_again_and_keeps_its_reason(outbox, work):
    ask(work, ("sort", "a", NOON))
    outbox.failed(outbox.take(NOON), "UnknownCase", minutes(1), None)
    assert outbox.take(minutes(10**6)) is None
    (kept,) = outbox.listed(JobFilter(JobState.DEAD))
    assert (kept.trouble, kept.dead_at, kept.next_at) == ("UnknownCase", minutes(1), None)


def effect(work, end):
    """Do something, and end the job it was done for."""
    with work() as one:
        one.ask_for("sort", "what it did", NOON)
        end(one)


def test_a_worker_whose_lease_ran_out_neither_ends_nor_puts_off_nor_renews_what_another_holds(outbox, work):
    ask(work, ("sort", "a", NOON))
    late = outbox.take(NOON)
    now = outbox.take(NOON + LEASE)
    assert (now.id, now.orphaned, now.token == late.token) == (late.id, True, False)
    before = outbox.one(now.id)
    assert not outbox.renew(late, minutes(5))
    outbox.failed(late, "UnknownCase", minutes(5), None)
    for end in (lambda one: one.done(late), lambda one: one.again(late, minutes(9))):
        with pytest.raises(JobHeld):
            effect(work, end)
    assert outbox.one(now.id) == before
    assert [job.about for job in outbox.listed(JobFilter())] == ["a"]
    with work() as one:
        one.done(now)
    assert outbox.listed(JobFilter()) == []


def test_a_number_that_was_used_again_belongs_to_nobody_who_held_the_one_before(outbox, work):
    """SQLite gives the number of a deleted last row to the next."""
    ask(work, ("sort", "a", NOON))
    first = outbox.take(NOON)
    with work() as one:
        one.done(first)
    ask(work, ("sort", "b", NOON))
    second = outbox.take(NOON)
    assert second.id == first.id
    with pytest.raises(JobHeld), work() as one:
        one.done(first)
    assert outbox.one(second.id).about == "b"


def test_a_renewed_lease_lasts_from_when_it_was_renewed(outbox, work):
    ask(work, ("sort", "a", NOON))
    job = outbox.take(NOON)
    assert outbox.renew(job, NOON + LEASE / 2)
    assert outbox.take(NOON + LEASE) is None
    assert outbox.take(NOON + LEASE * 1.5).about == "a"


def test_kinds_take_turns_so_a_flooded_one_starves_nobody(outbox, work):
    ask(work, *(("rescreen", str(number), NOON) for number in range(100)))
    ask(work, ("sort", "a", minutes(1)), ("sort", "b", minutes(1)), ("lapse", "c", minutes(1)))
    taken = [outbox.take(minutes(2)).kind for _ in range(7)]
    assert taken == ["rescreen", "sort", "lapse", "rescreen", "sort", "rescreen", "rescreen"]


def test_turns_are_kept_for_workers_that_begin_anew(outbox, work, database):
    ask(work, *((kind, str(number), NOON) for number in range(3) for kind in ("a", "b", "c")))
    taken = [Outbox(database).take(NOON).kind for _ in range(9)]
    assert taken == ["a", "b", "c"] * 3


def test_one_sick_kind_that_is_always_ready_costs_the_others_one_turn_at_most(outbox, work):
    ask(work, ("sick", "x", NOON), *(("sort", str(number), NOON) for number in range(5)))
    done = []
    for _ in range(10):
        job = outbox.take(NOON)
        if job.kind == "sick":
            outbox.failed(job, "ValueError", NOON, NOON)
        else:
            done.append(job.about)
            with work() as one:
                one.done(job)
    assert done == ["0", "1", "2", "3", "4"]


def test_a_single_job_is_one_however_often_it_is_asked_for(outbox, work, database):
    for at in (minutes(1), minutes(2)):
        with work() as one:
            one.ask_once("purge", "x", at)
    assert [job.due_at for job in outbox.listed(JobFilter())] == [minutes(1)]
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("INSERT INTO jobs SELECT 99, kind, about, 0, 0, NULL, 0, 1, NULL, NULL FROM jobs"))


def scheduled(work, due, at=NOON):
    with work() as one:
        one.schedule("remind", "x", due, at)


def test_a_scheduled_job_moves_and_goes_with_what_it_hangs_on(outbox, work):
    scheduled(work, minutes(10))
    scheduled(work, minutes(20), minutes(1))
    (job,) = outbox.listed(JobFilter())
    assert (job.due_at, job.next_at) == (minutes(20), minutes(20))
    scheduled(work, None, minutes(2))
    assert outbox.listed(JobFilter()) == []
    scheduled(work, None, minutes(3))
    assert outbox.listed(JobFilter()) == []


@pytest.mark.parametrize("due", [minutes(60), None])
def test_what_is_due_already_stays_due_and_leaves_the_hands_of_who_holds_it(outbox, work, due):
    scheduled(work, minutes(10))
    held = outbox.take(minutes(11))
    scheduled(work, due, minutes(12))
    with pytest.raises(JobHeld), work() as one:
        one.done(held)
    again = outbox.take(minutes(12))
    assert (again.due_at, again.attempts) == (minutes(10), 1)


def test_a_scheduled_job_that_was_dead_lives_again(outbox, work):
    scheduled(work, minutes(10))
    outbox.failed(outbox.take(minutes(10)), "UnknownCase", minutes(10), None)
    scheduled(work, minutes(20), minutes(11))
    assert outbox.take(minutes(20)).due_at == minutes(10)


def test_a_job_that_happens_again_is_as_if_new(outbox, work):
    scheduled(work, minutes(1))
    outbox.failed(outbox.take(minutes(1)), "StaleVersion", minutes(1), minutes(2))
    job = outbox.take(minutes(2))
    with work() as one:
        one.again(job, minutes(9))
    (kept,) = outbox.listed(JobFilter())
    assert (kept.state, kept.due_at, kept.next_at, kept.attempts, kept.trouble) == (
        JobState.WAITING,
        minutes(9),
        minutes(9),
        0,
        None,
    )


def test_the_backlog_counts_what_is_due_dead_and_late(outbox, work):
    assert outbox.backlog("sort", NOON, minutes(1)) == Backlog(None, 0, 0)
    ask(work, ("sort", "a", NOON), ("sort", "b", minutes(2)), ("lapse", "c", minutes(50)))
    outbox.failed(outbox.take(NOON), "ValueError", NOON, minutes(40))
    assert outbox.backlog("sort", minutes(1), minutes(3)) == Backlog(NOON, 0, 1)
    outbox.failed(outbox.take(minutes(40)), "ValueError", minutes(40), None)
    assert outbox.backlog("sort", minutes(1), minutes(40)) == Backlog(NOON, 1, 1)
    assert outbox.backlog("sort", NOON, NOON - seconds(1)).oldest is None


def test_a_list_of_jobs_is_paged_by_id_and_narrowed_by_state_and_kind(outbox, work):
    ask(work, *((kind, str(number), NOON) for number in range(4) for kind in ("a", "b")))
    taken, dead = outbox.take(NOON), outbox.take(NOON)
    outbox.failed(dead, "ValueError", NOON, None)
    everything = outbox.listed(JobFilter())
    pages, after = [], 0
    while page := outbox.listed(JobFilter(after=after, limit=3)):
        pages.append(page)
        after = page[-1].id
    assert [job for page in pages for job in page] == everything
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [job.id for job in outbox.listed(JobFilter(JobState.TAKEN))] == [taken.id]
    assert [job.id for job in outbox.listed(JobFilter(JobState.DEAD, kind=dead.kind))] == [dead.id]
    assert len(outbox.listed(JobFilter(JobState.WAITING, "a"))) == 3
    for unknown in (99, 1 << 70):
        with pytest.raises(UnknownItem):
            outbox.one(unknown)


KINDS = ("sort", "rescreen", "remind", "lapse")


@pytest.fixture
def full(database):
    """A hundred thousand jobs: dead ones, and more that wait for later; a few are ready."""
    rows = (
        {"kind": KINDS[n % 4], "about": str(n), "run_at": minutes(60), "due_at": minutes(60), "attempts": 0}
        | {"single": False, "dead_at": NOON if n % 2 else None}
        for n in range(100_000)
    )
    with database.writing() as connection:
        connection.execute(insert(jobs), list(rows))
        connection.execute(text("ANALYZE"))
    return database


def plan(database, query):
    compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.reading() as connection:
        return [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]


def test_nothing_asked_of_the_outbox_reads_all_of_a_hundred_thousand_jobs(full, work):
    oldest, dead, late = backlog_queries("sort", minutes(1))
    everything = [ready_first(minutes(1)), oldest, late, *(page(wanted) for wanted in PAGES)]
    for query in everything:
        for step in plan(full, query):
            assert not re.match(r"SCAN (jobs|one)\b", step) or re.search("USING (COVERING )?INDEX jobs_by_due", step), (
                step
            )
    assert plan(full, dead) == ["SCAN jobs USING COVERING INDEX jobs_dead"]
    assert Outbox(full).take(minutes(1)) is None
    ask(work, ("sort", "now", NOON))
    assert Outbox(full).take(minutes(1)).about == "now"


PAGES = (JobFilter(), JobFilter(kind="sort"), JobFilter(JobState.DEAD), JobFilter(JobState.DEAD, "sort"))


def test_two_workers_never_take_the_same_job(outbox, work, database):
    ask(work, *(("sort", str(number), NOON) for number in range(40)))

    def take_all(mine):
        return list(iter(partial(mine.take, NOON), None))

    taken = at_once([partial(take_all, Outbox(database)) for _ in range(6)])
    assert sorted(int(job.about) for mine in taken for job in mine) == list(range(40))


def test_sorting_the_same_complaint_twice_changes_nothing(house):
    one = filed(house)
    job = house.desk.jobs.take(NOON)
    case = sort_complaint(house.desk, job, NOON)
    with pytest.raises(JobHeld):
        sort_complaint(house.desk, job, NOON)
    assert house.desk.lookup.case_of(one.complaint) == case
    assert house.desk.jobs.take(NOON + 2 * LEASE) is None
