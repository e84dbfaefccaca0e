import base64
import os
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select

from cases.errors import CannotStart
from storage import open_house, prepare
from storage.database import Database
from storage.hybrid import PrivateKey
from storage.keys import COMPARTMENTS, DESK_COMPARTMENTS, DOOR_COMPARTMENTS, SEALING_ROLES, _bound, open_keyring
from storage.settings import read_settings
from storage.tables import keys, metadata
from tests.conftest import NOON
from tests.storage.making import ORIGIN, minutes, ready

FILES = ["desk.key", "door.key", "identity.key", "sorting.key"]


@pytest.fixture
def database(place):
    return ready(place)


def opened(database, place, compartments=DESK_COMPARTMENTS):
    with database.reading() as connection:
        return open_keyring(connection, place.keys_dir, compartments)


def rows_of(settings):
    with Database(settings.database_url).reading() as connection:
        return {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}


def files_of(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_key_files_are_for_their_owner_alone(database, place):
    assert sorted(path.name for path in place.keys_dir.iterdir()) == FILES
    for path in place.keys_dir.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(base64.b64decode(path.read_bytes(), validate=False)) == 32
    assert stat.S_IMODE(place.keys_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.data_dir.stat().st_mode) == 0o700


def test_key_files_stay_private_whatever_the_umask(place):
    before = os.umask(0)
    try:
        prepare(place, NOON)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.keys_dir.iterdir()} == {0o600}


def test_preparing_a_second_time_changes_nothing(database, place):
    before = rows_of(place), files_of(place.keys_dir)
    prepare(place, minutes(5))
    assert (rows_of(place), files_of(place.keys_dir)) == before


def test_an_existing_key_file_is_used_and_never_overwritten(place):
    place.keys_dir.mkdir(parents=True)
    mine = place.keys_dir / "desk.key"
    mine.touch(0o600)
    mine.write_bytes(base64.b64encode(b"k" * 32))
    prepare(place, NOON)
    assert mine.read_bytes() == base64.b64encode(b"k" * 32)
    open_house(place).close()


def test_keys_lost_between_their_files_and_their_rows_are_made_on_the_same_files(database, place):
    before = files_of(place.keys_dir)
    with database.writing() as connection:
        connection.execute(delete(keys))
    prepare(place, NOON)
    assert files_of(place.keys_dir) == before
    open_house(place).close()


def test_every_role_has_a_key_and_no_two_are_alike(database, place):
    keyring = opened(database, place)
    assert set(keyring.public) == set(keyring.private) == set(COMPARTMENTS)
    assert len(set(keyring.private.values())) == len(set(keyring.public.values())) == len(COMPARTMENTS)
    assert all(PrivateKey.from_seed(keyring.private[role]).public == keyring.public[role] for role in SEALING_ROLES)


@pytest.mark.parametrize("compartments", [DOOR_COMPARTMENTS, ("desk",), ("sorting",), ("identity",)])
def test_a_compartment_holds_its_own_keys_alone(database, place, compartments):
    keyring = opened(database, place, compartments)
    mine = {role for role, compartment in COMPARTMENTS.items() if compartment in compartments}
    assert set(keyring.private) == mine
    assert set(keyring.public) == set(COMPARTMENTS)
    for role in set(COMPARTMENTS) - mine:
        assert keyring.opening_key(role) is keyring.signing_key(role) is keyring.secret(role) is None


def test_the_door_starts_without_any_other_key_file(database, place):
    for name in FILES:
        if name != "door.key":
            (place.keys_dir / name).unlink()
    assert set(opened(database, place, DOOR_COMPARTMENTS).private) == {"proof"}


def test_the_file_of_one_compartment_unwraps_no_key_of_another(database, place):
    with database.reading() as connection:
        rows = connection.execute(select(keys)).all()
    for name in FILES:
        wrapping = AESGCM(base64.b64decode((place.keys_dir / name).read_bytes()))
        for row in rows:
            if COMPARTMENTS[row.role] != name.removesuffix(".key"):
                with pytest.raises(InvalidTag):
                    wrapping.decrypt(row.wrapped[:12], row.wrapped[12:], _bound(row.role, row.public))


