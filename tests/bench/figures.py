"""What a bench reports: a value beside the reference it is held against, taken in the same run."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

BUILD = Path(__file__).parents[2] / "build"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `ratio` is value to reference; `bar` reads `>= 0.5` or `<= 1.3` and speaks of the ratio,
    or of the value where there is no reference."""

    name: str
    value: float
    unit: str
    reference: float | None
    ratio: float | None
    bar: str | None
    holds: bool | None


def compared(name: str, value: float, unit: str, reference: float, bar: str | None = None) -> Figure:
    """A value against its reference; the bar speaks of their ratio."""
    ratio = value / reference if reference else 0.0
    return Figure(name, _short(value), unit, _short(reference), round(ratio, 3), bar, _holds(ratio, bar))


def alone(name: str, value: float, unit: str, bar: str | None = None) -> Figure:
    """A value that stands for itself; the bar speaks of it."""
    return Figure(name, _short(value), unit, None, None, bar, _holds(value, bar))


def _holds(measured: float, bar: str | None) -> bool | None:
    if bar is None:
        return None
    sign, _, limit = bar.partition(" ")
    return measured >= float(limit) if sign == ">=" else measured <= float(limit)


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float]) -> str:
    """How far repeated runs lay apart, for the log line of a measurement."""
    return f"median {median(values):.4g} (of {', '.join(f'{value:.4g}' for value in values)})"


def write(figures: Iterable[Figure], path: Path) -> None:
    """The figures as JSON, in the form the design names."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")


def show(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    rows = [("what", "value", "reference", "ratio", "bar", "")]
    rows += [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = [
        "  ".join(cell.rjust(width) if column in {1, 2, 3} else cell.ljust(width) for column, (cell, width) in cells)
        for cells in (list(enumerate(zip(row, widths, strict=True))) for row in rows)
    ]
    lines.insert(1, "-" * (sum(widths) + 10))
    return "\n".join(line.rstrip() for line in lines)


def _row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
    return (
        figure.name,
        f"{figure.value:g} {figure.unit}",
        "" if figure.reference is None else f"{figure.reference:g} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.bar or "",
        verdict,
    )


def log(line: str) -> None:
    """Say what goes on; the table comes at the end."""
    print(f"  {line}", file=sys.stderr, flush=True)
