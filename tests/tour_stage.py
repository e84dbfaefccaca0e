"""What the tour stands on: a real server over a temporary folder, requests that are shown, steps that are counted."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
PATIENCE = 30.0
WIDTH = 118
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


class NotAsExpected(Exception):
    """A step that did not come out as the tour says it must."""

    def __init__(self, expected: str, got: object) -> None:
        super().__init__(f"expected {expected}\n    got      {got}")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass
class Tour:
    """The server of this tour, who calls it, and how many steps came out as they must."""

    folder: Path
    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    passed: int = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        print(f"\n{BOLD}{title}{PLAIN}\n{'-' * len(title)}")

    @contextmanager
    def step(self, title: str, proves: str) -> Iterator[None]:
        """One numbered step; what it proves is printed once nothing in it objected."""
        print(f"\n{self.passed + 1:3} {BOLD}{title}{PLAIN}")
        yield
        self.passed += 1
        print(f"    ✓ {proves}")

    def ask(
        self,
        method: str,
        path: str,
        expect: int = 200,
        *,
        role: str = "",
        headers: Mapping[str, str] | None = None,
        told: Any = None,
        file: bytes | None = None,
        cut: int = 0,
        show: str = "",
    ) -> Answer:
        """Send a request, show it and its answer, and insist on the status.

        `cut` bytes of the file are never sent; `show` names what of the answer is printed, as in `number entry.action`.
        """
        sent = dict(headers or {})
        if role:
            sent["Authorization"] = f"Bearer {self.tokens[role]}"
        if told is not None:
            sent["Content-Type"] = "application/json"
        self._show(method, path, sent, role, told, file)
        body = json.dumps(told).encode() if told is not None else file
        answer = self._send(method, path, sent, body, cut)
        print(f"    {DIM}{answer.status} {_trimmed(answer, show.split())}{PLAIN}")
        self.insist(answer.status == expect, f"status {expect}", f"{answer.status} {answer.body[:600]!r}")
        return answer

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, cut: int) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body is not None:
                connection.send(body[: len(body) - cut])
            if cut:
                connection.sock.shutdown(socket.SHUT_WR)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
        finally:
            connection.close()

    def _show(
        self, method: str, path: str, headers: Mapping[str, str], role: str, told: Any, file: bytes | None
    ) -> None:
        """The request as somebody would type it, secrets as variables; what is sent goes on a line of its own."""
        words = ["curl"] + (["-X", method] if method != "GET" else []) + [path]
        for name, value in headers.items():
            if name == "Authorization":
                words += ["-H", f'"Authorization: {f"Bearer ${role.upper()}" if role else "Receipt $RECEIPT"}"']
            elif name != "Content-Type" or file is not None:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        line = " ".join(words)
        if told is None and file is None:
            print(f"    {_cut(f'$ {line}')}")
            return
        sent = "--data-binary @FILE" if told is None else f"-d {shlex.quote(json.dumps(told, ensure_ascii=False))}"
        if len(line) + len(sent) + 3 <= WIDTH:
            print(f"    $ {line} {sent}")
        else:
            print(f"    {_cut(f'$ {line}', WIDTH - 2)} \\\n    {_cut(f'      {sent}')}")

    def insist(self, holds: bool, expected: str, got: object) -> None:  # noqa: FBT001 - the condition is the argument
        """Go on only if this holds."""
        if not holds:
            raise NotAsExpected(expected, got)

    def until(self, what: str, ready: Callable[[], Any]) -> Any:
        """Ask again until there is something, quietly; the worker needs a moment."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := ready():
                return found
            time.sleep(0.1)
        raise NotAsExpected(what, f"nothing within {PATIENCE:.0f} s")

    def quietly(self, path: str, role: str) -> Any:
        """What a path answers, unshown."""
        return self._send("GET", path, {"Authorization": f"Bearer {self.tokens[role]}"}, None, 0).told

    def rule12(self, *words: str, expect: int = 0, show: bool = True) -> str:
        """Run a command of `rule12` on this tour's folder, and insist on its exit code; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "wsgi", *words],
            cwd=ROOT,
            env=environment(self.data),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        printed = (done.stdout + done.stderr).strip()
        if show:
            line = shlex.join(words).replace(str(self.folder), "TMP").replace(f"{ROOT}/", "")
            print(f"    {_cut(f'$ rule12 {line}')}")
            for line in printed.splitlines()[:4]:
                print(f"    {DIM}{_cut(line)}{PLAIN}")
        self.insist(
            done.returncode == expect, f"exit code {expect} of rule12 {words[0]}", f"{done.returncode} {printed}"
        )
        return printed


def environment(data: Path) -> dict[str, str]:
    """Ours, without any setting of another installation."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RULE12_")}
    return ours | {"RULE12_DATA_DIR": str(data)}


@contextmanager
def running() -> Iterator[Tour]:
    """A server of its own over a new folder; stopped, and the folder removed, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="rule12-tour-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wsgi", "serve", "--port", str(port), "--data-dir", str(folder / "data")],
            cwd=ROOT,
            env=environment(folder / "data"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(process, port, folder / "server.log")
        yield Tour(folder, port)
    finally:
        _stop(process)
        shutil.rmtree(folder)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise NotAsExpected("a server that answers", log.read_text(errors="replace")[-2000:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=10)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _cut(line: str, width: int = WIDTH) -> str:
    return line if len(line) <= width else line[: width - 1] + "…"


def _trimmed(answer: Answer, show: Sequence[str]) -> str:
    kind = answer.headers.get("content-type", "")
    if "problem" in kind:
        line = answer.told["detail"]
    elif "json" in kind:
        line = _picked(answer.told, show)
    else:
        line = f"{kind}, {len(answer.body):,} bytes"
    return _cut(line, WIDTH - 4)


def _picked(told: Any, show: Sequence[str]) -> str:
    """What of an answer is worth a line: the named parts, of each row where there are rows."""
    rows = told.get("items", [told]) if isinstance(told, dict) else told
    if not show:
        return f"{len(rows)} of them" if rows is not told and rows != [told] else json.dumps(told, ensure_ascii=False)
    return ";  ".join(", ".join(_part(row, name) for name in show) for row in rows) or "none"


def _part(row: Any, name: str) -> str:
    for step in name.split("."):
        row = row[step]
    text = " ".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)).split())
    return f"{name.rpartition('.')[2]} {text if len(text) <= 66 else text[:65] + '…'}"
