"""Webhooks as Standard Webhooks says: HTTPS, signed with HMAC-SHA-256, the same id however often they are sent.

    content   := webhook-id ‖ "." ‖ webhook-timestamp ‖ "." ‖ body
    signature := "v1," ‖ base64(HMAC-SHA-256(secret, content))
    body      := {"data":{"notice":"<uuid>"},"timestamp":"<RFC 3339>","type":"notice.made"}

A name is resolved once, every address it has must be public (or allowed by RULE12_WEBHOOK_ALLOW), and the connection
goes to the address that was checked: a name that means something else a moment later changes nothing. Redirects are
not followed. What is answered is not read beyond its status.
"""

import base64
import hmac
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from datetime import datetime
from http.client import HTTPException, HTTPSConnection
from typing import Self
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from cases.canonical import canonical
from cases.errors import CannotStart
from cases.notices import Endpoint
from cases.times import stamp
from storage.post.settings import PostSettings

TIMEOUT = 10  # seconds for all of it
LONGEST = 2000
TAKEN = range(200, 300)
NO_ADDRESS = "A webhook needs an address like https://hooks.example.org/desk, without name or fragment."
NO_PUBLIC_ADDRESS = "This is no public address. RULE12_WEBHOOK_ALLOW can name it, if that is meant."
_WRAPPING = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses with an IPv4 address inside, which a gateway on the way might follow."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotTaken(OSError):
    """The endpoint could not be asked, or did not take it. Names no address."""


class Webhooks:
    """Posts to endpoints outside."""

    def __init__(self, settings: PostSettings) -> None:
        self._hosts, self._networks = settings.allowed_hosts, settings.allowed_networks
        self._trust = ssl.create_default_context(cafile=settings.webhook_ca)

    def must_be_fit(self, url: str) -> None:
        """Raises CannotStart for an address nothing is ever posted to; a name is resolved when something is posted."""
        found = _split(url)
        if found is None:
            raise CannotStart(NO_ADDRESS)
        with suppress(ValueError):
            if not self._is_open(found.hostname or "", ipaddress.ip_address(found.hostname or "")):
                raise CannotStart(NO_PUBLIC_ADDRESS)

    def post(self, to: Endpoint, kind: str, notice: UUID, at: datetime) -> None:
        """Raises NotTaken unless it was answered with 2xx in time."""
        found = _split(to.url)
        if found is None:
            raise NotTaken("its address is none that webhooks go to")
        host, port = found.hostname or "", found.port or 443
        body = canonical({"type": kind, "timestamp": stamp(at), "data": {"notice": str(notice)}})
        headers = _signed(to.secret, f"msg_{notice.hex}", at, body)
        connection = _Pinned(host, port, self._checked(host, port), self._trust)
        with _Deadline(connection) as deadline:
            try:
                connection.request("POST", _target(found), body, headers)
                status = connection.getresponse().status
            except (OSError, HTTPException, ValueError) as error:
                raise NotTaken("no answer in time" if deadline.passed else type(error).__name__) from error
        if deadline.passed:  # cut off in the middle of its head, an answer reads like a whole one
            raise NotTaken("no answer in time")
        if status not in TAKEN:
            raise NotTaken(f"it was answered with {status}")

    def _checked(self, host: str, port: int) -> str:
        """The address to connect to; raises NotTaken if any address of the name is closed to webhooks."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotTaken("its name cannot be resolved") from error
        addresses = [str(one[4][0]).partition("%")[0] for one in found]
        if not addresses or not all(self._is_open(host, ipaddress.ip_address(one)) for one in addresses):
            raise NotTaken("its name leads to an address that is not public")
        return addresses[0]

    def _is_open(self, host: str, address: Address) -> bool:
        if host.lower().rstrip(".") in self._hosts:
            return True
        if any(address.version == network.version and address in network for network in self._networks):
            return True
        return is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address is out in the world: not private, loopback, link-local, shared (CGNAT), multicast, reserved,

    and no IPv4 address in an IPv6 one.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or address.is_site_local or any(address in one for one in _WRAPPING):
            return False
        if int(address) >> 32 == 0:  # what once was called IPv4-compatible
            return False
    apart = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not apart


class _Pinned(HTTPSConnection):
    """Connects to the address that was checked, and asks it to prove that it is the host of that name."""

    def __init__(self, host: str, port: int, address: str, trust: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=trust)
        self._address, self._trust = address, trust

    def connect(self) -> None:
        """By address; the certificate is checked for the name."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = plain  # so that the deadline can end a handshake that never does
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


class _Deadline:
    """Ends a connection that is not done in time, however slowly it drips; and closes it in any case."""

    def __init__(self, connection: HTTPSConnection) -> None:
        self._connection = connection
        self._timer = threading.Timer(TIMEOUT, self._end)
        self._timer.daemon = True
        self.passed = False

    def __enter__(self) -> Self:
        """Start counting."""
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop counting, and hang up."""
        self._timer.cancel()
        self._connection.close()

    def _end(self) -> None:
        self.passed = True
        if self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)


def _split(url: str) -> SplitResult | None:
    """An https address without user, fragment or anything odd; None for any other."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return None
    odd = found.username is not None or found.password is not None or found.fragment or port == 0
    return found if found.scheme == "https" and found.hostname and not odd else None


def _target(found: SplitResult) -> str:
    return (found.path or "/") + (f"?{found.query}" if found.query else "")


def _signed(secret: str, message: str, at: datetime, body: bytes) -> dict[str, str]:
    sent = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.digest(key, b".".join((message.encode(), sent.encode(), body)), "sha256")
    return {
        "Content-Type": "application/json",
        "User-Agent": "rule12",
        "webhook-id": message,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
