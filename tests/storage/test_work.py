from dataclasses import replace
from functools import partial
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cases.case import Assignment
from cases.casework.filing import file_complaint
from cases.casework.mailbox import find_mailbox
from cases.complaint import Consent
from cases.errors import KeyReused, Malformed, StaleVersion
from cases.identity import Standing as Asked
from cases.ledger import THE_SYSTEM, About
from cases.lifecycle import State
from cases.outbox import JobWork
from cases.people import Role
from cases.place import Kind, Owner
from cases.ports import Answer, EntryFilter, EvidenceItem, Standing, Status, Token, Work
from cases.ports_mail import KeptMail
from storage import open_house
from storage.tables import INSERT_ONLY, entries, metadata
from storage.work import MARKS_PER_SORT
from tests.conftest import NOON
from tests.storage.making import (
    NOBODY,
    REGISTERED,
    at_once,
    bare_case,
    changed,
    complaint,
    draft,
    entry,
    filed,
    letter,
    minutes,
    registered,
    request_in,
    sorted_case,
    words,
)

EVERYBODY = Standing(frozenset({"S0103"}), frozenset({"S0101"}), "S0100")


@pytest.fixture
def database(house):
    return house.desk.lookup._database


@pytest.fixture
def filled(house):
    """Rows in the tables that may never be rewritten."""
    sorted_case(house)
    house.ledger.sequence(NOON)
    return house


def rows(database):
    with database.reading() as connection:
        return {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}


# What an attacker with a connection of ours might try.
SPOILING = (
    'UPDATE {table} SET "{key}" = "{key}" + 100',
    "UPDATE {table} SET {last} = 'forged'",
    "DELETE FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
    'INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET "{key}" = -1',
)


def run(database, statement):
    with database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("table", INSERT_ONLY)
def test_nothing_written_once_can_be_rewritten_or_deleted(filled, database, table):
    before = rows(database)
    assert before[table]
    key, *_, last = metadata.tables[table].columns.keys()
    for attempt in SPOILING:
        with pytest.raises(IntegrityError, match=f"{table} is insert-only"):
            run(database, attempt.format(table=table, key=key, last=last))
    assert rows(database) == before


def test_a_case_has_one_change_for_each_version_and_sql_insists(filled, database):
    with database.reading() as connection:
        row = connection.execute(select(entries).where(entries.c.version == 1)).one()
    again = {**row._mapping, "position": None}
    with pytest.raises(IntegrityError, match=r"entries\.about, entries\.version"), database.writing() as connection:
        connection.execute(entries.insert(), again)


@pytest.mark.parametrize(("column", "slug"), [("state", "forgotten"), ("queue", "nobody")])
def test_a_case_is_never_in_a_state_the_rules_do_not_know(filled, database, column, slug):
    with pytest.raises(IntegrityError, match=f"cases_{column}"):
        run(database, f"UPDATE cases SET {column} = '{slug}'")  # noqa: S608 - both are written above


WITHOUT_AN_ENTRY = {
    "keep_answer",
    "keep_mail",
    "ask_for",
    "ask_once",
    "schedule",
    "done",
    "again",
    "keep_custodian",
    "revoke_grants",
    "erase",
}  # the caller writes it


def of_an_intake(house, one):
    """The verbs of a complaint, and those of the house."""
    desk, mailbox = house.desk, find_mailbox(house.desk, one.receipt)
    owner = Owner(mailbox.id, mailbox.mailbox_key)
    message, content, facts = (
        desk.vault.seal(kind, owner, b"{}") for kind in (Kind.MESSAGE, Kind.EVIDENCE, Kind.FILE_FACTS)
    )
    about = About.complaint(one.complaint)
    token = Token(bytes(32), "S0012", Role.INTAKE, NOON, minutes(1))
    yield "take_in", lambda work: work.take_in(complaint(77), entry(THE_SYSTEM), Status("received", NOON))
    yield (
        "add_evidence",
        lambda work: work.add_evidence(EvidenceItem(content, facts, NOON), entry(about, sealed=(content, facts))),
    )
    yield "add_message", lambda work: work.add_message(letter(message), entry(about, sealed=(message,)))
    yield "note", lambda work: work.note(entry(THE_SYSTEM), "a look")
    yield "keep_answer", lambda work: work.keep_answer(Answer(bytes(32), bytes(32), b"sealed"), NOON)
    yield "keep_mail", lambda work: work.keep_mail(KeptMail(bytes(32), b"sealed"))
    yield "ask_for", lambda work: work.ask_for("sort", "x", NOON)
    yield "keep_directory", lambda work: work.keep_directory("text", entry(THE_SYSTEM))
    yield "keep_token", lambda work: work.keep_token(token, entry(THE_SYSTEM))
    yield "revoke_tokens", lambda work: work.revoke_tokens("S0012", entry(THE_SYSTEM))


