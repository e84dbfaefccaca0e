"""Mail over a real server: only over a channel whose server proved who it is, and nothing in it but the words."""

import smtplib
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.catalogue import LANGUAGES, load
from cases.notices import Mail
from storage.post import SmtpMailer
from storage.post.settings import NONE, STARTTLS, TLS, SmtpSettings
from tests.storage.post.serving import Authority, Letters, mail_server

AT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
WORDS = load().mail("waits", AT.date())
SENDER = "desk@agency.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def written(language: str = "en", to: str = "c0012@agency.example") -> Mail:
    text = "\n\n".join(words.in_(language) for words in (WORDS.body, WORDS.link, WORDS.footer)) + "\n"
    return Mail(to, language, WORDS.subject.in_(language), text, "0f" * 16, AT)


def mailer(port: int, authority: Authority, secured: str = STARTTLS, **more: str) -> SmtpMailer:
    return SmtpMailer(SmtpSettings("localhost", port, SENDER, secured, ca=authority.ca, **more))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("old", [False, True])
def test_words_of_every_language_arrive_as_they_were_written(authority, language, old):
    letters, mail = Letters(), written(language)
    with mail_server(letters, authority.server(), old=old) as port:
        mailer(port, authority).send(mail)
    [taken] = letters.mails
    assert taken.get_content().replace("\r\n", "\n") == mail.text
    assert str(taken["Subject"]) == mail.subject
    assert letters.encrypted == [True]
    assert letters.raw[0].isascii() is (old or language == "en"), "eight bits only to a server that takes them"


def test_the_head_says_what_a_machine_must_know_and_nothing_of_the_reader_but_the_address(authority):
    letters = Letters()
    with mail_server(letters, authority.server()) as port:
        mailer(port, authority).send(written())
    [taken] = letters.mails
    assert letters.to == ["c0012@agency.example"]
    assert {name: str(value) for name, value in taken.items()} == {
        "From": SENDER,
        "To": "c0012@agency.example",
        "Subject": "Something waits for you at the Rule 1.2 Desk",
        "Date": "Tue, 03 Mar 2026 08:00:00 +0000",
        "Message-ID": f"<{'0f' * 16}@agency.example>",
        "Auto-Submitted": "auto-generated",
        "List-Id": "<notices.agency.example>",
        "Content-Language": "en",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "8bit",
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize(("answers", "names"), [("<1@b>", {"In-Reply-To", "References"}), ("", set())])
def test_an_answer_says_what_it_answers_and_asks_nobody_to_return_it(authority, answers, names):
    letters = Letters()
    with mail_server(letters, authority.server()) as port:
        mailer(port, authority).send(replace(written(), answers=answers))
    [taken] = letters.mails
    assert letters.back == ["<>"], "a null sender: nothing answers it (RFC 3834)"
    assert str(taken["Auto-Submitted"]) == "auto-replied"
    assert taken["List-Id"] is None
    assert {str(taken[name]) for name in names} <= {answers}
    assert {"In-Reply-To", "References"} & set(taken.keys()) == names


def test_no_message_id_can_begin_another_header(authority):
    letters = Letters()
    with mail_server(letters, authority.server()) as port, pytest.raises(ValueError, match="linefeed"):
        mailer(port, authority).send(replace(written(), answers="<1@b>\r\nBcc: thief@agency.example"))
    assert letters.raw == []


def test_a_server_that_offers_no_starttls_is_not_written_to(authority):
    letters = Letters()
    with mail_server(letters, None) as port, pytest.raises(smtplib.SMTPNotSupportedError):
        mailer(port, authority).send(written())
    assert letters.raw == []


def test_a_server_that_is_somebody_else_is_not_written_to(authority, tmp_path):
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    fakes = (stranger.server(), authority.server("mail.example", "127.0.0.9"), authority.server(days=-1))
    for context in fakes:
        letters = Letters()
        with mail_server(letters, context) as port, pytest.raises(ssl.SSLCertVerificationError):
            mailer(port, authority).send(written())
        assert letters.raw == []


def test_an_authority_nobody_named_is_not_trusted(authority):
    letters = Letters()
    with mail_server(letters, authority.server()) as port, pytest.raises(ssl.SSLCertVerificationError):
        SmtpMailer(SmtpSettings("localhost", port, SENDER)).send(written())


def test_tls_from_the_first_byte_on_is_spoken_where_it_is_asked_for(authority):
    letters = Letters()
    with mail_server(letters, authority.server(), whole=True) as port:
        mailer(port, authority, TLS).send(written())
    assert len(letters.raw) == 1


def test_in_the_clear_only_where_it_is_asked_for(authority):
    letters = Letters()
    with mail_server(letters, None) as port:
        mailer(port, authority, NONE).send(written())
    assert letters.encrypted == [False]


def test_a_user_shows_their_password_over_the_channel(authority):
    letters = Letters()
    options = {"authenticator": letters.auth, "auth_required": True}
    with mail_server(letters, authority.server(), **options) as port:
        mailer(port, authority, user="desk", password="pass word%").send(written())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mailer(port, authority, user="desk", password="wrong").send(written())
    assert len(letters.raw) == 1


@pytest.mark.parametrize("answer", ["451 later", "552 full", "421 closing"])
def test_what_a_server_does_not_take_is_raised_and_taken_another_time(authority, answer):
    letters = Letters(answers=[answer])
    with mail_server(letters, authority.server()) as port:
        sending = mailer(port, authority)
        with pytest.raises((smtplib.SMTPException, OSError)):
            sending.send(written())
        assert letters.raw == []
        sending.send(written())
    assert len(letters.raw) == 1


def test_a_server_that_is_not_there_is_raised(authority):
    with pytest.raises(OSError, match="refused"):
        mailer(1, authority).send(written())


@given(st.text(max_size=40))
def test_nothing_but_one_address_is_written_to(junk):
    mailer_ = SmtpMailer(SmtpSettings("localhost", 1, SENDER))
    for to in (f"a@b.example\r\nBcc: {junk}", f"a@b.example, {junk}", f"<{junk}>", f"{junk}\n", f"{junk} a@b.example"):
        with pytest.raises(ValueError, match="one address"):
            mailer_.send(written(to=to))


def test_no_word_can_begin_another_header(authority):
    spoiled = replace(written(), subject="Hello\r\nBcc: thief@agency.example")
    letters = Letters()
    with mail_server(letters, authority.server()) as port, pytest.raises(ValueError, match="linefeed"):
        mailer(port, authority).send(spoiled)
    assert letters.raw == []
