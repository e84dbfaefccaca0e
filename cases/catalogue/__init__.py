"""The rules as dated data: categories, citations, principles, provisions, measures, clocks, routes, notices, words …

A rule that changes gets an end date and a new row under the same slug: a case keeps what was in force on its day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cases.catalogue import checks, deciding, elsewhere, governing, hints, incoming, platforms, reading, telling, timing
from cases.catalogue import letters as letter_rows
from cases.catalogue import routes as routing_rows
from cases.catalogue.deciding import Measure, Term
from cases.catalogue.elsewhere import Elsewhere
from cases.catalogue.governing import Article, Instrument, Provision
from cases.catalogue.guidance import Guidance
from cases.catalogue.hints import Hint
from cases.catalogue.letters import Letter
from cases.catalogue.own import Overlaid
from cases.catalogue.platforms import Platform
from cases.catalogue.routes import Copy, Office, Route
from cases.catalogue.rows import (
    Allowed,
    Category,
    Citation,
    Closure,
    D,
    Principle,
    Wording,
    in_force,
    nearest,
)
from cases.catalogue.telling import Announcement, MailWords, Rhythm
from cases.catalogue.timing import DEFAULT, Belongs, Calendar, Clock, Extension, Length, Tell
from cases.catalogue.words import LANGUAGES, Language, Words
from cases.errors import CatalogueBroken
from cases.people import Role

__all__ = [
    "LANGUAGES",
    "Allowed",
    "Announcement",
    "Article",
    "Belongs",
    "Calendar",
    "Catalogue",
    "Category",
    "Citation",
    "Clock",
    "Closure",
    "Copy",
    "Elsewhere",
    "Extension",
    "Hint",
    "Instrument",
    "Language",
    "Length",
    "Letter",
    "MailWords",
    "Measure",
    "Office",
    "Platform",
    "Principle",
    "Provision",
    "Rhythm",
    "Route",
    "Tell",
    "Term",
    "Wording",
    "Words",
    "load",
    "read",
]

_STAFF = "staff"
NO_MEASURE = "none"


@dataclass(frozen=True, slots=True)
class Catalogue(Guidance):
    """Every row of every day; the methods with `_on` give those in force on one."""

    categories: tuple[Category, ...]
    citations: tuple[Citation, ...]
    principles: tuple[Principle, ...]
    closures: tuple[Closure, ...]
    clocks: tuple[Clock, ...]
    routes: tuple[Route, ...]
    wordings: tuple[Wording, ...]
    copies: tuple[Copy, ...]
    offices: tuple[Office, ...]
    calendars: tuple[Calendar, ...]
    instruments: tuple[Instrument, ...]
    articles: tuple[Article, ...]
    provisions: tuple[Provision, ...]
    measures: tuple[Measure, ...]
    choices: tuple[Term, ...]
    languages: tuple[Language, ...]
    announcements: tuple[Announcement, ...]
    rhythms: tuple[Rhythm, ...]
    mails: tuple[MailWords, ...]
    letters: tuple[Letter, ...]
    digest: str = field(default="", compare=False)
    """Hex SHA-256 over the files it was read from, for the ledger to say which rules were in force."""

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

    def clocks_on(self, day: date) -> tuple[Clock, ...]:
        return in_force(self.clocks, day)

    def calendar(self, office: str = DEFAULT) -> Calendar:
        """The calendar of an office, or the default where it has none of its own. CatalogueBroken without either."""
        named = {row.office: row for row in self.calendars}
        if found := named.get(office) or named.get(DEFAULT):
            return found
        raise CatalogueBroken(f"calendars.toml: no calendar for {office!r}, and no default")

    def article(self, citation: Citation) -> Words:
        """What the article is called that a paragraph belongs to. CatalogueBroken without a row."""
        named = (row for row in self.articles if row.slug == citation.instrument)
        return _only(named, citation.effective_from, f"articles.toml: no article {citation.instrument!r}").name

    def closure(self, slug: str) -> Closure | None:
        return next((row for row in self.closures if row.slug == slug), None)

    def is_measure(self, slug: str, day: date) -> bool:
        """Whether a measure does something: `none` is an answer, too, and does nothing."""
        return slug != NO_MEASURE and any(row.slug == slug for row in self.measures_on(day))

    def provisions_on(self, day: date) -> tuple[Provision, ...]:
        return in_force(self.provisions, day)

    def provisions_for(self, personnel_type: str, day: date) -> Provision:
        """What governs a kind of personnel on a day, or nearest to it. One nobody knows, or none, is taken for staff:
        the answer's own `personnel_type` then differs. CatalogueBroken without any row for staff.
        """
        kinds = {row.personnel_type for row in self.provisions}
        wanted = personnel_type if personnel_type in kinds else _STAFF
        if found := nearest((row for row in self.provisions if row.personnel_type == wanted), day):
            return found
        raise CatalogueBroken(f"provisions.toml: no row governs {wanted}")

    def measures_on(self, day: date) -> tuple[Measure, ...]:
        return in_force(self.measures, day)

    def audience(self, decider: str) -> str:
        """Whether an authority decides on staff or on affiliates: whose measures it may take."""
        kinds = {row.personnel_type for row in self.provisions if row.decider == decider}
        return "staff" if _STAFF in kinds else "affiliate"

    def terms(self, of: str, day: date) -> tuple[Term, ...]:
        """The choices of a set (`deciding.TERM_SETS`) on a day, in their order."""
        return in_force((row for row in self.choices if row.set == of), day)

    def term(self, of: str, slug: str, day: date) -> Term | None:
        """One choice of a set; None when it is not among those of the day."""
        return next((row for row in self.terms(of, day) if row.slug == slug), None)

    def letters_on(self, day: date) -> tuple[Letter, ...]:
        return in_force(self.letters, day)

    def reviews_on(self, day: date) -> tuple[Instrument, ...]:
        """Instruments in force that must be reviewed by some day."""
        return tuple(row for row in in_force(self.instruments, day) if row.review_by)

    def reviews_overdue(self, day: date) -> tuple[Instrument, ...]:
        return tuple(row for row in self.reviews_on(day) if row.overdue(day))

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

    def announcements_on(self, what: str, day: date) -> tuple[Announcement, ...]:
        """Who is told of something on a day, and how."""
        return in_force((row for row in self.announcements if row.what == what), day)

    def timings(self, day: date) -> tuple[str, ...]:
        """When a person can choose to be written to: at once, or in a rhythm of that day."""
        return (telling.AT_ONCE, *(row.slug for row in in_force(self.rhythms, day)))

    def rhythm(self, slug: str, day: date) -> Rhythm:
        """CatalogueBroken when none of that name is in force on that day."""
        return _only((row for row in self.rhythms if row.slug == slug), day, f"rhythms.toml: no rhythm {slug!r}")

    def mail(self, slug: str, day: date) -> MailWords:
        """CatalogueBroken when there are no such words on that day."""
        return _only((row for row in self.mails if row.slug == slug), day, f"mails.toml: no words {slug!r}")

    def check(self) -> list[str]:
        """Everything that does not hold together, as `file:line: row: reason`; [] when all is sound.

        Whether it fits the table of steps is asked elsewhere (`cases.casework.law`).
        """
        return [
            *checks.dangling(self.categories, self.citations, self.principles),
            *checks.astray(self.closures),
            *routing_rows.astray(self.routes, self.copies, {row.slug for row in self.categories}),
            *routing_rows.unplaced(self.offices),
            *timing.clock_faults(self.clocks),
            *timing.calendar_faults(self.calendars),
            *checks.uncited(self.citations, self.instruments, self.articles),
            *checks.lacking(self.languages, self.provisions, self.choices),
            *telling.faults(self.announcements, self.rhythms, self.mails, self.clocks),
            *letter_rows.unlike(self.letters),
            *self.guidance_faults(),
            *self._misplaced(),
            *self._unsaid(),
        ]

    def _routing(self) -> tuple[Route | Copy, ...]:
        return (*self.routes, *self.copies)

    def _misplaced(self) -> Iterator[str]:
        """Two rows of one name on one day, and days without any."""
        lasting = (
            [(row.slug, row) for row in self.categories],
            [(row.slug, row) for row in self.citations],
            [(row.slug, row) for row in self.principles],
            [(row.slug, row) for row in self.instruments],
            [(row.slug, row) for row in self.articles],
            [(row.personnel_type, row) for row in self.provisions],
            [(row.slug, row) for row in self.measures],
            [(row.name, row) for row in self.choices],
            [(row.slug, row) for row in self.letters],
        )
        for named in lasting:
            yield from checks.overlapping(named)
            yield from checks.uncovered(named)
        yield from checks.overlapping((row.name, row) for row in self.clocks)
        yield from checks.overlapping((row.name, row) for row in self.wordings)
        yield from checks.overlapping((row.situation, row) for row in self._routing())
        yield from checks.overlapping((row.slug, row) for row in self.offices)
        yield from checks.overlapping(telling.named(self.announcements))
        yield from checks.overlapping((row.slug, row) for row in self.rhythms)
        yield from checks.overlapping((row.slug, row) for row in self.mails)

    def _unsaid(self) -> Iterator[str]:
        """Sentences left out, in English or in any other language."""
        for word in ("heading", "summary"):
            yield from checks.unsaid((row.found, word, getattr(row, word)) for row in self.citations)
        for word in ("heading", "question"):
            yield from checks.untranslated((row.found, word, getattr(row, word)) for row in self.principles)
        yield from checks.untranslated((row.found, "label", row.label) for row in self.categories)
        yield from checks.untranslated((row.found, "title", row.title) for row in self.instruments)
        named: tuple[Article | Office, ...] = (*self.articles, *self.offices)
        yield from checks.untranslated((row.found, "name", row.name) for row in named)
        yield from checks.untranslated(telling.spoken(self.announcements, self.rhythms, self.mails))
        yield from checks.untranslated((row.found, "text", row.text) for row in self.letters)
        yield from checks.unsaid((row.found, "summary", row.summary) for row in self.principles)
        labelled: tuple[Closure | Clock | Measure | Term, ...] = (
            *self.closures, *self.clocks, *self.measures, *self.choices,
        )  # fmt: skip
        yield from checks.unsaid((row.found, "label", row.label) for row in labelled)
        yield from checks.unsaid((row.found, "text", row.text) for row in self.wordings)
        yield from checks.unsaid((row.found, "sentence", row.sentence) for row in self._routing())


def _only(rows: Iterable[D], day: date, otherwise: str) -> D:
    """The row in force on a day. CatalogueBroken when there is none."""
    for row in in_force(rows, day):
        return row
    raise CatalogueBroken(f"{otherwise} is in force on {day}")


@cache
def load(own: Path | None = None) -> Catalogue:
    """The catalogue shipped with this package; a file of the folder `own` stands in for the shipped one of its name.

    CatalogueBroken, with every fault, unless it is sound.
    """
    catalogue = read(files(__name__) if own is None else Overlaid(files(__name__), own))
    if faults := catalogue.check():
        raise CatalogueBroken(*faults)
    return catalogue


_READERS: Mapping[str, tuple[str, str, Callable[[reading.Row], Any]]] = MappingProxyType(
    {
        "categories": ("categories.toml", "category", reading.category),
        "citations": ("citations.toml", "citation", reading.citation),
        "principles": ("principles.toml", "principle", reading.principle),
        "closures": ("closures.toml", "closure", reading.closure),
        "clocks": ("clocks.toml", "clock", timing.clock),
        "calendars": ("calendars.toml", "calendar", timing.calendar),
        "routes": ("routes.toml", "route", routing_rows.route),
        "copies": ("copies.toml", "copy", routing_rows.added),
        "offices": ("offices.toml", "office", routing_rows.office),
        "wordings": ("wordings.toml", "wording", reading.wording),
        "instruments": ("instruments.toml", "instrument", governing.instrument),
        "articles": ("articles.toml", "article", governing.article),
        "provisions": ("provisions.toml", "provision", governing.provision),
        "measures": ("measures.toml", "measure", deciding.measure),
        "choices": ("terms.toml", "term", deciding.term),
        "languages": ("languages.toml", "language", reading.language),
        "announcements": ("notices.toml", "notice", telling.announcement),
        "rhythms": ("rhythms.toml", "rhythm", telling.rhythm),
        "mails": ("mails.toml", "mail", telling.mail_words),
        "letters": ("letters.toml", "letter", letter_rows.letter),
        "platforms": ("platforms.toml", "platform", platforms.platform),
        "elsewhere": ("elsewhere.toml", "elsewhere", elsewhere.elsewhere),
        "hints": ("hints.toml", "hint", hints.hint),
        "unwanted": ("incoming.toml", "unwanted", incoming.unwanted),
    }
)


def read(folder: reading.Folder) -> Catalogue:
    """The files of a folder, each by itself. CatalogueBroken names every row that cannot be read."""
    rows, faults, seen = dict[str, tuple[Any, ...]](), list[str](), sha256()
    for part, (file, table, make) in _READERS.items():
        try:
            rows[part] = reading.read_rows(folder, table, make, file=file)
            seen.update(sha256(folder.joinpath(file).read_bytes()).digest())
        except CatalogueBroken as broken:
            faults.extend(broken.faults)
    if faults:
        raise CatalogueBroken(*faults)
    return Catalogue(**rows, digest=seen.hexdigest())
