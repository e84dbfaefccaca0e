from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from cases.errors import CannotStart
from storage import open_house, prepare
from storage.settings import KNOWN, SURFACES, Settings, read_settings
from tests.conftest import NOON

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
VALUES = TEXT | st.sampled_from(
    ["", " ", "~", "~nobody-here/x", "0", "-1", "1e3", "١٢", "sqlite:///", "door", "1" * 5000]
)


def refusal(**environment):
    with pytest.raises(CannotStart) as refused:
        read_settings({f"RULE12_{name}": value for name, value in environment.items()})
    return str(refused.value)


def test_an_empty_environment_gives_one_machine_with_everything_below_one_folder():
    found = read_settings({})
    here = Path("var").absolute()
    assert found == Settings(here, f"sqlite:///{here}/rule12.sqlite", here / "keys", "all", None, 100 << 20, 30)


def test_settings_are_read_as_given():
    environment = {
        "RULE12_DATA_DIR": "/srv/rule12",
        "RULE12_DATABASE_URL": "sqlite:////srv/fast/desk.sqlite",
        "RULE12_KEYS": "/run/keys",
        "RULE12_SURFACE": "door",
        "RULE12_ORIGIN": "desk.example.org/rule12",
        "RULE12_EVIDENCE_LIMIT": "5000000",
        "RULE12_TOKEN_DAYS": " 7 ",
        "PATH": "/bin",
    }
    assert read_settings(environment) == Settings(
        Path("/srv/rule12"),
        "sqlite:////srv/fast/desk.sqlite",
        Path("/run/keys"),
        "door",
        "desk.example.org/rule12",
        5_000_000,
        7,
    )


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_can_be_chosen(surface):
    assert read_settings({"RULE12_SURFACE": surface}).surface == surface


def test_a_setting_left_empty_is_a_setting_left_out():
    assert read_settings({f"RULE12_{name}": "  " for name in KNOWN}) == read_settings({})


def test_every_mistake_is_named_at_once_with_its_setting():
    lines = refusal(
        SURFACE="window",
        ORIGIN="two words",
        EVIDENCE_LIMIT="many",
        TOKEN_DAYS="0",
        DATABASE_URL="mysql://x",
        COLOUR="red",
    ).splitlines()
    named = {line.partition(":")[0] for line in lines}
    mistaken = ("SURFACE", "ORIGIN", "EVIDENCE_LIMIT", "TOKEN_DAYS", "DATABASE_URL", "COLOUR")
    assert len(lines) == 6
    assert named == {f"RULE12_{name}" for name in mistaken}


@pytest.mark.parametrize("number", ["0", "-5", "1.5", "1e3", "0x10", "٣", "1_000", "+1", "1" * 5000, "ten"])
def test_a_number_that_is_none_is_refused(number):
    assert "RULE12_EVIDENCE_LIMIT: a whole number above 0 is expected" in refusal(EVIDENCE_LIMIT=number)
    assert len(refusal(EVIDENCE_LIMIT=number)) < 200


@pytest.mark.parametrize("origin", ["a", "-a.example", "desk example", "desk+x", "désk.example", "x" * 101, "a\nb"])
def test_an_origin_that_could_not_be_signed_under_is_refused(origin):
    assert "RULE12_ORIGIN" in refusal(ORIGIN=origin)


MEMORIES = ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:////x?mode=memory&uri=true"]


@pytest.mark.parametrize("url", MEMORIES)
def test_a_database_that_forgets_at_the_end_is_refused(url):
    assert "RULE12_DATABASE_URL" in refusal(DATABASE_URL=url)


def test_a_database_whose_place_depends_on_where_one_stands_is_refused():
    assert "RULE12_DATABASE_URL" in refusal(DATABASE_URL="sqlite:///desk.sqlite")


def test_a_home_nobody_has_is_refused():
    assert refusal(DATA_DIR="~nobody-here/data") == "RULE12_DATA_DIR: '~nobody-here/data' is no path on this machine."
    assert refusal(KEYS="~nobody-here/keys") == "RULE12_KEYS: '~nobody-here/keys' is no path on this machine."


@given(st.dictionaries(st.sampled_from(KNOWN), VALUES))
@example({"TOKEN_DAYS": "1" * 5000})
@example({"DATA_DIR": "~nobody-here"})
def test_no_environment_makes_reading_fail_in_any_other_way(given_):
    with suppress(CannotStart):
        found = read_settings({f"RULE12_{name}": value for name, value in given_.items()})
        assert found.data_dir.is_absolute()
        assert found.keys_dir.is_absolute()
        assert found.evidence_limit > 0
        assert found.token_days > 0
        assert found.surface in SURFACES


@given(TEXT)
@example("50%41")
@example("what?x=1")
@example("a@b:c#d")
def test_whatever_the_folder_is_called_the_database_lies_in_it(name):
    with suppress(CannotStart):
        found = read_settings({"RULE12_DATA_DIR": f"/srv/{name}"})
        assert make_url(found.database_url).database == str(found.data_dir / "rule12.sqlite")


@pytest.mark.parametrize("name", ["50%41", "what?x=1", "a b#c", "dépôt"])
def test_everything_lies_in_a_folder_of_any_name(tmp_path, name):
    settings = read_settings({"RULE12_DATA_DIR": str(tmp_path / name)})
    prepare(settings, NOON)
    open_house(settings).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert {"rule12.sqlite", "shred-keys.sqlite", "keys"} <= {path.name for path in (tmp_path / name).iterdir()}
