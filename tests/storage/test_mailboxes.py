"""Real mailboxes: every mail is found once, nothing is changed before it is settled, and nobody is led elsewhere."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from cases.errors import CannotStart
from storage.mailboxes import mails_in

LIMIT = 1000
ONE, TWO = b"From: a@b.example\n\none\n", b"From: c@d.example\r\n\r\ntwo\r\n"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def lying(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_and_a_stream_are_one_mail_each_byte_for_byte(tmp_path):
    (tmp_path / "one.eml").write_bytes(TWO)
    assert [mail.data for mail in mails_in(tmp_path / "one.eml", LIMIT)] == [TWO]
    assert [mail.data for mail in mails_in(BytesIO(ONE), LIMIT)] == [ONE]


def test_an_mbox_gives_each_of_its_mails_and_is_left_untouched(tmp_path):
    box = tmp_path / "mbox"
    box.write_bytes(b"From a@b.example Mon Mar  2 12:00:00 2026\n" + ONE + b"\nFrom c Mon\n" + TWO + b"\n")
    before = (box.read_bytes(), box.stat().st_mtime_ns)
    found = list(mails_in(box, LIMIT))
    for mail in found:
        mail.settle()
    assert [mail.data for mail in found if mail.data] == [ONE, TWO]
    assert (box.read_bytes(), box.stat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir()] == ["mbox"]


def test_a_mail_of_a_maildir_goes_to_the_seen_ones_when_it_is_settled_and_not_before(maildir):
    (maildir / "new" / "1.a.host").write_bytes(ONE)
    (maildir / "new" / "2.b.host:2,R").write_bytes(TWO)
    (maildir / "cur" / "0.old:2,S").write_bytes(b"old")
    before = lying(maildir)
    first, second = mails_in(maildir, LIMIT)
    assert (first.data, second.data) == (ONE, TWO)
    assert lying(maildir) == before
    first.settle()
    second.settle()
    assert lying(maildir) == {"cur/0.old:2,S": b"old", "cur/1.a.host:2,S": ONE, "cur/2.b.host:2,RS": TWO}


def test_settling_never_writes_over_another_mail(maildir):
    (maildir / "new" / "1").write_bytes(ONE)
    (maildir / "cur" / "1:2,S").write_bytes(TWO)
    [mail] = mails_in(maildir, LIMIT)
    mail.settle()
    assert lying(maildir) == {"new/1": ONE, "cur/1:2,S": TWO}


def test_no_more_than_a_byte_beyond_the_limit_is_read(tmp_path, maildir):
    large = b"From: a@b.example\n\n" + b"x" * 5000
    (tmp_path / "one.eml").write_bytes(large)
    (tmp_path / "mbox").write_bytes(b"From x\n" + large)
    (maildir / "new" / "1").write_bytes(large)
    for source in (tmp_path / "one.eml", tmp_path / "mbox", maildir, BytesIO(large)):
        assert [len(mail.data or b"") for mail in mails_in(source, LIMIT)] == [LIMIT + 1]


def test_an_attacker_leads_nobody_out_of_a_maildir(tmp_path, maildir):
    (tmp_path / "secret").write_bytes(ONE)
    (maildir / "new" / "1").symlink_to(tmp_path / "secret")
    os.mkfifo(maildir / "new" / "2")
    (maildir / "new" / "3").mkdir()
    (maildir / "new" / ".hidden").write_bytes(ONE)
    assert [mail.data for mail in mails_in(maildir, LIMIT)] == [None, None, None]


def test_another_folder_is_refused_by_name(tmp_path):
    with pytest.raises(CannotStart, match="is no Maildir"):
        list(mails_in(tmp_path, LIMIT))
