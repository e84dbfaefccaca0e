"""What storage and the ways out must offer for notices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from cases.ledger import Entry
from cases.sight import Actor, Sight

NO_SUCH_WEBHOOK = "There is no webhook of this number. It may have been removed already."


@dataclass(frozen=True, slots=True)
class New:
    """A notice to be kept for one person in one role. `told` is sealed with the person: not everybody meant is told.

    `number` is None for what concerns no case. `mail_at` is None where no mail is to be sent.
    """

    id: UUID
    number: str | None
    what: str
    at: datetime
    who: Actor
    told: bool
    mail_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as kept, opened. All who are told of the same thing have the same `id`; `row` is this one's own."""

    row: int
    id: UUID
    number: str | None
    what: str
    at: datetime
    who: Actor
    told: bool
    message: str
    """32 hex digits that are the same however often the notice is sent, and tell nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice on somebody's list."""

    row: int
    id: UUID
    number: str | None
    what: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants to be written to. `language` is empty for that of the installation.

    `when`: empty for what the catalogue says, else `at_once` or a rhythm.
    """

    language: str = ""
    mail: bool = True
    when: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where webhooks are posted to. Address and secret are kept sealed."""

    id: int
    url: str
    added_at: datetime
    posted_at: datetime | None
    secret: str = ""

    @property
    def host(self) -> str:
        """What of the address may be shown: its path and query may hold a token."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as sent: plain words, and nothing of any case. `message` makes its Message-ID.

    `answers` is the Message-ID of the mail it answers, empty where that has none; None where it answers nothing.
    """

    to: str
    language: str
    subject: str
    text: str
    message: str
    at: datetime
    answers: str | None = None


class NoticeWork(Protocol):
    """Notices within one transaction."""

    def exists_for(self, number: str, sight: Sight) -> bool:
        """Whether a case exists for somebody, as it stands in this transaction."""

    def addressee(self, number: str, people: Iterable[str]) -> str | None:
        """Which of these people a case was sent to as the reporter's supervisor, as it stands in this transaction."""

    def preferences(self, people: Iterable[str]) -> Mapping[str, Preferences]:
        """The preferences of those who said any."""

    def prefer(self, person: str, preferences: Preferences) -> None: ...
    def keep(self, new: Sequence[New]) -> Sequence[int]:
        """Store notices; the rows they got, in their order."""

    def settle(self, rows: Iterable[int], at: datetime) -> None:
        """Their mail was sent, or is not to be."""

    def read(self, id_: UUID, who: Actor, at: datetime) -> None: ...
    def forget(self, number: str) -> None:
        """Every notice of a case: it was erased."""

    def forget_before(self, at: datetime) -> None: ...
    def endpoints(self) -> Sequence[int]: ...
    def add_endpoint(self, url: str, secret: str, entry: Entry) -> int: ...
    def remove_endpoint(self, id_: int, entry: Entry) -> None:
        """Raises UnknownItem."""

    def posted(self, id_: int, at: datetime) -> None: ...


class NoticeLookup(Protocol):
    """Reading notices, outside any transaction that writes."""

    def shown(self, who: Actor, sight: Sight | None, after: int | None, limit: int) -> Sequence[Shown]:
        """Notices somebody is told of, newest first, of cases within sight now and of no case, before a row."""

    def waiting(self, row: int, until: datetime) -> Sequence[Kept]:
        """The notice of a row and all of the same person and role whose mail is due as well, oldest first.

        Nothing when its mail was settled already, or it is there no more.
        """

    def preferences(self, person: str) -> Preferences: ...
    def endpoints(self) -> Sequence[Endpoint]: ...
    def endpoint(self, id_: int) -> Endpoint | None:
        """One endpoint with its secret; None when it was removed."""


class Mailer(Protocol):
    """The way out by mail."""

    def send(self, mail: Mail) -> None:
        """Hand a mail to the server. Raises whatever kept it from being taken."""


class Hooks(Protocol):
    """The way out by webhook (Standard Webhooks)."""

    def must_be_fit(self, url: str) -> None:
        """Raises CannotStart for an address nothing is ever posted to."""

    def post(self, to: Endpoint, kind: str, notice: UUID, at: datetime) -> None:
        """Say that there is a notice. Raises OSError unless it was taken."""


@dataclass(frozen=True, slots=True)
class Post:
    """Everything notices need besides one transaction: reading them, and the ways out.

    `link` is where they are read, None where the installation knows no address of its own.
    """

    lookup: NoticeLookup
    mail: Mailer | None
    hooks: Hooks
    link: str | None = None
    language: str = "en"
