"""What one row alone cannot show: names that lead nowhere, rows in each other's way, days and sentences left out."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TypeVar

from cases.catalogue.deciding import TERM_SETS, Term
from cases.catalogue.governing import Article, Instrument, Provision
from cases.catalogue.lines import Found
from cases.catalogue.rows import (
    Category,
    Citation,
    Closure,
    Dated,
    Endable,
    Placed,
    Principle,
    in_force,
)
from cases.catalogue.words import LANGUAGES, Language, Words
from cases.directory import PERSONNEL_TYPES

P = TypeVar("P", bound=Placed)
DAY = timedelta(days=1)


def dangling(
    categories: Iterable[Category], citations: Iterable[Citation], principles: Iterable[Principle]
) -> Iterator[str]:
    """Slugs of one file that the other does not hold on any day."""
    categories, principles = tuple(categories), tuple(principles)
    cited = {citation.slug for citation in citations}
    raising = {principle.slug for principle in principles}
    suggested = {category.slug for category in categories}
    for category in categories:
        yield from _unknown(category.found.at("cites"), "cites", category.cites, cited)
        yield from _unknown(category.found.at("raised_by"), "raised by", category.raised_by, raising)
    for principle in principles:
        yield from _unknown(principle.found.at("categories"), "suggests", principle.categories, suggested)


def astray(closures: Iterable[Closure]) -> Iterator[str]:
    """Closures nobody may use, or that come twice."""
    seen = set()
    for closure in closures:
        if closure.slug in seen:
            yield f"{closure.found.at('slug')}: comes twice"
        if not all(pair.states and pair.roles for pair in closure.allowed):
            yield f"{closure.found.at('allowed')}: allowed from nowhere, or by nobody"
        seen.add(closure.slug)


def uncited(
    citations: Iterable[Citation], instruments: Iterable[Instrument], articles: Iterable[Article]
) -> Iterator[str]:
    """Citations of an article or an edition nobody knows, or of days on which it was not in force."""
    editions, articles = {row.edition: row for row in instruments}, tuple(articles)
    for citation in citations:
        edition = editions.get(citation.edition)
        if not in_force((row for row in articles if row.slug == citation.instrument), citation.effective_from):
            where = citation.found.at("instrument")
            yield f"{where}: instrument {citation.instrument!r} has no row in articles.toml on its first day"
        if edition is None:
            yield f"{citation.found.at('edition')}: edition {citation.edition!r} is in no row of instruments.toml"
        elif citation.effective_from < edition.effective_from or _last(citation) > _last(edition):
            yield f"{citation.found.at('effective_from')}: outside the days of {edition.edition}"


def lacking(languages: Iterable[Language], provisions: Iterable[Provision], terms: Iterable[Term]) -> Iterator[str]:
    """Languages, kinds of personnel and sets of terms that have no row, or languages that have two."""
    seen = set[str]()
    for language in languages:
        if language.code in seen:
            yield f"{language.found.at('code')}: comes twice"
        seen.add(language.code)
    yield from (f"languages.toml:1: no row for {code}" for code in LANGUAGES if code not in seen)
    governed = {row.personnel_type for row in provisions}
    yield from (f"provisions.toml:1: no row for {kind}" for kind in sorted(PERSONNEL_TYPES - governed))
    sets = {row.set for row in terms}
    yield from (f"terms.toml:1: no row of the set {name}" for name in TERM_SETS if name not in sets)


def overlapping(named: Iterable[tuple[str, Placed]]) -> Iterator[str]:
    """Names for which two rows are in force on the same day, at the later row."""
    for name, rows in _by_name(named):
        for earlier, later in pairwise(rows):
            if earlier.effective_to is None or later.effective_from <= earlier.effective_to:
                yield f"{later.found.at()}: two rows of {name} are in force on {later.effective_from}"


def uncovered(named: Iterable[tuple[str, Endable]]) -> Iterator[str]:
    """Names whose rows leave days out, or end, although no row says `ended = true`; at the row after which they do."""
    for name, rows in _by_name(named):
        for earlier, later in pairwise(rows):
            until = earlier.effective_to
            if until and not earlier.ended and later.effective_from > until + DAY:
                yield f"{_end(earlier)}: {name} has no row from {until + DAY} to {later.effective_from - DAY}"
        if rows[-1].effective_to and not rows[-1].ended:
            yield f"{_end(rows[-1])}: nothing follows, so {name} needs a further row or ended = true"


def unsaid(sentences: Iterable[tuple[Found, str, str]]) -> Iterator[str]:
    """(where, key, sentence) triples whose sentence is empty."""
    for found, key, sentence in sentences:
        if not sentence:
            yield f"{found.at(key)}: {key} is missing or empty"


def untranslated(sentences: Iterable[tuple[Found, str, Words]]) -> Iterator[str]:
    """(where, key, words) triples that lack a language; each language is a fault of its own."""
    for found, key, words in sentences:
        for language in words.missing():
            yield f"{found.at(key, language)}: {key} is missing in {language}"


def _unknown(where: str, what: str, named: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in named:
        if name not in known:
            yield f"{where}: {what} {name!r}, which is unknown"


def _by_name(named: Iterable[tuple[str, P]]) -> Iterator[tuple[str, list[P]]]:
    """Rows by name, each name's rows by their first day."""
    ordered = sorted(named, key=lambda pair: (pair[0], pair[1].effective_from))
    for name, pairs in groupby(ordered, key=lambda pair: pair[0]):
        yield name, [row for _, row in pairs]


def _end(row: Placed) -> str:
    return row.found.at("effective_to" if ("effective_to",) in row.found.keys else "to")


def _last(row: Dated) -> date:
    return row.effective_to or date.max
