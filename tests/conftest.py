"""What every test may build on: a real installation in a temporary folder, real people, real samples."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cases.casework.administering import import_directory
from storage import House, open_house, prepare
from storage.settings import Settings, read_settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("house")

SAMPLES = Path(__file__).parent / "samples"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """Settings of an installation that does not exist yet."""
    settings = {"RULE12_DATA_DIR": str(tmp_path / "data"), "RULE12_ORIGIN": "desk.example/test"}
    return read_settings(settings | {"RULE12_PUBLIC_URL": "http://localhost"})


@pytest.fixture
def house(place: Settings) -> Iterator[House]:
    """An installation on SQLite, disk and key files, with the directory of tests/samples."""
    prepare(place, NOON)
    opened = open_house(place)
    import_directory(opened.desk, (SAMPLES / "directory.csv").read_text(), NOON)
    yield opened
    opened.close()
