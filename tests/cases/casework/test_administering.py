from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from cases.casework.administering import import_directory, issue_token, revoke_tokens, who_is
from cases.errors import CannotStart, DirectoryRefused, SignInNeeded
from cases.ledger import COMMAND_LINE
from cases.people import Role
from cases.sight import Actor
from storage.tables import tokens
from tests.cases.casework.conftest import INTAKE, after, entries, everything_kept, listed, open_case, with_roles
from tests.conftest import NOON, SAMPLES

TEXT = (SAMPLES / "directory.csv").read_text()
SOON = after(minutes=1)


def issued(desk, *, days=30, role=Role.INTAKE):
    return issue_token(desk, "S0012", role, days, NOON).text


def test_a_token_stands_for_one_person_in_one_role(desk):
    assert who_is(desk, issued(desk), SOON) == INTAKE
    with_roles(desk, "S0012", Role.INTAKE, Role.INVESTIGATOR)
    assert who_is(desk, issued(desk, role=Role.INVESTIGATOR), SOON) == Actor("S0012", Role.INVESTIGATOR)


def test_a_token_is_kept_as_a_digest_alone_and_shown_once(desk, store):
    text = issued(desk)
    with store.reading() as connection:
        (row,) = connection.execute(select(tokens)).all()
    assert row.digest == sha256(text.encode()).digest()
    assert not any(text.encode() in str(cell).encode() for cell in row)
    assert text.startswith("r12_")
    assert issued(desk) != text


def test_tokens_that_no_longer_hold_and_tokens_that_never_did_are_refused_alike(desk):
    expired, revoked = issued(desk, days=1), issued(desk)
    tomorrow = NOON + timedelta(days=1)
    assert who_is(desk, expired, tomorrow - timedelta(microseconds=1)) == INTAKE
    refusals = {refused(desk, "r12_unknown", SOON), refused(desk, "", SOON), refused(desk, expired, tomorrow)}
    assert revoke_tokens(desk, "S0012", SOON) == 2
    taken_away, gone = issued(desk), issued(desk)
    with_roles(desk, "S0012", Role.INVESTIGATOR)
    refusals |= {refused(desk, revoked, SOON), refused(desk, taken_away, SOON)}
    import_directory(desk, "\n".join(line for line in TEXT.splitlines() if not line.startswith("S0012,")), SOON)
    assert len(refusals | {refused(desk, gone, SOON)}) == 1


def refused(desk, token, at):
    with pytest.raises(SignInNeeded) as refusal:
        who_is(desk, token, at)
    return str(refusal.value)


def test_a_role_that_comes_back_brings_its_token_back_unless_it_was_revoked(desk):
    kept, revoked = issued(desk), issued(desk)
    with_roles(desk, "S0012")
    refused(desk, kept, SOON)
    import_directory(desk, TEXT, SOON)
    assert who_is(desk, kept, SOON) == INTAKE
    revoke_tokens(desk, "S0012", SOON)
    refused(desk, revoked, SOON)


def test_revoking_reaches_the_tokens_of_one_person_and_only_once(desk):
    mine = issued(desk)
    other = issue_token(desk, "S0013", Role.INTAKE, 30, NOON).text
    assert [revoke_tokens(desk, "S0012", SOON) for _ in range(2)] == [1, 0]
    refused(desk, mine, SOON)
    assert who_is(desk, other, SOON).person == "S0013"


@pytest.mark.parametrize("spelled", ["S0012", "s0012", " s0012 ", "\tS0012\u00a0"])
def test_tokens_are_revoked_however_the_number_is_spelled_even_once_the_person_has_left(desk, spelled):
    mine, other = issued(desk), issue_token(desk, "S0013", Role.INTAKE, 30, NOON).text
    assert revoke_tokens(desk, spelled, SOON) == 1
    refused(desk, mine, SOON)
    again = issued(desk)
    import_directory(desk, "\n".join(line for line in TEXT.splitlines() if not line.startswith("S0012,")), SOON)
    assert revoke_tokens(desk, spelled, SOON) == 1
    import_directory(desk, TEXT, SOON)
    refused(desk, again, SOON)
    assert who_is(desk, other, SOON).person == "S0013"
    assert {one["facts"]["person"] for one in entries(desk, action="tokens_revoked")} == {"S0012"}


