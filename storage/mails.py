"""Which mails became complaints, so that none becomes two.

    what    := RFC 8785 JSON of [Message-ID, SHA-256 hex of the mail with line ends LF and none at its end]
    mark    := HMAC-SHA-256(index key, "mail" ‖ 0 ‖ what)                                                  (32)
    key     := HMAC-SHA-256(index key, "mail seal" ‖ 0 ‖ what)                                             (32)
    sealed  := nonce(12) ‖ AES-256-GCM(key, RFC 8785 JSON filled up to 256 with spaces, aad = mark)

Whoever has the database learns how many mails were taken in. To learn of one mail whether it was, and which complaint
it became, the desk's index key and every byte of the mail are needed.
"""

import json
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from cases.canonical import canonical
from cases.errors import EvidenceUnreadable, KeyReused
from cases.ports_mail import KeptMail, MailRules, TakenMail
from storage.database import Database
from storage.signing import Marks
from storage.tables_mail import mails

NONCE_BYTES, PADDED_TO = 12, 256


class MailBook:
    """Mails by their marks."""

    def __init__(self, database: Database, marks: Marks, rules: MailRules) -> None:
        self._database, self._marks, self.rules = database, marks, rules

    def page(self, message_id: str, digest: bytes) -> "MailPage":
        """The page of one mail."""
        what = canonical([message_id, digest.hex()]).decode()
        return MailPage(self._database, self._marks.mail(what), self._marks.mail_seal(what))


class MailPage:
    """What is known of one mail."""

    def __init__(self, database: Database, mark: bytes, key: bytes) -> None:
        self._database, self._mark, self._seal = database, mark, AESGCM(key)
        self.message = mark.hex()[:32]

    def earlier(self) -> tuple[TakenMail, bytes] | None:
        """How far it was taken in, and that as kept."""
        with self._database.reading() as connection:
            sealed = connection.scalar(select(mails.c.sealed).where(mails.c.mark == self._mark))
        if sealed is None:
            return None
        try:
            told = json.loads(self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._mark))
        except InvalidTag as error:
            raise EvidenceUnreadable("what is known of a mail was changed") from error
        return TakenMail(UUID(told["complaint"]), told["added"], told["receipt"], told["done"]), sealed

    def sealed(self, taken: TakenMail, instead_of: bytes | None) -> KeptMail:
        """The same to be kept."""
        nonce, facts = os.urandom(NONCE_BYTES), {"complaint": str(taken.complaint), "receipt": taken.receipt}
        told = canonical({**facts, "added": taken.added, "done": taken.done})
        sealed = nonce + self._seal.encrypt(nonce, told.ljust(PADDED_TO), self._mark)
        return KeptMail(self._mark, sealed, instead_of)


def keep_mail(connection: Connection, mail: KeptMail) -> None:
    """Raises KeyReused when the row is not what it stands in for any more."""
    if mail.instead_of is None:
        try:
            connection.execute(insert(mails), {"mark": mail.mark, "sealed": mail.sealed})
        except IntegrityError as error:
            raise KeyReused("This mail was taken in in the meantime.") from error
        return
    same = mails.c.mark == mail.mark, mails.c.sealed == mail.instead_of
    if connection.execute(update(mails).where(*same).values(sealed=mail.sealed)).rowcount != 1:
        raise KeyReused("This mail was taken further in the meantime.")
