"""What of a notice is kept out of the clear: whom it is for, whether they are told, what they read, where hooks go.

    key     := HKDF-SHA-256(secret, info = "rule12/notice-seal/1" or "rule12/webhook-seal/1")          (32)
    sealed  := nonce(12) ‖ AES-256-GCM(RFC 8785 JSON filled up with spaces, aad = label ‖ what it belongs to)
    mark    := HMAC-SHA-256(identity index key, label ‖ 0 ‖ value ‖ 0 ‖ …)                              (32)

Notices use the identity compartment's index secret: who was told as a supervisor would lead to the reporter. Webhooks
use the desk's. Filled up, a sealed notice is as long for one person as for any other, told or not.
"""

import hmac
import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.canonical import canonical
from cases.errors import CannotStart, EvidenceUnreadable
from cases.people import Role
from cases.sight import Actor
from storage.keys import Keyring

NONCE_BYTES, MESSAGE_BYTES = 12, 16
PADDED_TO = 192
NOTICE, PREFERENCES, WEBHOOK = b"rule12/notice/1", b"rule12/notice-preferences/1", b"rule12/webhook/1"


class Masks:
    """Seals and marks of notices, with the secrets this process holds."""

    def __init__(self, keyring: Keyring) -> None:
        self._index = keyring.secret("identity_index")
        known = {"webhook": keyring.secret("index"), "notice": self._index}
        self._keys = {use: _derived(secret, use) for use, secret in known.items() if secret is not None}

    def mark(self, who: Actor) -> bytes | None:
        """By which somebody's notices are found. None for a supervisor: theirs are found by opening those of the cases
        that were sent to them, so that nothing shows when a case goes to another supervisor.
        """
        return None if who.role is Role.SUPERVISOR else self._mark("notice", who.person, who.role)

    def read(self, id_: UUID, who: Actor) -> bytes:
        """That somebody read a notice; it leads neither to them nor to the notice."""
        return self._mark("notice read", str(id_), who.person, who.role)

    def message(self, id_: UUID, who: Actor) -> str:
        """What makes the Message-ID of a notice."""
        return self._mark("message", str(id_), who.person, who.role)[:MESSAGE_BYTES].hex()

    def wishes(self, person: str) -> bytes:
        """By which somebody's preferences are found."""
        return self._mark("notice preferences", person)

    def seal(self, label: bytes, belongs_to: bytes, told: Mapping[str, Any]) -> bytes:
        plain = canonical(dict(told))
        plain = plain.ljust(-(-len(plain) // PADDED_TO) * PADDED_TO)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key(label)).encrypt(nonce, plain, label + belongs_to)

    def open(self, label: bytes, belongs_to: bytes, sealed: bytes) -> dict[str, Any]:
        """Raises EvidenceUnreadable for what was changed or moved."""
        key = AESGCM(self._key(label))
        try:
            told: dict[str, Any] = json.loads(
                key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label + belongs_to)
            )
        except (InvalidTag, ValueError) as error:
            raise EvidenceUnreadable(f"a row of {label.decode()} was changed or moved") from error
        return told

    def _key(self, label: bytes) -> bytes:
        key = self._keys.get("webhook" if label == WEBHOOK else "notice")
        if key is None:
            raise CannotStart("This process holds no key for notices: it serves the door alone.")
        return key

    def _mark(self, *parts: str) -> bytes:
        if self._index is None:
            raise CannotStart("This process does not hold the identity_index key.")
        return hmac.digest(self._index, "\0".join(parts).encode(), "sha256")


def _derived(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"rule12/{use}-seal/1".encode()).derive(secret)
