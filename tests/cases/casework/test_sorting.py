import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from cases.casework.filing import file_complaint
from cases.casework.looking import show_case
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.sorting import sort_complaint
from cases.complaint import Consent, Reporter
from cases.errors import EvidenceUnreadable, JobHeld
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.place import Kind, Recipient
from cases.ports import EntryFilter
from cases.routing import OF_SUBJECTS, SITUATIONS
from cases.sight import Actor
from storage.tables import marks, metadata, sealed_parts
from storage.work import MARKS_PER_SORT
from tests.cases.casework.conftest import (
    BOSS,
    GATEKEEPER,
    HEAD,
    INTAKE,
    OUTSIDE,
    REPORTER,
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
    sort_next,
)
from tests.conftest import NOON

LOOKED, REGISTERED = "opened_for_sorting", "registered"


def opened_explanation(desk, complaint):
    return json.loads(desk.vault.open(desk.lookup.part(complaint, Kind.EXPLANATION), Recipient.DESK))


def opened_leg(desk, complaint):
    return json.loads(desk.vault.open(desk.lookup.part(complaint, Kind.SUPERVISOR_LEG), Recipient.IDENTITY))


def test_sorting_makes_a_registered_case_of_a_complaint(desk):
    case, filed = open_case(desk)
    assert re.fullmatch(r"IGO-2026-\d{5}", case.number)
    assert (case.complaint, case.queue, case.to) == (filed.complaint, Queue.IGO, ("supervisor", "igo"))
    assert (case.state, case.version, case.received_at) == (State.REGISTERED, 1, NOON)
    assert case.categories == ("confidentiality_breach",)
    assert (case.due.name, case.due.due_by) == ("acknowledge", filed.acknowledge_by)
    assert seen_now(desk, case) == case
    assert show_mailbox(desk, open_mailbox(desk, filed.receipt)).status.slug == "registered"
    assert desk.jobs.take(after(days=1)) is None


def test_the_worker_says_that_it_opens_before_it_opens_and_then_registers(desk):
    case, filed = open_case(desk)
    _, looked = entries(desk, about=str(filed.complaint))
    assert (looked["kind"], looked["action"], looked["actor"]) == ("look", LOOKED, "worker")
    assert looked["facts"] == {"opened": ["statement", "routing_facts"]}
    (registered,) = entries(desk, about=case.number)
    assert (registered["kind"], registered["version"], registered["actor"]) == ("change", 1, "worker")
    assert registered["facts"]["complaint_id"] == str(filed.complaint)
    assert {part["kind"] for part in registered["sealed"]} == {"explanation", "supervisor_leg", "persons", "consent"}


def test_sorting_twice_changes_nothing(desk, store, place):
    file_complaint(desk, draft(), NOON)
    job = desk.jobs.take(NOON)
    case = sort_complaint(desk, job, SORTED)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(JobHeld):
        sort_complaint(desk, job, after(hours=1))
    assert everything_kept(store, place.data_dir) == before
    assert seen_now(desk, case) == case


def test_a_worker_killed_between_its_look_and_the_registration_is_made_good_by_the_next(desk, store, place):
    filed = file_complaint(desk, draft(), NOON)
    with store.writing() as connection:
        connection.execute(text("CREATE TRIGGER cut AFTER INSERT ON marks BEGIN SELECT RAISE(ABORT, 'cut'); END"))
    job = desk.jobs.take(NOON)
    before = everything_kept(store, place.data_dir)[0]
    with pytest.raises(IntegrityError, match="cut"):
        sort_complaint(desk, job, SORTED)
    left = everything_kept(store, place.data_dir)[0]
    assert {name: left[name] - before[name] for name in left if left[name] != before[name]} == {
        "entries": 1,
        "waiting": 1,
    }
    assert actions(desk, about=str(filed.complaint)) == ["filed", LOOKED]
    with store.writing() as connection:
        connection.execute(text("DROP TRIGGER cut"))
    assert desk.jobs.take(after(seconds=14)) is None  # its lease still runs
    case = sort_next(desk, after(minutes=3))
    assert actions(desk, about=str(filed.complaint)) == ["filed", LOOKED, LOOKED]
    assert actions(desk, about=case.number) == [REGISTERED]
    assert listed(desk, INTAKE) == [case.number]


