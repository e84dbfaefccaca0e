"""The rows of elsewhere.toml: who may be in the wrong place, and whom they turn to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row
from cases.catalogue.words import Words

_CONTACT = re.compile(r"mailto:[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+|https://[\w\-]+(?:\.[\w\-]+)+/[\w\-./]*|tel:\+?[0-9\-]+")
_DAYS = ("from", "to", "ended")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One kind of need. `question` tells whether it is one's own, `text` what to know, `steps` what to do, in order.

    `contact` are addresses (mailto:, https:, tel:). `file_here`: besides, a complaint belongs here.
    """

    slug: str
    question: Words
    text: Words
    steps: tuple[Words, ...]
    contact: tuple[str, ...]
    file_here: bool
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool = False
    found: Found = field(default=NOWHERE, compare=False)


def elsewhere(row: Row) -> Elsewhere:
    row.only("slug", "question", "text", "step", "contact", "file_here", "source", "verified", *_DAYS)
    starts, ends = row.dates("from", "to")
    contact = row.texts("contact")
    for one in contact:
        if not _CONTACT.fullmatch(one):
            raise row.fail(f"contact {one!r} is neither mailto:, https: nor tel:", "contact")
    return Elsewhere(
        slug=row.text("slug"),
        question=row.words("question"),
        text=row.words("text"),
        steps=tuple(_step(step) for step in row.inner("step")),
        contact=contact,
        file_here=row.flag("file_here"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )


def _step(row: Row) -> Words:
    row.only("text")
    return row.words("text")


def spoken(rows: Iterable[Elsewhere]) -> Iterator[tuple[Found, str, Words]]:
    """(where, key, words) of everything somebody reads."""
    for row in rows:
        yield row.found, "question", row.question
        yield row.found, "text", row.text
        for number, step in enumerate(row.steps):
            yield row.found.inner("step", number), "text", step
