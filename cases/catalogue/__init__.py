"""The rules as dated data: categories, citations, principles, closures, clocks, routes, offices, wordings.

A rule that changes gets an end date and a new row under the same slug: a case keeps what was in force on its day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from cases.catalogue import checks, reading
from cases.catalogue import routes as routing_rows
from cases.catalogue.routes import Copy, Office, Route
from cases.catalogue.rows import Allowed, Category, Citation, Clock, Closure, Principle, Wording, in_force
from cases.errors import CatalogueBroken
from cases.people import Role

__all__ = [
    "Allowed",
    "Catalogue",
    "Category",
    "Citation",
    "Clock",
    "Closure",
    "Copy",
    "Office",
    "Principle",
    "Route",
    "Wording",
    "load",
    "read",
]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every row of every day; the methods with `_on` give those in force on one."""

    categories: tuple[Category, ...]
    citations: tuple[Citation, ...]
    principles: tuple[Principle, ...]
    closures: tuple[Closure, ...]
    clocks: tuple[Clock, ...]
    routes: tuple[Route, ...]
    wordings: tuple[Wording, ...]
    copies: tuple[Copy, ...] = ()
    offices: tuple[Office, ...] = ()

    def categories_on(self, day: date) -> tuple[Category, ...]:
        return in_force(self.categories, day)

    def citations_on(self, day: date) -> tuple[Citation, ...]:
        return in_force(self.citations, day)

    def principles_on(self, day: date) -> tuple[Principle, ...]:
        return in_force(self.principles, day)

    def routes_on(self, day: date) -> tuple[Route, ...]:
        """In the order in which they are tried: the first that matches wins."""
        return in_force(self.routes, day)

    def copies_on(self, day: date) -> tuple[Copy, ...]:
        """Every one that applies adds whom it names."""
        return in_force(self.copies, day)

    def office(self, slug: str, day: date) -> Office:
        """CatalogueBroken when no row says on that day who it is."""
        for office in in_force(self.offices, day):
            if office.slug == slug:
                return office
        raise CatalogueBroken(f"offices.toml: no office {slug!r} is in force on {day}")

    def categories_for(self, concerns: Iterable[str], day: date) -> tuple[str, ...]:
        """Slugs of the categories that a reporter's concerns (slugs of categories or principles) suggest on a day."""
        raised = set(concerns)
        raised.update(slug for row in self.principles_on(day) if row.slug in raised for slug in row.categories)
        return tuple(row.slug for row in self.categories_on(day) if row.slug in raised)

    def closures_for(self, state: str, role: Role) -> tuple[str, ...]:
        """Slugs of the reasons for which this role may close a case in this state."""
        return tuple(row.slug for row in self.closures if row.allows(state, role))

    def clock(self, name: str, day: date) -> Clock:
        """CatalogueBroken when no clock of that name runs on that day."""
        for clock in in_force(self.clocks, day):
            if clock.name == name:
                return clock
        raise CatalogueBroken(f"clocks.toml: no clock {name!r} is in force on {day}")

    def wording(self, slug: str, day: date, language: str = "en") -> Wording:
        """What a reporter reads, in English where the language has no row. CatalogueBroken when there is none."""
        rows = {row.language: row for row in in_force(self.wordings, day) if row.slug == slug}
        if found := rows.get(language) or rows.get("en"):
            return found
        raise CatalogueBroken(f"wordings.toml: no words {slug!r} are in force on {day}")

    def check(self, states: Collection[str] = ()) -> list[str]:
        """Everything that does not hold together, by file and row; [] when all is sound.

        `states`, when given, are the only ones a closure reason may name: the table of states is kept elsewhere.
        """
        return [
            *checks.dangling(self.categories, self.citations, self.principles),
            *checks.astray(self.clocks, self.closures),
            *routing_rows.astray(self.routes, self.copies, {row.slug for row in self.categories}),
            *(routing_rows.unplaced(self.offices) if self.routes else ()),
            *(checks.unknown_states(self.closures, states) if states else ()),
            *self._overlapping(),
            *self._unsaid(),
        ]

    def _overlapping(self) -> list[str]:
        return [
            *checks.overlapping("categories.toml", ((row.slug, row) for row in self.categories)),
            *checks.overlapping("citations.toml", ((row.slug, row) for row in self.citations)),
            *checks.overlapping("principles.toml", ((row.slug, row) for row in self.principles)),
            *checks.overlapping("clocks.toml", ((row.name, row) for row in self.clocks)),
            *checks.overlapping("wordings.toml", ((row.name, row) for row in self.wordings)),
            *checks.overlapping("routes.toml", ((row.situation, row) for row in self._routing())),
            *checks.overlapping("offices.toml", ((row.slug, row) for row in self.offices)),
        ]

    def _routing(self) -> tuple[Route | Copy, ...]:
        return (*self.routes, *self.copies)

    def _unsaid(self) -> list[str]:
        citations = [(row.slug, key, getattr(row, key)) for row in self.citations for key in ("heading", "summary")]
        spoken = ("heading", "summary", "question")
        return [
            *checks.unsaid("categories.toml", ((row.slug, "label", row.label) for row in self.categories)),
            *checks.unsaid("citations.toml", citations),
            *checks.unsaid(
                "principles.toml", [(row.slug, key, getattr(row, key)) for row in self.principles for key in spoken]
            ),
            *checks.unsaid("closures.toml", ((row.slug, "label", row.label) for row in self.closures)),
            *checks.unsaid("clocks.toml", ((row.name, "label", row.label) for row in self.clocks)),
            *checks.unsaid("wordings.toml", ((row.name, "text", row.text) for row in self.wordings)),
            *checks.unsaid("routes.toml", ((row.situation, "sentence", row.sentence) for row in self._routing())),
            *checks.unsaid("offices.toml", ((row.slug, "name", row.name) for row in self.offices)),
        ]


