"""`rule12 backup` and `rule12 restore` as an operator runs them: 0 done, 1 found something wrong, 2 could not run."""

import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.place import Recipient
from cases.verify import verify_filing
from storage.signing import verify
from tests.server.desk import house_of
from tests.server.killing import Record, Reporter
from tests.server.resting import rows
from tests.server.running import Server, Spot, granian, until
from tests.server.surviving import work_off

CLIENTS = 4
ACKNOWLEDGED = 25


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spot, Path, Path]:
    """An installation with one complaint and one file, its backup and its shred keys. Tests leave them as they are."""
    root = tmp_path_factory.mktemp("backed up")
    spot, into, apart = Spot(root), root / "backups", root / "keys apart"
    server = granian(spot, processes=1)
    try:
        record = busy(server, lambda record: record.files, lambda _: None, clients=1)
        assert record.odd == []
    finally:
        server.close()
    spot.done("backup", str(into), "--shred-keys", str(apart))
    return spot, into, apart


def busy(
    server: Server, enough: Callable[[Record], object], then: Callable[[Record], object], clients: int = CLIENTS
) -> Record:
    """People file and upload until there is enough and something was done then; everything that was acknowledged."""
    record, stop = Record(), threading.Event()
    people = [Reporter(number, server.client, record, stop) for number in range(clients)]
    for person in people:
        person.start()
    try:
        until(lambda: enough(record) or record.odd, "acknowledgements")
        then(record)
    finally:
        stop.set()
        for person in people:
            person.join()
    return record


def empty_place(spot: Spot, root: Path) -> Spot:
    """Another place, where only the key files were put back."""
    new = Spot(root)
    shutil.copytree(spot.data / "keys", new.data / "keys")
    return new


def test_whatever_was_acknowledged_before_a_backup_began_is_in_it_though_everybody_goes_on_filing(
    tmp_path: Path,
) -> None:
    spot, into, apart = Spot(tmp_path / "live"), tmp_path / "backups", tmp_path / "keys"
    before, counts = Record(), []

    def back_up(record: Record) -> None:
        before.filings, before.files = list(record.filings), list(record.files)
        said = spot.done("backup", str(into), "--shred-keys", str(apart))
        counts.extend((len(before.filings), len(record.filings)))
        assert said.startswith("Backup 000001-")

    server = granian(spot)
    try:
        record = busy(server, lambda record: len(record.filings) >= ACKNOWLEDGED and record.files, back_up)
    finally:
        server.close()
    assert record.odd == []
    assert counts[0] < counts[1], "nobody filed while the backup was taken"
    shutil.rmtree(spot.data / "objects")
    again = empty_place(spot, tmp_path / "restored")
    assert "LOST  Whatever was acknowledged after " in again.done("restore", str(into), "--shred-keys", str(apart))
    must_be_back(again, before)
    must_be_served(again, before)


def must_be_back(spot: Spot, record: Record) -> None:
    """Every complaint and file of a record is there, opens, and is equal; objects and rows agree."""
    with house_of(spot) as house:
        work_off(house)
        for filing in record.filings:
            view = show_mailbox(house.desk, open_mailbox(house.desk, filing.receipt))
            assert view.told["statement"]["narrative"] == filing.narrative
            verify_filing(filing.proof, json.loads(view.filed.body), house.signer.verifier_keys(), verify)
        for filing, evidence, digest in record.files:
            items = {str(item.content.id): item for item in house.desk.lookup.evidence(filing.complaint)}
            opened = house.desk.vault.stream(items[evidence].content, Recipient.DESK)
            assert hashlib.sha256(b"".join(opened)).hexdigest() == digest
    named = {id_ for (id_,) in rows(spot, "SELECT id FROM sealed_parts WHERE ciphertext IS NULL")}
    assert {path.stem for path in (spot.data / "objects").rglob("*") if path.is_file()} == named
    keys = spot.root / "verifier.keys"
    keys.write_text(spot.done("keys", "public"))
    spot.done("export", "--out", str(spot.root / "bag"))
    assert spot.done("verify", str(spot.root / "bag"), "--key", str(keys)).startswith("SOUND  ")


