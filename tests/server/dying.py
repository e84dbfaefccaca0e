"""Workers that are killed at a chosen point, each a process of its own, forked from this one by test_effects.py.

Reads lines of JSON from standard input: a data directory, a time, the number of a point, and, where a mail is taken in
instead (test_mail_in.py), the file it lies in. Answers each with a line: how the worker ended (the signal, or 0) and
how many points it passed.
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from cases.casework.mailing_in import take_in_mail
from storage import open_house
from tests.server.effects import settings_of, work_off
from tests.server.stopping import Points


def die() -> NoReturn:
    """`kill -9`: nothing is cleaned up, nothing is written any more."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def work(folder: str, at: str, point: int, passed: int, mail: str) -> None:
    """The whole life of one worker."""
    points, when = Points(point, die), datetime.fromisoformat(at)
    house = open_house(settings_of(Path(folder)))
    if mail:
        points.run(lambda: take_in_mail(house.desk, Path(mail).read_bytes(), when))
    else:
        points.run(lambda: work_off(house.desk, when))
    os.write(passed, str(points.passed).encode())


def ended(folder: str, at: str, point: int, mail: str = "") -> tuple[int, int]:
    """How a worker ended and how many points it passed, which a killed one cannot tell."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(folder, at, point, writing, mail)
        except BaseException as error:  # noqa: BLE001 - nothing of a child may return to the loop of its parent
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return os.waitstatus_to_exitcode(status), int(pipe.read() or 0)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(ended(*json.loads(line))), flush=True)