def of_a_case(house, one):
    """The verbs of a case; one is registered beforehand, and somebody asked who reported."""
    new, case = bare_case(0, complaint=one.complaint), registered(house.desk.work, bare_case(1), EVERYBODY)
    why, other, told = words(case.complaint), words(case.complaint), words(case.complaint, Kind.MESSAGE)
    about, request = About.case(case.number), request_in(case, why)
    with house.desk.work() as work:
        work.keep_request(request, entry(about, sealed=(why,)))
    more = {"letter": letter(told), "standing": EVERYBODY, "walls": frozenset({"S0104"})}
    second = entry(about, version=2, sealed=(told,))
    again = entry(about, sealed=(other,))
    yield (
        "register",
        lambda work: work.register(new, EVERYBODY, entry(About.case(new.number), version=1), REGISTERED),
    )
    yield "record", lambda work: work.record(changed(case), second, REGISTERED, **more)
    yield "keep_request", lambda work: work.keep_request(request_in(case, other), again)
    granted = replace(request, standing=Asked.GRANTED, decided_by="S0017", decided_at=NOON, until=minutes(1))
    yield "settle_request", lambda work: work.settle_request(granted, entry(about))
    yield "keep_custodian", lambda work: work.keep_custodian(case.number, "S0017")
    yield "revoke_grants", lambda work: work.revoke_grants(case.number)
    yield "erase", lambda work: work.erase(replace(new, erased_at=NOON))


def of_a_job(house):
    """The verbs of the outbox, each on a job of its own."""
    jobs, asked = house.desk.jobs, entry(THE_SYSTEM)

    def taken(kind):
        with house.desk.work() as work:
            work.ask_for(kind, "x", NOON)
        return next(job for job in iter(partial(jobs.take, NOON), None) if job.kind == kind)

    def dead(kind):
        job = taken(kind)
        jobs.failed(job, "StaleVersion", NOON, None)
        return job

    yield "ask_once", lambda work: work.ask_once("purge", "x", NOON)
    yield "schedule", lambda work: work.schedule("remind", "x", minutes(1), NOON)
    done, again, one, two = taken("a"), taken("b"), dead("c"), dead("d")
    yield "done", lambda work: work.done(done)
    yield "again", lambda work: work.again(again, minutes(1))
    yield "retry_job", lambda work: work.retry_job(one.id, NOON, asked)
    yield "retry_dead", lambda work: work.retry_dead("d", NOON, replace(asked, id=uuid4()))
    two = dead("e")
    yield "discard_job", lambda work: work.discard_job(two.id, replace(asked, id=uuid4()))


def everything(house):
    """Every verb of a transaction with something to store, by name."""
    one = filed(house)
    yield from of_a_job(house)
    yield from of_an_intake(house, one)
    yield from of_a_case(house, one)


def do_and_fail(house, verb, name):
    with house.desk.work() as work:
        verb(work)
        raise ConnectionError(name)


def test_a_failing_transaction_leaves_no_row_in_any_table(house, database):
    for name, verb in everything(house):
        before = rows(database)
        with pytest.raises(ConnectionError, match=name):
            do_and_fail(house, verb, name)
        assert rows(database) == before, name


def test_whatever_a_transaction_stores_waits_for_its_leaf(house, database):
    for name, verb in everything(house):
        before = rows(database)
        with house.desk.work() as work:
            verb(work)
        after = rows(database)
        assert after != before, name
        assert len(after["entries"]) == len(before["entries"]) + (name not in WITHOUT_AN_ENTRY), name
        assert {row.entry for row in after["waiting"]} == {row.position for row in after["entries"]}


def test_every_verb_of_a_transaction_was_tried(house):
    tried = {name for name, _ in everything(house)}
    asks = {"looked_lately", "number_is_free"}
    apart = {"notices"}  # whose verbs test_notices.py tries
    verbs = {name for port in (Work, JobWork) for name in vars(port) if not name.startswith("_")}
    assert tried | asks | apart == verbs


def test_nothing_is_filed_when_what_must_commit_with_it_fails(house, database):
    def fail(_work, _filed):
        raise ConnectionError

    before = rows(database)
    with pytest.raises(ConnectionError):
        file_complaint(house.desk, draft(), NOON, fail)
    assert rows(database) == before


def test_a_complaint_that_contradicts_itself_is_refused_before_anything_is_stored(house, database):
    before = rows(database)
    contradiction = replace(draft(), reporter=replace(draft().reporter, consent=Consent.ANONYMOUS))
    with pytest.raises(Malformed):
        file_complaint(house.desk, contradiction, NOON)
    assert rows(database) == before


def recording(house, case, **facts):
    changed_case = changed(case, **facts)
    with house.desk.work() as work:
        work.record(changed_case, entry(About.case(case.number), version=changed_case.version), REGISTERED)
    return changed_case


def test_a_change_replaces_the_case_and_its_people_and_counts_its_entries(house):
    case = sorted_case(house)
    moved = recording(house, case, state=State.ASSESSMENT, clocks=())
    assigned = (Assignment("S0016", Role.INVESTIGATOR), Assignment("S0015", Role.INVESTIGATOR))
    last = recording(house, moved, assignees=assigned, worked_by=frozenset({"S0012", "S0016"}))
    assert house.desk.lookup.case_of(case.complaint) == last
    changes = house.desk.lookup.entries(EntryFilter(about=case.number, kind="change"))
    assert len(changes) == last.version == 3