def test_an_attacker_who_swaps_a_public_key_in_storage_is_noticed_at_start(database, place):
    mine = PrivateKey.from_seed(b"m" * 32).public
    with database.writing() as connection:
        connection.execute(keys.update().where(keys.c.role == "desk").values(public=mine))
    with pytest.raises(CannotStart, match=r"desk\.key does not open the desk key"):
        opened(database, place)


def test_a_key_file_open_to_others_stops_the_start_with_the_remedy(database, place):
    path = place.keys_dir / "identity.key"
    for mode in (0o640, 0o604, 0o620, 0o601, 0o666):
        path.chmod(mode)
        with pytest.raises(CannotStart) as refused:
            open_house(place)
        assert str(refused.value) == f"{path} can be read by others. Run: chmod 600 {path}"


def test_a_key_file_of_garbage_stops_the_start_and_says_what_belongs_there(database, place):
    path = place.keys_dir / "sorting.key"
    lengths = (base64.b64encode(b"k" * length) for length in (0, 31, 33, 64))
    for garbage in (b"", b"\n", b"A", b"not base64!", b"\xff\xfe", *lengths):
        path.write_bytes(garbage)
        with pytest.raises(CannotStart, match="32 bytes in base64 are expected") as refused:
            open_house(place)
        assert str(path) in str(refused.value)


def test_a_missing_key_file_stops_the_start_and_preparing_makes_no_new_one(database, place):
    path = place.keys_dir / "desk.key"
    path.unlink()
    prepare(place, NOON)
    assert not path.exists()
    with pytest.raises(CannotStart, match="is missing") as refused:
        open_house(place)
    assert str(path) in str(refused.value)


def test_a_folder_in_place_of_a_key_file_stops_the_start(database, place):
    path = place.keys_dir / "desk.key"
    path.unlink()
    path.mkdir(0o700)
    with pytest.raises(CannotStart, match="cannot be read") as refused:
        open_house(place)
    assert str(path) in str(refused.value)


def test_the_key_file_of_another_installation_stops_the_start(database, place, tmp_path):
    other = read_settings({"RULE12_DATA_DIR": str(tmp_path / "other"), "RULE12_ORIGIN": ORIGIN})
    prepare(other, NOON)
    path = place.keys_dir / "door.key"
    path.write_bytes((other.keys_dir / "door.key").read_bytes())
    with pytest.raises(CannotStart, match="belongs to another installation") as refused:
        open_house(place)
    assert str(path) in str(refused.value)


def test_a_key_that_does_not_exist_stops_the_start(database, place):
    with database.writing() as connection:
        connection.execute(delete(keys).where(keys.c.role == "index"))
    with pytest.raises(CannotStart, match="No key exists for: index"):
        opened(database, place)


def test_a_keys_folder_that_is_a_file_stops_the_start(tmp_path):
    (tmp_path / "keys").write_text("")
    settings = read_settings({"RULE12_DATA_DIR": str(tmp_path / "data"), "RULE12_KEYS": str(tmp_path / "keys")})
    with pytest.raises(CannotStart, match=str(tmp_path / "keys")):
        prepare(settings, NOON)


def test_a_keyring_does_not_show_what_it_holds(database, place):
    keyring = opened(database, place)
    shown = repr(keyring)
    assert "private" not in shown
    assert all(repr(seed)[2:-1] not in shown for seed in keyring.private.values())


def test_no_private_key_lies_in_storage_as_it_is(database, place):
    keyring = opened(database, place)
    kept = b"".join(path.read_bytes() for path in Path(place.data_dir).rglob("*") if path.is_file())
    assert keyring.public["proof"] in kept
    assert not any(seed in kept for seed in keyring.private.values())
