"""What stands before a case: where posts stand, who else can help a reporter, sentences that help on, and which mails
are no complaint.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cases.catalogue import checks
from cases.catalogue import elsewhere as elsewhere_rows
from cases.catalogue import hints as hint_rows
from cases.catalogue import platforms as platform_rows
from cases.catalogue.elsewhere import Elsewhere
from cases.catalogue.hints import Hint
from cases.catalogue.incoming import Unwanted
from cases.catalogue.platforms import Platform
from cases.catalogue.rows import in_force
from cases.errors import CatalogueBroken


@dataclass(frozen=True, slots=True)
class Guidance:
    """That part of the catalogue, every row of every day."""

    platforms: tuple[Platform, ...]
    hints: tuple[Hint, ...]
    elsewhere: tuple[Elsewhere, ...]
    unwanted: tuple[Unwanted, ...]

    def platforms_on(self, day: date) -> tuple[Platform, ...]:
        """For `cases.posts.read_post`."""
        return in_force(self.platforms, day)

    def elsewhere_on(self, day: date) -> tuple[Elsewhere, ...]:
        """In the order in which they are asked: what cannot wait comes first."""
        return in_force(self.elsewhere, day)

    def unwanted_on(self, day: date) -> tuple[Unwanted, ...]:
        """Mails that are not taken in as complaints."""
        return in_force(self.unwanted, day)

    def hint(self, set_: str, slug: str, day: date) -> Hint:
        """CatalogueBroken when there is none on that day."""
        for row in in_force(self.hints, day):
            if (row.set, row.slug) == (set_, slug):
                return row
        raise CatalogueBroken(f"hints.toml: no hint {set_}.{slug} is in force on {day}")

    def guidance_faults(self) -> Iterator[str]:
        """Everything of this part that does not hold together, as `file:line: row: reason`."""
        yield from platform_rows.faults(self.platforms)
        lasting = (
            [(row.slug, row) for row in self.platforms],
            [(row.name, row) for row in self.hints],
            [(row.slug, row) for row in self.elsewhere],
        )
        for named in lasting:
            yield from checks.overlapping(named)
            yield from checks.uncovered(named)
        yield from checks.untranslated(hint_rows.spoken(self.hints))
        yield from checks.untranslated(elsewhere_rows.spoken(self.elsewhere))