def must_be_served(spot: Spot, record: Record) -> None:
    server = granian(spot, processes=1)
    try:
        for filing in record.filings[:3]:
            shown = server.client.get("/api/v1/mailbox", Authorization=f"Receipt {filing.receipt}").must(200)
            assert shown["statement"]["narrative"] == filing.narrative
            assert shown["proofs"]["tlog_proof"]
    finally:
        server.close()


def test_a_backup_says_what_it_holds_what_it_does_not_and_by_when_its_shred_keys_must_go(
    backed_up: tuple[Spot, Path, Path], tmp_path: Path
) -> None:
    spot, _, _ = backed_up
    said = spot.done("backup", str(tmp_path / "one"), "--shred-keys", str(tmp_path / "two"))
    assert "sealed objects" in said
    assert "Delete them, and every copy, by " in said
    assert f"Not in it: the key files in {spot.data / 'keys'}." in said


def test_nobody_else_on_the_machine_can_read_a_backup(backed_up: tuple[Spot, Path, Path]) -> None:
    _, into, apart = backed_up
    paths = [path for root in (into, apart) for path in (root, *root.rglob("*"))]
    assert [str(path) for path in paths if path.stat().st_mode & 0o077] == []


def test_a_damaged_object_of_an_installation_is_named_with_code_1_and_the_backup_is_there(
    backed_up: tuple[Spot, Path, Path], tmp_path: Path
) -> None:
    spot = Spot(tmp_path / "broken")
    shutil.copytree(backed_up[0].data, spot.data)
    path = next((spot.data / "objects").rglob("*.sealed"))
    path.unlink()
    path.write_bytes(b"something else")
    ran = spot.command("backup", str(tmp_path / "one"), "--shred-keys", str(tmp_path / "two"))
    assert ran.returncode == 1
    assert ran.stdout.startswith("Backup 000001-")
    assert f"{path.stem[:8]}" in ran.stderr
    assert "it is not what was taken in" in ran.stderr


def test_a_damaged_backup_is_refused_by_name_with_code_1(backed_up: tuple[Spot, Path, Path], tmp_path: Path) -> None:
    spot, into, apart = backed_up
    shutil.copytree(into, tmp_path / "damaged")
    path = next((tmp_path / "damaged").glob("0*/rule12.sqlite"))
    path.write_bytes(path.read_bytes()[:-1])
    again = empty_place(spot, tmp_path / "restored")
    ran = again.command("restore", str(tmp_path / "damaged"), "--shred-keys", str(apart))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"{path}: it is not what was backed up.\n"
    assert not (again.data / "rule12.sqlite").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backup", "{into}", "--shred-keys", "{into}"), "must lie apart"),
        (("backup", "{into}", "--shred-keys", "{into}/keys"), "must lie apart"),
        (("backup", "{into}"), "Missing option '--shred-keys'"),
        (("backup", "{into}", "--shred-keys", "{apart}", "--keep", "0"), "--keep"),
        (("restore", "{into}", "--shred-keys", "{apart}"), "is not empty"),
        (("restore", "{apart}", "--shred-keys", "{into}", "--backup", "000009"), "holds no backup 000009"),
    ],
)
def test_whatever_cannot_be_done_is_said_with_code_2(
    backed_up: tuple[Spot, Path, Path], words: tuple[str, ...], said: str
) -> None:
    spot, into, apart = backed_up
    ran = spot.command(*(word.format(into=into, apart=apart) for word in words))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_nothing_is_served_where_a_restore_was_stopped(backed_up: tuple[Spot, Path, Path], tmp_path: Path) -> None:
    spot, into, apart = backed_up
    again = empty_place(spot, tmp_path / "restored")
    (again.data / "RESTORING").touch()
    for words in (("serve",), ("worker", "--once"), ("keys", "list")):
        ran = again.command(*words)
        assert ran.returncode == 2
        assert "If that was stopped, restore again." in ran.stderr
    lost = tmp_path / "erased.txt"
    lost.write_text(f"{uuid4()} 2026-03-02T12:00:00Z\n")
    said = again.done("restore", str(into), "--shred-keys", str(apart), "--erased", str(lost))
    assert "0 later erasures were made again." in said
    assert (again.data / "erased.txt").read_text() == lost.read_text()
    assert again.done("keys", "list") == spot.done("keys", "list")
