"""A backup by a process that kills itself right before one of its changes of the disk. Run by test_backups.py.

Arguments: the data directory, both folders, the number of the change (-1: none). Prints how many it made.
"""

import os
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from cases.casework.restoring import note_backup
from storage import open_house
from storage.settings import read_settings
from tests.conftest import NOON

CHANGES = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect"}
LATER = NOON + timedelta(days=1)

data_dir, into, apart, point = sys.argv[1:]
made = [0]
watching = []


def watch(event, args):
    """Count what changes the disk, and die at the chosen one."""
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    if watching and (writes or event in CHANGES):
        if made[0] == int(point):
            os.kill(os.getpid(), signal.SIGKILL)
        made[0] += 1


sys.addaudithook(watch)
house = open_house(read_settings({"RULE12_DATA_DIR": data_dir}))
watching.append(True)
house.backup(Path(into), Path(apart), 1, LATER, partial(note_backup, house.desk, at=LATER))
watching.clear()
print(made[0])
