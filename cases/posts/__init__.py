"""What a reporter pastes, read as the address of a post: which platform, whose account, which post.

What identifies the post is kept; what only tracks people is left out and named. That protects the reporter, too: a
share link often tells who shared it. No request is made, so a short address is recognised and kept as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from cases.catalogue.platforms import Platform, Turn, Wrapper, is_below
from cases.catalogue.shapes import PostKind, Shape
from cases.posts.addresses import Address, begins_as_address, in_own_letters, split, unescaped
from cases.posts.finding import Said, find, handles, trimmed
from cases.posts.trackers import without_trackers
from cases.posts.world import World

__all__ = ["ADDRESS_LETTERS", "PostFault", "PostKind", "PostRead", "read_post"]

ADDRESS_LETTERS = 2_000
"""What a statement holds of an address (`api.schemas`)."""

UNWRAPPED = 2
_LOOKED_AT = 5
_PART_LETTERS = 300
_FOR_A_QUERY = str.maketrans({"&": "%26", "=": "%3D", "+": "%2B", "?": "%3F"})


class PostFault(StrEnum):
    """What a reporter may want to mend; the sentences are rows of `hints.toml`."""

    NO_ADDRESS = "no_address"
    HANDLE_ONLY = "handle_only"
    SEVERAL = "several"
    NOT_AN_ADDRESS = "not_an_address"
    PERHAPS_MAIL = "perhaps_mail"
    SHORTENED = "shortened"
    STILL_WRAPPED = "still_wrapped"
    OTHER_LETTERS = "other_letters"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class PostRead:
    """What was read. `url` is the normal form, `shown` the same with its host in its own letters; both empty where
    there is no address. `dropped` names what was left out: names in the query, `fragment`, `credentials`, or the host
    of a wrapper that was taken off. `platform` is a slug of platforms.toml, empty where nobody knows it.
    """

    url: str = ""
    shown: str = ""
    dropped: tuple[str, ...] = ()
    platform: str = ""
    platform_name: str = ""
    handle: str = ""
    post_id: str = ""
    kind: PostKind = PostKind.UNKNOWN
    faults: tuple[PostFault, ...] = ()


def read_post(text: str, platforms: Iterable[Platform]) -> PostRead:
    """The first address in a text, or the account it names. Raises nothing, whatever the text is.

    Reading `url` again gives the same, without `dropped` and `faults` that were mended.
    """
    world = World(tuple(platforms))
    pasted = find(text, world.knows)
    found = (address for said in pasted.addresses if (address := split(said)))
    addresses = tuple(islice(found, _LOOKED_AT))
    faults = [PostFault.NOT_AN_ADDRESS] if pasted.other else []
    if not addresses:
        faults += [PostFault.TOO_LONG] if pasted.cut else []
        return _account(next(handles(pasted.words), None) if not pasted.other else None, world, faults)
    first = _read(addresses[0], world)
    if any(_read(other, world).url != first.url for other in addresses[1:]):
        faults.append(PostFault.SEVERAL)
    return replace(first, faults=(*faults, *first.faults))


def _account(said: Said | None, world: World, faults: list[PostFault]) -> PostRead:
    if said is None:
        return PostRead(faults=tuple(faults or [PostFault.NO_ADDRESS]))
    row = world.platform(said.host) if said.host else None
    if said.host and row is None and said.marked:
        row = world.anywhere
    handle = f"{said.name}@{in_own_letters(said.host)}" if said.host else said.name
    doubt = PostFault.PERHAPS_MAIL if said.host and row is None else PostFault.HANDLE_ONLY
    read = PostRead(handle=handle, kind=PostKind.PROFILE, faults=(*faults, doubt))
    return replace(read, platform=row.slug, platform_name=row.name) if row else read


def _read(address: Address, world: World) -> PostRead:
    inner, taken_off, deep = _unwrapped(address, world)
    row, shape, parts = _placed(inner, world)
    home = _at_home(inner, row)
    if row and (turned := _turned(home, row)):
        home = turned
        shape, parts = _shaped(home, row)
    cleaned, dropped = without_trackers(home, row, world.everywhere, shape)
    url = _closed(str(cleaned))
    faults = [PostFault.SHORTENED] if world.is_short(inner.host, row) else []
    faults += [PostFault.STILL_WRAPPED] if deep else []
    own = in_own_letters(cleaned.host)
    faults += [PostFault.OTHER_LETTERS] if own != cleaned.host else []
    if len(url) > ADDRESS_LETTERS:
        return PostRead(faults=(*faults, PostFault.TOO_LONG))
    return PostRead(
        url,
        url.replace(cleaned.host, own, 1),
        tuple(dict.fromkeys((*taken_off, *dropped))),
        row.slug if row else "",
        row.name if row else "",
        *_named(shape, parts),
        shape.kind if shape else PostKind.UNKNOWN,
        tuple(faults),
    )


def _named(shape: Shape | None, parts: Mapping[str, str]) -> tuple[str, str]:
    """Handle and post. What has a number and is no post goes by its number."""
    handle, id_ = (unescaped(parts.get(name, ""))[:_PART_LETTERS] for name in ("handle", "id"))
    return (handle, id_) if shape is None or shape.kind is PostKind.POST else (handle or id_, "")


def _unwrapped(address: Address, world: World) -> tuple[Address, list[str], bool]:
    """The address inside, the hosts taken off, and whether it is wrapped so often that it was left as it is."""
    inner, hosts = address, list[str]()
    while found := _inside(inner, world.wrappers, world.platform(inner.host)):
        if len(hosts) == UNWRAPPED:
            return address, ["credentials"] if address.credentials else [], True
        hosts.append(inner.host)
        inner = found
    credentials = ["credentials"] if address.credentials or inner.credentials else []
    return inner, [*hosts, *credentials], False


def _inside(address: Address, wrappers: Iterable[Wrapper], row: Platform | None) -> Address | None:
    for wrapper in wrappers:
        if not any(is_below(host, wrapper.host) for host in {address.host, _home(address.host, row)}):
            continue
        if wrapper.name and _same_path(address.path, wrapper.path):
            found = split(unescaped(address.values().get(wrapper.name, "")))
        elif not wrapper.name and address.path.lower().startswith(wrapper.path):
            found = _rest(address, address.path[len(wrapper.path) :])
        else:
            continue
        if found:
            return found
    return None


def _same_path(path: str, other: str) -> bool:
    return path.lower().rstrip("/") == other.rstrip("/")


def _rest(address: Address, rest: str) -> Address | None:
    found = split(rest if begins_as_address(rest) else f"https://{rest}")
    if found is None or "." not in found.host:
        return None
    return replace(found, query=address.query, fragment=address.fragment)


def _placed(address: Address, world: World) -> tuple[Platform | None, Shape | None, Mapping[str, str]]:
    """The platform an address belongs to, and its shape there."""
    if row := world.platform(address.host):
        return row, *_shaped(_at_home(address, row), row)
    if row := world.anywhere:
        shape, parts = _shaped(_at_home(address, row), row)
        if shape and shape.kind is PostKind.POST:
            return row, shape, parts
    return None, None, {}


def _home(host: str, row: Platform | None) -> str:
    return row.host if row and row.host and any(is_below(host, one) for one in row.hosts) else host


def _at_home(address: Address, row: Platform | None) -> Address:
    """On the host its platform shows it under."""
    if row is None:
        return address
    path = address.path.rstrip("/") or "/"
    return replace(address, scheme="https", host=_home(address.host, row), path=path)


def _shaped(address: Address, row: Platform) -> tuple[Shape | None, Mapping[str, str]]:
    values = address.values()
    for shape in row.shapes:
        if (parts := _parts(shape, address, row, values)) is not None:
            return shape, parts
    return None, {}


def _parts(shape: Shape, address: Address, row: Platform, values: Mapping[str, str]) -> Mapping[str, str] | None:
    if shape.host is None and row.host not in {"", address.host}:
        return None
    parts = shape.parts(address.host, address.path, values)
    return None if parts is None or parts.get("handle", "").lower() in row.reserved else parts


def _turned(address: Address, row: Platform) -> Address | None:
    """The address in the other way of writing it that the platform has; None where it has none."""
    for turn in row.turns:
        parts = _parts(turn.shape, address, row, address.values())
        if parts is not None and (made := _made(address, row, turn, parts)):
            return made
    return None


def _made(address: Address, row: Platform, turn: Turn, parts: Mapping[str, str]) -> Address | None:
    into = turn.into
    for name, part in parts.items():
        for written in (name, *(("number", "pair") if name == "id" else ())):
            into = into.replace(f"{{{written}}}", part.translate(_FOR_A_QUERY))
    made = split(f"https://{row.host or address.host}{into}")
    kept = tuple((name, value) for name, value in address.query if name not in turn.shape.names)
    if made is None or {name for name, _ in made.query} & {name for name, _ in kept}:
        return None
    return replace(made, port=address.port, query=(*made.query, *kept), fragment=address.fragment)


def _closed(url: str) -> str:
    """With its end escaped where a reader would take it for the end of a sentence."""
    return url if trimmed(url) == url else f"{url[:-1]}%{ord(url[-1]):02X}"
