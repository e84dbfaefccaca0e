"""What a check finds: each kind of damage by its name, nothing where nothing is wrong, and never a row too many."""

import gc
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, text, update

from cases.case import Given
from cases.case.written import changed as changes_of
from cases.casework.checking.checks import CHECKED, Means, check, note_check
from cases.casework.checking.findings import Found
from cases.casework.checking.ports import KeptCase, KeptFile, KeptLeaf, KeptPart
from cases.casework.checking.running import Half, Run
from cases.casework.mailbox import Sent, add_evidence, find_mailbox
from cases.casework.statuses import of_case
from cases.casework.working import Worker
from cases.errors import CannotStart
from cases.ledger import THE_SYSTEM, About, leaf_of
from cases.lifecycle import Action, State
from cases.place import Kind
from cases.tiles import WIDTH
from storage.checking import RunFile
from storage.rows import case_row, entry_row
from storage.signing import verify
from storage.tables import cases, checkpoints, entries, leaves, sealed_parts, shred_keys, tiles, waiting, wraps
from tests.cases.casework.conftest import HEAD_TWO, open_case
from tests.cases.casework.living import closed, moved, worked_off
from tests.cases.casework.test_erasing import LATE, early, proposed
from tests.conftest import NOON
from tests.storage.making import changed, entry, filed, flipped, minutes, sent

LATER = minutes(60 * 48)
BOTH = tuple(Half)


@pytest.fixture
def one(house):
    """A complaint with two files that became a case, merged under checkpoints of several sizes."""
    complaint = filed(house)
    work_all(house, NOON)
    sent(house, complaint)
    sent(house, complaint, b"\x89PNG\r\n\x1a\n" + bytes(60_000))
    work_all(house, NOON)
    house.desk.ledger.sequence(NOON)
    return complaint


def work_all(house, at):
    worker = Worker(house.desk)
    while worker.step(at):
        pass


def nothing(*_):
    """Done with what a check tells."""


def walked(house, halves=BOTH, at=LATER, fixity=None, keep=nothing, pace=nothing):
    run = Run.begin(uuid4(), at, halves)
    check(Means(fixity or house.fixity(), verify, pace, keep, nothing), run, at)
    return run


def found(house, halves=BOTH):
    """What was found, and where."""
    return [(str(one.found), one.where) for one in walked(house, halves).findings]


def only(house):
    """The one thing that was found."""
    (finding,) = walked(house).findings
    return finding


def files(house, one):
    """Its files on disk, with the ids of their parts."""
    folder = house.desk.vault._objects
    return [(part, folder._place(part.id)) for part in house.desk.lookup.parts(one.complaint, Kind.EVIDENCE)]


@contextmanager
def tampering(house):
    """The database past its triggers, as somebody with the file writes it."""
    with house.desk.lookup._database.writing() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")


def grow(house, count):
    """More entries, merged in batches of their own."""
    database = house.desk.lookup._database
    with database.writing() as connection:
        for made in (entry(THE_SYSTEM) for _ in range(count)):
            row = connection.execute(insert(entries), entry_row(made, made.canonical()))
            connection.execute(insert(waiting), {"entry": row.inserted_primary_key[0]})
    house.desk.ledger.sequence(NOON)


def test_a_sound_installation_is_sound(house, one):
    run = walked(house)
    assert run.findings == []
    assert run.is_sound
    assert run.checked["files"] == 2
    assert run.checked["cases"] == 1
    assert min(run.checked[name] for name in ("parts", "bytes", "entries", "sealed", "checkpoints")) > 1


def test_an_installation_with_nothing_in_it_is_sound(house):
    assert walked(house).is_sound


def test_a_large_tree_is_sound_and_all_of_its_checkpoints_are_looked_at(house):
    for _ in range(3):
        grow(house, 200)
    run = walked(house, (Half.ENTRIES,))
    assert run.findings == []
    assert (run.checked["tiles"], run.checked["entries"] > 600) == (1, True)
    assert run.checked["checkpoints"] >= 3


DAMAGED_FILES = {
    "a flipped byte": (lambda data: flipped(data, 8 * 1000), "its bytes are not those that were sealed"),
    "a cut file": (lambda data: data[:-1], "it was cut: "),
    "an emptied file": (lambda data: data[:0], "it was cut: 0 of "),
    "an extended file": (lambda data: data + b"\0", "it was extended beyond its "),
}


