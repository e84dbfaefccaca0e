"""HTTP as a client speaks it: whole requests, and raw sockets for everything a proper client would not do."""

import base64
import hashlib
import http.client
import json
import random
import socket
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

API = "/api/v1"
PNG = b"\x89PNG\r\n\x1a\n"
PATIENCE = 60.0


def picture(size: int, seed: int = 0) -> bytes:
    """A PNG to every sniffer: the same noise for the same seed."""
    return (PNG + random.Random(seed).randbytes(max(0, size - len(PNG))))[:size]


def digest_header(body: bytes) -> str:
    """`Content-Digest` of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def complaint(**more: Any) -> dict[str, Any]:
    """What a reporter files; keyword arguments replace whole parts."""
    statement = {"summary": "A post", "narrative": "A colleague's post on a private account.", "concerns": []}
    return {"language": "en", "statement": statement, "reporter": {"consent": "anonymous"}} | more


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def must(self, status: int) -> Any:
        """Its JSON, if it is what was expected."""
        assert self.status == status, f"{self.status} instead of {status}: {self.body[:500]!r}"
        return self.json if self.body[:1] in (b"{", b"[") else self.body


class Client:
    """One request per connection: whatever the server does to one, the next starts afresh."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str) -> Answer:
        """Header names are written as `If_Match`. Raises OSError or HTTPException when no whole answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return _whole(answer)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, told: Any, **headers: str) -> Answer:
        return self.call("POST", path, json.dumps(told).encode(), Content_Type="application/json", **headers)

    def file(self, told: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """File a complaint; what the reporter is given."""
        filed: dict[str, Any] = self.post(f"{API}/complaints", told or complaint(), **headers).must(201)
        return filed

    def upload(self, receipt: str, body: bytes, media_type: str = "image/png", **headers: str) -> Answer:
        return self.call(
            "POST",
            f"{API}/mailbox/evidence",
            body,
            Authorization=f"Receipt {receipt}",
            Content_Type=media_type,
            **headers,
        )


class Wire:
    """A raw connection, to send exactly these bytes and to end where an attacker or a broken network would."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self._socket.close()

    def head(self, method: str, path: str, **headers: str) -> None:
        """Send a request head and nothing after it."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def evidence(self, receipt: str, **headers: str) -> None:
        """Begin an upload."""
        shown = {"Authorization": f"Receipt {receipt}", "Content_Type": "image/png"}
        self.head("POST", f"{API}/mailbox/evidence", **(shown | headers))

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def chunks(self, blocks: Iterable[bytes], *, last: bool = True) -> None:
        """Send chunks (RFC 9112 §7.1), with the last one or cut before it."""
        for block in blocks:
            self.send(b"%x\r\n%b\r\n" % (len(block), block))
        if last:
            self.send(b"0\r\n\r\n")

    def finish_sending(self) -> None:
        """Close our half: the body ends here, the answer can still come."""
        self._socket.shutdown(socket.SHUT_WR)

    def break_off(self) -> None:
        """Reset the connection, as a pulled plug or a crash does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def read(self, size: int) -> bytes:
        return self._socket.recv(size)

    def rest(self) -> bytes:
        """Everything until the connection ends, neatly or not."""
        seen = bytearray()
        with suppress(ConnectionError):
            while block := self._socket.recv(1 << 20):
                seen += block
        return bytes(seen)

    def answer(self) -> Answer | None:
        """The final answer, interim ones passed over; None when the connection ends without one."""
        reader = http.client.HTTPResponse(self._socket, method="POST")
        with suppress(ConnectionError, http.client.BadStatusLine):
            reader.begin()
            return _whole(reader)
        return None


def _whole(answer: http.client.HTTPResponse) -> Answer:
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
