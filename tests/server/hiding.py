"""Marker strings, every form they could be written in, and the search for them in files, zips included."""

import base64
import io
import json
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

LETTER = "Ω"


class Markers:
    """Strings that mean nothing and occur nowhere else, each under the name of the place it was put in."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """A new marker. It ends in a letter that JSON, form and address encodings all write differently."""
        assert name not in self.made
        self.made[name] = f"Zq{secrets.token_hex(6)}{LETTER}"
        return self.made[name]

    def texts(self) -> Iterator[str]:
        """Every marker as it is, and without the letter that most encodings would change."""
        for marker in self.made.values():
            yield marker
            yield marker.removesuffix(LETTER)


def forms_of_text(text: str) -> set[bytes]:
    """How a text may lie in a file."""
    found = {text.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    found |= {quote(text, safe="").encode(), quote(text, safe="").lower().encode(), json.dumps(text)[1:-1].encode()}
    return found | forms_of_bytes(text.encode())


def forms_of_bytes(data: bytes) -> set[bytes]:
    """How bytes may lie in a file: as they are, in hexadecimal, in base64 at each of its three alignments."""
    found = {data, data.hex().encode(), data.hex().upper().encode()}
    for shift in range(3):
        # Symbols that would mix in bits of a neighbour are left out at both ends.
        whole = base64.b64encode(bytes(shift) + data)
        inner = whole[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def found_in(files: Iterable[Path], forms: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Which file holds which form."""
    pieces = tuple(forms)
    return [(name, piece) for name, data in _contents(files) for piece in pieces if piece in data]


def _contents(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Names and contents; a name is a content too."""
    for path in files:
        data = path.read_bytes()
        yield str(path), data
        yield f"the name of {path}", str(path).encode()
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as zipped:
                yield from ((f"{path}: {name}", zipped.read(name)) for name in zipped.namelist())
