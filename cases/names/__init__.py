"""Whether two names may mean one person: across accents, order, the six languages' letters, and slips of typing.

A likeness proposes and never decides. It is blind to dialects (Wong for Huang), pet names and changed surnames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto
from itertools import product

from cases.names.letters import (
    arabic_spelling,
    is_arabic,
    is_chinese,
    plain,
    skeleton_of,
    sounds_of,
    words_of,
)
from cases.names.pinyin import parts_of

__all__ = ["SURE", "Name", "Script", "Word", "likeness", "plain", "read_name", "slipped"]

# Small words that one spelling of a name has and another leaves out: Romance, Dutch, German, Arabic.
PARTICLES = frozenset((
    "de", "del", "la", "las", "los", "le", "les", "du", "des", "da", "das", "do", "dos", "di", "y", "e", "i",
    "van", "von", "der", "den", "ten", "ter", "zu", "zur",
    "al", "el", "ul", "ash", "as", "ar", "bin", "ben", "ibn", "bint", "ould", "abu", "abou", "umm",
    "ال", "بن", "ابن", "بنت", "ابو", "أبو", "آل", "ام", "أم",
))  # fmt: skip
_JOINED_PARTICLES = ("al", "el", "abu", "abou")
_SERVANT_OF = frozenset({"abd", "abdul", "abdel", "abdal", "abdoul", "abdur", "abdou", "عبد"})

SAME, SOUNDS_ALIKE, SAME_BONES, SLIP, WEAK, NOTHING = 1.0, 0.95, 0.9, 0.8, 0.6, 0.0
SURE = SAME_BONES  # what all words but one must reach
SHORTEST_FOR_SOUND, SHORTEST_FOR_SLIP, SHORTEST_FOR_CHINESE_SLIP, SHORTEST_FOR_LATIN_BONES = 4, 4, 7, 3
SHORTEST_JOINED, MOST_JOINED, MOST_LEFT_OUT, MOST_SPELLINGS = 6, 4, 2, 16
_LEAST_RATIO, _LEAST_RATIO_OF_FOUR = 0.75, 0.65
_LEFT_OUT_COSTS = 0.05


class Script(Enum):
    """The writing a word came in; what is not Arabic or Chinese is brought to Latin letters."""

    ARABIC = auto()
    CHINESE = auto()
    LATIN = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: how it may be spelled, how it sounds, and its consonants."""

    script: Script
    spelled: frozenset[str]
    sounds: frozenset[str] = frozenset()
    bones: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart. `joined` are its words as one, begun at any of them: Zhang Xiaoming, Xiao Ming Zhang."""

    words: tuple[Word, ...]
    joined: frozenset[str]


def read_name(name: str) -> Name:
    """Take a name apart. Particles are left out where at least two words remain."""
    runs = list(_servants_joined(words_of(name)))
    telling = [run for run in runs if run not in PARTICLES]
    kept = telling if len(telling) > 1 else runs
    words = {run: tuple(_words(run)) for run in runs}
    return Name(
        tuple(word for run in kept for word in words[run]), _joined([word for run in runs for word in words[run]])
    )


def _servants_joined(runs: Iterator[str]) -> Iterator[str]:
    """Abdul Rahman is one name in two words; the article between them goes."""
    waiting = ""
    for run in runs:
        if run in _SERVANT_OF and not waiting:
            waiting = run
        elif waiting and run in {"al", "el", "ال"}:
            continue
        else:
            yield waiting + run
            waiting = ""
    if waiting:
        yield waiting


def _words(run: str) -> Iterator[Word]:
    if is_chinese(run):
        yield from (Word(Script.CHINESE, spelled) for spelled in parts_of(run))
    elif is_arabic(run):
        spelled = arabic_spelling(run)
        yield Word(Script.ARABIC, frozenset({spelled}), bones=skeleton_of(spelled))
    elif run.isalpha():
        yield Word(Script.LATIN, frozenset(_latin_spellings(run)), sounds_of(run), skeleton_of(run))
    else:
        yield Word(Script.LATIN, frozenset({run}))


def _latin_spellings(run: str) -> Iterator[str]:
    """Mueller is Müller, Alsayed is al-Sayed."""
    yield run
    for written, meant in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        if written in run:
            yield run.replace(written, meant)
    for particle in _JOINED_PARTICLES:
        if run.startswith(particle) and len(run) >= len(particle) + SHORTEST_FOR_SOUND:
            yield run.removeprefix(particle)


def _joined(words: Sequence[Word]) -> frozenset[str]:
    if len(words) > MOST_JOINED:
        return frozenset()
    turns = [[*words[start:], *words[:start]] for start in range(len(words))]
    ways = ("".join(way) for turn in turns for way in product(*(sorted(word.spelled) for word in turn)))
    return frozenset(way for way, _ in zip(ways, range(MOST_SPELLINGS), strict=False) if len(way) >= SHORTEST_JOINED)


def likeness(one: Name, other: Name) -> float:
    """How well two names of two words or more agree, 0 to 1; every word of the shorter must find its like.

    At most one word may be a slip, an initial, or too short to be sure.
    """
    if one.joined & other.joined:
        return SOUNDS_ALIKE if len(one.words) != len(other.words) else SAME
    short, long = sorted((one.words, other.words), key=len)
    left_out = len(long) - len(short)
    if len(short) < len(("given", "family")) or left_out > MOST_LEFT_OUT:
        return NOTHING
    found = _paired(short, long)
    if len(found) < len(short) or sum(like < SURE for like in found) > 1:
        return NOTHING
    return sum(found) / len(found) - left_out * _LEFT_OUT_COSTS


def _paired(short: tuple[Word, ...], long: tuple[Word, ...]) -> list[float]:
    """The likenesses of the pairs, best first, no word in two of them."""
    pairs = sorted(((word_likeness(a, b), i, j) for i, a in enumerate(short) for j, b in enumerate(long)), reverse=True)
    found: list[float] = []
    taken_short: set[int] = set()
    taken_long: set[int] = set()
    for like, i, j in pairs:
        if like > NOTHING and i not in taken_short and j not in taken_long:
            taken_short.add(i)
            taken_long.add(j)
            found.append(like)
    return found


def word_likeness(one: Word, other: Word) -> float:
    """How well two words agree: spelled the same, sounding alike, the same consonants, one slip, or an initial."""
    if one.spelled & other.spelled:
        return SAME if min(map(len, one.spelled)) > 1 else WEAK
    if one.sounds & other.sounds and min(map(len, one.spelled | other.spelled)) >= SHORTEST_FOR_SOUND:
        return SOUNDS_ALIKE
    if one.bones and one.bones == other.bones and (like := _by_bones(one, other)):
        return like
    # Ying and Ling are two syllables, not a slip.
    shortest = SHORTEST_FOR_CHINESE_SLIP if Script.CHINESE in {one.script, other.script} else SHORTEST_FOR_SLIP
    if any(slipped(a, b) for a, b in product(one.spelled, other.spelled) if min(len(a), len(b)) >= shortest):
        return SLIP
    return WEAK if _initial(one, other) or _initial(other, one) else NOTHING


def _by_bones(one: Word, other: Word) -> float:
    """Consonants tell much between Arabic and other letters, little between Latin ones: Mara is no Moira."""
    if (one.script is Script.ARABIC) != (other.script is Script.ARABIC):
        return SAME_BONES if len(one.bones) > 1 else WEAK
    if one.script is Script.ARABIC or len(one.bones) < SHORTEST_FOR_LATIN_BONES:
        return NOTHING
    best = max(SequenceMatcher(None, a, b).ratio() for a, b in product(one.spelled, other.spelled))
    enough = _LEAST_RATIO if len(one.bones) == SHORTEST_FOR_LATIN_BONES else _LEAST_RATIO_OF_FOUR
    return SAME_BONES if best >= enough else NOTHING


def _initial(one: Word, other: Word) -> bool:
    return one.script is other.script is Script.LATIN and any(
        len(letter) == 1 and word.startswith(letter) for letter, word in product(one.spelled, other.spelled)
    )


def slipped(one: str, other: str) -> bool:
    """Whether one slip lies between two words of letters: one wrong, left out, too many, or two in the wrong order."""
    if not (one.isalpha() and other.isalpha()) or one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    turned = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:] and len(rest) > 1
    return turned or rest[1:] == other_rest[1:] or rest == other_rest[1:] or rest[1:] == other_rest
