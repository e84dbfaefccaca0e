"""Requests to learn who reported, as kept."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from cases.errors import StaleVersion
from cases.identity import Standing
from cases.ledger import About
from cases.people import Role
from cases.ports import EntryFilter
from cases.sight import Actor, sight_of
from tests.conftest import NOON
from tests.storage.making import bare_case, entry, minutes, registered, request_in, words


@pytest.fixture
def lookup(house):
    return house.desk.lookup


@pytest.fixture
def case(house):
    return registered(house.desk.work, bare_case(1))


def asking(house, case, requester="S0012", **facts):
    why = words(case.complaint)
    request = request_in(case, why, requester, **facts)
    with house.desk.work() as work:
        work.keep_request(request, entry(About.case(case.number), sealed=(why,)))
    return request


def settling(house, request, **facts):
    granted = {"standing": Standing.GRANTED, "decided_by": "S0017", "decided_at": NOON, "until": minutes(9)}
    settled = replace(request, **{**granted, **facts})
    with house.desk.work() as work:
        work.settle_request(settled, entry(About.case(request.number)))
    return settled


def test_a_request_is_read_as_it_was_put_and_as_it_was_decided(house, lookup, case):
    asked = asking(house, case)
    assert lookup.requests(case.number) == [asked]
    granted = settling(house, asked)
    assert lookup.requests(case.number) == [granted]


def test_requests_are_listed_oldest_first_and_per_case(house, lookup, case):
    other = registered(house.desk.work, bare_case(2))
    late, early = (asking(house, case, who, asked_at=at) for who, at in (("S0012", minutes(2)), ("S0014", NOON)))
    elsewhere = asking(house, other, asked_at=minutes(1))
    assert lookup.requests(case.number) == [early, late]
    assert lookup.requests(other.number) == [elsewhere]
    custodian = sight_of(Actor("S0017", Role.CUSTODIAN))
    assert lookup.waiting_requests(custodian) == [early, elsewhere, late]
    settling(house, early, standing=Standing.DENIED, until=None)
    assert lookup.waiting_requests(custodian) == [elsewhere, late]


@pytest.mark.parametrize("first", [Standing.GRANTED, Standing.DENIED])
def test_a_request_is_settled_once_and_the_second_custodian_is_told(house, lookup, case, first):
    request = asking(house, case)
    settled = settling(house, request, standing=first)
    entries = lookup.entries(EntryFilter())
    with pytest.raises(StaleVersion, match="settled in the meantime"):
        settling(house, request, decided_by="S0018")
    assert lookup.requests(case.number) == [settled]
    assert lookup.entries(EntryFilter()) == entries


def test_a_request_nobody_put_cannot_be_settled(house, lookup, case):
    with pytest.raises(StaleVersion):
        settling(house, request_in(case, words(case.complaint)))
    assert lookup.requests(case.number) == []


def test_closing_consent_ends_what_waits_and_what_was_granted_in_that_case_alone(house, lookup, case):
    other = registered(house.desk.work, bare_case(2))
    waiting, granted, denied = (asking(house, case, who) for who in ("S0012", "S0014", "S0015"))
    granted, denied = settling(house, granted), settling(house, denied, standing=Standing.DENIED, until=None)
    elsewhere = asking(house, other)
    with house.desk.work() as work:
        work.revoke_grants(case.number)
        work.note(entry(About.case(case.number)))
    standings = {one.requester: one.standing for one in lookup.requests(case.number)}
    assert standings == {"S0012": Standing.REVOKED, "S0014": Standing.REVOKED, "S0015": Standing.DENIED}
    assert denied in lookup.requests(case.number)
    assert lookup.requests(other.number) == [elsewhere]
    with pytest.raises(StaleVersion):
        settling(house, waiting)


def test_a_request_needs_its_reason_and_its_case(house, case):
    why = words(case.complaint)
    with pytest.raises(IntegrityError), house.desk.work() as work:
        work.keep_request(request_in(case, why), entry(About.case(case.number)))
    with pytest.raises(IntegrityError), house.desk.work() as work:
        work.keep_request(request_in(bare_case(7), why), entry(About.case(case.number), sealed=(why,)))
