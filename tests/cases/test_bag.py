import io
import json
import tracemalloc
import zipfile
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import bagit
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree

from cases.bag import BagFiles, Chosen, statement, write_bag
from cases.case import Case
from cases.errors import CannotStart, LedgerBroken
from cases.ledger import THE_SYSTEM, About, Entry, EntryKind
from cases.lifecycle import Queue, State
from cases.merkle import leaf_hash
from cases.notes import Checkpoint, VerifierKey, open_note, sign_note
from cases.ports import StoredEntry
from cases.tiles import append, root, tile_path, tile_paths

ORIGIN = "desk.example/rule12"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class LedgerInMemory:
    """A real ledger, in memory: RFC 6962 tiles and Ed25519 checkpoints over whatever bytes it is given.

    It stands for the desk's `lookup`, `ledger` and `signer` at once, as far as an export needs them.
    """

    def __init__(self, bodies=(), cases=(), *, origin=ORIGIN, seed=1):
        self.origin, self.cases, self.bodies, self.tiles, self.signed = origin, list(cases), [], {}, 0
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self.private.public_key().public_bytes_raw()
        self.key = VerifierKey(origin, self.public)
        self.lookup = self.ledger = self.signer = self
        self.append(bodies)
        self.signed = len(self.bodies)

    def append(self, bodies):
        """Entries after the last signed checkpoint; the tiles grow, the checkpoint stays."""
        bodies = list(bodies)
        for tile in append(len(self.bodies), [leaf_hash(body) for body in bodies], self.tile):
            self.tiles[tile.level, tile.index] = tile.hashes
        self.bodies += bodies

    def sign(self, text, name=None):
        return sign_note(text, name or self.origin, self.public, self.private.sign)

    bag = sign

    def checkpoint(self):
        return self.sign(Checkpoint(self.origin, self.signed, root(self.signed, self.tile)).text())

    def tile(self, level, index):
        return self.tiles[level, index]

    def every_entry(self, size):
        for index, body in enumerate(self.bodies[:size]):
            yield StoredEntry(index + 1, index, body), leaf_hash(body)

    def every_case(self):
        yield from self.cases


def number(case):
    return f"IGO-2026-{10000 + case}"


def entries(count):
    """Lives of cases: filed, registered, looked at, changed twice, and an entry of the system's own between them."""
    for place in range(count):
        case, step = divmod(place, 6)
        about = About.complaint(UUID(int=case)) if step == 0 else About.case(number(case))
        kind, action, version = (
            (EntryKind.INTAKE, "filed", None),
            (EntryKind.CHANGE, "registered", 1),
            (EntryKind.LOOK, "opened", None),
            (EntryKind.CHANGE, "assess", 2),
            (EntryKind.CHANGE, "close", 3),
            (EntryKind.SYSTEM, "exported", None),
        )[step]
        about = THE_SYSTEM if kind is EntryKind.SYSTEM else about
        nonce = sha256(b"%d" % place).digest()[:16]
        yield Entry(UUID(int=place), nonce, kind, about, AT + place * DAY, "4021", "intake", action, version)


def life(count):
    return [entry.canonical() for entry in entries(count)]


def cases(count):
    for case in range(count):
        yield Case(number(case), UUID(int=case), Queue.IGO, ("igo",), State.CLOSED, 3, (), AT)


