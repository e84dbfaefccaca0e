import json
from dataclasses import replace

import pytest

from cases.casework.consenting import change_consent
from cases.casework.filing import file_complaint
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity, requests_waiting
from cases.casework.looking import show_case
from cases.casework.mailbox import find_mailbox
from cases.casework.screening import consent_of
from cases.casework.sorting import sort_complaint
from cases.complaint import Consent, Reporter
from cases.errors import EvidenceUnreadable, IdentityClosed, Malformed, StaleVersion
from cases.identity import Standing
from cases.place import Kind, Recipient
from storage import open_house
from tests.cases.casework.conftest import (
    BOSS,
    CUSTODIAN,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    REPORTER,
    SORTED,
    SUPERVISOR,
    actions,
    after,
    draft,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
)
from tests.cases.casework.living import assigned, rebuilt, worked_off
from tests.conftest import NOON

NAMED = {"name": "Ana Lima", "email": "c0102@agency.example", "staff_number": REPORTER}
LATER = after(minutes=5)


def says(desk, filed, consent, at=SORTED, *, share=None, **named):
    """What the reporter says with the receipt; `share` is what they answer to sharing it with their supervisor."""
    reporter = Reporter(consent, share_with_supervisor=bool(share), **named)
    return change_consent(desk, find_mailbox(desk, filed.receipt), reporter, at, share=share)


def opened(desk, case, who=INVESTIGATOR, request=None):
    return read_identity(desk, who, case.number, request.id if request else None, LATER)


def with_a_grant(desk, case):
    request = ask_who_reported(desk, INTAKE, case.number, "We must interview them.", SORTED)
    return decide_on_request(desk, CUSTODIAN, case.number, request.id, "Yes.", SORTED, grant=True)


def test_consent_opened_further_lets_assigned_handlers_read_without_a_request(desk):
    case, filed = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    with pytest.raises(IdentityClosed):
        opened(desk, case)
    assert says(desk, filed, Consent.OPEN) is Consent.OPEN
    assert opened(desk, case) == NAMED
    with pytest.raises(IdentityClosed):
        opened(desk, case, HEAD)
    worked_off(desk)
    view = show_case(desk, INTAKE, case.number, LATER)
    assert (view.consent, view.explanation["rule"], view.explanation["supervisor"]) == ("open", "ordinary", BOSS)


def test_consent_closed_again_closes_what_comes_and_leaves_on_record_what_was_read(desk):
    case, filed = open_case(desk, draft(Consent.OPEN))
    assigned(desk, HEAD, case, INVESTIGATOR)
    assert opened(desk, case) == NAMED
    says(desk, filed, Consent.CONFIDENTIAL)
    with pytest.raises(IdentityClosed):
        opened(desk, case)
    worked_off(desk)
    view = show_case(desk, INTAKE, case.number, LATER)
    assert (view.consent, view.explanation["rule"]) == ("confidential", "kept_with_identity")
    assert actions(desk, about=case.number).count("identity_read") == 1
    assert listed(desk, SUPERVISOR) == [case.number]  # of sharing they said nothing


def test_requests_and_grants_made_under_the_old_wish_end(desk):
    case, filed = open_case(desk)
    granted = with_a_grant(desk, case)
    ask_who_reported(desk, HEAD, case.number, "So must I.", SORTED)
    assert opened(desk, case, INTAKE, granted) == NAMED
    says(desk, filed, Consent.CONFIDENTIAL)
    worked_off(desk)
    assert {one.standing for one in desk.lookup.requests(case.number)} == {Standing.REVOKED}
    assert requests_waiting(desk, CUSTODIAN) == []
    with pytest.raises(IdentityClosed):
        opened(desk, case, INTAKE, granted)
    assert "identity_requests_ended" in actions(desk, about=case.number)
    assert ask_who_reported(desk, INTAKE, case.number, "Still.", LATER).standing is Standing.ASKED


def test_whoever_turns_anonymous_is_read_by_nobody_from_that_moment_and_no_supervisor_keeps_it(desk):
    case, filed = open_case(desk)
    granted = with_a_grant(desk, case)
    says(desk, filed, Consent.ANONYMOUS)
    with pytest.raises(IdentityClosed, match="anonymous"):
        opened(desk, case, INTAKE, granted)
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == []
    assert seen_now(desk, case).to == ("supervisor", "igo")  # who was told is told, though they see it no more
    assert seen_now(desk, case) == rebuilt(desk, case)


@pytest.mark.parametrize("sorted_before", [True, False])
def test_an_anonymous_reporter_adds_a_name_before_or_after_sorting(desk, sorted_before):
    filed = file_complaint(desk, draft(Consent.ANONYMOUS, ""), NOON)
    if sorted_before:
        worked_off(desk)
    says(desk, filed, Consent.CONFIDENTIAL, share=True, **NAMED)
    worked_off(desk)
    case = desk.lookup.case_of(filed.complaint)
    assert case.to == ("supervisor", "igo")
    assert listed(desk, SUPERVISOR) == [case.number]
    assert opened(desk, case, INTAKE, with_a_grant(desk, case)) == NAMED


