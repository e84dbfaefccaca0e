"""The staff's pages. Each says who may open it with `signed_in(Role, …)`; see api/sessions.py."""

from api.pages.desk import (
    admin_access,
    admin_people,
    audit,
    entering,
    parts,
    passkeys,
    provider,
    received,
    requests,
    sessions,
    team,
)
from api.pages.desk.common import blueprint

__all__ = [
    "admin_access",
    "admin_people",
    "audit",
    "blueprint",
    "entering",
    "parts",
    "passkeys",
    "provider",
    "received",
    "requests",
    "sessions",
    "team",
]
