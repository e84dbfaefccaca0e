"""Who may see which case, and which parts of it. Everything not written here is no.

Rules live here as data; storage translates a `Sight` into one query, so that a list, a page and an error message
cannot disagree about what exists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from cases.errors import NotPermitted
from cases.lifecycle import DECIDER_SEES_FROM, Queue, State
from cases.people import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling: a person of the directory in one role."""

    person: str
    role: Role


class Part(StrEnum):
    """What can be shown of a case."""

    SUMMARY = "summary"
    STATEMENT = "statement"
    EVIDENCE = "evidence"
    MESSAGES = "messages"
    ROUTE = "route"
    EXPLANATION = "explanation"
    WORK = "work"
    TIMELINE = "timeline"
    RETALIATION = "retaliation"
    ACCOUNTS = "accounts"
    REQUESTS = "requests"


_WORKING = frozenset(Part) - {Part.RETALIATION, Part.ACCOUNTS}

PARTS: Mapping[Role, frozenset[Part]] = MappingProxyType(
    {
        Role.SUPERVISOR: frozenset({Part.SUMMARY, Part.STATEMENT, Part.EVIDENCE}),
        Role.INTAKE: _WORKING,
        Role.HEAD: _WORKING,
        Role.INVESTIGATOR: _WORKING,
        Role.OUTSIDE: _WORKING,
        Role.DECIDER: _WORKING,
        Role.GATEKEEPER: frozenset({Part.SUMMARY, Part.ROUTE}),
        Role.CUSTODIAN: frozenset({Part.REQUESTS}),
        Role.ETHICS: frozenset({Part.SUMMARY, Part.RETALIATION}),
        Role.MONITOR: frozenset({Part.SUMMARY, Part.ACCOUNTS}),
    }
)


@dataclass(frozen=True, slots=True)
class Sight:
    """Criteria that must all hold for a case to exist for its holder. The wall always holds for `person`.

    `addressed` means: sent to them as the reporter's supervisor. Without it, such a case does not exist for them: who
    received it as a supervisor takes no other part in it. `no_part`: never worked, decided or reviewed it, nor is
    assigned. `leg`: a copy went there. `asked`: somebody waits for a custodian's word on it. Without it, a case in
    which they opened or decided a request as custodian does not exist for them.
    """

    person: str
    queue: Queue | None = None
    states: tuple[State, ...] | None = None
    assigned: bool = False
    addressed: bool = False
    never_worked: bool = False
    no_part: bool = False
    leg: str | None = None
    asked: bool = False


SIGHTS: Mapping[Role, Sight] = MappingProxyType(
    {
        Role.SUPERVISOR: Sight("", addressed=True),
        Role.INTAKE: Sight("", queue=Queue.IGO),
        Role.HEAD: Sight("", queue=Queue.IGO),
        Role.INVESTIGATOR: Sight("", queue=Queue.IGO, assigned=True),
        Role.OUTSIDE: Sight("", queue=Queue.OUTSIDE),
        Role.GATEKEEPER: Sight("", queue=Queue.OUTSIDE),
        Role.DECIDER: Sight("", states=DECIDER_SEES_FROM, never_worked=True),
        Role.CUSTODIAN: Sight("", asked=True, no_part=True),
        Role.ETHICS: Sight("", leg="ethics"),
        Role.MONITOR: Sight("", leg="der"),
    }
)


def sight_of(actor: Actor) -> Sight:
    """Which cases this role may see. Raises NotPermitted for roles that see none."""
    if actor.role not in SIGHTS:
        raise NotPermitted("This role sees no cases.")
    return replace(SIGHTS[actor.role], person=actor.person)


def may_see(actor: Actor, part: Part) -> bool:
    """Whether the role may be shown this part of a case it can see."""
    return part in PARTS.get(actor.role, frozenset())


def must_see(actor: Actor, part: Part) -> None:
    """Refuse a part the role may not be shown. Raises NotPermitted."""
    if not may_see(actor, part):
        raise NotPermitted("This role may not see this part of a case.")
