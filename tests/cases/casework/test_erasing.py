from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from cases.case import Given
from cases.casework.alleging import show_allegations
from cases.casework.consenting import change_consent
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity, reason_of
from cases.casework.lapsing import shred
from cases.casework.looking import list_evidence, read_messages, read_original, reasons, show_case, timeline
from cases.casework.mailbox import add_message, find_mailbox, open_mailbox, show_mailbox
from cases.casework.moving import moves_open
from cases.casework.persons import show_persons
from cases.casework.staffing import write_to_reporter
from cases.complaint import Consent, Reporter
from cases.errors import CaseError, EvidenceUnreadable, JobHeld, MoveNotAllowed, UnknownItem
from cases.lifecycle import Action
from cases.place import Kind, Recipient
from cases.ports import SHRED, EntryFilter
from storage.tables import wraps
from tests.cases.casework.conftest import (
    CUSTODIAN,
    DECIDER,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    PICTURE,
    REASONED,
    SORTED,
    WHY,
    add_picture,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
    taken,
)
from tests.cases.casework.living import added, approved, closed, moved, rebuilt, register, reopened, worked_off
from tests.cases.casework.ways import ways_to_change

YEARS = timedelta(days=365 * 2 + 5)
LATE = SORTED + YEARS
"""After the retention of `EARLY` (24 months) is over."""


def early(desk, *, pictures=1):
    """A case closed before anything was investigated."""
    case, filed = open_case(desk, pictures=pictures)
    worked_off(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    return case, filed


def proposed(desk, case, at=LATE):
    return moved(desk, HEAD, case, Action.ERASE, at=at)


def erased(desk, case, at=LATE):
    proposed(desk, case, at)
    return moved(desk, HEAD_TWO, case, Action.APPROVE, Given(), at)


def nothing_opens(desk, case):
    for kind in Kind:
        for part in desk.lookup.parts(case.complaint, kind):
            for recipient in Recipient:
                with pytest.raises(EvidenceUnreadable):
                    desk.vault.open(part, recipient)


def test_one_person_alone_erases_nothing(desk, store, place):
    case, filed = early(desk)
    before = everything_kept(store, place.data_dir)
    waiting = proposed(desk, case)
    now = everything_kept(store, place.data_dir)
    assert now[0]["wraps"] > before[0]["wraps"]
    assert now[1] == before[1]
    worked_off(desk, LATE)
    assert (waiting.erased_at, waiting.proposal.action) == (None, Action.ERASE)
    assert show_case(desk, INTAKE, case.number, LATE).told
    assert show_mailbox(desk, open_mailbox(desk, filed.receipt)).letters
    with pytest.raises(MoveNotAllowed, match="second person"):
        moved(desk, HEAD, case, Action.APPROVE, at=LATE)
    assert moved(desk, HEAD_TWO, case, Action.REJECT, at=LATE).erased_at is None
    assert show_case(desk, INTAKE, case.number, LATE).told


def test_after_the_second_person_nothing_opens_any_more_and_the_ledger_still_verifies(desk, house, place, store):
    case, _ = early(desk)
    add_person_and_letter(desk, case)
    gone = erased(desk, case)
    assert gone.erased_at == LATE
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(wraps)) == 0
    nothing_opens(desk, case)
    worked_off(desk, LATE)
    nothing_opens(desk, case)
    assert list((place.data_dir / "objects").rglob("*.sealed")) == []
    assert seen_now(desk, case) == gone == rebuilt(desk, case)
    for stored in desk.lookup.entries(EntryFilter(limit=1_000)):
        house.ledger.must_hold(stored)
    digests = {part["sha256"] for one in entries(desk) for part in one["sealed"]}
    kept = {part.digest.hex() for kind in Kind for part in desk.lookup.parts(case.complaint, kind)}
    assert kept <= digests


def add_person_and_letter(desk, case):
    added(desk, INTAKE, case, name="Somebody")
    version = seen_now(desk, case).version
    write_to_reporter(desk, INTAKE, case.number, version, "Thank you again.", SORTED)
    worked_off(desk)


def test_the_case_stands_where_it_was_and_says_that_it_was_erased(desk):
    case, _ = early(desk)
    erased(desk, case)
    worked_off(desk, LATE)
    assert listed(desk, INTAKE) == [case.number]
    view = show_case(desk, INTAKE, case.number, LATE)
    assert (view.case.erased_at, view.told, view.explanation, view.consent) == (LATE, None, None, "")
    assert timeline(desk, INTAKE, case.number, 0, 100)
    for way in (list_evidence, read_messages, reasons, show_persons, show_allegations):
        with pytest.raises(UnknownItem, match="erased"):
            way(desk, INTAKE, case.number, LATE)


def test_the_mailbox_says_erased_and_takes_nothing_more(desk, store, place):
    case, filed = early(desk)
    erased(desk, case)
    worked_off(desk, LATE)
    seen = show_mailbox(desk, open_mailbox(desk, filed.receipt))
    assert (seen.status.slug, seen.letters, seen.evidence) == ("erased", (), ())
    before = everything_kept(store, place.data_dir)
    complaint = find_mailbox(desk, filed.receipt)
    for way in (
        lambda: add_message(desk, complaint, "One more thing.", LATE),
        lambda: add_picture(desk, filed.receipt),
        lambda: change_consent(desk, complaint, Reporter(Consent.OPEN, "Ana"), LATE, share=True),
    ):
        with pytest.raises(UnknownItem, match="erased"):
            way()
    assert everything_kept(store, place.data_dir) == before


