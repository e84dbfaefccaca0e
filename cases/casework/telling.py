"""Telling people that something of a case waits for them."""

from datetime import datetime

from cases.case import Case
from cases.casework.entries import entry
from cases.ledger import WORKER, About, EntryKind
from cases.ports import Desk, Work


def tell(work: Work, desk: Desk, case: Case, what: str, who: tuple[str, ...], at: datetime) -> None:  # noqa: ARG001
    """Write down that these parts (roles, `assignees`, `reporter`) were to learn `what` of a case."""
    facts = {"what": what, "who": list(who)}
    work.note(entry(EntryKind.SYSTEM, About.case(case.number), at, WORKER, "reminder_due", facts=facts))
