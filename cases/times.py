"""Times as the desk writes them: RFC 3339, UTC, microseconds only when there are any."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """RFC 3339 with a `Z`. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_stamp(text: str) -> datetime:
    """The time an RFC 3339 text names, in UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC)
