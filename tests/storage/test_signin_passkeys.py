"""Passkeys over a real installation, answered by an authenticator in software: good answers and each kind of bad."""

import json
from contextlib import suppress
from datetime import timedelta
from shutil import copytree

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases.casework.administering import import_directory
from cases.casework.signin.links import redeem_link, start_link
from cases.casework.signin.passkeys import (
    begin_passkey_sign_in,
    begin_passkey_step_up,
    begin_registration,
    finish_passkey_sign_in,
    finish_passkey_step_up,
    finish_registration,
    list_passkeys,
    read_id,
    remove_passkey,
    rename_passkey,
    shown_id,
)
from cases.casework.signin.sessions import session_of
from cases.errors import Malformed, SignInNeeded, SignInRefused, StepUpNeeded, UnknownItem
from cases.people import Role
from cases.ports import EntryFilter
from cases.ports_signin import Passkey
from cases.sessions import Why
from storage import open_house, prepare
from storage.settings import read_settings
from storage.signin.passkeys import WebAuthn
from tests.conftest import NOON, SAMPLES
from tests.storage.authenticator import PRESENT, VERIFIED, SoftKey

SOON = NOON + timedelta(minutes=1)
WRONG = {
    "another origin": {"origin": "http://localhost.evil.example"},
    "another port": {"origin": "http://localhost:8000"},
    "another challenge": {"challenge": "A" * 58},
    "another place": {"host": "evil.example"},
    "nobody there": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "another ceremony": {"type": "payment.get"},
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """An installation with the sample directory, made once: keys and tables take most of a test's time."""
    folder = tmp_path_factory.mktemp("template") / "data"
    settings = read_settings({"RULE12_DATA_DIR": str(folder), "RULE12_ORIGIN": "desk.example/test"})
    prepare(settings, NOON)
    opened = open_house(settings)
    import_directory(opened.desk, (SAMPLES / "directory.csv").read_text(), NOON)
    opened.close()
    return folder


@pytest.fixture
def desk(place, template):
    copytree(template, place.data_dir)
    opened = open_house(place)
    yield opened.desk
    opened.close()


def come_in(desk, person="S0012", role=Role.INTAKE, at=NOON):
    link = start_link(desk, person, role, 30, at).address
    return redeem_link(desk, link.partition("code=")[2], at)


def added(desk, key=None, who=None, name="laptop"):
    """A key that this person (S0012) added."""
    who, key = who or come_in(desk), key or SoftKey()
    begun = begin_registration(desk, who, NOON)
    finish_registration(desk, who, begun.secret, key.create(begun.what), name, NOON)
    return key


def sign_in(desk, key, at=SOON, **wrong):
    begun = begin_passkey_sign_in(desk, "/desk/sessions", at)
    return finish_passkey_sign_in(desk, begun.secret, key.get(begun.what, **wrong), at)


def test_a_passkey_signs_its_person_in_with_all_their_roles(desk):
    key = added(desk)
    done = sign_in(desk, key)
    assert (done.who.actor.person, done.then) == ("S0012", "/desk/sessions")
    assert session_of(desk, done.who.secret, SOON).session.proved_at == SOON
    (kept,) = list_passkeys(desk, "S0012")
    assert (kept.sign_count, kept.used_at) == (1, SOON)


def test_what_the_browser_is_asked_for_tells_nothing_of_people_and_wants_a_verified_user(desk):
    who = come_in(desk)
    made, asked = begin_registration(desk, who, NOON), begin_passkey_sign_in(desk, "", NOON)
    told = json.loads(made.what)
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert told["authenticatorSelection"]["residentKey"] == "required"
    assert told["attestation"] == "none"
    assert "S0012" not in told["user"]["id"]
    assert json.loads(asked.what)["userVerification"] == "required"
    assert json.loads(asked.what).get("allowCredentials", []) == []


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_not_to_our_question_signs_nobody_in(desk, wrong):
    key = added(desk)
    with pytest.raises(SignInRefused) as refused:
        sign_in(desk, key, **wrong)
    assert refused.value.why == Why.PASSKEY
    assert [json.loads(one.body)["facts"]["why"] for one in refusals(desk)] == ["passkey"]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_key_made_for_another_question_is_not_kept(desk, wrong):
    who, key = come_in(desk), SoftKey()
    begun = begin_registration(desk, who, NOON)
    with pytest.raises(SignInRefused):
        finish_registration(desk, who, begun.secret, key.create(begun.what, **wrong), "x", NOON)
    assert list_passkeys(desk, "S0012") == []


def refusals(desk):
    return desk.lookup.entries(EntryFilter(action="sign_in_refused"))


def test_another_key_under_the_same_id_signs_nobody_in(desk):
    added(desk)
    with pytest.raises(SignInRefused):
        sign_in(desk, SoftKey())
    with pytest.raises(SignInRefused):
        sign_in(desk, SoftKey(b"unknown"))


def test_a_user_handle_of_somebody_else_signs_nobody_in(desk):
    key = added(desk)
    with pytest.raises(SignInRefused):
        sign_in(desk, key, handle="AAAA")
    assert sign_in(desk, key).who.actor.person == "S0012"


def test_a_count_that_does_not_rise_is_that_of_a_copy(desk):
    key = added(desk)
    sign_in(desk, key)
    for count in (0, 1):
        with pytest.raises(SignInRefused):
            sign_in(desk, key, count=count)
    assert sign_in(desk, key).who.actor.person == "S0012"


def test_a_key_that_counts_nothing_is_taken_as_often_as_it_proves(desk):
    key = added(desk)
    for _ in range(2):
        assert sign_in(desk, key, count=0).who.actor.person == "S0012"


def test_an_answer_is_good_once_and_for_ten_minutes(desk):
    key = added(desk)
    begun = begin_passkey_sign_in(desk, "", SOON)
    answer = key.get(begun.what)
    finish_passkey_sign_in(desk, begun.secret, answer, SOON)
    with pytest.raises(SignInRefused) as refused:
        finish_passkey_sign_in(desk, begun.secret, answer, SOON)
    assert refused.value.why == Why.CEREMONY
    begun = begin_passkey_sign_in(desk, "", SOON)
    with pytest.raises(SignInRefused):
        finish_passkey_sign_in(desk, begun.secret, key.get(begun.what), SOON + timedelta(minutes=10))


def test_what_was_begun_for_one_thing_ends_nothing_else(desk):
    who = come_in(desk)
    key = added(desk, who=who)
    for begun in (begin_registration(desk, who, NOON), begin_passkey_step_up(desk, who, "", NOON)):
        with pytest.raises(SignInRefused) as refused:
            finish_passkey_sign_in(desk, begun.secret, key.get(begun.what), NOON)
        assert refused.value.why == Why.CEREMONY
    begun = begin_passkey_sign_in(desk, "", NOON)
    with pytest.raises(SignInRefused):
        finish_passkey_step_up(desk, who, begun.secret, key.get(begun.what), NOON)


def test_a_proof_begun_in_one_session_is_not_finished_in_another(desk):
    mine, other = come_in(desk), come_in(desk, "S0014", Role.INVESTIGATOR)
    key = added(desk, who=mine)
    step, making = begin_passkey_step_up(desk, mine, "", NOON), begin_registration(desk, mine, NOON)
    with pytest.raises(SignInRefused):
        finish_passkey_step_up(desk, other, step.secret, key.get(step.what), NOON)
    with pytest.raises(SignInRefused):
        finish_registration(desk, other, making.secret, SoftKey(b"new").create(making.what), "mine now", NOON)
    assert list_passkeys(desk, "S0014") == []


def test_proving_again_takes_a_passkey_of_ones_own_and_changes_the_secret(desk):
    mine, other = come_in(desk), come_in(desk, "S0014", Role.INVESTIGATOR)
    key, theirs = added(desk, who=mine), added(desk, SoftKey(b"theirs"), other)
    begun = begin_passkey_step_up(desk, mine, "/desk/", SOON)
    with pytest.raises(SignInRefused) as refused:
        finish_passkey_step_up(desk, mine, begun.secret, theirs.get(begun.what), SOON)
    assert refused.value.why == Why.OTHER_PERSON
    begun = begin_passkey_step_up(desk, mine, "/desk/", SOON)
    done = finish_passkey_step_up(desk, mine, begun.secret, key.get(begun.what), SOON)
    assert done.who.session.proved_at == SOON
    with pytest.raises(SignInNeeded):
        session_of(desk, mine.secret, SOON)
    with pytest.raises(SignInRefused):
        begin_passkey_step_up(desk, come_in(desk, "S0011", Role.HEAD), "", SOON)


def test_only_somebody_freshly_signed_in_adds_or_removes_a_passkey(desk):
    who, late = come_in(desk), NOON + timedelta(minutes=10)
    added(desk, who=who)
    for deed in (
        lambda: begin_registration(desk, who, late),
        lambda: finish_registration(desk, who, "x", "{}", "name", late),
        lambda: remove_passkey(desk, who, b"k" * 32, late),
    ):
        with pytest.raises(StepUpNeeded):
            deed()
    assert len(list_passkeys(desk, "S0012")) == 1


def test_nobody_takes_over_renames_or_removes_a_passkey_of_somebody_else(desk):
    mine, other = come_in(desk), come_in(desk, "S0014", Role.INVESTIGATOR)
    added(desk, who=mine)
    begun = begin_registration(desk, other, NOON)
    with pytest.raises(SignInRefused):
        finish_registration(desk, other, begun.secret, SoftKey().create(begun.what), "mine now", NOON)
    with pytest.raises(UnknownItem):
        rename_passkey(desk, other, b"k" * 32, "mine now")
    with pytest.raises(UnknownItem):
        remove_passkey(desk, other, b"k" * 32, NOON)
    assert [one.name for one in list_passkeys(desk, "S0012")] == ["laptop"]
    remove_passkey(desk, mine, b"k" * 32, NOON)
    assert list_passkeys(desk, "S0012") == []


def test_a_passkey_of_somebody_who_left_opens_nothing(desk):
    key = added(desk)
    text = (SAMPLES / "directory.csv").read_text()
    import_directory(desk, "\n".join(line for line in text.splitlines() if not line.startswith("S0012,")), SOON)
    with pytest.raises(SignInRefused) as refused:
        sign_in(desk, key)
    assert refused.value.why == Why.UNKNOWN_PERSON


def test_names_are_short_and_can_be_read(desk):
    who = come_in(desk)
    added(desk, who=who)
    for name in ("", "  ", "x" * 61, "bell\a", "a\u202eb"):
        with pytest.raises(Malformed):
            rename_passkey(desk, who, b"k" * 32, name)
    rename_passkey(desk, who, b"k" * 32, "  my   key ")
    assert [one.name for one in list_passkeys(desk, "S0012")] == ["my key"]


@given(st.binary(max_size=60))
def test_an_id_reads_as_it_was_shown(id_):
    assert read_id(shown_id(id_)) == id_


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_two_spellings_name_one_passkey(text):
    found = read_id(text)
    assert found is None or shown_id(found) == text


KEPT = Passkey(b"k", "S0012", b"no key", 0, "laptop", NOON)
NOISE = st.text(st.characters(codec="utf-8")) | st.recursive(
    st.none() | st.integers() | st.text("AQ=+-_/é", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "rawId",
                    "type",
                    "response",
                    "clientDataJSON",
                    "attestationObject",
                    "authenticatorData",
                    "signature",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
).map(json.dumps)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOISE)
def test_no_answer_makes_the_judging_fail_in_any_other_way(noise):
    judge = WebAuthn("http://localhost", "localhost", lambda person: person.encode())
    for use in (lambda: judge.registered(noise, b"c"), lambda: judge.proved(noise, b"c", KEPT)):
        with pytest.raises(SignInRefused):
            use()
    with suppress(SignInRefused):  # some noise does name an id
        judge.shown(noise)
