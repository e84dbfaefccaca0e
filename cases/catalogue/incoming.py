"""Mails that are not taken in as complaints: the rows of incoming.toml."""

from dataclasses import dataclass, field
from datetime import date

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A mail with this header, in small letters. Empty `begins`: whatever it says; `unless` wins over both."""

    slug: str
    header: str
    begins: tuple[str, ...]
    unless: tuple[str, ...]
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    found: Found = field(default=NOWHERE, compare=False)

    def is_met(self, value: str) -> bool:
        """Whether a value of the header, in small letters and stripped, makes a mail unwanted."""
        if value.startswith(self.unless):
            return False
        return not self.begins or value.startswith(self.begins)


def unwanted(row: Row) -> Unwanted:
    row.only("slug", "header", "begins", "unless", "source", "verified", "from", "to")
    starts, ends = row.dates("from", "to")
    return Unwanted(
        slug=row.text("slug"),
        header=row.text("header").lower(),
        begins=_small(row, "begins"),
        unless=_small(row, "unless"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        found=row.found,
    )


def _small(row: Row, key: str) -> tuple[str, ...]:
    """Texts in small letters; an empty one among them would stand for every value."""
    said = row.texts(key) if key in row.facts else ()
    if not all(said):
        raise row.fail(f"{key} holds an empty text", key)
    return tuple(one.lower() for one in said)
