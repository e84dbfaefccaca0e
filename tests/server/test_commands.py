"""What every command answers, and the code it leaves with: 0 done, 1 found something wrong, 2 could not run."""

import base64
import json
import os
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

import cases.catalogue
from api.commands import run
from cases.casework.signin.links import redeem_link, start_link
from cases.people import Role
from storage import open_house, prepare, restoring
from storage.settings import read_settings
from storage.signing import verify
from tests.server.desk import DIRECTORY, hire, house_of
from tests.server.resting import rows
from tests.server.running import ORIGIN, Spot, free_port

SHIPPED = Path(cases.catalogue.__file__).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Spot:
    """An installation with people, one export and its verifier keys. Tests leave it as it is."""
    spot = Spot(tmp_path_factory.mktemp("installed"))
    assert spot.done("directory", "import", str(DIRECTORY)) == "Imported 55 people.\n"
    assert spot.done("export", "--out", str(spot.root / "bag")).startswith(f"Wrote {spot.root / 'bag'}: ")
    (spot.root / "verifier.keys").write_text(spot.done("keys", "public"))
    return spot


def copy_of(spot: Spot, root: Path) -> Spot:
    """The same installation elsewhere, to be broken."""
    shutil.copytree(spot.data, root / "data")
    return Spot(root)


