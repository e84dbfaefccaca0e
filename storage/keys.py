"""The keyring: which keys exist, and which of their private halves this process may use.

Private keys lie in the database, wrapped by a local key file of their compartment (`door.key`, `desk.key`,
`sorting.key`, `identity.key`; 0600, 32 random bytes in base64, made at first start):

    wrapped := nonce(12) ‖ AES-256-GCM(private, associated data = "rule12/key/1" ‖ role, ASCII ‖ public key)

The door holds `door.key` alone, and with it only the key that signs filing proofs.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select

from cases.errors import CannotStart
from storage.hybrid import PrivateKey, PublicKey
from storage.tables import keys

COMPARTMENTS: Mapping[str, str] = MappingProxyType(
    {
        "proof": "door",
        "desk": "desk",
        "checkpoint": "desk",
        "index": "desk",
        "sorting": "sorting",
        "identity": "identity",
        "identity_index": "identity",
    }
)
SEALING_ROLES = ("desk", "identity", "sorting")
SIGNING_ROLES = ("proof", "checkpoint")
DOOR_COMPARTMENTS = ("door",)
DESK_COMPARTMENTS = ("door", "desk", "sorting", "identity")
FILE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys as one process may use them: all public halves, and the private ones of its compartments."""

    public: Mapping[str, bytes]
    private: Mapping[str, bytes] = field(repr=False)

    def ids(self) -> list[tuple[str, bytes]]:
        """Every key by role and id."""
        return [(role, sha256(public).digest()) for role, public in sorted(self.public.items())]

    def sealing_key(self, role: str) -> PublicKey:
        return PublicKey.read(self.public[role])

    def opening_key(self, role: str) -> PrivateKey | None:
        """The private half, or None where this process does not hold it."""
        seed = self.private.get(role)
        return None if seed is None else PrivateKey.from_seed(seed)

    def signing_key(self, role: str) -> Ed25519PrivateKey | None:
        seed = self.private.get(role)
        return None if seed is None else Ed25519PrivateKey.from_private_bytes(seed)

    def secret(self, role: str) -> bytes | None:
        """A symmetric key (the blind indexes')."""
        return self.private.get(role)


def make_keys(connection: Connection, folder: Path, at: datetime) -> None:
    """Make whatever key has none yet. Key files are made with it, never over an existing one."""
    have = set(connection.scalars(select(keys.c.role).where(keys.c.retired_at.is_(None))))
    for role, compartment in COMPARTMENTS.items():
        if role not in have:
            _make(connection, role, _key_file(folder, compartment), at)


def _make(connection: Connection, role: str, wrapping: bytes, at: datetime) -> None:
    seed = os.urandom(32)
    public = _public_of(role, seed)
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(wrapping).encrypt(nonce, seed, _bound(role, public))
    row = {"key_id": sha256(public).digest(), "role": role, "public": public, "wrapped": wrapped, "made_at": at}
    connection.execute(keys.insert(), row)


def _public_of(role: str, seed: bytes) -> bytes:
    """The public half; a symmetric key goes by a hash of itself, which opens nothing."""
    if role in SEALING_ROLES:
        return PrivateKey.from_seed(seed).public
    if role in SIGNING_ROLES:
        return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return sha256(b"rule12/symmetric/1" + seed).digest()


def open_keyring(connection: Connection, folder: Path, compartments: tuple[str, ...]) -> Keyring:
    """Unwrap what these compartments hold. Raises CannotStart when a key file is missing, foreign or open to others."""
    public: dict[str, bytes] = {}
    private: dict[str, bytes] = {}
    for row in connection.execute(select(keys).where(keys.c.retired_at.is_(None)).order_by(keys.c.made_at)):
        public[row.role] = row.public
        if COMPARTMENTS[row.role] in compartments:
            private[row.role] = _unwrapped(row.role, row.public, row.wrapped, folder)
    missing = set(COMPARTMENTS) - set(public)
    if missing:
        raise CannotStart(f"No key exists for: {', '.join(sorted(missing))}. Run `rule12 keys init`.")
    return Keyring(MappingProxyType(public), MappingProxyType(private))


def _unwrapped(role: str, public: bytes, wrapped: bytes, folder: Path) -> bytes:
    path = folder / f"{COMPARTMENTS[role]}.key"
    try:
        return AESGCM(_read_key_file(path)).decrypt(wrapped[:12], wrapped[12:], _bound(role, public))
    except InvalidTag as error:
        raise CannotStart(f"{path} does not open the {role} key. It belongs to another installation.") from error


def _bound(role: str, public: bytes) -> bytes:
    return b"rule12/key/1" + role.encode() + public


def _key_file(folder: Path, compartment: str) -> bytes:
    path = folder / f"{compartment}.key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(FILE_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return _read_key_file(path)


def _read_key_file(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise CannotStart(f"{path} can be read by others. Run: chmod 600 {path}")
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except FileNotFoundError as error:
        raise CannotStart(f"The key file {path} is missing. Without it nothing sealed can be opened.") from error
    except binascii.Error as error:
        raise CannotStart(f"{path} is no key file: 32 bytes in base64 are expected.") from error
    except OSError as error:
        raise CannotStart(f"The key file {path} cannot be read: {error.strerror}.") from error
    if len(key) != FILE_BYTES:
        raise CannotStart(f"{path} is no key file: 32 bytes in base64 are expected.")
    return key
