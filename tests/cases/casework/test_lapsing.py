from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cases.case import Given
from cases.case.facts import Hearing
from cases.casework.changes import LAPSE
from cases.casework.lapsing import lapse_clock
from cases.casework.mailbox import add_message, find_mailbox, open_mailbox, show_mailbox
from cases.clocks.counting import later
from cases.errors import JobHeld, MoveNotAllowed
from cases.lifecycle import Action, State
from cases.outbox import JobFilter
from tests.cases.casework.conftest import (
    DECIDER,
    EARLY,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    REASONED,
    SORTED,
    SUBJECT,
    actions,
    after,
    entries,
    open_case,
    seen_now,
    taken,
)
from tests.cases.casework.living import (
    alleged,
    approved,
    closed,
    moved,
    put_to_the_subject,
    rebuilt,
    said_by_the_subject,
    with_decider,
    worked_off,
)
from tests.conftest import NOON

MONTH = timedelta(days=31)


def waiting_for_the_reporter(desk, case):
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    return moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="Which account was it?"))


def charged(desk, case):
    with_decider(desk, case)
    charge = replace(REASONED, counsel_informed=True, evidence_disclosed=True)
    return moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, charge)


def proposed(desk, case):
    alleged(desk, case)
    return moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)


LIMITS = {
    "information": (waiting_for_the_reporter, SORTED + timedelta(days=30)),
    "comment": (put_to_the_subject, datetime(2026, 3, 16, 20, 59, 59, tzinfo=UTC)),  # midnight in NORTH
    "reply": (charged, SORTED + MONTH),
    "proposal": (proposed, SORTED + timedelta(days=14)),
}


def clock(case, name):
    *_, found = [one for one in case.clocks if one.name == name]
    return found


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_holds_until_its_time_is_up_and_lapses_then(desk, name):
    life, due_by = LIMITS[name]
    case, _ = open_case(desk)
    before = life(desk, case)
    assert clock(before, name).due_by == due_by
    worked_off(desk, due_by - timedelta(microseconds=1))
    assert seen_now(desk, case) == before
    worked_off(desk, due_by + timedelta(seconds=1))
    now = seen_now(desk, case)
    assert now.version == before.version + 1
    *_, noted = [one for one in entries(desk, about=case.number) if one["kind"] == "change"]
    assert (noted["action"], noted["actor"], noted["facts"]["clock"]) == (f"{name}_lapsed", "worker", name)
    assert now == rebuilt(desk, case)


def test_each_lapse_has_its_effect(desk):
    """The question goes back, the subject counts as heard, the proposal is gone."""
    lapsed = {}
    for name, (life, due_by) in LIMITS.items():
        case, _ = open_case(desk)
        life(desk, case)
        lapsed[name] = case, due_by
    worked_off(desk, SORTED + MONTH + timedelta(seconds=1))
    now = {name: seen_now(desk, case) for name, (case, _) in lapsed.items()}
    assert now["information"].state is State.ASSESSMENT
    assert now["comment"].comment is Hearing.LAPSED
    assert now["reply"].response is Hearing.LAPSED
    assert now["proposal"].proposal is None
    later = SORTED + 2 * MONTH
    assert moved(desk, INVESTIGATOR, lapsed["comment"][0], Action.ISSUE_REPORT, at=later).state is State.REPORTED
    with pytest.raises(MoveNotAllowed, match="No proposal waits"):
        moved(desk, HEAD, lapsed["proposal"][0], Action.APPROVE, at=later)
    again = approved(desk, lapsed["proposal"][0], Action.OPEN_INVESTIGATION, at=later)
    assert again.state is State.INVESTIGATION


def test_the_assessment_stands_still_while_a_question_is_with_the_reporter(desk):
    case, _ = open_case(desk)
    due_by = clock(case, "assessment").due_by
    waiting_for_the_reporter(desk, case)
    assert clock(seen_now(desk, case), "assessment").paused_at == SORTED
    worked_off(desk, SORTED + MONTH)
    assert clock(seen_now(desk, case), "assessment").due_by == due_by + MONTH


def test_an_answer_resumes_the_case_and_its_lapse_changes_nothing_any_more(desk):
    case, filed = open_case(desk)
    worked_off(desk)
    waiting_for_the_reporter(desk, case)
    answer = after(days=3)
    add_message(desk, find_mailbox(desk, filed.receipt), "The one with the blue picture.", answer)
    worked_off(desk, answer)
    now = seen_now(desk, case)
    assert (now.state, clock(now, "information").ended_at) == (State.ASSESSMENT, answer)
    assert actions(desk, about=case.number, kind="change")[-1] == "reporter_answered"
    worked_off(desk, after(days=40))
    assert seen_now(desk, case) == now == rebuilt(desk, case)


def test_what_the_reporter_wrote_before_the_question_is_no_answer_to_it(desk):
    case, filed = open_case(desk)
    add_message(desk, find_mailbox(desk, filed.receipt), "By the way.", NOON + timedelta(seconds=30))
    asked = waiting_for_the_reporter(desk, case)  # the worker was slow
    worked_off(desk)
    assert seen_now(desk, case) == asked
    add_message(desk, find_mailbox(desk, filed.receipt), "The blue one.", after(minutes=2))
    worked_off(desk, after(minutes=2))
    assert seen_now(desk, case).state is State.ASSESSMENT


