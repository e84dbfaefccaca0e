"""Who finds what on their list: told with its cause, and only of what exists for them, then and now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.case import Assignment, Given
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.lapsing import note_answer
from cases.casework.mailbox import add_message, find_mailbox
from cases.casework.moving import make_move
from cases.casework.noticing import list_notices, notice_preferences, prefer, read_notice
from cases.casework.staffing import make_assignment
from cases.casework.telling import tell, tell_administrators
from cases.complaint import Consent
from cases.errors import CatalogueBroken, Malformed, StaleVersion, UnknownItem
from cases.lifecycle import Action
from cases.notices import Preferences
from cases.persons import PersonRole
from tests.cases.casework.conftest import (
    BOSS,
    CUSTODIAN,
    CUSTODIAN_TWO,
    DECIDER,
    DECIDER_TWO,
    EARLY,
    GATEKEEPER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    NOON,
    OUTSIDE,
    OUTSIDE_TWO,
    REASONED,
    SORTED,
    SUPERVISOR,
    WHY,
    add_picture,
    after,
    by_number,
    draft,
    open_case,
    seen_now,
)
from tests.cases.casework.living import (
    added,
    alleged,
    assessed,
    assigned,
    investigated,
    moved,
    recused,
    reopened,
    unassigned,
    with_decider,
    worked_off,
)
from tests.cases.casework.noticed import ADMINISTRATOR, rows, whats, who_reads, with_mail


def test_whoever_a_complaint_is_routed_to_finds_it_on_their_list(desk):
    open_case(desk)
    assert who_reads(desk, "routed") == [SUPERVISOR, INTAKE, INTAKE_TWO, HEAD, HEAD_TWO]


def test_a_complaint_about_the_office_is_told_outside_of_it_alone(desk):
    open_case(desk, draft(subjects=[by_number("S0014")]))
    assert who_reads(desk, "routed") == [OUTSIDE, OUTSIDE_TWO, GATEKEEPER]


def test_copies_go_to_ethics_and_external_relations_alone_where_they_are_sent_one(desk):
    posts = [{"platform": "X", "handle": "@office", "account_kind": "institutional"}]
    open_case(desk, draft(fears_retaliation=True, tell_ethics=True, posts=posts))
    assert [who.person for who in who_reads(desk, "routed")][-3:] == ["S0030", "S0040", "S0041"]


def test_nobody_is_told_of_a_complaint_against_them_or_of_their_own(desk):
    """An intake officer is the subject of one, and files another."""
    open_case(desk, draft(subjects=[by_number(INTAKE_TWO.person)]))
    assert whats(desk, INTAKE_TWO) == []
    open_case(desk, draft(number=INTAKE_TWO.person))
    assert whats(desk, INTAKE_TWO) == []
    assert whats(desk, INTAKE) == ["routed"], "and of the first, the office was told nothing"


def test_whoever_is_assigned_is_told_and_whoever_assigned_them_is_not(desk):
    case, _ = open_case(desk)
    assessed(desk, case)
    assigned(desk, INTAKE, case, INTAKE)
    assigned(desk, HEAD, case, INTAKE_TWO)
    assert who_reads(desk, "assigned") == [INTAKE_TWO]


def test_whoever_is_taken_off_learns_nothing_and_the_others_learn_that_work_is_left(desk):
    case, _ = open_case(desk)
    investigated(desk, case)
    assert "assigned" in whats(desk, INVESTIGATOR)
    unassigned(desk, HEAD, case, INVESTIGATOR)
    assert whats(desk, INVESTIGATOR) == []
    assert who_reads(desk, "taken_off") == [INTAKE, INTAKE_TWO, HEAD_TWO]


def test_whoever_turns_out_to_be_a_witness_sees_none_of_what_they_were_told_before(desk):
    case, _ = open_case(desk)
    assert whats(desk, INTAKE_TWO) == ["routed"]
    assigned(desk, HEAD, case, INTAKE_TWO)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=INTAKE_TWO.person)
    assert whats(desk, INTAKE_TWO) == []
    worked_off(desk)
    assert whats(desk, INTAKE_TWO) == []
    assert INTAKE_TWO not in who_reads(desk, "taken_off")


def test_whoever_steps_out_sees_none_of_it_any_more(desk):
    case, _ = open_case(desk)
    recused(desk, INTAKE_TWO, case)
    assert whats(desk, INTAKE_TWO) == []


def test_a_referral_that_comes_back_is_told_to_the_office(desk):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    moved(desk, INTAKE, case, Action.CONCLUDE_ASSESSMENT, replace(REASONED, outcome="misuse_for_management"))
    moved(desk, INTAKE, case, Action.REFER, replace(REASONED, referred_to="management"))
    moved(desk, INTAKE, case, Action.RECORD_RETURN, replace(REASONED, answer="They saw to it."))
    assert who_reads(desk, "referral_returned") == [INTAKE_TWO, HEAD, HEAD_TWO]


def test_what_two_must_agree_on_is_told_to_the_second_and_back_to_the_first(desk):
    case, _ = open_case(desk)
    investigated(desk, case)
    assert who_reads(desk, "proposed") == [HEAD, HEAD_TWO]
    assert who_reads(desk, "approved") == [INTAKE]


def test_the_end_of_what_was_reopened_is_told_to_the_second_who_must_agree(desk):
    case, _ = open_case(desk)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    reopened(desk, case, (INTAKE, HEAD_TWO))
    assert "proposed" not in whats(desk, INTAKE_TWO)
    moved(desk, INTAKE, case, Action.REDIRECT, Given(referred_to="police"))
    assert whats(desk, INTAKE_TWO)[-1] == whats(desk, HEAD)[-1] == "proposed"
    assert whats(desk, INTAKE).count("proposed") == 0


def test_a_proposal_that_is_rejected_is_told_to_whoever_made_it(desk):
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    moved(desk, HEAD, case, Action.REJECT, Given("Not yet."))
    assert who_reads(desk, "rejected") == [INTAKE]


def test_a_case_handed_over_is_told_to_deciders_who_never_worked_it(desk):
    case, _ = open_case(desk)
    with_decider(desk, case)
    assert who_reads(desk, "handed_to_decider") == [DECIDER, DECIDER_TWO]


def test_a_reopened_case_is_told_to_the_office_again(desk):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    reopened(desk, case)
    assert set(who_reads(desk, "reopened")) == {INTAKE, INTAKE_TWO, HEAD}, "all but the head who approved it"


def test_custodians_learn_that_somebody_asks_until_one_has_decided_and_the_requester_how(desk):
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    assert who_reads(desk, "identity_asked") == [CUSTODIAN, CUSTODIAN_TWO]
    decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, SORTED, grant=True)
    assert who_reads(desk, "identity_asked") == [], "nothing waits for them any more"
    assert who_reads(desk, "identity_granted") == [INTAKE]


def test_what_the_reporter_writes_is_told_to_whoever_works_it_or_to_intake(desk):
    case, filed = open_case(desk)
    add_message(desk, find_mailbox(desk, filed.receipt), "It is still there.", SORTED)
    assert who_reads(desk, "reporter_wrote") == [], "the door tells nobody: the worker does"
    worked_off(desk)
    assert who_reads(desk, "reporter_wrote") == [INTAKE, INTAKE_TWO]
    assigned(desk, HEAD, case, INVESTIGATOR)
    add_picture(desk, filed.receipt)
    worked_off(desk)
    assert who_reads(desk, "evidence_added") == [INVESTIGATOR]


def test_an_answer_that_was_asked_for_is_told_as_one(desk):
    case, filed = open_case(desk)
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    moved(desk, INTAKE, case, Action.ASK_REPORTER, Given(question="When was it?"))
    add_message(desk, find_mailbox(desk, filed.receipt), "In May.", after(minutes=5))
    worked_off(desk, after(minutes=6))
    assert who_reads(desk, "reporter_answered") == [INTAKE, INTAKE_TWO]
    assert who_reads(desk, "reporter_wrote") == []


def test_before_a_complaint_is_sorted_nobody_is_told_what_its_reporter_writes(desk):
    filed = draft()
    _, opened = open_case(desk, filed, pictures=1)
    worked_off(desk)
    assert who_reads(desk, "routed") != []
    assert opened.receipt


def clock_tells(desk, case, what, *who, at=SORTED):
    with desk.work() as work:
        tell(work, desk, seen_now(desk, case), what, who, at)


def test_clocks_tell_the_parts_they_name(desk):
    case, _ = open_case(desk)
    clock_tells(desk, case, "overdue", "intake", "head")
    assert who_reads(desk, "overdue") == [INTAKE, INTAKE_TWO, HEAD, HEAD_TWO]


def test_a_missed_limit_goes_up_the_line_past_whoever_is_walled_off(desk):
    """The investigator's head turns out to be a witness: the next above is told, and nobody else."""
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    clock_tells(desk, case, "escalated", "line")
    assert who_reads(desk, "escalated") == [HEAD]
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=HEAD.person)
    clock_tells(desk, case, "escalated", "line")
    assert who_reads(desk, "escalated") == [HEAD_TWO]


