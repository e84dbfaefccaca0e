"""What of an online item was kept, point by point: the collection list of the Berkeley Protocol (facts §7, a to h).

    present   it is there
    perhaps   something is there that may hold it; a person has to look
    missing   nothing that was sent can hold it

Judged by what a statement says and which files came, never by opening a file. It helps a reporter add what is easy to
add, and tells the desk what a bare screenshot lacks: missing points are no reason not to file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from cases.catalogue.platforms import Platform
from cases.media.hidden import MAY_CARRY, Hidden
from cases.posts import PostFault, PostKind, read_post


class Point(StrEnum):
    """The points, in their order. Label and how to add each are rows of `hints.toml`."""

    ADDRESS = "address"
    SOURCE = "source"
    CAPTURE = "capture"
    MEDIA = "media"
    METADATA = "metadata"
    CONTEXT = "context"
    COLLECTION = "collection"
    HASH = "hash"


class Standing(StrEnum):
    PRESENT = "present"
    PERHAPS = "perhaps"
    MISSING = "missing"


class File(Protocol):
    """What is known of a file (`cases.casework.mailbox.Facts` is one)."""

    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One point, and how it stands."""

    point: Point
    standing: Standing


ARCHIVE, WHOLE_PAGE, PAGE = "application/wacz", "multipart/related", "text/html"
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"})
_RECORDINGS = frozenset({"video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp4", "audio/ogg"})
_EMBEDDED = frozenset({Hidden.DEVICE, Hidden.LOCATION, Hidden.EDITING, Hidden.AUTHOR, Hidden.TEXT})
_CONTEXT = ("handle", "audience", "affiliation_shown", "disclaimer_shown")


def what_is_kept(
    posts: Sequence[Mapping[str, Any]], files: Iterable[File], platforms: Sequence[Platform]
) -> tuple[Kept, ...]:
    """Every point, in order. `posts` as in a statement; platforms of the day."""
    held = _Held(posts, frozenset(file.media_type for file in files if file.size), platforms)
    return tuple(Kept(point, _JUDGED[point](held)) for point in Point)


@dataclass(frozen=True, slots=True)
class _Held:
    posts: Sequence[Mapping[str, Any]]
    types: frozenset[str]
    platforms: Sequence[Platform]

    def says(self, *names: str) -> bool:
        """Whether any post says one of these things; a plain no is an answer, too."""
        return any(post.get(name) not in {None, ""} for post in self.posts for name in names)

    def has(self, *types: str) -> bool:
        return bool(self.types.intersection(types))


def _standing(*, present: bool, perhaps: bool) -> Standing:
    return Standing.PRESENT if present else Standing.PERHAPS if perhaps else Standing.MISSING


def _address(held: _Held) -> Standing:
    read = [read_post(str(post.get("url") or ""), held.platforms) for post in held.posts]
    whole = any(
        post.url
        and post.kind is PostKind.POST
        and not {PostFault.SHORTENED, PostFault.STILL_WRAPPED} & set(post.faults)
        for post in read
    )
    known = bool(read) and any(post.url for post in read)
    return _standing(present=whole, perhaps=known or held.has(ARCHIVE, WHOLE_PAGE, PAGE))


def _source(held: _Held) -> Standing:
    return _standing(present=held.has(ARCHIVE, WHOLE_PAGE, PAGE), perhaps=False)


def _capture(held: _Held) -> Standing:
    """A picture may show a part only, and tells no time by itself."""
    whole = held.has(ARCHIVE, WHOLE_PAGE) and held.says("seen_at")
    return _standing(present=whole, perhaps=held.has(ARCHIVE, WHOLE_PAGE, PAGE, *_PICTURES, *_RECORDINGS))


def _media(held: _Held) -> Standing:
    return _standing(present=held.has(ARCHIVE, WHOLE_PAGE, *_RECORDINGS), perhaps=held.has(*_PICTURES))


def _metadata(held: _Held) -> Standing:
    """Platforms take most of it out; an archive keeps what they sent along."""
    carrying = any(MAY_CARRY.get(kind, frozenset()) & _EMBEDDED for kind in held.types)
    return _standing(present=held.has(ARCHIVE), perhaps=carrying or held.has(WHOLE_PAGE, PAGE))


def _context(held: _Held) -> Standing:
    pages = held.has(ARCHIVE, WHOLE_PAGE, PAGE)
    return _standing(present=pages and held.says("handle"), perhaps=bool(held.types) or held.says(*_CONTEXT))


def _collection(held: _Held) -> Standing:
    """Who kept it, from where, with what and when: an archive tells the tool, the reporter the hour."""
    return _standing(
        present=held.has(ARCHIVE) and held.says("seen_at"), perhaps=held.has(ARCHIVE) or held.says("seen_at")
    )


def _hash(held: _Held) -> Standing:
    """Made of every file as it comes in."""
    return _standing(present=bool(held.types), perhaps=False)


_JUDGED = {
    Point.ADDRESS: _address,
    Point.SOURCE: _source,
    Point.CAPTURE: _capture,
    Point.MEDIA: _media,
    Point.METADATA: _metadata,
    Point.CONTEXT: _context,
    Point.COLLECTION: _collection,
    Point.HASH: _hash,
}
