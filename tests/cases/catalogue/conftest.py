"""Catalogues to break: the shipped files, copied or with one text of their own."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import cases.catalogue
from cases.catalogue import Catalogue, load, reading
from cases.errors import CatalogueBroken

SHIPPED = Path(cases.catalogue.__file__).parent
FILES = {file: (part, table) for part, (file, table, _) in cases.catalogue._READERS.items()}
FIRST_DAY = date(2014, 9, 5)
TODAY = date(2026, 1, 1)
TEXTS = {file: (SHIPPED / file).read_text(encoding="utf-8") for file in FILES}


class Pages:
    """A folder of one file, in memory."""

    def __init__(self, text: str) -> None:
        self.text = text

    def joinpath(self, _name: str) -> "Pages":
        return self

    def read_bytes(self) -> bytes:
        return self.text.encode()


def read_one(file: str, text: str) -> Catalogue:
    """The shipped catalogue with another text for one file. Raises CatalogueBroken."""
    part, table = FILES[file]
    make = cases.catalogue._READERS[part][2]
    return replace(load(), **{part: reading.read_rows(Pages(text), table, make, file=file)})


def faults_with(file: str, text: str) -> list[str]:
    """Every fault of the catalogue when one file has another text, whether found in reading or in checking."""
    try:
        return read_one(file, text).check()
    except CatalogueBroken as broken:
        return list(broken.faults)


def rows_of(text: str, table: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, its lines) of every row; written apart from the code under test."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, start=1) if line == f"[[{table}]]"]
    for start, end in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        yield start, lines[start - 1 : end - 1]


def without_line(text: str, number: int) -> str:
    lines = text.splitlines()
    del lines[number - 1]
    return "\n".join(lines)


def with_line(text: str, number: int, line: str) -> str:
    """Another line in the place of line `number`."""
    lines = text.splitlines()
    lines[number - 1] = line
    return "\n".join(lines)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for file in FILES:
        shutil.copy(SHIPPED / file, tmp_path)
    return tmp_path
