"""Settings: environment variables with the prefix RULE12_, checked at start, one clear message per mistake."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cases.errors import CannotStart
from storage.post.settings import KNOWN as OF_POST
from storage.post.settings import PostSettings, read_post
from storage.settings_door import KNOWN as OF_DOOR
from storage.settings_door import DoorSettings, read_door
from storage.signin import settings as signing_in
from storage.signin.settings import SignInSettings, read_sign_in

SURFACES = ("door", "desk", "all")
_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/]{2,99}")
_WHOLE = re.compile(r"0*[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation can choose."""

    data_dir: Path
    database_url: str
    keys_dir: Path
    surface: str = "all"
    origin: str | None = None
    evidence_limit: int = 100 << 20
    token_days: int = 30
    catalogue: Path | None = None
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    post: PostSettings = field(default_factory=PostSettings)
    door: DoorSettings = field(default_factory=DoorSettings)


OWN = ("DATA_DIR", "DATABASE_URL", "KEYS", "SURFACE", "ORIGIN", "EVIDENCE_LIMIT", "TOKEN_DAYS", "CATALOGUE")
KNOWN = (*OWN, *signing_in.KNOWN, *OF_POST, *OF_DOOR)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment. Raises CannotStart with every mistake at once."""
    faults = [
        f"RULE12_{name}: there is no such setting."
        for name in sorted(key.removeprefix("RULE12_") for key in environment if key.startswith("RULE12_"))
        if name not in KNOWN
    ]

    def given(name: str, otherwise: str) -> str:
        return environment.get(f"RULE12_{name}", "").strip() or otherwise

    def whole(name: str, otherwise: int) -> int:
        text = given(name, str(otherwise))
        if not _WHOLE.fullmatch(text):
            faults.append(f"RULE12_{name}: a whole number above 0 is expected, not {text[:40]!r}.")
            return otherwise
        return int(text)

    def path(name: str, otherwise: str) -> Path:
        text = given(name, otherwise)
        try:
            text.encode()
            return Path(text).expanduser().absolute()
        except (RuntimeError, UnicodeEncodeError):
            faults.append(f"RULE12_{name}: {text!r} is no path on this machine.")
            return Path(otherwise).absolute()

    data = path("DATA_DIR", "var")
    surface, origin = given("SURFACE", "all"), given("ORIGIN", "")
    if surface not in SURFACES:
        faults.append(f"RULE12_SURFACE: one of {', '.join(SURFACES)} is expected, not {surface!r}.")
    if origin and not _ORIGIN.fullmatch(origin):
        faults.append("RULE12_ORIGIN: a name like desk.example.org/rule12 is expected (letters, digits, dots, -, /).")
    settings = Settings(
        data,
        given("DATABASE_URL", f"sqlite:///{quote(str(data / 'rule12.sqlite'))}"),
        path("KEYS", str(data / "keys")),
        surface,
        origin or None,
        whole("EVIDENCE_LIMIT", 100 << 20),
        whole("TOKEN_DAYS", 30),
        path("CATALOGUE", ".") if given("CATALOGUE", "") else None,
        read_sign_in(given, whole, faults),
        read_post(given, faults),
        read_door(given, faults),
    )
    if not settings.database_url.startswith("sqlite:////") or "?" in settings.database_url:
        faults.append("RULE12_DATABASE_URL: sqlite:////absolute/path is expected.")
    if faults:
        raise CannotStart("\n".join(faults))
    return settings
