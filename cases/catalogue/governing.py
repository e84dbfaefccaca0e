"""What governs whom: the instruments and their editions, and the provisions for each kind of personnel."""

from dataclasses import dataclass
from datetime import date

from cases.catalogue.reading import EFFECTIVE, FROM, Row, dated
from cases.catalogue.rows import SourcedRow
from cases.catalogue.words import Words
from cases.directory import PERSONNEL_TYPES


@dataclass(frozen=True, slots=True)
class Instrument(SourcedRow):
    """One edition of an instrument. `review_by`: the last day on which it should have been reviewed, if any is set."""

    slug: str
    title: Words
    edition: str
    review_by: date | None
    note: str

    def overdue(self, day: date) -> bool:
        return self.review_by is not None and day > self.review_by


@dataclass(frozen=True, slots=True)
class Article(SourcedRow):
    """An article of which paragraphs are cited, by its name in six languages; `slug` is what citations call it."""

    slug: str
    name: Words


@dataclass(frozen=True, slots=True)
class Provision(SourcedRow):
    """What a kind of personnel answers to (AI 7.1), and who decides on them; `decided_here`: within this office."""

    personnel_type: str
    governing: str
    cites_staff_rules: bool
    decider: str
    decider_label: str
    decided_here: bool
    note: str


def _personnel_type(row: Row, key: str) -> str:
    return row.one_of(key, sorted(PERSONNEL_TYPES))


instrument = dated(
    Instrument,
    EFFECTIVE,
    {
        "slug": Row.text,
        "title": Row.words,
        "edition": Row.text,
        "review_by": Row.day,
        "note": Row.sentence,
    },
    ends=True,
)
article = dated(Article, EFFECTIVE, {"slug": Row.text, "name": Row.words}, ends=True)
provision = dated(
    Provision,
    FROM,
    {
        "personnel_type": _personnel_type,
        "governing": Row.text,
        "cites_staff_rules": Row.flag,
        "decider": Row.text,
        "decider_label": Row.text,
        "decided_here": Row.flag,
        "note": Row.sentence,
    },
    ends=True,
)
