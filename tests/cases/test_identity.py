"""Who reported: asked for with a reason, decided by somebody without a part, opened to one person for a time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.complaint import Consent
from cases.errors import ConflictOfInterest, IdentityClosed, MoveNotAllowed, NotPermitted
from cases.identity import HANDLERS, IdentityRequest, Standing, ask, decide, must_be_decidable, must_be_open
from cases.lifecycle import State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.making import AT, DAY, DECIDER, FINDER, HEAD, HEAD_3, INTAKE, Story, story_at
from tests.cases.case.making import decide as decided

CUSTODIAN = Actor("S0017", Role.CUSTODIAN)
REASON, UNTIL = UUID(int=77), AT + 7 * DAY
INVESTIGATED = story_at(State.INVESTIGATION).case
NAMED = (Consent.CONFIDENTIAL, Consent.OPEN)


def asked(by=HEAD, consent=Consent.CONFIDENTIAL, earlier=(), at=AT, case=INVESTIGATED):
    return ask(case, by, consent, earlier, REASON, at)


def granted(by=HEAD, until=UNTIL):
    return decide(asked(by), CUSTODIAN, AT, until)


@pytest.mark.parametrize("role", Role)
def test_only_those_who_work_a_case_ask_who_reported(role):
    by = Actor("S0099", role)
    if role in {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE}:
        one = asked(by)
        assert (one.requester, one.role, one.standing, one.reason) == ("S0099", role, Standing.ASKED, REASON)
        assert one.number == INVESTIGATED.number
    else:
        with pytest.raises(NotPermitted):
            asked(by)


def test_nobody_asks_or_learns_who_an_anonymous_reporter_is_not_even_on_a_grant():
    with pytest.raises(IdentityClosed, match="anonymous"):
        asked(consent=Consent.ANONYMOUS)
    for request in (None, granted(), granted(FINDER)):
        for by in (HEAD, FINDER):
            with pytest.raises(IdentityClosed, match="anonymous"):
                must_be_open(INVESTIGATED, by, Consent.ANONYMOUS, request, AT)


def test_under_open_consent_an_assigned_handler_reads_without_asking_and_nobody_else_does():
    must_be_open(INVESTIGATED, FINDER, Consent.OPEN, None, AT)
    with pytest.raises(MoveNotAllowed, match="without a request"):
        asked(FINDER, Consent.OPEN)
    for other in (HEAD, INTAKE, DECIDER, CUSTODIAN, Actor(FINDER.person, Role.INTAKE), Actor("S0015", FINDER.role)):
        with pytest.raises(IdentityClosed):
            must_be_open(INVESTIGATED, other, Consent.OPEN, None, AT)
    assert asked(HEAD, Consent.OPEN).standing is Standing.ASKED


def test_below_open_consent_nobody_reads_without_a_grant():
    for by in (FINDER, HEAD, INTAKE, CUSTODIAN):
        for consent in (Consent.CONFIDENTIAL, Consent.ANONYMOUS):
            with pytest.raises(IdentityClosed):
                must_be_open(INVESTIGATED, by, consent, None, AT)


@pytest.mark.parametrize(
    ("earlier", "waits"),
    [
        (asked, True),
        (granted, True),
        (lambda: granted(until=AT), False),  # its time is over
        (lambda: decide(asked(), CUSTODIAN, AT, None), False),
        (lambda: replace(granted(), standing=Standing.REVOKED), False),
        (lambda: granted(INTAKE), False),  # somebody else's
    ],
)
def test_nobody_asks_twice_while_a_request_waits_or_a_grant_runs(earlier, waits):
    if waits:
        with pytest.raises(MoveNotAllowed, match="earlier request"):
            asked(earlier=[earlier()])
    else:
        assert asked(earlier=[earlier()]).standing is Standing.ASKED


@given(st.sampled_from(sorted(HANDLERS)), st.sampled_from(Role), st.sampled_from(["S0099", "S0098"]))
def test_a_grant_opens_it_to_whoever_asked_in_the_role_they_asked_in_alone(role, other, person):
    request = granted(Actor("S0099", role))
    reader = Actor(person, other)
    if (person, other) == ("S0099", role):
        must_be_open(INVESTIGATED, reader, Consent.CONFIDENTIAL, request, AT)
    else:
        with pytest.raises(IdentityClosed, match="not granted to you"):
            must_be_open(INVESTIGATED, reader, Consent.CONFIDENTIAL, request, AT)


@given(st.integers(-(10**9), 10**9))
def test_a_grant_ends_at_its_moment(microseconds):
    at = UNTIL + timedelta(microseconds=microseconds)
    if at < UNTIL:
        must_be_open(INVESTIGATED, HEAD, Consent.CONFIDENTIAL, granted(), at)
    else:
        with pytest.raises(IdentityClosed):
            must_be_open(INVESTIGATED, HEAD, Consent.CONFIDENTIAL, granted(), at)


@pytest.mark.parametrize("standing", sorted(set(Standing) - {Standing.GRANTED}))
def test_what_was_not_granted_or_was_revoked_opens_nothing(standing):
    with pytest.raises(IdentityClosed):
        must_be_open(INVESTIGATED, HEAD, Consent.CONFIDENTIAL, replace(granted(), standing=standing), AT)


def test_a_grant_without_an_end_opens_nothing():
    with pytest.raises(IdentityClosed):
        must_be_open(INVESTIGATED, HEAD, Consent.CONFIDENTIAL, replace(granted(), until=None), AT)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CUSTODIAN}))
def test_only_a_custodian_decides(role):
    with pytest.raises(NotPermitted):
        must_be_decidable(asked(), INVESTIGATED, Actor("S0017", role))


def parts():
    """(case, somebody with a part in it)."""
    story = decided(story_at(State.WITH_DECIDER))
    yield story.case, DECIDER.person
    yield story.case, FINDER.person
    story.two(INTAKE, "reopen", HEAD_3)
    yield story.case, HEAD_3.person
    yield story.case, DECIDER.person
    begun = Story()
    begun.assigns(FINDER)
    yield begun.case, FINDER.person
    begun.unassigns(FINDER)
    yield begun.case, FINDER.person


@pytest.mark.parametrize(("case", "person"), list(parts()))
def test_whoever_has_or_had_a_part_in_the_case_decides_on_no_request_in_it(case, person):
    with pytest.raises(ConflictOfInterest):
        must_be_decidable(asked(INTAKE), case, Actor(person, Role.CUSTODIAN))
    must_be_decidable(asked(INTAKE), case, CUSTODIAN)


def test_a_custodian_does_not_decide_on_their_own_request():
    with pytest.raises(ConflictOfInterest):
        must_be_decidable(asked(Actor(CUSTODIAN.person, Role.HEAD)), Story().case, CUSTODIAN)


@pytest.mark.parametrize("standing", sorted(set(Standing) - {Standing.ASKED}))
def test_a_request_is_decided_once(standing):
    with pytest.raises(MoveNotAllowed, match="decided already"):
        must_be_decidable(replace(asked(), standing=standing), INVESTIGATED, CUSTODIAN)


def test_a_decision_names_its_custodian_and_a_denial_has_no_time():
    yes, no = granted(), decide(asked(), CUSTODIAN, AT, None)
    assert (yes.standing, yes.decided_by, yes.decided_at, yes.until) == (Standing.GRANTED, "S0017", AT, UNTIL)
    assert (no.standing, no.decided_by, no.until) == (Standing.DENIED, "S0017", None)


def test_a_request_says_nothing_of_the_reporter():
    assert set(IdentityRequest.__slots__) == {
        *("id", "number", "requester", "role", "asked_at", "reason"),
        *("standing", "decided_by", "decided_at", "until"),
    }
