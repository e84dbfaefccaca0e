"""What the door needs besides: how often anybody may knock, and mailboxes held open without anything kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from cases.visit import Visit

COMPLAINTS, RECEIPTS, FILES = "complaints", "receipts", "files"


@dataclass(frozen=True, slots=True)
class Pace:
    """So many times within so many seconds."""

    times: int
    seconds: int


PACES: Mapping[str, Pace] = MappingProxyType(
    {COMPLAINTS: Pace(200, 3600), RECEIPTS: Pace(300, 3600), FILES: Pace(1000, 3600)}
)
"""What one address may send in an hour: complaints at the API, wrong receipts, files. Many people share an address."""


class Visits(Protocol):
    """Visits as browsers hold them, sealed under secrets that are gone two hours later."""

    def seal(self, visit: Visit, at: datetime) -> str:
        """What the browser holds, in characters a cookie may have."""

    def open(self, sealed: str, at: datetime) -> Visit | None:
        """The visit, if it was sealed here in this hour or the one before and still lasts; None for anything else."""

    def mark(self, visit: Visit, at: datetime) -> str:
        """What every form of this visit carries: only this installation can make it, and it tells nothing."""

    def is_marked(self, visit: Visit, mark: str, at: datetime) -> bool:
        """Whether a mark was made for this very visit in this hour or the one before."""

    def forget(self, at: datetime) -> int:
        """Delete secrets of before the last hour; how many that were."""
