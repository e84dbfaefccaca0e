"""Reminders of clocks, without cron: told once each, at their time, and of no clock that was met, paused or moved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case import Given
from cases.case.reminding import next_reminder, reminders
from cases.casework.changes import GRANT_OVER, LAPSE, REMIND
from cases.casework.consenting import change_consent
from cases.casework.entries import entry
from cases.casework.filing import file_complaint
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.lapsing import lapse_clock
from cases.casework.mailbox import find_mailbox
from cases.casework.reminding import end_grant, remind
from cases.casework.working import EFFECTS
from cases.catalogue import load
from cases.clocks import start
from cases.complaint import Consent, Reporter
from cases.errors import JobHeld
from cases.ledger import WORKER, About, EntryKind
from cases.lifecycle import Action
from cases.outbox import JobFilter
from cases.times import read_stamp
from tests.cases.case.making import fresh
from tests.cases.casework.conftest import (
    CUSTODIAN,
    EARLY,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    REASONED,
    SORTED,
    after,
    draft,
    entries,
    open_case,
    seen_now,
    sort_next,
    taken,
)
from tests.cases.casework.living import alleged, moved, put_to_the_subject, worked_off
from tests.conftest import NOON

LAW = load()
TELLING = {REMIND: remind, LAPSE: lapse_clock, GRANT_OVER: end_grant}
WARNED, DUE = after(days=5), after(days=7)  # of the acknowledgement; the case was received at noon


@pytest.fixture
def told(desk):
    """A way to tell that lasts only if its transaction does; `told.take()` is what was told since."""
    return Told(desk)


class Told:
    def __init__(self, desk):
        self.desk, self.seen = desk, 0

    def __call__(self, work, _desk, case, what, who, at):
        facts = {"what": what, "who": list(who)}
        work.note(entry(EntryKind.SYSTEM, About.case(case.number), at, WORKER, "told", facts=facts))

    def take(self):
        said = entries(self.desk, action="told")[self.seen :]
        self.seen += len(said)
        return [(one["facts"]["what"], tuple(one["facts"]["who"]), read_stamp(one["at"])) for one in said]


def job_of(desk, case):
    found = [job for job in desk.jobs.listed(JobFilter(kind=REMIND)) if job.about == case.number]
    assert len(found) <= 1
    return found[0] if found else None


def reminded(desk, told, at):
    """What the worker does when the time has come, if it has."""
    while job := desk.jobs.take(at):
        if job.kind in TELLING:
            TELLING[job.kind](desk, job, at, told)
        else:
            EFFECTS[job.kind](desk, job, at)
    return told.take()


def test_a_sorted_case_waits_for_the_first_thing_to_be_told_of_its_clocks(desk):
    case, _ = open_case(desk)
    assert job_of(desk, case).due_at == WARNED


def test_what_is_told_of_a_clock_is_told_at_its_time_once_and_again_as_the_catalogue_says(desk, told):
    open_case(desk)
    assert reminded(desk, told, WARNED - timedelta(seconds=1)) == []
    assert reminded(desk, told, WARNED) == [("due_soon", ("intake",), WARNED)]
    assert reminded(desk, told, WARNED) == []
    for day in range(7, 10):
        assert reminded(desk, told, after(days=day)) == [("overdue", ("intake", "head"), after(days=day))]
        assert reminded(desk, told, after(days=day, hours=23)) == []


def test_what_no_worker_told_in_time_is_told_once_the_last_of_it(desk, told):
    open_case(desk)
    at = after(days=10, hours=1)
    assert reminded(desk, told, at) == [("overdue", ("intake", "head"), at)]
    assert reminded(desk, told, after(days=11)) == [("overdue", ("intake", "head"), after(days=11))]


def test_a_clock_that_was_met_is_told_of_no_more_even_if_the_worker_is_late(desk, told):
    case, _ = open_case(desk)
    desk.ledger.sequence(SORTED)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given(), after(days=6))
    assert reminded(desk, told, after(days=8)) == []
    assert job_of(desk, case).due_at > after(days=60)  # the assessment, and the feedback that now runs


def test_a_closed_case_reminds_nobody(desk, told):
    case, _ = open_case(desk)
    worked_off(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    assert job_of(desk, case) is None
    assert reminded(desk, told, after(days=900)) == []


def test_a_clock_that_stands_still_is_told_of_later_by_as_much(desk, told):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    warned = job_of(desk, case).due_at
    moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="Which account?"), after(days=1))
    assert job_of(desk, case).due_at == after(days=24)  # the question: a week before it lapses
    assert reminded(desk, told, after(days=24)) == [("answer_awaited", ("reporter",), after(days=24))]
    moved(desk, INTAKE, case, Action.RESUME, Given(), after(days=26))
    assert reminded(desk, told, warned) == []
    clocks = {one.name: one for one in seen_now(desk, case).clocks if one.runs}
    assessment = clocks["assessment"].due_by - timedelta(days=14)
    assert assessment == warned + timedelta(days=25)
    said = [one for day in range(27, 200) for one in reminded(desk, told, after(days=day))]
    first = min(at for what, _, at in said if what == "due_soon")
    assert min(assessment, clocks["feedback"].due_by - timedelta(days=14)) <= first


def test_an_extended_clock_is_told_of_anew(desk, told):
    case, _ = open_case(desk)
    put_to_the_subject(desk, case)
    first = job_of(desk, case).due_at
    extended = moved(desk, INVESTIGATOR, case, Action.EXTEND_CLOCK, replace(REASONED, clock="comment"))
    assert job_of(desk, case).due_at == next_reminder(desk.law, extended, SORTED) != first


def test_whoever_must_learn_of_a_lapse_is_told_by_the_lapse_itself_and_once(desk, told):
    """In one transaction: nobody hears of a lapse that was not, nor twice of one that was."""
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    reminded(desk, told, SORTED + timedelta(days=14))
    assert seen_now(desk, case).proposal
    at = SORTED + timedelta(days=14, seconds=1)
    assert reminded(desk, told, at) == [("lapsed", ("assignees", "head"), at)]
    assert seen_now(desk, case).proposal is None
    assert reminded(desk, told, at + timedelta(days=1)) == []


def test_a_proposal_settled_just_before_it_lapsed_is_told_of_no_lapse(desk, told):
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    moved(desk, HEAD, case, Action.REJECT, REASONED, after(days=14))
    assert all(what != "lapsed" for what, _, _ in reminded(desk, told, after(days=15)))


def test_a_change_that_moves_a_clock_takes_the_reminder_out_of_a_workers_hands(desk, told):
    """The worker looked, and is about to tell that it is overdue; in the meantime it was acknowledged."""
    case, _ = open_case(desk)
    desk.ledger.sequence(SORTED)
    job = taken(desk, REMIND, DUE)
    meanwhile = []

    def work():
        if not meanwhile:
            meanwhile.append(True)
            moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given(), DUE)
        return desk.work()

    with pytest.raises(JobHeld):
        remind(replace(desk, work=work), job, DUE, told)
    assert told.take() == []
    assert reminded(desk, told, DUE) == []


@pytest.mark.parametrize("revoked", [False, True])
def test_the_custodian_is_told_when_a_grant_to_see_who_reported_runs_out_unless_it_was_revoked(desk, told, revoked):
    case, filed = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, "We must interview them.", SORTED)
    until = decide_on_request(desk, CUSTODIAN, case.number, request.id, "Granted.", SORTED, grant=True).until
    assert reminded(desk, told, until - timedelta(seconds=1))[-1][0] != "lapsed"
    if revoked:
        desk.ledger.sequence(SORTED)
        change_consent(desk, find_mailbox(desk, filed.receipt), Reporter(Consent.ANONYMOUS), SORTED, share=None)
        worked_off(desk, SORTED)
    said = [what for what, who, _ in reminded(desk, told, until) if who == ("custodian",)]
    assert said == ([] if revoked else ["lapsed"])


def test_an_old_complaint_that_comes_in_late_is_overdue_at_once(desk, told):
    file_complaint(desk, draft(), NOON)
    sort_next(desk, after(days=9))
    assert reminded(desk, told, after(days=9)) == [("overdue", ("intake", "head"), after(days=9))]


@given(st.lists(st.integers(0, 60 * 24), min_size=1, max_size=12).map(sorted))
def test_however_often_a_worker_looks_nothing_is_told_twice_and_the_last_word_is_never_lost(hours):
    case = replace(fresh(), clocks=(start(LAW.clock("acknowledge", NOON.date()), NOON, LAW.calendar("")),))
    since, said = next_reminder(LAW, case, NOON - timedelta.resolution), []
    for hour in hours:
        at = after(hours=hour)
        if since and since <= at:
            said += reminders(LAW, case, since, at)
            since = next_reminder(LAW, case, at)
    assert len(set(said)) == len(said)
    ripe = reminders(LAW, case, NOON, after(hours=hours[-1]))
    assert said[-1:] == list(ripe)
