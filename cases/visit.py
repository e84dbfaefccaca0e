"""A visit: a mailbox held open in one browser, from showing the receipt until it is closed, left alone or too long.

Nothing of it is kept here. The browser holds all of it, sealed (`cases/ports_door.py`), and brings it along.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from cases.receipt import write_receipt

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=4)
ASTRAY = timedelta(minutes=1)
"""So far the clocks of two processes may lie apart."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`secret` is the receipt's 15 bytes. It was opened at one time and used last at another, both in UTC."""

    secret: bytes = field(repr=False)
    opened_at: datetime
    used_at: datetime

    @property
    def receipt(self) -> str:
        return write_receipt(self.secret)

    def lasts(self, at: datetime) -> bool:
        """Whether it is neither left alone for longer than `IDLE` nor open for longer than `LONGEST`."""
        unused = at - self.used_at
        return self.opened_at <= self.used_at and -ASTRAY <= unused <= IDLE and at - self.opened_at <= LONGEST

    def used(self, at: datetime) -> Self:
        """The same visit, used at a later time."""
        return replace(self, used_at=max(at, self.used_at))
