"""The shape of the house: arrows, budgets, and words that must not appear."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = [path for folder in ("api", "cases", "storage") for path in sorted((ROOT / folder).rglob("*.py"))] + [
    ROOT / "wsgi.py"
]
MIGRATIONS = ROOT / "storage" / "migrations" / "versions"
OWN = [path for path in CODE if MIGRATIONS not in path.parents]
FILE_LINES, FUNCTION_LINES, NINETIETH = 320, 50, 20
BESIDE = {
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "SECURITY.md",
    "Makefile",
    "docs",
    "api",
    "cases",
    "storage",
    "openapi",
}
TOP = BESIDE | {"tests", "pyproject.toml", "wsgi.py"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with the non-blank lines of its body, docstring left out."""
    text = path.read_text()
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                counted = lines[body[0].lineno - 1 : node.end_lineno]
                yield f"{path.relative_to(ROOT)}:{node.name}", sum(1 for line in counted if line.strip())


@pytest.mark.parametrize("path", sorted((ROOT / "cases").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_rules_need_the_standard_library_alone(path: Path) -> None:
    foreign = {name for name in imports(path) if name != "cases" and name not in sys.stdlib_module_names}
    assert not foreign


def test_api_and_storage_meet_in_wsgi_alone() -> None:
    both = [path.name for path in CODE if {"api", "storage"} <= set(imports(path))]
    assert both == ["wsgi.py"]


def test_files_stay_within_their_room() -> None:
    full = {
        str(path.relative_to(ROOT)): len([line for line in path.read_text().splitlines() if line.strip()])
        for path in OWN
    }
    assert {name: lines for name, lines in full.items() if lines > FILE_LINES} == {}


def test_functions_stay_short() -> None:
    sizes = sorted((lines, name) for path in OWN for name, lines in functions(path))
    assert [name for lines, name in sizes if lines > FUNCTION_LINES] == []
    assert sizes[int(len(sizes) * 0.9)][0] <= NINETIETH


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_for_later(path: Path) -> None:
    marks = re.findall(r"TODO|FIXME|XXX|NotImplementedError|pragma: no cover", path.read_text())
    assert not marks


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = re.compile(r"pytest\.skip|mark\.skip|mark\.xfail|importorskip")
    found = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__) and marks.search(path.read_text())
    ]
    assert found == []


def test_the_rules_are_tested_without_mocks() -> None:
    mocks = re.compile(r"unittest\.mock|monkeypatch|MagicMock")
    assert [path.name for path in (ROOT / "tests" / "cases").rglob("*.py") if mocks.search(path.read_text())] == []


def test_the_top_level_is_the_one_agreed_on() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    tops = {name.split("/")[0] for name in tracked if name and not name.startswith(".")}
    assert tops <= TOP


def test_readme_begins_by_saying_whose_project_this_is_not() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[0]
    assert "independent project" in first
    assert "not endorsed by the United Nations" in first


def test_every_test_the_list_of_promises_names_exists() -> None:
    listed = (ROOT / "docs" / "promises.md").read_text()
    known = set(re.findall(r"def (test_\w+)", "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))))
    assert {name for name in re.findall(r"`(test_\w+)`", listed) if name not in known} == set()
    assert [name for name in re.findall(r"`(tests/[\w/.]+)`", listed) if not (ROOT / name).exists()] == []
