"""What of an address identifies its post, and what only tracks people."""

from dataclasses import replace

from cases.catalogue.platforms import Platform, is_named
from cases.catalogue.shapes import Shape
from cases.posts.addresses import Address, unescaped

_TEXT_FRAGMENT = ":~:"


def without_trackers(
    address: Address, row: Platform | None, everywhere: Platform | None, shape: Shape | None
) -> tuple[Address, list[str]]:
    """The address, and the names of what was left out of it. Names nobody knows are kept."""
    needed = shape.names if shape else ()
    drops = (*(row.drops if row else ()), *(everywhere.drops if everywhere else ()))
    keeps = row.keeps if row else ()
    kept, dropped = list[tuple[str, str | None]](), list[str]()
    for name, value in address.query:
        said = unescaped(name)
        if said not in needed and is_named(said, drops) and not is_named(said, keeps):
            dropped.append(said)
        else:
            kept.append((name, value))
    if row:
        order = {name: (place, "") for place, name in enumerate(needed)}
        kept.sort(key=lambda pair: order.get(unescaped(pair[0]), (len(order), unescaped(pair[0]))))
    fragment = _fragment(address.fragment, row)
    if fragment != address.fragment:
        dropped.append("fragment")
    return replace(address, query=tuple(kept), fragment=fragment), dropped


def _fragment(fragment: str, row: Platform | None) -> str:
    if row and not row.fragment:
        return ""
    return fragment.partition(_TEXT_FRAGMENT)[0]
