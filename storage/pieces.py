"""Pieces of a sealed object, opened where they lie: random access as C2SP chunked-encryption specifies it.

    object := salt(24) ‖ commitment(32) ‖ chunk 0 ‖ chunk 1 ‖ …      chunk k at 56 + k · 16400
    chunk  := AES-256-GCM(16 KiB of plaintext, the last one shorter, it may be empty), nothing authenticated beside it
    key(32) ‖ base(12) ‖ commitment(32) := HKDF-Expand-SHA-512(object key, info = label ‖ 0 ‖ salt ‖ context)
    nonce of chunk k := base XOR k, twelve bytes, big-endian

That a chunk is shorter than 16 KiB marks it as the last. So where the length of an object says that its last chunk
begins, a chunk must open: then nothing was cut off or added. Whole objects are opened by the library (`sealing`).
"""

import hmac
import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from cases.errors import EvidenceUnreadable
from cases.place import Place
from cases.ranges import Span

SALT, COMMITMENT = 24, 32
HEAD = SALT + COMMITMENT
CHUNK = 16 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
MOST_CHUNKS = 1 << 38
AT_ONCE = 16  # chunks read together: 256 KiB, whatever the size of the piece
KEY, NONCE = 32, 12
LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


class SealedFile:
    """A sealed object as a file that can be sought in, its key commitment and its last chunk checked."""

    def __init__(self, file: BinaryIO, key: bytes, place: Place) -> None:
        """Read and check both ends, and nothing between. Raises EvidenceUnreadable."""
        self._file = file
        self._last, length = divmod(file.seek(0, os.SEEK_END) - HEAD, SEALED_CHUNK)
        if not 0 <= self._last < MOST_CHUNKS or length < TAG:
            raise _broken()
        head = self._read(0, HEAD)
        made = HKDFExpand(SHA512(), KEY + NONCE + COMMITMENT, LABEL + head[:SALT] + bytes(place)).derive(key)
        if not hmac.compare_digest(made[KEY + NONCE :], head[SALT:]):
            raise _broken()
        self._opener, self._base = AESGCM(made[:KEY]), int.from_bytes(made[KEY : KEY + NONCE])
        self._end = self._open(self._last, self._read(HEAD + self._last * SEALED_CHUNK, length))
        self.size = self._last * CHUNK + len(self._end)

    def piece(self, span: Span) -> Iterator[bytes]:
        """The plaintext of a span, in blocks of at most 256 KiB; only the chunks it touches are read.

        Raises EvidenceUnreadable at the first chunk that is not genuine, or when the object does not reach so far.
        """
        if not 0 <= span.start <= span.stop <= self.size:
            raise _broken()
        first, behind = span.start // CHUNK, -(-span.stop // CHUNK)
        for chunk in range(first, behind, AT_ONCE):
            plain = self._chunks(chunk, min(chunk + AT_ONCE, behind))
            before = chunk * CHUNK
            yield plain[max(span.start - before, 0) : span.stop - before]

    def _chunks(self, first: int, behind: int) -> bytes:
        """The plaintext of neighbouring chunks. The last of all was opened to begin with."""
        whole = min(behind, self._last) - first
        sealed = memoryview(self._read(HEAD + first * SEALED_CHUNK, whole * SEALED_CHUNK) if whole else b"")
        opened = [
            self._open(first + number, sealed[number * SEALED_CHUNK : (number + 1) * SEALED_CHUNK])
            for number in range(whole)
        ]
        return b"".join([*opened, self._end] if behind > self._last else opened)

    def _open(self, number: int, sealed: bytes | memoryview) -> bytes:
        try:
            return self._opener.decrypt((self._base ^ number).to_bytes(NONCE), sealed, None)
        except InvalidTag as error:
            raise _broken() from error

    def _read(self, start: int, count: int) -> bytes:
        """Exactly so many bytes: a file may hand out fewer than were asked for."""
        self._file.seek(start)
        read = self._file.read(count)
        while len(read) < count:
            more = self._file.read(count - len(read))
            if not more:
                raise _broken()
            read += more
        return read


def _broken() -> EvidenceUnreadable:
    return EvidenceUnreadable("it was cut, changed, moved or extended")
