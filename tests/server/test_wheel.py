"""The wheel, installed beside the locked dependencies alone, serves from an empty folder."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases.people import Role
from tests.server.desk import Desk
from tests.server.running import Server, Spot, free_port, until
from tests.server.speaking import API, picture

ROOT = Path(__file__).parents[2]
SOURCES = ("api", "cases", "storage", "wsgi.py", "pyproject.toml", "README.md", "LICENSE")
PATIENCE = 300


def ran(*words: str, cwd: Path) -> str:
    """What a command printed that must succeed."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: building leaves folders behind, and would pack what earlier builds left."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    ran(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), cwd=copy)
    return next((copy / "dist").glob("rule12-*.whl"))


@dataclass(frozen=True, slots=True)
class Installed:
    """A fresh environment that holds the wheel, and an installation it serves."""

    bin: Path
    server: Server

    def rule12(self, *words: str, code: int = 0) -> str:
        """Output of a command of the installed wheel that must leave with this code."""
        spot = self.server.spot
        done = subprocess.run(
            [self.bin / "rule12", *words],
            cwd=spot.working,
            env=spot.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    place = tmp_path_factory.mktemp("fresh")
    python = place / "venv" / "bin" / "python"
    ran(sys.executable, "-m", "venv", "--without-pip", str(place / "venv"), cwd=place)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install", "--no-deps")
    ran(*pip, "--require-hashes", "-r", str(ROOT / ".lock" / "run.txt"), cwd=place)
    ran(*pip, "--no-index", str(wheel), cwd=place)
    spot, port = Spot(place / "installation"), free_port()
    server = Server(spot, (str(python.parent / "rule12"), "serve", "--demo", "--port", str(port)), port)
    try:
        yield Installed(python.parent, server.ready())
    finally:
        server.close()


def test_the_wheel_carries_everything_that_is_no_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    data = {".html", ".css", ".js", ".po", ".toml", ".csv", ".png", ".webp", ".pdf", ".jpg", ".mako", ".py", ".txt"}
    wanted = [path for folder in ("api", "cases", "storage") for path in (ROOT / folder).rglob("*") if path.is_file()]
    ours = {str(path.relative_to(ROOT)) for path in wanted if path.suffix in data}
    assert {"api/pages/templates/door/start.html", "api/pages/static/door.css", "cases/catalogue/routes.toml"} <= ours
    assert {"api/demo/directory.csv", "storage/migrations/env.py", "storage/migrations/versions/__init__.py"} <= ours
    assert {"cases/names/pinyin.txt", "api/pages/static/passkeys.js"} <= ours
    assert "api/pages/translations/fr/LC_MESSAGES/messages.po" in ours
    assert ours - names == set()
    assert {path.suffix for path in wanted} - data <= {".pyc"}
    assert "wsgi.py" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "build"))]


def test_the_program_that_runs_is_the_installed_one(installed: Installed) -> None:
    python, elsewhere = str(installed.bin / "python"), installed.server.spot.working
    found = ran(python, "-c", "import api, cases, storage, wsgi; print(wsgi.__file__, api.__file__)", cwd=elsewhere)
    assert all(Path(path).is_relative_to(installed.bin.parent) for path in found.split())


def test_it_takes_in_a_complaint_and_its_worker_sorts_it(installed: Installed) -> None:
    client = installed.server.client
    until(lambda: "administrator" in installed.server.printed(), "the tokens of the demo")
    tokens = re.findall(r"^ +(\w+) +(r12_\S+)$", installed.server.printed(), re.MULTILINE)
    desk = Desk(client, {Role(role): token for role, token in tokens})
    before = len(desk.sorted_cases(1))
    receipt = client.file()["receipt"]
    client.upload(receipt, picture(5000)).must(201)
    assert len(desk.sorted_cases(before + 1)) == before + 1
    assert client.get("/").status == 302
    assert client.get("/assets/door.css").status == 200
    assert client.get("/docs/").status == 200
    shown = client.get(f"{API}/mailbox", Authorization=f"Receipt {receipt}").must(200)
    assert len(shown["evidence"]) == 1


def test_its_commands_check_export_and_verify(installed: Installed) -> None:
    root = installed.server.spot.root
    assert installed.rule12("catalogue", "check").endswith(": sound.\n")
    (root / "verifier.keys").write_text(installed.rule12("keys", "public"))
    installed.rule12("export", "--out", str(root / "bag"))
    assert installed.rule12("verify", str(root / "bag"), "--key", str(root / "verifier.keys")).startswith("SOUND")


def test_a_catalogue_that_was_broken_is_found_so(installed: Installed) -> None:
    closures = next((installed.bin.parent / "lib").glob("python*/site-packages/cases/catalogue/closures.toml"))
    text = closures.read_text()
    closures.write_text(text.replace('slug = "duplicate"', 'slug = "unsubstantiated"'))
    try:
        said = installed.rule12("catalogue", "check", code=1)
    finally:
        closures.write_text(text)
    assert "closures.toml" in said
