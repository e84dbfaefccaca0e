"""A client that a generator makes of the document files a complaint with evidence, as the page of the API shows it."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.server.running import Server, Spot, granian

ROOT = Path(__file__).parents[2]
PICTURE = SAMPLES / "en-political-endorsement.png"
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
LEFT_OUT = {
    "GET /api/v1/audit/exports/{export_id}/content",
    "GET /api/v1/cases/{number}/evidence/{evidence_id}/content",
    "PUT /api/v1/directory",
    "POST /api/v1/mailbox/evidence",
}
"""What the page says the generator leaves out: answers that are files, a body of CSV, other types of evidence."""


def shown(language: str) -> str:
    """The one block of code in a language on the page."""
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return block


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = granian(Spot(tmp_path_factory.mktemp("generated")), processes=1)
    yield running
    running.close()


def ran(words: list[str], server: Server | None = None, **more: str) -> str:
    """What a program printed that must succeed, its warnings first."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    if server:
        kept |= {"RULE12_URL": f"http://127.0.0.1:{server.port}", "RULE12_FILE": str(PICTURE)}
    done = subprocess.run(words, env=kept | more, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr + done.stdout


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder the client lies in, and what the generator said of it. Nothing is asked of any other machine."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}))
    words = [
        "--path",
        str(ROOT / "openapi" / "openapi.json"),
        "--config",
        str(folder / "config.json"),
        "--meta",
        "none",
    ]
    command = [sys.executable, "-m", "openapi_python_client", "generate", *words]
    return folder, ran([*command, "--output-path", str(folder / "rule12_client")])


def test_the_generator_takes_the_whole_document_but_for_what_the_page_says(generated):
    _, said = generated
    assert set(re.findall(r"WARNING parsing (\S+ \S+) within", said)) == LEFT_OUT


def test_a_generated_client_files_a_complaint_with_evidence_and_opens_the_mailbox(server, generated):
    folder, _ = generated
    said = ran([sys.executable, "-c", shown("python")], server, PYTHONPATH=str(folder))
    _status, files = said.splitlines()
    digest = hashlib.sha256(PICTURE.read_bytes()).hexdigest()
    assert ast.literal_eval(files) == [(PICTURE.name, PICTURE.stat().st_size, digest)]


def test_the_lines_for_curl_do_the_same(server):
    said = ran(["sh", "-euc", shown("sh")], server)
    box = json.loads(said[said.index("}") + 1 :])
    assert [one["name"] for one in box["evidence"]] == ["screenshot.png"]