@pytest.mark.parametrize("decided_on", [0, 2, 5])
def test_a_change_decided_on_another_version_is_stale_and_leaves_nothing(house, database, decided_on):
    case = sorted_case(house)
    before = rows(database)
    with pytest.raises(StaleVersion):
        recording(house, replace(case, version=decided_on))
    assert rows(database) == before


def test_a_case_that_was_never_registered_cannot_be_changed(house):
    with pytest.raises(StaleVersion):
        recording(house, bare_case(1))


def test_of_many_who_change_a_case_at_once_one_does_and_the_others_are_told(house, place):
    """Two installations opened on one place share nothing but the disk, as two processes do."""
    case, other = sorted_case(house), open_house(place)
    houses = [house, other] * 4
    results = at_once([partial(recording, one, case, clocks=()) for one in houses])
    other.close()
    assert sorted(type(one).__name__ for one in results) == ["Case"] + ["StaleVersion"] * 7
    assert house.desk.lookup.case_of(case.complaint).version == 2
    assert len(house.desk.lookup.entries(EntryFilter(about=case.number, kind="change"))) == 2


def test_eight_who_file_twenty_complaints_each_at_once_all_succeed(house, database):
    def file_many():
        return [filed(house).receipt for _ in range(20)]

    results = at_once([file_many] * 8)
    assert all(isinstance(one, list) for one in results), results
    assert len({receipt for one in results for receipt in one}) == 160
    after = rows(database)
    assert len(after["complaints"]) == len(after["mailbox_view"]) == len(after["jobs"]) == 160
    assert sum(row.action == "filed" for row in after["entries"]) == 160
    assert len(after["sealed_parts"]) == 3 * 160


def test_a_case_needs_the_complaint_it_came_from(house):
    with pytest.raises(IntegrityError), house.desk.work() as work:
        work.register(bare_case(1), EVERYBODY, entry(About.case("IGO-2026-10001"), version=1), REGISTERED)


def test_a_number_is_free_until_a_case_has_it(house):
    case = sorted_case(house)
    with house.desk.work() as work:
        assert not work.number_is_free(case.number)
        assert work.number_is_free("IGO-2026-1")


def test_the_same_idempotency_key_is_kept_once(house):
    answer = Answer(bytes(32), bytes(32), b"sealed")
    with house.desk.work() as work:
        work.keep_answer(answer, NOON)
    with pytest.raises(KeyReused), house.desk.work() as work:
        work.keep_answer(replace(answer, sealed=b"another"), NOON)
    assert house.desk.lookup.answer(bytes(32)) == answer


def test_a_look_is_remembered_for_as_long_as_asked_and_by_nobody_elses_words(house):
    with house.desk.work() as work:
        assert not work.looked_lately("S0012 at a case", minutes(-15), minutes(4))
        work.note(entry(THE_SYSTEM), "S0012 at a case")
        work.note(entry(THE_SYSTEM, at=minutes(3)), "S0012 at a case")
    with house.desk.work() as work:
        assert work.looked_lately("S0012 at a case", minutes(2), minutes(4))
        assert not work.looked_lately("S0012 at a case", minutes(3), minutes(4))
        assert not work.looked_lately("S0012 at a case", minutes(-15), minutes(-1))
        assert not work.looked_lately("S0013 at a case", minutes(-15), minutes(4))


def test_nobody_walled_off_or_written_to_is_named_or_counted_in_storage(house, database):
    crowd = frozenset(f"S{number:04}" for number in range(MARKS_PER_SORT + 1))
    for number, standing in enumerate((NOBODY, EVERYBODY, replace(NOBODY, walls=crowd))):
        registered(house.desk.work, bare_case(number), standing)
    found = {}
    for row in rows(database)["marks"]:
        found.setdefault(row.case_number, []).append(row.mark)
    assert [len(marks) for marks in found.values()] == [2 * MARKS_PER_SORT, 2 * MARKS_PER_SORT, 3 * MARKS_PER_SORT]
    assert all(len(mark) == 32 for marks in found.values() for mark in marks)
    assert all(marks == sorted(marks) for marks in found.values())
    named = {sha256(person.encode()).digest() for person in (*crowd, "S0100", "S0101", "S0103")}
    assert not named & {mark for marks in found.values() for mark in marks}


def test_tokens_are_kept_by_their_digest_and_revoked_all_at_once(house):
    tokens = [
        Token(bytes([n]) * 32, person, Role.INTAKE, NOON, minutes(60))
        for n, person in enumerate(("S0012", "S0012", "S0013"))
    ]
    with house.desk.work() as work:
        for token in tokens:
            work.keep_token(token, entry(THE_SYSTEM))
        assert work.revoke_tokens("S0012", entry(THE_SYSTEM)) == 2
        assert work.revoke_tokens("S0012", entry(THE_SYSTEM)) == 0
    assert [house.desk.lookup.token(token.digest) for token in tokens] == [None, None, tokens[2]]
