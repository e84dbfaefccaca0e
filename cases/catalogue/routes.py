"""Who gets a complaint, and which part of the house is which: the rows of routes.toml, copies.toml, offices.toml."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cases.catalogue.reading import EFFECTIVE, Row, dated
from cases.catalogue.rows import SourcedRow
from cases.catalogue.words import Words
from cases.directory import Person, folded


class Situation(StrEnum):
    """What a route can wait for; `cases/routing` knows when each is true."""

    HIGH_COMMISSIONER = "subject_is_the_high_commissioner"
    LEADS_THE_OFFICE = "subject_leads_the_office"
    HEADS_THE_OFFICE = "subject_heads_the_office"
    HEADS_WITHOUT_DESIGNATE = "subject_heads_the_office_no_clear_designate"
    IGO_STAFF = "subject_is_igo_staff"
    ANONYMOUS = "reporter_anonymous"
    EXTERNAL = "reporter_external"
    NO_SUPERVISOR = "no_supervisor_on_record"
    DOES_NOT_AGREE = "reporter_does_not_agree"
    UNRESOLVED = "unresolved_subject"
    NEXT_CLEAR = "supervisor_conflicted_next_clear"
    NONE_CLEAR = "supervisor_conflicted_none_clear"
    ORDINARY = "ordinary"


class Addition(StrEnum):
    """What a copy can wait for."""

    RETALIATION = "retaliation_and_ethics_may_be_told"
    INSTITUTIONAL_ACCOUNT = "institutional_account"


# Judged before any fact of the reporter, and never sent to the office or through a line of supervision.
OF_SUBJECTS = frozenset(
    {
        Situation.HIGH_COMMISSIONER,
        Situation.LEADS_THE_OFFICE,
        Situation.HEADS_THE_OFFICE,
        Situation.HEADS_WITHOUT_DESIGNATE,
        Situation.IGO_STAFF,
    }
)
OUTWARD = ("outside", "gatekeeper", "designate")
DESTINATIONS = ("supervisor", "next_supervisor", "igo", *OUTWARD)
COPIED = ("ethics", "der")
# Routing asks who these are; the other offices are only named.
ASKED_FOR = ("igo", "inspector_general", "high_commissioner", "designate")
OFFICES = (*ASKED_FOR, "gatekeeper", "outside", *COPIED)


@dataclass(frozen=True, slots=True)
class Route(SourcedRow):
    """Who gets a complaint in a situation; `sentence` is kept as the explanation."""

    situation: str
    to: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Copy(SourcedRow):
    """Who is told besides. `categories` are slugs of which one is enough; what else will do, the situation says."""

    situation: str
    to: tuple[str, ...]
    categories: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Office(SourcedRow):
    """A part of the house, or one post in it, and how the directory shows who belongs to it."""

    slug: str
    name: Words
    units: tuple[str, ...]
    functions: tuple[str, ...]
    numbers: tuple[str, ...]

    def holds(self, person: Person) -> bool:
        """Whether the person belongs to it, by unit, function or staff number, whatever the case."""
        shown = [(self.units, person.unit), (self.functions, person.function)]
        shown += [(self.numbers, number) for number in person.numbers]
        return any(folded(said) in map(folded, known) for known, said in shown)


route = dated(Route, EFFECTIVE, {"situation": Row.text, "to": Row.texts, "sentence": Row.sentence})
added = dated(
    Copy,
    EFFECTIVE,
    {"situation": Row.text, "to": Row.texts, "categories": Row.texts, "sentence": Row.sentence},
)
office = dated(
    Office,
    EFFECTIVE,
    {
        "slug": Row.text,
        "name": Row.words,
        "units": Row.texts,
        "functions": Row.texts,
        "numbers": Row.texts,
    },
)


def astray(routes: Iterable[Route], copies: Iterable[Copy], categories: Collection[str]) -> Iterator[str]:
    """Rows that lead nowhere or wait for what nobody knows, and an order that would let the accused in."""
    of_reporters = ""
    for row in routes:
        concerns_the_office = row.situation in OF_SUBJECTS
        reached = OUTWARD if concerns_the_office else DESTINATIONS
        yield from _unknown(f"{row.found.at('to')}: leads to", row.to or ("nobody",), reached)
        if row.situation not in set(Situation):
            yield f"{row.found.at('situation')}: is a situation nobody can tell"
        elif concerns_the_office and of_reporters:
            yield f"{row.found.at()}: must stand before {of_reporters}: who is accused is asked before who reports"
        elif not concerns_the_office:
            of_reporters = of_reporters or row.situation
            if "igo" not in row.to:
                yield f"{row.found.at('to')}: passes the office by (AI 10.2)"
    for copy in copies:
        yield from _unknown(f"{copy.found.at('to')}: leads to", copy.to or ("nobody",), COPIED)
        yield from _unknown(f"{copy.found.at('categories')}: waits for", copy.categories, categories)
        if copy.situation not in set(Addition):
            yield f"{copy.found.at('situation')}: is a situation nobody can tell"


def unplaced(offices: Iterable[Office]) -> Iterator[str]:
    """Offices nobody knows, and those the routes ask for that no row holds or by which nobody could be told."""
    offices = tuple(offices)
    for row in offices:
        yield from _unknown(f"{row.found.at('slug')}: holds", (row.slug,), OFFICES)
        if row.slug in ASKED_FOR and not (row.units or row.functions or row.numbers):
            yield f"{row.found.at('units')}: no unit, function or number shows who it is"
    for slug in OFFICES:
        if slug not in {row.slug for row in offices}:
            yield f"offices.toml:1: no row {slug!r}"


def _unknown(where: str, named: Iterable[str], known: Collection[str]) -> Iterator[str]:
    return (f"{where} {name!r}, which is unknown" for name in named if name not in known)
