"""Settings of signing in: where the pages are, how long sessions last, and the identity provider."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from cases.people import Role
from cases.sessions import SessionRules

DEFAULT_ADDRESS = "http://localhost:8000"
PROVIDERS = (
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET_FILE",
    "OIDC_AUDIENCE",
    "OIDC_SCOPE",
    "OIDC_PERSON_CLAIM",
    "OIDC_GROUPS_CLAIM",
    "OIDC_ROLES",
)
KNOWN = ("PUBLIC_URL", "PASSKEYS", "SESSION_IDLE_MINUTES", "SESSION_HOURS", *PROVIDERS)
Given = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An identity provider, and what of its claims is read."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    audience: str | None = None
    scope: str = "openid profile email"
    person_claim: str = "staff_number"
    groups_claim: str = "groups"
    roles: Mapping[str, frozenset[Role]] | None = None


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """`public_url` is an origin, without a path. `passkeys` tells whether they are offered at all."""

    public_url: str = DEFAULT_ADDRESS
    passkeys: bool = True
    rules: SessionRules = field(default_factory=SessionRules)
    provider: ProviderSettings | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Passkeys are made for a name: browsers make none for a bare number."""
        return self.passkeys and not _is_number(self.host)


def read_sign_in(given: Given, whole: Callable[[str, int], int], faults: list[str]) -> SignInSettings:
    """Settings of signing in; every mistake is added to `faults`."""
    provider = _provider(given, faults)
    minutes, hours = whole("SESSION_IDLE_MINUTES", 30), whole("SESSION_HOURS", 12)
    if minutes > 24 * 60 or hours > 24 * 7:
        faults.append("RULE12_SESSION_IDLE_MINUTES is at most 1440, RULE12_SESSION_HOURS at most 168.")
        minutes, hours = 30, 12
    passkeys = given("PASSKEYS", "no" if provider else "yes")
    if passkeys not in {"yes", "no"}:
        faults.append(f"RULE12_PASSKEYS: yes or no is expected, not {passkeys[:40]!r}.")
    rules = SessionRules(idle=timedelta(minutes=minutes), absolute=timedelta(hours=hours))
    return SignInSettings(_public_url(given, faults), passkeys == "yes", rules, provider)


def _public_url(given: Given, faults: list[str]) -> str:
    text = given("PUBLIC_URL", DEFAULT_ADDRESS)
    parts = _split(text)
    if parts is None or parts.path not in {"", "/"} or not _is_safe(parts):
        faults.append(
            "RULE12_PUBLIC_URL: where people reach the desk is expected, such as https://desk.example.org "
            f"(plain http on loopback alone, no path), not {text[:80]!r}."
        )
        return DEFAULT_ADDRESS
    port = f":{parts.port}" if parts.port and parts.port != {"https": 443, "http": 80}[parts.scheme] else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _provider(given: Given, faults: list[str]) -> ProviderSettings | None:
    issuer = given("OIDC_ISSUER", "")
    if not issuer:
        faults += [
            f"RULE12_{name}: of which identity provider? Set RULE12_OIDC_ISSUER."
            for name in PROVIDERS[1:]
            if given(name, "")
        ]
        return None
    parts = _split(issuer)
    if parts is None or not _is_safe(parts):
        faults.append(f"RULE12_OIDC_ISSUER: an https address is expected, exactly as it names itself, not {issuer!r}.")
    if not given("OIDC_CLIENT_ID", ""):
        faults.append("RULE12_OIDC_CLIENT_ID: the name this desk has at the identity provider is missing.")
    scope = given("OIDC_SCOPE", "openid profile email")
    if "openid" not in scope.split():
        faults.append("RULE12_OIDC_SCOPE: it must hold openid.")
    return ProviderSettings(
        issuer,
        given("OIDC_CLIENT_ID", ""),
        _secret(given("OIDC_CLIENT_SECRET_FILE", ""), faults),
        given("OIDC_AUDIENCE", "") or None,
        scope,
        given("OIDC_PERSON_CLAIM", "staff_number"),
        given("OIDC_GROUPS_CLAIM", "groups"),
        _roles(given("OIDC_ROLES", ""), faults),
    )


def _secret(file: str, faults: list[str]) -> str | None:
    if not file:
        return None
    try:
        secret = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError) as error:
        faults.append(f"RULE12_OIDC_CLIENT_SECRET_FILE: {file} cannot be read: {_reason(error)}.")
        return None
    if not secret:
        faults.append(f"RULE12_OIDC_CLIENT_SECRET_FILE: {file} is empty.")
    return secret or None


def _roles(file: str, faults: list[str]) -> Mapping[str, frozenset[Role]] | None:
    """The table `[groups]` of a TOML file: names of groups, each with a list of roles."""
    if not file:
        return None
    try:
        told = tomllib.loads(Path(file).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError) as error:
        faults.append(f"RULE12_OIDC_ROLES: {file} cannot be read: {_reason(error)}.")
        return None
    groups = told.get("groups")
    if set(told) != {"groups"} or not isinstance(groups, dict) or not groups:
        faults.append(f"RULE12_OIDC_ROLES: {file} must hold one table [groups], with a list of roles for each group.")
        return None
    found: dict[str, frozenset[Role]] = {}
    for group, roles in groups.items():
        if not isinstance(roles, list) or not roles or any(role not in set(Role) for role in roles):
            known = ", ".join(Role)
            faults.append(f"RULE12_OIDC_ROLES: {file}: group {group!r} must have a list of roles out of: {known}.")
            continue
        found[group] = frozenset(Role(role) for role in roles)
    return MappingProxyType(found)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _split(address: str) -> SplitResult | None:
    """The parts of an address that names a place and nothing else; None for any other text."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    odd = parts.username is not None or parts.query or parts.fragment or not parts.hostname or port == 0
    return None if odd or not address.isascii() or not address.isprintable() or " " in address else parts


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    return host == "localhost" or (_is_number(host) and ip_address(host).is_loopback)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
