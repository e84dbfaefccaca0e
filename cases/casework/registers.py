"""The register of persons of a case, opened and closed again; it is kept whole, sealed for the desk."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cases.canonical import canonical
from cases.case import Case
from cases.casework.entries import must_be_kept, owner_of
from cases.errors import Fault, Malformed, UnknownItem
from cases.persons import CasePerson, PersonRole, Register, find, first_register
from cases.place import Kind, Owner, Recipient, SealedPart
from cases.ports import Desk


def open_register(desk: Desk, case: Case) -> Register:
    """The persons of a case as they stand. Raises EvidenceUnreadable, and UnknownItem once it was erased.

    Whoever shows them writes a look first.
    """
    must_be_kept(case)
    part = desk.lookup.latest(case.complaint, Kind.PERSONS)
    told = json.loads(desk.vault.open(part, Recipient.DESK))
    return tuple(CasePerson.read(one) for one in told["persons"])


def register_of(desk: Desk, case: Case) -> Register:
    """The persons of a case as they stand; one sorted before there were registers begins its own by its statement."""
    if desk.lookup.parts(case.complaint, Kind.PERSONS):
        return open_register(desk, case)
    return first_register(statement_of(desk, case))


def sealed_register(desk: Desk, owner: Owner, register: Register) -> SealedPart:
    return desk.vault.seal(Kind.PERSONS, owner, canonical({"persons": [person.told() for person in register]}))


def kept_register(desk: Desk, case: Case, register: Register) -> SealedPart:
    return sealed_register(desk, owner_of(desk, case), register)


def must_be_in_register(desk: Desk, case: Case, person: UUID, *, role: PersonRole | None = None) -> CasePerson:
    """A person of this case, in a part if one is asked for. Raises Malformed."""
    try:
        found = find(open_register(desk, case), person)
    except UnknownItem as error:
        raise Malformed([Fault("#/person", "This case has no such person.")]) from error
    if role and found.role is not role:
        raise Malformed([Fault("#/person", f"This person is no {role} of the case.")])
    return found


def office_of(desk: Desk, case: Case) -> str:
    """Where the first subject with an allegation works, as the directory knows them; empty when nobody knows."""
    subjects = case.subjects()
    for person in open_register(desk, case):
        numbers = person.settled or (person.possible if len(person.possible) == 1 else ())
        if person.id in subjects and numbers:
            found = desk.lookup.directory().person(numbers[0])
            return found.office if found else ""
    return ""


def statement_of(desk: Desk, case: Case) -> Mapping[str, Any]:
    """The statement as the reporter wrote it. Whoever shows it writes a look first."""
    part = desk.lookup.part(case.complaint, Kind.STATEMENT)
    told: Mapping[str, Any] = json.loads(desk.vault.open(part, Recipient.DESK))["statement"]
    return told
