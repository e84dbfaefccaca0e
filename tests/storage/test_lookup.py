from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cases.case import Assignment
from cases.casework.administering import import_directory
from cases.casework.looking import note_look
from cases.errors import NotPermitted, ReceiptRefused, UnknownCase, UnknownItem
from cases.ledger import THE_SYSTEM, About
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.place import Kind
from cases.ports import CaseFilter, EntryFilter
from cases.sight import SIGHTS, Actor, sight_of
from tests.conftest import NOON, SAMPLES
from tests.storage.making import (
    NOBODY,
    REGISTERED,
    bare_case,
    counted,
    entry,
    filed,
    minutes,
    registered,
    request_in,
    sent,
    sorted_case,
    words,
)


def test_a_list_of_files_costs_three_queries_however_long_it_is(house):
    one = filed(house)
    for _ in range(5):
        sent(house, one)
    items, queries = counted(house.desk.lookup, lambda: house.desk.lookup.evidence(one.complaint))
    assert (len(items), queries) == (5, 3)


def shown_to(house, role, number, me="S0103", standing=NOBODY):
    """A case that everything opens to somebody in this role, as far as `standing` lets it; it is assigned to them."""
    queue = Queue.OUTSIDE if role in {Role.OUTSIDE, Role.GATEKEEPER} else Queue.IGO
    state = State.REPORTED if role is Role.DECIDER else State.REGISTERED
    case = registered(
        house.desk.work, bare_case(number, queue=queue, state=state, to=("igo", "ethics", "der")), standing
    )
    if role is Role.CUSTODIAN:
        why = words(case.complaint)
        with house.desk.work() as work:
            work.keep_request(request_in(case, why), entry(About.case(case.number), sealed=(why,)))
        return case
    assigned = replace(case, version=2, assignees=(Assignment(me, Role.INVESTIGATOR),))
    with house.desk.work() as work:
        work.record(assigned, entry(About.case(case.number), version=2), house.desk.lookup.status(case.complaint))
    return assigned


@pytest.mark.parametrize("walled", ["walls", "walls_by_identity"])
def test_a_walled_person_never_learns_of_a_case_in_any_role(house, walled):
    lookup, refusals = house.desk.lookup, set()
    for number, role in enumerate(SIGHTS):
        standing = replace(NOBODY, addressee="S0103" if role is Role.SUPERVISOR else None)
        shown = shown_to(house, role, 2 * number, standing=standing).number
        hidden = shown_to(
            house, role, 2 * number + 1, standing=replace(standing, **{walled: frozenset({"S0103"})})
        ).number
        sight = sight_of(Actor("S0103", role))
        assert lookup.case(shown, sight).number == shown
        listed = {case.number for case in lookup.cases(sight, CaseFilter())}
        assert shown in listed
        assert hidden not in listed
        for unseen in (hidden, "IGO-2026-99999"):
            with pytest.raises(UnknownCase) as refused:
                lookup.case(unseen, sight)
            refusals.add(str(refused.value))
        assert lookup.is_walled(hidden, "S0103")
        assert not lookup.is_walled(shown, "S0103")
    assert len(refusals) == 1


@pytest.mark.parametrize("role", sorted(SIGHTS))
def test_whoever_recused_themselves_sees_the_case_no_more_in_any_role(house, role):
    case = shown_to(house, role, 0, standing=replace(NOBODY, addressee="S0103" if role is Role.SUPERVISOR else None))
    sight = sight_of(Actor("S0103", role))
    assert house.desk.lookup.case(case.number, sight) == case
    after, walls = replace(case, version=case.version + 1, recused=frozenset({"S0103"})), frozenset({"S0103"})
    with house.desk.work() as work:
        work.record(after, entry(About.case(case.number), version=after.version), REGISTERED, walls=walls)
    assert house.desk.lookup.cases(sight, CaseFilter()) == []
    with pytest.raises(UnknownCase):
        house.desk.lookup.case(case.number, sight)


def test_whom_a_complaint_was_sent_to_as_supervisor_never_sees_its_case_in_another_role(house):
    me, lookup = "S0101", house.desk.lookup
    for number, role in enumerate(SIGHTS):
        case = shown_to(house, role, number, me, replace(NOBODY, addressee=me))
        assert lookup.case(case.number, sight_of(Actor(me, Role.SUPERVISOR))) == case
        if role is not Role.SUPERVISOR:
            with pytest.raises(UnknownCase):
                lookup.case(case.number, sight_of(Actor(me, role)))


@pytest.mark.parametrize("role", sorted(set(Role) - set(SIGHTS)))
def test_a_role_that_sees_no_cases_has_no_sight(role):
    with pytest.raises(NotPermitted):
        sight_of(Actor("S0012", role))


def test_the_subject_of_a_sorted_complaint_and_its_addressee_are_known_by_marks_alone(house):
    case = sorted_case(house)
    lookup = house.desk.lookup
    assert lookup.is_walled(case.number, "S0103")
    assert lookup.is_addressed(case.number, "S0101")
    assert not lookup.is_addressed(case.number, "S0103")
    assert not lookup.is_walled(case.number, "S0101")
    assert lookup.cases(sight_of(Actor("S0101", Role.SUPERVISOR)), CaseFilter()) == [case]
    assert lookup.cases(sight_of(Actor("S0106", Role.SUPERVISOR)), CaseFilter()) == []


