import pytest

from cases.errors import CannotStart
from cases.ports_door import PACES, Pace
from storage import open_house
from storage.settings import read_settings


def refusal(**environment):
    with pytest.raises(CannotStart) as refused:
        read_settings({f"RULE12_{name}": value for name, value in environment.items()})
    return str(refused.value)


def test_limits_not_spoken_of_stay_as_they_are():
    found = read_settings({"RULE12_DOOR_LIMITS": "complaints=5/minute, files=07/day"}).door
    assert found.paces == {**PACES, "complaints": Pace(5, 60), "files": Pace(7, 86_400)}
    assert read_settings({}).door.paces == PACES


@pytest.mark.parametrize(
    "word", ["complaints", "complaints=0/hour", "complaints=5/week", "letters=5/hour", "complaints=-1/hour", "=5/hour"]
)
def test_a_limit_that_is_none_is_named(word):
    assert f"not {word!r}" in refusal(DOOR_LIMITS=f"files=3/hour {word}")


def test_a_header_is_a_name():
    assert read_settings({"RULE12_CLIENT_ADDRESS_HEADER": "X-Real-IP"}).door.address_header == "X-Real-IP"
    for wrong in ("X Real IP", "X-Real-IP:", "-x", "é", "x" * 61):
        assert "RULE12_CLIENT_ADDRESS_HEADER" in refusal(CLIENT_ADDRESS_HEADER=wrong)


def test_the_house_keeps_to_what_was_chosen(house, place):
    chosen = read_settings(
        {
            "RULE12_DATA_DIR": str(place.data_dir),
            "RULE12_DOOR_LIMITS": "receipts=9/hour",
            "RULE12_CLIENT_ADDRESS_HEADER": "Forwarded-By",
        }
    )
    opened = open_house(chosen)
    assert opened.desk.limits.door["receipts"] == Pace(9, 3600)
    assert opened.desk.limits.address_header == "Forwarded-By"
    opened.close()
