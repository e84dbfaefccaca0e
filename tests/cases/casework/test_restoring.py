"""What a restore writes down, and erasures made again in a state of things that does not know them."""

from datetime import date
from uuid import uuid4

from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.restoring import note_backup, note_restored, replay_erasures
from cases.lifecycle import Action
from cases.place import Kind
from cases.ports import EntryFilter
from tests.cases.casework.conftest import EARLY, INTAKE, entries, open_case, seen_now
from tests.cases.casework.living import moved, rebuilt, worked_off
from tests.cases.casework.test_erasing import LATE, early, erased, nothing_opens, proposed


def test_an_erasure_made_again_is_an_erasure_with_an_entry_that_says_so(desk):
    case, filed = early(desk)
    before = desk.lookup.case_of(case.complaint)
    assert replay_erasures(desk, {case.complaint: LATE}, LATE) == 1
    after = desk.lookup.case_of(case.complaint)
    assert (after.erased_at, after.version) == (LATE, before.version + 1)
    told = entries(desk, about=case.number)[-1]
    assert (told["action"], told["actor"]) == ("erase", "command line")
    assert told["facts"]["replayed"]
    worked_off(desk, LATE)
    nothing_opens(desk, case)
    assert show_mailbox(desk, open_mailbox(desk, filed.receipt)).status.slug == "erased"
    assert rebuilt(desk, case) == after


def test_a_proposal_to_erase_that_waited_in_the_backup_is_settled_by_it(desk):
    case, _ = early(desk)
    proposed(desk, case)
    assert replay_erasures(desk, {case.complaint: LATE}, LATE) == 1
    after = desk.lookup.case_of(case.complaint)
    assert after.proposal is None
    assert not [one.name for one in after.clocks if one.name == "proposal" and one.ended_at is None]
    assert rebuilt(desk, case) == after


def test_a_case_erased_before_the_backup_and_a_complaint_nobody_knows_change_nothing(desk):
    case, _ = early(desk)
    erased(desk, case)
    count = len(desk.lookup.entries(EntryFilter(limit=10_000)))
    assert replay_erasures(desk, {case.complaint: LATE, uuid4(): LATE}, LATE) == 0
    assert len(desk.lookup.entries(EntryFilter(limit=10_000))) == count


def test_other_cases_stay_as_they_are(desk):
    case, _ = early(desk)
    other, _ = open_case(desk)
    replay_erasures(desk, {case.complaint: LATE}, LATE)
    worked_off(desk, LATE)
    assert seen_now(desk, other).erased_at is None
    assert desk.lookup.latest(other.complaint, Kind.STATEMENT).wraps
    assert moved(desk, INTAKE, other, Action.CLOSE, EARLY, LATE).closed_at == LATE


def test_backup_and_restore_are_told_to_the_auditor_without_a_word_about_any_case(desk):
    note_backup(desk, date(2026, 4, 1), LATE)
    note_restored(desk, "000001-2026-03-02T120000Z", LATE, 2, LATE)
    begun, restored = entries(desk)[-2:]
    assert (begun["action"], begun["facts"]) == ("backup_begun", {"shred_keys_deleted_by": "2026-04-01"})
    assert restored["action"] == "restored"
    assert set(restored["facts"]) == {"backup", "backed_up_at", "erasures_replayed"}
    assert {begun["actor"], restored["actor"]} == {"command line"}
