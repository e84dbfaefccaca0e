import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cases.errors import EvidenceUnreadable
from cases.place import Recipient
from storage.objects import DiskObjects
from tests.storage.making import filed, what_comes_out

ONE = UUID(int=0xAB << 120)
ROOT = Path(__file__).parents[2]
POINTS = {"writing": False, "linked": False, "storing": False, "committed": True, "settled": True}


@pytest.fixture
def objects(tmp_path):
    return DiskObjects(tmp_path)


def kept(objects):
    return sorted(path.relative_to(objects._kept).as_posix() for path in objects._kept.rglob("*") if path.is_file())


def incoming(objects):
    return sorted(path.name for path in objects._incoming.iterdir())


def put(objects, object_id, content):
    file = objects.begin(object_id)
    file.write(content)
    file.keep()
    file.settle(keep=True)


def read(objects, object_id):
    return b"".join(objects.blocks(object_id))


def test_an_object_comes_back_as_it_went_in(objects):
    content = os.urandom(3_000_000)
    put(objects, ONE, content)
    assert read(objects, ONE) == content
    assert kept(objects) == [f"ab/{ONE.hex}.sealed"]
    assert incoming(objects) == []


def test_objects_are_for_their_owner_alone(objects):
    put(objects, ONE, b"content")
    assert {path.stat().st_mode & 0o077 for path in [objects._kept, *objects._kept.rglob("*")]} == {0}


def test_an_object_is_never_overwritten_and_the_attempt_leaves_it_as_it_was(objects):
    put(objects, ONE, b"the original")
    second = objects.begin(ONE)
    second.write(b"something else")
    with pytest.raises(FileExistsError):
        second.keep()
    second.settle(keep=False)
    assert read(objects, ONE) == b"the original"
    assert incoming(objects) == []


def test_one_object_is_never_written_by_two_at_once(objects):
    first = objects.begin(ONE)
    with pytest.raises(FileExistsError):
        objects.begin(ONE)
    first.write(b"mine")
    first.keep()
    first.settle(keep=True)
    assert read(objects, ONE) == b"mine"


@pytest.mark.parametrize("linked", [True, False])
def test_a_refused_object_leaves_nothing(objects, linked):
    file = objects.begin(ONE)
    file.write(b"half of something")
    if linked:
        file.keep()
    file.settle(keep=False)
    assert kept(objects) == incoming(objects) == []


def test_a_missing_object_is_unreadable_and_says_so(objects):
    out, refusal = what_comes_out(lambda: objects.blocks(ONE))
    assert out == b""
    assert isinstance(refusal, EvidenceUnreadable)
    assert "missing from the object store" in str(refusal)


def test_a_file_held_by_a_living_process_is_never_swept(objects):
    file = objects.begin(ONE)
    file.write(b"still coming")
    assert objects.sweep(lambda _: False) == 0
    file.keep()
    assert objects.sweep(lambda _: False) == 0
    file.settle(keep=True)
    assert read(objects, ONE) == b"still coming"


def abandoned(objects, object_id, *, linked):
    """What a process that died leaves: nobody holds the file any more."""
    file = objects.begin(object_id)
    file.write(b"left")
    if linked:
        file.keep()
    file._file.close()


def test_a_sweep_removes_what_no_row_names_and_keeps_what_one_does(objects):
    known, unknown, half = uuid4(), uuid4(), uuid4()
    abandoned(objects, known, linked=True)
    abandoned(objects, unknown, linked=True)
    abandoned(objects, half, linked=False)
    assert objects.sweep(lambda one: one == known) == 3
    assert read(objects, known) == b"left"
    assert kept(objects) == [f"{known.hex[:2]}/{known.hex}.sealed"]
    assert incoming(objects) == []
    assert objects.sweep(lambda _: False) == 0


def test_a_sweep_never_looks_at_objects_that_were_settled(objects):
    put(objects, ONE, b"kept")
    assert objects.sweep(lambda _: False) == 0
    assert read(objects, ONE) == b"kept"


def test_a_file_that_settles_while_a_sweep_looks_at_it_is_left_alone(objects):
    other = UUID(int=1)
    abandoned(objects, other, linked=True)
    file = objects.begin(ONE)
    file.keep()
    assert objects.sweep(lambda one: file.settle(keep=True) or one == other) == 1
    assert read(objects, ONE) == b""
    assert incoming(objects) == []


def test_many_sweeps_and_uploads_at_once_disturb_nobody(objects):
    faults, ids = [], [uuid4() for _ in range(80)]
    done = threading.Event()

    def watched(job):
        try:
            job()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must tell
            faults.append(error)

    def sweeping():
        while not done.is_set():
            objects.sweep(lambda one: one in ids)

    def uploading():
        for one in ids:
            put(objects, one, one.bytes)

    sweepers = [threading.Thread(target=watched, args=(sweeping,)) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    watched(uploading)
    done.set()
    for sweeper in sweepers:
        sweeper.join()
    assert faults == []
    assert all(read(objects, one) == one.bytes for one in ids)


@contextmanager
def standing_at(point, data_dir, receipt):
    """A process that takes in a file and stands at this point; killed at the end, whatever it is doing."""
    arguments = [sys.executable, "-m", "tests.storage.killed", str(data_dir), receipt, point]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield UUID(process.stdout.readline().strip())
        finally:
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("point", "survives"), POINTS.items())
def test_a_file_is_there_with_its_row_or_not_at_all_wherever_the_process_dies(house, place, point, survives):
    one = filed(house)
    with standing_at(point, place.data_dir, one.receipt) as object_id:
        assert house.sweep() == 0
    left = place.data_dir / "incoming" / f"{object_id.hex}.part"
    assert left.exists() == (point != "settled")
    assert house.sweep() == (point != "settled")
    items = house.desk.lookup.evidence(one.complaint)
    assert [item.content.id for item in items] == [object_id] * survives
    assert sum(path.is_file() for path in (place.data_dir / "objects").rglob("*")) == survives
    assert not left.exists()
    for item in items:
        assert house.desk.vault.open(item.content, Recipient.DESK) == b"x" * 70_000
