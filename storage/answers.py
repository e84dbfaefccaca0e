"""Stored answers of idempotent requests. Three HKDF-SHA-256 labels of the key: what it is found by, sealed with, and
compared by; so the stored answer, receipt included, opens only for whoever holds the key.

    lookup      := HKDF(key, info = "rule12/answer-lookup/1")         32 bytes
    seal key    := HKDF(key, info = "rule12/answer-seal/1")           32 bytes
    fingerprint := HMAC-SHA-256(HKDF(key, info = "rule12/answer-body/1"), request)
    sealed      := nonce(12) ‖ AES-256-GCM(answer, associated data = lookup ‖ fingerprint)
"""

import hmac
import os
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete

from cases.errors import EvidenceUnreadable, KeyReused
from cases.ports import Answer, Digest, Lookup
from cases.sessions import SessionRules
from storage.database import Database
from storage.signin.keeping import tidy
from storage.tables import answers, looks

KEPT = timedelta(hours=24)


class AnswerBook:
    """Answers under the keys their askers chose."""

    def __init__(self, database: Database, lookup: Lookup, rules: SessionRules) -> None:
        self._database, self._lookup, self._rules = database, lookup, rules

    def under(self, key: str) -> "KeyedAnswers":
        """The page of one key."""
        return KeyedAnswers(key.encode(), self._lookup)

    def forget(self, at: datetime) -> int:
        """Delete answers and remembered looks older than a day, and sessions that are over; how many answers it was."""
        with self._database.writing() as connection:
            tidy(connection, self._rules, at)
            connection.execute(delete(looks).where(looks.c.at < at - KEPT))
            return connection.execute(delete(answers).where(answers.c.at < at - KEPT)).rowcount


class KeyedAnswers:
    """What was answered under one key."""

    def __init__(self, key: bytes, lookup: Lookup) -> None:
        self.lookup = _derive(key, b"rule12/answer-lookup/1")
        self._seal = AESGCM(_derive(key, b"rule12/answer-seal/1"))
        self._body = _derive(key, b"rule12/answer-body/1")
        self._answers = lookup

    def fingerprint(self) -> Digest:
        """A running fingerprint of a request."""
        return hmac.new(self._body, digestmod="sha256")

    def earlier(self) -> Answer | None:
        """The stored answer, still sealed."""
        return self._answers.answer(self.lookup)

    def open(self, answer: Answer, fingerprint: bytes) -> bytes:
        """The stored answer. Raises KeyReused when it answered another request."""
        if not hmac.compare_digest(answer.fingerprint, fingerprint):
            raise KeyReused("This idempotency key was used for other content. Use a new key.")
        try:
            nonce, sealed = answer.sealed[:12], answer.sealed[12:]
            return self._seal.decrypt(nonce, sealed, answer.lookup + answer.fingerprint)
        except InvalidTag as error:
            raise EvidenceUnreadable("a stored answer was changed") from error

    def seal(self, plain: bytes, fingerprint: bytes) -> Answer:
        """An answer to be stored in the transaction of its effect."""
        nonce = os.urandom(12)
        sealed = nonce + self._seal.encrypt(nonce, plain, self.lookup + fingerprint)
        return Answer(self.lookup, fingerprint, sealed)


def _derive(key: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=info).derive(key)
