"""Signing out where somebody signed in: their session at the identity provider, too, and when that one ends first.

Of the provider's names for a person and their session marks alone are kept; no ID token is.
"""

import hmac
from datetime import datetime

from cases.casework.signin.ceremonies import Begun
from cases.casework.signin.noting import derived, new_secret, of_person
from cases.errors import LogoutRefused
from cases.ports import Desk
from cases.ports_signin import SignedOut, Vouched
from cases.sessions import Elsewhere, Method, NotOut, Session


def leave_provider(desk: Desk, session: Session, back: str, at: datetime) -> Begun | None:
    """Where the browser of a session that is over here ends the one it began by; it comes back to `back`, a path.

    None for a session that began by something else, or where the provider offers no such thing. Raises
    ProviderUnavailable.
    """
    provider = desk.signin.provider
    if provider is None or session.method is not Method.PROVIDER:
        return None
    secret = new_secret()
    address = provider.sign_out_address(_state(secret), desk.signin.public_url + back, at)
    return Begun(secret, address) if address else None


def came_back(secret: str, state: str) -> bool:
    """Whether a browser with this secret comes back from the provider it was sent to."""
    return bool(secret) and hmac.compare_digest(_state(secret).encode(), state.encode("utf-8", "replace"))


def _state(secret: str) -> str:
    return derived(secret, "signed-out")


def known_elsewhere(desk: Desk, told: Vouched | SignedOut) -> Elsewhere:
    """Whom the provider speaks of, and which of their sessions there, as marks."""
    subject = desk.signin.name_mark(f"subject {told.subject}")
    return Elsewhere(subject, desk.signin.name_mark(f"session {told.session}") if told.session else None)


def end_by_provider(desk: Desk, token: str, at: datetime) -> int:
    """End the sessions a logout token of the provider speaks of; how many that were. Raises LogoutRefused.

    A token is used up by it, also when nobody was signed in any more.
    """
    if desk.signin.provider is None:
        raise LogoutRefused(NotOut.NOT_OFFERED)
    told = desk.signin.provider.signed_out(token, at)
    with desk.signin.work() as work:
        if not work.spend_token(desk.signin.name_mark(f"token {told.token}"), told.until):
            raise LogoutRefused(NotOut.REPLAYED)
        found = work.elsewhere(known_elsewhere(desk, told))
        for session in found:
            noted = of_person(session.person, session.role, at, "signed_out", method=str(session.method), by="provider")
            work.end(session.id, noted)
    return len(found)
