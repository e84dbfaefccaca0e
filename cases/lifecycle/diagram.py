"""The table of steps as a Mermaid state diagram (docs/lifecycle.md holds it; a test compares)."""

from collections.abc import Iterable

from cases.lifecycle.steps import STEPS, Step
from cases.lifecycle.words import State


def diagram() -> str:
    """Moves that change the state; those that leave a case where it stands are listed in the table beside it."""
    arrows = [
        f"    {start} --> {end}: {action} ({', '.join(sorted(step.by))}{'; four eyes' if step.approved_by else ''})"
        for (start, action), step in STEPS.items()
        for end in _ends(start, step)
    ]
    begun = "    [*] --> registered: sorted by the worker"
    return "\n".join(["stateDiagram-v2", begun, *arrows, "    closed --> [*]", ""])


def _ends(start: State, step: Step) -> Iterable[State]:
    """Where a step leads: for one that goes back, wherever a case comes from that stands there."""
    if step.to is None:
        return [came_from for (came_from, _), other in STEPS.items() if other.to is start and came_from is not start]
    return [] if step.to is start else [step.to]
