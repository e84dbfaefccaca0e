"""Key pairs and wraps: HPKE (RFC 9180) with MLKEM768-X25519, HKDF-SHA256, AES-256-GCM.

    public key := ML-KEM-768 encapsulation key(1184) ‖ X25519(32)                    1,216 bytes
    key id     := SHA-256(public key)                                                   32 bytes
    seed       := 32 bytes; SHAKE-256(seed, 96) = ML-KEM seed d ‖ z (64) ‖ X25519 scalar (32), as X-Wing expands it
    wrap       := suite(2) ‖ key id(32) ‖ hpke(1168)       hpke = enc(1120) ‖ secret(32) ‖ tag(16)
    info       := "rule12/wrap/1" ‖ place(66) ‖ recipient role, ASCII ‖ key id(32)

A wrap opens only for the recipient role and the place it was made for. It hides neither who the recipient is nor how
many there are. The hybrid follows draft-ietf-hpke-pq and is frozen by tests/vectors.
"""

from dataclasses import dataclass
from hashlib import sha256, shake_256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from cases.errors import EvidenceUnreadable
from cases.place import Place, Recipient, Wrap

SUITE_ID = b"\x00\x01"
SEED_BYTES = 32
MLKEM_PUBLIC_BYTES = 1184
PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + 32
WRAP_BYTES = 2 + 32 + 1168
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LABEL = b"rule12/wrap/1"


def key_id(public: bytes) -> bytes:
    """The 32 bytes a public key goes by."""
    return sha256(public).digest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that seals."""

    raw: bytes
    id: bytes
    _key: MLKEM768X25519PublicKey

    @classmethod
    def read(cls, raw: bytes) -> "PublicKey":
        """From its 1,216 bytes. Raises EvidenceUnreadable when they are no key."""
        if len(raw) != PUBLIC_BYTES:
            raise EvidenceUnreadable("a public key has the wrong length")
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_BYTES])
            curve = X25519PublicKey.from_public_bytes(raw[MLKEM_PUBLIC_BYTES:])
        except ValueError as error:
            raise EvidenceUnreadable("a public key is damaged") from error
        return cls(raw, key_id(raw), MLKEM768X25519PublicKey(mlkem, curve))

    def wrap(self, secret: bytes, place: Place, recipient: Recipient) -> Wrap:
        """Seal an object's secret so that only this recipient opens it, and only in this place.

        Raises EvidenceUnreadable for a key whose X25519 half is a point of low order: whatever is sealed, all agree.
        """
        try:
            sealed = _SUITE.encrypt(secret, self._key, info=_info(place, recipient, self.id))
        except ValueError as error:
            raise EvidenceUnreadable("a public key is damaged") from error
        return Wrap(recipient, self.id, SUITE_ID + self.id + sealed)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that opens."""

    public: bytes
    id: bytes
    _key: MLKEM768X25519PrivateKey

    @classmethod
    def from_seed(cls, seed: bytes) -> "PrivateKey":
        """Expand a 32-byte seed as X-Wing does."""
        expanded = shake_256(seed).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        public = mlkem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        return cls(public, key_id(public), MLKEM768X25519PrivateKey(mlkem, curve))

    def unwrap(self, wrap: Wrap, place: Place) -> bytes:
        """The object's secret. Raises EvidenceUnreadable when it was sealed for another key, role or place."""
        if len(wrap.sealed) != WRAP_BYTES or wrap.sealed[:34] != SUITE_ID + self.id:
            raise EvidenceUnreadable("it is wrapped for another key or in an unknown way")
        try:
            return _SUITE.decrypt(wrap.sealed[34:], self._key, info=_info(place, wrap.recipient, self.id))
        except InvalidTag as error:
            raise EvidenceUnreadable("its wrap was changed, or made for another place or recipient") from error


def _info(place: Place, recipient: Recipient, key: bytes) -> bytes:
    return _LABEL + bytes(place) + recipient.encode() + key
