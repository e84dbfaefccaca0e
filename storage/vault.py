"""The vault: sealed parts in and out, for whoever's key this process holds."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

from cryptography.cobblestone import Cobblestone256Encryptor

from cases.complaint import Complaint
from cases.errors import EvidenceUnreadable
from cases.place import SEALED_FOR, Kind, Owner, Place, Recipient, SealedPart, Wrap, origin_hash, padded
from cases.ports import Opened
from cases.ranges import Span
from cases.receipt import read_receipt, write_receipt
from storage.database import Database
from storage.hybrid import PrivateKey, PublicKey
from storage.keys import SEALING_ROLES, Keyring
from storage.objects import DiskObjects, IncomingFile
from storage.pieces import SealedFile
from storage.receipts import mailbox_id, mailbox_key
from storage.sealing import SECRET_BYTES, object_key, seal, unseal_blocks
from storage.shredding import ShredKeys

RECEIPT_BYTES = 15
_ROLES: Mapping[Recipient, str] = {Recipient(role): role for role in SEALING_ROLES}


class LocalVault:
    """Seals to the desk's public keys and a mailbox's; opens with the private halves of its keyring, or a receipt."""

    def __init__(
        self, origin: str, keyring: Keyring, shred: ShredKeys, objects: DiskObjects, database: Database
    ) -> None:
        self._origin = origin_hash(origin)
        self._shred, self._objects, self._database = shred, objects, database
        self._sealing = {recipient: keyring.sealing_key(role) for recipient, role in _ROLES.items()}
        self._opening = {
            recipient: key for recipient, role in _ROLES.items() if (key := keyring.opening_key(role)) is not None
        }

    def new_mailbox(self) -> tuple[str, bytes, Owner]:
        """A fresh receipt, its mailbox id, and the owner to seal for."""
        secret = os.urandom(RECEIPT_BYTES)
        complaint, shred_key = self._shred.fresh()
        public = mailbox_key(secret, self._origin).public
        return write_receipt(secret), mailbox_id(secret, self._origin), Owner(complaint, public, shred_key)

    def present(self, receipt: str) -> tuple[bytes, Callable[[Complaint], Opened]]:
        """Where a receipt leads, and how to open it. Raises ReceiptRefused."""
        secret = read_receipt(receipt)

        def opener(complaint: Complaint) -> Opened:
            return Opened(complaint, mailbox_key(secret, self._origin))

        return mailbox_id(secret, self._origin), opener

    def seal(self, kind: Kind, owner: Owner, plain: bytes) -> SealedPart:
        """A small part, kept in the database."""
        making = self._begin(kind, owner)
        sealed = seal(padded(kind, plain), making.key, making.place)
        return making.part(len(sealed), sha256(sealed).digest(), sealed)

    def receive(self, kind: Kind, owner: Owner) -> "IncomingPart":
        """A large part, kept in the object store, sealed as it streams."""
        making = self._begin(kind, owner)
        return IncomingPart(making, self._objects.begin(making.place.object))

    def open(self, part: SealedPart, as_: Recipient | Opened) -> bytes:
        """The whole plaintext of a part. Raises EvidenceUnreadable."""
        return b"".join(self.stream(part, as_))

    def stream(self, part: SealedPart, as_: Recipient | Opened) -> Iterator[bytes]:
        """Plaintext block by block. Raises EvidenceUnreadable, before the first block when nothing can be opened."""
        key, place = self._key(part, as_)
        blocks = self._objects.blocks(part.id) if part.ciphertext is None else iter((part.ciphertext,))
        return _named(part, unseal_blocks(blocks, key, place))

    def piece(self, part: SealedPart, as_: Recipient | Opened, span: Span) -> Iterator[bytes]:
        """The plaintext of a span, block by block. Raises EvidenceUnreadable; before the first block when the object

        was cut or extended, wherever the span lies.
        """
        key, place = self._key(part, as_)
        return _named(part, self._unseal_piece(part, key, place, span))

    def erase(self, complaint: UUID, files: Sequence[UUID], at: datetime) -> None:
        """The shred key last: whoever is stopped before begins again. Without it nothing opens.

        The wraps are deleted by then; they must not live on in the log of the database.
        """
        for file in files:
            self._objects.remove(file)
        self._database.truncate_log()
        self._shred.forget(complaint, at)

    def _unseal_piece(self, part: SealedPart, key: bytes, place: Place, span: Span) -> Iterator[bytes]:
        with self._objects.open(part.id) if part.ciphertext is None else BytesIO(part.ciphertext) as file:
            yield from SealedFile(file, key, place).piece(span)

    def _key(self, part: SealedPart, as_: Recipient | Opened) -> tuple[bytes, Place]:
        """What opens a part, and where it belongs. Raises EvidenceUnreadable."""
        place = Place(self._origin, part.kind, part.owner, part.id)
        with _naming(part):
            return object_key(self._secret(part, place, as_), self._shred.of(part.owner), place), place

    def _secret(self, part: SealedPart, place: Place, as_: Recipient | Opened) -> bytes:
        recipient = Recipient.RECEIPT if isinstance(as_, Opened) else as_
        key = as_.key if isinstance(as_, Opened) else self._opening.get(as_)
        if not isinstance(key, PrivateKey):
            raise EvidenceUnreadable(f"this process holds no {recipient} key")
        for wrap in part.wraps:
            if wrap.recipient is recipient:
                return key.unwrap(wrap, place)
        raise EvidenceUnreadable(f"it was not sealed for the {recipient} key")

    def _begin(self, kind: Kind, owner: Owner) -> "_Making":
        place = Place(self._origin, kind, owner.complaint, uuid4())
        secret = os.urandom(SECRET_BYTES)
        keys = {
            recipient: PublicKey.read(owner.mailbox_key) if recipient is Recipient.RECEIPT else self._sealing[recipient]
            for recipient in SEALED_FOR[kind]
        }
        wraps = tuple(keys[recipient].wrap(secret, place, recipient) for recipient in sorted(keys))
        shred_key = owner.shred_key or self._shred.of(owner.complaint)
        return _Making(place, object_key(secret, shred_key, place), wraps)


@contextmanager
def _naming(part: SealedPart) -> Iterator[None]:
    """Say which part does not open: its kind and id, which are clear anyway."""
    try:
        yield
    except EvidenceUnreadable as error:
        raise EvidenceUnreadable(f"{part.kind.slug} {part.id} cannot be opened: {error}.") from error


def _named(part: SealedPart, blocks: Iterator[bytes]) -> Iterator[bytes]:
    with _naming(part):
        yield from blocks


@dataclass(frozen=True, slots=True)
class _Making:
    """An object about to be sealed."""

    place: Place
    key: bytes = field(repr=False)
    wraps: tuple[Wrap, ...]

    def part(self, size: int, digest: bytes, ciphertext: bytes | None) -> SealedPart:
        place = self.place
        return SealedPart(place.object, place.kind, place.owner, size, digest, self.wraps, ciphertext)


class IncomingPart:
    """A sealed object on its way into the object store."""

    def __init__(self, making: _Making, file: IncomingFile) -> None:
        self._making, self._file = making, file
        self._sealing = Cobblestone256Encryptor(making.key, bytes(making.place))
        self._digest, self._size = sha256(), 0

    def write(self, block: bytes) -> None:
        """Seal a block of plaintext."""
        self._put(self._sealing.update(block))

    def finish(self) -> SealedPart:
        """End the ciphertext and make it durable. Still invisible: no row names it."""
        self._put(self._sealing.finalize())
        self._file.keep()
        return self._making.part(self._size, self._digest.digest(), None)

    def __enter__(self) -> Self:
        """Nothing to do: the file is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the object if its transaction committed, remove every trace of it otherwise."""
        self._file.settle(keep=kind is None)

    def _put(self, sealed: bytes) -> None:
        self._digest.update(sealed)
        self._size += len(sealed)
        self._file.write(sealed)
