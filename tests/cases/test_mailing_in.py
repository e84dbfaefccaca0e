"""Mails read as complaints: what honest ones say is kept, and no bytes make reading end in any other way."""

import base64
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.schemas import ComplaintSchema
from cases.catalogue import LANGUAGES, load
from cases.mailing_in import ATTACHED, NARRATIVE, NO_SUBJECT, NO_TEXT, REST, Incoming, Unread, read_mail
from tests.conftest import SAMPLES

PICTURE = (SAMPLES / "en-political-endorsement.png").read_bytes()
UNWANTED = load().unwanted_on(date(2026, 3, 2))
HEAD = b"From: Ana <ana@home.example>\r\nSubject: A post\r\n"


def mail(text: str = "They asked people to vote.\n", **headers: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made.set_content(text)
    for name, value in ({"From": "Ana Lima <ana@home.example>", "Subject": "A public endorsement"} | headers).items():
        made[name.replace("_", "-")] = value
    return made


def read(data, own=()):
    return read_mail(data if isinstance(data, bytes) else data.as_bytes(), UNWANTED, own)


def taken(data) -> Incoming:
    found = read(data)
    assert isinstance(found, Incoming), found
    return found


def must_fit_the_door(found: Incoming) -> None:
    """What form and API would take: the very limits of their schema."""
    statement = {"summary": found.summary, "narrative": found.narrative}
    told = {"language": found.language or "en", "channel": "email", "statement": statement}
    ComplaintSchema().load(told | {"reporter": {"consent": "confidential", "email": found.sender}})


def test_an_ordinary_mail_becomes_summary_narrative_sender_and_files():
    made = mail(Content_Language="fr-CH, en", Message_ID="<1@home.example>")
    made.add_attachment(PICTURE, maintype="image", subtype="png", filename="../../etc/shot.png")
    found = taken(made)
    assert (found.summary, found.narrative) == ("A public endorsement", "They asked people to vote.")
    assert (found.sender, found.answer_to, found.language) == ("ana@home.example", "ana@home.example", "fr")
    assert found.message_id == "<1@home.example>"
    [file] = found.files
    assert (file.name, file.declared, file.content) == ("shot.png", "image/png", PICTURE)
    must_fit_the_door(found)


@pytest.mark.parametrize(
    ("said", "language"),
    [("", ""), ("de", ""), ("ar", "ar"), ("zh-Hans-CN", "zh"), ("ES", "es"), ("en;fr", ""), ("x", "")],
)
def test_a_language_is_guessed_from_content_language_alone(said, language):
    made = mail("Bonjour, je vous écris.\n", **({"Content_Language": said} if said else {}))
    assert taken(made).language == language


def test_a_mail_in_html_alone_is_reduced_to_its_words():
    made = mail()
    made.set_content(
        "<html><head><title>no</title><style>p {}</style></head><body><p>They &amp; others<br>posted</p>"
        "<script>steal()</script><!-- no --><div>twice.</div><a href='http://x'>see</a></body></html>",
        subtype="html",
    )
    assert taken(made).narrative == "They & others\nposted\n\ntwice.\nsee"


def test_the_plain_text_of_a_mail_is_preferred_to_its_html():
    made = mail("plain\n")
    made.add_alternative("<p>html</p>", subtype="html")
    assert taken(made).narrative == "plain"


def test_a_long_text_is_cut_and_says_so():
    found = taken(mail("word " * 10_000))
    assert len(found.narrative) <= NARRATIVE
    assert found.narrative.endswith(REST)
    must_fit_the_door(found)


def test_a_mail_without_words_says_so():
    found = taken(b"From: ana@home.example\n\n")
    assert (found.summary, found.narrative) == (NO_SUBJECT, NO_TEXT)


def test_what_is_no_accepted_type_or_lies_stays_in_the_original_alone():
    made = mail()
    made.add_attachment(b"MZ\x90\0", maintype="application", subtype="x-msdownload", filename="run.exe")
    made.add_attachment(b"%PDF-1.7\n", maintype="image", subtype="png", filename="lie.png")
    made.add_attachment(mail("forwarded"), filename="other.eml")
    made.add_attachment(PICTURE, maintype="application", subtype="octet-stream", filename="shot.png")
    found = taken(made)
    assert [(file.name, file.declared) for file in found.files] == [("shot.png", None)]
    assert found.narrative.endswith("[Files that lie in the original mail alone: 3.]")


def test_an_attacker_cannot_make_a_subject_or_a_name_break_a_line():
    word = "=?utf-8?q?Hello=0D=0ABcc=3A_thief=40x.example=00=E2=80=A8?="
    raw = (
        f"From: a@b.example\nSubject: {word}\n x\nMIME-Version: 1.0\nContent-Type: image/png;\n"
        f' name="=?utf-8?b?{base64.b64encode(b"C:/x/..%s/e" % bytes([13, 10]) + b"vil.png").decode()}?="\n\n'
    )
    found = taken(raw.encode() + PICTURE[:8].replace(b"\x1a", b"\x1a"))
    assert found.summary == "Hello Bcc: thief@x.example x"
    must_fit_the_door(found)


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", "née".encode("latin-1"), "née"),
        ("us-ascii", "née".encode(), "née"),
        ("no-such-charset", "née".encode(), "née"),
        ("utf-16", b"odd", "odd"),
        ("punycode", b"plain", "plain"),
        ("zip", b"plain", "plain"),
        ("unicode_escape", rb"\x41", r"\x41"),
        ("iso-8859-5", "вот".encode("iso-8859-5"), "вот"),
        ("gb18030", "你好".encode("gb18030"), "你好"),
    ],
)
def test_a_charset_that_lies_costs_nobody_their_words(charset, data, text):
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + data
    assert taken(raw).narrative == text


