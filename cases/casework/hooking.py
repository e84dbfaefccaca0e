"""Where webhooks are posted to: added with a fresh secret, listed, removed. Each is an entry of the system.

By an administrator at the desk, who is named by the entry; or at the command line, which has no actor.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cases.casework.entries import entry
from cases.errors import CannotStart, Fault, Malformed, NotPermitted, UnknownItem
from cases.ledger import COMMAND_LINE, THE_SYSTEM, Entry, EntryKind
from cases.notices import NO_SUCH_WEBHOOK, Endpoint
from cases.people import Role
from cases.ports import Desk, Then
from cases.sight import Actor

SECRET_BYTES, PREFIX = 32, "whsec_"


@dataclass(frozen=True, slots=True)
class Added:
    """A fresh endpoint; its secret is shown once and kept wrapped."""

    id: int
    host: str
    added_at: datetime
    secret: str = field(repr=False)


def add_webhook(desk: Desk, url: str, at: datetime, by: Actor | None = None, then: Then | None = None) -> Added:
    """Post to this address from now on. Raises CannotStart for one nothing is ever posted to."""
    desk.post.hooks.must_be_fit(url)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with desk.work() as work:
        id_ = work.notices.add_endpoint(url, secret, _noted("webhook_added", url, at, by))
        added = Added(id_, Endpoint(id_, url, at, None).host, at, secret)
        if then:
            then(work, added)
    return added


def add_webhook_at_desk(desk: Desk, actor: Actor, url: str, at: datetime, then: Then | None = None) -> Added:
    """`add_webhook` by an administrator. Raises NotPermitted, or Malformed for an address nothing is posted to."""
    _must_administer(actor)
    try:
        return add_webhook(desk, url, at, actor, then)
    except CannotStart as error:
        raise Malformed([Fault("#/url", str(error))]) from error


def list_webhooks(desk: Desk) -> Sequence[Endpoint]:
    """Every endpoint, the oldest first."""
    return sorted(desk.post.lookup.endpoints(), key=_place)


def list_webhooks_at_desk(
    desk: Desk, actor: Actor, after: tuple[datetime, int] | None = None, limit: int = 50
) -> Sequence[Endpoint]:
    """One page of them, after a time and a number. Raises NotPermitted."""
    _must_administer(actor)
    return [one for one in list_webhooks(desk) if after is None or _place(one) > after][:limit]


def find_webhook(desk: Desk, actor: Actor, id_: int) -> Endpoint:
    """One of them, for an administrator. Raises NotPermitted or UnknownItem."""
    _must_administer(actor)
    return _found(desk, id_)


def remove_webhook(desk: Desk, id_: int, at: datetime, by: Actor | None = None) -> None:
    """Post there no more, whatever waits. Raises UnknownItem, or NotPermitted for anybody but an administrator."""
    if by is not None:
        _must_administer(by)
    found = _found(desk, id_)
    with desk.work() as work:
        work.notices.remove_endpoint(id_, _noted("webhook_removed", found.url, at, by))


def _found(desk: Desk, id_: int) -> Endpoint:
    found = desk.post.lookup.endpoint(id_)
    if found is None:
        raise UnknownItem(NO_SUCH_WEBHOOK)
    return found


def _place(one: Endpoint) -> tuple[datetime, int]:
    return one.added_at, one.id


def _must_administer(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotPermitted("Webhooks are looked after by an administrator.")


def _noted(action: str, url: str, at: datetime, by: Actor | None) -> Entry:
    """An address may hold a token of its own, so the entry has its hash alone."""
    facts = {"url_sha256": sha256(url.encode()).hexdigest()}
    actor, role = (by.person, str(by.role)) if by else (COMMAND_LINE, "")
    return entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, action, role=role, facts=facts)