@pytest.mark.parametrize("kind", [Kind.STATEMENT, Kind.ROUTING_FACTS])
def test_a_part_that_was_tampered_with_is_not_sorted_and_the_attempt_is_on_record(desk, store, kind):
    filed = file_complaint(desk, draft(), NOON)
    with store.writing() as connection:
        which = sealed_parts.c.kind == kind.slug
        sealed = connection.scalar(select(sealed_parts.c.ciphertext).where(which))
        broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
        connection.execute(update(sealed_parts).where(which).values(ciphertext=broken))
    with pytest.raises(EvidenceUnreadable):
        sort_complaint(desk, desk.jobs.take(NOON), SORTED)
    assert desk.lookup.case_of(filed.complaint) is None
    assert actions(desk, about=str(filed.complaint)) == ["filed", LOOKED]


def test_a_complaint_waits_its_turn_and_the_oldest_comes_first(desk):
    first = file_complaint(desk, draft(), NOON)
    second = file_complaint(desk, draft(), after(seconds=1))
    assert [sort_next(desk).complaint for _ in range(2)] == [first.complaint, second.complaint]


def test_numbers_are_unique_and_tell_nothing_by_their_order(desk):
    numbers = [open_case(desk)[0].number for _ in range(10)]
    assert len(set(numbers)) == 10
    assert numbers != sorted(numbers)