@pytest.mark.parametrize("how", DAMAGED_FILES)
def test_a_damaged_file_is_named_with_what_happened_and_what_to_do(house, one, how):
    spoil, what = DAMAGED_FILES[how]
    part, path = files(house, one)[0]
    path.write_bytes(spoil(path.read_bytes()))
    finding = only(house)
    assert finding.found is Found.ALTERED
    assert str(part.id) in finding.where
    assert path.name in finding.where
    assert finding.what.startswith(what)
    assert "backup" in finding.do


def test_a_deleted_file_is_missing(house, one):
    part, path = files(house, one)[1]
    path.unlink()
    finding = only(house)
    assert (finding.found, finding.what) == (Found.MISSING, "its file is not in the object store")
    assert str(part.id) in finding.where


def test_two_files_that_changed_places_are_both_named(house, one):
    (first, left), (second, right) = files(house, one)
    held = left.read_bytes()
    left.write_bytes(right.read_bytes())
    right.write_bytes(held)
    named = [where for _, where in found(house)]
    assert [str(part.id) in where for part, where in zip((first, second), named, strict=True)] == [True, True]


def test_a_file_that_is_a_folder_is_not_read_and_named(house, one):
    _, path = files(house, one)[0]
    path.unlink()
    path.mkdir()
    finding = only(house)
    assert (finding.found, finding.what) == (Found.ALTERED, "its file cannot be read: Is a directory")


def old(path):
    long_ago = NOON.timestamp()
    os.utime(path, (long_ago, long_ago))


@pytest.mark.parametrize(
    "name", ["objects/{0:.2}/{0}.sealed", "incoming/{0}.part", "objects/notes.txt", "objects/zz/x"]
)
def test_an_old_file_that_no_row_names_is_orphaned_and_a_young_one_is_under_way(house, place, one, name):
    named = name.format(uuid4().hex)
    path = place.data_dir / named
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"nobody's")
    young = NOON.timestamp() + 48 * 3600 - 60
    os.utime(path, (young, young))
    assert found(house) == []
    old(path)
    assert found(house) == [("orphaned", named)]
    assert path.read_bytes() == b"nobody's"


def test_a_kept_file_in_the_wrong_folder_is_missing_there_and_orphaned_here(house, place, one):
    _, path = files(house, one)[0]
    astray = place.data_dir / "objects" / "zz"
    astray.mkdir()
    path.rename(astray / path.name)
    old(astray / path.name)
    assert sorted(kind for kind, _ in found(house)) == ["missing", "orphaned"]


def test_every_file_is_listed_once_however_small_the_page(house, place, one):
    for number in range(7):
        (place.data_dir / "incoming" / f"{number}.part").write_bytes(b"")
    objects, after, listed = house.desk.vault._objects, "", []
    while page := objects.listed(after, 2):
        listed += [file.name for file in page]
        after = listed[-1]
    lying = [path for folder in ("incoming", "objects") for path in (place.data_dir / folder).rglob("*")]
    assert listed == sorted(str(path.relative_to(place.data_dir)) for path in lying if path.is_file())


def test_a_part_in_the_database_that_was_changed_is_named(house, one):
    part = house.desk.lookup.part(one.complaint, Kind.STATEMENT)
    with tampering(house) as connection:
        spoilt = flipped(part.ciphertext, 4000)
        connection.execute(update(sealed_parts).where(sealed_parts.c.id == part.id).values(ciphertext=spoilt))
    finding = only(house)
    assert (finding.found, finding.what) == (Found.ALTERED, "its bytes are not those that were sealed")
    assert finding.where == f"statement {part.id} of complaint {one.complaint} (in the database)"


def test_whoever_changes_a_part_and_its_digest_is_found_by_the_entry(house, one):
    part, path = files(house, one)[0]
    path.write_bytes(b"forged")
    with tampering(house) as connection:
        forged = {"size": 6, "digest": sha256(b"forged").digest()}
        connection.execute(update(sealed_parts).where(sealed_parts.c.id == part.id).values(forged))
    finding = only(house)
    assert finding.found is Found.ALTERED
    assert f"evidence {part.id}" in finding.where
    assert finding.what.startswith("its row is not of the part that entry ")


