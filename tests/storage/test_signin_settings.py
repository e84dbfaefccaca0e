"""Settings of signing in: one clear message per mistake, all at once."""

from datetime import timedelta

import pytest

from cases.errors import CannotStart
from cases.people import Role
from storage.settings import read_settings

PROVIDER = {"OIDC_ISSUER": "https://login.example.org/tenant", "OIDC_CLIENT_ID": "desk"}


def read(**told):
    return read_settings({f"RULE12_{name}": value for name, value in told.items()}).sign_in


def faults(**told):
    with pytest.raises(CannotStart) as refused:
        read(**told)
    return str(refused.value).splitlines()


def test_without_a_word_people_sign_in_on_this_machine_with_passkeys_and_links():
    found = read()
    assert (found.public_url, found.takes_passkeys, found.provider) == ("http://localhost:8000", True, None)
    assert (found.rules.idle, found.rules.absolute) == (timedelta(minutes=30), timedelta(hours=12))


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ("https://Desk.Example.org/", "https://desk.example.org"),
        ("https://desk.example.org:443", "https://desk.example.org"),
        ("https://desk.example.org:8443", "https://desk.example.org:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_an_origin_as_browsers_write_it(told, origin):
    assert read(PUBLIC_URL=told).public_url == origin


@pytest.mark.parametrize(
    "told",
    [
        "http://desk.example.org",
        "https://desk.example.org/desk",
        "https://desk.example.org?a=1",
        "https://user@desk.example.org",
        "https://desk.example.org:port",
        "https://desk.example.org:99999",
        "desk.example.org",
        "ftp://localhost",
        "https://",
        "https://desk example.org",
        "https://[::1",
        "https://désk.example.org",
    ],
)
def test_an_address_that_is_none_stops_the_start(told):
    (fault,) = faults(PUBLIC_URL=told)
    assert fault.startswith("RULE12_PUBLIC_URL: where people reach the desk is expected")


def test_passkeys_need_a_name_to_be_made_for():
    assert not read(PUBLIC_URL="http://127.0.0.1:8000").takes_passkeys
    assert not read(PUBLIC_URL="https://[2001:db8::1]").takes_passkeys
    assert not read(PASSKEYS="no").takes_passkeys
    assert not read(**PROVIDER).takes_passkeys
    assert read(**PROVIDER, PASSKEYS="yes").takes_passkeys
    assert faults(PASSKEYS="perhaps") == ["RULE12_PASSKEYS: yes or no is expected, not 'perhaps'."]


def test_sessions_last_as_long_as_is_said_within_reason():
    rules = read(SESSION_IDLE_MINUTES="5", SESSION_HOURS="1").rules
    assert (rules.idle, rules.absolute) == (timedelta(minutes=5), timedelta(hours=1))
    for told in ({"SESSION_IDLE_MINUTES": "1441"}, {"SESSION_HOURS": "169"}):
        assert faults(**told) == ["RULE12_SESSION_IDLE_MINUTES is at most 1440, RULE12_SESSION_HOURS at most 168."]
    assert len(faults(SESSION_HOURS="0")) == 1


def test_a_provider_is_read_with_its_secret_and_its_groups(tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    (tmp_path / "roles.toml").write_text('[groups]\nheads = ["head", "intake"]\n"S-1-5-21" = ["auditor"]\n')
    more = {"OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"), "OIDC_ROLES": str(tmp_path / "roles.toml")}
    found = read(**PROVIDER, **more, OIDC_AUDIENCE="https://desk.example.org/api").provider
    assert (found.issuer, found.client_id, found.client_secret) == (*PROVIDER.values(), "hush")
    assert found.audience == "https://desk.example.org/api"
    assert found.roles == {"heads": {Role.HEAD, Role.INTAKE}, "S-1-5-21": {Role.AUDITOR}}
    plain = read(**PROVIDER).provider
    assert (plain.client_secret, plain.audience, plain.roles, plain.person_claim) == (None, None, None, "staff_number")


def test_what_is_wrong_with_a_provider_is_said_all_at_once(tmp_path):
    (tmp_path / "empty").write_text("  \n")
    (tmp_path / "roles.toml").write_text('[groups]\na = ["king"]\nb = "head"\nc = []\n')
    found = faults(
        OIDC_ISSUER="http://login.example.org",
        OIDC_SCOPE="profile",
        OIDC_CLIENT_SECRET_FILE=str(tmp_path / "empty"),
        OIDC_ROLES=str(tmp_path / "roles.toml"),
    )
    assert [fault.partition(":")[0] for fault in found] == [
        "RULE12_OIDC_ISSUER",
        "RULE12_OIDC_CLIENT_ID",
        "RULE12_OIDC_SCOPE",
        "RULE12_OIDC_CLIENT_SECRET_FILE",
        *["RULE12_OIDC_ROLES"] * 3,
    ]


@pytest.mark.parametrize("text", ["", "groups = 1", "[groups]", "[other]\na = 1", "not toml", "[groups]\nx = [1]"])
def test_a_file_of_groups_that_cannot_be_read_stops_the_start(tmp_path, text):
    (tmp_path / "roles.toml").write_text(text)
    (fault,) = faults(**PROVIDER, OIDC_ROLES=str(tmp_path / "roles.toml"))
    assert fault.startswith(f"RULE12_OIDC_ROLES: {tmp_path / 'roles.toml'}")
    assert len(faults(**PROVIDER, OIDC_ROLES="/nowhere", OIDC_CLIENT_SECRET_FILE="/nowhere")) == 2


def test_a_provider_that_is_half_set_up_stops_the_start():
    assert faults(OIDC_CLIENT_ID="desk", OIDC_AUDIENCE="x") == [
        "RULE12_OIDC_CLIENT_ID: of which identity provider? Set RULE12_OIDC_ISSUER.",
        "RULE12_OIDC_AUDIENCE: of which identity provider? Set RULE12_OIDC_ISSUER.",
    ]


def test_no_secret_is_shown_by_settings(tmp_path):
    (tmp_path / "secret").write_text("hush")
    assert "hush" not in repr(read(**PROVIDER, OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret")))
