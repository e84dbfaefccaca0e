"""What one row alone cannot show: names that lead nowhere, rows in each other's way, sentences left out."""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from cases.catalogue.rows import Category, Citation, Clock, Closure, Dated, Principle


def dangling(
    categories: Iterable[Category], citations: Iterable[Citation], principles: Iterable[Principle]
) -> Iterator[str]:
    """Slugs of one file that the other does not hold on any day."""
    categories, principles = tuple(categories), tuple(principles)
    cited = {citation.slug for citation in citations}
    raising = {principle.slug for principle in principles}
    suggested = {category.slug for category in categories}
    for category in categories:
        yield from _unknown(f"categories.toml, {category.slug}: cites", category.cites, cited)
        yield from _unknown(f"categories.toml, {category.slug}: raised by", category.raised_by, raising)
    for principle in principles:
        yield from _unknown(f"principles.toml, {principle.slug}: suggests", principle.categories, suggested)


def astray(clocks: Iterable[Clock], closures: Iterable[Closure]) -> Iterator[str]:
    """Clocks that wait for no clock, closures nobody may use or that come twice."""
    clocks, seen = tuple(clocks), set()
    for clock in clocks:
        waits_for = () if clock.otherwise is None else (clock.otherwise,)
        yield from _unknown(f"clocks.toml, {clock.name}: waits for", waits_for, {other.name for other in clocks})
    for closure in closures:
        if closure.slug in seen:
            yield f"closures.toml, {closure.slug}: comes twice"
        if not all(pair.states and pair.roles for pair in closure.allowed):
            yield f"closures.toml, {closure.slug}: allowed from nowhere, or by nobody"
        seen.add(closure.slug)


def unknown_states(closures: Iterable[Closure], states: Collection[str]) -> Iterator[str]:
    for closure in closures:
        named = [state for pair in closure.allowed for state in pair.states]
        yield from _unknown(f"closures.toml, {closure.slug}: allowed from", named, states)


def overlapping(file: str, named: Iterable[tuple[str, Dated]]) -> Iterator[str]:
    """Names for which two rows are in force on the same day."""
    ordered = sorted(named, key=lambda pair: (pair[0], pair[1].effective_from))
    for (name, earlier), (next_name, later) in pairwise(ordered):
        if name == next_name and (earlier.effective_to is None or later.effective_from <= earlier.effective_to):
            yield f"{file}, {name}: two rows are in force on {later.effective_from}"


def unsaid(file: str, sentences: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """(name, key, sentence) triples whose sentence is empty."""
    for name, key, sentence in sentences:
        if not sentence:
            yield f"{file}, {name}: {key} is missing or empty"


def _unknown(where: str, named: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in named:
        if name not in known:
            yield f"{where} {name!r}, which is unknown"
