"""Points between the steps of a worker: each call into storage and each return from it, found by tracing.

What calls are made is not listed anywhere: a step that is new tomorrow is a point tomorrow.
"""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import storage

ROOMS = tuple(
    str(Path(storage.__file__).parent / f"{name}.py")
    for name in (
        "work",
        "asking",
        "outbox",
        "lookup",
        "ledger",
        "vault",
        "objects",
        "shredding",
        "answers",
        "mails",
        "database",
    )
)


class Points:
    """Counts the points a run passes, and calls `act` at one of them.

    `whole`: only where a function is entered or left for good. Inside `with`, Python would resume a generator, and an
    error raised there by a tracer goes past its own clean-up, as no real error does.
    """

    def __init__(self, act_at: int = -1, act: Callable[[], object] = int, *, whole: bool = False) -> None:
        self.passed, self.names = 0, list[str]()
        self._act_at, self._act, self._whole = act_at, act, whole

    def run(self, work: Callable[[], object]) -> None:
        """Do this, watched."""
        sys.settrace(self._entering)
        try:
            work()
        finally:
            sys.settrace(None)

    def _entering(self, frame: FrameType, event: str, _arg: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in ROOMS or (self._whole and code.co_flags & inspect.CO_GENERATOR):
            return None
        if code.co_name.startswith("_") or code.co_name == "<genexpr>":
            return None
        self._pass(f"{code.co_name} {event}")
        frame.f_trace_lines = False
        return self._leaving

    def _leaving(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "return":
            self._pass(f"{frame.f_code.co_name} {event}")
        return self._leaving

    def _pass(self, name: str) -> None:
        number, self.passed = self.passed, self.passed + 1
        self.names.append(name)
        if number == self._act_at:
            sys.settrace(None)
            self._act()
