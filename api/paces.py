"""How often one address may do what is dear: counted in memory, never stored and never written to a log.

What is counted under is HMAC-SHA-256 of the address under a key that exists in the memory of this process alone and is
replaced before anything it counted is old; with it go all counts. Of an IPv6 address, the first 64 bits count.

A loopback or private address is a proxy's, or the machine's own: whoever comes by it has no address and is not
counted, unless `RULE12_CLIENT_ADDRESS_HEADER` names the header in which the proxy says who it was. It is believed of
such peers alone; of several addresses in it, the last, which the proxy nearest to us wrote.
"""

import hmac
import math
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ParamSpec, TypeVar, cast

from flask import current_app, request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.context import desk, now
from cases.errors import TooOften
from cases.ports import Limits
from cases.ports_door import COMPLAINTS, FILES, RECEIPTS

P = ParamSpec("P")
R = TypeVar("R")
EXTENSION = "rule12.paces"
KEY_BYTES = 32
LEAST = 3600  # seconds that a key lasts at least
LONGEST_ADDRESS = 100
SENTENCES = {
    COMPLAINTS: "Too many complaints came from your network at once. The form on the web page is always open.",
    RECEIPTS: "Too many wrong receipts came from your network. The right one opens the mailbox at any time.",
    FILES: "Too many files came at once. What was stored is safe.",
}


class Paces:
    """Counts for one process."""

    def __init__(self, limits: Limits) -> None:
        self._items = {
            what: RateLimitItemPerSecond(pace.times, pace.seconds, namespace=what) for what, pace in limits.door.items()
        }
        self._lasts = max(LEAST, *(pace.seconds for pace in limits.door.values()))
        self._lock = threading.Lock()
        self._period, self._key, self._counting = -1, b"", FixedWindowRateLimiter(MemoryStorage())

    def wait(self, what: str, who: str, at: datetime) -> int | None:
        """Count one; None if it is within the pace, else the seconds until the next."""
        key, counting = self._current(at)
        marked = hmac.digest(key, who.encode(), "sha256").hex()
        if counting.hit(self._items[what], marked):
            return None
        over = counting.get_window_stats(self._items[what], marked).reset_time
        return max(1, math.ceil(over - time.time()))

    def _current(self, at: datetime) -> tuple[bytes, FixedWindowRateLimiter]:
        period = int(at.timestamp()) // self._lasts
        with self._lock:
            if period != self._period:
                self._period, self._key = period, os.urandom(KEY_BYTES)
                self._counting = FixedWindowRateLimiter(MemoryStorage())
            return self._key, self._counting


def paced(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count whoever calls a view by their address; below `needs`, above parsing. Raises TooOften."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            must_not_hurry(what)
            return view(*args, **kwargs)

        return guarded

    return decorate


def must_not_hurry(what: str, who: str | None = None) -> None:
    """Count one for an address, or for `who`; whoever has no address is not counted. Raises TooOften."""
    whom = client() if who is None else who
    seconds = None if whom is None else cast("Paces", current_app.extensions[EXTENSION]).wait(what, whom, now())
    if seconds is not None:
        raise TooOften(SENTENCES[what], seconds)


def clock_after(seconds: int) -> str:
    """What the clock says then, in UTC."""
    return f"{datetime.fromtimestamp(now().timestamp() + seconds + 59, UTC):%H:%M} UTC"


def client() -> str | None:
    """The address of whoever calls; None for a proxy that does not say who it was, and for the machine itself."""
    if (own := public(request.remote_addr or "")) is not None:
        return own
    header = desk().limits.address_header
    return public(request.headers.get(header, "").rpartition(",")[2]) if header else None


def public(text: str) -> str | None:
    """An address of the open internet, of IPv6 the network of 64 bits; None for any other text."""
    try:
        found = ip_address(text.strip()[:LONGEST_ADDRESS])
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return public(str(found.ipv4_mapped))
        return str(ip_network((found, 64), strict=False)) if found.is_global else None
    return str(found) if found.is_global else None