@pytest.mark.parametrize("shredded", [False, True])
def test_no_verb_of_the_desk_adds_anything_to_an_erased_case(desk, store, place, shredded):
    case, _ = early(desk)
    person = register(desk, case)[0].id
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)
    version = erased(desk, case).version
    if shredded:
        worked_off(desk, LATE)
    before = everything_kept(store, place.data_dir)
    for actor in (INTAKE, HEAD, CUSTODIAN, DECIDER):
        changes = ways_to_change(desk, actor, case.number, person, version)
        for name in changes.keys() - {"must_be_movable"}:
            with pytest.raises(CaseError):
                changes[name]()
        assert Action.REOPEN not in offered(desk, actor, case)
        assert Action.ERASE not in offered(desk, actor, case)
    for way in (
        lambda: read_identity(desk, CUSTODIAN, case.number, request.id, LATE),
        lambda: reason_of(desk, CUSTODIAN, request, LATE),
        lambda: decide_on_request(desk, CUSTODIAN, case.number, request.id, WHY, LATE, grant=True),
    ):
        with pytest.raises(UnknownItem, match="erased"):
            way()
    assert everything_kept(store, place.data_dir) == before
    assert seen_now(desk, case).version == version


def offered(desk, actor, case):
    """Moves on an erased case: to guard what is gone, or to ask for another look, is not among them."""
    return () if actor is CUSTODIAN else moves_open(desk, actor, case.number, LATE)[1]


def test_nothing_is_erased_before_the_retention_of_its_closure_reason_is_over(desk):
    case, _ = early(desk)
    two_years = datetime(2028, 3, 2, 12, 1, tzinfo=UTC)
    with pytest.raises(MoveNotAllowed, match="retention"):
        proposed(desk, case, two_years - timedelta(microseconds=1))
    assert erased(desk, case, two_years).erased_at == two_years


def test_a_reopened_and_closed_case_begins_its_retention_anew(desk):
    case, _ = early(desk)
    reopened(desk, case, (INTAKE, HEAD), at=SORTED + timedelta(days=700))
    approved(desk, case, Action.CLOSE, EARLY, (INTAKE, INTAKE_TWO), SORTED + timedelta(days=710))
    with pytest.raises(MoveNotAllowed, match="retention"):
        proposed(desk, case)


def test_a_legal_hold_stops_an_erasure_even_one_that_was_proposed(desk):
    case, _ = early(desk)
    proposed(desk, case)
    (hold,) = moved(desk, DECIDER, case, Action.PLACE_HOLD, at=LATE).holds
    with pytest.raises(MoveNotAllowed, match="hold stands"):
        moved(desk, HEAD_TWO, case, Action.APPROVE, at=LATE)
    moved(desk, HEAD, case, Action.WITHDRAW, at=LATE)
    with pytest.raises(MoveNotAllowed, match="hold stands"):
        proposed(desk, case)
    moved(desk, HEAD, case, Action.LIFT_HOLD, replace(REASONED, hold=hold.id), LATE)
    assert erased(desk, case).erased_at == LATE


def test_an_open_case_is_not_erased(desk):
    case, _ = open_case(desk)
    with pytest.raises(MoveNotAllowed, match="registered"):
        proposed(desk, case)


def test_a_worker_killed_while_shredding_is_made_good_by_the_next(desk, place):
    case, _ = early(desk)
    erased(desk, case)
    job = taken(desk, SHRED, LATE)
    desk.vault.erase(case.complaint, [], LATE)  # and here it died: the key is gone, the files are not
    assert list((place.data_dir / "objects").rglob("*.sealed"))
    worked_off(desk, LATE + timedelta(minutes=3))
    assert list((place.data_dir / "objects").rglob("*.sealed")) == []
    with pytest.raises(JobHeld):
        shred(desk, job, LATE)
    nothing_opens(desk, case)


def test_another_case_is_not_touched(desk):
    case, _ = early(desk)
    other, filed = open_case(desk, pictures=1)
    erased(desk, case)
    worked_off(desk, LATE)
    assert show_case(desk, INTAKE, other.number, LATE).told
    (facts,) = show_mailbox(desk, open_mailbox(desk, filed.receipt)).evidence
    _, blocks = read_original(desk, INTAKE, other.number, UUID(facts.evidence), WHY, LATE)
    assert b"".join(blocks) == PICTURE.read_bytes()


def test_what_was_merged_is_kept_while_the_other_case_is_open_or_held(desk):
    later = SORTED + timedelta(days=4000)
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    duplicate = replace(REASONED, notice="It is looked at with another complaint.", into=target.number)
    moved(desk, INTAKE, case, Action.MERGE, duplicate)
    with pytest.raises(MoveNotAllowed, match="The case it was merged into is open, or held"):
        proposed(desk, case, later)
    moved(desk, INTAKE, target, Action.CLOSE, EARLY)
    proposed(desk, case, later)
    (hold,) = moved(desk, HEAD, target, Action.PLACE_HOLD, at=later).holds
    with pytest.raises(MoveNotAllowed, match="The case it was merged into is open, or held"):
        moved(desk, HEAD_TWO, case, Action.APPROVE, Given(), later)
    moved(desk, HEAD, target, Action.LIFT_HOLD, replace(REASONED, hold=hold.id), later)
    assert moved(desk, HEAD_TWO, case, Action.APPROVE, Given(), later).erased_at == later


def test_what_was_merged_is_kept_as_long_as_the_other_case_is(desk):
    """A duplicate's own time is shorter than that of a case in which a measure was taken."""
    case, _ = open_case(desk)
    target, _ = open_case(desk)
    duplicate = replace(REASONED, notice="It is looked at with another complaint.", into=target.number)
    moved(desk, INTAKE, case, Action.MERGE, duplicate)
    closed(desk, target)
    with pytest.raises(MoveNotAllowed, match="must still be kept"):
        proposed(desk, case, SORTED + timedelta(days=366 * 6))
    proposed(desk, case, SORTED + timedelta(days=366 * 10))
