"""Backups: whole or not there, of one point, and nothing erased comes back with them."""

import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from cases.canonical import canonical, parse_canonical
from cases.casework.mailbox import open_mailbox, show_mailbox
from cases.casework.restoring import note_backup, note_restored, replay_erasures
from cases.casework.statuses import of_case
from cases.casework.working import Worker
from cases.errors import BackupDamaged, CannotStart, EvidenceUnreadable
from cases.ledger import About
from cases.lifecycle import State
from cases.notes import Checkpoint
from cases.place import Recipient
from cases.verify import verify_filing
from storage import RESTORING, open_house, prepare, restoring
from storage.backups.copying import copy_database
from storage.backups.taking import KEPT_DAYS, Taken, _Pool, take_backup
from storage.database import ReadOnly
from storage.erased import ErasedList
from storage.settings import read_settings
from storage.signing import verify
from storage.tables import sealed_parts
from tests.conftest import NOON
from tests.storage.making import changed, entry, everything_sealed, filed, minutes, sent

LATER = minutes(60)


@pytest.fixture
def into(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def apart(tmp_path):
    return tmp_path / "elsewhere" / "shred-keys"


def back_up(house, into, apart, at=NOON, keep=7):
    return house.backup(into, apart, keep, at, partial(note_backup, house.desk, at=at))


def work_all(house, at=LATER):
    worker = Worker(house.desk)
    while worker.step(at):
        pass


@pytest.fixture
def one(house):
    """A complaint with a file and a letter that became a case."""
    complaint = filed(house)
    everything_sealed(house, complaint)
    work_all(house, NOON)
    return complaint


def erase(house, one, at=LATER):
    """As two at the desk decide it and the worker does it."""
    case = house.desk.lookup.case_of(one.complaint)
    erased = changed(case, state=State.CLOSED, closed_at=at, erased_at=at)
    with house.desk.work() as work:
        work.record(erased, entry(About.case(case.number), version=erased.version), of_case(erased))
        work.erase(erased)
    work_all(house, at)


def elsewhere(place, tmp_path, name="restored"):
    """Settings of an empty place where the key files were put back."""
    data = tmp_path / name
    shutil.copytree(place.keys_dir, data / "keys")
    database = f"sqlite:///{data / 'rule12.sqlite'}"
    return replace(place, data_dir=data, keys_dir=data / "keys", database_url=database)


def restored(place, into, apart, at=LATER, **wanted):
    """Restore as the command does, and open what is there then; with how many erasures were made again."""
    with restoring(place, into, apart, at, **wanted) as made:
        count = replay_erasures(made.house.desk, made.erased, at)
        note_restored(made.house.desk, made.name, made.at, count, at)
    prepare(place, at)
    return open_house(place), count


def opens(house, one):
    """Whatever the desk opens of a complaint: its files in full."""
    return [
        b"".join(house.desk.vault.stream(item.content, Recipient.DESK))
        for item in house.desk.lookup.evidence(one.complaint)
    ]


def files_of(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def edited(manifest: Path, **facts):
    """A manifest that says something else, in canonical form all the same."""
    told = parse_canonical(manifest.read_bytes())
    manifest.write_bytes(canonical({**told, **facts}))


def test_what_was_backed_up_opens_in_an_empty_place_and_is_equal(house, place, one, into, apart, tmp_path):
    before, shown = opens(house, one), show_mailbox(house.desk, open_mailbox(house.desk, one.receipt))
    taken = back_up(house, into, apart)
    assert (taken.objects, taken.copied, taken.lacking) == (1, 1, [])
    house.close()
    shutil.rmtree(place.data_dir / "objects")
    again, count = restored(elsewhere(place, tmp_path), into, apart)
    assert count == 0
    assert opens(again, one) == before != []
    assert show_mailbox(again.desk, open_mailbox(again.desk, one.receipt)).told == shown.told
    again.close()


def test_the_newest_checkpoint_is_that_of_the_manifest_and_proofs_handed_out_before_still_hold(
    house, place, one, into, apart, tmp_path
):
    size = house.ledger.sequence(NOON)
    checkpoint = house.ledger.checkpoint()
    taken = back_up(house, into, apart)
    told = parse_canonical((into / taken.name / "MANIFEST.json").read_bytes())
    assert told["facts"]["checkpoint"] == checkpoint
    filed(house)
    house.ledger.sequence(LATER)
    again, _ = restored(elsewhere(place, tmp_path), into, apart)
    assert again.ledger.checkpoint() == checkpoint
    assert again.ledger.sequence(LATER) == size + 2  # that a backup began, and that it was restored
    stored = again.desk.lookup.entry_of_filing(one.complaint)
    again.ledger.must_hold(stored)
    assert Checkpoint.parse(again.ledger.checkpoint().split("\n\n")[0] + "\n").size == size + 2
    assert again.signer.verifier_keys() == house.signer.verifier_keys()
    again.close()


def test_a_backup_and_a_restore_are_entries(house, place, into, apart, tmp_path):
    taken = back_up(house, into, apart)
    begun = house.desk.lookup.newest_entry("backup_begun")
    assert parse_canonical(begun.body)["facts"] == {"shred_keys_deleted_by": taken.delete_by.isoformat()}
    again, _ = restored(elsewhere(place, tmp_path), into, apart)
    facts = parse_canonical(again.desk.lookup.newest_entry("restored").body)["facts"]
    assert facts == {"backup": taken.name, "backed_up_at": "2026-03-02T12:00:00Z", "erasures_replayed": 0}
    again.close()


def test_a_second_backup_copies_new_objects_alone_and_keeps_the_first(house, one, into, apart):
    first = back_up(house, into, apart)
    before = files_of(into / first.name)
    assert back_up(house, into, apart).copied == 0
    sent(house, one)
    third = back_up(house, into, apart)
    assert (third.objects, third.copied) == (2, 1)
    assert files_of(into / first.name) == before


def test_an_older_backup_is_restored_by_its_name(house, place, into, apart, tmp_path):
    first = filed(house)
    old = back_up(house, into, apart)
    second = filed(house)
    back_up(house, into, apart, LATER)
    again, _ = restored(elsewhere(place, tmp_path), into, apart, name=old.name)
    show_mailbox(again.desk, open_mailbox(again.desk, first.receipt))
    assert again.desk.lookup.newest_entry("restored")
    with closing(sqlite3.connect(tmp_path / "restored" / "rule12.sqlite")) as connection:
        ids = {row[0] for row in connection.execute("SELECT id FROM complaints")}
    assert first.complaint.hex in ids
    assert second.complaint.hex not in ids
    again.close()


def test_only_the_newest_are_kept_and_objects_nobody_names_go_with_the_others(house, one, into, apart):
    back_up(house, into, apart)
    erase(house, one)
    names = [back_up(house, into, apart, keep=2).name for _ in range(3)]
    for folder in (into, apart):
        assert sorted(path.name for path in folder.iterdir() if path.name[0] == "0") == names[1:]
    assert [path for path in (into / "objects").rglob("*") if path.is_file()] == []


def test_a_file_between_the_objects_that_no_backup_names_is_cleared(house, one, into, apart):
    back_up(house, into, apart)
    (kept,) = (into / "objects").rglob("*.sealed")
    for name in ("0" * 32 + ".sealed", "f" * 32 + ".part"):
        (kept.parent / name).write_bytes(b"left by a backup that died")
    back_up(house, into, apart)
    assert [path for path in (into / "objects").rglob("*") if path.is_file()] == [kept]


def test_shred_keys_go_when_their_day_has_come_however_many_backups_are_kept(house, into, apart):
    first = back_up(house, into, apart)
    assert first.delete_by == (NOON + timedelta(days=KEPT_DAYS)).date()
    (apart / first.name / "MANIFEST.json").write_bytes(b"whatever became of it")
    second = back_up(house, into, apart, NOON + timedelta(days=KEPT_DAYS))
    assert (into / first.name).exists()
    assert not (apart / first.name).exists()
    assert (apart / second.name).exists()


def test_a_plain_sha256sum_checks_the_objects(house, one, into, apart):
    taken = back_up(house, into, apart)
    call = ["sha256sum", "--check", "--strict", "--quiet", "objects.sha256"]
    assert subprocess.run(call, cwd=into / taken.name, check=False).returncode == 0
    (kept,) = (into / "objects").rglob("*.sealed")
    kept.unlink()
    kept.write_bytes(b"something else")
    assert subprocess.run(call, cwd=into / taken.name, check=False, capture_output=True).returncode == 1


def test_a_thief_of_the_backup_without_the_shred_keys_finds_no_key_in_it(house, one, into, apart):
    taken = back_up(house, into, apart)
    with closing(sqlite3.connect(apart / taken.name / "shred-keys.sqlite")) as connection:
        keys = [row[0] for row in connection.execute("SELECT shred_key FROM shred_keys")]
    kept = b"".join(files_of(into).values())
    assert keys
    assert not any(key in kept for key in keys)
    assert not any(path.stat().st_mode & 0o077 for path in into.rglob("*") if path.is_dir())


def test_neither_key_files_nor_secrets_of_the_door_are_in_it(house, place, one, into, apart):
    secrets = [path.read_bytes().strip() for path in place.keys_dir.glob("*.key")]
    back_up(house, into, apart)
    kept = files_of(into) | files_of(apart)
    assert secrets
    assert not any(secret in data for secret in secrets for data in kept.values())
    assert not any("door" in str(path) for path in kept)


@pytest.mark.parametrize(
    "pair", [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("data/x", "a"), ("a", "data"), ("a/../b", "b")]
)
def test_the_two_and_the_data_never_lie_in_one_another(house, place, tmp_path, pair):
    into, apart = (tmp_path / name for name in pair)
    (tmp_path / "b").mkdir()
    with pytest.raises(CannotStart, match="must lie apart"):
        back_up(house, into, apart)
    assert house.desk.lookup.newest_entry("backup_begun") is None


def test_a_link_to_the_same_folder_is_the_same_folder(house, tmp_path, into):
    into.mkdir()
    (tmp_path / "link").symlink_to(into)
    with pytest.raises(CannotStart, match="must lie apart"):
        back_up(house, into, tmp_path / "link" / "keys")


def test_a_database_that_is_none_of_sqlites_is_left_to_its_own_tools(house, place, into, apart):
    with pytest.raises(CannotStart, match="Only a database of SQLite"):
        take_backup(replace(place, database_url="postgresql://localhost/desk"), into, apart, 7, NOON, lambda _: None)
    assert not into.exists()


def test_backups_of_another_installation_are_left_alone(house, place, into, apart, tmp_path):
    back_up(house, into, apart)
    told = {"RULE12_DATA_DIR": str(tmp_path / "other"), "RULE12_ORIGIN": "other.example/desk"}
    other_place = read_settings(told | {"RULE12_PUBLIC_URL": "http://localhost"})
    prepare(other_place, NOON)
    other = open_house(other_place)
    with pytest.raises(CannotStart, match=r"holds backups of desk\.example/test"):
        back_up(other, into, tmp_path / "others")
    other.close()


def test_an_object_that_is_missing_or_altered_is_named_and_the_rest_is_backed_up(
    house, place, one, into, apart, tmp_path
):
    other = filed(house)
    sent(house, other)
    sent(house, other)
    ids = [item.content.id for item in house.desk.lookup.evidence(other.complaint)]
    missing, altered = (house.desk.vault._objects.path(id_) for id_ in ids)
    missing.unlink()
    altered.write_bytes(b"x" + altered.read_bytes()[1:])
    taken = back_up(house, into, apart)
    assert sorted(taken.lacking) == sorted(
        [
            f"object {ids[0]}: it is missing from the object store.",
            f"object {ids[1]}: it is not what was taken in.",
        ]
    )
    assert taken.objects == 1
    with restoring(elsewhere(place, tmp_path), into, apart, LATER) as made:
        assert sorted(made.damaged) == sorted(taken.lacking)
        assert opens(made.house, one)


def test_an_object_that_went_bad_after_a_backup_is_in_the_next_one_as_it_was(house, place, one, into, apart, tmp_path):
    before = opens(house, one)
    back_up(house, into, apart)
    (kept,) = (place.data_dir / "objects").rglob("*.sealed")
    kept.unlink()
    assert back_up(house, into, apart).lacking == []
    again, _ = restored(elsewhere(place, tmp_path), into, apart)
    assert opens(again, one) == before
    again.close()


def test_a_database_that_does_not_hold_together_is_refused_and_the_earlier_backup_stays(house, place, one, into, apart):
    first = back_up(house, into, apart)
    before = files_of(into)
    house.close()
    path = place.data_dir / "rule12.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'notices'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)
    with pytest.raises(BackupDamaged, match=r"rule12\.sqlite: SQLite says of it: "):
        house.backup(into, apart, 7, LATER, lambda _: None)
    assert files_of(into) == before
    assert (into / first.name).exists()


DAMAGE = [
    ("MANIFEST.json", r"MANIFEST\.json: it is missing, or no manifest"),
    ("rule12.sqlite", r"rule12\.sqlite: it is not what was backed up"),
    ("objects.sha256", r"objects\.sha256: it is not what was backed up"),
]


@pytest.mark.parametrize(("name", "said"), DAMAGE)
def test_a_damaged_file_of_a_backup_is_named_and_nothing_is_restored(
    house, place, one, into, apart, tmp_path, name, said
):
    taken = back_up(house, into, apart)
    path, to = into / taken.name / name, elsewhere(place, tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BackupDamaged, match=said):
        restored(to, into, apart)
    path.unlink()
    with pytest.raises(BackupDamaged, match="it is missing"):
        restored(to, into, apart)
    assert [path.name for path in to.data_dir.iterdir()] == ["keys"]


def test_damaged_shred_keys_and_a_missing_list_of_erasures_are_named(house, place, into, apart, tmp_path):
    taken = back_up(house, into, apart)
    store, to = apart / taken.name / "shred-keys.sqlite", elsewhere(place, tmp_path)
    data = store.read_bytes()
    store.write_bytes(data + b"\0")
    with pytest.raises(BackupDamaged, match=r"shred-keys\.sqlite: it is not what was backed up"):
        restored(to, into, apart)
    store.write_bytes(data)
    (apart / "erased.txt").write_text("nobody knows\n")
    with pytest.raises(BackupDamaged, match=r"erased\.txt: line 1 names no erasure"):
        restored(to, into, apart)
    (apart / "erased.txt").unlink()
    with pytest.raises(BackupDamaged, match=r"erased\.txt: it is missing"):
        restored(to, into, apart)
    assert [path.name for path in to.data_dir.iterdir()] == ["keys"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_damaged_object_is_named_and_the_rest_is_restored_only_when_told(
    house, place, one, into, apart, tmp_path, gone
):
    other = filed(house)
    sent(house, other)
    back_up(house, into, apart)
    to = elsewhere(place, tmp_path)
    (item,) = house.desk.lookup.evidence(other.complaint)
    id_ = item.content.id
    path = into / "objects" / id_.hex[:2] / f"{id_.hex}.sealed"
    path.unlink()
    if not gone:
        path.write_bytes(b"something else")
    what = rf"{id_.hex}\.sealed: it is {'missing' if gone else 'altered'}\."
    with pytest.raises(BackupDamaged, match=what):
        restored(to, into, apart)
    assert [path.name for path in to.data_dir.iterdir()] == ["keys"]
    with restoring(to, into, apart, LATER, without_damaged=True) as made:
        assert len([path for path in (to.data_dir / "objects").rglob("*") if path.is_file()]) == 1
        assert [bool(re.search(what, one)) for one in made.damaged] == [True]
        assert opens(made.house, one)
        with pytest.raises(EvidenceUnreadable):
            opens(made.house, other)


def test_a_list_that_leads_out_of_the_backup_is_refused(house, place, one, into, apart, tmp_path):
    taken = back_up(house, into, apart)
    listed = into / taken.name / "objects.sha256"
    listed.write_text(f"{'0' * 64}  ../objects/../../../etc/passwd\n")
    told = parse_canonical((into / taken.name / "MANIFEST.json").read_bytes())
    facts = {"size": listed.stat().st_size, "sha256": sha256(listed.read_bytes()).hexdigest()}
    edited(into / taken.name / "MANIFEST.json", files={**told["files"], "objects.sha256": facts})
    to = elsewhere(place, tmp_path)
    with pytest.raises(BackupDamaged, match="line 1 names no object"):
        restored(to, into, apart)
    edited(into / taken.name / "MANIFEST.json", facts={})
    with pytest.raises(BackupDamaged, match="says too little"):
        restored(to, into, apart)


def test_a_manifest_of_another_backup_is_refused(house, place, into, apart, tmp_path):
    first, second = back_up(house, into, apart), back_up(house, into, apart)
    shutil.copy(into / first.name / "MANIFEST.json", into / second.name / "MANIFEST.json")
    with pytest.raises(BackupDamaged, match=rf"{second.name}/MANIFEST\.json"):
        restored(elsewhere(place, tmp_path), into, apart)


def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(house, place, into, apart):
    back_up(house, into, apart)
    before = files_of(place.data_dir)
    with pytest.raises(CannotStart, match="is not empty"):
        restored(place, into, apart)
    assert files_of(place.data_dir) == before


def test_without_the_key_files_nothing_is_restored(house, place, into, apart, tmp_path):
    back_up(house, into, apart)
    to = elsewhere(place, tmp_path)
    (to.keys_dir / "identity.key").unlink()
    with pytest.raises(CannotStart, match=r"Put the key files back first.*identity\.key is missing"):
        restored(to, into, apart)
    assert not (to.data_dir / "rule12.sqlite").exists()


def test_the_key_files_of_another_installation_are_refused_and_nothing_stays(house, place, into, apart, tmp_path):
    back_up(house, into, apart)
    to = elsewhere(place, tmp_path)
    for path in to.keys_dir.glob("*.key"):
        path.write_bytes(b"A" * 43 + b"=\n")
    with pytest.raises(CannotStart, match="belongs to another installation"):
        restored(to, into, apart)
    assert [path.name for path in to.data_dir.iterdir()] == ["keys"]


def test_shred_keys_older_than_the_backup_are_refused(house, place, into, apart, tmp_path):
    back_up(house, into, apart)
    filed(house)
    second = back_up(house, into, apart)
    shutil.rmtree(apart / second.name)
    with pytest.raises(CannotStart, match=f"holds no shred keys of {second.name} or later"):
        restored(elsewhere(place, tmp_path), into, apart)


def test_where_there_is_no_backup_that_is_said(place, into, apart, tmp_path):
    prepare(place, NOON)
    with pytest.raises(CannotStart, match="holds no backup"):
        restored(elsewhere(place, tmp_path), into, apart)


def test_what_was_erased_after_the_backup_stays_unreadable_when_the_old_one_is_restored(
    house, place, one, into, apart, tmp_path
):
    other = filed(house)
    sent(house, other)
    old = back_up(house, into, apart)
    erase(house, one)
    back_up(house, into, apart, LATER)
    again, count = restored(elsewhere(place, tmp_path), into, apart, name=old.name)
    assert count == 1
    must_be_erased(again, tmp_path / "restored", one)
    assert opens(again, other)
    again.close()


def test_erasures_are_made_again_though_only_older_shred_keys_are_left(house, place, one, into, apart, tmp_path):
    old = back_up(house, into, apart)
    erase(house, one)
    newest = back_up(house, into, apart, LATER)
    shutil.rmtree(apart / newest.name)
    again, count = restored(elsewhere(place, tmp_path), into, apart, name=old.name)
    assert count == 1
    must_be_erased(again, tmp_path / "restored", one)
    again.close()


def test_erasures_that_no_backup_knew_of_are_made_again_from_the_list_of_the_lost_place(
    house, place, one, into, apart, tmp_path
):
    back_up(house, into, apart)
    erase(house, one)
    again, count = restored(elsewhere(place, tmp_path), into, apart, erased=[place.data_dir / "erased.txt"])
    assert count == 1
    must_be_erased(again, tmp_path / "restored", one)
    again.close()


def must_be_erased(house, data, one):
    """Nothing opens, by the desk or by the receipt; case and mailbox say so."""
    with pytest.raises(EvidenceUnreadable):
        house.desk.vault._shred.of(one.complaint)
    work_all(house, LATER)
    case = house.desk.lookup.case_of(one.complaint)
    assert case.erased_at == LATER
    shown = show_mailbox(house.desk, open_mailbox(house.desk, one.receipt))
    assert shown.status.slug == "erased"
    assert shown.evidence == ()
    assert not any(
        path.stem == item.content.id.hex
        for item in house.desk.lookup.evidence(one.complaint)
        for path in (data / "objects").rglob("*.sealed")
    )
    assert one.complaint in ErasedList(data / "erased.txt").read()
    replayed = parse_canonical(house.desk.lookup.newest_entry("erase").body)["facts"]
    assert replayed == {"replayed": True, "case": {"erased_at": "2026-03-02T13:00:00Z"}}


def test_what_is_erased_between_the_copy_of_the_database_and_that_of_its_file_is_no_fault(
    house, place, one, into, tmp_path
):
    into.mkdir()
    copy_database(place.data_dir / "rule12.sqlite", tmp_path / "copy.sqlite")
    erase(house, one)
    taken = Taken("", NOON.date())
    pool = _Pool(into, house.desk.vault._objects, house.desk.lookup._database, taken)
    with ReadOnly(tmp_path / "copy.sqlite").reading() as connection:
        pool.take(connection.execute(select(sealed_parts).where(sealed_parts.c.ciphertext.is_(None))), StringIO())
    assert (taken.objects, taken.erased_meanwhile, taken.lacking) == (0, 1, [])


def test_a_backup_that_ran_out_of_room_leaves_the_earlier_ones_and_nothing_else(house, place, one, into, apart):
    back_up(house, into, apart)
    before = files_of(into), files_of(apart)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(CannotStart, match=r"rule12\.sqlite cannot be copied to"):
            house.backup(into, apart, 7, LATER, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (files_of(into), files_of(apart)) == before


def killed_at(point, place, into, apart):
    """A backup by a process that kills itself at a change of the disk; whether it did, and what it printed."""
    call = [sys.executable, "-m", "tests.storage.backing_up", str(place.data_dir), str(into), str(apart), str(point)]
    ran = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode in {0, -9}, ran.stderr
    return ran.returncode == -9, ran.stdout


def test_a_backup_that_is_killed_leaves_the_earlier_ones_whole_and_is_never_taken_for_whole(
    house, place, one, into, apart, tmp_path
):
    first = back_up(house, into, apart)
    before = opens(house, one)
    sent(house, one)
    after = opens(house, one)
    _, counted = killed_at(-1, place, tmp_path / "counted", tmp_path / "counted apart")
    points = int(counted)
    assert points > 20
    seen = set()
    for point in range(0, points, max(1, points // 10)):
        assert killed_at(point, place, into, apart)[0]
        names = [path.name for path in into.iterdir() if path.name[0] == "0"]
        assert names
        for name in names:
            to = elsewhere(place, tmp_path, f"restored-{point}-{name}")
            again, _ = restored(to, into, apart, name=name)
            assert opens(again, one) == (before if name == first.name else after)
            seen.add(name == first.name)
            again.close()
    assert seen == {True, False}
    taken = back_up(house, into, apart)
    assert taken.lacking == []
    assert not [path for folder in (into, apart) for path in folder.iterdir() if path.name[:2] in {".m", ".g"}]
    again, _ = restored(elsewhere(place, tmp_path), into, apart)
    assert opens(again, one) == after
    again.close()


def test_a_restore_that_was_stopped_is_never_served_and_is_begun_again(house, place, one, into, apart, tmp_path):
    back_up(house, into, apart)
    to = elsewhere(place, tmp_path)
    (to.data_dir / RESTORING).touch()
    (to.data_dir / "rule12.sqlite").write_bytes(b"half of it")
    (to.data_dir / "objects").mkdir()
    for start in (prepare, open_house):
        with pytest.raises(CannotStart, match="A backup is being restored"):
            start(to)
    again, _ = restored(to, into, apart)
    assert opens(again, one) == opens(house, one)
    again.close()


def test_two_backups_into_one_folder_are_never_under_way_at_once(house, into, apart, tmp_path):
    def second(_):
        with pytest.raises(CannotStart, match=r"Another backup into .* is under way"):
            house.backup(into, tmp_path / "third", 7, NOON, lambda _: None)

    assert house.backup(into, apart, 7, NOON, second).name


def test_a_filing_proof_of_before_is_signed_by_the_restored_installation(house, place, one, into, apart, tmp_path):
    back_up(house, into, apart)
    again, _ = restored(elsewhere(place, tmp_path), into, apart)
    verify_filing(one.filing_proof, None, again.signer.verifier_keys(), verify)
    again.close()