def test_no_token_is_issued_for_a_role_the_directory_does_not_give(desk, store, place):
    before = everything_kept(store, place.data_dir)
    for person, role, says in (
        ("S9999", Role.INTAKE, "nobody with the number S9999"),
        ("S0012", Role.HEAD, "does not give S0012 the role head; it gives: intake"),
        ("S0102", Role.SUPERVISOR, "it gives: none"),
        ("S0010", Role.INTAKE, "it gives: head, supervisor"),
    ):
        with pytest.raises(CannotStart, match=says):
            issue_token(desk, person, role, 30, NOON)
    assert everything_kept(store, place.data_dir) == before


def test_a_token_bears_the_number_as_the_directory_spells_it(desk):
    token = issue_token(desk, " s0012", Role.INTAKE, 30, NOON)
    assert who_is(desk, token.text, SOON).person == "S0012"
    assert token.expires_at == NOON + timedelta(days=30)


def test_every_act_of_administration_is_an_entry_without_a_secret_in_it(desk):
    text = issued(desk)
    revoke_tokens(desk, "S0012", SOON)
    imported, given, taken = entries(desk, about="system")
    assert [one["action"] for one in (imported, given, taken)] == [
        "directory_imported",
        "token_issued",
        "tokens_revoked",
    ]
    assert {(one["kind"], one["actor"], one["version"]) for one in (imported, given, taken)} == {
        ("system", COMMAND_LINE, None)
    }
    assert imported["facts"] == {"people": len(TEXT.splitlines()) - 1, "sha256": sha256(TEXT.encode()).hexdigest()}
    assert given["facts"] == {"person": "S0012", "role": "intake"}
    assert text not in str(entries(desk))


def test_whoever_supervises_somebody_can_be_given_a_token_as_supervisor(desk):
    token = issue_token(desk, "S0002", Role.SUPERVISOR, 1, NOON).text
    assert who_is(desk, token, SOON) == Actor("S0002", Role.SUPERVISOR)


def test_a_directory_with_faults_is_refused_whole_and_the_old_one_stays(desk, store, place):
    before = everything_kept(store, place.data_dir)
    lines = TEXT.splitlines()
    lines[2] = lines[2].replace("S0001,", "S0077,")
    lines[5] = lines[5].replace(",intake", ",inspector")
    with pytest.raises(DirectoryRefused) as refusal:
        import_directory(desk, "\n".join(lines), SOON)
    assert [line for line, _ in refusal.value.lines] == [3, 6]
    assert everything_kept(store, place.data_dir) == before
    assert desk.lookup.directory().person("S0012").roles == {Role.INTAKE}
    assert who_is(desk, issued(desk), SOON) == INTAKE


def test_nothing_at_all_is_no_directory(desk):
    with pytest.raises(DirectoryRefused):
        import_directory(desk, "", SOON)
    assert len(desk.lookup.directory()) == len(TEXT.splitlines()) - 1


def test_a_case_keeps_its_walls_and_its_addressee_whatever_directory_comes_later(desk):
    case, _ = open_case(desk)
    with_roles(desk, "S0107", Role.SUPERVISOR, Role.INTAKE, supervisor="", unit="HR", name="Somebody Else")
    assert listed(desk, Actor("S0107", Role.INTAKE)) == listed(desk, Actor("S0107", Role.SUPERVISOR)) == []
    with_roles(desk, "S0102", supervisor="S0106")
    assert listed(desk, Actor("S0101", Role.SUPERVISOR)) == [case.number]
    assert listed(desk, Actor("S0106", Role.SUPERVISOR)) == []
