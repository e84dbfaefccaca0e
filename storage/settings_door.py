"""Settings of the door: how often one address may do what is dear, and where a proxy says whose address it is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cases.ports_door import PACES, Pace

KNOWN = ("DOOR_LIMITS", "CLIENT_ADDRESS_HEADER")
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_PACE = re.compile(r"([a-z]+)=0*([1-9][0-9]{0,8})/(minute|hour|day)")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """`paces` has every kind of request there is; an empty `address_header` believes no header."""

    paces: Mapping[str, Pace] = field(default_factory=lambda: PACES)
    address_header: str = ""


def read_door(given: Callable[[str, str], str], faults: list[str]) -> DoorSettings:
    """Settings of the door; every mistake is added to `faults`."""
    paces = dict(PACES)
    for word in given("DOOR_LIMITS", "").replace(",", " ").split():
        found = _PACE.fullmatch(word)
        if found is None or found[1] not in PACES:
            faults.append(
                f"RULE12_DOOR_LIMITS: NUMBER/minute, /hour or /day for {', '.join(PACES)} is expected, such as "
                f"complaints=200/hour, not {word[:40]!r}."
            )
        else:
            paces[found[1]] = Pace(int(found[2]), SECONDS[found[3]])
    header = given("CLIENT_ADDRESS_HEADER", "")
    if header and not _HEADER.fullmatch(header):
        faults.append(
            f"RULE12_CLIENT_ADDRESS_HEADER: a header such as X-Forwarded-For is expected, not {header[:40]!r}."
        )
        header = ""
    return DoorSettings(paces, header)
