"""Settings of the ways out: one sentence for every mistake, all at once, and nothing in the clear by accident."""

import ipaddress
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.errors import CannotStart
from cases.ports_mail import MailRules
from storage.post.settings import SmtpSettings
from storage.settings import read_settings

MAIL = {"SMTP_URL": "smtp://mail.example", "SMTP_FROM": "desk@agency.example"}


def post(**environment):
    return read_settings({f"RULE12_{name}": value for name, value in environment.items()}).post


def refusal(**environment):
    with pytest.raises(CannotStart) as refused:
        post(**environment)
    return str(refused.value)


def secret(folder: Path, text: str = "word\n", mode: int = 0o600) -> str:
    file = folder / "password"
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def test_without_settings_nothing_leaves():
    assert post().smtp is None
    assert post().link is None


def test_a_mail_server_is_read_as_given_and_spoken_to_by_starttls(tmp_path):
    found = post(**MAIL | {"SMTP_URL": "smtp://desk%40x@mail.example:2525", "SMTP_PASSWORD_FILE": secret(tmp_path)})
    assert found.smtp == SmtpSettings("mail.example", 2525, "desk@agency.example", "starttls", "desk@x", "word")
    assert "word" not in repr(found.smtp)


@pytest.mark.parametrize(("secured", "port"), [("starttls", 587), ("tls", 465)])
def test_each_way_has_its_port(secured, port):
    found = post(**MAIL, SMTP_TLS=secured).smtp
    assert found is not None
    assert found.port == port


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_in_the_clear_is_only_for_this_machine(host):
    found = post(SMTP_URL=f"smtp://{host}:1025", SMTP_FROM="desk@agency.example", SMTP_TLS="none").smtp
    assert found is not None
    for other in ("mail.example", "10.0.0.1", "localhost.example", "127.0.0.1.example"):
        assert "only for a server on this machine" in refusal(**MAIL | {"SMTP_URL": f"smtp://{other}"}, SMTP_TLS="none")


@pytest.mark.parametrize(
    "url",
    ["mail.example", "smtps://mail.example", "smtp://", "smtp://u:secret@mail.example", "smtp://a:x", "smtp://a/b"],
)
def test_what_is_no_mail_server_is_refused_and_a_password_is_not_repeated(url):
    told = refusal(**MAIL | {"SMTP_URL": url})
    assert "RULE12_SMTP_URL: smtp://user@host:587 is expected" in told
    assert "secret" not in told


def test_a_password_file_must_be_there_and_kept_to_oneself(tmp_path):
    user = MAIL | {"SMTP_URL": "smtp://desk@mail.example"}
    assert "their password is expected" in refusal(**user)
    assert "cannot be read" in refusal(**user, SMTP_PASSWORD_FILE=str(tmp_path / "none"))
    assert "chmod 600" in refusal(**user, SMTP_PASSWORD_FILE=secret(tmp_path, mode=0o644))
    assert "more than ASCII" in refusal(**user, SMTP_PASSWORD_FILE=secret(tmp_path, "wörd"))


def test_every_mistake_is_named_at_once():
    told = refusal(
        SMTP_URL="smtp://mail.example",
        SMTP_FROM="nobody",
        SMTP_TLS="maybe",
        SMTP_CA="/nowhere",
        PUBLIC_URL="http://desk.example",
        LANGUAGE="tlh",
        WEBHOOK_ALLOW="10.0.0.1/8",
    )
    names = ("SMTP_FROM", "SMTP_TLS", "SMTP_CA", "PUBLIC_URL", "LANGUAGE", "WEBHOOK_ALLOW")
    assert {line.partition(":")[0] for line in told.splitlines()} == {f"RULE12_{name}" for name in names}


def test_a_part_of_a_mail_server_means_nothing_alone():
    assert refusal(SMTP_FROM="desk@agency.example") == "RULE12_SMTP_FROM: means nothing without RULE12_SMTP_URL."


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://desk.example", "https://desk.example/desk/notices"),
        ("https://desk.example/", "https://desk.example/desk/notices"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/desk/notices"),
    ],
)
def test_a_link_leads_to_the_list_of_notices(url, link):
    assert post(PUBLIC_URL=url).link == link


@pytest.mark.parametrize(
    "url", ["desk.example", "https://", "https://a@desk.example", "https://d.example/?a", "https://d.example/#a", "x:y"]
)
def test_what_is_no_address_of_a_desk_is_refused(url):
    assert "RULE12_PUBLIC_URL" in refusal(PUBLIC_URL=url)


def test_hosts_and_networks_open_to_webhooks_are_read_apart():
    found = post(WEBHOOK_ALLOW="10.1.0.0/16, Hooks.Example fd00::/8,127.0.0.1")
    assert found.allowed_hosts == {"hooks.example"}
    assert found.allowed_networks == tuple(map(ipaddress.ip_network, ("10.1.0.0/16", "fd00::/8", "127.0.0.1")))


@given(st.dictionaries(st.sampled_from([*MAIL, "SMTP_TLS", "PUBLIC_URL", "WEBHOOK_ALLOW"]), st.text(max_size=40)))
def test_no_setting_makes_reading_fail_in_any_other_way(environment):
    with suppress(CannotStart):
        post(**environment)


def test_mails_are_taken_in_without_answers_unless_it_is_said_that_they_are_safe():
    assert post().mail_rules == MailRules()
    chosen = post(**MAIL, MAIL_RECEIPTS="yes", MAIL_OWN="Inspector@agency.example, igo@agency.example", LANGUAGE="fr")
    own = {"inspector@agency.example", "igo@agency.example", "desk@agency.example"}
    assert chosen.mail_rules == MailRules(frozenset(own), "fr", receipts=True)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"MAIL_RECEIPTS": "yes"}, "RULE12_MAIL_RECEIPTS: yes needs a mail server to send by: set RULE12_SMTP_URL."),
        (MAIL | {"MAIL_RECEIPTS": "maybe"}, "RULE12_MAIL_RECEIPTS: yes or no is expected, not 'maybe'."),
        ({"MAIL_OWN": "a@b.example, us"}, "RULE12_MAIL_OWN: addresses of this installation are expected, not 'us'."),
    ],
)
def test_a_mistake_about_mails_is_told_in_a_sentence(settings, why):
    assert refusal(**settings) == why
