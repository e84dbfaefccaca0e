"""The access matrix as a table: who may call which route, and in which relation to the case."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from cases.people import Role

FILE = Path(__file__).with_name("access_matrix.txt")
NOBODY, RECEIPT = "nobody", "receipt"
CALLERS = (*map(str, Role), NOBODY, RECEIPT)
PLACE = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
"""Where a rule has something to fill in, whatever it may be: `<string:name>`, `<any(ar, en):lang>`."""
DONE, UNKNOWN, NOT_PERMITTED, SIGN_IN = "o", ".", "x", "-"
NO = frozenset({UNKNOWN, NOT_PERMITTED, SIGN_IN})
SAID: Mapping[str | int, str] = {
    "stale-version": "v",
    "unknown-case": UNKNOWN,
    "unknown-item": "i",
    "not-found": "n",
    "not-permitted": NOT_PERMITTED,
    "identity-closed": "k",
    "move-not-allowed": "m",
    "sign-in-needed": SIGN_IN,
    "receipt-refused": SIGN_IN,
    "sign-in-refused": "p",
    "unsupported-media-type": "t",
    404: "n",
    415: "t",
}
"""The letter of each problem; a page of the door that refuses names none, so its status stands for it."""

Matrix = dict[tuple[str, str], dict[str, str]]


def read_matrix() -> Matrix:
    """(method, route) to the cell of each caller. A line of callers starts with `|`, names cut short."""
    table: Matrix = {}
    callers: list[str] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if line.startswith("|"):
            callers = [next(name for name in CALLERS if name.startswith(cut)) for cut in words[1:]]
        elif words and not line.startswith("#"):
            method, route, *cells = words
            assert (method, route) not in table, line
            table[method, route] = dict(zip(callers, cells, strict=True))
    return table


def who_may(cells: Mapping[str, str]) -> list[str]:
    """Whom a route lets in at all: `anyone`, `receipt`, or roles."""
    invited = [name for name, cell in cells.items() if not set(cell) <= {NOT_PERMITTED, SIGN_IN}]
    if NOBODY in invited:
        return ["anyone"]
    return [RECEIPT] if invited == [RECEIPT] else invited


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method and rule of an app, but for those the framework answers by itself."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def plain(rule: Rule) -> str:
    """A rule as the OpenAPI document writes it."""
    return PLACE.sub(r"{\1}", rule.rule)


def filled(route: str, items: Mapping[str, str]) -> str:
    """A route with something in every place."""
    for name, item in items.items():
        route = route.replace(f"{{{name}}}", item)
    return route