def test_a_complaint_about_the_offices_own_staff_never_enters_their_queue(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0014")]))
    assert (case.queue, case.to) == (Queue.OUTSIDE, ("outside", "gatekeeper"))
    for role in Role:
        if role not in {Role.CUSTODIAN, Role.ETHICS, Role.AUDITOR, Role.MONITOR, Role.ADMINISTRATOR}:
            seen = listed(desk, Actor("S0011", role))
            assert seen == ([case.number] if role in {Role.OUTSIDE, Role.GATEKEEPER} else [])
    assert listed(desk, OUTSIDE) == listed(desk, GATEKEEPER) == [case.number]


def test_the_leg_to_the_supervisor_is_kept_with_the_identity(desk):
    _, filed = open_case(desk)
    leg = opened_leg(desk, filed.complaint)
    assert leg["addressee"] == leg["explanation"]["supervisor"] == BOSS
    assert leg["explanation"]["rule"] == "ordinary"
    assert opened_explanation(desk, filed.complaint)["rule"] == "kept_with_identity"
    with pytest.raises(EvidenceUnreadable):
        desk.vault.open(desk.lookup.part(filed.complaint, Kind.SUPERVISOR_LEG), Recipient.DESK)


def test_two_reporters_of_different_teams_leave_the_same_explanation(desk):
    told = [opened_explanation(desk, open_case(desk, draft(number=who))[1].complaint) for who in (REPORTER, "S0113")]
    assert told[0] == told[1]


def test_under_open_consent_the_case_explains_itself_in_full(desk):
    case, _ = open_case(desk, draft(Consent.OPEN))
    shown = show_case(desk, INTAKE, case.number, SORTED).explanation
    assert (shown["rule"], shown["supervisor"]) == ("ordinary", BOSS)


def every_cell(store):
    """Whatever stands in the database, but for the directory itself."""
    with store.reading() as connection:
        for name, table in metadata.tables.items():
            if name != "directories":
                for row in connection.execute(select(table)):
                    yield from ((name, cell) for cell in row)


A_LONG_NAME = Reporter(
    Consent.CONFIDENTIAL, "Екатерина" * 22, "e" * 185 + "@agency.example", "S0102", "staff", share_with_supervisor=True
)
INVOLVED = {"supervisor_involved": True}
# Who reports below open consent, how far they agree, and what they say of their supervisor: told apart by nothing kept.
REPORTERS = {
    "ordinary": draft(),
    "of another team": draft(number="S0113"),
    "of the office": draft(number="S0012"),
    "outside the agency": draft(number="X9999"),
    "with nobody above": draft(number="S0001"),
    "with a long name": replace(draft(), reporter=A_LONG_NAME),
    "not agreeing": draft(share=False),
    "anonymous": draft(Consent.ANONYMOUS, ""),
    "supervisor involved": draft(**INVOLVED),
    "supervisor involved, none above": draft(number="S0002", **INVOLVED),
    "supervisor involved, not agreeing": draft(share=False, **INVOLVED),
    "in the open": draft(Consent.OPEN),
}
TELLING = (Kind.IDENTITY, Kind.ROUTING_FACTS, Kind.EXPLANATION, Kind.SUPERVISOR_LEG, Kind.PERSONS, Kind.CONSENT)


def test_what_is_kept_has_the_same_sizes_whoever_reports_and_wherever_it_goes(desk):
    sizes, situations = set(), set()
    for complaint in REPORTERS.values():
        case, filed = open_case(desk, complaint)
        situations.add(opened_leg(desk, filed.complaint)["explanation"]["rule"])
        parts = [desk.lookup.part(filed.complaint, kind) for kind in TELLING]
        assert all(part.size == len(part.ciphertext) for part in parts)
        sizes.add(tuple(part.size for part in parts))
        assert case.to in {("igo",), ("supervisor", "igo")}
    assert len(sizes) == 1
    assert situations == SITUATIONS - OF_SUBJECTS - {"unresolved_subject"}


@pytest.mark.parametrize(
    "told",
    [
        {"subjects": []},
        {"subjects": [by_number("S0014")]},
        {"subjects": [by_number("S0001")]},
        {"subjects": [by_number("S0107")] * 20, "witnesses": [by_number("S0108")] * 20},
    ],
    ids=["nobody", "of the office", "above the office", "as many as the door takes"],
)
def test_sizes_do_not_grow_with_the_people_named(desk, told):
    sizes = set()
    for complaint in (draft(), draft(**told), draft(Consent.ANONYMOUS, "", **told), draft(Consent.OPEN, **told)):
        _, filed = open_case(desk, complaint)
        sizes.add(tuple(desk.lookup.part(filed.complaint, kind).size for kind in TELLING if kind is not Kind.PERSONS))
    assert len(sizes) == 1


def test_the_number_of_marks_tells_nothing_of_the_reporter(desk, store):
    for complaint in REPORTERS.values():
        case, _ = open_case(desk, complaint)
        with store.reading() as connection:
            found = connection.execute(select(marks.c.mark).where(marks.c.case_number == case.number)).scalars().all()
        assert len(found) == 2 * MARKS_PER_SORT
        assert {len(mark) for mark in found} == {32}


def test_no_mark_that_only_fills_up_ever_comes_twice(desk, store):
    for _ in range(5):
        open_case(desk, draft(Consent.ANONYMOUS, "", subjects=[]))
    with store.reading() as connection:
        found = connection.execute(select(marks.c.mark)).scalars().all()
    assert len(set(found)) == len(found) == 5 * 2 * MARKS_PER_SORT


@pytest.mark.parametrize(
    "told",
    [
        {},
        INVOLVED,
        {"subjects": [by_number("S0100")]},
        {"witnesses": [{"name": "Colleague 0100"}]},
    ],
    ids=["they receive it", "they are involved", "they work below the subject", "their superior is a witness"],
)
def test_below_open_consent_nothing_the_desk_holds_names_the_reporters_supervisor(desk, store, told):
    case, filed = open_case(desk, draft(**told), pictures=1)
    for actor in (SUPERVISOR, INTAKE, HEAD):
        if case.number in listed(desk, actor):
            show_case(desk, actor, case.number, SORTED + timedelta(minutes=1))
    names = (BOSS.encode(), b"c0101@", b"Colleague 0101", REPORTER.encode(), b"c0102@")
    for entry in desk.lookup.entries(EntryFilter(limit=1_000)):
        assert not any(name in entry.body for name in names), entry.body
    for kind in Kind:
        for part in desk.lookup.parts(filed.complaint, kind):
            if any(wrap.recipient is Recipient.DESK for wrap in part.wraps):
                assert not any(name in desk.vault.open(part, Recipient.DESK) for name in names), kind
    for table, cell in every_cell(store):
        written = cell if isinstance(cell, bytes) else str(cell).encode()
        assert not any(name in written for name in names), table