def test_what_is_not_there_is_said_to_be_unknown(house):
    lookup, one = house.desk.lookup, filed(house)
    for ask, refusal in (
        (lambda: lookup.mailbox(bytes(32)), ReceiptRefused),
        (lambda: lookup.complaint(uuid4()), UnknownItem),
        (lambda: lookup.part(one.complaint, Kind.EXPLANATION), UnknownItem),
        (lambda: lookup.part(uuid4(), Kind.STATEMENT), UnknownItem),
        (lambda: lookup.complaint_of("IGO-2026-1"), UnknownCase),
        (lambda: lookup.evidence_item(one.complaint, uuid4()), UnknownItem),
    ):
        with pytest.raises(refusal):
            ask()
    assert lookup.case_of(one.complaint) is lookup.answer(bytes(32)) is lookup.token(bytes(32)) is None
    assert (
        lookup.parts(uuid4(), Kind.STATEMENT) == lookup.evidence(one.complaint) == lookup.messages(one.complaint) == []
    )


def test_a_file_is_found_below_its_own_complaint_alone(house):
    one, other = filed(house), filed(house)
    item = UUID(sent(house, one).evidence)
    assert house.desk.lookup.evidence_item(one.complaint, item).content.id == item
    with pytest.raises(UnknownItem):
        house.desk.lookup.evidence_item(other.complaint, item)
    assert house.desk.lookup.evidence(other.complaint) == []


def test_the_custody_of_a_file_is_every_entry_about_it_and_no_other(house):
    one = filed(house)
    mine, other = sent(house, one), sent(house, one)
    job = house.desk.jobs.take(NOON)
    from cases.casework.sorting import sort_complaint

    case = sort_complaint(house.desk, job, NOON)
    for evidence in (mine.evidence, other.evidence, mine.evidence):
        note_look(house.desk, Actor("S0012", Role.INTAKE), case, "opened_original", NOON, facts={"evidence": evidence})
    found = [one.body for one in house.desk.lookup.custody(UUID(mine.evidence))]
    assert len(found) == 2
    assert all(mine.evidence.encode() in body and other.evidence.encode() not in body for body in found)


def test_entries_are_listed_in_order_of_arrival_page_by_page(house):
    with house.desk.work() as work:
        for minute in range(7):
            work.note(entry(THE_SYSTEM, at=minutes(minute)))
    lookup, found, after = house.desk.lookup, [], 0
    while page := lookup.entries(EntryFilter(after=after, limit=3, action="tested")):
        assert len(page) <= 3
        found += page
        after = page[-1].position
    assert [one.position for one in found] == sorted({one.position for one in found})
    assert len(found) == 7
    some = EntryFilter(actor="S0012", from_=minutes(2), to=minutes(5))
    assert lookup.entries(some) == found[2:5]
    assert lookup.entries(EntryFilter(kind="change")) == lookup.entries(EntryFilter(about="nothing")) == []
    assert lookup.timeline(["system"], found[2].position, 2) == found[3:5]


def test_the_directory_imported_last_counts_and_earlier_ones_stay(house):
    lookup, text = house.desk.lookup, (SAMPLES / "directory.csv").read_text()
    assert lookup.directory() is lookup.directory()
    assert lookup.directory().person("S0070") is not None
    import_directory(house.desk, text[: text.rindex("S0070")], NOON + timedelta(days=1))
    assert lookup.directory().person("S0070") is None


def test_of_several_parts_of_a_kind_the_first_and_the_last_are_found(house):
    one = filed(house)
    added = [words(one.complaint, Kind.CONSENT) for _ in range(3)]
    for part in added:
        with house.desk.work() as work:
            work.note(entry(THE_SYSTEM, sealed=(part,)))
    lookup = house.desk.lookup
    assert lookup.parts(one.complaint, Kind.CONSENT) == added
    assert lookup.part(one.complaint, Kind.CONSENT) == added[0]
    assert lookup.latest(one.complaint, Kind.CONSENT) == added[-1]
    assert lookup.sealed(one.complaint, added[1].id) == added[1]


def test_a_part_of_another_complaint_is_never_found(house):
    one, other, lookup = filed(house), filed(house), house.desk.lookup
    mine = words(one.complaint, Kind.PERSONS)
    with house.desk.work() as work:
        work.note(entry(THE_SYSTEM, sealed=(mine,)))
    for ask in (
        lambda: lookup.sealed(other.complaint, mine.id),
        lambda: lookup.sealed(one.complaint, uuid4()),
        lambda: lookup.latest(other.complaint, Kind.PERSONS),
        lambda: lookup.part(other.complaint, Kind.PERSONS),
    ):
        with pytest.raises(UnknownItem, match=r"^There is no such part\.$"):
            ask()
    assert lookup.parts(other.complaint, Kind.PERSONS) == []
    assert lookup.sealed(one.complaint, mine.id) == lookup.latest(one.complaint, Kind.PERSONS) == mine
