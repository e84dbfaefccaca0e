"""What those who assess, find and decide choose from: measures, and sets of terms."""

from dataclasses import dataclass

from cases.catalogue.reading import FROM, Row, dated
from cases.catalogue.rows import SourcedRow

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
class Measure(SourcedRow):
    """What may follow from misconduct (Staff Rule 10.2). `audiences`: staff, affiliate, or both.

    `ends_service`: misconduct must then be shown by clear and convincing evidence.
    """

    slug: str
    label: str
    disciplinary: bool
    ends_service: bool
    audiences: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Term(SourcedRow):
    """One choice of a set, such as an outcome of the assessment."""

    set: str
    slug: str
    label: str
    note: str

    @property
    def name(self) -> str:
        return f"{self.set}.{self.slug}"


def _set(row: Row, key: str) -> str:
    return row.one_of(key, TERM_SETS)


def _audiences(row: Row, key: str) -> tuple[str, ...]:
    audiences = row.texts(key)
    if not audiences or not set(audiences) <= set(AUDIENCES):
        raise row.fail(f"{key} must name {' or '.join(AUDIENCES)}, or both", key)
    return audiences


measure = dated(
    Measure,
    FROM,
    {
        "for": _audiences,
        "slug": Row.text,
        "label": Row.sentence,
        "disciplinary": Row.flag,
        "ends_service": Row.flag,
        "note": Row.sentence,
    },
    fields={"for": "audiences"},
    ends=True,
)
term = dated(
    Term,
    FROM,
    {"set": _set, "slug": Row.text, "label": Row.sentence, "note": Row.sentence},
    ends=True,
)
