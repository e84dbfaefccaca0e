"""Links, sessions and what the ledger says of them, over a real installation."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from cases.casework.administering import import_directory
from cases.casework.signin import sessions as signing
from cases.casework.signin.links import redeem_link, see_link, start_link
from cases.casework.signin.sessions import (
    Proof,
    change_role,
    end_session,
    list_sessions,
    must_be_fresh,
    prove_again,
    revoke_own,
    revoke_sessions,
    session_of,
    sign_in,
)
from cases.casework.working import Worker
from cases.errors import CannotStart, NotPermitted, SignInNeeded, SignInRefused, StepUpNeeded
from cases.ledger import A_SUPERVISOR, COMMAND_LINE
from cases.people import Role
from cases.ports import EntryFilter
from cases.sessions import Method, Why
from cases.sight import Actor
from storage.tables_signin import one_time_links, sessions
from tests.cases.casework.conftest import INTAKE, after, with_roles
from tests.conftest import NOON, SAMPLES

TEXT = (SAMPLES / "directory.csv").read_text()
SOON = after(minutes=1)


def code(desk, person="S0012", role=Role.INTAKE, minutes=30, at=NOON):
    return start_link(desk, person, role, minutes, at).address.partition("code=")[2]


def come_in(desk, person="S0012", role=Role.INTAKE, at=NOON, instead_of=""):
    return redeem_link(desk, code(desk, person, role, at=at), at, instead_of)


def told(desk, action):
    """The entries of one action: actor, role and facts."""
    found = [json.loads(one.body) for one in desk.lookup.entries(EntryFilter(action=action))]
    return [(one["actor"], one["role"], one["facts"]) for one in found]


def why(refused):
    return refused.value.why


def test_a_link_signs_in_one_person_in_one_role_once(desk):
    link = code(desk)
    assert see_link(desk, link, SOON)[1] is Role.INTAKE
    who = redeem_link(desk, link, SOON)
    assert (who.actor, session_of(desk, who.secret, SOON).actor) == (INTAKE, INTAKE)
    for use in (see_link, redeem_link):
        with pytest.raises(SignInRefused) as refused:
            use(desk, link, SOON)
        assert why(refused) == Why.LINK


def test_looking_at_a_link_uses_nothing_up(desk):
    link = code(desk)
    for _ in range(3):
        see_link(desk, link, SOON)
    assert redeem_link(desk, link, SOON).actor == INTAKE


def test_a_link_is_too_old_after_its_minutes(desk):
    link = code(desk, minutes=5)
    assert see_link(desk, link, after(minutes=5) - timedelta(microseconds=1))
    with pytest.raises(SignInRefused):
        redeem_link(desk, link, after(minutes=5))


def test_two_at_once_get_one_session_out_of_a_link(desk):
    """Both saw a good link; the transaction of the slower one finds it spent."""
    link = code(desk)
    with desk.signin.work() as work:
        assert work.spend_link(signing.digest_of(link), SOON)
        assert not work.spend_link(signing.digest_of(link), SOON)


def test_no_link_is_made_for_a_role_the_directory_does_not_give(desk):
    with pytest.raises(CannotStart, match="does not give S0012 the role head"):
        start_link(desk, "S0012", Role.HEAD, 30, NOON)
    with pytest.raises(CannotStart, match="nobody with the number S9999"):
        start_link(desk, "S9999", Role.HEAD, 30, NOON)


def test_a_role_taken_away_before_a_link_is_used_makes_it_void(desk):
    link = code(desk)
    with_roles(desk, "S0012", Role.INVESTIGATOR)
    with pytest.raises(SignInRefused) as refused:
        redeem_link(desk, link, SOON)
    assert why(refused) == Why.NO_ROLE
    assert told(desk, "sign_in_refused") == [
        ("S0012", "intake", {"person": "S0012", "role": "intake", "method": "link", "why": "no-role"})
    ]


def test_no_secret_lies_anywhere(desk, store):
    link = code(desk)
    who = redeem_link(desk, link, SOON)
    with store.reading() as connection:
        rows = [*connection.execute(select(sessions)), *connection.execute(select(one_time_links))]
    kept = repr([tuple(row) for row in rows])
    assert len(rows) == 2
    for secret in (link, link.removeprefix("l12_"), who.secret):
        assert secret not in kept
        assert secret not in repr(who)


def test_signing_in_is_an_entry_with_person_role_and_method(desk):
    who = come_in(desk)
    end_session(desk, who, SOON)
    facts = {"person": "S0012", "role": "intake", "method": "link"}
    assert told(desk, "signed_in") == told(desk, "signed_out") == [("S0012", "intake", facts)]
    assert told(desk, "link_issued") == [(COMMAND_LINE, COMMAND_LINE, {"person": "S0012", "role": "intake"})]


def test_the_ledger_never_tells_which_supervisor_was_here_when(desk):
    """Beside "a supervisor looked at the case", the time of a sign-in would tell who received it, so who reported."""
    with_roles(desk, "S0101", Role.SUPERVISOR, Role.INTAKE)
    who = come_in(desk, "S0101", Role.INTAKE)
    who = change_role(desk, who, Role.SUPERVISOR, SOON)
    who = prove_again(desk, who, Method.LINK, SOON, SOON)
    who = change_role(desk, who, Role.INTAKE, SOON)
    end_session(desk, change_role(desk, who, Role.SUPERVISOR, SOON), SOON)
    for action in ("role_changed", "stepped_up", "signed_out"):
        found = told(desk, action)
        assert found
        assert {(actor, facts["person"]) for actor, _, facts in found} == {(A_SUPERVISOR, A_SUPERVISOR)}, action


def test_refusals_are_noted_once_for_each_person_and_reason_in_a_quarter_of_an_hour(desk):
    link = code(desk)
    redeem_link(desk, link, NOON)
    for minute in (1, 2, 14, 17):
        with pytest.raises(SignInRefused):
            redeem_link(desk, link, after(minutes=minute))
    assert len(told(desk, "sign_in_refused")) == 2


def test_noise_leaves_no_entry(desk):
    before = len(desk.lookup.entries(EntryFilter()))
    for noise in ("", "l12_", "x" * 5000, "\ud800", "é"):
        for use in (see_link, redeem_link):
            with pytest.raises(SignInRefused):
                use(desk, noise, SOON)
        with pytest.raises(SignInNeeded):
            session_of(desk, noise, SOON)
    assert len(desk.lookup.entries(EntryFilter())) == before


def test_session_fixation_a_secret_somebody_else_chose_is_never_adopted(desk):
    planted = "A" * 43
    who = come_in(desk, instead_of=planted)
    assert who.secret != planted
    with pytest.raises(SignInNeeded):
        session_of(desk, planted, SOON)


def test_signing_in_ends_the_session_that_was_there(desk):
    first = come_in(desk)
    second = come_in(desk, at=SOON, instead_of=first.secret)
    with pytest.raises(SignInNeeded):
        session_of(desk, first.secret, SOON)
    assert session_of(desk, second.secret, SOON).actor == INTAKE
    assert len(told(desk, "signed_out")) == 1


def test_a_session_is_given_a_new_secret_in_use_and_the_old_one_opens_for_a_moment(desk):
    who = come_in(desk)
    assert session_of(desk, who.secret, after(minutes=14)).secret == ""
    used = session_of(desk, who.secret, after(minutes=15))
    assert used.secret not in {"", who.secret}
    under_way = session_of(desk, who.secret, after(minutes=15, seconds=29))
    assert (under_way.actor, under_way.secret) == (INTAKE, "")
    assert session_of(desk, used.secret, after(minutes=16)).actor == INTAKE


def test_a_secret_shown_long_after_it_was_replaced_ends_the_session_for_both_who_hold_it(desk):
    who = come_in(desk)
    used = session_of(desk, who.secret, after(minutes=15))
    with pytest.raises(SignInNeeded):
        session_of(desk, who.secret, after(minutes=16))
    with pytest.raises(SignInNeeded):
        session_of(desk, used.secret, after(minutes=16))
    assert [facts["person"] for _, _, facts in told(desk, "session_reused")] == ["S0012"]


def test_only_one_of_two_requests_at_once_is_given_a_new_secret(desk):
    who, at = come_in(desk), after(minutes=15)
    session = desk.signin.lookup.session(signing.digest_of(who.secret))
    first = session_of(desk, who.secret, at)
    with desk.signin.work() as work:
        assert not work.change(replace(session, digest=b"late"), session.digest)
    assert session_of(desk, first.secret, at).actor == INTAKE


def test_a_session_ends_when_idle_and_after_a_working_day_whatever_it_did(desk):
    who = come_in(desk)
    with pytest.raises(SignInNeeded):
        session_of(desk, who.secret, after(minutes=30))
    assert list_sessions(desk, "S0012", after(minutes=30)) == []
    busy, secret = come_in(desk), ""
    secret = busy.secret
    for quarter in range(1, 48):
        secret = session_of(desk, secret, after(minutes=15 * quarter)).secret or secret
    with pytest.raises(SignInNeeded):
        session_of(desk, secret, after(hours=12))


def test_a_role_taken_away_ends_the_sessions_that_act_in_it(desk):
    with_roles(desk, "S0012", Role.INTAKE, Role.INVESTIGATOR)
    acting, other = come_in(desk), come_in(desk, role=Role.INVESTIGATOR)
    with_roles(desk, "S0012", Role.INVESTIGATOR)
    with pytest.raises(SignInNeeded):
        session_of(desk, acting.secret, SOON)
    still = session_of(desk, other.secret, SOON)
    assert (still.actor, still.roles) == (Actor("S0012", Role.INVESTIGATOR), {Role.INVESTIGATOR})
    import_directory(desk, "\n".join(line for line in TEXT.splitlines() if not line.startswith("S0012,")), SOON)
    with pytest.raises(SignInNeeded):
        session_of(desk, other.secret, SOON)


def test_one_role_is_acted_in_at_a_time_and_changing_it_changes_the_secret(desk):
    with_roles(desk, "S0012", Role.INTAKE, Role.INVESTIGATOR)
    who = come_in(desk)
    acting = change_role(desk, who, Role.INVESTIGATOR, SOON)
    assert session_of(desk, acting.secret, SOON).actor == Actor("S0012", Role.INVESTIGATOR)
    with pytest.raises(SignInNeeded):
        session_of(desk, who.secret, SOON)
    with pytest.raises(NotPermitted):
        change_role(desk, acting, Role.HEAD, SOON)


def test_a_role_a_sign_in_left_out_cannot_be_taken(desk):
    with_roles(desk, "S0012", Role.INTAKE, Role.INVESTIGATOR)
    person = desk.lookup.directory().person("S0012")
    proof = Proof(Method.PROVIDER, NOON, frozenset({Role.INTAKE, Role.HEAD}))
    who = sign_in(desk, person, proof, NOON)
    assert session_of(desk, who.secret, SOON).roles == {Role.INTAKE}
    with pytest.raises(NotPermitted):
        change_role(desk, who, Role.INVESTIGATOR, SOON)


def test_what_weighs_most_needs_a_proof_of_the_last_minutes(desk):
    who = come_in(desk)
    must_be_fresh(desk, who, after(minutes=9))
    with pytest.raises(StepUpNeeded):
        must_be_fresh(desk, who, after(minutes=10))
    again = prove_again(desk, who, Method.PASSKEY, after(minutes=10), after(minutes=10))
    must_be_fresh(desk, again, after(minutes=19))
    with pytest.raises(SignInNeeded):
        session_of(desk, who.secret, after(minutes=10))


def test_sessions_are_listed_for_their_owner_and_ended_one_by_one_or_all(desk):
    mine, other = come_in(desk), come_in(desk, at=SOON)
    theirs = come_in(desk, "S0014", Role.INVESTIGATOR)
    listed = list_sessions(desk, "s0012", SOON)
    assert [one.id for one in listed] == [other.session.id, mine.session.id]
    assert revoke_own(desk, mine, SOON, theirs.session.id) == revoke_own(desk, mine, SOON, uuid4()) == 0
    assert revoke_own(desk, mine, SOON, other.session.id) == 1
    assert [one.id for one in list_sessions(desk, "S0012", SOON)] == [mine.session.id]
    assert revoke_own(desk, mine, SOON) == 1
    assert session_of(desk, theirs.secret, SOON).actor.person == "S0014"


def test_an_administrator_and_the_command_line_end_every_session_of_a_person(desk):
    first, second = come_in(desk), come_in(desk)
    assert revoke_sessions(desk, "s0012", SOON, Actor("S0060", Role.ADMINISTRATOR)) == 2
    for who in (first, second):
        with pytest.raises(SignInNeeded):
            session_of(desk, who.secret, SOON)
    come_in(desk)
    assert revoke_sessions(desk, "S0012", SOON) == 1
    assert told(desk, "sessions_revoked") == [
        ("S0060", "administrator", {"person": "S0012"}),
        (COMMAND_LINE, COMMAND_LINE, {"person": "S0012"}),
    ]


def test_whoever_was_signed_out_in_the_meantime_changes_nothing(desk):
    who = come_in(desk)
    revoke_sessions(desk, "S0012", SOON)
    with pytest.raises(SignInNeeded):
        prove_again(desk, who, Method.LINK, SOON, SOON)
    assert told(desk, "stepped_up") == []


def test_what_is_over_is_swept_and_what_is_not_stays(desk, store):
    come_in(desk)
    young = come_in(desk, at=after(hours=40))
    worker = Worker(desk)
    for minutes in (0, 15):
        while worker.step(after(hours=40, minutes=minutes)):
            pass
    with store.reading() as connection:
        assert connection.scalars(select(sessions.c.id)).all() == [young.session.id]
        assert connection.scalars(select(one_time_links.c.made_at)).all() == [after(hours=40)]
