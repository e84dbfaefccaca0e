import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from cases.case import Assignment, Given
from cases.casework.entries import by_staff
from cases.casework.looking import list_evidence, read_messages, reasons, show_case
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.moving import make_move, moves_open, must_be_movable
from cases.casework.staffing import make_assignment, write_to_reporter
from cases.errors import (
    LedgerBroken,
    Malformed,
    MoveNotAllowed,
    NotPermitted,
    StaleVersion,
    UnknownCase,
)
from cases.ledger import EntryKind
from cases.lifecycle import Action, State
from cases.people import Role
from cases.ports import Status
from cases.sight import Actor
from storage.tables import complaints
from tests.cases.casework.conftest import (
    CLOSING,
    DECIDER,
    DECIDER_TWO,
    EARLY,
    FINAL,
    GATEKEEPER,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    SORTED,
    SUPERVISOR,
    actions,
    after,
    by_number,
    draft,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import (
    OUTSIDERS,
    assigned,
    closed,
    investigated,
    moved,
    rebuilt,
    reported,
    with_decider,
)

WHOLE_LIFE = [
    *("registered", "acknowledge", "assess", "conclude_assessment", "alleged", "proposed", "approve", "assigned"),
    *("person_changed", "screened_again", "notify_subject", "record_finding", "send_findings", "record_comment"),
    *("issue_report", "hand_to_decider", "issue_allegations", "record_response", "record_decision", "decide"),
    *("notify_decision", "proposed", "approve"),
]


def mailbox(desk, filed):
    return show_mailbox(desk, open_mailbox(desk, filed.receipt))


def versions(desk, case):
    return [one["version"] for one in entries(desk, about=case.number, kind="change")]


def test_a_case_runs_from_registration_to_a_reasoned_decision(desk):
    case, filed = open_case(desk)
    over = closed(desk, case)
    assert (over.state, over.closure_reason, over.due) == (State.CLOSED, FINAL.closure_reason, None)
    assert seen_now(desk, case) == over == rebuilt(desk, case)
    assert over.worked_by == {one.person for one in (INTAKE, HEAD, INVESTIGATOR)}
    assert over.decided_by == {DECIDER.person}
    assert over.closed_by == {DECIDER.person, DECIDER_TWO.person}
    assert actions(desk, about=case.number, kind="change") == WHOLE_LIFE
    assert versions(desk, case) == list(range(1, over.version + 1))
    assert mailbox(desk, filed).status.slug == "closed"
    assert [one.text for one in mailbox(desk, filed).letters][1:] == [FINAL.notice]


def test_the_reporter_reads_acknowledgement_and_notice_with_the_receipt(desk):
    case, filed = open_case(desk)
    make_move(desk, INTAKE, case.number, 1, Action.ACKNOWLEDGE, Given(), after(minutes=2))
    assert mailbox(desk, filed).status.slug == "acknowledged"
    make_move(desk, INTAKE, case.number, 2, Action.CLOSE, EARLY, after(minutes=3))
    letters = mailbox(desk, filed).letters
    assert [one.text for one in letters][1:] == [EARLY.notice]
    assert letters[0].text.startswith("We received your complaint on 2026-03-02 and read it.")
    assert not any(one.from_reporter for one in letters)
    assert read_messages(desk, HEAD, case.number, after(minutes=4)) == letters


def test_an_acknowledgement_can_be_worded_by_hand(desk):
    case, filed = open_case(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given(notice="Thank you, Ana."))
    assert [one.text for one in mailbox(desk, filed).letters] == ["Thank you, Ana."]


def test_reason_and_notice_are_sealed_and_only_the_slug_stands_in_the_entry(desk):
    case, filed = open_case(desk)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    *_, closing = entries(desk, about=case.number)
    case_facts = closing["facts"].pop("case")
    assert closing["facts"] == {"from": "registered", "to": "closed", "closure_reason": "outside_mandate"}
    assert {"state", "closed_at", "closure_reason", "worked_by"} <= case_facts.keys()
    assert sorted(part["kind"] for part in closing["sealed"]) == ["message", "reason"]
    assert EARLY.reason not in json.dumps(closing)
    assert EARLY.notice not in json.dumps(closing)
    said = {"reason": EARLY.reason, "notice": EARLY.notice}
    assert list(reasons(desk, INTAKE, case.number, SORTED).values()) == [said]
    assert EARLY.reason not in str(mailbox(desk, filed))


def test_whatever_a_closing_lacks_is_reported_at_once_and_changes_nothing(desk, store, place):
    case, _ = open_case(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(Malformed) as refusal:
        moved(desk, INTAKE, case, Action.CLOSE, Given())
    assert [fault.pointer for fault in refusal.value.faults] == ["#/reason", "#/closure_reason", "#/notice"]
    with pytest.raises(MoveNotAllowed):
        moved(desk, INTAKE, case, Action.CLOSE, CLOSING)
    assert everything_kept(store, place.data_dir) == before


def test_a_change_decided_on_an_older_case_is_refused(desk, store, place):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
    before = everything_kept(store, place.data_dir)
    who = Assignment(INVESTIGATOR.person, Role.INVESTIGATOR)
    for version in (0, 1, 3):
        with pytest.raises(StaleVersion):
            make_move(desk, INTAKE, case.number, version, Action.ASSESS, Given(), SORTED)
        with pytest.raises(StaleVersion):
            write_to_reporter(desk, INTAKE, case.number, version, "Hello.", SORTED)
        with pytest.raises(StaleVersion):
            make_assignment(desk, INTAKE, case.number, version, who, SORTED)
    assert everything_kept(store, place.data_dir) == before


def test_what_is_missing_is_told_before_the_version_and_who_may_not_before_either(desk, store, place):
    """Neither would be mended by reading the case again."""
    case, _ = open_case(desk)
    before = everything_kept(store, place.data_dir)
    for given in (Given(), Given(EARLY.reason), replace(EARLY, notice=" \n")):
        for version in (0, 1, 7):
            with pytest.raises(Malformed):
                make_move(desk, INTAKE, case.number, version, Action.CLOSE, given, SORTED)
            with pytest.raises(NotPermitted):
                make_move(desk, SUPERVISOR, case.number, version, Action.CLOSE, given, SORTED)
            with pytest.raises(UnknownCase):
                make_move(desk, INVESTIGATOR, case.number, version, Action.CLOSE, given, SORTED)
        with pytest.raises(Malformed):
            must_be_movable(desk, INTAKE, case.number, Action.CLOSE, given, SORTED)
    with pytest.raises(StaleVersion):
        make_move(desk, INTAKE, case.number, 7, Action.CLOSE, EARLY, SORTED)
    with pytest.raises(StaleVersion):  # no step from here, so nothing can be missing
        make_move(desk, HEAD, case.number, 7, Action.OPEN_INVESTIGATION, Given(), SORTED)
    assert everything_kept(store, place.data_dir) == before


def test_of_two_who_decide_at_once_one_is_told_to_read_again(desk):
    """The second comes between the first one's reading and writing, so only the database can notice."""
    case, filed = open_case(desk)
    read_before = replace(seen_now(desk, case), version=2, state=State.CLOSED)
    late = by_staff(desk, EntryKind.CHANGE, read_before, HEAD, SORTED, "close")
    moved(desk, INTAKE, case, Action.ASSESS)
    with pytest.raises(StaleVersion), desk.work() as work:
        work.record(read_before, late, Status("closed", None))
    assert (seen_now(desk, case).state, versions(desk, case)) == (State.ASSESSMENT, [1, 2])
    assert mailbox(desk, filed).status.slug == "assessment"


def test_a_move_whose_answer_could_not_be_kept_never_happened(desk, store, place):
    def cut(_work, _result):
        raise KeyError

    case, _ = open_case(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(KeyError):
        make_move(desk, INTAKE, case.number, 1, Action.CLOSE, EARLY, SORTED, cut)
    assert everything_kept(store, place.data_dir) == before
    assert seen_now(desk, case) == case


def test_a_role_without_a_say_is_told_so_only_where_it_sees_the_case(desk):
    case, _ = open_case(desk)
    with pytest.raises(NotPermitted):
        make_move(desk, SUPERVISOR, case.number, 1, Action.ASSESS, Given(), SORTED)
    with pytest.raises(NotPermitted):
        must_be_movable(desk, SUPERVISOR, case.number, Action.ASSESS, Given(), SORTED)
    for stranger in (Actor("S0106", Role.SUPERVISOR), INVESTIGATOR, OUTSIDE, DECIDER):
        with pytest.raises(UnknownCase):
            must_be_movable(desk, stranger, case.number, Action.ASSESS, Given(), SORTED)
    assert must_be_movable(desk, INTAKE, case.number, Action.ASSESS, Given(), SORTED) == case


@pytest.mark.parametrize("worker", [INTAKE, HEAD, INVESTIGATOR])
def test_whoever_worked_a_case_neither_sees_nor_decides_it_as_decider(desk, worker):
    with_roles(desk, worker.person, worker.role, Role.DECIDER)
    case, _ = open_case(desk)
    reported(desk, case)
    turned = Actor(worker.person, Role.DECIDER)
    assert listed(desk, turned) == []
    for action in (Action.CLOSE, Action.APPROVE):
        with pytest.raises(UnknownCase):
            moved(desk, turned, case, action, CLOSING)
    assert listed(desk, DECIDER) == [case.number]


def test_somebody_assigned_cannot_decide_though_they_did_nothing(desk):
    with_roles(desk, DECIDER.person, Role.DECIDER, Role.INTAKE)
    case, _ = open_case(desk)
    reported(desk, case)
    assigned(desk, HEAD, case, Actor(DECIDER.person, Role.INTAKE))
    with pytest.raises(UnknownCase):
        moved(desk, DECIDER, case, Action.CLOSE, CLOSING)


def test_a_swapped_mailbox_key_makes_letters_fail_and_nothing_is_sent(desk, store, place):
    case, _ = open_case(desk)
    *_, attacker = desk.vault.new_mailbox()
    with store.writing() as connection:
        connection.execute(update(complaints).values(mailbox_key=attacker.mailbox_key))
    before = everything_kept(store, place.data_dir)
    with pytest.raises(LedgerBroken, match="mailbox"):
        write_to_reporter(desk, INTAKE, case.number, 1, "Where do you live?", SORTED)
    with pytest.raises(LedgerBroken, match="mailbox"):
        moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given(notice="Thank you."))
    with pytest.raises(LedgerBroken, match="mailbox"):
        moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    assert everything_kept(store, place.data_dir) == before
    assert moved(desk, INTAKE, case, Action.ASSESS, Given()).state is State.ASSESSMENT  # it writes no letter


def test_the_outside_office_works_a_case_against_the_office_to_its_end_but_does_not_decide_it(desk):
    case, filed = open_case(desk, draft(subjects=[by_number(INVESTIGATOR.person)]), pictures=1)
    for own in (INTAKE, HEAD, INVESTIGATOR_TWO, Actor("S0011", Role.INTAKE)):
        assert listed(desk, own) == []
    assert show_case(desk, OUTSIDE, case.number, SORTED).explanation["rule"] == "subject_is_igo_staff"
    assert len(list_evidence(desk, OUTSIDE, case.number, SORTED)) == 1
    investigated(desk, case, OUTSIDERS)
    with pytest.raises(Malformed, match="#/role"):
        assigned(desk, OUTSIDE, case, INVESTIGATOR_TWO)
    other, _ = open_case(desk, draft(subjects=[by_number(INVESTIGATOR.person)]))
    with_decider(desk, other, OUTSIDERS)
    assert Action.RECORD_DECISION not in moves_open(desk, OUTSIDE, other.number, SORTED)[1]
    with pytest.raises(NotPermitted):
        moves_open(desk, GATEKEEPER, other.number, SORTED)
    with pytest.raises(MoveNotAllowed):
        moved(desk, OUTSIDE, other, Action.CLOSE, CLOSING)
    third, filed = open_case(desk, draft(subjects=[by_number(INVESTIGATOR.person)]))
    assert closed(desk, third, OUTSIDERS).state is State.CLOSED
    assert FINAL.notice in {one.text for one in mailbox(desk, filed).letters}


def test_unreported_findings_or_undecided_allegations_stop_the_case_where_it_is(desk):
    case, _ = open_case(desk)
    investigated(desk, case)
    with pytest.raises(MoveNotAllowed, match="1 of the allegations still lack a finding"):
        moved(desk, INVESTIGATOR, case, Action.ISSUE_REPORT)
    other, _ = open_case(desk)
    with_decider(desk, other)
    with pytest.raises(MoveNotAllowed, match="1 of the allegations still lack a decision"):
        moved(desk, DECIDER, other, Action.CLOSE, FINAL)


def test_rejecting_a_complaint_gives_its_reporter_the_reasons_in_the_mailbox(desk):
    """UNDT/2018/039: a complainant is owed a reasoned decision, not silence."""
    case, filed = open_case(desk)
    moved(desk, INTAKE, case, Action.ASSESS, Given())
    unreasoned = replace(EARLY, notice="  ")
    for lacking in (unreasoned, replace(EARLY, reason="")):
        with pytest.raises(Malformed):
            moved(desk, INTAKE, case, Action.CLOSE, lacking)
    assert mailbox(desk, filed).letters == ()
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    assert [one.text for one in mailbox(desk, filed).letters] == [EARLY.notice]
    assert mailbox(desk, filed).status.slug == "closed"
