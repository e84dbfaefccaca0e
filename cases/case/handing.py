"""A case goes from one person to another in the same role, in one change."""

from dataclasses import replace

from cases.case.facts import Assignment, Case
from cases.case.people import Decided, assign, unassign
from cases.case.written import changed
from cases.sight import Actor


def hand_over(case: Case, who: Assignment, to: str, by: Actor, *, walled: bool) -> Decided:
    """Decide that somebody else works it instead. Who has it already in this role just keeps it.

    `walled` says that the other must never learn of this case. Raises as `assign` and `unassign` do.
    """
    new = replace(who, person=to)
    left, _ = unassign(case, who, by)
    given = left if new in case.assignees else assign(left, new, by, walled=walled)[0]
    handed = replace(given, version=case.version + 1)
    return handed, {"person": who.person, "to": to, "as": str(who.role), "case": changed(case, handed)}