def test_a_limit_nobody_is_assigned_to_meet_is_told_to_the_heads(desk):
    case, _ = open_case(desk)
    clock_tells(desk, case, "escalated", "line")
    assert who_reads(desk, "escalated") == [HEAD, HEAD_TWO]


def test_a_reporter_a_clock_names_is_told_nothing_in_any_way(desk, store):
    desk, sent = with_mail(desk)
    case, _ = open_case(desk)
    before, jobs = len(rows(store, "row")), desk.jobs.take(after(days=99))
    clock_tells(desk, case, "answer_awaited", "reporter")
    assert len(rows(store, "row")) == before
    worked_off(desk, after(days=99))
    assert "c0102@agency.example" not in sent.to
    assert jobs is not None


def test_what_a_clock_tells_must_be_in_the_catalogue(desk):
    case, _ = open_case(desk)
    with pytest.raises(CatalogueBroken, match=r"notices\.toml: no row of 'sung'"):
        clock_tells(desk, case, "sung", "intake")


def test_administrators_are_told_of_the_system_and_of_no_case(desk):
    open_case(desk)
    with desk.work() as work:
        tell_administrators(work, desk, "job_given_up", SORTED)
    [notice] = list_notices(desk, ADMINISTRATOR).items
    assert (notice.what, notice.number) == ("job_given_up", None)
    assert who_reads(desk, "job_given_up") == [ADMINISTRATOR]


