"""Where webhooks are posted to: added with a fresh secret, listed, removed. Each is an entry of the system."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cases.casework.entries import entry
from cases.ledger import COMMAND_LINE, THE_SYSTEM, Entry, EntryKind
from cases.notices import Endpoint
from cases.ports import Desk

SECRET_BYTES, PREFIX = 32, "whsec_"


@dataclass(frozen=True, slots=True)
class Added:
    """A fresh endpoint; its secret is shown once and kept wrapped."""

    id: int
    secret: str


def add_webhook(desk: Desk, url: str, at: datetime) -> Added:
    """Post to this address from now on. Raises CannotStart for one nothing is ever posted to."""
    desk.post.hooks.must_be_fit(url)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with desk.work() as work:
        added = work.notices.add_endpoint(url, secret, _noted("webhook_added", url, at))
    return Added(added, secret)


def list_webhooks(desk: Desk) -> Sequence[Endpoint]:
    return desk.post.lookup.endpoints()


def remove_webhook(desk: Desk, id_: int, at: datetime) -> None:
    """Post there no more, whatever waits. Raises UnknownItem."""
    found = desk.post.lookup.endpoint(id_)
    with desk.work() as work:
        work.notices.remove_endpoint(id_, _noted("webhook_removed", found.url if found else "", at))


def _noted(action: str, url: str, at: datetime) -> Entry:
    """An address may hold a token of its own, so the entry has its hash alone."""
    facts = {"url_sha256": sha256(url.encode()).hexdigest()}
    return entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, action, facts=facts)