def test_headers_in_utf_8_and_in_latin_1_are_read_as_they_are():
    assert taken("From: a@b.example\nSubject: née 你好\n\nx".encode()).summary == "née 你好"
    assert taken("From: a@b.example\nSubject: née\n\nx".encode("latin-1")).summary == "née"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("auto-submitted:\n Auto-Generated (by a machine)", "auto_submitted"),
        ("Precedence: BULK", "list"),
        ("List-Id: <news.example>", "list"),
        ("Return-Path: <>", "bounce"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", "bounce"),
        ("From: Mail System <MAILER-DAEMON@mx.example>", "bounce"),
        ("Sender: x\nFrom: Us <Inspector@Agency.example>", "own_address"),
    ],
)
def test_what_machines_lists_and_we_ourselves_send_is_not_taken_in(header, reason):
    kept = b"" if "From:" in header else b"From: a@b.example\n"
    raw = header.encode() + b"\nTo: c@d.example\n" + kept + b"\nhello\n"
    assert read(raw, own={"inspector@agency.example"}) == Unread(reason)


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: no", "Precedence: first-class", "Return-Path: <a@b.example>", "X-Spam: 1"]
)
def test_what_only_looks_like_it_is_taken_in(header):
    assert taken(f"From: a@b.example\n{header}\n\nhello\n".encode()).narrative == "hello"


@pytest.mark.parametrize(
    ("headers", "answer_to"),
    [
        ("From: a@b.example", "a@b.example"),
        ("Return-Path: <A@b.example>\nFrom: a@b.example", "a@b.example"),
        ("Return-Path: <other@b.example>\nFrom: a@b.example", ""),
        ("From: a@b.example\nReply-To: thief@x.example", "a@b.example"),
        ("From: nobody", ""),
        ("From: undisclosed:;\nTo: x", ""),
        ('From: "a@b.example\n\tBcc: thief@x.example" <a@b.example>', "a@b.example"),
        ("From: a@b.example, c@d.example", "a@b.example"),
    ],
)
def test_an_answer_goes_to_the_sender_or_nowhere(headers, answer_to):
    assert taken(f"{headers}\n\nhello\n".encode()).answer_to == answer_to


