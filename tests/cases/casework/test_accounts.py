import pytest

from cases.casework.accounts import (
    PURPOSES,
    give_token,
    list_keys,
    list_people,
    list_tokens,
    put_directory,
    take_tokens,
)
from cases.casework.administering import issue_token, who_is
from cases.errors import DirectoryRefused, Malformed, NotPermitted, SignInNeeded, WorkLeft
from cases.people import Role
from cases.sight import Actor
from storage.keys import COMPARTMENTS
from tests.cases.casework.conftest import HEAD, INTAKE, INVESTIGATOR, SORTED, entries, open_case
from tests.cases.casework.living import assigned
from tests.conftest import NOON, SAMPLES

ADMIN = Actor("S0060", Role.ADMINISTRATOR)
TEXT = (SAMPLES / "directory.csv").read_text()
GONE = "\n".join(line for line in TEXT.splitlines() if not line.startswith("S0014,"))


def numbers(desk, search="", after="", limit=200):
    return [one.staff_number for one in list_people(desk, ADMIN, search, after, limit)]


def test_people_are_found_by_number_and_by_name_page_by_page(desk):
    everybody = numbers(desk)
    assert everybody == sorted(everybody)
    assert len(everybody) == len(TEXT.splitlines()) - 1
    assert numbers(desk, "s0014") == numbers(desk, "colleague 0014") == numbers(desk, "0014 COLLEAGUE") == ["S0014"]
    assert numbers(desk, limit=3) + numbers(desk, after=everybody[2]) == everybody
    assert numbers(desk, "nobody of that name") == []


def test_tokens_are_listed_without_anything_that_leads_to_them(desk):
    text = give_token(desk, ADMIN, "s0014", Role.INVESTIGATOR, 30, SORTED).text
    issue_token(desk, "S0012", Role.INTAKE, 30, NOON)
    found = list_tokens(desk, ADMIN)
    assert [(one.person, one.role) for one in found] == [("S0012", Role.INTAKE), ("S0014", Role.INVESTIGATOR)]
    assert text not in str(found)
    assert [one.person for one in list_tokens(desk, ADMIN, "s0014")] == ["S0014"]
    after = (found[0].person, found[0].issued_at)
    assert [one.person for one in list_tokens(desk, ADMIN, "", after)] == ["S0014"]
    assert who_is(desk, text, SORTED) == INVESTIGATOR
    assert take_tokens(desk, ADMIN, "S0014", SORTED) == 1
    with pytest.raises(SignInNeeded):
        who_is(desk, text, SORTED)
    assert [one.person for one in list_tokens(desk, ADMIN)] == ["S0012"]


def test_each_act_is_an_entry_that_names_the_administrator(desk):
    give_token(desk, ADMIN, "S0014", Role.INVESTIGATOR, 30, SORTED)
    take_tokens(desk, ADMIN, "S0014", SORTED)
    put_directory(desk, ADMIN, TEXT, SORTED)
    acts = [(one["action"], one["actor"], one["role"]) for one in entries(desk, actor="S0060")]
    assert acts == [
        (action, "S0060", "administrator") for action in ("token_issued", "tokens_revoked", "directory_imported")
    ]


def test_nobody_gives_themselves_a_token_or_a_role(desk):
    with pytest.raises(NotPermitted):
        give_token(desk, ADMIN, "s0060", Role.ADMINISTRATOR, 1, SORTED)
    line = next(one for one in TEXT.splitlines() if one.startswith("S0060,"))
    with pytest.raises(NotPermitted, match="head"):
        put_directory(desk, ADMIN, TEXT.replace(line, f"{line} head"), SORTED, force=True)
    below_me = TEXT.replace("S0101,\n", "S0060,\n", 1)
    with pytest.raises(NotPermitted, match="supervisor"):
        put_directory(desk, ADMIN, below_me, SORTED)
    assert desk.lookup.directory().person("S0060").roles == {Role.ADMINISTRATOR}


def test_no_file_at_the_desk_leaves_nobody_to_administer(desk):
    with pytest.raises(NotPermitted, match="command line"):
        put_directory(desk, ADMIN, TEXT.replace(",administrator", ","), SORTED, force=True)


def test_the_same_refusals_as_on_the_command_line(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    with pytest.raises(WorkLeft):
        put_directory(desk, ADMIN, GONE, SORTED)
    with pytest.raises(DirectoryRefused):
        put_directory(desk, ADMIN, TEXT.replace("S0107,", "S0907,", 1), SORTED)
    put_directory(desk, ADMIN, GONE, SORTED, force=True)
    assert desk.lookup.directory().person("S0014") is None


def test_a_token_is_for_a_role_the_directory_gives(desk):
    for person, role in (("S9999", Role.INTAKE), ("S0012", Role.HEAD)):
        with pytest.raises(Malformed, match="#/person"):
            give_token(desk, ADMIN, person, role, 1, SORTED)


def test_keys_go_by_name_and_each_has_a_purpose(desk, house):
    found = list_keys(desk, ADMIN)
    assert {one.key.role for one in found} == set(COMPARTMENTS) == set(PURPOSES)
    assert [(one.key.role, one.key.id) for one in found] == house.keyring.ids()
    private = [secret.hex() for secret in house.keyring.private.values()]
    assert not any(secret in str(found) for secret in private)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_else_administers(desk, role):
    who = Actor(INTAKE.person, role)
    for act in (
        lambda: list_people(desk, who),
        lambda: list_tokens(desk, who),
        lambda: list_keys(desk, who),
        lambda: put_directory(desk, who, TEXT, SORTED),
        lambda: give_token(desk, who, "S0014", Role.INVESTIGATOR, 1, SORTED),
        lambda: take_tokens(desk, who, "S0014", SORTED),
    ):
        with pytest.raises(NotPermitted):
            act()