@cache
def load(own: Path | None = None) -> Catalogue:
    """The catalogue shipped with this package; a file of the folder `own` stands in for the shipped one of its name.

    CatalogueBroken, with every fault, unless it is sound.
    """
    catalogue = read(files(__name__) if own is None else Overlaid(files(__name__), own))
    if faults := catalogue.check():
        raise CatalogueBroken("; ".join(faults))
    return catalogue


class Overlaid:
    """The shipped files, some of them replaced by an administrator's. CatalogueBroken for a file nobody would read."""

    def __init__(self, shipped: Traversable, own: Path) -> None:
        self._shipped, self._own = shipped, own
        known = {file.name for file in shipped.iterdir() if file.name.endswith(".toml")}
        try:
            strange = sorted({file.name for file in own.iterdir()} - known)
        except OSError as error:
            raise CatalogueBroken(f"{own}: cannot be read: {error.strerror}") from error
        if strange:
            raise CatalogueBroken(f"{own}: holds {', '.join(strange)}; known are {', '.join(sorted(known))}")

    def joinpath(self, name: str) -> Traversable:
        own = self._own / name
        return own if own.exists() else self._shipped.joinpath(name)


def read(folder: reading.Folder) -> Catalogue:
    """The eight files of a folder, each by itself. CatalogueBroken at the first row that cannot be read."""
    return Catalogue(
        categories=reading.read_rows(folder, "category", reading.category, file="categories.toml"),
        citations=reading.read_rows(folder, "citation", reading.citation, file="citations.toml"),
        principles=reading.read_rows(folder, "principle", reading.principle, file="principles.toml"),
        closures=reading.read_rows(folder, "closure", reading.closure, file="closures.toml"),
        clocks=reading.read_rows(folder, "clock", reading.clock, file="clocks.toml"),
        routes=reading.read_rows(folder, "route", routing_rows.route, file="routes.toml", beside="copy"),
        wordings=reading.read_rows(folder, "wording", reading.wording, file="wordings.toml"),
        copies=reading.read_rows(folder, "copy", routing_rows.added, file="routes.toml", beside="route"),
        offices=reading.read_rows(folder, "office", routing_rows.office, file="offices.toml"),
    )
