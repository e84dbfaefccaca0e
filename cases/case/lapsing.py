"""What time alone does to a case: an unanswered question, comment, response or proposal lapses, by the worker."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cases.case.clocked import sounded
from cases.case.facts import Case, Hearing
from cases.case.written import changed
from cases.catalogue import Catalogue
from cases.clocks import lapsed
from cases.lifecycle import Action, State


def _unheard(hearing: Hearing) -> Hearing:
    """Only what is still awaited lapses: findings that changed since must be put anew."""
    return Hearing.LAPSED if hearing is Hearing.AWAITED else hearing


_LAPSES: Mapping[str, Callable[[Case], Case]] = MappingProxyType(
    {
        "information": lambda case: replace(case, state=State.ASSESSMENT, back_to=None),
        "comment": lambda case: replace(case, comment=_unheard(case.comment)),
        "reply": lambda case: replace(case, response=_unheard(case.response)),
        "proposal": lambda case: replace(case, proposal=None),
    }
)
LAPSING = frozenset(_LAPSES)


def lapse(case: Case, at: datetime, law: Catalogue) -> tuple[Case, dict[str, Any]] | None:
    """The case after the first of its clocks that lapsed by now, and the facts for the entry; None when none did."""
    for running in lapsed(case.clocks, law, at):
        if effect := _LAPSES.get(running.name):
            event = f"{running.name}_lapsed"
            after = replace(effect(case), version=case.version + 1)
            after = sounded(case, after, event, at, law)
            return after, {"clock": running.name, "case": changed(case, after)}
    return None


def answered(case: Case, at: datetime, law: Catalogue) -> tuple[Case, dict[str, Any]] | None:
    """The case after its reporter wrote while a question was with them; None when none was."""
    if case.state is not State.AWAITING_INFORMATION:
        return None
    after = replace(case, state=State.ASSESSMENT, back_to=None, version=case.version + 1)
    after = sounded(case, after, str(Action.RESUME), at, law)
    return after, {"from": str(case.state), "to": str(after.state), "case": changed(case, after)}
