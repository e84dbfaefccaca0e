"""Multipart bodies as streams (RFC 7578): each part is handed on as it arrives, nothing is spooled in the clear.

    body      := [preamble CRLF] "--" boundary line *( CRLF "--" boundary line ) CRLF "--" boundary "--" [epilogue]
    line      := [spaces] CRLF headers CRLF CRLF data

Lines end in CRLF, as RFC 2046 §5.1.1 has it and every browser sends it. However the bytes are cut into blocks, the
parts are the same; between blocks at most a head and a delimiter are held.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from cases.errors import BodyNotWhole

HEAD_LIMIT = 16 * 1024
CUT = "The upload broke off. Files shown as stored are safe; send the others again."
NO_FORM = "This is no multipart form. Use the form on the page, or the API."
LINE_END, HEAD_END, CLOSING = b"\r\n", b"\r\n\r\n", b"--"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `blocks` must be read before the next part is asked for; it raises BodyNotWhole when it was cut."""

    name: str
    filename: str | None
    media_type: str | None
    blocks: Iterator[bytes]


def parts_of(blocks: Iterator[bytes], boundary: str) -> Iterator[Part]:
    """The parts of a body, in order. Raises BodyNotWhole when it ends before its closing boundary, or is no form."""
    body = _Body(blocks, LINE_END + b"--" + boundary.encode())
    body.until(body.delimiter)
    while body.has_another():
        yield _part(body.until(HEAD_END), body.data())
        for _ in body.data():
            pass  # whoever took the part may have left some of it
    for _ in blocks:
        pass  # a server may cut the answer of whoever leaves a body unread


def _part(head: bytes, data: Iterator[bytes]) -> Part:
    lines = (line.partition(":") for line in head.decode(errors="replace").split("\r\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition, options = parse_options_header(headers.get("content-disposition"))
    if disposition != "form-data" or "name" not in options:
        raise BodyNotWhole(NO_FORM)
    return Part(options["name"], options.get("filename"), headers.get("content-type"), data)


class _Body:
    """The bytes that have come and were not handed on yet."""

    def __init__(self, blocks: Iterator[bytes], delimiter: bytes) -> None:
        self._blocks, self.delimiter = blocks, delimiter
        self._held = bytearray(LINE_END)  # as if a line ended before the body: its first delimiter may open it
        self._in_part = False

    def until(self, mark: bytes) -> bytes:
        """What stands before a mark, which is taken away too. Raises BodyNotWhole beyond `HEAD_LIMIT`."""
        while (found := self._held.find(mark)) < 0:
            if len(self._held) >= HEAD_LIMIT + len(mark):
                raise BodyNotWhole(NO_FORM)
            self._more()
        if found > HEAD_LIMIT:
            raise BodyNotWhole(NO_FORM)
        return self._cut(found, len(mark))

    def has_another(self) -> bool:
        """After a delimiter: whether it opens a part; False when it closes the body."""
        while len(self._held) < len(CLOSING):
            self._more()
        if self._held.startswith(CLOSING):
            return False
        if self.until(LINE_END).strip(b" \t"):
            raise BodyNotWhole(NO_FORM)
        self._in_part = True
        return True

    def data(self) -> Iterator[bytes]:
        """What is left of the part at hand, up to its delimiter."""
        while self._in_part:
            found = self._held.find(self.delimiter)
            ready = len(self._held) - len(self.delimiter) + 1  # the rest could begin a delimiter
            if found >= 0:
                self._in_part = False
                last = self._cut(found, len(self.delimiter))
                yield from (last,) if last else ()
            elif ready > 0:
                yield self._cut(ready, 0)
            else:
                self._more()

    def _cut(self, size: int, over: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[: size + over]
        return taken

    def _more(self) -> None:
        block = next(self._blocks, None)
        if block is None:
            raise BodyNotWhole(CUT)
        self._held += block
