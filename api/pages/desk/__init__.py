"""The staff's pages. Each says who may open it with `signed_in(Role, …)`; see api/sessions.py."""

from api.pages.desk import entering, passkeys, provider, sessions
from api.pages.desk.common import blueprint

__all__ = ["blueprint", "entering", "passkeys", "provider", "sessions"]
