"""How the addresses of a platform look, written so that people can read it: `/{handle}/status/{number}/*`.

    shape := [host] path ["?" name "=" value {"&" name "=" value}]
    part  := {handle} who speaks · {id} the post · {number} the same, digits alone ·
             {pair} the same, two numbers as in -12_345 · {_} anything

A part stays within one piece of the path and is never empty. `/*` at the end stands for anything further, or nothing.
A handle ends before the letter that follows it in the shape. Letters beside parts are compared whatever their case.
Not a regular expression on purpose: nothing that can be written here makes reading slow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.errors import CatalogueBroken

_PARTS: Mapping[str, str] = {
    "handle": r"(?P<handle>[^/STOP]{1,200})",
    "id": r"(?P<id>[^/]{1,400}?)",
    "number": r"(?P<id>[0-9]{1,40})",
    "pair": r"(?P<id>-?[0-9]{1,20}_[0-9]{1,20})",
    "_": r"[^/]{1,400}?",
}
_PART = re.compile(r"\{(\w+)\}")
_OPEN, _PIECE_PARTS = frozenset({"id", "_"}), 2
_FURTHER = "/*"


class PostKind(StrEnum):
    """What an address leads to."""

    POST = "post"
    PROFILE = "profile"
    GROUP = "group"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape, ready to be compared. `host` is None where it is that of the platform."""

    said: str
    kind: PostKind
    host: re.Pattern[str] | None
    path: re.Pattern[str]
    query: tuple[tuple[str, re.Pattern[str]], ...]

    def parts(self, host: str, path: str, query: Mapping[str, str]) -> Mapping[str, str] | None:
        """The parts of an address of this shape, escaped as it is; None when it has another shape."""
        found = dict[str, str]()
        said = [(self.path, path), *((value, query.get(name, "")) for name, value in self.query)]
        for pattern, text in said if self.host is None else [(self.host, host), *said]:
            fits = pattern.fullmatch(text)
            if fits is None:
                return None
            found |= fits.groupdict()
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the query without which the address would lead elsewhere."""
        return tuple(name for name, _ in self.query)


def shape(said: str, kind: PostKind) -> Shape:
    """Raises CatalogueBroken for a text that is none."""
    address, _, query = said.partition("?")
    host, slash, path = address.partition("/")
    if not slash:
        raise CatalogueBroken(f"{said!r} has no path")
    pairs = [pair.partition("=") for pair in query.split("&") if query]
    if not all(name and value for name, _, value in pairs):
        raise CatalogueBroken(f"{said!r} names something in its query without a value")
    named = _PART.findall(said)
    if sum(name in {"id", "number", "pair"} for name in named) > 1 or named.count("handle") > 1:
        raise CatalogueBroken(f"{said!r} holds a part twice")
    values = tuple((name, _pattern(value, said)) for name, _, value in pairs)
    return Shape(said, kind, _pattern(host, said) if host else None, _pattern(f"/{path}", said), values)


def _pattern(text: str, said: str) -> re.Pattern[str]:
    further = text.endswith(_FURTHER)
    text = text.removesuffix(_FURTHER)
    if "*" in text or re.search(r"[{}\s]", _PART.sub("", text)):
        raise CatalogueBroken(f"{said!r} holds a brace, a space or a star that belongs to no part")
    if any(sum(part in _OPEN for part in _PART.findall(piece)) > _PIECE_PARTS for piece in text.split("/")):
        raise CatalogueBroken(f"{said!r} holds more than {_PIECE_PARTS} parts of any letters between two slashes")
    made, last = "", 0
    for part in _PART.finditer(text):
        if part[1] not in _PARTS:
            raise CatalogueBroken(f"{said!r}: {{{part[1]}}} is none of {', '.join(_PARTS)}")
        last, before = part.end(), re.escape(text[last : part.start()])
        made += before + _PARTS[part[1]].replace("STOP", re.escape(text[last : last + 1]).strip("/"))
    made += re.escape(text[last:]) + ("(?:/.*)?" if further else "")
    return re.compile(made, re.IGNORECASE | re.DOTALL)
