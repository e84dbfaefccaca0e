"""The register of persons in a case: who is spoken of, in what part, and whose an account is. Kept sealed.

Only ids of this register stand in the clear. A reporter's first words are never changed by it: the register is the
desk's own account of them, and grows by entries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from cases.complaint import Named
from cases.directory import Directory
from cases.errors import Fault, Malformed, UnknownItem
from cases.routing import How, Involved, Match


class PersonRole(StrEnum):
    """The part a person plays in a case. Handlers are its assignees and stand there."""

    SUBJECT = "subject"
    WITNESS = "witness"
    RELATED = "related"
    APPROVER = "approver"
    REPORTER = "reporter"


HOW: Mapping[PersonRole, How] = {
    PersonRole.SUBJECT: How.SUBJECT,
    PersonRole.WITNESS: How.WITNESS,
    PersonRole.RELATED: How.RELATED,
    PersonRole.APPROVER: How.APPROVER,
    PersonRole.REPORTER: How.WITNESS,  # somebody who reported and is heard: walled off like any witness
}
ATTRIBUTED = "attributed"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whether an account is the person's (`terms.toml`, set `attribution`), why, and what was checked.

    A claim that the account was taken over must be answered by what was checked (2025-UNAT-1581).
    """

    status: str
    account: str
    reason: str
    hacking_claimed: bool = False
    checked: str = ""

    def faults(self) -> list[Fault]:
        missing = [name for name in ("account", "reason") if not getattr(self, name).strip()]
        if self.hacking_claimed and not self.checked.strip():
            missing.append("checked")
        return [Fault(f"#/attribution/{name}", "An attribution says this.") for name in missing]


@dataclass(frozen=True, slots=True)
class CasePerson:
    """One person of a case. `settled`: None while screening matches, one staff number or nobody once intake decided.

    `possible` are the staff numbers screening found; more than one, or one found by name alone, proposes only.
    """

    id: UUID
    role: PersonRole
    name: str = ""
    staff_number: str = ""
    email: str = ""
    personnel_type: str = ""
    function: str = ""
    relation: str = ""
    settled: tuple[str, ...] | None = None
    possible: tuple[str, ...] = ()
    attribution: Attribution | None = None

    @property
    def is_certain(self) -> bool:
        """Whether intake said who it is, or the directory knows exactly one whom it can be."""
        return self.settled is not None or len(self.possible) == 1

    def involved(self) -> Involved:
        """What screening needs of them."""
        return Involved(Named(self.name, self.staff_number, self.email), HOW[self.role], self.settled)

    def told(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "id": str(self.id), "role": str(self.role)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "CasePerson":
        facts = dict(told)
        facts["id"], facts["role"] = UUID(told["id"]), PersonRole(told["role"])
        facts["settled"] = None if told["settled"] is None else tuple(told["settled"])
        facts["possible"] = tuple(told["possible"])
        facts["attribution"] = Attribution(**told["attribution"]) if told["attribution"] else None
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class Changed:
    """What an officer says anew of a person; None leaves a thing as it is. `settled` of () means: nobody of ours."""

    role: PersonRole | None = None
    settled: tuple[str, ...] | None = None
    attribution: Attribution | None = None


Register = tuple[CasePerson, ...]


def first_register(told: Mapping[str, Any], matches: Sequence[Match] | None = None) -> Register:
    """The register a statement begins: subjects, then witnesses, as the reporter named and screening matched them."""
    said = [(PersonRole.SUBJECT, one) for one in told.get("subjects", ())]
    said += [(PersonRole.WITNESS, one) for one in told.get("witnesses", ())]
    register = tuple(_said(role, one) for role, one in said)
    return register if matches is None else matched(register, matches)


def _numbers(match: Match) -> tuple[str, ...]:
    """Best first."""
    return tuple(person.staff_number for person in match.people)


def _said(role: PersonRole, told: Mapping[str, Any]) -> CasePerson:
    names = ("name", "staff_number", "email", "personnel_type", "function", "relation")
    said: dict[str, Any] = {name: told.get(name) or "" for name in names}
    return CasePerson(uuid4(), role, **said)


def matched(register: Register, matches: Sequence[Match]) -> Register:
    """The register after a screening: whom it found for each."""
    return tuple(replace(person, possible=_numbers(match)) for person, match in zip(register, matches, strict=True))


def find(register: Iterable[CasePerson], id_: UUID) -> CasePerson:
    """Raises UnknownItem."""
    for person in register:
        if person.id == id_:
            return person
    raise UnknownItem("There is no such person in this case.")


def change(register: Register, id_: UUID, new: Changed, directory: Directory, known: Sequence[str]) -> Register:
    """The register with what is said anew of a person; `known` are the attributions there are.

    Raises UnknownItem, or Malformed when nothing is said, a number is unknown, or an attribution lacks its grounds.
    """
    person = find(register, id_)
    if faults := _faults(person, new, directory, known):
        raise Malformed(faults)
    settled = person.settled if new.settled is None else tuple(_spelled(directory, one) for one in new.settled)
    renewed = replace(person, role=new.role or person.role, settled=settled)
    attribution = new.attribution or (None if is_another(person, renewed) else person.attribution)
    renewed = replace(renewed, attribution=attribution)
    return tuple(renewed if one.id == id_ else one for one in register)


def is_another(before: CasePerson, after: CasePerson) -> bool:
    """Whether somebody else is meant than could be meant until now: an account of the first is not theirs."""
    if after.settled is None or after.settled == before.settled:
        return False
    meant = set(before.possible if before.settled is None else before.settled)
    outsider = before.settled == ()
    return outsider or (bool(meant) and (not after.settled or not set(after.settled) <= meant))


def _faults(person: CasePerson, new: Changed, directory: Directory, known: Sequence[str]) -> list[Fault]:
    faults = list(new.attribution.faults()) if new.attribution else []
    if new.attribution and new.attribution.status not in known:
        faults.append(Fault("#/attribution/status", f"One of {', '.join(known)} is expected."))
    faults += [
        Fault(f"#/settled/{place}", "The directory has nobody of this number.")
        for place, number in enumerate(new.settled or ())
        if directory.person(number) is None
    ]
    if len(new.settled or ()) > 1:
        faults.append(Fault("#/settled", "One person is one number, or none."))
    if new == Changed() or (new == Changed(role=person.role)):
        faults.append(Fault("#", "Say what changes: role, settled or attribution."))
    return faults


def _spelled(directory: Directory, number: str) -> str:
    found = directory.person(number)
    return found.staff_number if found else number


def personnel_type(person: CasePerson, directory: Directory) -> str:
    """What a person is employed as: as the directory knows it, else as the reporter said; empty when nobody knows."""
    number = person.settled[0] if person.settled else (person.possible[0] if len(person.possible) == 1 else "")
    found = directory.person(number) if number else None
    return found.personnel_type if found else person.personnel_type
