"""What a receipt's 120 bits lead to: the id its mailbox is found by, and the key that reads it.

    mailbox id   := HKDF-SHA-256(secret(15), salt = origin hash, info = "rule12/mailbox-id/1")       32 bytes
    mailbox seed := HKDF-SHA-256(secret(15), salt = origin hash, info = "rule12/mailbox-seed/1")     32 bytes

120 random bits need no slow hash. Nothing secret is kept: the seed is derived again whenever the receipt is shown.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.hybrid import PrivateKey


def mailbox_id(secret: bytes, origin: bytes) -> bytes:
    """Where the mailbox is found."""
    return _derive(secret, origin, b"rule12/mailbox-id/1")


def mailbox_key(secret: bytes, origin: bytes) -> PrivateKey:
    """The key pair replies are sealed to and the reporter reads with."""
    return PrivateKey.from_seed(_derive(secret, origin, b"rule12/mailbox-seed/1"))


def _derive(secret: bytes, origin: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=origin, info=info).derive(secret)
