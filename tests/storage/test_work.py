import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cases.casework.filing import file_complaint
from cases.casework.mailbox import find_mailbox
from cases.complaint import Consent
from cases.errors import EvidenceUnreadable, KeyReused, Malformed, StaleVersion
from cases.ledger import THE_SYSTEM, About
from cases.lifecycle import State
from cases.people import Role
from cases.place import Kind, Owner
from cases.ports import Answer, EntryFilter, EvidenceItem, Job, Standing, Status, Token
from cases.sight import Actor, sight_of
from storage import open_house
from storage.tables import INSERT_ONLY, entries, metadata
from tests.conftest import NOON
from tests.storage.making import (
    REGISTERED,
    bare_case,
    changed,
    complaint,
    draft,
    entry,
    filed,
    letter,
    minutes,
    registered,
    sorted_case,
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


def spoil(table):
    """What an attacker with a connection of ours might try."""
    key = next(iter(metadata.tables[table].primary_key)).name
    yield f'UPDATE {table} SET "{key}" = "{key}" + 100'
    yield f"UPDATE {table} SET {metadata.tables[table].columns[-1].name} = 'forged'"
    yield f"DELETE FROM {table}"
    yield f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    yield f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"
    yield f'INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ("{key}") DO UPDATE SET "{key}" = -1'


@pytest.mark.parametrize("table", INSERT_ONLY)
def test_nothing_written_once_can_be_rewritten_or_deleted(filled, database, table):
    before = rows(database)
    assert before[table]
    for statement in spoil(table):
        with pytest.raises(IntegrityError, match=f"{table} is insert-only"), database.writing() as connection:
            connection.execute(text(statement))
    assert rows(database) == before


def test_a_case_has_one_change_for_each_version_and_sql_insists(filled, database):
    with database.reading() as connection:
        row = connection.execute(select(entries).where(entries.c.version == 1)).one()
    again = {**row._mapping, "position": None, "id": uuid4()}
    with pytest.raises(IntegrityError, match=r"entries\.about, entries\.version"), database.writing() as connection:
        connection.execute(entries.insert(), again)


@pytest.mark.parametrize(("column", "slug"), [("state", "forgotten"), ("queue", "nobody")])
def test_a_case_is_never_in_a_state_the_rules_do_not_know(filled, database, column, slug):
    with pytest.raises(IntegrityError, match=f"cases_{column}"), database.writing() as connection:
        connection.execute(text(f"UPDATE cases SET {column} = '{slug}'"))


def everything(house, one):
    """Every verb of a transaction with something to store, by name."""
    desk, mailbox = house.desk, find_mailbox(house.desk, one.receipt)
    owner = Owner(mailbox.id, mailbox.mailbox_key)
    message, content, facts = (
        desk.vault.seal(kind, owner, b"{}") for kind in (Kind.MESSAGE, Kind.EVIDENCE, Kind.FILE_FACTS)
    )
    about, fresh = About.complaint(one.complaint), complaint(77)
    case = bare_case(0, complaint=one.complaint, categories=("political_partisan",))
    first, second = (entry(About.case(case.number), version=version) for version in (1, 2))
    token = Token(bytes(32), "S0012", Role.INTAKE, NOON, minutes(1))
    noted = entry(THE_SYSTEM)
    yield "take_in", lambda work: work.take_in(fresh, noted, Status("received", NOON))
    yield (
        "add_evidence",
        lambda work: work.add_evidence(EvidenceItem(content, facts, NOON), entry(about, sealed=(content, facts))),
    )
    yield "add_message", lambda work: work.add_message(letter(message), entry(about, sealed=(message,)))
    yield "register", lambda work: work.register(case, EVERYBODY, first, REGISTERED)
    yield (
        "record",
        lambda work: (
            work.register(case, EVERYBODY, first, REGISTERED),
            work.record(changed(case), second, REGISTERED),
        ),
    )
    yield "note", lambda work: work.note(noted, "a look")
    yield "keep_answer", lambda work: work.keep_answer(Answer(bytes(32), bytes(32), b"sealed"), NOON)
    yield "ask_for", lambda work: work.ask_for("sort", "x", NOON)
    yield "done", lambda work: work.done(Job(1, "sort", str(one.complaint), 0))
    yield "keep_directory", lambda work: work.keep_directory("text", noted)
    yield "keep_token", lambda work: work.keep_token(token, noted)
    yield "revoke_tokens", lambda work: work.revoke_tokens("S0012", noted)


def test_a_failing_transaction_leaves_no_row_in_any_table(house, database):
    one = filed(house)
    before = rows(database)
    for name, verb in everything(house, one):
        with pytest.raises(ConnectionError, match=name), house.desk.work() as work:
            verb(work)
            raise ConnectionError(name)
        assert rows(database) == before, name


def test_the_same_transactions_do_store_something_when_nothing_fails(house, database):
    one = filed(house)
    for name, verb in everything(house, one):
        if name in {"record", "revoke_tokens"}:
            continue
        before = rows(database)
        with house.desk.work() as work:
            verb(work._and_fresh if False else work)
        assert rows(database) != before, name
