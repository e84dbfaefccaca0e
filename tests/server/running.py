"""Real servers, each in a process group of its own on a free loopback port, seen from outside."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from storage import prepare
from storage.settings import Settings, read_settings
from tests.server.speaking import Client

ORIGIN = "desk.example/test"
PATIENCE = 60.0
T = TypeVar("T")


def until(found: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Poll until something true is found. Raises AssertionError saying what never came."""
    end = time.monotonic() + patience
    while True:
        if seen := found():
            return seen
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Spot:
    """One installation below a folder of its own: data, an own TMPDIR, an own empty working directory, logs."""

    root: Path

    def __post_init__(self) -> None:
        for folder in (self.temporary, self.working):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def temporary(self) -> Path:
        return self.root / "temporary"

    @property
    def working(self) -> Path:
        return self.root / "working"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    def environment(self, **more: str) -> dict[str, str]:
        """What a child process sees: none of our own settings, and nothing of the shell that runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RULE12_", "TMP", "TEMP"))}
        given = {"RULE12_DATA_DIR": str(self.data), "RULE12_ORIGIN": ORIGIN, "TMPDIR": str(self.temporary)}
        return kept | given | more

    def settings(self, **more: str) -> Settings:
        """The same settings for this process."""
        return read_settings({name: value for name, value in self.environment(**more).items() if "RULE12_" in name})

    def command(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one `rule12` command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "wsgi", *words],
            cwd=self.working,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def piped(self, data: bytes, *words: str) -> str:
        """What a command printed that read this from its standard input, and must succeed."""
        call = [sys.executable, "-m", "wsgi", *words]
        done = subprocess.run(
            call,
            input=data,
            cwd=self.working,
            env=self.environment(),
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        return done.stdout.decode()

    def done(self, *words: str) -> str:
        """What a command printed that must succeed."""
        ran = self.command(*words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


class Server:
    """A running server; its whole process group goes with it."""

    def __init__(self, spot: Spot, words: Sequence[str], port: int, **more: str) -> None:
        self.spot, self.port, self.words = spot, port, words
        self._log: IO[bytes] = spot.log.open("ab")
        self._log_began, self._gone = spot.log.stat().st_size, False
        self.process = subprocess.Popen(
            words,
            cwd=spot.working,
            env=spot.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.client = Client(port)

    def ready(self) -> "Server":
        """Wait for the first answer."""
        try:
            until(self._answers, "the server to answer")
        except BaseException:
            self.close()
            raise
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.printed()
        try:
            return self.client.get("/healthz").status == 200
        except OSError:
            return False

    def members(self) -> dict[int, int]:
        """Living processes of the group: process id → resident bytes."""
        return members_of(self.process.pid)

    def held(self) -> list[Path]:
        """Files without a name that its processes hold open (where there is /proc): temporary files are made so."""
        links = [link for process in self.members() for link in Path(f"/proc/{process}/fd").glob("*")]
        return [link for link in links if _is_nameless_file(link)]

    def worker(self) -> int | None:
        """The process of the worker, if it runs."""
        return next((process for process in self.members() if " worker --with-parent " in words_of(process)), None)

    def settled(self) -> None:
        """Wait until every server process runs: one that is still starting takes no notice of a signal."""
        if "--processes" in self.words:
            count = int(self.words[self.words.index("--processes") + 1])
            until(lambda: self.printed().count("Started worker-") >= count, "all server processes")

    def printed(self) -> str:
        """What this server printed."""
        return self.spot.log.read_bytes()[self._log_began :].decode()

    def terminate(self) -> int:
        """Ask the server to end, as an operator would; its exit code."""
        self.settled()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """`kill -9` for the whole group at once; returns when nobody is left."""
        if self._gone:  # its number may be somebody else's by now
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not self.members(), "the killed group to be gone")
        self._gone = True

    def close(self) -> None:
        """End it as a crash does, whatever state it is in: no test may depend on a gentle end."""
        self.kill()
        self._log.close()


def _is_nameless_file(link: Path) -> bool:
    try:
        seen = link.stat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_nlink == 0


def granian(spot: Spot, port: int | None = None, processes: int = 2, **more: str) -> Server:
    """`rule12 serve`, on granian, with its worker."""
    port = port or free_port()
    words = (sys.executable, "-m", "wsgi", "serve", "--port", str(port), "--processes", str(processes))
    return Server(spot, words, port, **more).ready()


def gunicorn(spot: Spot, *options: str, **more: str) -> Server:
    """The same app on gunicorn; no worker runs."""
    prepare(spot.settings(**more))
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", *options]
    words += ["--no-control-socket", "--graceful-timeout", "3", "wsgi:create()"]
    return Server(spot, words, port, **more).ready()


def members_of(group: int) -> dict[int, int]:
    """Living processes of a group with their resident bytes; from /proc, or `ps` where there is none."""
    found = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return {process: resident for process, its_group, resident in found if its_group == group}


def words_of(process: int) -> str:
    """The command line of a process; empty when it is gone."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True, check=False)
    return shown.stdout


def _from_proc() -> Iterator[tuple[int, int, int]]:
    page = os.sysconf("SC_PAGE_SIZE")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold anything, so fields are counted from its end.
            state, _parent, group, *rest = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state not in "ZX":
            yield int(folder.name), int(group), int(rest[18]) * page


def _from_ps() -> Iterator[tuple[int, int, int]]:
    shown = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,rss=,state="], capture_output=True, text=True, check=True)
    for process, group, kibibytes, state in re.findall(r"(\d+)\s+(\d+)\s+(\d+)\s+(\S+)", shown.stdout):
        if state[0] not in "ZX":
            yield int(process), int(group), int(kibibytes) * 1024
