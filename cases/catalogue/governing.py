"""What governs whom: the instruments and their editions, and the provisions for each kind of personnel."""

from dataclasses import dataclass, field
from datetime import date

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row
from cases.directory import PERSONNEL_TYPES


@dataclass(frozen=True, slots=True)
class Instrument:
    """One edition of an instrument. `review_by`: the last day on which it should have been reviewed, if any is set."""

    slug: str
    title: str
    edition: str
    review_by: date | None
    note: str
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool
    found: Found = field(default=NOWHERE, compare=False)

    def overdue(self, day: date) -> bool:
        return self.review_by is not None and day > self.review_by


@dataclass(frozen=True, slots=True)
class Provision:
    """What a kind of personnel answers to (AI 7.1), and who decides on them; `decided_here`: within this office."""

    personnel_type: str
    governing: str
    cites_staff_rules: bool
    decider: str
    decider_label: str
    decided_here: bool
    note: str
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool
    found: Found = field(default=NOWHERE, compare=False)


def instrument(row: Row) -> Instrument:
    row.only(
        "slug", "title", "edition", "review_by", "note", "source", "verified", "effective_from", "effective_to", "ended"
    )
    starts, ends = row.dates("effective_from", "effective_to")
    return Instrument(
        slug=row.text("slug"),
        title=row.text("title"),
        edition=row.text("edition"),
        review_by=row.day("review_by"),
        note=row.sentence("note"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("effective_to"),
        found=row.found,
    )


def provision(row: Row) -> Provision:
    row.only(
        *("personnel_type", "governing", "cites_staff_rules", "decider", "decider_label", "decided_here"),
        *("note", "source", "verified", "from", "to", "ended"),
    )
    starts, ends = row.dates("from", "to")
    return Provision(
        personnel_type=row.one_of("personnel_type", sorted(PERSONNEL_TYPES)),
        governing=row.text("governing"),
        cites_staff_rules=row.flag("cites_staff_rules"),
        decider=row.text("decider"),
        decider_label=row.text("decider_label"),
        decided_here=row.flag("decided_here"),
        note=row.sentence("note"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )
