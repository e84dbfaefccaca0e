"""The table of steps as a picture (docs/lifecycle.svg) and as a table (docs/lifecycle.md); a test compares both.

The main line runs down the middle; what ends a case leaves to the right and goes down to `closed`; what comes back
goes up on the left. Moves that leave a case where it stands are written into its box.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from itertools import pairwise

from cases.lifecycle.steps import STEPS, Step
from cases.lifecycle.words import Action, State

MAIN = (
    State.REGISTERED,
    State.ASSESSMENT,
    State.INVESTIGATION,
    State.FINDINGS_FOR_COMMENT,
    State.REPORTED,
    State.WITH_DECIDER,
    State.CLOSED,
)
ASIDE = {State.AWAITING_INFORMATION: State.ASSESSMENT, State.REFERRED: State.REPORTED}
EVERYWHERE = 4
WIDTH, LEFT, BOX, GAP, DOWN = 1240, 400, 330, 64, 40
LINE, HEAD, PAD = 16, 30, 10
SIDE_X, SIDE_BOX = 20, 230
BUS_X, BACK_X = 1210, 340
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1a1a1a}.state{font-weight:600;font-size:15px}.role{fill:#555}"
    ".box{fill:#f4f6f8;stroke:#3a4a5a;stroke-width:1.5}.end{fill:#e6e9ec}.way{fill:none;stroke:#3a4a5a;stroke-width:1.5}"
)
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#3a4a5a"/></marker></defs>'
)


def picture() -> str:
    """The picture as SVG. Four-eyed moves carry a mark and who approves them."""
    tops, height = _rows()
    drawn = [*_boxes(tops), *_down(tops), *_out(tops), *_aside(tops), *_back(tops), *_legend(height)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + 190}" role="img">',
            "<title>How a case runs: states, moves, who may make them</title>",
            f"<style>{STYLE}</style>",
            TIP,
            f'<rect width="{WIDTH}" height="{height + 190}" fill="#fff"/>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def moves_table() -> str:
    """Every move as a Markdown table: from where, by whom, what it needs, what stands against it."""
    rows = ["| from | move | leads to | by | needs | refused when it does not hold that |", "|---|---|---|---|---|---|"]
    for (action, step), states in _grouped().items():
        by = ", ".join(sorted(step.by))
        by += f"; approved by {', '.join(sorted(step.approved_by))}" if step.approved_by else ""
        stays = STEPS[states[0], action].to is states[0]
        to = "stays" if stays else step.to or "back to where it came from"
        needs = ", ".join(sorted(step.needs)) or "none"
        guards = ", ".join(guard.replace("_", " ") for guard in step.guards) or "none"
        rows.append(f"| {', '.join(states)} | {action} | {to} | {by} | {needs} | {guards} |")
    return "\n".join([*rows, ""])


def _grouped() -> dict[tuple[Action, Step], list[State]]:
    """Moves that differ only in the state they leave a case in, together."""
    grouped: dict[tuple[Action, Step], list[State]] = {}
    for (state, action), step in STEPS.items():
        key = action, replace(step, to=None) if step.to is state else step
        grouped.setdefault(key, []).append(state)
    return grouped


def _moves(start: State, to: State | None) -> list[tuple[Action, Step]]:
    return [(action, step) for (state, action), step in STEPS.items() if state is start and step.to is to]


def _common() -> list[Action]:
    """What can be done in more states than a box should repeat."""
    staying = [action for (state, action), step in STEPS.items() if step.to is state]
    return [action for action in Action if staying.count(action) > EVERYWHERE]


def _inside(state: State) -> list[str]:
    common = _common()
    return [_said(action, step) for action, step in _moves(state, state) if action not in common]


def _said(action: Action, step: Step) -> str:
    roles = ", ".join(sorted(step.by))
    eyes = f" + {', '.join(sorted(step.approved_by))}" if step.approved_by else ""
    return f"{'◉ ' if step.approved_by else ''}{action} ({roles}{eyes})"


def _tall(state: State) -> int:
    return HEAD + LINE * len(_inside(state)) + PAD


def _rows() -> tuple[dict[State, int], int]:
    """Where each box of the main line begins, with room below for the moves that lead on and out."""
    tops, y = dict[State, int](), 30
    for state, below in zip(MAIN, (*MAIN[1:], None), strict=True):
        tops[state] = y
        on = len(_moves(state, below)) if below and below is not State.CLOSED else 0
        out = len(_moves(state, State.CLOSED)) if state is not State.CLOSED else 0
        y += max(_tall(state), LINE * out + PAD) + GAP + LINE * max(0, on - 1)
    return tops, y


def _boxes(tops: dict[State, int]) -> Iterator[str]:
    for state in MAIN:
        yield from _box(LEFT, tops[state], BOX, state)
    for state, beside in ASIDE.items():
        yield from _box(SIDE_X, tops[beside], SIDE_BOX, state)


def _box(x: int, y: int, width: int, state: State) -> Iterator[str]:
    end = " end" if state is State.CLOSED else ""
    yield f'<rect class="box{end}" x="{x}" y="{y}" width="{width}" height="{_tall(state)}" rx="6"/>'
    yield f'<text class="state" x="{x + PAD}" y="{y + 20}">{state}</text>'
    yield from _lines(x + PAD, y + HEAD + 8, _inside(state))


def _lines(x: int, y: int, said: Iterable[str]) -> Iterator[str]:
    for place, text in enumerate(said):
        yield f'<text class="role" x="{x}" y="{y + place * LINE}">{escape(text)}</text>'


def _way(path: str) -> str:
    return f'<path class="way" d="{path}" marker-end="url(#tip)"/>'


def _down(tops: dict[State, int]) -> Iterator[str]:
    """Along the main line: to the next box, and past one when a comment is not needed."""
    for state, below in pairwise(MAIN):
        moves = _moves(state, below)
        if moves and below is not State.CLOSED:
            x, y = LEFT + DOWN, tops[state] + _tall(state)
            yield _way(f"M{x} {y}V{tops[below] - 2}")
            yield from _lines(x + 8, y + 22, (_said(*move) for move in moves))
    start, end = State.INVESTIGATION, State.REPORTED
    x = LEFT + BOX
    yield _way(f"M{x} {tops[start] + 18}h24V{tops[end] + 18}h-22")
    y = tops[State.FINDINGS_FOR_COMMENT] - 14
    yield from _lines(x + 30, y, (f"nothing adverse: {_said(*move)}" for move in _moves(start, end)))


def _out(tops: dict[State, int]) -> Iterator[str]:
    """To the right, and down to closed."""
    bottom = tops[State.CLOSED] + 18
    for state in MAIN[:-1]:
        moves = _moves(state, State.CLOSED)
        y = tops[state] + LINE * len(moves) + 6
        yield from _lines(LEFT + BOX + 30, tops[state] + 14, (_said(*move) for move in moves))
        yield f'<path class="way" d="M{LEFT + BOX} {y}H{BUS_X}"/>'
    first = tops[MAIN[0]] + LINE * len(_moves(MAIN[0], State.CLOSED)) + 6
    yield _way(f"M{BUS_X} {first}V{bottom}H{LEFT + BOX + 2}")


def _aside(tops: dict[State, int]) -> Iterator[str]:
    """To the boxes on the left, and back from them."""
    edge = SIDE_X + SIDE_BOX
    for state, beside in ASIDE.items():
        y = tops[beside] + 18
        yield _way(f"M{LEFT} {y}H{edge + 2}")
        below = tops[beside] + _tall(state) + 18
        going = [(start, *move) for start in MAIN for move in _moves(start, state)]
        yield from _lines(SIDE_X, below, (f"{start} → {_said(action, step)}" for start, action, step in going))
        back = [move for to in (State.ASSESSMENT, None) for move in _moves(state, to)]
        back += _moves(state, State.CLOSED)
        yield from _lines(SIDE_X, below + LINE * len(going), (f"leaves by {_said(*move)}" for move in back))


def _back(tops: dict[State, int]) -> Iterator[str]:
    """From closed up to the assessment."""
    y = tops[State.CLOSED] + 18
    yield _way(f"M{LEFT} {y}H{BACK_X}V{tops[State.ASSESSMENT] + 34}H{LEFT - 2}")
    below = tops[State.CLOSED] + _tall(State.CLOSED) + 20
    yield from _lines(LEFT, below, (f"up again by {_said(*move)}" for move in _moves(State.CLOSED, State.ASSESSMENT)))


def _legend(height: int) -> Iterator[str]:
    said = ["◉ takes four eyes: proposed by the first, approved or rejected by another (after the +)."]
    said += ["While a proposal waits nothing else moves the case; it expires, and can be withdrawn."]
    for action in _common():
        step = next(step for (_, taken), step in STEPS.items() if taken is action)
        where = [state for state, taken in STEPS if taken is action]
        scope = "in every state" if len(where) == len(State) else f"from {where[0]} on"
        said.append(f"{scope}: {_said(action, step)}")
    yield from _lines(SIDE_X, height + 20, said)
