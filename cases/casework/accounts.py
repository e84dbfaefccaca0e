"""An administrator at the desk: people, tokens, keys by name. No case is touched or seen; each act is an entry.

What an administrator may not do is make themselves something else: give themselves a role, or a token. Two of them
together can; the ledger then shows both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.casework.administering import Issued, import_directory, issue_token, revoke_tokens
from cases.casework.signin.links import IssuedLink, start_link
from cases.casework.signin.sessions import list_sessions, revoke_sessions
from cases.deskwork import IssuedToken, KeptKey
from cases.directory import Person, folded, one_spelling, read_directory
from cases.errors import Fault, Malformed, NotPermitted
from cases.names import plain
from cases.people import Role
from cases.ports import Desk, Then
from cases.sessions import Session
from cases.sight import Actor

PURPOSES = {
    "checkpoint": "signs checkpoints of the ledger and exports",
    "desk": "opens statements, evidence, messages, notes and reasons",
    "identity": "opens who reported, and supervisors' legs",
    "identity_index": "marks who must not see a case for what they are to the reporter",
    "index": "marks who must not see a case, and in which office its subjects work",
    "proof": "signs filing proofs",
    "sorting": "opens routing facts, for the worker",
}


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key and what it is for."""

    key: KeptKey
    purpose: str


def list_people(desk: Desk, actor: Actor, search: str = "", after: str = "", limit: int = 50) -> Sequence[Person]:
    """One page of the directory, by staff number; `search` is part of a number or of a name. Raises NotPermitted."""
    _must_administer(actor)
    wanted, name = folded(search), plain(search)
    found = (one for one in desk.lookup.directory() if one.staff_number > after and _is_like(one, wanted, name))
    return sorted(found, key=lambda one: one.staff_number)[:limit]


def _is_like(person: Person, wanted: str, name: str) -> bool:
    by_number = any(wanted in folded(number) for number in person.numbers)
    return by_number or bool(name and name in plain(person.name)) or wanted in folded(person.name)


def put_directory(desk: Desk, actor: Actor, text: str, at: datetime, *, force: bool = False) -> int:
    """Import a directory as `import_directory` does. Raises DirectoryRefused, WorkLeft, or NotPermitted for a file
    that gives its importer a role, or leaves nobody as administrator.
    """
    _must_administer(actor)
    new = read_directory(text)
    me, before = new.person(actor.person), desk.lookup.directory().person(actor.person)
    gained = (me.roles if me else frozenset()) - (before.roles if before else frozenset())
    if gained:
        raise NotPermitted(
            f"This file gives you a role ({', '.join(sorted(gained))}): another administrator must do it."
        )
    if not any(Role.ADMINISTRATOR in person.roles for person in new):
        raise NotPermitted("This file leaves nobody as administrator: only the command line may import it.")
    return import_directory(desk, text, at, actor, force=force)


def list_tokens(
    desk: Desk, actor: Actor, person: str = "", after: tuple[str, datetime] | None = None, limit: int = 50
) -> Sequence[IssuedToken]:
    """Tokens not revoked, of one person or of all, by person and time of issue; never the tokens themselves."""
    _must_administer(actor)
    return desk.book.tokens(_number_of(desk, person) or None, after, limit)


def give_token(
    desk: Desk, actor: Actor, person: str, role: Role, days: int, at: datetime, then: Then | None = None
) -> Issued:
    """A token for somebody else, in a role the directory gives them. Raises NotPermitted or Malformed."""
    found = _another(desk, actor, person, role, "Nobody issues a token to themselves: ask another administrator.")
    return issue_token(desk, found.staff_number, role, days, at, actor, then)


def _another(desk: Desk, actor: Actor, person: str, role: Role, refusal: str) -> Person:
    """Somebody else who holds a role. Raises NotPermitted or Malformed."""
    _must_administer(actor)
    found = desk.lookup.directory().person(person)
    if found is None or role not in found.roles:
        raise Malformed([Fault("#/person", f"The directory has no {role} with this number.")])
    if found.staff_number == actor.person:
        raise NotPermitted(refusal)
    return found


def take_tokens(desk: Desk, actor: Actor, person: str, at: datetime) -> int:
    """Revoke every token of a person, whether or not they are still in the directory; how many. Raises NotPermitted."""
    _must_administer(actor)
    return revoke_tokens(desk, person, at, actor)


def give_link(
    desk: Desk, actor: Actor, person: str, role: Role, minutes: int, at: datetime, then: Then | None = None
) -> IssuedLink:
    """A link that signs somebody else in, once. Raises NotPermitted or Malformed.

    `then` commits in a transaction after it: links are kept apart from the casework.
    """
    found = _another(desk, actor, person, role, "Nobody makes a link for themselves: ask another administrator.")
    link = start_link(desk, found.staff_number, role, minutes, at, actor)
    if then:
        with desk.work() as work:
            then(work, link)
    return link


def sessions_of(desk: Desk, actor: Actor, person: str, at: datetime) -> Sequence[Session]:
    """Where somebody is signed in. Raises NotPermitted."""
    _must_administer(actor)
    return list_sessions(desk, _number_of(desk, person), at)


def end_sessions(desk: Desk, actor: Actor, person: str, at: datetime) -> int:
    """End every session of somebody; how many that were. Raises NotPermitted."""
    _must_administer(actor)
    return revoke_sessions(desk, _number_of(desk, person), at, actor)


def _number_of(desk: Desk, person: str) -> str:
    """The number somebody is known by here for good, whichever of theirs is given."""
    known = desk.lookup.directory().person(person)
    return known.staff_number if known else one_spelling(person)


def list_keys(desk: Desk, actor: Actor) -> Sequence[NamedKey]:
    """Every key by name, with its id and what it is for. Raises NotPermitted."""
    _must_administer(actor)
    return list(_named(desk.book.keys()))


def _named(keys: Sequence[KeptKey]) -> Iterator[NamedKey]:
    return (NamedKey(key, PURPOSES.get(key.role, "")) for key in keys)


def _must_administer(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotPermitted("This is for administrators.")
