"""A person's list of notices, and how they want to be written to. Reading it opens nothing sealed of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.catalogue import LANGUAGES
from cases.errors import Fault, Malformed, UnknownItem
from cases.notices import Preferences, Shown
from cases.ports import Desk
from cases.sight import SIGHTS, Actor, Sight, sight_of

NEWEST = 1000
"""What is older than so many notices counts as read."""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of a list, newest first; `unread` is counted over the whole list, among its newest thousand."""

    items: Sequence[Shown]
    unread: int


def list_notices(
    desk: Desk, actor: Actor, after: int | None = None, limit: int = 50, *, unread_alone: bool = False
) -> NoticePage:
    """What waits for this person in this role: of cases that exist for them now, and of no case."""
    newest = desk.post.lookup.shown(actor, _sight(actor), None, NEWEST)
    if unread_alone:
        unread = [one for one in newest if not one.read]
        further = [one for one in unread if after is None or one.row < after]
        return NoticePage(further[:limit], len(unread))
    page = newest if after is None else desk.post.lookup.shown(actor, _sight(actor), after, limit)
    return NoticePage(page[:limit], sum(not one.read for one in newest))


def read_notice(desk: Desk, actor: Actor, id_: UUID, at: datetime) -> Shown:
    """Take a notice as read; twice is as once. Raises UnknownItem for one this person was not told, or may not see."""
    found = next((one for one in desk.post.lookup.shown(actor, _sight(actor), None, NEWEST) if one.id == id_), None)
    if found is None:
        raise UnknownItem("There is no such notice.")
    if not found.read:
        with desk.work() as work:
            work.notices.read(id_, actor, at)
    return Shown(found.row, found.id, found.number, found.what, found.at, read=True)


def notice_preferences(desk: Desk, actor: Actor) -> Preferences:
    """How this person wants to be written to, in every role they hold."""
    return desk.post.lookup.preferences(actor.person)


def prefer(desk: Desk, actor: Actor, wish: Preferences, at: datetime) -> Preferences:
    """Say anew how one wants to be written to. What is gathered already is sent as it was to be. Raises Malformed."""
    faults = []
    if wish.language and wish.language not in LANGUAGES:
        faults.append(Fault("#/language", f"One of {', '.join(LANGUAGES)} is expected, or nothing."))
    if wish.when and wish.when not in desk.law.timings(at.date()):
        faults.append(Fault("#/when", f"One of {', '.join(desk.law.timings(at.date()))} is expected, or nothing."))
    if faults:
        raise Malformed(faults)
    with desk.work() as work:
        work.notices.prefer(actor.person, wish)
    return wish


def words_of(desk: Desk, actor: Actor, what: str, at: datetime, language: str) -> str:
    """What the list says of a notice, in a language; English where nobody translated it."""
    rows = desk.law.announcements_on(what, at.date())
    row = next((one for one in rows if actor.role in one.who), rows[0] if rows else None)
    return row.label.in_(language) if row else what


def _sight(actor: Actor) -> Sight | None:
    """Which cases a role sees; None for roles that see none, and are told of none."""
    return sight_of(actor) if actor.role in SIGHTS else None
