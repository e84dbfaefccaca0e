"""The paragraphs a case shows for a category: those in force on the day of the conduct, and what to mind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cases.catalogue import Catalogue, Category, Citation, Provision
from cases.catalogue.rows import in_force, nearest
from cases.errors import CatalogueBroken


@dataclass(frozen=True, slots=True)
class Cited:
    """What stands beside an allegation.

    `paragraphs` bind the person; for affiliate workforce there are none, and `corresponding` holds those of the staff
    to which the rules in their own conditions of service correspond (AI 7.1). `uncovered`: slugs of which no edition
    kept here was in force on that day (`on`). `editions_differ`: a paragraph reads otherwise on `known_on`.
    """

    category: str
    on: date
    known_on: date
    paragraphs: tuple[Citation, ...]
    corresponding: tuple[Citation, ...]
    uncovered: tuple[str, ...]
    provision: Provision
    personnel_type_unknown: bool
    date_unknown: bool
    editions_differ: bool
    unverified: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """One sentence for each thing to mind."""
        return tuple(_remarks(self))


def cited(law: Catalogue, category_slug: str, personnel_type: str, conduct_on: date | None, known_on: date) -> Cited:
    """The paragraphs of a category in force on the day of the conduct, or on `known_on` when that day is unknown.

    `known_on` is the day from which one looks back: `editions_differ` when a paragraph reads otherwise then. A
    category keeps what it cited on the day of the conduct, or nearest to it. Raises CatalogueBroken for a category
    nobody knows.
    """
    on = conduct_on or known_on
    category = _category(law, category_slug, on)
    in_row = {row.slug: row for row in in_force(law.citations, on)}
    rows = tuple(in_row[slug] for slug in category.cites if slug in in_row)
    provision = law.provisions_for(personnel_type, on)
    return Cited(
        category=category_slug,
        on=on,
        known_on=known_on,
        paragraphs=rows if provision.cites_staff_rules else (),
        corresponding=() if provision.cites_staff_rules else rows,
        uncovered=tuple(slug for slug in category.cites if slug not in in_row),
        provision=provision,
        personnel_type_unknown=provision.personnel_type != personnel_type,
        date_unknown=conduct_on is None,
        editions_differ=_read_otherwise(rows, in_force(law.citations, known_on)),
        unverified=not all(row.verified for row in rows),
    )


def _category(law: Catalogue, slug: str, on: date) -> Category:
    if found := nearest((row for row in law.categories if row.slug == slug), on):
        return found
    raise CatalogueBroken(f"categories.toml: no row {slug!r}, which a case was given")


def _read_otherwise(then: Iterable[Citation], now: Iterable[Citation]) -> bool:
    """Whether a paragraph stands in another edition or under another letter, or no longer at all."""
    today = {row.slug: (row.edition, row.paragraph) for row in now}
    return any(today.get(row.slug) != (row.edition, row.paragraph) for row in then)


def _remarks(seen: Cited) -> Iterator[str]:
    if seen.date_unknown:
        yield f"The day of the conduct is unknown: cited as in force on {seen.on}; another edition may have applied."
    if seen.editions_differ:
        yield (
            f"Cited as in force on {seen.on}, the day of the conduct; on {seen.known_on} another edition was in force."
        )
    if seen.uncovered:
        yield f"No edition kept here was in force on {seen.on} for {', '.join(seen.uncovered)}: cite these by hand."
    if seen.personnel_type_unknown:
        yield "The kind of personnel is unknown: cited as for staff until it is known."
    if not seen.provision.cites_staff_rules:
        yield (
            f"Affiliate workforce answers to its own conditions of service ({seen.provision.governing}), "
            "not to the Staff Rules themselves (AI 7.1); paragraphs of the Staff Rules only correspond."
        )
    if seen.unverified:
        yield "Not every paragraph was checked against a public source: read the edition before relying on its letter."
