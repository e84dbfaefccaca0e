import shutil
import zipfile
from io import BytesIO
from uuid import uuid4

import pytest

from cases.errors import UnknownItem
from storage.bags import BLOCK, DiskBags


@pytest.fixture
def bags(tmp_path):
    return DiskBags(tmp_path)


@pytest.fixture
def shelf(bags):
    return bags._root


def small(folder):
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    (folder / "data" / "tile").mkdir(parents=True)
    (folder / "data" / "entries.ndjson").write_bytes(b"{}\n")
    (folder / "data" / "tile" / "0").write_bytes(bytes(range(256)) * 10_000)


def opened(bags, export):
    size, blocks = bags.open(export)
    return size, list(blocks)


def test_a_bag_comes_back_whole_below_one_folder_of_its_name(bags):
    export = uuid4()
    kept = bags.keep(export, small)
    size, blocks = opened(bags, export)
    content = b"".join(blocks)
    assert size == kept == len(content)
    assert all(len(block) <= BLOCK for block in blocks)
    with zipfile.ZipFile(BytesIO(content)) as bag:
        assert bag.testzip() is None
        names = ["bagit.txt", "data/entries.ndjson", "data/tile/0"]
        assert bag.namelist() == [f"bag-{export}/{name}" for name in names]
        assert bag.read(f"bag-{export}/data/tile/0") == bytes(range(256)) * 10_000


def test_an_export_that_fails_leaves_nothing(bags, shelf):
    def break_off(folder):
        small(folder)
        raise ConnectionError

    export = uuid4()
    with pytest.raises(ConnectionError):
        bags.keep(export, break_off)
    with pytest.raises(UnknownItem):
        bags.open(export)
    assert list(shelf.iterdir()) == []


def test_a_bag_is_not_there_before_it_is_complete(bags, shelf):
    export = uuid4()

    def look(folder):
        small(folder)
        with pytest.raises(UnknownItem):
            bags.open(export)
        assert not list(shelf.glob("*.zip"))

    bags.keep(export, look)
    assert [path.name for path in shelf.iterdir()] == [f"{export}.zip"]


def test_an_export_nobody_made_is_unknown(bags):
    with pytest.raises(UnknownItem):
        bags.open(uuid4())


def test_exports_are_for_their_owner_alone(bags, shelf):
    bags.keep(uuid4(), small)
    assert shelf.stat().st_mode & 0o077 == 0


def test_a_sweep_clears_what_a_dead_process_left_and_no_finished_bag(bags, shelf, tmp_path):
    export = uuid4()
    bags.keep(export, small)

    def leave_behind(folder):
        small(folder)
        shutil.copytree(folder.parent, shelf / ".making-left")

    other = uuid4()
    bags.keep(other, leave_behind)
    DiskBags(tmp_path).sweep()
    assert sorted(path.name for path in shelf.iterdir()) == sorted(f"{one}.zip" for one in (export, other))
    assert b"".join(opened(bags, export)[1])


def test_two_exports_at_once_do_not_get_in_each_others_way(bags):
    one, other = uuid4(), uuid4()

    def write_both(folder):
        small(folder)
        bags.keep(other, small)

    bags.keep(one, write_both)
    for export in (one, other):
        with zipfile.ZipFile(BytesIO(b"".join(opened(bags, export)[1]))) as bag:
            assert {name.partition("/")[0] for name in bag.namelist()} == {f"bag-{export}"}
