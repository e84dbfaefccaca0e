"""Settings of the ways out, read from the environment and checked at start."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from cases.catalogue import LANGUAGES
from cases.directory import folded, is_address
from cases.ports_mail import MailRules

STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
SECURED = (STARTTLS, TLS, NONE)
KNOWN = (
    "SMTP_URL",
    "SMTP_FROM",
    "SMTP_TLS",
    "SMTP_PASSWORD_FILE",
    "SMTP_CA",
    "PUBLIC_URL",
    "LANGUAGE",
    "WEBHOOK_ALLOW",
    "WEBHOOK_CA",
    "MAIL_RECEIPTS",
    "MAIL_OWN",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Given = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server and how it is spoken to. `secured` is starttls, tls or none."""

    host: str
    port: int
    sender: str
    secured: str = STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class PostSettings:
    """What was chosen of the ways out. `allowed` are hosts and networks open to webhooks although private."""

    smtp: SmtpSettings | None = None
    public_url: str | None = None
    language: str = "en"
    allowed_hosts: frozenset[str] = frozenset()
    allowed_networks: tuple[Network, ...] = ()
    webhook_ca: Path | None = None
    mail_rules: MailRules = field(default_factory=MailRules)

    @property
    def link(self) -> str | None:
        """Where notices are read."""
        return None if self.public_url is None else f"{self.public_url}/desk/notices"


def read_post(given: Given, faults: list[str]) -> PostSettings:
    """The settings, `given` telling each by its name; one sentence for every mistake is added to `faults`."""
    language = given("LANGUAGE", "en")
    if language not in LANGUAGES:
        faults.append(f"RULE12_LANGUAGE: one of {', '.join(LANGUAGES)} is expected, not {language!r}.")
    hosts, networks = _allowed(given("WEBHOOK_ALLOW", ""), faults)
    smtp = _smtp(given, faults)
    return PostSettings(
        smtp,
        given("PUBLIC_URL", "").rstrip("/") or None,  # storage/signin/settings.py says whether it is an address
        language,
        hosts,
        networks,
        _file("WEBHOOK_CA", given, faults),
        _mail_rules(given, smtp, language, faults),
    )


def _mail_rules(given: Given, smtp: SmtpSettings | None, language: str, faults: list[str]) -> MailRules:
    """How mails are taken in. What mails come from is always an address of our own."""
    receipts, own = given("MAIL_RECEIPTS", "no"), given("MAIL_OWN", "").replace(",", " ").split()
    if receipts not in {"yes", "no"}:
        faults.append(f"RULE12_MAIL_RECEIPTS: yes or no is expected, not {receipts[:40]!r}.")
    if receipts == "yes" and smtp is None and not given("SMTP_URL", ""):
        faults.append("RULE12_MAIL_RECEIPTS: yes needs a mail server to send by: set RULE12_SMTP_URL.")
    faults += (
        f"RULE12_MAIL_OWN: addresses of this installation are expected, not {one[:80]!r}."
        for one in own
        if not is_address(one)
    )
    ours = {*own, *([smtp.sender] if smtp else [])}
    return MailRules(frozenset(map(folded, ours)), language, receipts == "yes")


def _smtp(given: Given, faults: list[str]) -> SmtpSettings | None:
    url, sender, secured = given("SMTP_URL", ""), given("SMTP_FROM", ""), given("SMTP_TLS", STARTTLS)
    ca, password = _file("SMTP_CA", given, faults), _password(given, faults)
    if not url:
        stray = [name for name in KNOWN if name.startswith("SMTP_") and name != "SMTP_URL" and given(name, "")]
        faults += (f"RULE12_{name}: means nothing without RULE12_SMTP_URL." for name in stray)
        return None
    found, port = _split(url)
    if found is None or found.scheme != "smtp" or not found.hostname or found.path not in {"", "/"} or found.password:
        faults.append("RULE12_SMTP_URL: smtp://user@host:587 is expected; the password goes into a file.")
        return None
    if secured not in SECURED:
        faults.append(f"RULE12_SMTP_TLS: one of {', '.join(SECURED)} is expected, not {secured!r}.")
    if secured == NONE and not _is_loopback(found.hostname):
        faults.append("RULE12_SMTP_TLS: none is only for a server on this machine (localhost, 127.0.0.1, ::1).")
    if not is_address(sender):
        faults.append("RULE12_SMTP_FROM: the address mails come from is expected, such as desk@example.org.")
    user = unquote(found.username or "")
    if not user.isascii():
        faults.append("RULE12_SMTP_URL: the name of a user is ASCII.")
    if user and not password:
        faults.append("RULE12_SMTP_PASSWORD_FILE: RULE12_SMTP_URL names a user, so their password is expected here.")
    return SmtpSettings(found.hostname, port or PORTS.get(secured, 587), sender, secured, user, password, ca)


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return None, None
    return found, port


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _password(given: Given, faults: list[str]) -> str:
    path = _file("SMTP_PASSWORD_FILE", given, faults)
    if path is None:
        return ""
    if path.stat().st_mode & 0o077:
        faults.append(f"RULE12_SMTP_PASSWORD_FILE: {path} can be read by others. Run: chmod 600 {path}")
    try:
        return path.read_text(encoding="ascii").rstrip("\r\n")
    except UnicodeDecodeError:
        faults.append(f"RULE12_SMTP_PASSWORD_FILE: {path} holds more than ASCII, which not every server reads alike.")
        return ""


def _file(name: str, given: Given, faults: list[str]) -> Path | None:
    """A file that is there and can be read."""
    text = given(name, "")
    if not text:
        return None
    path = Path(text)
    try:
        with path.open("rb"):
            return path.absolute()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no path"
        faults.append(f"RULE12_{name}: {text[:200]!r} cannot be read: {why}.")
        return None


def _allowed(text: str, faults: list[str]) -> tuple[frozenset[str], tuple[Network, ...]]:
    """Hosts and networks, parted by commas or spaces."""
    hosts, networks = set[str](), list[Network]()
    for one in text.replace(",", " ").split():
        try:
            networks.append(ipaddress.ip_network(one))
        except ValueError:
            if "/" in one or not one.isascii():
                faults.append(f"RULE12_WEBHOOK_ALLOW: hosts and networks like 10.1.2.0/24 are expected, not {one!r}.")
            hosts.add(one.lower().rstrip("."))
    return frozenset(hosts), tuple(networks)
