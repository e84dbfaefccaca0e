"""The rows of hints.toml: short sentences that help a reporter on, in six languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row
from cases.catalogue.words import Words

SETS: Mapping[str, bool] = MappingProxyType({"post": False, "evidence": True, "hidden": True})
"""What hints are about, and whether each has a `label`, too."""

_NOTHING = Words(())


@dataclass(frozen=True, slots=True)
class Hint:
    """One sentence. `label`, where its set has labels, is what the thing is called."""

    set: str
    slug: str
    label: Words
    text: Words
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool = False
    found: Found = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        return f"{self.set}.{self.slug}"


def hint(row: Row) -> Hint:
    row.only("set", "slug", "label", "text", "source", "verified", "from", "to", "ended")
    starts, ends = row.dates("from", "to")
    set_ = row.one_of("set", tuple(SETS))
    if not SETS[set_] and "label" in row.facts:
        raise row.fail(f"hints of {set_} have no label", "label")
    return Hint(
        set=set_,
        slug=row.text("slug"),
        label=row.words("label") if SETS[set_] else _NOTHING,
        text=row.words("text"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )


def spoken(hints: Iterable[Hint]) -> Iterator[tuple[Found, str, Words]]:
    """(where, key, words) of everything somebody reads."""
    for row in hints:
        yield row.found, "text", row.text
        if SETS[row.set]:
            yield row.found, "label", row.label