def test_a_part_whose_row_is_gone_is_missing_and_its_file_nobodys(house, one):
    part, path = files(house, one)[0]
    old(path)
    with past_references(house) as connection:
        connection.execute(delete(sealed_parts).where(sealed_parts.c.id == part.id))
    kinds = dict(found(house))
    assert set(kinds) == {"missing", "orphaned"}
    assert str(part.id) in kinds["missing"]
    assert part.id.hex in kinds["orphaned"]


@contextmanager
def past_references(house):
    """As somebody with the file writes it who does not care what refers to what."""
    database = house.desk.lookup._database
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


def test_a_lost_shred_key_and_lost_wraps_are_missing(house, one):
    with house.desk.vault._shred._database.writing() as connection:
        connection.execute(delete(shred_keys).where(shred_keys.c.complaint == one.complaint))
    assert found(house) == [("missing", f"shred key of complaint {one.complaint}")]
    part = house.desk.lookup.part(one.complaint, Kind.IDENTITY)
    with house.desk.vault._shred._database.writing() as connection:
        connection.execute(insert(shred_keys), {"complaint": one.complaint, "shred_key": bytes(32)})
    with house.desk.lookup._database.writing() as connection:
        connection.execute(delete(wraps).where(wraps.c.part == part.id))
    assert found(house) == [("missing", f"wraps of identity {part.id}")]


def erase(house, one):
    """The first half, as the desk commits it; what the entry says with it makes it the tombstone."""
    case = house.desk.lookup.case_of(one.complaint)
    erased = changed(case, state=State.CLOSED, closed_at=NOON, erased_at=NOON)
    facts = {"case": changes_of(case, erased)}
    told = replace(entry(About.case(case.number), version=erased.version), facts=facts)
    with house.desk.work() as work:
        work.record(erased, told, of_case(erased))
        work.erase(erased)
    house.desk.ledger.sequence(NOON)


def test_what_was_erased_is_sound_while_the_worker_is_at_it_and_afterwards(house, one):
    erase(house, one)
    assert found(house) == []
    work_all(house, LATER)
    assert files(house, one)[0][1].exists() is False
    assert found(house) == []


def test_an_erasure_that_two_people_decided_at_the_desk_is_sound_at_every_step(house):
    case, _ = early(house.desk, pictures=2)
    proposed(house.desk, case)
    assert found(house) == []
    moved(house.desk, HEAD_TWO, case, Action.APPROVE, Given(), LATE)
    assert found(house) == []
    worked_off(house.desk, LATE)
    house.desk.ledger.sequence(LATE)
    assert list(house.desk.vault._objects._kept.rglob("*.sealed")) == []
    assert found(house) == []


def test_what_outlived_its_erasure_is_named(house, one):
    (part, path), _ = files(house, one)
    kept = path.read_bytes()
    erase(house, one)
    work_all(house, LATER)
    path.write_bytes(kept)
    finding = only(house)
    assert (finding.found, finding.what) == (Found.ORPHANED, "its file outlived its erasure")
    assert str(part.id) in finding.where
    path.unlink()
    with house.desk.vault._shred._database.writing() as connection:
        connection.execute(insert(shred_keys), {"complaint": one.complaint, "shred_key": bytes(32)})
    assert found(house) == [("orphaned", f"shred key of complaint {one.complaint}")]


def test_whoever_deletes_a_file_and_calls_it_erased_has_no_entry_that_says_so(house, one):
    _, path = files(house, one)[0]
    path.unlink()
    with tampering(house) as connection:
        connection.exec_driver_sql("UPDATE mailbox_view SET slug = 'erased'")
    assert only(house).found is Found.MISSING


def test_an_erasure_between_two_looks_is_no_finding(house, one):
    """The row is read before the erasure, and the file after it."""
    fixity = house.fixity()
    pages = iter([lambda: (erase(house, one), work_all(house, LATER))])
    parts = fixity.parts

    def overtaken(after, limit):
        page = parts(after, limit)
        next(pages, lambda: None)()
        return page

    fixity.parts = overtaken
    run = walked(house, (Half.OBJECTS,), fixity=fixity)
    assert run.findings == []
    assert not files(house, one)[0][1].exists()