def test_a_letter_that_answers_no_question_changes_nothing(desk):
    case, filed = open_case(desk)
    add_message(desk, find_mailbox(desk, filed.receipt), "They deleted it.", SORTED)
    worked_off(desk)
    assert seen_now(desk, case) == case


MET = {
    "information": (INTAKE, Action.RESUME, Given()),
    "comment": (INVESTIGATOR, Action.RECORD_COMMENT, "I deny it."),
    "reply": (DECIDER, Action.RECORD_RESPONSE, "I am sorry."),
    "proposal": (HEAD, Action.REJECT, Given("Too thin.")),
}


@pytest.mark.parametrize("name", MET)
def test_a_limit_that_was_met_lapses_no_more(desk, name):
    life, due_by = LIMITS[name]
    case, _ = open_case(desk)
    life(desk, case)
    who, action, given = MET[name]
    given = said_by_the_subject(desk, case, given) if isinstance(given, str) else given
    met = moved(desk, who, case, action, given)
    worked_off(desk, due_by + timedelta(days=1))
    assert seen_now(desk, case) == met


def test_an_extended_limit_lapses_at_its_new_end_counted_where_the_subject_works(desk):
    case, _ = open_case(desk)
    put_to_the_subject(desk, case)
    extended = moved(desk, INVESTIGATOR, case, Action.EXTEND_CLOCK, replace(REASONED, clock="comment"))
    until = clock(extended, "comment").due_by
    calendar = desk.law.calendar(desk.lookup.directory().person(SUBJECT).office)
    first = clock(put_to_the_subject(desk, open_case(desk)[0]), "comment").due_by
    assert until == later(first, desk.law.clock("comment", SORTED.date()).extension.by, calendar)
    worked_off(desk, until - timedelta(microseconds=1))
    assert seen_now(desk, case) == extended
    worked_off(desk, until + timedelta(seconds=1))
    assert seen_now(desk, case).comment is Hearing.LAPSED


def test_a_closed_case_lapses_in_nothing(desk):
    case, _ = open_case(desk)
    over = closed(desk, case)
    worked_off(desk, after(days=400))
    assert seen_now(desk, case) == over


def test_a_proposal_whose_time_is_over_is_gone_though_no_worker_came(desk):
    case, _ = open_case(desk)
    worked_off(desk)
    proposed(desk, case)
    late = after(days=20)
    with pytest.raises(MoveNotAllowed, match="No proposal waits"):
        moved(desk, HEAD, case, Action.APPROVE, at=late)
    over = moved(desk, INTAKE, case, Action.CLOSE, replace(EARLY, closure_reason="insufficient_information"), late)
    assert (over.state, over.proposal) == (State.CLOSED, None)
    worked_off(desk, late)
    assert seen_now(desk, case) == over == rebuilt(desk, case)


@pytest.mark.parametrize("name", LIMITS)
def test_a_job_done_twice_changes_nothing(desk, name):
    life, due_by = LIMITS[name]
    case, _ = open_case(desk)
    life(desk, case)
    at = due_by + timedelta(seconds=1)
    jobs = []
    while job := desk.jobs.take(at):
        jobs.append(job)
    for job in jobs:
        if job.kind == LAPSE:
            lapse_clock(desk, job, at)
            with pytest.raises(JobHeld):
                lapse_clock(desk, job, at)
    changes = actions(desk, about=case.number, kind="change")
    assert changes.count(f"{name}_lapsed") == 1


def test_a_worker_killed_before_the_lapse_was_stored_leaves_it_to_the_next(desk, store):
    case, _ = open_case(desk)
    before = waiting_for_the_reporter(desk, case)
    _, due_by = LIMITS["information"]
    at = due_by + timedelta(seconds=1)
    with store.writing() as connection:
        connection.execute(text("CREATE TRIGGER cut AFTER INSERT ON entries BEGIN SELECT RAISE(ABORT, 'cut'); END"))
    with pytest.raises(IntegrityError, match="cut"):
        lapse_clock(desk, taken(desk, LAPSE, at), at)
    assert seen_now(desk, case) == before
    with store.writing() as connection:
        connection.execute(text("DROP TRIGGER cut"))
    worked_off(desk, at)
    assert seen_now(desk, case) == before  # its lease still runs
    worked_off(desk, at + timedelta(minutes=3))
    assert seen_now(desk, case).state is State.ASSESSMENT
    assert actions(desk, about=case.number).count("information_lapsed") == 1
    assert LAPSE not in {job.kind for job in desk.jobs.listed(JobFilter())}


def test_the_reporter_reads_that_a_question_is_with_them_and_by_when_to_answer(desk):
    case, filed = open_case(desk)
    waiting = waiting_for_the_reporter(desk, case)
    seen = show_mailbox(desk, open_mailbox(desk, filed.receipt))
    assert seen.status.slug == "awaiting_information"
    assert seen.letters[-1].text == "Which account was it?"
    assert seen.status.next_by == min(one.due_by for one in waiting.clocks if one.runs)