def test_a_change_that_is_undone_tells_nobody(desk, store):
    case, _ = open_case(desk)
    before = rows(store, "row")
    with pytest.raises(StaleVersion):
        make_assignment(desk, HEAD, case.number, 7, Assignment(INVESTIGATOR.person, INVESTIGATOR.role), SORTED)

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_move(desk, INTAKE, case.number, 1, Action.CLOSE, EARLY, SORTED, interrupted)
    assert rows(store, "row") == before


def test_what_is_stored_is_the_same_whoever_of_the_role_is_walled_off_or_reported(desk, store):
    """Whoever has the disk must not find out by a missing row who is accused, or who reported."""
    kept = []
    for one in (draft(), draft(number=INTAKE_TWO.person)):
        before = len(rows(store, "row"))
        open_case(desk, one)
        kept.append([(row[0], len(row[1]), row[2] is None) for row in rows(store, "what", "sealed", "mark")][before:])
    ordinary, own = kept
    assert ordinary == own
    assert whats(desk, INTAKE_TWO) == ["routed"], "and yet they were told of the first alone"


def test_a_supervisor_is_told_once_and_a_screening_leaves_a_row_whether_or_not_it_reaches_another(desk, store):
    case, _ = open_case(desk)
    assert whats(desk, SUPERVISOR) == ["routed"]
    added(desk, INTAKE, case, staff_number="S0114")
    worked_off(desk)
    unchanged = [row for row in rows(store, "what", "mark") if row == ("routed", None)]
    assert whats(desk, SUPERVISOR) == ["routed"], "screened again, the same supervisor is not told twice"
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=BOSS)
    worked_off(desk)
    assert whats(desk, SUPERVISOR) == []
    above = replace(SUPERVISOR, person="S0100")
    assert whats(desk, above) == ["routed"], "the next clear one was told instead"
    moved_on = [row for row in rows(store, "what", "mark") if row == ("routed", None)]
    assert (len(unchanged), len(moved_on)) == (2, 3)
    assert len({row for row in rows(store, "what", "mark") if row[1] is None}) == 1, "no mark tells them apart"


