"""Real servers for the benches: their own process group, a free port, always stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
WARM = 2.0  # seconds a worker gets to start
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    group: int
    started_in: float

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=120)

    def memory(self) -> dict[int, int]:
        """Resident bytes of every process of the server, by process id (Linux)."""
        return {process: _resident(process) for process in _members(self.group)}


def desk(folder: Path, *, surface: str = "all", **settings: str) -> AbstractContextManager[Server]:
    """`rule12 serve` on a data directory: two processes, and the worker unless the surface is the door's."""
    words = ["-m", "wsgi", "serve", "--surface", surface, "--processes", "2", "--data-dir", str(folder)]
    return serving(words, "/healthz", settings)


def door(folder: Path, threads: int) -> AbstractContextManager[Server]:
    """The door alone on a data directory, so many threads in each of two processes."""
    return _granian("wsgi:create", "/healthz", threads, {"RULE12_DATA_DIR": str(folder), "RULE12_SURFACE": "door"})


def bare(folder: Path, threads: int) -> AbstractContextManager[Server]:
    """The bare endpoints, served in the same way."""
    return _granian("tests.bench.bare:create", "/", threads, {"BARE_DIR": str(folder)})


def _granian(app: str, path: str, threads: int, settings: Mapping[str, str]) -> AbstractContextManager[Server]:
    options = ["--interface", "wsgi", "--factory", "--no-ws", "--workers", "2", "--blocking-threads", str(threads)]
    return serving(["-m", "granian", *options, app], path, settings)


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    """A worker on a data directory, at work."""
    process = _started(["-m", "wsgi", "worker", "--data-dir", str(folder)], {})
    try:
        time.sleep(WARM)
        yield
    finally:
        stop(process)


@contextmanager
def serving(words: Sequence[str], path: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """Start a Python process that serves on `--port`, wait until `path` answers, stop the whole group afterwards."""
    port = free_port()
    began = time.perf_counter()
    process = _started([*words, "--port", str(port)], settings)
    try:
        wait_for(port, path, process)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        stop(process)


def _started(words: Sequence[str], settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """A Python process at the head of a group of its own, with these settings and no others of ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RULE12_")}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**environment, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(port: int, path: str, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers 200. Raises RuntimeError when it does not come up."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise RuntimeError(f"the server did not come up within {PATIENCE:.0f} s")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process and everything it started."""
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=patience)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _members(group: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[2]) == group:
            found.append(int(path.parent.name))
    return found


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0
