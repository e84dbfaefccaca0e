"""Real servers to post to: mail with STARTTLS or TLS, and HTTPS; certificates of an authority made for the test."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Authority:
    """A certificate authority in a folder: `ca` is what whoever trusts it is given."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority of {self.folder.name}")])
        self.ca = self.folder / "ca.pem"
        made = self._made(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.ca.write_bytes(self._signed(made))

    def server(self, host: str = "localhost", address: str = "127.0.0.1", *, days: int = 10) -> ssl.SSLContext:
        """What a server shows that is this host; over already when the days are negative."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address(address))])
        made = self._made(named, key.public_key(), days).add_extension(names, critical=False)
        both = self.folder / f"{host}-{days}.pem"
        both.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + self._signed(made))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(both)
        return context

    def _made(self, subject: x509.Name, public: Any, days: int = 10) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        first, last = (now - timedelta(days=30), now + timedelta(days=days))
        made = x509.CertificateBuilder(self.name, subject, public, x509.random_serial_number(), first, last)
        usage = x509.SubjectKeyIdentifier.from_public_key(public)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return made.add_extension(usage, critical=False).add_extension(issuer, critical=False)

    def _signed(self, made: x509.CertificateBuilder) -> bytes:
        return made.sign(self.key, SHA256()).public_bytes(Encoding.PEM)


@dataclass
class Letters:
    """What a mail server took, as bytes and as mails; `answers` are given before it takes anything again."""

    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.raw.append(envelope.original_content)
        self.to += envelope.rcpt_tos
        self.back.append(envelope.mail_from)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def auth(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        return AuthResult(success=(data.login, data.password) == (b"desk", b"pass word%"), handled=False)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.SMTP) for one in self.raw]


class _NoEightBits(SMTP):
    """An old server: it does not say that it takes eight bits."""

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        push = self.push

        async def without(status: Any) -> None:
            if b"8BITMIME" not in (status if isinstance(status, bytes) else status.encode()):
                await push(status)

        self.push = without  # type: ignore[method-assign]
        try:
            await super().smtp_EHLO(hostname)
        finally:
            self.push = push  # type: ignore[method-assign]


@contextmanager
def mail_server(letters: Letters, context: ssl.SSLContext | None, **options: Any) -> Iterator[int]:
    """A mail server on this machine, and its port. With a context it demands STARTTLS, unless told otherwise."""
    old, whole = options.pop("old", False), options.pop("whole", False)
    how: dict[str, Any] = {"require_starttls": True, "tls_context": context} if context and not whole else {}
    how |= {"ssl_context": context} if whole else {}

    class Served(Controller):
        def factory(self) -> SMTP:
            made = _NoEightBits if old else SMTP
            return made(self.handler, **self.SMTP_kwargs)

    control = Served(letters, hostname="127.0.0.1", port=free_port(), server_hostname="localhost", **(how | options))
    control.start()
    try:
        yield control.port
    finally:
        control.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Hits:
    """What a receiver of webhooks was sent, and how it answers."""

    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: plain(handler, 204)


def plain(handler: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


@contextmanager
def receiver(hits: Hits, context: ssl.SSLContext) -> Iterator[int]:
    """An HTTPS server on this machine, and its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hits.paths.append(self.path)
            hits.headers.append({name.lower(): value for name, value in self.headers.items()})
            hits.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            hits.answer(self)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A caller who hangs up is what some tests want."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
