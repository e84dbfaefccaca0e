"""`rule12 mail-in` on real mailboxes, with a real mail server to answer by, and killed anywhere on its way."""

import json
import mailbox
import signal
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from shutil import copytree

import pytest

from cases.casework.mailing_in import take_in_mail
from cases.place import Recipient
from cases.ports import EntryFilter
from storage import House, open_house
from tests.conftest import NOON, SAMPLES
from tests.server.effects import settings_of
from tests.server.running import Spot
from tests.server.test_effects import EVERY, Killers
from tests.storage.post.serving import Authority, Letters, mail_server

ADDRESS = "c0102@agency.example"
WORDS = ("vote for", "endorsement", "c0102", "Ana Lima")


def written(number: int = 1, **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made.set_content("They asked people to vote for somebody.\n")
    head = {
        "From": f"Ana Lima <{ADDRESS}>",
        "Subject": "A public endorsement",
        "Message_ID": f"<{number}@home.example>",
    }
    for name, value in (head | headers).items():
        made[name.replace("_", "-")] = value
    picture = (SAMPLES / "en-political-endorsement.png").read_bytes()
    made.add_attachment(picture, maintype="image", subtype="png", filename="shot.png")
    made.set_boundary("between")
    return made.as_bytes()


def machine(number: int) -> bytes:
    return written(number, Auto_Submitted="auto-replied")


@pytest.fixture
def spot(tmp_path: Path) -> Spot:
    made = Spot(tmp_path / "spot")
    made.done("keys", "init")
    return made


@pytest.fixture
def maildir(tmp_path: Path) -> mailbox.Maildir:
    return mailbox.Maildir(tmp_path / "Maildir")


def filed(house: House) -> list[str]:
    found = house.desk.lookup.entries(EntryFilter(action="filed", limit=100))
    return [json.loads(one.body)["about"]["id"] for one in found]


def complaints(spot: Spot) -> list[str]:
    house = open_house(spot.settings())
    try:
        return filed(house)
    finally:
        house.close()


def test_every_kind_of_mailbox_is_taken_in_and_reported_by_place_alone(spot, tmp_path, maildir):
    (tmp_path / "one.eml").write_bytes(written(1))
    box = mailbox.mbox(tmp_path / "box")
    for data in (written(2), machine(3), written(1)):
        box.add(mailbox.mboxMessage(data))
    box.close()
    maildir.add(written(4))
    (Path(maildir._path) / "new" / "~large").write_bytes(written(5) + b"x" * 60_000)
    untouched = (tmp_path / "box").read_bytes()
    places = [str(tmp_path / name) for name in ("one.eml", "box", "Maildir")]
    ran = spot.command("mail-in", *places, RULE12_EVIDENCE_LIMIT="90000")
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr == "2 left where they are.\n"
    one, two, four = complaints(spot)
    said = [f"1.1 taken {one}", f"2.1 taken {two}", "2.2 auto_submitted", f"2.3 already {one}", f"3.1 taken {four}"]
    assert ran.stdout.splitlines() == [*said, "3.2 too_large"]
    assert not any(word in ran.stdout + ran.stderr for word in WORDS)
    assert (tmp_path / "box").read_bytes() == untouched
    assert [message.get_flags() for message in maildir if message.get_subdir() == "cur"] == ["S"]
    assert [path.name for path in Path(maildir._path, "new").iterdir()] == ["~large"]
    again = spot.command("mail-in", *places[:1], RULE12_EVIDENCE_LIMIT="90000")
    assert (again.returncode, again.stdout) == (0, f"1.1 already {one}\n")


def test_a_mail_from_a_pipe_is_taken_in(spot):
    assert spot.piped(written(), "mail-in", "-") == f"1.1 taken {complaints(spot)[0]}\n"


@pytest.mark.parametrize("words", [(), ("nowhere.eml",), (".",)])
def test_a_mailbox_that_is_none_keeps_the_command_from_running(spot, words):
    ran = spot.command("mail-in", *words)
    assert ran.returncode == 2
    assert ran.stdout == ""


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[tuple[Letters, dict[str, str]]]:
    """A mail server on this machine and the settings that lead to it."""
    authority, taken = Authority(tmp_path), Letters()
    with mail_server(taken, authority.server()) as port:
        address = {"RULE12_SMTP_URL": f"smtp://localhost:{port}", "RULE12_SMTP_FROM": "desk@agency.example"}
        yield taken, address | {"RULE12_SMTP_CA": str(authority.ca), "RULE12_MAIL_OWN": "inspector@agency.example"}


def test_an_answer_goes_out_by_the_mail_server_only_where_a_setting_says_it_is_safe(spot, tmp_path, letters):
    taken, settings = letters
    for number in (1, 2):
        (tmp_path / f"{number}.eml").write_bytes(written(number))
    spot.command("mail-in", str(tmp_path / "1.eml"), **settings)
    assert taken.raw == []
    ran = spot.command("mail-in", str(tmp_path / "2.eml"), RULE12_MAIL_RECEIPTS="yes", **settings)
    assert ran.returncode == 0, ran.stderr
    [mail] = taken.mails
    assert taken.to == [ADDRESS]
    assert taken.encrypted == [True]
    assert {name: str(mail[name]) for name in ("Auto-Submitted", "In-Reply-To", "References", "Subject")} == {
        "Auto-Submitted": "auto-replied",
        "In-Reply-To": "<2@home.example>",
        "References": "<2@home.example>",
        "Subject": "Your message was received",
    }
    assert mail["List-Id"] is None
    assert not any(word in mail.get_content() for word in WORDS)
    receipt = next(line for line in mail.get_content().splitlines() if line.count("-") == 4)
    assert receipt not in ran.stdout + ran.stderr
    spot.command("mail-in", str(tmp_path / "2.eml"), RULE12_MAIL_RECEIPTS="yes", **settings)
    assert len(taken.raw) == 1


def test_our_own_answer_is_not_taken_in_when_it_comes_back(spot, tmp_path, letters):
    taken, settings = letters
    (tmp_path / "1.eml").write_bytes(written())
    spot.command("mail-in", str(tmp_path / "1.eml"), RULE12_MAIL_RECEIPTS="yes", **settings)
    (tmp_path / "2.eml").write_bytes(taken.raw[0])
    (tmp_path / "3.eml").write_bytes(written(3, From="Inspector@agency.example"))
    ran = spot.command("mail-in", str(tmp_path / "2.eml"), str(tmp_path / "3.eml"), **settings)
    assert ran.stdout.splitlines() == ["1.1 auto_submitted", "2.1 own_address"]


def test_an_answer_that_no_server_takes_leaves_the_mail_for_the_next_run(spot, maildir, letters):
    taken, settings = letters
    maildir.add(written())
    taken.answers.append("451 later")
    ran = spot.command("mail-in", maildir._path, RULE12_MAIL_RECEIPTS="yes", **settings)
    [complaint] = complaints(spot)
    assert (ran.returncode, ran.stdout) == (1, f"1.1 not_answered {complaint}\n")
    assert [message.get_subdir() for message in maildir] == ["new"]
    ran = spot.command("mail-in", maildir._path, RULE12_MAIL_RECEIPTS="yes", **settings)
    assert (ran.returncode, ran.stdout) == (0, f"1.1 taken {complaint}\n")
    assert [message.get_subdir() for message in maildir] == ["cur"]
    assert len(taken.raw) == 1


@pytest.fixture(scope="module")
def killers() -> Iterator[Killers]:
    opened = Killers()
    yield opened
    opened.close()


def test_killed_anywhere_a_mail_is_finished_by_the_next_run_without_a_second_complaint(spot, tmp_path, killers):
    mail = tmp_path / "one.eml"
    mail.write_bytes(written())

    def copy(name: object) -> Path:
        copytree(spot.data, tmp_path / f"copy-{name}")
        return tmp_path / f"copy-{name}"

    alive, points = killers.end(copy("whole"), NOON, -1, str(mail))
    assert (alive, points > 50) == (0, True)
    for point in range(0, points, 1 if EVERY else points // 12):
        folder = copy(point)
        assert killers.end(folder, NOON, point, str(mail)) == (-signal.SIGKILL, 0)
        house = open_house(settings_of(folder))
        house.sweep()
        outcome = take_in_mail(house.desk, mail.read_bytes(), NOON + timedelta(minutes=1))
        assert outcome.is_settled, point
        assert filed(house) == [str(outcome.complaint)], point
        files = house.desk.lookup.evidence(outcome.complaint)
        told = [json.loads(house.desk.vault.open(one.facts, Recipient.DESK)) for one in files]
        assert [one["name"] for one in told] == ["mail.eml", "shot.png"], point
        house.close()
