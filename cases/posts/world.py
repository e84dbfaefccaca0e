"""The platforms of a day, asked about a host."""

from collections.abc import Iterator
from dataclasses import dataclass

from cases.catalogue.platforms import EVERYWHERE, Platform, Wrapper, is_below


@dataclass(frozen=True, slots=True)
class World:
    """Rows in force; of hosts that several name, the first row counts."""

    rows: tuple[Platform, ...]

    @property
    def everywhere(self) -> Platform | None:
        """The row that holds for every address."""
        return next((row for row in self.rows if row.slug == EVERYWHERE), None)

    @property
    def anywhere(self) -> Platform | None:
        """The platform whose posts are known by their shape on any host."""
        return next((row for row in self.rows if row.anywhere), None)

    @property
    def wrappers(self) -> Iterator[Wrapper]:
        return (wrapper for row in self.rows for wrapper in row.wraps)

    def platform(self, host: str) -> Platform | None:
        named = (row for row in self.rows if row.slug != EVERYWHERE)
        return next((row for row in named if any(is_below(host, one) for one in row.known_hosts())), None)

    def is_short(self, host: str, row: Platform | None) -> bool:
        rows = (row, self.everywhere)
        return any(is_below(host, one) for known in rows if known for one in known.short)

    def knows(self, host: str) -> bool:
        return self.platform(host) is not None or self.is_short(host, None)