def test_a_file_whose_row_commits_between_two_looks_is_no_finding(house, one):
    fixity = house.fixity()
    answers, names_file = iter([False]), fixity.names_file
    fixity.names_file = lambda part: next(answers, None) is None and names_file(part)
    for _, path in files(house, one):
        old(path)
    assert walked(house, (Half.OBJECTS,), fixity=fixity).findings == []


# The ledger


def test_an_entry_whose_bytes_were_changed_is_named(house, one):
    with tampering(house) as connection:
        position, body = connection.execute(select(entries.c.position, entries.c.body).limit(1).offset(2)).one()
        told = body.replace(b'"role":"', b'"role":"x')
        connection.execute(update(entries).where(entries.c.position == position).values(body=told))
    finding = only(house)
    assert (finding.found, finding.where) == (Found.ALTERED, f"entry {position - 1} (row {position})")
    assert finding.what == "its bytes are not those that were merged"


@pytest.mark.parametrize("column", ["actor", "action", "about", "at", "kind"])
def test_an_entry_whose_row_says_something_else_than_its_bytes_is_named(house, one, column):
    with tampering(house) as connection:
        position = connection.scalar(select(entries.c.position).where(entries.c.version.is_(None)).limit(1).offset(1))
        value = minutes(9) if column == "at" else "another"
        connection.execute(update(entries).where(entries.c.position == position).values({column: value}))
    finding = only(house)
    assert (finding.found, finding.where) == (Found.ALTERED, f"entry {position - 1} (row {position})")
    assert finding.what.endswith(f": {column}")


def test_an_entry_that_was_deleted_is_missing(house, one):
    with past_references(house) as connection:
        connection.execute(delete(entries).where(entries.c.position == 2))
    assert found(house) == [("missing", "entry 1")]


def test_a_changed_or_deleted_leaf_is_told_from_its_entry(house, one):
    with tampering(house) as connection:
        connection.execute(update(leaves).where(leaves.c.index == 2).values(leaf=bytes(32)))
    assert found(house) == [("altered", "leaf 2")]
    with tampering(house) as connection:
        connection.execute(delete(leaves).where(leaves.c.index == 2))
    assert found(house) == [("missing", "leaf 2"), ("orphaned", "entry in row 3")]


def test_an_entry_that_is_neither_merged_nor_waiting_is_orphaned(house, one):
    with house.desk.work() as work:
        work.note(entry(THE_SYSTEM))
    assert found(house) == []
    with tampering(house) as connection:
        position = connection.scalar(select(waiting.c.entry))
        connection.execute(delete(waiting))
    assert found(house) == [("orphaned", f"entry in row {position}")]


@pytest.mark.parametrize(("level", "index", "path"), [(0, 0, "0/000"), (0, 1, "0/001"), (1, 0, "1/000")])
def test_a_deleted_changed_or_shortened_tile_is_named(house, level, index, path):
    grow(house, WIDTH + 20)
    at = tiles.c.level == level, tiles.c.index == index
    with house.desk.lookup._database.reading() as connection:
        hashes = connection.scalar(select(tiles.c.hashes).where(*at))
    with tampering(house) as connection:
        connection.execute(update(tiles).where(*at).values(hashes=flipped(hashes, 3)))
    assert found(house) == [("altered", f"tile {path}")]
    with tampering(house) as connection:
        connection.execute(update(tiles).where(*at).values(hashes=hashes[:-32]))
    assert [where for _, where in found(house)] == [f"tile {path}"]
    with tampering(house) as connection:
        connection.execute(delete(tiles).where(*at))
    assert found(house) == [("missing", f"tile {path}")]


def test_any_checkpoint_that_was_changed_is_named_not_only_the_newest(house):
    grow(house, 20)
    grow(house, 20)
    sizes = checkpoint_sizes(house)
    for size in sizes:
        with tampering(house) as connection:
            at = checkpoints.c.size == size
            note = connection.scalar(select(checkpoints.c.note).where(at))
            lines = note.split("\n")
            lines[2] = "A" * 43 + "="
            connection.execute(update(checkpoints).where(at).values(note="\n".join(lines)))
        assert found(house) == [("altered", f"checkpoint {size}")]
        with tampering(house) as connection:
            connection.execute(update(checkpoints).where(at).values(note=note))


def checkpoint_sizes(house):
    with house.desk.lookup._database.reading() as connection:
        return list(connection.scalars(select(checkpoints.c.size).order_by(checkpoints.c.size)))


