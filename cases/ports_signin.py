"""What signing in needs of storage: links, passkeys, sessions, and whoever vouches for people elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cases.ledger import Entry
from cases.people import Role
from cases.sessions import Elsewhere, Session, SessionRules


@dataclass(frozen=True, slots=True)
class Link:
    """A link that signs one person in, once: by the SHA-256 of its code."""

    digest: bytes = field(repr=False)
    person: str
    role: Role
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key whose private half an authenticator of this person keeps."""

    id: bytes
    person: str
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    made_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What an authenticator made: the id and public half of a new key."""

    id: bytes
    public_key: bytes
    sign_count: int


class Purpose(StrEnum):
    """What a proof that was begun is for; it ends nothing else."""

    SIGN_IN = "sign-in"
    STEP_UP = "step-up"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A proof under way, by the SHA-256 of the secret its browser holds; bound to the session it was begun in.

    State, nonce, PKCE verifier and passkey challenge are derived from that secret, so none of them is kept.
    """

    digest: bytes = field(repr=False)
    method: str
    purpose: Purpose
    session: UUID | None
    then: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an identity provider vouches for, as its claims say it: a staff number, a verified address, groups.

    `groups` is None where the provider said nothing of groups; `proved_at` where it did not say when they proved it.
    `subject` and `session` are the provider's names for whom and for their session there, such as no other gives.
    """

    number: str
    email: str
    groups: frozenset[str] | None
    proved_at: datetime | None
    subject: str = field(default="", repr=False)
    session: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What a logout token says: whose session ended at the provider, which one if it is told, and until when the token
    could be shown once more. The names are such as no other provider gives; empty where there is none.
    """

    subject: str = field(repr=False)
    session: str = field(repr=False)
    token: str = field(repr=False)
    until: datetime


class SignInLookup(Protocol):
    """Reading, outside any transaction that writes."""

    def session(self, digest: bytes) -> Session | None:
        """The session whose secret of now or of before has this digest."""

    def session_by_id(self, session: UUID) -> Session | None: ...
    def sessions_of(self, person: str) -> Sequence[Session]: ...
    def link(self, digest: bytes) -> Link | None: ...
    def passkey(self, id_: bytes) -> Passkey | None: ...
    def passkeys_of(self, person: str) -> Sequence[Passkey]: ...


class SignInWork(Protocol):
    """One transaction. What an auditor must know comes with the entry that says so."""

    def begin(self, session: Session, entry: Entry) -> None: ...
    def change(self, session: Session, old: bytes, entry: Entry | None = None) -> bool:
        """Store what became of a session, unless its digest is not `old` any more; whether it was stored.

        Without an entry only secret and times change: a session in use.
        """

    def touch(self, session: UUID, at: datetime) -> None: ...
    def end(self, session: UUID, entry: Entry | None = None) -> bool:
        """Forget a session; whether it was there. Without an entry: one that was over already."""

    def end_all(self, person: str, entry: Entry, only: UUID | None = None) -> int:
        """Forget every session of a person, or one of theirs; how many that were."""

    def elsewhere(self, ended: Elsewhere) -> Sequence[Session]:
        """Sessions that began by one at the provider; without a session in `ended`, all of that person there.

        One of that person of which the provider never said by which it began is among them in any case.
        """

    def spend_token(self, digest: bytes, until: datetime) -> bool:
        """Remember a token that may be used once; whether it was not used before."""

    def keep_link(self, link: Link, entry: Entry) -> None: ...
    def spend_link(self, digest: bytes, at: datetime) -> bool:
        """Use a link up; whether it could be."""

    def keep_passkey(self, passkey: Passkey, entry: Entry) -> bool:
        """Whether it was new."""

    def used_passkey(self, id_: bytes, old_count: int, new_count: int, at: datetime) -> bool:
        """Note a use; whether nobody else noted one in the meantime."""

    def rename_passkey(self, person: str, id_: bytes, name: str) -> bool: ...
    def remove_passkey(self, person: str, id_: bytes, entry: Entry) -> bool: ...
    def keep_challenge(self, challenge: Challenge) -> None: ...
    def take_challenge(self, digest: bytes, at: datetime) -> Challenge | None:
        """A proof under way, which is not under way any more."""

    def looked_lately(self, recent: str, since: datetime, until: datetime) -> bool: ...
    def note(self, entry: Entry, recent: str | None = None) -> None: ...


class Passkeys(Protocol):
    """WebAuthn (level 2): options as JSON for the browser, and the judging of its answers. Raises SignInRefused."""

    def to_register(self, person: str, name: str, challenge: bytes, known: Sequence[bytes]) -> str: ...
    def registered(self, answer: str, challenge: bytes) -> Registered: ...
    def to_prove(self, challenge: bytes, known: Sequence[bytes]) -> str: ...
    def shown(self, answer: str) -> bytes:
        """The id of the passkey an answer names; nothing is proved by it."""

    def proved(self, answer: str, challenge: bytes, passkey: Passkey) -> int:
        """The new sign count, once the answer proved presence and verification of its user."""


class Provider(Protocol):
    """An identity provider (OpenID Connect). Raises SignInRefused, or ProviderUnavailable when it does not answer."""

    def address(self, state: str, nonce: str, verifier: str, at: datetime, *, anew: bool) -> str:
        """Where the browser goes; `anew` asks for a proof even of somebody signed in there."""

    def redeem(self, answer: Mapping[str, str], nonce: str, verifier: str, at: datetime) -> Vouched:
        """Whom the code in an answer stands for."""

    def sign_out_address(self, state: str, back: str, at: datetime) -> str | None:
        """Where the browser ends its session there, to come back to an address; None if that is not offered."""

    def signed_out(self, token: str, at: datetime) -> SignedOut:
        """Who was signed out, as a logout token says. Raises LogoutRefused, never ProviderUnavailable."""

    def bearer(self, token: str, at: datetime) -> Vouched:
        """Whose access token this is (RFC 9068). Raises SignInNeeded."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Everything the verbs of signing in need. `form_mark` and `name_mark` are keyed marks that only this installation

    can make: of a form, and of a name the provider gave.
    """

    work: Callable[[], AbstractContextManager[SignInWork]]
    lookup: SignInLookup
    rules: SessionRules
    public_url: str
    passkeys: Passkeys | None
    provider: Provider | None
    roles_of_groups: Mapping[str, frozenset[Role]] | None
    form_mark: Callable[[str], str]
    name_mark: Callable[[str], bytes]
