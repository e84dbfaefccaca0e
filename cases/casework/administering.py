"""Looking after an installation: directory and tokens. Each act is an entry; no case is touched or seen."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cases.casework.changes import RESCREEN
from cases.casework.entries import entry
from cases.casework.leaving import left_behind, renumbered
from cases.directory import lines_of, one_spelling, read_directory
from cases.errors import CannotStart, DirectoryRefused, SignInNeeded, WorkLeft
from cases.ledger import COMMAND_LINE, THE_SYSTEM, Entry, EntryKind
from cases.people import Role
from cases.ports import Desk, Then, Token
from cases.sight import Actor

TOKEN_BYTES = 32
TOKEN_PREFIX = "r12_"  # noqa: S105 - lets secret scanners recognise a leaked token


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token; its text is shown once and kept nowhere."""

    text: str
    expires_at: datetime


def import_directory(desk: Desk, text: str, at: datetime, by: Actor | None = None, *, force: bool = False) -> int:
    """Take in a directory, whole or not at all; how many people it holds. Raises DirectoryRefused or WorkLeft.

    Refused, unless by `force`: open cases left with somebody who is gone or lost the role, and a changed number that
    does not say which it was before. A new one may say anew who is in conflict: every case is screened again,
    open ones first.
    """
    new = read_directory(text)
    digest = sha256(text.encode()).hexdigest()
    last = desk.lookup.newest_entry("directory_imported")
    is_new = last is None or json.loads(last.body)["facts"]["sha256"] != digest
    with desk.work() as work:
        strange = renumbered(desk.lookup.directory(), new)
        left = left_behind(desk.book.held(), new)
        if not force:
            _must_lose_nothing(text, strange, left)
        facts = {"people": len(new), "sha256": digest, **({"forced": True} if strange or left else {})}
        work.keep_directory(text, _noted(by, at, "directory_imported", facts))
        for number in desk.lookup.numbers() if is_new else ():
            work.ask_for(RESCREEN, number, at)
    return len(new)


def _must_lose_nothing(text: str, strange: Sequence[tuple[str, str]], left: Sequence[str]) -> None:
    if strange:
        lines = lines_of(text)
        raise DirectoryRefused(sorted((lines.get(number, 1), what) for number, what in strange))
    if left:
        way_out = "Hand these cases over first (POST /api/v1/handovers), or import it all the same by force."
        raise WorkLeft("\n".join([*left, way_out]))


def _noted(by: Actor | None, at: datetime, action: str, facts: Mapping[str, Any]) -> Entry:
    """An entry of administration: by whoever did it, or by the command line."""
    actor, role = (by.person, str(by.role)) if by else (COMMAND_LINE, "")
    return entry(EntryKind.SYSTEM, THE_SYSTEM, at, actor, action, role=role, facts=facts)


def note_rules(desk: Desk, at: datetime) -> bool:
    """Write down which rules are in force, when they are not those of the last such entry; whether that was so."""
    noted = desk.lookup.newest_entry("rules_in_force")
    if noted and json.loads(noted.body)["facts"]["sha256"] == desk.law.digest:
        return False
    facts = {"sha256": desk.law.digest}
    with desk.work() as work:
        work.note(_noted(None, at, "rules_in_force", facts))
    return True


def issue_token(
    desk: Desk,
    person: str,
    role: Role,
    days: int,
    at: datetime,
    by: Actor | None = None,
    then: Then | None = None,
) -> Issued:
    """A bearer token for one person in one role. Raises CannotStart when the directory does not give them that role."""
    found = desk.lookup.directory().person(person)
    if found is None:
        raise CannotStart(f"The directory has nobody with the number {person}. Import it first, or check the number.")
    if role not in found.roles:
        held = ", ".join(sorted(found.roles)) or "none"
        raise CannotStart(f"The directory does not give {person} the role {role}; it gives: {held}.")
    text = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    expires = at + timedelta(days=days)
    token = Token(_digest(text), found.staff_number, role, at, expires)
    facts = {"person": found.staff_number, "role": str(role)}
    issued = Issued(text, expires)
    with desk.work() as work:
        work.keep_token(token, _noted(by, at, "token_issued", facts))
        if then:
            then(work, issued)
    return issued


def revoke_tokens(desk: Desk, person: str, at: datetime, by: Actor | None = None) -> int:
    """Revoke whatever tokens a person holds, whichever of their numbers is given; how many that were."""
    known = desk.lookup.directory().person(person)
    person = known.staff_number if known else one_spelling(person)
    with desk.work() as work:
        return work.revoke_tokens(person, _noted(by, at, "tokens_revoked", {"person": person}))


def who_is(desk: Desk, token: str, at: datetime) -> Actor:
    """Whose token this is. The directory is asked again: a role taken away ends its tokens. Raises SignInNeeded."""
    found = desk.lookup.token(_digest(token))
    person = desk.lookup.directory().person(found.person) if found else None
    if found is None or person is None or found.expires_at <= at or found.role not in person.roles:
        raise SignInNeeded("This token is unknown, expired or revoked. Ask your administrator for a new one.")
    return Actor(found.person, found.role)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
