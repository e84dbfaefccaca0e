"""What storage must offer for mails that become complaints: which were taken in, and how far."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MailRules:
    """What an installation chose: its own addresses (folded), the language of a mail that names none, and whether a
    receipt is answered by mail.
    """

    own: frozenset[str] = frozenset()
    language: str = "en"
    receipts: bool = False


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that became a complaint: how many of its files are in, and the receipt for as long as it is to be sent."""

    complaint: UUID
    added: int = 0
    receipt: str = field(default="", repr=False)
    done: bool = False


@dataclass(frozen=True, slots=True)
class KeptMail:
    """The same as kept: found by the mail's keyed mark, opened only with the mail in hand. `instead_of` it replaces."""

    mark: bytes
    sealed: bytes = field(repr=False)
    instead_of: bytes | None = field(default=None, repr=False)


class MailPage(Protocol):
    """The page of one mail."""

    message: str
    """32 hex digits that are the same however often this mail is answered, and tell nothing."""

    def earlier(self) -> tuple[TakenMail, bytes] | None:
        """How far it was taken in, and that as kept."""

    def sealed(self, taken: TakenMail, instead_of: bytes | None) -> KeptMail: ...


class Mails(Protocol):
    """Every mail that was taken in."""

    rules: MailRules

    def page(self, message_id: str, digest: bytes) -> MailPage: ...
