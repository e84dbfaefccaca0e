"""What the door needs of storage besides: mailboxes held open without anything kept that opens them later."""

from datetime import datetime
from typing import Protocol

from cases.visit import Visit


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
