"""Revision 0004 on a database of before: nobody is signed in, tokens stay; and the way back takes sign-ins alone.

Revision 0009: people stay signed in, and from then on it is known by which session at the provider.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from cases.people import Role
from cases.ports_signin import Challenge, Link, Passkey, Purpose
from cases.sessions import Elsewhere, Method, Session
from storage import tables, tables_signin
from storage.database import Database
from storage.signin.keeping import SqlSignInLookup
from storage.signin.rows import challenge_row, link_row, passkey_row, session_row
from tests.conftest import NOON
from tests.storage.making import migrate, minutes

BEFORE, SINCE = "0002", "head"
OWN = {"sessions", "one_time_links", "passkeys", "signin_challenges", "spent_tokens"}
TOKEN = {"digest": b"t" * 32, "person": "S0012", "role": "intake", "issued_at": NOON, "expires_at": minutes(5)}
WITHIN = frozenset({Role.INTAKE, Role.HEAD})
NARROWED = Session(
    *(UUID(int=1), b"a" * 32, "S0012", Role.INTAKE, WITHIN, Method.PROVIDER, NOON, minutes(2), minutes(1), minutes(1)),
    *(b"p" * 32, minutes(3), Elsewhere(b"s" * 32, b"n" * 32)),
)
ROLELESS = Session(
    *(UUID(int=2), b"b" * 32, "S0014", Role.INVESTIGATOR, frozenset(), Method.LINK, NOON, NOON, NOON, None)
)
UNNAMED = Session(
    *(UUID(int=4), b"d" * 32, "S0015", Role.DECIDER, None, Method.PROVIDER, NOON, NOON, NOON, NOON),
    elsewhere=Elsewhere(b"u" * 32),
)
OPEN = Session(*(UUID(int=3), b"c" * 32, "S0011", Role.HEAD, None, Method.PASSKEY, NOON, NOON, NOON, NOON))
LINK = Link(b"l" * 32, "S0012", Role.INTAKE, NOON, minutes(30), minutes(1))
KEY = Passkey(b"k" * 1023, "S0012", b"public", 2**32 - 1, "x" * 60, NOON, minutes(1))
CHALLENGE = Challenge(b"h" * 32, Method.PASSKEY, Purpose.STEP_UP, UUID(int=1), "/desk/" + "x" * 294, minutes(10))


@pytest.fixture
def database(tmp_path):
    """A database of before, with a token."""
    opened = Database(f"sqlite:///{tmp_path}/before.sqlite")
    migrate(opened, BEFORE)
    with opened.writing() as connection:
        connection.execute(insert(tables.tokens), TOKEN)
    yield opened
    opened.engine.dispose()


def names(database):
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def fill(database):
    with database.writing() as connection:
        for session in (NARROWED, ROLELESS, UNNAMED, OPEN):
            connection.execute(insert(tables_signin.sessions), session_row(session))
        connection.execute(insert(tables_signin.one_time_links), link_row(LINK))
        connection.execute(insert(tables_signin.passkeys), passkey_row(KEY))
        connection.execute(insert(tables_signin.signin_challenges), challenge_row(CHALLENGE))


def test_what_is_kept_since_reads_as_it_was_written(database):
    assert not OWN & names(database)
    migrate(database, SINCE)
    fill(database)
    lookup = SqlSignInLookup(database)
    for session in (NARROWED, ROLELESS, UNNAMED, OPEN):
        assert lookup.session(session.digest) == lookup.session_by_id(session.id) == session
        assert lookup.sessions_of(session.person) == [session]
    assert lookup.session(b"p" * 32) == NARROWED
    assert lookup.link(LINK.digest) == LINK
    assert lookup.passkey(KEY.id) == KEY
    assert lookup.passkeys_of("S0012") == [KEY]
    assert lookup.session(b"x" * 32) is lookup.link(b"x" * 32) is lookup.passkey(b"x") is None


def test_the_way_back_takes_sign_ins_and_nothing_else(database):
    migrate(database, SINCE)
    fill(database)
    migrate(database, BEFORE)
    assert not OWN & names(database)
    with database.reading() as connection:
        assert connection.scalar(select(tables.tokens.c.person)) == "S0012"
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name LIKE '%sessions%'")) == 0
    migrate(database, SINCE)
    assert SqlSignInLookup(database).sessions_of("S0012") == []


def before_0009(session):
    """A session as it was written before it was known where it began."""
    return {name: value for name, value in session_row(session).items() if not name.startswith("provider_")}


def test_people_stay_signed_in_and_it_is_not_known_where_they_began(database):
    migrate(database, "0008")
    with database.writing() as connection:
        for session in (NARROWED, ROLELESS, OPEN):
            connection.execute(insert(tables_signin.sessions), before_0009(session))
    migrate(database, "0009")
    lookup = SqlSignInLookup(database)
    for session in (NARROWED, ROLELESS, OPEN):
        assert lookup.session(session.digest) == replace(session, elsewhere=None)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(tables_signin.sessions), session_row(replace(OPEN, id=UUID(int=9))))


def test_the_way_back_from_0009_leaves_people_signed_in(database):
    migrate(database, "0009")
    fill(database)
    with database.writing() as connection:
        connection.execute(insert(tables_signin.spent_tokens), {"digest": b"x" * 32, "until": NOON})
    migrate(database, "0008")
    assert OWN - names(database) == {"spent_tokens"}
    with database.reading() as connection:
        columns = {one["name"] for one in inspect(connection).get_columns("sessions")}
        kept = connection.execute(text("SELECT person, digest FROM sessions ORDER BY person")).all()
    assert columns == set(before_0009(OPEN))
    assert [tuple(row) for row in kept] == [
        (one.person, one.digest) for one in sorted((NARROWED, ROLELESS, UNNAMED, OPEN), key=lambda one: one.person)
    ]
    migrate(database, "0009")
    assert SqlSignInLookup(database).session(NARROWED.digest) == replace(NARROWED, elsewhere=None)
