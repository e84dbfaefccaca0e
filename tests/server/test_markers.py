"""A whole case lives with a marker in every sealed place; then every byte on disk is searched for them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.receipt import read_receipt
from tests.server.hiding import forms_of_bytes, forms_of_text, found_in
from tests.server.running import Spot, granian
from tests.server.story import Story


def forbidden(story: Story) -> set[bytes]:
    """Every form of everything that must not lie anywhere in the clear."""
    texts = [*story.markers.texts(), *story.desk.tokens.values(), *story.keys]
    forms = {form for text in texts for form in forms_of_text(text)}
    for receipt in story.receipts:
        bare = receipt.replace("-", "")
        for shown in (receipt, bare, receipt.lower(), bare.lower()):
            forms |= forms_of_text(shown)
        forms |= forms_of_bytes(read_receipt(receipt))
    return forms | forms_of_bytes(hashlib.sha256(story.screenshot).digest())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    server = granian(Spot(tmp_path_factory.mktemp("story")))
    try:
        told = Story(server)
        told.live()
        yield told
    finally:
        server.close()


def files(spot: Spot) -> list[Path]:
    return [path for path in spot.root.rglob("*") if path.is_file()]


def test_nothing_sealed_lies_anywhere_in_the_clear_while_the_server_runs(story: Story) -> None:
    names = {path.name for path in files(story.server.spot)}
    assert {"rule12.sqlite", "rule12.sqlite-wal", "shred-keys.sqlite", "desk.key", "server.log"} <= names
    assert any(name.endswith(".zip") for name in names)
    assert found_in([*files(story.server.spot), *story.server.held()], forbidden(story)) == []


def test_a_command_line_export_shows_nothing_sealed_either(story: Story) -> None:
    story.server.spot.done("export", "--out", str(story.server.spot.root / "bag"))
    story.server.spot.done("export", "--out", str(story.server.spot.root / "one"), "--case", story.number)
    assert found_in(files(story.server.spot), forbidden(story)) == []


def test_what_would_lie_in_the_clear_would_be_found(story: Story, tmp_path: Path) -> None:
    """The search is worth its name: each form of a marker, planted in the middle of other bytes, is seen."""
    marker = story.markers.made["narrative"]
    for number, form in enumerate(sorted(forms_of_text(marker))):
        path = tmp_path / str(number)
        path.write_bytes(b"\x00\xff" * 50 + form + b"\xff\x00" * 50)
        assert found_in([path], forbidden(story))


def test_the_server_prints_nothing_about_anybody(story: Story) -> None:
    log = story.server.spot.log.read_text()
    assert "Traceback" not in log
    assert story.number not in log


def test_nothing_sealed_lies_in_the_clear_after_the_server_has_ended(story: Story) -> None:
    assert story.server.terminate() == 0
    assert found_in(files(story.server.spot), forbidden(story)) == []
