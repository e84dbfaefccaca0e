"""Looking after an installation: directory and tokens. Each act is an entry; no case is touched or seen."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cases.casework.changes import RESCREEN
from cases.casework.entries import entry
from cases.directory import one_spelling, read_directory
from cases.errors import CannotStart, SignInNeeded
from cases.ledger import COMMAND_LINE, THE_SYSTEM, EntryKind
from cases.people import Role
from cases.ports import Desk, Token
from cases.sight import Actor

TOKEN_BYTES = 32
TOKEN_PREFIX = "r12_"  # noqa: S105 - lets secret scanners recognise a leaked token


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token; its text is shown once and kept nowhere."""

    text: str
    expires_at: datetime


def import_directory(desk: Desk, text: str, at: datetime) -> int:
    """Take in a directory, whole or not at all; how many people it holds. Raises DirectoryRefused.

    A new one may say anew who is in conflict: the worker screens every case again, open ones first.
    """
    people = len(read_directory(text))
    digest = sha256(text.encode()).hexdigest()
    facts = {"people": people, "sha256": digest}
    last = desk.lookup.newest_entry("directory_imported")
    is_new = last is None or json.loads(last.body)["facts"]["sha256"] != digest
    with desk.work() as work:
        work.keep_directory(
            text, entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "directory_imported", facts=facts)
        )
        for number in desk.lookup.numbers() if is_new else ():
            work.ask_for(RESCREEN, number, at)
    return people


def note_rules(desk: Desk, at: datetime) -> bool:
    """Write down which rules are in force, when they are not those of the last such entry; whether that was so."""
    noted = desk.lookup.newest_entry("rules_in_force")
    if noted and json.loads(noted.body)["facts"]["sha256"] == desk.law.digest:
        return False
    facts = {"sha256": desk.law.digest}
    with desk.work() as work:
        work.note(entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "rules_in_force", facts=facts))
    return True


def issue_token(desk: Desk, person: str, role: Role, days: int, at: datetime) -> Issued:
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
    with desk.work() as work:
        work.keep_token(token, entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "token_issued", facts=facts))
    return Issued(text, expires)


def revoke_tokens(desk: Desk, person: str, at: datetime) -> int:
    """Revoke whatever tokens a person holds; how many that were."""
    person = one_spelling(person)
    with desk.work() as work:
        noted = entry(EntryKind.SYSTEM, THE_SYSTEM, at, COMMAND_LINE, "tokens_revoked", facts={"person": person})
        return work.revoke_tokens(person, noted)


def who_is(desk: Desk, token: str, at: datetime) -> Actor:
    """Whose token this is. The directory is asked again: a role taken away ends its tokens. Raises SignInNeeded."""
    found = desk.lookup.token(_digest(token))
    person = desk.lookup.directory().person(found.person) if found else None
    if found is None or person is None or found.expires_at <= at or found.role not in person.roles:
        raise SignInNeeded("This token is unknown, expired or revoked. Ask your administrator for a new one.")
    return Actor(found.person, found.role)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
