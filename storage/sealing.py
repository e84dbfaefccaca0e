"""Sealed objects: Cobblestone-256 of C2SP chunked-encryption, bound to their place.

    object key := HKDF-SHA-256(secret(32), salt = shred key(32), info = place(66))      32 bytes
    object     := Cobblestone-256(object key, context = place): salt(24) ‖ commitment(32) ‖ chunks of 16 KiB, each + 16

A cut, reordered, moved or extended object never opens. Its length shows the length of what it holds. Nothing is ever
compressed. Without the shred key no wrap helps: deleting it erases.
"""

from collections.abc import Iterable, Iterator

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.errors import EvidenceUnreadable
from cases.place import Place

SECRET_BYTES = 32
BLOCK = 1 << 20


def object_key(secret: bytes, shred_key: bytes, place: Place) -> bytes:
    """The key of one object."""
    return HKDF(SHA256(), 32, salt=shred_key, info=bytes(place)).derive(secret)


def seal(plain: bytes, key: bytes, place: Place) -> bytes:
    """A whole small object."""
    sealing = Cobblestone256Encryptor(key, bytes(place))
    return sealing.update(plain) + sealing.finalize()


def unseal(sealed: bytes, key: bytes, place: Place) -> bytes:
    """What a small object holds. Raises EvidenceUnreadable."""
    return b"".join(unseal_blocks((sealed,), key, place))


def unseal_blocks(blocks: Iterable[bytes], key: bytes, place: Place) -> Iterator[bytes]:
    """Authenticated plaintext, block by block. Raises EvidenceUnreadable at the first chunk that is not genuine,

    and at the end when the object was cut there.
    """
    opening = Cobblestone256Decryptor(key, bytes(place))
    try:
        for block in blocks:
            if plain := opening.update(block):
                yield plain
        yield opening.finalize()
    except InvalidTag as error:
        raise EvidenceUnreadable("it was cut, changed, moved or extended") from error