def test_nothing_that_is_kept_of_a_notice_names_anybody(desk, store, place):
    open_case(desk, draft(Consent.OPEN))
    prefer(desk, SUPERVISOR, Preferences("fr", when="weekly"), SORTED)
    [notice] = list_notices(desk, SUPERVISOR).items
    read_notice(desk, SUPERVISOR, notice.id, SORTED)
    dump = "\n".join(store_dump(store))
    for secret in (BOSS, INTAKE.person, "supervisor", "weekly"):
        assert secret not in dump, secret


def store_dump(store):
    with store.reading() as connection:
        raw = connection.connection.driver_connection
        for table in ("notices", "notice_reads", "notice_preferences", "webhooks"):
            yield from (repr(row) for row in raw.execute(f"SELECT * FROM {table}"))  # noqa: S608  fixed names


def test_a_notice_is_read_by_one_person_in_one_role(desk):
    open_case(desk)
    [notice] = list_notices(desk, INTAKE).items
    assert (list_notices(desk, INTAKE).unread, notice.read) == (1, False)
    for _ in range(2):
        assert read_notice(desk, INTAKE, notice.id, SORTED).read
    assert (list_notices(desk, INTAKE).unread, list_notices(desk, INTAKE_TWO).unread) == (0, 1)
    assert list_notices(desk, INTAKE, unread_alone=True).items == []


def test_nobody_reads_or_finds_out_what_others_were_told(desk):
    open_case(desk)
    [notice] = list_notices(desk, INTAKE).items
    for who in (ADMINISTRATOR, OUTSIDE, CUSTODIAN, DECIDER):
        with pytest.raises(UnknownItem):
            read_notice(desk, who, notice.id, SORTED)


def test_a_list_is_read_page_by_page_newest_first(desk):
    case, _ = open_case(desk)
    for number in range(7):
        clock_tells(desk, case, "overdue", "intake", at=after(minutes=number))
    found, place = [], None
    while page := list_notices(desk, INTAKE, place, 3).items:
        found += page
        place = page[-1].row
    assert [one.what for one in found] == ["overdue"] * 7 + ["routed"]
    assert [one.row for one in found] == sorted((one.row for one in found), reverse=True)
    assert list_notices(desk, INTAKE, None, 3).unread == 8


def test_how_one_is_written_to_is_ones_own_to_say(desk):
    assert notice_preferences(desk, INTAKE) == Preferences()
    for wish in (Preferences("ar", mail=False, when="weekly"), Preferences("fr")):
        assert prefer(desk, INTAKE, wish, NOON) == notice_preferences(desk, INTAKE) == wish
    assert notice_preferences(desk, INTAKE_TWO) == Preferences()
    with pytest.raises(Malformed) as refusal:
        prefer(desk, INTAKE, Preferences("tlh", when="hourly"), NOON)
    assert [fault.pointer for fault in refusal.value.faults] == ["#/language", "#/when"]


def test_the_notices_of_an_erased_case_are_forgotten(desk, store):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    late = NOON + timedelta(days=366 * 12)
    moved(desk, HEAD, case, Action.ERASE, REASONED, late)
    moved(desk, HEAD_TWO, case, Action.APPROVE, Given(), late)
    assert rows(store, "row") == []


def test_noting_an_answer_again_tells_again_but_changes_nothing(desk):
    """A worker that died after telling and before its commit left nothing; one that comes twice has one job."""
    _, filed = open_case(desk)
    add_message(desk, find_mailbox(desk, filed.receipt), "Hello.", SORTED)
    job = desk.jobs.take(after(minutes=5))
    assert job is not None
    note_answer(desk, job, after(minutes=5))
    assert desk.jobs.take(after(minutes=50)) is None
