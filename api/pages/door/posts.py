"""What the desk reads out of what somebody pasted as the address of a post, and what it says back to them."""

from collections.abc import Iterator, Mapping

from flask import g

from api.context import desk, now
from api.pages.words import _
from cases.posts import ADDRESS_LETTERS, PostFault, PostRead, read_post

SETTLED = {PostFault.HANDLE_ONLY, PostFault.NO_ADDRESS}
"""Said only where nothing else tells which account is meant."""


def read(row: Mapping[str, str]) -> PostRead:
    """What was understood of a row of the form."""
    return _read(row.get("address", ""))


def _read(text: str) -> PostRead:
    """Read once for a page, however often it is asked for: somebody may paste what takes long to read."""
    known: dict[str, PostRead] = g.setdefault("posts_read", {})
    if text not in known:
        known[text] = read_post(text, desk().law.platforms_on(now().date()))
    return known[text]


def mended(row: Mapping[str, str]) -> dict[str, str]:
    """The row as the complaint has it: what was pasted becomes an address, without what only tracks people.

    What somebody wrote themselves wins over what the address says. Where there is no address, or more than one, their
    words stay.
    """
    found = read(row)
    pasted = row.get("address", "").strip()
    address = _each_mended(pasted) if PostFault.SEVERAL in found.faults else found.url or pasted
    platform = row.get("platform", "").strip() or found.platform_name
    handle = row.get("handle", "").strip() or found.handle
    return {**row, "address": address, "platform": platform, "handle": handle}


def _each_mended(pasted: str) -> str:
    """A text with each address in it mended; one too long to be kept stays as it is, and is refused as that."""
    if len(pasted) > ADDRESS_LETTERS:
        return pasted
    return " ".join(_read(word).url or word for word in pasted.split())


def said_back(row: Mapping[str, str]) -> list[str]:
    """Sentences on what was understood of what was pasted; none where nothing was."""
    return list(_said(row, read(row))) if row.get("address", "").strip() else []


def _said(row: Mapping[str, str], found: PostRead) -> Iterator[str]:
    parts = [found.platform_name, found.handle, found.shown]
    if what := " · ".join(f"\u2068{part}\u2069" for part in parts if part):  # each keeps its own direction
        yield _("Read as: %(what)s") % {"what": what}
    if found.dropped:
        yield _("Left out, because it only tracks people: %(what)s") % {"what": ", ".join(found.dropped)}
    named = row.get("handle", "").strip()
    for fault in found.faults:
        if not (fault in SETTLED and named):
            yield desk().law.hint("post", str(fault), now().date()).text.in_(g.language)
