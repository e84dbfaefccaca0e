"""`rule12 serve` and `rule12 worker`."""

import importlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened, settings
from cases.casework.administering import note_rules
from cases.casework.working import Worker
from cases.errors import CannotStart
from cases.outbox import Job, Jobs
from cases.ports_door import Visits

IDLE = 0.25
FORGETS_EVERY = 60.0  # seconds; secrets of the door are gone so soon after their time
BEAT = 5.0  # seconds; a third of a lease, so that one beat may be late
THREADS = 32  # per process: whoever uploads slowly holds one, and must not keep everybody else waiting
GRACE = 5  # seconds that requests under way get when the server ends; what they were sending is sent again
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command()
@click.option(
    "--surface", type=click.Choice(("door", "desk", "all")), help="What to serve (RULE12_SURFACE; default: all)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Server processes.")
@data_dir_option
@click.option("--demo", is_flag=True, help="Load an invented directory and eight complaints into an empty place.")
@click.pass_obj
def serve(
    parts: Any, surface: str | None, host: str, port: int, processes: int, data_dir: Path | None, *, demo: bool
) -> None:
    """Serve the form, the API, its reference and (unless --surface door) the worker."""
    _log()
    address = _free_address(host, port)
    _say_where(host, port)
    chosen = settings(parts, data_dir, surface)
    parts.prepare(chosen)
    house = parts.open_house(chosen)
    if swept := house.sweep():
        click.echo(f"Swept {swept} leftovers of processes that died.")
    if demo:
        _load_demo(house, chosen, f"http://{host}:{port}")
    house.close()
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stop,), daemon=True) if chosen.surface != "door" else None
    if keeper:
        keeper.start()
    if chosen.surface != "desk":
        threading.Thread(target=_forget_visits, args=(house.desk.visits, stop), daemon=True).start()
    try:
        _serve_until_told(address, port, processes)
    finally:
        stop.set()
        if keeper:
            keeper.join(timeout=10)


def _free_address(host: str, port: int) -> str:
    """The address of a host nobody listens on yet; the server itself would quietly share a port. Raises CannotStart."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStart(f"Cannot listen on {host}, port {port}: {error.strerror}. See --host and --port.") from error
    return str(address[0])


def _say_where(host: str, port: int) -> None:
    """Where people reach the staff's pages, when nobody said so: by name, for passkeys are made for names."""
    if os.environ.get("RULE12_PUBLIC_URL", "").strip():
        return
    os.environ["RULE12_PUBLIC_URL"] = f"http://localhost:{port}"
    if host not in LOOPBACK:
        click.echo(f"RULE12_PUBLIC_URL is not set: forms under /desk/ work at http://localhost:{port} alone.", err=True)


def _serve_until_told(address: str, port: int, processes: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only this command needs a server
    from granian.constants import Interfaces  # noqa: PLC0415

    server = Granian(
        "wsgi:create",
        interface=Interfaces.WSGI,
        address=address,
        port=port,
        workers=processes,
        blocking_threads=THREADS,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        websockets=False,
    )
    # It warns of more threads than twice the processors; ours wait for slow senders, not for processors.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in str(record.msg))
    server.serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)


def _application(parent: int) -> Any:
    """The app, in a server process. By import: the server's own loader would take any wsgi.py of the current folder."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return importlib.import_module("wsgi").create()


def _end_with(parent: int) -> None:
    """A server process nobody looks after would hold the port, and go on taking in complaints nobody sorts."""
    while os.getppid() == parent:
        time.sleep(IDLE)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def _log() -> None:
    logging.basicConfig(format=LOG_FORMAT, level=logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _forget_visits(visits: Visits, stop: threading.Event) -> None:
    """Delete secrets of the door in time, also when nobody comes by."""
    while not stop.wait(FORGETS_EVERY):
        try:
            visits.forget(now())
        except OSError:
            logging.getLogger("rule12").exception("a secret of the door cannot be deleted")


def _load_demo(house: Any, chosen: Any, address: str) -> None:
    from api.demo import load_demo  # noqa: PLC0415 - invented people are loaded only when asked for

    if chosen.surface == "door":
        raise CannotStart("--demo needs the desk's keys: serve --surface all or desk.")
    click.echo(load_demo(house.desk, now(), chosen.token_days, address))


def _keep_worker(stop: threading.Event) -> None:
    """Run the worker as a process of its own, and again if it dies."""
    while not stop.is_set():
        child = subprocess.Popen([sys.executable, "-P", "-m", "wsgi", "worker", "--with-parent", str(os.getpid())])
        while child.poll() is None and not stop.wait(IDLE):
            pass
        if child.poll() is None:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=5)
        elif not stop.is_set():
            logging.getLogger("rule12").error("the worker ended with %s and is started again", child.returncode)
            stop.wait(1)


@click.command()
@data_dir_option
@click.option("--with-parent", type=int, hidden=True, help="End when this process is no longer the parent.")
@click.option("--once", is_flag=True, help="Do what is waiting now, then end.")
@click.pass_obj
def worker(parts: Any, data_dir: Path | None, with_parent: int | None, *, once: bool) -> None:
    """Do what waits in the outbox (see `rule12 jobs`), merge entries into the ledger.

    Any number may run. One that is told to end (SIGTERM) finishes the job it is at.
    """
    _log()
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    with opened(parts, data_dir) as house:
        note_rules(house.desk, now())
        hand = Worker(house.desk, partial(held, house.desk.jobs))
        logging.getLogger("rule12.worker").info("takes jobs from now on")
        while not stopping.is_set() and (with_parent is None or os.getppid() == with_parent):
            busy = hand.step(now())
            if once and not busy:
                return
            if not busy:
                stopping.wait(IDLE)


@contextmanager
def held(jobs: Jobs, job: Job, every: float = BEAT) -> Iterator[None]:
    """Renew the lease of a job every so many seconds for as long as the block runs: one that takes long is not taken by
    another meanwhile, and one whose process died is, soon.
    """
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every):
            try:
                if not jobs.renew(job, now()):
                    return
            except Exception as error:  # noqa: BLE001 - one beat that fails is not the last
                logging.getLogger("rule12.worker").warning("no lease renewed: %s", type(error).__name__)

    heart = threading.Thread(target=beat, name="beat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


COMMANDS = (serve, worker)