def answered(spot: Spot, *words: str, **settings: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command run in this process: quicker than one of its own."""
    environment, out, err, code = dict(os.environ), StringIO(), StringIO(), 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            run(partial(read_settings, spot.environment(**settings)), prepare, open_house, verify, restoring, words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os.environ.clear()
        os.environ.update(environment)
    return code, out.getvalue(), err.getvalue()


def done(spot: Spot, *words: str) -> str:
    """What a command that must succeed prints: on standard output alone."""
    code, out, err = answered(spot, *words)
    assert (code, err) == (0, "")
    return out


def refused(spot: Spot, *words: str, code: int = 2, **settings: str) -> str:
    """What a command that must fail prints: on standard error alone."""
    left_with, out, err = answered(spot, *words, **settings)
    assert (left_with, out) == (code, "")
    return err


def refused_outside(spot: Spot, *words: str, code: int = 2, **settings: str) -> str:
    """The same in a process of its own, as an operator runs it: without a trace of the program either."""
    ran = spot.command(*words, **settings)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert "Traceback" not in ran.stderr
    return ran.stderr


def test_keys_are_shown_by_name_and_public_half(installed: Spot) -> None:
    listed = done(installed, "keys", "list").splitlines()
    assert {line.split()[0] for line in listed} >= {"desk", "identity", "sorting", "proof", "checkpoint"}
    names = [line.partition("+")[0] for line in (installed.root / "verifier.keys").read_text().splitlines()]
    assert names == [ORIGIN, f"{ORIGIN}/filing"]


def test_keys_are_made_once(installed: Spot) -> None:
    before = done(installed, "keys", "list")
    assert done(installed, "keys", "init") == f"{len(before.splitlines())} keys are there.\n"
    assert done(installed, "keys", "list") == before


def test_no_private_key_can_be_read_by_others(installed: Spot) -> None:
    files = [installed.data, *installed.data.rglob("*")]
    assert [str(path) for path in files if path.stat().st_mode & 0o077] == []


def test_the_catalogue_holds_together(installed: Spot) -> None:
    assert done(installed, "catalogue", "check").endswith(": sound.\n")


def test_an_instrument_whose_review_is_overdue_is_reported_and_is_no_fault(installed: Spot) -> None:
    said = done(installed, "catalogue", "check").splitlines()
    assert said[:-1] == ["UNHCR/AI/2014/2: was to be reviewed by 2016-09-04, which is overdue."]


def spoiled_catalogue(folder: Path) -> dict[str, int]:
    """Own files of the catalogue with one fault each; gives the line of each."""
    lines = dict[str, int]()
    for file, old, new in (
        ("measures.toml", "disciplinary = true", "disciplinary = 1"),
        ("languages.toml", 'direction = "rtl"', "direction = rtl"),
    ):
        text = (SHIPPED / file).read_text(encoding="utf-8")
        lines[file] = text[: text.index(old)].count("\n") + 1
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return lines


def test_every_fault_of_an_own_catalogue_is_named_with_file_line_and_reason(installed: Spot, tmp_path: Path) -> None:
    lines = spoiled_catalogue(tmp_path)
    expected = [
        f"measures.toml:{lines['measures.toml']}: censure: disciplinary must be true or false",
        f"languages.toml:{lines['languages.toml']}: Invalid value",
    ]
    assert refused(installed, "catalogue", "check", "--folder", str(tmp_path), code=1).splitlines() == expected
    said = refused(installed, "catalogue", "check", code=1, RULE12_CATALOGUE=str(tmp_path))
    assert said.splitlines() == expected


def test_a_broken_catalogue_stops_start_up_with_file_line_and_reason(installed: Spot, tmp_path: Path) -> None:
    line = spoiled_catalogue(tmp_path)["measures.toml"]
    broken = {"RULE12_CATALOGUE": str(tmp_path)}
    said = refused_outside(installed, "serve", "--port", str(free_port()), code=1, **broken)
    assert f"measures.toml:{line}: censure: disciplinary must be true or false\n" in said
    assert said.count("\n") == 2
    assert refused(installed, "worker", "--once", code=1, **broken) == said


def test_the_api_document_is_written(installed: Spot) -> None:
    assert json.loads(done(installed, "openapi"))["openapi"].startswith("3.1")


def test_a_worker_asked_once_ends(installed: Spot) -> None:
    assert done(installed, "worker", "--once") == ""


def test_a_token_is_printed_alone_and_can_be_taken_back(installed: Spot) -> None:
    printed = done(installed, "token", "--as", "monitor", "--person", "S0041")
    assert re.fullmatch(r"r12_[A-Za-z0-9_-]{43}\n", printed)
    assert done(installed, "token", "--revoke", "--as", "monitor", "--person", "S0041") == "Revoked 1 tokens.\n"


def test_a_link_is_printed_alone_and_signs_in_where_people_reach_the_desk(installed: Spot) -> None:
    printed = done(installed, "link", "--as", "monitor", "--person", "S0041")
    assert re.fullmatch(r"http://localhost:8000/desk/sign-in/link\?code=l12_[A-Za-z0-9_-]{43}\n", printed)
    code, out, _ = answered(
        installed, "link", "--as", "monitor", "--person", "S0041", RULE12_PUBLIC_URL="https://desk.example.org"
    )
    assert (code, out.startswith("https://desk.example.org/desk/sign-in/link?code=l12_")) == (0, True)
    assert "does not give S0041 the role head" in refused(installed, "link", "--as", "head", "--person", "S0041")
    assert "not in the range" in refused(installed, "link", "--as", "monitor", "--person", "S0041", "--minutes", "0")


def test_sessions_are_listed_and_ended_for_a_person(installed: Spot) -> None:
    assert done(installed, "sessions", "--person", "S0040") == ""
    now = datetime.now(UTC)
    with house_of(installed) as house:
        link = start_link(house.desk, "S0040", Role.MONITOR, 5, now).address
        redeem_link(house.desk, link.partition("=")[2], now)
    listed = done(installed, "sessions", "--person", "s0040")
    assert re.fullmatch(r"\S+Z  last used \S+Z  monitor +by link\n", listed)
    assert done(installed, "sessions", "--person", "S0040", "--end") == "Ended 1 sessions.\n"
    assert done(installed, "sessions", "--person", "S0040") == ""


def test_a_provider_set_up_wrongly_stops_every_start(installed: Spot) -> None:
    said = refused_outside(installed, "serve", RULE12_OIDC_ISSUER="http://login.example.org")
    assert said.splitlines()[0].startswith("RULE12_OIDC_ISSUER: an https address is expected")
    assert said.splitlines()[1].startswith("RULE12_OIDC_CLIENT_ID: ")


def test_nobody_gets_a_token_for_a_role_the_directory_does_not_give_them(installed: Spot) -> None:
    before = rows(installed, "SELECT count(*) FROM tokens")
    said = refused_outside(installed, "token", "--as", "intake", "--person", "S0014")
    assert said == "The directory does not give S0014 the role intake; it gives: investigator.\n"
    assert "nobody with the number S9999" in refused(installed, "token", "--as", "intake", "--person", "S9999")
    assert "'king' is not one of" in refused(installed, "token", "--as", "king", "--person", "S0014")
    assert rows(installed, "SELECT count(*) FROM tokens") == before


def test_every_bad_line_of_a_directory_is_named_and_nothing_is_imported(installed: Spot, tmp_path: Path) -> None:
    lines = DIRECTORY.read_text().splitlines()
    lines[3] = lines[3].replace(",head", ",king")
    lines[7] = lines[7].replace("S0011", "S9999")
    lines[9] += ",one,more"
    (tmp_path / "bad.csv").write_text("\n".join(lines))
    before = rows(installed, "SELECT count(*) FROM directories UNION ALL SELECT count(*) FROM entries")
    said = refused_outside(installed, "directory", "import", str(tmp_path / "bad.csv"), code=1).splitlines()
    assert [line.partition(":")[0] for line in said[:-1]] == ["line 4", "line 8", "line 10"]
    assert said[-1] == "Nothing was imported."
    assert rows(installed, "SELECT count(*) FROM directories UNION ALL SELECT count(*) FROM entries") == before


def test_a_number_that_changes_without_a_word_is_refused_unless_by_force(installed: Spot, tmp_path: Path) -> None:
    spot = copy_of(installed, tmp_path)
    text = DIRECTORY.read_text(encoding="utf-8")
    (tmp_path / "renumbered.csv").write_text(text.replace("S0110,", "S0910,", 1), encoding="utf-8")
    words = "directory", "import", str(tmp_path / "renumbered.csv")
    said = refused(spot, *words, code=1).splitlines()
    line = next(place for place, one in enumerate(text.splitlines(), 1) if one.startswith("S0110,"))
    assert said[0].startswith(f"line {line}: looks like S0110 under a new number: write formerly S0110")
    assert said[-1] == "Nothing was imported."
    assert done(spot, *words, "--force").startswith("Imported ")


def test_a_directory_in_another_encoding_is_refused_by_its_line(installed: Spot, tmp_path: Path) -> None:
    text = DIRECTORY.read_text().replace("Colleague 0002", "Collègue 0002")
    (tmp_path / "latin.csv").write_bytes(text.encode("latin-1"))
    said = refused(installed, "directory", "import", str(tmp_path / "latin.csv"), code=1)
    assert said.startswith("line 3: not UTF-8")


def test_a_sound_bag_verifies_without_the_installation(installed: Spot, tmp_path: Path) -> None:
    elsewhere = Spot(tmp_path)
    said = done(elsewhere, "verify", str(installed.root / "bag"), "--key", str(installed.root / "verifier.keys"))
    assert said.startswith("SOUND  2 entries of desk.example/test, tree of 2, root ")
    assert not elsewhere.data.exists()


def test_verify_names_the_first_entry_that_was_changed(installed: Spot, tmp_path: Path) -> None:
    bag = shutil.copytree(installed.root / "bag", tmp_path / "bag")
    entries = bag / "data" / "entries.ndjson"
    entries.write_bytes(entries.read_bytes().replace(b'"people":55', b'"people":54'))
    said = refused(installed, "verify", str(bag), "--key", str(installed.root / "verifier.keys"), code=1)
    assert said.startswith("BROKEN  entry 0 (directory_imported about system, line 1): ")


def test_verify_finds_no_signature_by_the_keys_of_another_installation(installed: Spot, tmp_path: Path) -> None:
    other = Spot(tmp_path)
    (tmp_path / "other.keys").write_text(done(other, "keys", "public"))
    said = refused(installed, "verify", str(installed.root / "bag"), "--key", str(tmp_path / "other.keys"), code=1)
    assert said.startswith("BROKEN  checkpoint: ")


def test_verify_says_what_it_needs(installed: Spot) -> None:
    bag, keys = str(installed.root / "bag"), str(installed.root / "verifier.keys")
    assert "--key" in refused(installed, "verify", bag)
    assert "Name a BAG" in refused(installed, "verify", "--key", keys)
    assert "holds no verifier keys" in refused(installed, "verify", bag, "--key", str(DIRECTORY))
    assert "does not exist" in refused(installed, "verify", f"{bag}-missing", "--key", keys)
    assert refused(installed, "verify", str(installed.working), "--key", keys, code=1).startswith("BROKEN  ")


def test_a_refused_export_touches_no_folder_and_leaves_none(installed: Spot) -> None:
    said = refused(installed, "export", "--out", str(installed.root))
    assert said == f"{installed.root} is not empty. Name a new folder.\n"
    assert "no such case" in refused(installed, "export", "--out", str(installed.root / "one"), "--case", "IGO-1")
    assert not (installed.root / "one").exists()


def test_every_mistake_in_the_settings_is_named_at_once(installed: Spot) -> None:
    wrong = {"RULE12_ORIGN": "x", "RULE12_TOKEN_DAYS": "none", "RULE12_ORIGIN": "no name", "RULE12_SURFACE": "roof"}
    said = refused_outside(installed, "serve", "--port", str(free_port()), **wrong).splitlines()
    assert {line.partition(":")[0] for line in said} == set(wrong)


def test_an_installation_cannot_be_renamed(installed: Spot) -> None:
    said = refused(installed, "keys", "list", RULE12_ORIGIN="desk.example/other")
    assert said == f"RULE12_ORIGIN: this installation is {ORIGIN} and cannot be renamed.\n"


BROKEN_KEY_FILES = {
    "open to others": (lambda path: path.chmod(0o640), "can be read by others. Run: chmod 600"),
    "missing": (lambda path: path.unlink(), "is missing. Without it nothing sealed can be opened."),
    "rubbish": (lambda path: path.write_text("no key"), "is no key file: 32 bytes in base64 are expected."),
    "foreign": (
        lambda path: path.write_bytes(base64.b64encode(os.urandom(32))),
        "does not open the desk key. It belongs to another installation.",
    ),
    "a folder": (lambda path: (path.unlink(), path.mkdir(0o700)), "cannot be read: Is a directory."),
}


@pytest.mark.parametrize("how", BROKEN_KEY_FILES)
def test_a_key_file_that_cannot_be_used_is_named_with_what_to_do(installed: Spot, tmp_path: Path, how: str) -> None:
    spot = copy_of(installed, tmp_path)
    path = spot.data / "keys" / "desk.key"
    spoil, expected = BROKEN_KEY_FILES[how]
    spoil(path)
    said = refused(spot, "keys", "list")
    assert str(path) in said
    assert expected in said
    assert said.count("\n") == 1


def test_a_database_that_is_none_is_said_to_be_none(installed: Spot, tmp_path: Path) -> None:
    spot = copy_of(installed, tmp_path)
    (spot.data / "rule12.sqlite").write_bytes(b"no database, but long enough to look like one" * 100)
    for beside in ("-wal", "-shm"):  # what another command had not written back would be taken for the file's own
        (spot.data / f"rule12.sqlite{beside}").unlink(missing_ok=True)
    assert refused(spot, "keys", "list") == "The database cannot be used: file is not a database.\n"


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    spot.data.write_text("")
    assert refused(spot, "keys", "list").startswith(f"RULE12_DATA_DIR: {spot.data} cannot be used: ")


def test_a_command_nobody_knows_is_refused(installed: Spot) -> None:
    assert "No such command 'dance'" in refused(installed, "dance")


def test_the_demo_needs_the_desk(tmp_path: Path) -> None:
    said = refused_outside(Spot(tmp_path), "serve", "--demo", "--surface", "door", "--port", str(free_port()))
    assert said == "--demo needs the desk's keys: serve --surface all or desk.\n"


def test_a_role_that_was_taken_away_gives_no_more_tokens(tmp_path: Path) -> None:
    spot = Spot(tmp_path)
    done(spot, "keys", "init")
    hire(spot)
    text = DIRECTORY.read_text().replace("Intake Officer,IGO,HQ,S0011,intake", "Officer,IGO,HQ,S0011,")
    (tmp_path / "without.csv").write_text(text)
    done(spot, "directory", "import", str(tmp_path / "without.csv"))
    assert "it gives: none" in refused(spot, "token", "--as", "intake", "--person", "S0012")
    with house_of(spot) as house:
        assert house.desk.lookup.directory().person("S0012").roles == frozenset()
