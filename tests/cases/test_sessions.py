"""How long a session lasts, what its secrets open, and which roles a sign-in leaves."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import SignInRefused
from cases.people import Role
from cases.sessions import (
    SENTENCES,
    Method,
    Session,
    SessionRules,
    Shown,
    Why,
    changed,
    first_role,
    in_use,
    is_fresh,
    is_over,
    must_rotate,
    roles_of_groups,
    roles_within,
    what_is_shown,
)
from tests.conftest import NOON

RULES = SessionRules()
SESSION = Session(UUID(int=1), b"now", "S0012", Role.INTAKE, None, Method.LINK, NOON, NOON, NOON, NOON)
ROLES = st.frozensets(st.sampled_from(Role))
A_MOMENT = timedelta(microseconds=1)


def minutes(count):
    return NOON + timedelta(minutes=count)


def test_a_session_left_idle_is_over_and_one_in_use_is_not():
    assert not is_over(SESSION, RULES, minutes(30) - A_MOMENT)
    assert is_over(SESSION, RULES, minutes(30))
    assert not is_over(replace(SESSION, seen_at=minutes(29)), RULES, minutes(58))


def test_no_session_outlives_a_working_day_however_busy():
    busy = replace(SESSION, seen_at=minutes(12 * 60 - 1))
    assert not is_over(busy, RULES, minutes(12 * 60) - A_MOMENT)
    assert is_over(busy, RULES, minutes(12 * 60))


def test_a_proof_is_fresh_for_ten_minutes():
    assert is_fresh(NOON, RULES, minutes(10) - A_MOMENT)
    assert not is_fresh(NOON, RULES, minutes(10))
    assert not is_fresh(None, RULES, NOON)


def test_a_secret_changes_in_use_and_the_old_one_serves_requests_under_way_alone():
    at = minutes(15)
    assert not must_rotate(SESSION, RULES, at - A_MOMENT)
    assert must_rotate(SESSION, RULES, at)
    used = in_use(SESSION, b"new", RULES, at)
    assert what_is_shown(used, b"new", at) is Shown.CURRENT
    assert what_is_shown(used, b"now", at + RULES.grace - A_MOMENT) is Shown.UNDER_WAY
    assert what_is_shown(used, b"now", at + RULES.grace) is Shown.STOLEN
    assert not must_rotate(used, RULES, at)


def test_after_a_change_the_old_secret_is_good_for_nothing():
    acting = changed(SESSION, b"new", NOON, role=Role.HEAD)
    assert (acting.role, acting.digest, acting.previous) == (Role.HEAD, b"new", None)
    assert what_is_shown(acting, b"now", NOON) is Shown.STOLEN


@given(ROLES, st.none() | ROLES)
def test_a_sign_in_never_gives_a_role_the_directory_does_not(held, within):
    assert roles_within(held, within) <= held


@given(ROLES, st.none() | st.sampled_from(Role))
def test_whoever_comes_in_acts_in_a_role_they_hold_or_does_not_come_in(roles, wanted):
    if roles and wanted in roles | {None}:
        first = first_role(roles, wanted)
        assert first in roles
        assert wanted in {None, first}
        return
    with pytest.raises(SignInRefused) as refused:
        first_role(roles, wanted)
    assert refused.value.why == Why.NO_ROLE


def test_groups_without_a_role_open_none_and_without_a_mapping_narrow_nothing():
    mapping = {"desk-intake": frozenset({Role.INTAKE}), "desk-heads": frozenset({Role.HEAD, Role.INTAKE})}
    assert roles_of_groups(["desk-heads", "canteen"], mapping) == {Role.HEAD, Role.INTAKE}
    assert roles_of_groups(["canteen"], mapping) == roles_of_groups(None, mapping) == frozenset()
    assert roles_of_groups(["desk-heads"], None) is None


def test_every_refusal_has_its_sentence():
    assert set(SENTENCES) == set(Why)
