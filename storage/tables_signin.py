"""Tables of signing in. No secret lies here: sessions, links and proofs under way are found by the SHA-256 of theirs.

Rows go when they are over: `storage.signin.tidy`. What happened stays in the ledger.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Uuid

from storage.tables import Instant, metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("previous", LargeBinary(32), unique=True),
    Column("previous_until", Instant),
    Column("person", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("within", String(200)),
    Column("method", String(20), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("rotated_at", Instant, nullable=False),
    Column("proved_at", Instant),
    Column("provider_subject", LargeBinary(32)),
    Column("provider_session", LargeBinary(32)),
    Index("sessions_by_person", "person", "started_at"),
    Index("sessions_by_seen", "seen_at"),
    Index("sessions_by_provider_subject", "provider_subject"),
    Index("sessions_by_provider_session", "provider_session"),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("person", String(40), nullable=False),
    Column("role", String(20), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("one_time_links_by_expiry", "expires_at"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary(1023), primary_key=True),
    Column("person", String(40), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("passkeys_by_person", "person", "made_at"),
)

signin_challenges = Table(
    "signin_challenges",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("method", String(20), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("session", Uuid),
    Column("then", String(300), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("signin_challenges_by_expiry", "expires_at"),
)

spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until", Instant, nullable=False),
    Index("spent_tokens_by_time", "until"),
)