def test_a_checkpoint_of_another_size_or_installation_is_named(house):
    grow(house, 20)
    grow(house, 20)
    first, last = checkpoint_sizes(house)[-2:]
    with tampering(house) as connection:
        older = connection.scalar(select(checkpoints.c.note).where(checkpoints.c.size == first))
        connection.execute(update(checkpoints).where(checkpoints.c.size == last).values(note=older))
    finding = only(house)
    assert finding.where == f"checkpoint {last}"
    assert finding.what.endswith(f"over {first} entries")


def test_a_newest_checkpoint_that_was_deleted_is_missing(house):
    grow(house, 20)
    grow(house, 20)
    with tampering(house) as connection:
        connection.execute(delete(checkpoints).where(checkpoints.c.size == checkpoint_sizes(house)[-1]))
    assert found(house) == [("missing", "newest checkpoint")]
    with tampering(house) as connection:
        connection.execute(delete(checkpoints))
    assert found(house) == [("missing", "newest checkpoint")]


def test_whoever_rewrites_an_entry_with_its_leaf_and_tile_meets_the_signed_root(house):
    grow(house, 20)
    grow(house, 20)
    signed = [size for size in checkpoint_sizes(house) if size > 3]
    with tampering(house) as connection:
        forged = entry(THE_SYSTEM)
        row = {**entry_row(forged, forged.canonical())}
        position = connection.scalar(select(leaves.c.entry).where(leaves.c.index == 3))
        connection.execute(update(entries).where(entries.c.position == position).values(row))
        leaf = leaf_of(row["body"])
        connection.execute(update(leaves).where(leaves.c.index == 3).values(leaf=leaf))
        hashes = connection.scalar(select(tiles.c.hashes).where(tiles.c.level == 0, tiles.c.index == 0))
        connection.execute(update(tiles).values(hashes=hashes[:96] + leaf + hashes[128:]))
    finding = only(house)
    assert (finding.found, finding.where) == (Found.ALTERED, f"checkpoint {signed[0]}")
    assert "another root" in finding.what


def test_a_version_that_is_not_the_number_of_changes_is_named(house, one):
    number = house.desk.lookup.case_of(one.complaint).number
    with tampering(house) as connection:
        connection.execute(update(cases).values(version=cases.c.version + 1))
    finding = only(house)
    assert (finding.found, finding.where) == (Found.ALTERED, f"case {number}")
    assert finding.what == "it is at version 2, with 1 changes in the ledger, the last to 1"


def test_a_case_that_is_not_what_its_changes_amount_to_is_named(house, one):
    case = house.desk.lookup.case_of(one.complaint)
    forged = replace(case, worked_by=frozenset({"S0099"}))
    for values, what in (
        (case_row(forged), "its facts are not those its changes in the ledger amount to"),
        ({**case_row(case), "state": "closed"}, "what it is found by is not what its facts say"),
        ({**case_row(case), "facts": "{}"}, "what it is found by is not what its facts say"),
    ):
        with tampering(house) as connection:
            connection.execute(update(cases).values(values))
        finding = only(house)
        assert (finding.found, finding.where, finding.what) == (Found.ALTERED, f"case {case.number}", what)


def test_a_change_that_cannot_be_read_is_named_and_stops_nothing(house, one):
    number = house.desk.lookup.case_of(one.complaint).number
    with tampering(house) as connection:
        position = connection.scalar(select(entries.c.position).where(entries.c.version == 1))
        connection.execute(update(entries).where(entries.c.position == position).values(body=b"{"))
    named = [("altered", f"entry {position - 1} (row {position})"), ("altered", f"case {number}")]
    assert found(house) == named


def test_a_life_of_a_case_from_the_door_to_its_closure_is_sound(house):
    case, _ = open_case(house.desk, pictures=1)
    worked_off(house.desk)
    closed(house.desk, case)
    worked_off(house.desk)
    house.desk.ledger.sequence(LATE)
    run = walked(house)
    assert run.findings == []
    assert run.checked["cases"] == 1


def test_a_case_or_complaint_whose_row_is_gone_is_missing(house, one):
    number = house.desk.lookup.case_of(one.complaint).number
    with past_references(house) as connection:
        connection.execute(delete(cases))
        connection.exec_driver_sql("DELETE FROM complaints")
    assert sorted(found(house)) == [("missing", f"case {number}"), ("missing", f"complaint {one.complaint}")]


