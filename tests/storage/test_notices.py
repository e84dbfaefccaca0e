"""What a thief of the disk sees of notices, and what somebody who changes rows achieves: nothing that opens."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from cases.casework.noticing import list_notices, prefer
from cases.errors import CannotStart, EvidenceUnreadable
from cases.ledger import THE_SYSTEM
from cases.notices import New, NoticeWork, Preferences
from cases.people import Role
from cases.sight import Actor
from storage.keys import Keyring
from storage.masking import NOTICE, PADDED_TO, Masks
from storage.tables import metadata
from storage.tables_notices import notice_preferences, notices
from tests.conftest import NOON
from tests.storage.making import entry, migrate, minutes, ready, sorted_case, works

INTAKE, SUPERVISOR = Actor("S0012", Role.INTAKE), Actor("S0101", Role.SUPERVISOR)
MASKS = Masks(Keyring({}, {"index": b"i" * 32, "identity_index": b"j" * 32}))
OTHERS = Masks(Keyring({}, {"index": b"i" * 32, "identity_index": b"k" * 32}))


@pytest.fixture
def database(house, place):
    opened = ready(place)
    yield opened
    opened.engine.dispose()


def told(person="S0012", role="intake", *, said=True):
    return {"person": person, "role": role, "told": said}


def test_a_sealed_notice_is_as_long_for_everybody_told_or_not():
    longest = told("S" * 40, "administrator", said=False)
    sealed = {len(MASKS.seal(NOTICE, b"x", one)) for one in (told(), told(said=False), told("", "supervisor"), longest)}
    assert sealed == {12 + PADDED_TO + 16}


def test_a_sealed_notice_opens_at_its_own_place_under_its_own_key_alone():
    sealed = MASKS.seal(NOTICE, b"one", told())
    assert MASKS.open(NOTICE, b"one", sealed) == told()
    spoiled = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for masks, place, data in ((MASKS, b"two", sealed), (OTHERS, b"one", sealed), (MASKS, b"one", spoiled)):
        with pytest.raises(EvidenceUnreadable):
            masks.open(NOTICE, place, data)
    with pytest.raises(EvidenceUnreadable):
        MASKS.open(NOTICE, b"one", b"")


def test_the_door_holds_nothing_that_makes_or_opens_a_notice():
    door = Masks(Keyring({}, {"proof": b"p" * 32}))
    tries = (
        lambda: door.mark(INTAKE),
        lambda: door.seal(NOTICE, b"x", told()),
        lambda: door.open(NOTICE, b"x", b"y" * 99),
        lambda: door.wishes("S0012"),
    )
    for one in tries:
        with pytest.raises(CannotStart):
            one()


def test_marks_tell_people_roles_and_uses_apart_and_nothing_else():
    known = [
        MASKS.mark(INTAKE),
        MASKS.mark(replace(INTAKE, role=Role.HEAD)),
        MASKS.mark(replace(INTAKE, person="S0013")),
    ]
    known += [MASKS.wishes("S0012"), MASKS.read(UUID(int=1), INTAKE), MASKS.read(UUID(int=2), INTAKE)]
    assert len(set(known)) == len(known)
    assert MASKS.mark(SUPERVISOR) is None


def test_a_row_moved_to_another_case_or_person_shows_nothing_to_anybody(house, database):
    first, second = sorted_case(house), sorted_case(house)
    with database.writing() as connection:
        of_first = notices.c.case_number == first.number
        connection.execute(update(notices).where(of_first).values(case_number=second.number))
    with pytest.raises(EvidenceUnreadable):
        list_notices(house.desk, INTAKE)


def test_preferences_put_in_place_of_somebody_elses_are_refused(house, database):
    for person, language in (("S0012", "fr"), ("S0013", "ar")):
        prefer(house.desk, Actor(person, Role.INTAKE), Preferences(language), NOON)
    with database.writing() as connection:
        one, two = connection.execute(select(notice_preferences)).all()
        which = notice_preferences.c.mark == one.mark
        connection.execute(update(notice_preferences).where(which).values(sealed=two.sealed))
    refused = 0
    for person in ("S0012", "S0013"):
        try:
            house.desk.post.lookup.preferences(person)
        except EvidenceUnreadable:
            refused += 1
    assert refused == 1


def test_a_list_passes_over_more_rows_than_it_reads_at_once(house, place, database):
    """Most of what a role is meant to be told may not be for one person: their page fills up all the same."""
    case = sorted_case(house)
    new = [New(UUID(int=n), case.number, "overdue", minutes(1), INTAKE, n % 400 == 0, None) for n in range(1, 1201)]
    with works(place, database)() as work:
        work.notices.keep(new)
    assert len(list_notices(house.desk, INTAKE, None, 10).items) == 4


def test_revision_5_keeps_what_was_there_and_going_down_forgets_what_it_brought(house, place, database):
    case = sorted_case(house)
    prefer(house.desk, INTAKE, Preferences("fr"), NOON)
    with house.desk.work() as work:
        work.ask_for("notify", "1", NOON)
        work.ask_for("rescreen", case.number, NOON)
    migrate(database, "0002")
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cases")) == 1
        left = set(connection.scalars(text("SELECT kind FROM jobs")))
        tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    assert "notify" not in left
    assert "rescreen" in left
    assert not {"notices", "notice_reads", "notice_preferences", "webhooks"} & tables
    migrate(database, "head")
    assert list_notices(house.desk, INTAKE).items == []
    with house.desk.work() as work:
        work.notices.keep([New(UUID(int=1), case.number, "overdue", NOON, INTAKE, told=True, mail_at=None)])
    assert [one.what for one in list_notices(house.desk, INTAKE).items] == ["overdue"]


def verbs(house, work):
    """Every verb of notices that stores something, over a case with notices, a webhook and preferences."""
    case = sorted_case(house)
    with work() as one:
        hook = one.notices.add_endpoint("https://hooks.example", "whsec_AA==", entry(THE_SYSTEM))
        [row] = one.notices.keep([New(UUID(int=9), case.number, "overdue", NOON, INTAKE, told=True, mail_at=NOON)])
    new = New(UUID(int=10), case.number, "overdue", NOON, INTAKE, told=True, mail_at=None)
    yield "prefer", lambda one: one.prefer("S0012", Preferences("fr"))
    yield "keep", lambda one: one.keep([new])
    yield "settle", lambda one: one.settle([row], NOON)
    yield "read", lambda one: one.read(UUID(int=9), INTAKE, NOON)
    yield "posted", lambda one: one.posted(hook, NOON)
    yield "add_endpoint", lambda one: one.add_endpoint("https://other.example", "whsec_AA==", entry(THE_SYSTEM))
    yield "remove_endpoint", lambda one: one.remove_endpoint(hook, entry(THE_SYSTEM))
    yield "forget_before", lambda one: one.forget_before(minutes(1))
    yield "forget", lambda one: one.forget(case.number)


def all_rows(database):
    with database.reading() as connection:
        return {name: connection.execute(select(table)).all() for name, table in metadata.tables.items()}


def test_a_transaction_of_notices_that_fails_leaves_no_trace_and_every_verb_of_it_was_tried(house, place, database):
    work, tried = works(place, database), set()

    def and_fail(verb):
        with work() as one:
            verb(one.notices)
            raise ConnectionError

    for name, verb in verbs(house, work):
        before = all_rows(database)
        with pytest.raises(ConnectionError):
            and_fail(verb)
        assert all_rows(database) == before, name
        tried.add(name)
    asks = {"exists_for", "addressee", "preferences", "endpoints"}
    assert tried | asks == {name for name in vars(NoticeWork) if not name.startswith("_")}
