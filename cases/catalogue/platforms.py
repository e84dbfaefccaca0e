"""The rows of platforms.toml: where posts stand, how their addresses look, and what in them only tracks people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row
from cases.catalogue.shapes import PostKind, Shape, shape
from cases.errors import CatalogueBroken

EVERYWHERE = "everywhere"
"""The row whose `drops`, `short` and `wraps` hold for every address there is."""

_ANY = "*."
ARROW = " -> "


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An address that only leads on to another: in the query under `name`, or (empty `name`) in the rest of the path.

    `host` is written as in `hosts`.
    """

    host: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An address that is another way to write one: `shape` becomes `into`, a path and query with the same parts."""

    shape: Shape
    into: str


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. `*.example.org` among hosts stands for every host below it, and not for example.org itself.

    `host` is what `hosts` become: they show the same under the same path; "" where every host keeps its own. `apart`
    belong to the platform and are kept, too. `short` need a request to be resolved, which is never made. `drops` are
    names in a query that identify no post (`utm_*`: everything that begins so); `keeps` are exempt from those of
    everywhere. `reserved` are first pieces of a path that are nobody's handle. `anywhere`: its posts are known by
    their shape on any host. `fragment`: what follows `#` is kept.
    """

    slug: str
    name: str
    host: str
    hosts: tuple[str, ...]
    apart: tuple[str, ...]
    short: tuple[str, ...]
    drops: tuple[str, ...]
    keeps: tuple[str, ...]
    reserved: tuple[str, ...]
    wraps: tuple[Wrapper, ...]
    turns: tuple[Turn, ...]
    shapes: tuple[Shape, ...]
    anywhere: bool
    fragment: bool
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool = False
    found: Found = field(default=NOWHERE, compare=False)

    def known_hosts(self) -> tuple[str, ...]:
        return (*((self.host,) if self.host else ()), *self.hosts, *self.apart, *self.short)


_SHAPES = {"posts": PostKind.POST, "groups": PostKind.GROUP, "profiles": PostKind.PROFILE}
_LISTS = ("hosts", "apart", "short", "drops", "keeps", "reserved", "wraps", "turns", *_SHAPES)


def platform(row: Row) -> Platform:
    """Raises CatalogueBroken, also for a shape that cannot be read."""
    row.only("slug", "name", "host", "anywhere", "fragment", "source", "verified", "from", "to", "ended", *_LISTS)
    starts, ends = row.dates("from", "to")
    listed = {key: row.texts(key) if key in row.facts else () for key in _LISTS}
    shapes = [_shape(row, key, said, kind) for key, kind in _SHAPES.items() for said in listed[key]]
    return Platform(
        slug=row.text("slug"),
        name=row.text("name"),
        host=row.sentence("host"),
        hosts=listed["hosts"],
        apart=listed["apart"],
        short=listed["short"],
        drops=listed["drops"],
        keeps=listed["keeps"],
        reserved=listed["reserved"],
        wraps=tuple(_wrapper(row, said) for said in listed["wraps"]),
        turns=tuple(_turn(row, said) for said in listed["turns"]),
        shapes=tuple(shapes),
        anywhere="anywhere" in row.facts and row.flag("anywhere"),
        fragment="fragment" in row.facts and row.flag("fragment"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )


def _shape(row: Row, key: str, said: str, kind: PostKind) -> Shape:
    try:
        return shape(said, kind)
    except CatalogueBroken as broken:
        raise row.fail(f"{key}: {broken}", key) from broken


def _turn(row: Row, said: str) -> Turn:
    old, arrow, new = said.partition(ARROW)
    before, after = _shape(row, "turns", old, PostKind.POST), _shape(row, "turns", new, PostKind.POST)
    parts = [set(one.path.groupindex).union(*(value.groupindex for _, value in one.query)) for one in (before, after)]
    if not arrow or not new.startswith("/") or "{_}" in new or not parts[1] <= parts[0]:
        raise row.fail(f"turns: {said!r} is not one shape{ARROW}a path with parts of the first", "turns")
    return Turn(before, new)


def _wrapper(row: Row, said: str) -> Wrapper:
    address, mark, name = said.partition("?")
    host, slash, path = address.partition("/")
    if not host or not slash or bool(mark) == path.endswith("*") or (mark and not name):
        raise row.fail(f"wraps: {said!r} is neither host/path?name nor host/path/*", "wraps")
    return Wrapper(host, f"/{path.removesuffix('*')}", name)


def is_below(host: str, known: str) -> bool:
    """Whether a host is one that a row names."""
    return host == known or (known.startswith(_ANY) and host.endswith(known[1:]) and len(host) > len(known[1:]))


def is_named(name: str, known: Iterable[str]) -> bool:
    """Whether a name in a query is in a list of `drops` or `keeps`. Names are compared whatever their case."""
    folded = name.lower()
    return any(folded == one or (one.endswith("*") and folded.startswith(one[:-1])) for one in known)


def faults(platforms: Sequence[Platform]) -> Iterator[str]:
    """Hosts and names that are not written small, hosts of two rows, and dropped names that identify a post."""
    taken = dict[str, str]()
    for row in platforms:
        for key in ("host", "hosts", "apart", "short", "drops", "keeps", "reserved"):
            said = getattr(row, key)
            for one in (said,) if isinstance(said, str) else said:
                if one != one.lower().strip():
                    yield f"{row.found.at(key)}: {key} {one!r} is not in small letters"
        for host in row.known_hosts():
            if taken.setdefault(host, row.slug) != row.slug:
                yield f"{row.found.at()}: {host} belongs to {taken[host]}, too"
    yield from _lost(platforms)


def _lost(platforms: Sequence[Platform]) -> Iterator[str]:
    general = [row for row in platforms if row.slug == EVERYWHERE]
    for row in platforms:
        for one in (*row.shapes, *(turn.shape for turn in row.turns)):
            for name in one.names:
                unkept = () if is_named(name, row.keeps) else general
                for dropper in (row, *unkept):
                    if is_named(name, dropper.drops):
                        yield f"{dropper.found.at('drops')}: drops {name!r}, without which {one.said!r} is lost"
