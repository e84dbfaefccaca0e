"""What came on other ways, entered by an officer: whole, in their name, and never by somebody concerned."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cases.casework.entering import EARLIEST, add_scan, enter_complaint
from cases.casework.looking import list_evidence, show_case
from cases.casework.mailbox import Sent, open_mailbox, show_mailbox
from cases.complaint import Arrival, Consent, Draft
from cases.errors import ConflictOfInterest, Malformed, NotPermitted, ReceiptRefused
from cases.sight import Actor
from cases.verify import verify_filing
from storage.signing import verify
from tests.cases.casework.conftest import (
    DECIDER,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    NOON,
    OUTSIDE,
    PICTURE,
    SUPERVISOR,
    after,
    by_number,
    draft,
    entries,
    everything_kept,
    listed,
    sort_next,
)
from tests.cases.casework.living import assigned

WEEK_AGO = NOON - timedelta(days=7)
LAY = "The letter lay in another office."


def letter(arrived: datetime | None = None, **told: object) -> Draft:
    """A letter about S0107, entered by post."""
    return replace(draft(**told), channel="post", arrival=Arrival(arrived, LAY) if arrived else None)


def scanned(desk, receipt: str, who: Actor = INTAKE):
    body = PICTURE.read_bytes()
    return add_scan(desk, who, receipt, Sent([body], "image/png", "letter.png", len(body)), NOON)


@pytest.mark.parametrize("who", [INTAKE, HEAD, OUTSIDE])
def test_an_officer_enters_a_complaint_and_the_entry_names_them(desk, who):
    filed = enter_complaint(desk, who, letter(), NOON)
    [entry] = entries(desk, action="filed")
    assert (entry["actor"], entry["role"], entry["kind"]) == (who.person, str(who.role), "intake")
    box = show_mailbox(desk, open_mailbox(desk, filed.receipt))
    assert box.told["channel"] == "post"
    assert entry["facts"] == verify_filing(filed.filing_proof, entry, _keys(desk), verify)


def _keys(desk):
    return desk.signer.verifier_keys()


def test_clocks_count_from_the_day_a_letter_really_came(desk):
    filed = enter_complaint(desk, INTAKE, letter(WEEK_AGO), NOON)
    as_if_then = enter_complaint(desk, INTAKE, letter(), WEEK_AGO)
    assert filed.acknowledge_by == as_if_then.acknowledge_by
    assert filed.received_at == NOON, "the proof says when it was taken in here, which is all that can be proved"
    cases = {one.complaint: one for one in (sort_next(desk), sort_next(desk))}
    case, then = cases[filed.complaint], cases[as_if_then.complaint]
    assert case.received_at == WEEK_AGO
    assert case.clocks == then.clocks
    assert case.number.startswith(f"IGO-{WEEK_AGO.year}-")
    view = show_case(desk, INTAKE, case.number, after(minutes=2))
    assert view.told["arrival"] == {"at": "2026-02-23T12:00:00Z", "reason": LAY}


@pytest.mark.parametrize("arrived", [NOON + timedelta(seconds=1), NOON - EARLIEST - timedelta(seconds=1)])
def test_nothing_came_tomorrow_or_longer_ago_than_a_year(desk, store, place, arrived):
    before = everything_kept(store, place.data_dir)
    with pytest.raises(Malformed, match="#/arrival/at"):
        enter_complaint(desk, INTAKE, letter(arrived), NOON)
    assert everything_kept(store, place.data_dir) == before


@pytest.mark.parametrize("who", [SUPERVISOR, INVESTIGATOR, DECIDER])
def test_nobody_enters_complaints_but_those_who_take_them_in(desk, who):
    with pytest.raises(NotPermitted):
        enter_complaint(desk, who, letter(), NOON)
    filed = enter_complaint(desk, INTAKE, letter(), NOON)
    with pytest.raises(NotPermitted):
        scanned(desk, filed.receipt, who)


@pytest.mark.parametrize(
    "told",
    [
        {"subjects": [by_number(INTAKE.person)]},
        {"witnesses": [by_number(INTAKE.person)]},
        {"number": INTAKE.person},
        {"subjects": [by_number(HEAD.person)]},
    ],
    ids=["subject", "witness", "reporter", "works below a subject"],
)
def test_an_officer_who_is_concerned_does_not_enter_it(desk, store, place, told):
    before = everything_kept(store, place.data_dir)
    with pytest.raises(ConflictOfInterest):
        enter_complaint(desk, INTAKE, letter(**told), NOON)
    assert everything_kept(store, place.data_dir) == before


def test_whoever_entered_it_may_work_it_like_everybody_else(desk):
    enter_complaint(desk, INTAKE, letter(), NOON)
    case = sort_next(desk)
    assert case.number in listed(desk, INTAKE)
    assert INTAKE.person not in case.worked_by
    assert assigned(desk, HEAD, case, INTAKE).is_assigned(INTAKE.person, INTAKE.role)


def test_a_scan_is_added_in_the_name_of_whoever_entered_it_and_of_nobody_else(desk):
    filed = enter_complaint(desk, INTAKE, letter(WEEK_AGO), NOON)
    theirs = enter_complaint(desk, INTAKE_TWO, letter(), NOON)
    facts = scanned(desk, filed.receipt)
    [added] = entries(desk, action="evidence_added")
    assert (added["actor"], added["role"], added["facts"]) == (INTAKE.person, "intake", {"evidence": facts.evidence})
    for receipt in (theirs.receipt, "ABCDE-FGHJK-MNPQR-STVWX-YZ234"):
        with pytest.raises(ReceiptRefused):
            scanned(desk, receipt)
    case = sort_next(desk)
    assert [one.name for one in list_evidence(desk, HEAD, case.number, after(minutes=2))] == ["letter.png"]


def test_an_anonymous_caller_stays_anonymous(desk):
    anonymous = replace(letter(), reporter=replace(letter().reporter, consent=Consent.ANONYMOUS))
    with pytest.raises(Malformed, match="anonymous complaint cannot carry"):
        enter_complaint(desk, INTAKE, anonymous, NOON)
    enter_complaint(desk, INTAKE, letter(consent=Consent.ANONYMOUS, number=""), NOON)
    assert "Ana Lima" not in json.dumps(entries(desk))
