"""Where tables and keys stand in a TOML text: the parser of the standard library tells no lines.

The text must be TOML already. A scan over strings, comments and brackets finds the statements; what looks like a
table inside a string, a comment or a list is none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?!")'
    r"|'''[\s\S]*?'''(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<open>[\[{])"
    r"|(?P<close>[\]}])"
    r"|(?P<end>\n)"
    r"""|[^"'\#\[\]{}\n]+"""
    r"|."
)
_PART = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_PARTS = re.compile(_PART)
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_AT_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Found:
    """Where one row was found: its file, its line, its name, and the lines of its keys."""

    file: str = ""
    line: int = 0
    name: str = ""
    keys: Mapping[Path, int] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, *path: str | int) -> str:
        """`file:line: name`, the line being that of the key, or of the nearest table around it; "" without a file."""
        lines = (self.keys[path[:length]] for length in range(len(path), 0, -1) if path[:length] in self.keys)
        return f"{self.file}:{next(lines, self.line)}: {self.name}" if self.file else ""

    def inner(self, *path: str | int) -> "Found":
        """The same for a table inside this one."""
        keys = {key[len(path) :]: line for key, line in self.keys.items() if key[: len(path)] == path}
        return Found(self.file, keys.pop((), self.line), self.name, MappingProxyType(keys))


NOWHERE = Found()


@dataclass(frozen=True, slots=True)
class Statement:
    """A header (`[table]`, `[[table]]`) or a key with its value; `path` holds the parts of the dotted name."""

    line: int
    brackets: str
    path: tuple[str, ...]


def statements(text: str) -> Iterator[Statement]:
    """Every statement of a TOML text, in order."""
    begun, said, depth, line = 1, "", 0, 1
    for token in _TOKEN.finditer(text + "\n"):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and depth == 0:
            yield from _statement(said, begun)
            begun, said = line + 1, ""
        elif kind != "comment":
            said += token[0]
        line += token[0].count("\n")


def _statement(said: str, line: int) -> Iterator[Statement]:
    if found := _HEADER.match(said):
        yield Statement(line, found[1], _parts(found[2]))
    elif found := _KEY.match(said):
        yield Statement(line, "", _parts(found[1]))


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))


def places(text: str, table: str) -> list[tuple[int, Mapping[Path, int]]]:
    """For every `[[table]]` in order: its line, and the lines of the keys and tables inside it."""
    found: list[tuple[int, dict[Path, int]]] = []
    base: Path | None = None
    for said in statements(text):
        if said.brackets == "[[" and said.path == (table,):
            found.append((said.line, {}))
            base = ()
        elif said.brackets:
            base = _inner(said, found[-1][1]) if found and said.path[0] == table else None
        if said.brackets or base is None:
            continue
        for length in range(1, len(said.path) + 1):
            found[-1][1].setdefault((*base, *said.path[:length]), said.line)
    return [(line, MappingProxyType(keys)) for line, keys in found]


def _inner(said: Statement, keys: dict[Path, int]) -> Path:
    """Note a table inside the row; a repeated one (`[[row.table]]`) is told apart by its number."""
    path: Path = said.path[1:]
    if said.brackets == "[[":
        keys.setdefault(path, said.line)
        path = (*path, sum(key[:-1] == path for key in keys if isinstance(key[-1], int)))
    keys.setdefault(path, said.line)
    return path


def strange(text: str, table: str) -> int:
    """The line of the first statement that belongs to no `[[table]]`; the last line when there is none."""
    inside = False
    for said in statements(text):
        known = said.path[0] == table and (inside or said.brackets == "[[") if said.brackets else inside
        if not known:
            return said.line
        inside = True
    return last_line(text)


def line_of(error: Exception, text: str) -> int:
    """The line a complaint of the TOML parser speaks of."""
    found = _AT_LINE.search(str(error))
    return int(found[1]) if found else last_line(text)


def last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1
