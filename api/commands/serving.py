"""`rule12 serve` and `rule12 worker`."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened, settings
from cases.casework.working import Worker
from cases.errors import CannotStart

IDLE = 0.25
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command()
@click.option(
    "--surface", type=click.Choice(("door", "desk", "all")), help="What to serve (RULE12_SURFACE; default: all)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--processes", default=2, show_default=True, help="Server processes.")
@data_dir_option
@click.option("--demo", is_flag=True, help="Load an invented directory and eight complaints into an empty place.")
@click.pass_obj
def serve(
    parts: Any, surface: str | None, host: str, port: int, processes: int, data_dir: Path | None, *, demo: bool
) -> None:
    """Serve the form, the API, its reference and (unless --surface door) the worker."""
    from granian import Granian  # noqa: PLC0415 - only this command needs a server
    from granian.constants import Interfaces  # noqa: PLC0415

    _log()
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
    try:
        server = Granian(
            "wsgi:create",
            factory=True,
            interface=Interfaces.WSGI,
            address=host,
            port=port,
            workers=processes,
            blocking_threads=1,
            log_access=False,
            respawn_failed_workers=True,
            websockets=False,
        )
        server.serve()
    finally:
        stop.set()
        if keeper:
            keeper.join(timeout=10)


def _log() -> None:
    logging.basicConfig(format=LOG_FORMAT, level=logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)


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
    """Sort complaints, merge entries into the ledger, forget stored answers after a day."""
    _log()
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    with opened(parts, data_dir) as house:
        hand = Worker(house.desk)
        while not stopping.is_set() and (with_parent is None or os.getppid() == with_parent):
            busy = hand.step(now())
            if once and not busy:
                return
            if not busy:
                time.sleep(IDLE)


COMMANDS = (serve, worker)