# The run


def test_nothing_that_is_checked_is_changed(house, place, one):
    def lying():
        found = {path: path.read_bytes() for path in place.data_dir.rglob("*") if path.is_file()}
        return {path: data for path, data in found.items() if not path.name.endswith(("-shm", "-wal", ".lock"))}

    before = lying()
    walked(house)
    assert lying() == before


def test_one_entry_tells_of_a_run_whatever_it_found_and_of_a_run_told_twice_once(house, one):
    files(house, one)[0][1].unlink()
    run = walked(house)
    for _ in range(2):
        note_check(house.desk, run, LATER)
    told = json.loads(house.desk.lookup.newest_entry(CHECKED).body)
    assert told["facts"]["found"] == {"missing": 1}
    assert told["facts"]["checked"]["cases"] == 1
    note_check(house.desk, walked(house), LATER)
    assert json.loads(house.desk.lookup.newest_entry(CHECKED).body)["facts"]["run"] != told["facts"]["run"]


def test_a_run_stopped_after_any_page_goes_on_and_finds_the_same(house, one):
    grow(house, 600)
    files(house, one)[0][1].unlink()
    with tampering(house) as connection:
        connection.execute(update(cases).values(version=9))
        connection.execute(update(leaves).where(leaves.c.index == 520).values(leaf=bytes(32)))
    whole, kept = walked(house), []
    walked(house, keep=lambda run: kept.append(run.written()))
    assert len(kept) > 8
    for text_ in kept:
        run = Run.read(text_)
        check(Means(house.fixity(), verify, nothing, nothing, nothing), run, LATER)
        assert run.findings == whole.findings
        assert run.counts() == whole.counts()


def test_entries_that_come_while_a_run_walks_are_left_to_the_next(house, one):
    grow(house, 300)
    run = walked(house, keep=lambda _: grow(house, 3))
    assert run.findings == []


def test_what_a_run_keeps_holds_no_secret_and_is_refused_when_it_cannot_be_read(house, place, one):
    file, kept = RunFile(place.data_dir), []
    walked(house, keep=lambda run: (file.save(run.written()), kept.append(file.load())))
    assert (place.data_dir / "check.json").stat().st_mode & 0o777 == 0o600
    assert set(json.loads(kept[0])) == {
        *("format", "id", "started_at", "halves", "stage", "position"),
        *("size", "peaks", "parted", "checked", "found", "findings"),
    }
    for false in ("", "[]", "{}", kept[0].replace("rule12/check/1", "rule12/check/2"), kept[0][:-9]):
        with pytest.raises(CannotStart):
            Run.read(false)
    file.clear()
    assert file.load() is None


def test_two_checks_at_once_are_refused(place, house):
    with (
        RunFile(place.data_dir).held(),
        pytest.raises(CannotStart, match="Another check"),
        RunFile(place.data_dir).held(),
    ):
        pass


def test_more_findings_than_are_told_are_counted(house):
    grow(house, 1200)
    with tampering(house) as connection:
        connection.execute(update(leaves).values(leaf=bytes(32)))
    run = walked(house, (Half.ENTRIES,))
    assert len(run.findings) == 1000
    assert run.untold == run.checked["entries"] - 1000


@pytest.mark.parametrize("half", Half)
def test_no_more_rows_are_held_for_a_large_installation_than_for_a_page(house, one, half):
    """Counted among the objects that are alive, page after page."""
    grow(house, 3000)
    mailbox = find_mailbox(house.desk, one.receipt)
    for _ in range(300):
        add_evidence(house.desk, mailbox, Sent([b"\x89PNG\r\n\x1a\n"], "image/png", "shot.png"), NOON)
    house.desk.ledger.sequence(NOON)
    held = []

    def count(run):
        gc.collect()
        held.append(sum(isinstance(one, KeptPart | KeptLeaf | KeptFile | KeptCase) for one in gc.get_objects()))

    run = walked(house, (half,), keep=count)
    assert run.checked.total() > 600
    assert len(held) > 6
    assert max(held) <= 2 * 512


def test_reading_is_paced_by_every_byte_that_was_sealed(house, one):
    passed = []
    run = walked(house, (Half.OBJECTS,), pace=passed.append)
    assert sum(passed) == run.checked["bytes"]
