"""What a mover hands in with a move: checked for completeness, split into what is clear and what is kept sealed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cases.catalogue import Catalogue
from cases.errors import Fault, Malformed
from cases.lifecycle import Action, Need, Step

TERMS: Mapping[Need, str] = {
    Need.OUTCOME: "assessment_outcome",
    Need.REFERRED_TO: "referral",
    Need.GROUND: "reopen_ground",
    Need.FINDING: "finding",
    Need.STANDARD: "standard_of_proof",
}
"""Needs that are slugs of the catalogue's terms, and of which set."""

SEALED = frozenset(
    {Need.REASON, Need.ANSWER, Need.FACTS_ESTABLISHED, Need.APPEAL_ROUTE, Need.QUESTION, Need.NOTICE, Need.MEASURES}
)
"""Needs whose words are nobody's but the desk's: kept sealed, never in an entry."""

FURTHEST = timedelta(days=3653)
DECIDERS_WORDS = ("aggravating", "mitigating", "proportionality", "authority", "severity_reasons")


@dataclass(frozen=True, slots=True)
class Measure:
    """What follows for one subject, and why (facts §4). `severe`: above what is ordinary for such conduct."""

    person: UUID
    measure: str
    aggravating: str = ""
    mitigating: str = ""
    proportionality: str = ""
    authority: str = ""
    severe: bool = False
    severity_reasons: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Everything a move can be given; each move needs some of it (`Need`)."""

    reason: str = ""
    closure_reason: str = ""
    notice: str = ""
    question: str = ""
    outcome: str = ""
    referred_to: str = ""
    answer: str = ""
    ground: str = ""
    into: str = ""
    clock: str = ""
    person: UUID | None = None
    allegation: UUID | None = None
    finding: str = ""
    counsel_informed: bool = False
    evidence_disclosed: bool = False
    facts_established: str = ""
    standard: str = ""
    misconduct: bool | None = None
    measures: tuple[Measure, ...] | None = None
    appeal_route: str = ""
    appeal_by: date | None = None
    review_on: date | None = None
    hold: UUID | None = None

    def lacks(self, need: Need) -> bool:
        """Whether nothing was given for a need. A safeguard not confirmed counts as nothing."""
        value = getattr(self, need)
        if need in {Need.COUNSEL_INFORMED, Need.EVIDENCE_DISCLOSED}:
            return value is not True
        return value is None or (isinstance(value, str) and not value.strip())

    def told(self) -> dict[str, Any]:
        """All of it, JSON-ready, without what was not given."""
        said = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return {name: _plainly(value) for name, value in said.items()}

    def clear(self, needs: Collection[Need]) -> dict[str, Any]:
        """What an entry may say of what was needed: slugs, ids, dates and yes or no; no word anybody wrote.

        Only what a move needs was checked against the catalogue; the rest could be any text.
        """
        said = {name: value for name, value in self.told().items() if name in needs and name not in SEALED}
        return {name: value for name, value in said.items() if value is not False or name == Need.MISCONDUCT}

    def words(self) -> dict[str, Any]:
        """What must be kept sealed."""
        return {name: value for name, value in self.told().items() if name in SEALED}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Given":
        """What `told` wrote."""
        known: dict[str, Any] = {field.name: told[field.name] for field in fields(cls) if field.name in told}
        for name in ("person", "allegation", "hold"):
            known |= {name: UUID(known[name])} if name in known else {}
        for name in ("appeal_by", "review_on"):
            known |= {name: date.fromisoformat(known[name])} if name in known else {}
        if "measures" in known:
            rows = [{**row, "person": UUID(row["person"])} for row in known["measures"]]
            known["measures"] = tuple(Measure(**row) for row in rows)
        return cls(**known)


def _plainly(value: Any) -> Any:
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plainly(one) for one in value]
    return {name: _plainly(one) for name, one in value.items()} if isinstance(value, dict) else value


def must_be_complete(action: Action, step: Step, given: Given, law: Catalogue, on: date) -> None:
    """Refuse a move without what it needs, or with what the catalogue does not know; all faults at once.

    Raises Malformed.
    """
    faults = [Fault(f"#/{need}", f"{action} needs this.") for need in Need if need in step.needs and given.lacks(need)]
    faults += [*_unknown_terms(step, given, law, on), *_of_days(step, given, on)]
    if Need.MEASURES in step.needs:
        faults += _of_measures(given.measures or (), law, on)
    if faults:
        raise Malformed(faults)


def _unknown_terms(step: Step, given: Given, law: Catalogue, on: date) -> Iterator[Fault]:
    for need, set_ in TERMS.items():
        slug = getattr(given, need)
        known = [term.slug for term in law.terms(set_, on)]
        if need in step.needs and slug and slug not in known:
            yield Fault(f"#/{need}", f"One of {', '.join(known)} is expected.")


def _of_days(step: Step, given: Given, on: date) -> Iterator[Fault]:
    """A day until which somebody may act, or on which something is looked at again, lies ahead; not past ten years."""
    for need in (Need.APPEAL_BY, Need.REVIEW_ON):
        day = getattr(given, need)
        if need in step.needs and day and not on < day <= on + FURTHEST:
            yield Fault(f"#/{need}", "This must be a day after today, within ten years.")


def _of_measures(measures: tuple[Measure, ...], law: Catalogue, on: date) -> Iterator[Fault]:
    """Each measure must be one in force, and reasoned; severity above the ordinary apart (2025-UNAT-1514)."""
    known = [row.slug for row in law.measures_on(on)]
    for place, one in enumerate(measures):
        if one.measure not in known:
            yield Fault(f"#/measures/{place}/measure", f"One of {', '.join(known)} is expected.")
        for word in DECIDERS_WORDS:
            wanted = word != "severity_reasons" or one.severe
            if wanted and not getattr(one, word).strip():
                yield Fault(
                    f"#/measures/{place}/{word}", "A decision says this for each subject; write 'none' if none."
                )