@pytest.mark.parametrize("sorted_before", [True, False])
def test_who_did_not_agree_to_share_it_may_agree_later_and_take_it_back(desk, sorted_before):
    filed = file_complaint(desk, draft(share=False), NOON)
    if sorted_before:
        worked_off(desk)
    for share, told in ((True, 1), (None, 1), (False, 0), (None, 0)):
        says(desk, filed, Consent.CONFIDENTIAL, share=share)
        worked_off(desk)
        assert len(listed(desk, SUPERVISOR)) == told


def test_what_was_agreed_before_turning_anonymous_does_not_come_back_by_itself(desk):
    _, filed = open_case(desk)
    for consent in (Consent.ANONYMOUS, Consent.CONFIDENTIAL):
        says(desk, filed, consent)
        worked_off(desk)
        assert listed(desk, SUPERVISOR) == []


def test_an_anonymous_wish_with_a_name_in_it_is_refused_and_leaves_nothing(desk, store, place):
    _, filed = open_case(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(Malformed) as refusal:
        says(desk, filed, Consent.ANONYMOUS, **NAMED)
    assert [fault.pointer for fault in refusal.value.faults] == [f"#/{name}" for name in NAMED]
    assert everything_kept(store, place.data_dir) == before


def test_the_door_keeps_the_new_wish_and_opens_nothing_of_it(desk, place):
    door = open_house(replace(place, surface="door"))
    filed = file_complaint(door.desk, draft(), NOON)
    says(door.desk, filed, Consent.OPEN, **NAMED)
    for kind in (Kind.CONSENT, Kind.IDENTITY, Kind.ROUTING_FACTS):
        for recipient in (Recipient.DESK, Recipient.IDENTITY, Recipient.SORTING):
            with pytest.raises(EvidenceUnreadable):
                door.desk.vault.open(door.desk.lookup.latest(filed.complaint, kind), recipient)
    door.close()
    worked_off(desk)
    assert consent_of(desk, desk.lookup.case_of(filed.complaint)) is Consent.OPEN


def test_no_entry_and_no_size_tells_the_level(desk):
    case, filed = open_case(desk)
    for consent in Consent:
        for share in (None, True, False):
            says(desk, filed, consent, share=share)
    worked_off(desk)
    changes = entries(desk, about=str(filed.complaint), action="consent_changed")
    assert [one["facts"] for one in changes] == [{}] * 9
    assert {one["actor"] for one in changes} == {"reporter"}
    assert {len(one["sealed"]) for one in changes} == {1}
    assert len({part.size for part in desk.lookup.parts(filed.complaint, Kind.CONSENT)}) == 1
    told = json.dumps(entries(desk, about=case.number) + changes)
    assert [consent for consent in Consent if f'"{consent}"' in told] == []


def test_a_handler_who_says_in_the_end_that_they_reported_loses_the_case(desk):
    case, filed = open_case(desk, draft(Consent.ANONYMOUS, ""))
    assigned(desk, HEAD, case, INVESTIGATOR)
    says(desk, filed, Consent.CONFIDENTIAL, staff_number=INVESTIGATOR.person)
    worked_off(desk)
    assert listed(desk, INVESTIGATOR) == []
    assert seen_now(desk, case).assignees  # to take them off would tell whoever reads the entry who reported


def test_a_handler_who_reported_stays_walled_off_though_they_say_less_of_themself_later(desk):
    case, filed = open_case(desk, draft(number=INTAKE.person))
    assert listed(desk, INTAKE) == []
    says(desk, filed, Consent.OPEN, name="Ana")
    worked_off(desk)
    assert listed(desk, INTAKE) == []
    assert listed(desk, INTAKE_TWO) == [case.number]


def test_a_wish_that_comes_while_it_is_being_sorted_is_the_one_it_is_sorted_on(desk):
    """Anything else would share it with a supervisor on a word taken back, and keep the old word as the newest."""
    filed = file_complaint(desk, draft(Consent.OPEN), NOON)
    begun = []

    def meanwhile():
        if not begun:
            begun.append(says(desk, filed, Consent.ANONYMOUS))
        return desk.work()

    with pytest.raises(StaleVersion):
        sort_complaint(replace(desk, work=meanwhile), desk.jobs.take(NOON), SORTED)
    assert desk.lookup.case_of(filed.complaint) is None
    worked_off(desk, LATER)
    case = desk.lookup.case_of(filed.complaint)
    assert (case.to, consent_of(desk, case)) == (("igo",), Consent.ANONYMOUS)
    assert listed(desk, SUPERVISOR) == []