@pytest.mark.parametrize("odd", ["<a b@c>", "a@b", "<a@b>\n x", "<>", f"<{'a' * 300}@b>", "<ä@b>", "<a@b><c@d>"])
def test_a_message_id_that_is_none_is_not_repeated_in_an_answer(odd):
    assert taken(f"From: a@b.example\nMessage-ID: {odd}\n\nx".encode()).message_id == ""


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"hello", b"\0" * 99, b"From: a\0\n\n", b"%PDF-1.7\nFrom: a@b.example\n", b"\xff\xfe"]
)
def test_what_is_no_mail_is_named_unparsable(data):
    assert read(data) == Unread("unparsable")


def test_parts_within_parts_are_followed_only_so_deep():
    def nested(depth):
        return b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (one, one) for one in range(depth)
        )

    assert taken(HEAD + nested(30) + b"\r\nhello").narrative == "hello"
    for depth in (31, 500, 20_000):
        assert read(HEAD + nested(depth) + b"\r\nhello") == Unread("unparsable")


def test_ten_thousand_parts_and_a_bomb_of_headers_are_read_soon_and_bounded():
    part = b"--x\r\nContent-Type: image/png\r\n\r\n" + PICTURE[:8] + b"more\r\n"
    found = taken(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 10_000 + b"--x--\r\n")
    assert len(found.files) == ATTACHED
    bomb = HEAD + b"X-Odd: y\r\n" * 100_000 + b"Content-Type: multipart/mixed" + b";" * 3_000_000 + b"\r\n\r\nhello"
    assert taken(bomb).summary == "A post"


@pytest.mark.parametrize("piece", ["<!--", "<![", "<a ", "<a b='", "</", "<?", "&#", "<script>", "<style>", "<a/", "<"])
def test_a_hostile_page_is_read_soon(piece):
    found = read(HEAD + b"Content-Type: text/html\r\n\r\n<p>before</p>" + piece.encode() * 100_000)
    assert isinstance(found, Incoming)
    assert found.narrative.startswith("before")


def test_a_page_with_a_tag_that_is_too_long_is_still_read_behind_it():
    page = f"<p>one<img src='data:{'A' * 90_000}'>two<!-- {'-' * 90_000} -->three<style>{'p' * 90_000}</style>four"
    assert taken(HEAD + b"Content-Type: text/html\r\n\r\n" + page.encode()).narrative == "onetwothreefour"


PIECES = st.sampled_from(
    [
        *(b"From: ", b"Subject: ", b"Content-Type: ", b"Content-Disposition: attachment; filename", b"Message-ID: "),
        *(b"Content-Transfer-Encoding: ", b"Return-Path: ", b"Content-Language: ", b"\n", b"\r\n\r\n", b"--x\r\n"),
        *(b"multipart/mixed; boundary=x\r\n", b"message/rfc822\r\n", b"text/html; charset=", b"text/plain; name*0*="),
        *(b"base64\r\n", b"quoted-printable\r\n", b"x-uuencode\r\n", b"begin 666 x\n", b"utf-8", b"idna", b"; "),
        *(b"=?", b"?=", b"=?utf-8?b?", b"=?x?q?=0D=0A?=", b"*=utf-8''%0A"),
    ]
)


@given(st.lists(PIECES | st.binary(max_size=30), max_size=30))
@example([b"From: ", b"(" * 3000])
@example([b"Content-Type: text/plain; name*0*=utf-8''%ff; name*x=1\n\n"])
@example([b"Subject: =?utf-8?b?a?=\n\n"])
@example([b"Content-Type: text/html\n\n<![foo["])
def test_no_bytes_make_reading_end_in_any_other_way(pieces):
    for data in (b"".join(pieces), b"From: a@b.example\n" + b"".join(pieces)):
        found = read(data)
        if isinstance(found, Incoming):
            must_fit_the_door(found)
            assert all("\n" not in file.name and "/" not in file.name for file in found.files)
            assert found.language in {"", *LANGUAGES}


@given(st.binary(max_size=400))
def test_no_noise_makes_reading_end_in_any_other_way(noise):
    assert isinstance(read(noise), Incoming | Unread)
