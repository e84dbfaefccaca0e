"""Where in what somebody pasted an address stands, or the name of an account."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unicodedata import category

from cases.posts.addresses import begins_as_address, spelled, where_address_begins

TEXT_LETTERS = 8_000
"""What is read of a text."""

_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_TOKEN = re.compile(r"[^\s<>\"{}|`^“”„«»‹›‘，。；！？、（）「」『』【】《》〈〉،؛؟۔]+")  # noqa: RUF001
_OPENING = "([*'’~,;:!.-"  # noqa: RUF001
_CLOSING = ".,;:!?'’…*"  # noqa: RUF001
_PAIRS = {")": "(", "]": "["}
_LINKED = "]("
_OTHER_SCHEME = re.compile(
    r"(?:javascript|vbscript|livescript|data|file|blob|about|filesystem|mailto|tel|sms|content|ftps?):.", re.IGNORECASE
)
_APP_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.\-]{0,40}://", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w\-]{1,63}\.){1,20}[^\W\d_][\w\-]{1,62}\.?(?::[0-9]{1,5})?(?=[/?#\\]|$)")
_HANDLE = re.compile(
    r"(?<![\w@/.])(?P<at>@?)(?P<name>\w(?:[\w.\-]{0,98}\w)?)(?:@(?P<host>[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}))?(?![\w@])"
)


@dataclass(frozen=True, slots=True)
class Said:
    """An account by name: `host` is that of its server (`@name@server`), `marked` whether it began with @."""

    name: str
    host: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in a text: addresses in their order, each with its scheme. `other`: schemes that are no web
    address; `cut`: something too long to be read.
    """

    addresses: tuple[str, ...]
    other: bool
    cut: bool
    words: tuple[str, ...]


def find(text: str, is_known: Callable[[str], bool]) -> Pasted:
    """`is_known` tells hosts that are taken for an address although nothing else shows that they are."""
    cut = len(text) > TEXT_LETTERS
    words = _TOKEN.findall(_visible(text[:TEXT_LETTERS]))
    if cut and words and not text[TEXT_LETTERS - 1].isspace():
        words.pop()
    found, other = list[str](), False
    for word in words:
        for piece in word.split(_LINKED):
            bare = trimmed(piece.lstrip(_OPENING))
            if _OTHER_SCHEME.match(bare) or _APP_SCHEME.match(bare):
                other = True
            elif address := _address(bare, is_known):
                found.append(address)
    return Pasted(tuple(found), other, cut, tuple(words))


def _visible(text: str) -> str:
    """Without marks of direction, soft hyphens and the like, which are pasted along and never belong to an address."""
    kept = (one for one in text if category(one) != "Cf" or one in _JOINERS)
    return "".join(" " if category(one) == "Cc" else one for one in kept)


def _address(word: str, is_known: Callable[[str], bool]) -> str:
    if begins_as_address(word):
        return word
    host = _HOST.match(word)
    if host and (host.end() < len(word) or word.lower().startswith("www.") or is_known(_bare(host[0]))):
        return f"https://{word}"
    at = where_address_begins(word)
    return word[at:] if at >= 0 else ""


def _bare(host: str) -> str:
    return spelled(host.partition(":")[0])


def trimmed(word: str) -> str:
    """Without the punctuation of the sentence around it; brackets that were opened inside stay."""
    end = len(word)
    open_ = {mark: word.count(mark) for pair in _PAIRS.items() for mark in pair}
    while end:
        last = word[end - 1]
        if last not in _CLOSING:
            if last not in _PAIRS or open_[_PAIRS[last]] >= open_[last]:
                break
            open_[last] -= 1
        end -= 1
    return word[:end]


def handles(words: tuple[str, ...]) -> Iterator[Said]:
    """Accounts named in a text: those marked with @ anywhere; a bare word only where it stands alone."""
    alone = len(words) == 1
    for word in words:
        bare = trimmed(word.lstrip(_OPENING))
        found = _HANDLE.fullmatch(bare) if alone else _HANDLE.search(bare)
        if found and (alone or found["at"] or found["host"]):
            yield Said(found["name"], spelled(found["host"] or ""), bool(found["at"]))
