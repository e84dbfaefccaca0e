"""`rule12 check` as an operator runs it: beside a server, stopped and resumed, and without any private key."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.commands.checking import Rate, Throttle
from cases.casework.filing import file_complaint
from cases.casework.mailbox import Sent, add_evidence, find_mailbox
from tests.cases.casework.conftest import draft
from tests.server.crew import made
from tests.server.desk import Desk, hire, house_of
from tests.server.killing import Officer, Record, Reporter
from tests.server.resting import objects, rows
from tests.server.running import Spot, granian, until

PICTURE = b"\x89PNG\r\n\x1a\n"
FILES = 150


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Spot:
    """An installation with more files than a page of a check holds. Tests leave it as it is."""
    spot = made(tmp_path_factory.mktemp("filled"))
    with house_of(spot) as house:
        one = file_complaint(house.desk, draft(), datetime.now(UTC))
        mailbox = find_mailbox(house.desk, one.receipt)
        for number in range(FILES):
            sent = Sent([PICTURE + bytes([number]) * 4000], "image/png", "shot.png")
            add_evidence(house.desk, mailbox, sent, datetime.now(UTC))
        house.desk.ledger.sequence(datetime.now(UTC))
    return spot


def copy_of(spot: Spot, root: Path) -> Spot:
    shutil.copytree(spot.data, root / "data")
    return Spot(root)


def damaged(spot: Spot) -> list[str]:
    """Spoil the first and the last file that was sealed; their ids."""
    query = "SELECT lower(id) FROM sealed_parts WHERE ciphertext IS NULL ORDER BY position"
    named = [row[0] for row in rows(spot, query)]
    lying = objects(spot)
    lying[named[0]].write_bytes(b"")
    lying[named[-1]].unlink()
    return [named[0], named[-1]]


def test_a_sound_installation_is_called_sound_without_any_key_and_one_entry_says_so(
    filled: Spot, tmp_path: Path
) -> None:
    spot = copy_of(filled, tmp_path)
    shutil.rmtree(spot.data / "keys")
    said = spot.done("check", "--json", str(tmp_path / "report.json"))
    assert said.splitlines()[0].startswith("sealed parts: 0 of ")
    assert said.splitlines()[-1].startswith("SOUND  ")
    assert not (spot.data / "keys").exists()
    assert not (spot.data / "check.json").exists()
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["sound"], report["findings"], report["more"]) == (True, [], 0)
    assert report["checked"]["files"] == FILES
    assert rows(spot, "SELECT count(*) FROM entries WHERE action = 'checked'") == [(1,)]


def test_what_is_wrong_is_told_with_what_to_do_and_ends_with_one(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    first, last = damaged(spot)
    done = spot.command("check", "--json", str(tmp_path / "report.json"))
    assert (done.returncode, done.stderr) == (1, "")
    *_, cut, do, missing, _, told = done.stdout.splitlines()
    assert cut.startswith("ALTERED   evidence ")
    assert f"objects/{first[:2]}/{first}.sealed" in cut
    assert "backup" in do
    assert f"objects/{last[:2]}/{last}.sealed" in missing
    assert told.startswith("FOUND  1 altered, 1 missing, in ")
    findings = json.loads((tmp_path / "report.json").read_text())["findings"]
    assert [set(one) for one in findings] == [{"found", "where", "what", "do"}] * 2
    assert rows(spot, "SELECT count(*) FROM entries WHERE action = 'checked'") == [(1,)]
    assert spot.command("check", "--entries").returncode == 0


def test_one_half_is_checked_alone(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    assert "entries of the ledger" not in spot.done("check", "--objects")
    assert "sealed parts" not in spot.done("check", "--entries")


def test_a_check_that_was_killed_goes_on_where_it_stopped_and_finds_the_same(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    damaged(spot)
    whole = tmp_path / "whole.json"
    assert spot.command("check", "--json", str(whole)).returncode == 1
    words = [sys.executable, "-m", "wsgi", "check", "--limit-rate", "200KiB"]
    running = subprocess.Popen(words, cwd=spot.working, env=spot.environment(), stdout=subprocess.DEVNULL)
    try:
        until((spot.data / "check.json").exists, "the first page")
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert json.loads((spot.data / "check.json").read_text())["stage"] == "parts"
    shutil.copytree(spot.data, tmp_path / "once more" / "data")
    refused = spot.command("check", "--resume", "--entries")
    assert (refused.returncode, "objects and entries" in refused.stderr) == (2, True)
    resumed = tmp_path / "resumed.json"
    done = spot.command("check", "--resume", "--json", str(resumed))
    assert done.returncode == 1
    assert done.stdout.startswith("Goes on with the check of ")
    before, after = (json.loads(path.read_text()) for path in (whole, resumed))
    assert after["findings"] == before["findings"]
    assert after["checked"]["parts"] == before["checked"]["parts"]
    assert not (spot.data / "check.json").exists()
    must_tell_how_to_go_on(Spot(tmp_path / "once more"))


def must_tell_how_to_go_on(spot: Spot) -> None:
    """Stopped by the key for it, and not killed."""
    words = [sys.executable, "-m", "wsgi", "check", "--resume", "--limit-rate", "1KiB"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=spot.working, env=spot.environment(), **pipes) as running:
        assert running.stdout.readline().startswith("Goes on with the check of ")
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert (running.returncode, "--resume` goes on" in said) == (2, True)


def test_whoever_swaps_the_keys_in_the_database_is_found_by_keys_kept_elsewhere(filled: Spot, tmp_path: Path) -> None:
    spot, other = copy_of(filled, tmp_path), Spot(tmp_path / "other")
    mine, foreign = tmp_path / "mine", tmp_path / "foreign"
    mine.write_text(spot.done("keys", "public"))
    other.done("keys", "init")
    foreign.write_text(other.done("keys", "public"))
    assert spot.command("check", "--entries", "--key", str(mine)).returncode == 0
    done = spot.command("check", "--entries", "--key", str(foreign))
    assert done.returncode == 1
    assert "ALTERED   checkpoint " in done.stdout
    assert "no known key signed this" in done.stdout


def test_a_database_that_takes_nothing_more_is_no_finding(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    with house_of(spot) as house, house.desk.lookup._database.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    done = spot.command("check")
    assert (done.returncode, done.stderr) == (2, "The database cannot be used: full.\n")
    assert (spot.data / "check.json").exists()


def test_what_cannot_run_says_why_and_ends_with_two(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    (spot.data / "check.json").write_text("rubbish")
    for words, expected in (
        (("--resume",), "cannot be read. Check from the beginning."),
        (("--limit-rate", "fast"), "is no rate"),
        (("--json", str(tmp_path / "no" / "report.json")), "No such file"),
    ):
        done = spot.command("check", *words)
        assert (done.returncode, expected in done.stderr) == (2, True), done.stderr
    empty = Spot(tmp_path / "empty")
    empty.data.mkdir()
    assert empty.command("check").returncode == 2


def test_an_older_database_is_left_as_it_is(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    with house_of(spot) as house, house.desk.lookup._database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
    done = spot.command("check")
    assert (done.returncode, "another version" in done.stderr) == (2, True)
    assert rows(spot, "SELECT version_num FROM alembic_version") == [("0009",)]


def test_a_terminal_is_shown_a_bar(filled: Spot, tmp_path: Path) -> None:
    spot = copy_of(filled, tmp_path)
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "wsgi", "check", "--objects"]
    with subprocess.Popen(words, cwd=spot.working, env=spot.environment(TERM="xterm"), stdout=theirs) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert running.returncode == 0
    assert b"100%" in shown or b"#" in shown
    assert b"SOUND" in shown


def _read(terminal: int) -> bytes:
    """A terminal whose other side is closed has an error for an end."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_a_check_beside_a_busy_server_finds_nothing(tmp_path: Path) -> None:
    spot, record, stop = Spot(tmp_path), Record(), threading.Event()
    server = granian(spot)
    try:
        desk = Desk(server.client, hire(spot))
        people = [Reporter(number, server.client, record, stop) for number in range(3)]
        crew = [*people, Officer(desk, record, stop)]
        for person in crew:
            person.start()
        until(lambda: record.changes and record.files, "people to be at work")
        for _ in range(4):
            done = spot.command("check")
            assert done.returncode == 0, done.stdout
        assert record.files
        stop.set()
        for person in crew:
            person.join()
        assert record.odd == []
    finally:
        stop.set()
        server.close()
    assert spot.command("check").returncode == 0


def test_reading_is_slowed_to_the_rate_that_was_asked_for() -> None:
    """By a clock of its own: a pause as long as the bytes take, and no credit for having been idle."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    throttle = Throttle(1000, lambda: now[0], sleep)
    throttle(500)
    now[0] += 3600
    throttle(2000)
    assert slept == [0.5, 2.0]
    Throttle(None, lambda: now[0], sleep)(10**9)
    assert len(slept) == 2


def test_a_rate_is_read_in_its_units() -> None:
    rate = Rate()
    read = [rate.convert(text, None, None) for text in ("1", "10B", "500KiB", "20MiB", "1 GiB")]
    assert read == [1, 10, 500 << 10, 20 << 20, 1 << 30]
