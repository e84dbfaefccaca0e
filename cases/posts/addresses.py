"""The parts of a web address in one normal form: what leads to the same place reads the same.

Schemes and hosts are in small letters, hosts of other scripts in punycode (RFC 3492), escapes in capitals and only
where they are needed, default ports left out (RFC 3986 §6.2). No request is made and no name is looked up.
"""

import re
from dataclasses import dataclass
from unicodedata import category, normalize
from urllib.parse import unquote

HOST_LETTERS, LABEL_LETTERS = 253, 63
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_SCHEME = re.compile(r"(https?)[:\N{FULLWIDTH COLON}][/\\]{2,4}", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:(?P<credentials>.*)@)?(?P<host>[^@:]+)(?::(?P<port>[0-9]{0,5}))?", re.DOTALL)
_DOTS = str.maketrans("\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH FULL STOP}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}", "...")
_IN_A_LABEL = "-_\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_NEEDLESS = frozenset("-_~:@")
_AMPERSAND = re.compile(r"&(?:amp;)+")
_ACE = "xn--"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address. `query` holds (name, value) as escaped, a name without `=` with a value of None."""

    scheme: str
    host: str
    port: str
    path: str
    query: tuple[tuple[str, str | None], ...]
    fragment: str
    credentials: bool = False

    def values(self) -> dict[str, str]:
        """The query by name; the first of a name counts."""
        return {name: value or "" for name, value in reversed(self.query)}

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        pairs = (name if value is None else f"{name}={value}" for name, value in self.query)
        query = f"?{'&'.join(pairs)}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"


def begins_as_address(text: str) -> bool:
    return _SCHEME.match(text) is not None


def where_address_begins(text: str) -> int:
    """Where an address begins within a text; -1 where none does."""
    found = _SCHEME.search(text)
    return found.start() if found else -1


def split(text: str) -> Address | None:
    """The address a text is from its first letter to its last; None when it is none."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    rest = text[scheme.end() :]
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.replace("\\", "/").partition("/")
    found = _AUTHORITY.fullmatch(authority)
    host = spelled(found["host"]) if found else ""
    if found is None or not host:
        return None
    said = scheme[1].lower()
    port = (found["port"] or "").lstrip("0")
    return Address(
        said,
        host,
        "" if port == _DEFAULT_PORTS[said] else port,
        escaped(slash + path) or "/",
        _pairs(query),
        escaped(fragment),
        found["credentials"] is not None,
    )


def _pairs(query: str) -> tuple[tuple[str, str | None], ...]:
    pieces = (piece.partition("=") for piece in _AMPERSAND.sub("&", query).split("&") if piece)
    return tuple((escaped(name), escaped(value) if equals else None) for name, equals, value in pieces)


def spelled(host: str) -> str:
    """A host in small letters, other scripts in punycode; "" for what can be no host."""
    host = normalize("NFKC", host[: 4 * HOST_LETTERS].translate(_DOTS).lower()).removesuffix(".")
    labels = [_label(label) for label in host.split(".")]
    host = ".".join(labels)
    return host if all(labels) and len(host) <= HOST_LETTERS else ""


def _label(label: str) -> str:
    if not all(category(one)[0] in "LMN" or one in _IN_A_LABEL for one in label):
        return ""
    try:
        label = label if label.isascii() else _ACE + label.encode("punycode").decode("ascii")
    except UnicodeError:
        return ""
    return label if len(label) <= LABEL_LETTERS else ""


def in_own_letters(host: str) -> str:
    """A host as its owner writes it."""
    return ".".join(_unlabelled(label) for label in host.split("."))


def _unlabelled(label: str) -> str:
    if not label.startswith(_ACE):
        return label
    try:
        own = label.removeprefix(_ACE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return own if _label(own) == label else label


def escaped(text: str) -> str:
    """A part of an address with what must be escaped escaped, and nothing else."""
    return _ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    said = found[0]
    if len(said) == 1:
        return "".join(f"%{byte:02X}" for byte in said.encode("utf-8", "replace"))
    letter = chr(int(said[1:], 16))
    return letter if letter in _NEEDLESS or (letter.isascii() and letter.isalnum()) else said.upper()


def unescaped(text: str) -> str:
    """Such a part as people read it, on one line."""
    said = unquote(text)
    return "".join(one for one in said if category(one)[0] != "C").strip()