def bag_of(ledger, folder, chosen=None):
    write_bag(ledger, folder, chosen or Chosen(), AT)
    return folder


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def zipped(files, change=None):
    """These files as a zip; `change` may alter how one member is described in the zip's directory."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if change:
            change(archive.filelist[-1])
    return into.getvalue()


def shown(folder):
    return [json.loads(line) for line in (folder / "data/entries.ndjson").read_bytes().splitlines()]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_an_independent_tool_finds_the_bag_valid_at_every_size(tmp_path, size):
    bag = bagit.Bag(str(bag_of(LedgerInMemory(life(size), cases(size // 6)), tmp_path / "bag")))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == ORIGIN
    assert bag.info["Bagging-Date"] == "2026-11-22"
    assert bag.info["Rule12-Format"] == "rule12/bag/1"


def test_the_bag_holds_these_files_and_no_key(tmp_path):
    ledger = LedgerInMemory(life(300))
    folder = bag_of(ledger, tmp_path / "bag")
    files = files_of(folder)
    tags = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag.sig"}
    tiles = {f"data/tiles/{path}" for path in ("0/000", "0/001.p/44", "1/000.p/1")}
    assert set(files) == tags | tiles | {"data/entries.ndjson", "data/cases.csv", "data/checkpoint"}
    assert not [name for name, data in files.items() if ledger.public in data]


def test_each_line_is_the_canonical_entry_and_an_independent_tree_agrees_with_the_checkpoint(tmp_path):
    ledger = LedgerInMemory(life(300))
    folder = bag_of(ledger, tmp_path / "bag")
    tree = InmemoryTree(algorithm="sha256")
    for line in (folder / "data/entries.ndjson").read_bytes().split(b"\n")[:-1]:
        tree.append_entry(line)
    _, size, signed = (folder / "data/checkpoint").read_text().split("\n")[:3]
    assert (tree.get_size(), tree.get_root(300)) == (int(size), b64decode(signed))


def test_the_signature_is_the_logs_own_over_the_tag_manifest(tmp_path):
    ledger = LedgerInMemory(life(7))
    folder = bag_of(ledger, tmp_path / "bag")

    def verify(public, signature, message):
        ledger.private.public_key().verify(signature, message)
        return public == ledger.public

    signed = open_note((folder / "bag.sig").read_text(), [ledger.key], verify)
    assert signed == statement(ORIGIN, sha256((folder / "tagmanifest-sha256.txt").read_bytes()).hexdigest())


def test_entries_that_came_after_the_checkpoint_stay_out_and_wider_tiles_are_cut(tmp_path):
    ledger = LedgerInMemory(life(300))
    before = {path: ledger.tiles[path] for path in ledger.tiles}
    ledger.append(life(600)[300:])
    folder = bag_of(ledger, tmp_path / "bag")
    assert len(shown(folder)) == 300
    for level, index, width in tile_paths(300):
        assert (folder / "data/tiles" / tile_path(level, index, width)).read_bytes() == before[level, index]


def test_what_was_not_chosen_is_withheld_as_a_bare_leaf_with_its_reason(tmp_path):
    ledger = LedgerInMemory(life(12))
    chosen = Chosen((number(1), str(UUID(int=1))))
    lines = shown(bag_of(ledger, tmp_path / "bag", chosen))
    withheld = [{"leaf": leaf_hash(body).hex(), "withheld": "outside_request"} for body in ledger.bodies]
    assert lines[:6] == withheld[:6]
    assert [line["about"]["id"] for line in lines[6:11]] == [str(UUID(int=1))] + [number(1)] * 4
    assert lines[11] == withheld[11]


def test_the_table_holds_only_the_chosen_cases(tmp_path):
    ledger = LedgerInMemory(life(12), cases(3))
    everything = bag_of(ledger, tmp_path / "all") / "data/cases.csv"
    one = bag_of(ledger, tmp_path / "one", Chosen((number(1),))) / "data/cases.csv"
    dated = bag_of(ledger, tmp_path / "dated", Chosen(from_=AT)) / "data/cases.csv"
    assert [len(table.read_bytes().splitlines()) for table in (everything, one, dated)] == [4, 2, 4]


def test_a_time_range_begins_with_its_first_moment_and_ends_before_its_last(tmp_path):
    taken = [Chosen(from_=AT + DAY, to=AT + 3 * DAY).takes(json.loads(body)) for body in life(5)]
    assert taken == [False, True, True, False, False]
    assert all(Chosen().takes(json.loads(body)) for body in life(5))


def test_a_choice_says_only_what_is_set():
    assert Chosen().facts() == {}
    chosen = Chosen(("a", "b"), AT, AT + DAY)
    assert chosen.facts() == {"about": ["a", "b"], "from": "2026-11-22T09:30:00Z", "to": "2026-11-23T09:30:00Z"}


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CannotStart, match="not empty"):
        bag_of(LedgerInMemory(life(3)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


class ForgetfulLedger(LedgerInMemory):
    """Storage that somebody reached into: the entry at `lost` is gone, that at `changed` no longer makes its leaf."""

    lost = changed = None

    def every_entry(self, size):
        for stored, leaf in super().every_entry(size):
            if stored.index != self.lost:
                yield (
                    (StoredEntry(stored.position, stored.index, b"{}") if stored.index == self.changed else stored),
                    leaf,
                )


@pytest.mark.parametrize("lost", [0, 4, 8])
def test_storage_that_lost_an_entry_makes_no_bag(tmp_path, lost):
    ledger = ForgetfulLedger(life(9))
    ledger.lost = lost
    with pytest.raises(LedgerBroken, match=rf"^entry {lost}: storage has lost it"):
        bag_of(ledger, tmp_path / "bag")
    assert not (tmp_path / "bag/bag.sig").exists()


def test_storage_that_changed_an_entry_makes_no_bag(tmp_path):
    ledger = ForgetfulLedger(life(9))
    ledger.changed = 4
    with pytest.raises(LedgerBroken, match=r"^entry 4: "):
        bag_of(ledger, tmp_path / "bag", Chosen(from_=AT))


def test_storage_that_lost_part_of_a_tile_makes_no_bag(tmp_path):
    ledger = LedgerInMemory(life(300))
    note = ledger.checkpoint()
    ledger.checkpoint = lambda: note
    ledger.tiles[0, 1] = ledger.tiles[0, 1][:32]
    with pytest.raises(LedgerBroken, match=r"^tile 0/001\.p/44: "):
        bag_of(ledger, tmp_path / "bag")


def test_writing_takes_no_more_memory_for_more_entries(tmp_path):
    peaks = []
    for size in (300, 3000):
        ledger = LedgerInMemory(life(size), cases(1000))
        tracemalloc.start()
        bag_of(ledger, tmp_path / str(size))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (32 << 10)


def test_a_link_in_a_bag_is_not_followed(tmp_path):
    folder = bag_of(LedgerInMemory(life(3)), tmp_path / "bag")
    (folder / "data/more").symlink_to(tmp_path)
    with pytest.raises(LedgerBroken, match=r"^file data/more: is a link"):
        BagFiles(folder)


@pytest.mark.parametrize("around", ["", "export-7/"])
def test_a_zip_is_read_with_or_without_one_folder_around_the_bag(tmp_path, around):
    files = files_of(bag_of(LedgerInMemory(life(3)), tmp_path / "bag"))
    packed = tmp_path / "bag.zip"
    packed.write_bytes(zipped({around + name: data for name, data in files.items()}))
    with BagFiles(packed) as read:
        assert read.names == set(files)
        assert b"".join(read.lines("data/entries.ndjson")) == files["data/entries.ndjson"]
        assert read.digest("bagit.txt") == sha256(files["bagit.txt"]).hexdigest()
        with pytest.raises(LedgerBroken, match=r"^file bagit.txt: is longer than 3 bytes"):
            read.read("bagit.txt", 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag", "bag.zip"]


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/passwd",
        "data/../../up",
        "data//x",
        "./x",
        "C:/x",
        "..\\up",
        "data/\x1b[2J",
        "data/\u202ex",
        "a/../b/",
    ],
)
def test_an_attacker_cannot_name_a_path_that_leads_out_of_the_bag(tmp_path, name):
    packed = tmp_path / "bag.zip"
    packed.write_bytes(zipped({"bagit.txt": b"", name: b"x"}))
    with pytest.raises(LedgerBroken, match="could lead out of the bag") as refused:
        BagFiles(packed)
    assert str(refused.value).isprintable()


def test_an_attacker_cannot_put_one_name_into_a_zip_twice(tmp_path):
    packed = tmp_path / "bag.zip"
    packed.write_bytes(zipped({"bagit.txt": b"", "bagit.tyt": b""}).replace(b"bagit.tyt", b"bagit.txt"))
    with pytest.raises(LedgerBroken, match=r"^file bagit.txt: is in the zip twice"):
        BagFiles(packed)


def test_an_attacker_cannot_hide_half_a_name_behind_a_zero_byte(tmp_path):
    packed = tmp_path / "bag.zip"
    packed.write_bytes(zipped({"bagit.txt": b"", "data/a!b": b""}).replace(b"data/a!b", b"data/a\0b"))
    with pytest.raises(LedgerBroken, match=r"^file data/a: has a name"):
        BagFiles(packed)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("external_attr", 0o120777 << 16, "is a link"),
        ("flag_bits", 1, "is encrypted"),
        ("compress_type", zipfile.ZIP_LZMA, "is encrypted, or compressed"),
    ],
)
def test_a_link_a_password_or_a_rare_method_in_a_zip_is_refused(tmp_path, field, value, told):
    packed = tmp_path / "bag.zip"
    packed.write_bytes(zipped({"bagit.txt": b"", "x": b"x"}, lambda member: setattr(member, field, value)))
    with pytest.raises(LedgerBroken, match=f"^file x: {told}"):
        BagFiles(packed)


def test_what_is_not_there_or_no_zip_is_refused(tmp_path):
    (tmp_path / "note.txt").write_text("no bag")
    for name in ("nothing", "note.txt"):
        with pytest.raises(LedgerBroken, match=r"^bag: "):
            BagFiles(tmp_path / name)
