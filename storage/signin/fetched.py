"""A document of somebody else's server, kept for a while and asked for sparingly."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from cases.errors import ProviderUnavailable

T = TypeVar("T")
NOT_SOONER = timedelta(minutes=1)
AFTER_FAILING = timedelta(seconds=5)
AT_MOST = timedelta(hours=1)


class Fetched(Generic[T]):
    """Read anew when `kept` is over, or when asked for anew: then once a minute at most, whoever asks.

    While the server does not answer, what was read is used for an hour at most; everybody else is told at once.
    """

    def __init__(self, read: Callable[[datetime], T], kept: timedelta) -> None:
        self._read, self._kept = read, kept
        self._lock = threading.Lock()
        self._found: tuple[T, datetime] | None = None
        self._tried_at: datetime | None = None
        self._failed = False

    def get(self, at: datetime, *, anew: bool = False) -> T:
        """Raises ProviderUnavailable."""
        with self._lock:
            if self._found and not anew and at - self._found[1] < self._kept:
                return self._found[0]
            if not self._may_try(at, anew=anew):
                return self._old(at, anew=anew)
            self._tried_at = at
            try:
                found = self._read(at)
            except ProviderUnavailable:
                self._failed = True
                return self._old(at, anew=anew)
            self._found, self._failed = (found, at), False
            return found

    def _may_try(self, at: datetime, *, anew: bool) -> bool:
        if self._tried_at is None or at < self._tried_at:
            return True
        pause = NOT_SOONER if anew else AFTER_FAILING
        return at - self._tried_at >= pause or not (self._failed or anew)

    def _old(self, at: datetime, *, anew: bool) -> T:
        """What is there. Whoever asks for news of a server that does not answer is not served what is old."""
        good = self._found is not None and at - self._found[1] < AT_MOST
        if self._found is None or not good or (anew and self._failed):
            raise ProviderUnavailable("The identity provider does not answer. Try again in a minute.")
        return self._found[0]
