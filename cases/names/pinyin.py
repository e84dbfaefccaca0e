"""Chinese names read aloud: surname first, in pinyin without tones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, product

LONGEST_NAME = 4
MOST_READINGS = 16
_SPELLINGS_OF_U = ("u", "v", "yu")  # 吕 is Lu, Lv or Lyu, by passport or keyboard


@dataclass(frozen=True, slots=True)
class Readings:
    """How characters are read: anywhere, as a surname, and as a surname of two."""

    characters: Mapping[str, tuple[str, ...]]
    surnames: Mapping[str, tuple[str, ...]]
    double_surnames: Mapping[str, tuple[str, ...]]


@cache
def readings() -> Readings:
    """The readings of `pinyin.txt`, read once."""
    sections: dict[str, dict[str, tuple[str, ...]]] = {}
    title = ""
    for line in files("cases.names").joinpath("pinyin.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            title = line.strip("[]")
        elif line and not line.startswith("#"):
            reading, meant = line.split(" ", 1)
            section = sections.setdefault(title, {})
            for one in meant.split(" ") if title == "double surnames" else meant:
                section[one] = (*section.get(one, ()), *_spelled(reading))
    return Readings(sections["characters"], sections["surnames"], sections["double surnames"])


def _spelled(reading: str) -> Iterator[str]:
    return (reading.replace("ü", letter) for letter in (_SPELLINGS_OF_U if "ü" in reading else ("u",)))


def parts_of(run: str) -> tuple[frozenset[str], ...]:
    """The possible readings of each part of a run of characters: surname and given name where it can be a name."""
    if not 1 < len(run) <= LONGEST_NAME:
        return (_read(run, head=len(run) == 1),)
    cut = len("欧阳") if run[:2] in readings().double_surnames else 1
    given = (_read(run[cut:], head=False),) if run[cut:] else ()
    return (_read(run[:cut], head=True), *given)


def _read(run: str, *, head: bool) -> frozenset[str]:
    """Each way to read a run; a character nobody knows stays itself."""
    known = readings()
    if head and run in known.double_surnames:
        return frozenset(known.double_surnames[run])
    ways = [(known.surnames.get(c, ()) if head else ()) + known.characters.get(c, (c,)) for c in run]
    return frozenset("".join(way) for way in islice(product(*ways), MOST_READINGS))
