"""Saved filters: lists somebody asks for again. Their own setting, in one role; it says nothing of any case.

So it is no entry of the ledger, and stands in the clear: slugs, days and staff numbers as `GET /cases` takes them. A
name is a slug too, so that nobody writes about a case in it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cases.deskwork import NAMES, SavedFilter
from cases.errors import Fault, Malformed, MoveNotAllowed, UnknownItem
from cases.ports import Desk
from cases.sight import Actor, Part, must_see

MOST = 50
LONGEST = 200
"""Characters of one value of a query."""


def list_filters(desk: Desk, actor: Actor) -> Sequence[SavedFilter]:
    """My filters in this role, by name. Raises NotPermitted for a role that lists no cases."""
    must_see(actor, Part.SUMMARY)
    return desk.book.filters(actor.person, actor.role)


def find_filter(desk: Desk, actor: Actor, name: str) -> SavedFilter:
    """One of mine by name. Raises UnknownItem."""
    for saved in list_filters(desk, actor):
        if saved.name == name:
            return saved
    raise UnknownItem("You have no filter of this name.")


def save_filter(desk: Desk, actor: Actor, name: str, query: Mapping[str, Any], at: datetime) -> SavedFilter:
    """Keep a query under a name, over an earlier one of that name. The caller checked that `GET /cases` takes it.

    Raises NotPermitted, Malformed, or MoveNotAllowed beyond 50 filters.
    """
    if not NAMES.fullmatch(name):
        raise Malformed([Fault("#/name", "A name is 1 to 60 of a-z, 0-9 and -, such as due-this-week.")])
    if long := [key for key, value in query.items() if len(str(value)) > LONGEST]:
        raise Malformed(Fault(f"#/query/{key}", f"At most {LONGEST} characters.") for key in long)
    known = {saved.name for saved in list_filters(desk, actor)}
    if name not in known and len(known) >= MOST:
        raise MoveNotAllowed(f"You have {MOST} filters already: delete one first.")
    saved = SavedFilter(name, dict(query), at)
    with desk.work() as work:
        work.keep_filter(actor.person, actor.role, saved)
    return saved


def delete_filter(desk: Desk, actor: Actor, name: str) -> None:
    """Raises UnknownItem when there is none."""
    find_filter(desk, actor, name)
    with desk.work() as work:
        work.drop_filter(actor.person, actor.role, name)
