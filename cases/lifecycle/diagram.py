"""The table of steps as a Mermaid state diagram (docs/lifecycle.md holds it; a test compares)."""

from cases.lifecycle.steps import STEPS


def diagram() -> str:
    """Moves that change the state; those that leave a case where it stands are listed in the table beside it."""
    rows = ["stateDiagram-v2", "    [*] --> registered: sorted by the worker"]
    for (start, action), step in STEPS.items():
        if step.to is not start:
            eyes = "; four eyes" if step.approved_by else ""
            end = step.to or "[*]"
            rows.append(f"    {start} --> {end}: {action} ({', '.join(sorted(step.by))}{eyes})")
    return "\n".join([*rows, "    closed --> [*]", ""])
