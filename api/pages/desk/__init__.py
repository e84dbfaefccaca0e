"""The staff's pages. Each says who may open it with `signed_in(Role, …)`; see api/sessions.py."""

from api.pages.desk import (
    case,
    entering,
    evidence,
    home,
    identity,
    moving,
    passkeys,
    people,
    provider,
    queue,
    sessions,
    staffing,
    writing,
)
from api.pages.desk.common import blueprint

__all__ = [
    "blueprint",
    "case",
    "entering",
    "evidence",
    "home",
    "identity",
    "moving",
    "passkeys",
    "people",
    "provider",
    "queue",
    "sessions",
    "staffing",
    "writing",
]
