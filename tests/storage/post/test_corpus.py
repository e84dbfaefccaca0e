"""Whole lives of cases with every notice they cause really sent: nothing that leaves says anything of any case."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

import pytest

from cases.casework.administering import import_directory
from cases.casework.hooking import add_webhook
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.mailbox import add_message, find_mailbox
from cases.casework.noticing import prefer
from cases.casework.telling import tell, tell_administrators
from cases.catalogue import LANGUAGES
from cases.catalogue.timing import WHO
from cases.complaint import Consent
from cases.directory import Directory
from cases.lifecycle import Action
from cases.notices import Preferences
from cases.persons import PersonRole
from cases.ports import Desk
from storage import open_house, prepare
from storage.database import Database
from storage.post import PostSettings
from storage.post.settings import SmtpSettings
from storage.settings import Settings
from tests.cases.casework.conftest import (
    CUSTODIAN,
    HEAD,
    INTAKE,
    NOON,
    SORTED,
    WHY,
    add_picture,
    after,
    draft,
    open_case,
    seen_now,
)
from tests.cases.casework.living import OUTSIDERS, added, closed, moved, reopened, unassigned, with_decider, worked_off
from tests.cases.casework.noticed import STAFF
from tests.conftest import SAMPLES
from tests.storage.post.serving import Authority, Hits, Letters, mail_server, receiver

TOLD = {
    "summary": "Wahlwerbung im Namen der Agentur",
    "narrative": "Zwei Beiträge mit dem Emblem; gesehen in der Küche von Gebäude Sieben.",
    "place": "Kantine von Gebäude Sieben",
    "posts": [{"platform": "X", "handle": "@lautsprecher77", "url": "https://social.example/lautsprecher77/1"}],
    "subjects": [{"staff_number": "S0107", "name": "Colleague 0107", "email": "c0107@agency.example"}],
    "witnesses": [{"staff_number": "S0108", "name": "Colleague 0108"}],
}
MESSAGE = "Die Beiträge sind seit gestern fort."
TABLES = ("notices", "notice_reads", "notice_preferences", "webhooks", "jobs")


@dataclass
class Everything:
    """What left, and what is kept of it."""

    letters: Letters
    hits: Hits
    rows: str
    directory: Directory
    needles: set[str]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """Several cases from filing to the end of their time limits, with every language and rhythm somebody can choose."""
    folder = tmp_path_factory.mktemp("corpus")
    authority, letters, hits = Authority(folder), Letters(), Hits()
    with mail_server(letters, authority.server()) as port, receiver(hits, authority.server()) as hook:
        smtp = SmtpSettings("localhost", port, "desk@agency.example", ca=authority.ca)
        allowed = (ip_network("127.0.0.1/32"),)
        post = PostSettings(smtp, "https://desk.example", allowed_networks=allowed, webhook_ca=authority.ca)
        place = replace(Settings(folder / "data", f"sqlite:///{folder}/data/rule12.sqlite", folder / "keys"), post=post)
        prepare(place, NOON)
        house = open_house(place)
        desk = house.desk
        import_directory(desk, (SAMPLES / "directory.csv").read_text(), NOON)
        add_webhook(desk, f"https://localhost:{hook}/hook", NOON)
        for number, who in enumerate(STAFF):
            when = ("", "at_once", "daily", "weekly")[number % 4]
            prefer(desk, who, Preferences(LANGUAGES[number % len(LANGUAGES)], when=when), NOON)
        needles = lives(desk)
        rows = "\n".join(kept(place))
        directory = desk.lookup.directory()
        house.close()
    return Everything(letters, hits, rows, directory, needles)


def lives(desk: Desk) -> set[str]:
    """An open one to its end and beyond, one told to the outside office, one that waits too long."""
    first, filed = open_case(desk, draft(Consent.OPEN, **TOLD), pictures=1)
    worked_off(desk)
    add_message(desk, find_mailbox(desk, filed.receipt), MESSAGE, SORTED)
    add_picture(desk, filed.receipt)
    request = ask_who_reported(desk, HEAD, first.number, WHY, SORTED)
    worked_off(desk)
    decide_on_request(desk, CUSTODIAN, first.number, request.id, "Nur sie sah es.", SORTED, grant=True)
    closed(desk, first)
    reopened(desk, first)
    second, _ = open_case(desk, draft(subjects=[{"staff_number": "S0014"}]))
    with_decider(desk, second, OUTSIDERS)
    third, _ = open_case(desk, draft(Consent.CONFIDENTIAL, **TOLD))
    moved(desk, INTAKE, third, Action.ASSESS)
    added(desk, INTAKE, third, PersonRole.WITNESS, staff_number="S0101")
    fourth, _ = open_case(desk)
    with_decider(desk, fourth)
    unassigned(desk, HEAD, fourth, next(who for who in STAFF if who.person == "S0014"))
    with desk.work() as work:
        for row in desk.law.announcements:
            if not row.who:
                tell(work, desk, seen_now(desk, third), row.what, tuple(sorted(WHO)), SORTED)
        tell_administrators(work, desk, "job_given_up", SORTED)
    worked_off(desk, after(days=40))
    complaints = {str(case.complaint) for case in (first, second, third, fourth)}
    numbers = {case.number for case in (first, second, third, fourth)}
    return numbers | complaints | {filed.receipt, WHY, MESSAGE, "Nur sie sah es.", str(request.id)}


def kept(place: Settings) -> Iterator[str]:
    database = Database(place.database_url)
    with database.reading() as connection:
        raw = connection.connection.driver_connection
        for table in TABLES:
            yield from (repr(row) for row in raw.execute(f"SELECT * FROM {table}"))  # noqa: S608  fixed names
    database.engine.dispose()


def of_people(directory: Directory) -> set[str]:
    facts = (value for one in directory for value in (one.staff_number, one.name, one.email))
    return set(facts) | {"Ana Lima"}


def of_cases() -> set[str]:
    texts = {text for key in ("summary", "narrative", "place") for text in (TOLD[key], *str(TOLD[key]).split(", "))}
    words = {
        "lautsprecher77",
        "Küche",
        "Wahlwerbung",
        "Kantine",
        "They posted it",
        "As discussed",
        "tribunal",
        "censure",
    }
    return texts | words | {"political_partisan", "endorsement", "en-political-endorsement.png", "substantiated"}


def readings(raw: bytes) -> Iterator[str]:
    """Bytes as they stand, and whatever in them is base64 or quoted-printable, taken out of it."""
    text = raw.decode("utf-8", "replace")
    yield text
    yield binascii.a2b_qp(raw).decode("utf-8", "replace")
    whole = re.sub(r"(?<=[A-Za-z0-9+/])\r?\n(?=[A-Za-z0-9+/])", "", text)
    for found in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", whole):
        for start in range(4):
            with_padding = found[start:].rstrip("=").translate(str.maketrans("-_", "+/"))
            with_padding += "=" * (-len(with_padding) % 4)
            try:
                yield base64.b64decode(with_padding).decode("utf-8", "replace")
            except binascii.Error:
                continue


def found_in(raw: bytes, needles: set[str]) -> set[str]:
    return {needle for text in readings(raw) for needle in needles if needle.casefold() in text.casefold()}


def test_the_corpus_holds_mails_in_every_language_to_everybody_who_has_a_part(everything):
    assert {str(mail["Content-Language"]) for mail in everything.letters.mails} == set(LANGUAGES)
    told = {everything.directory.by_email(to).staff_number for to in everything.letters.to}
    assert told >= {who.person for who in STAFF if who.person not in {"S0040", "S0041", "S0030", "S0015"}}
    assert len(everything.letters.raw) > 20
    assert all(everything.letters.encrypted)


def test_no_mail_holds_a_name_a_number_a_handle_an_address_or_a_word_of_any_case(everything):
    needles = of_people(everything.directory) | of_cases() | everything.needles
    for raw, mail, to in zip(everything.letters.raw, everything.letters.mails, everything.letters.to, strict=True):
        assert str(mail["To"]) == to
        head, _, body = raw.partition(b"\r\n\r\n")
        rest = re.sub(rb"(?m)^To: .*\r\n", b"", head)
        parts = (rest, body, *(f"{name}: {value}".encode() for name, value in mail.items() if name != "To"))
        spoken = (*parts, mail.get_content().encode(), str(mail["Subject"]).encode())
        assert set().union(*(found_in(part, needles) for part in spoken)) == set()


def test_every_mail_is_one_of_the_few_texts_there_are_and_names_the_list_of_notices_alone(everything):
    texts = {(mail["Content-Language"], mail["Subject"], mail.get_content()) for mail in everything.letters.mails}
    assert len(texts) <= 2 * len(LANGUAGES)
    for mail in everything.letters.mails:
        assert re.findall(r"https?://\S+", mail.get_content()) == ["https://desk.example/desk/notices"]


def test_no_webhook_holds_anything_but_the_id_of_a_notice(everything):
    needles = of_people(everything.directory) | of_cases() | everything.needles
    assert len(everything.hits.bodies) >= 20
    for body, headers in zip(everything.hits.bodies, everything.hits.headers, strict=True):
        assert found_in(body, needles) | found_in(repr(headers).encode(), needles) == set()


def test_what_is_kept_of_notices_holds_nothing_but_the_number_of_a_case(everything):
    needles = (of_people(everything.directory) | of_cases() | everything.needles) - {
        needle for needle in everything.needles if needle.startswith("IGO-")
    }
    complaints = {needle for needle in needles if re.fullmatch(r"[0-9a-f-]{36}", needle)}
    assert {needle for needle in needles - complaints if needle in everything.rows} == set()


def test_nobody_was_written_to_who_is_no_staff_of_the_desk_and_no_reporter_ever(everything):
    told = set(everything.letters.to)
    assert "c0102@agency.example" not in told
    assert "c0107@agency.example" not in told
    for to in told:
        person = everything.directory.by_email(to)
        assert person is not None
        assert person.roles


def test_a_needle_would_be_found_however_it_is_written():
    for written in (b"S0102", base64.b64encode(b"of S0102!"), b"=53=30102", "ﬁrst S0102".encode()):
        assert found_in(b"x " + written + b" y", {"S0102"}) == {"S0102"}
