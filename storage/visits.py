"""Visits sealed for the browser that holds them, and the secrets of the hour they are sealed under.

    period := whole hours since 1970-01-01T00:00Z                                            4 bytes, big-endian
    secret := 32 random bytes, in the file door/PERIOD.key (0600, decimal) below the data directory
    key    := HKDF-SHA-256(secret, no salt, info = "rule12/mailbox-cookie/1")                32 bytes
    plain  := receipt secret(15) ‖ opened at(8) ‖ used at(8)        microseconds since 1970, big-endian
    head   := version(1) = 0x01 ‖ period(4)
    cookie := base64url, unpadded, of head ‖ nonce(12) ‖ AES-256-GCM(key, nonce, plain(31),
              associated data = "rule12/mailbox-cookie/1" ‖ head) with its tag(16)           64 bytes, 86 characters
    mark   := base64url, unpadded, of HMAC-SHA-256(HKDF-SHA-256(secret, no salt, info = "rule12/mailbox-mark/1"),
              receipt secret(15) ‖ opened at(8))                                             32 bytes, 43 characters

Neither the cookie nor the file tells anything without the other. Whichever process of the machine comes first makes
the secret of an hour; all of them share it. It is deleted two hours later, and never part of a backup: then no cookie
of that hour opens anything any more, for nobody. What whoever holds both in time can open is the mailbox itself.
"""

import hmac
import os
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.errors import CannotStart
from cases.visit import Visit

VERSION = 1
PERIOD = timedelta(hours=1)
SECRET_BYTES, NONCE_BYTES = 32, 12
OF_COOKIE, OF_MARK = b"rule12/mailbox-cookie/1", b"rule12/mailbox-mark/1"
HEAD, PLAIN = struct.Struct(">BI"), struct.Struct(">15sQQ")
COOKIE = re.compile(r"[A-Za-z0-9_-]{86}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_FOR_BACKUPS = "Signature: 8a477f597d28d172789f06886806bc55\n# Secrets that must be gone in two hours.\n"


class Visits:
    """Seals visits, opens them, and marks their forms."""

    def __init__(self, data_dir: Path) -> None:
        self._secrets = Secrets(data_dir / "door")

    def seal(self, visit: Visit, at: datetime) -> str:
        """The cookie, under the secret of this hour and a nonce of its own."""
        period = period_of(at)
        return sealed(visit, self._secrets.of(period), period, os.urandom(NONCE_BYTES))

    def open(self, sealed: str, at: datetime) -> Visit | None:
        """The visit in a cookie of this hour or the one before, if it still lasts; None for anything else."""
        if not COOKIE.fullmatch(sealed):
            return None
        raw = urlsafe_b64decode(sealed + "==")
        _, period = HEAD.unpack_from(raw)
        if period not in current(at) or (secret := self._secrets.known(period)) is None:
            return None
        visit = opened(raw, secret)
        return visit if visit and visit.lasts(at) else None

    def mark(self, visit: Visit, at: datetime) -> str:
        """The mark of this visit in this hour."""
        return mark_of(visit, self._secrets.of(period_of(at)))

    def is_marked(self, visit: Visit, mark: str, at: datetime) -> bool:
        """Whether it is the mark of this visit, of this hour or the one before."""
        shown = mark.encode("utf-8", "replace")
        secrets = (self._secrets.known(period) for period in current(at))
        return any(hmac.compare_digest(shown, mark_of(visit, one).encode()) for one in secrets if one)

    def forget(self, at: datetime) -> int:
        """Delete what is older than the hour before; how many secrets that were."""
        return self._secrets.forget(min(current(at)))


class Secrets:
    """One secret for each hour, in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, period: int) -> bytes:
        """The secret of an hour, made by whoever asks first; older ones are deleted on the way."""
        if (known := self.known(period)) is not None:
            return known
        self.forget(period - 1)
        self._make(period)
        made = self.known(period)
        if made is None:
            raise CannotStart(f"{self._folder} does not keep what is written there.")
        return made

    def known(self, period: int) -> bytes | None:
        """The secret of an hour, if there is one."""
        path = self._path(period)
        try:
            secret = path.read_bytes()
        except FileNotFoundError:
            return None
        if len(secret) != SECRET_BYTES:
            raise CannotStart(f"{path} is no secret of the door. Remove it.")
        return secret

    def forget(self, oldest: int) -> int:
        """Delete the secrets of before an hour, and what a process that died left of one."""
        gone = [path for path in self._files() if int(path.name.partition(".")[0]) < oldest]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _files(self) -> Iterator[Path]:
        found = self._folder.glob("*.key*")
        return (path for path in found if path.name.partition(".")[0].isdecimal())

    def _make(self, period: int) -> None:
        """Written whole under a name nobody reads, then linked: of two processes one is first, and both read it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / "CACHEDIR.TAG").write_text(NOT_FOR_BACKUPS, encoding="ascii")
        fresh = self._folder / f"{period}.key.{uuid4().hex}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(SECRET_BYTES))
        try:
            os.link(fresh, self._path(period))
        except FileExistsError:
            pass  # another process was first: its secret is everybody's
        finally:
            fresh.unlink()

    def _path(self, period: int) -> Path:
        return self._folder / f"{period}.key"


def period_of(at: datetime) -> int:
    """The hour a time lies in."""
    return (at - EPOCH) // PERIOD


def current(at: datetime) -> tuple[int, int]:
    """The hours whose secrets still count: the one before and this one."""
    return period_of(at) - 1, period_of(at)


def sealed(visit: Visit, secret: bytes, period: int, nonce: bytes) -> str:
    """A visit as a cookie."""
    head = HEAD.pack(VERSION, period)
    plain = PLAIN.pack(visit.secret, _micros(visit.opened_at), _micros(visit.used_at))
    body = AESGCM(_derived(secret, OF_COOKIE)).encrypt(nonce, plain, OF_COOKIE + head)
    return _text(head + nonce + body)


def opened(cookie: bytes, secret: bytes) -> Visit | None:
    """The visit in the bytes of a cookie, or None when this secret does not open them."""
    head, rest = cookie[: HEAD.size], cookie[HEAD.size :]
    nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    if head[0] != VERSION:
        return None
    try:
        plain = AESGCM(_derived(secret, OF_COOKIE)).decrypt(nonce, body, OF_COOKIE + head)
    except InvalidTag:
        return None
    receipt, opened_at, used_at = PLAIN.unpack(plain)
    return Visit(receipt, _time(opened_at), _time(used_at))


def mark_of(visit: Visit, secret: bytes) -> str:
    """What forms of a visit carry, under the secret of an hour."""
    what = visit.secret + _micros(visit.opened_at).to_bytes(8)
    return _text(hmac.digest(_derived(secret, OF_MARK), what, "sha256"))


def _derived(secret: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=info).derive(secret)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _time(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
