"""What those who assess, find and decide choose from: measures, and sets of terms."""

from dataclasses import dataclass, field
from datetime import date

from cases.catalogue.lines import NOWHERE, Found
from cases.catalogue.reading import Row

TERM_SETS = (
    "assessment_outcome",
    "attribution",
    "finding",
    "referral",
    "reopen_ground",
    "standard_of_proof",
)
AUDIENCES = ("staff", "affiliate")


@dataclass(frozen=True, slots=True)
class Measure:
    """What may follow from misconduct (Staff Rule 10.2). `audiences`: staff, affiliate, or both.

    `ends_service`: misconduct must then be shown by clear and convincing evidence.
    """

    slug: str
    label: str
    disciplinary: bool
    ends_service: bool
    audiences: tuple[str, ...]
    note: str
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool
    found: Found = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """One choice of a set, such as an outcome of the assessment."""

    set: str
    slug: str
    label: str
    note: str
    source: str
    verified: bool
    effective_from: date
    effective_to: date | None
    ended: bool
    found: Found = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        return f"{self.set}.{self.slug}"


def measure(row: Row) -> Measure:
    row.only(
        *("slug", "label", "disciplinary", "ends_service", "for"),
        *("note", "source", "verified", "from", "to", "ended"),
    )
    starts, ends = row.dates("from", "to")
    audiences = row.texts("for")
    if not audiences or not set(audiences) <= set(AUDIENCES):
        raise row.fail(f"for must name {' or '.join(AUDIENCES)}, or both", "for")
    return Measure(
        slug=row.text("slug"),
        label=row.sentence("label"),
        disciplinary=row.flag("disciplinary"),
        ends_service=row.flag("ends_service"),
        audiences=audiences,
        note=row.sentence("note"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )


def term(row: Row) -> Term:
    row.only("set", "slug", "label", "note", "source", "verified", "from", "to", "ended")
    starts, ends = row.dates("from", "to")
    return Term(
        set=row.one_of("set", TERM_SETS),
        slug=row.text("slug"),
        label=row.sentence("label"),
        note=row.sentence("note"),
        source=row.text("source"),
        verified=row.flag("verified"),
        effective_from=starts,
        effective_to=ends,
        ended=row.ended("to"),
        found=row.found,
    )
