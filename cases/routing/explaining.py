"""Why a complaint went where it went: what may stand in the case, what is kept with the identity, and the table."""

from dataclasses import dataclass
from typing import Any

from cases.catalogue import Catalogue, Copy, Office, Route
from cases.catalogue.routes import OF_SUBJECTS
from cases.directory import Person
from cases.routing.involved import How
from cases.routing.matching import Match
from cases.routing.screening import Screening

_KEPT = "The rule that matched is kept with the reporter's identity."
_HEADINGS = {How.SUBJECT: "subjects", How.WITNESS: "witnesses", How.RELATED: "related", How.APPROVER: "approvers"}
_ALWAYS_TOLD = (How.SUBJECT, How.WITNESS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided: the rule that matched, the copies besides, all legs, and the supervisor if one receives it."""

    rule: Route
    copies: tuple[Copy, ...]
    to: tuple[str, ...]
    addressee: Person | None


def in_full(outcome: Outcome, seen: Screening) -> dict[str, Any]:
    """Which rule matched, on which facts, whom it excluded and why."""
    return {
        "rule": outcome.rule.situation,
        "sentence": outcome.rule.sentence,
        "supervisor": outcome.addressee.staff_number if outcome.addressee else None,
        "consent": str(seen.facts.consent),
        "excluded": [{"person": number, "why": why} for number, why in sorted(seen.conflicts.items())],
    } | _of_the_statement(outcome, seen)


def masked(outcome: Outcome, seen: Screening) -> dict[str, Any]:
    """What may stand in the case below open consent: nothing that depends on who reported.

    Only rules about subjects are named, because they are judged before any fact of the reporter.
    """
    of_subjects = outcome.rule.situation in OF_SUBJECTS
    return {
        "rule": outcome.rule.situation if of_subjects else "kept_with_identity",
        "sentence": outcome.rule.sentence if of_subjects else _KEPT,
    } | _of_the_statement(outcome, seen)


def _of_the_statement(outcome: Outcome, seen: Screening) -> dict[str, Any]:
    copies = [{"rule": copy.situation, "sentence": copy.sentence, "to": list(copy.to)} for copy in outcome.copies]
    named = {
        heading: _matches(seen.of(how)) for how, heading in _HEADINGS.items() if how in _ALWAYS_TOLD or seen.of(how)
    }
    return {"to": list(outcome.to), "copies": copies} | named


def _matches(found: tuple[Match, ...]) -> list[dict[str, Any]]:
    """`matched` is one, possible or nobody; `by_intake` is there where intake decided."""
    return [
        {"position": place, "matched": "one" if one.exact else ("possible" if one.people else "nobody")}
        | {"people": sorted(one.numbers)}
        | ({} if one.involved.settled is None else {"by_intake": True})
        for place, one in enumerate(found, 1)
    ]


def routing_table(law: Catalogue) -> str:
    """Routes, copies and offices as Markdown (docs/routing.md holds them; a test compares)."""
    rows = ["| | situation | goes to | why | source | verified |", "|---|---|---|---|---|---|"]
    rows += [f"| {place} | {_told(row)} |" for place, row in enumerate(law.routes, 1)]
    rows += [f"| + | {_told(row)} |" for row in law.copies]
    rows += ["", "| part of the house | the directory shows it by | source | verified |", "|---|---|---|---|"]
    for office in law.offices:
        shown = (("unit", office.units), ("function", office.functions), ("number", office.numbers))
        by = ", ".join(f"{kind} “{one}”" for kind, known in shown for one in known)
        rows.append(f"| {office.name.in_('en')} (`{office.slug}`) | {by} | {office.source} | {_dated(office)} |")
    return "\n".join([*rows, ""])


def _told(row: Route | Copy) -> str:
    besides = f" ({', '.join(row.categories)})" if isinstance(row, Copy) else ""
    return f"{row.situation}{besides} | {', '.join(row.to)} | {row.sentence} | {row.source} | {_dated(row)}"


def _dated(row: Route | Copy | Office) -> str:
    """Whether a public source was checked, and the days on which the row applies where those are not all."""
    until = f", until {row.effective_to}" if row.effective_to else ""
    return f"{'yes' if row.verified else 'no'}; from {row.effective_from}{until}"
