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
            if self._may_try(at, anew=anew):
                self._try(at, anew=anew)
            return self._what_is_there(at, anew=anew)

    def _may_try(self, at: datetime, *, anew: bool) -> bool:
        if self._tried_at is None or at < self._tried_at:
            return True
        pause = NOT_SOONER if anew else AFTER_FAILING
        return at - self._tried_at >= pause or not (self._failed or anew)

    def _try(self, at: datetime, *, anew: bool) -> None:
        self._tried_at = at
        try:
            self._found, self._failed = (self._read(at), at), False
        except ProviderUnavailable:
            self._failed = True
            if not self._serves(at, anew=anew):
                raise

    def _serves(self, at: datetime, *, anew: bool) -> bool:
        """Whether what is there will do. Whoever asks for news of a server that fails is not served what is old."""
        return self._found is not None and at - self._found[1] < AT_MOST and not (anew and self._failed)

    def _what_is_there(self, at: datetime, *, anew: bool) -> T:
        if self._found is None or not self._serves(at, anew=anew):
            raise ProviderUnavailable("The identity provider does not answer. Try again in a minute.")
        return self._found[0]
