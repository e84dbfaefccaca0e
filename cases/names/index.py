"""Finding the names of a directory that may mean the one somebody wrote, without comparing all of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cases.names import SHORTEST_FOR_LATIN_BONES, SHORTEST_FOR_SLIP, Name, Script, Word, likeness, read_name

MOST_PROPOSED = 10
RARE = 3  # a single word proposes the people who bear it only if they are so few


class Index:
    """Names by the keys of their words: spelling, sound, consonants, and every spelling with one letter left out."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(read_name(name) for name in names)
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._by_joined: dict[str, set[int]] = defaultdict(set)
        self._near: dict[str, set[str]] = defaultdict(set)
        self._with_initials: set[int] = set()
        for place, name in enumerate(self._names):
            self._enter(place, name)
        for key in tuple(self._by_word):
            if key[0] == "=":
                for cut in _cuts(key[1:]):
                    self._near[cut].add(key)

    def _enter(self, place: int, name: Name) -> None:
        for joined in name.joined:
            self._by_joined[joined].add(place)
        for word in name.words:
            for key in (*_spellings(word), _bones_key(word)):
                self._by_word[key].add(place)
            if all(len(spelled) == 1 for spelled in word.spelled):
                self._with_initials.add(place)

    def propose(self, said: str) -> tuple[int, ...]:
        """Places of the names that may be meant, best first, at most `MOST_PROPOSED`."""
        name = read_name(said)
        if not name.words:
            return ()
        hits = [self._bearing(word) for word in name.words]
        likely = {place: likeness(name, self._names[place]) for place in self._candidates(name, hits)}
        found = sorted((place for place in likely if likely[place] > 0), key=lambda place: (-likely[place], place))
        if len(name.words) == 1:
            bearers = set().union(*(self._by_word.get(key, ()) for key in _spellings(name.words[0])))
            found += sorted(bearers - set(found)) if len(bearers) <= RARE else []
        return tuple(found[:MOST_PROPOSED])

    def _candidates(self, name: Name, hits: list[set[int]]) -> set[int]:
        """Whoever two words lead to; one is enough where the other is only an initial."""
        found: set[int] = set()
        once: set[int] = set()
        for places in hits:
            found |= once & places
            once |= places
        if any(len(spelled) == 1 for word in name.words for spelled in word.spelled):
            found |= once
        found |= once & self._with_initials
        return found.union(*(self._by_joined.get(joined, ()) for joined in name.joined))

    def _bearing(self, word: Word) -> set[int]:
        keys = set(_spellings(word))
        for spelled in word.spelled:
            cuts = (spelled, *_cuts(spelled))
            keys.update(f"={cut}" for cut in cuts)
            keys.update(*(self._near.get(cut, ()) for cut in cuts))
        if word.script is Script.ARABIC or len(word.bones) >= SHORTEST_FOR_LATIN_BONES:
            keys.add(f"#{word.bones}")
        if word.bones and word.script is not Script.ARABIC:
            keys.add(f"ع{word.bones}")
        return set().union(*(self._by_word.get(key, ()) for key in keys))


def _spellings(word: Word) -> Iterator[str]:
    yield from (f"={spelled}" for spelled in word.spelled)
    yield from (f"~{sound}" for sound in word.sounds)


def _bones_key(word: Word) -> str:
    """Consonants of Arabic and of other words apart: short ones meet only across the two."""
    return f"{'ع' if word.script is Script.ARABIC else '#'}{word.bones}"


def _cuts(spelled: str) -> Iterator[str]:
    """The word with each letter left out in turn: two words one slip apart share one, or one is the other's."""
    if len(spelled) >= SHORTEST_FOR_SLIP and spelled.isalpha():
        yield from (spelled[:at] + spelled[at + 1 :] for at in range(len(spelled)))
