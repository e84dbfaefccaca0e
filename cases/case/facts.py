"""A case: its clear facts, and how they are written down so that the ledger's changes rebuild it exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cases.clocks import Running, next_due
from cases.lifecycle import Action, Queue, State
from cases.people import Role

FOUND = "sufficient_evidence"
"""The finding against somebody, of `terms.toml`."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person asked to work a case, in one role."""

    person: str
    role: Role


class Hearing(StrEnum):
    """Whether somebody who must be heard was: the subject on draft findings, and on formal allegations."""

    NOT_ASKED = "not_asked"
    AWAITED = "awaited"
    RECEIVED = "received"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Allegation:
    """A subject (by their id in the case's register of persons) and a category, and what was made of it.

    `authority` is who decides on it (`provisions.toml`), `here` whether that is the desk's own decider. `finding` is
    the investigator's, `standard` and `misconduct` the decider's.
    """

    id: UUID
    person: UUID
    category: str
    authority: str
    here: bool = True
    finding: str | None = None
    standard: str | None = None
    misconduct: bool | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A move that waits for a second person. What it was given is sealed as the part `given`."""

    id: UUID
    action: Action
    by: str
    role: Role
    at: datetime
    expires_at: datetime
    given: UUID


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: while one stands, nothing of the case is erased."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """The clear facts of a case. Invariant: `version` is the number of its change entries.

    Sets of people that never meet: those who `worked_by`, those who decided (`decided_by` in this round,
    `decided_before` in earlier ones), took another part as decider (`heard_by`), or reviewed (`reviewed_by`).
    A hearing is received once everybody concerned spoke: who `commented` and who `responded` since it was asked last.
    """

    number: str
    complaint: UUID
    queue: Queue
    to: tuple[str, ...]
    state: State
    version: int
    categories: tuple[str, ...]
    received_at: datetime
    clocks: tuple[Running, ...] = ()
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    closure_reason: str | None = None
    assignees: tuple[Assignment, ...] = ()
    worked_by: frozenset[str] = frozenset()
    decided_by: frozenset[str] = frozenset()
    decided_before: frozenset[str] = frozenset()
    heard_by: frozenset[str] = frozenset()
    closed_by: frozenset[str] = frozenset()
    reviewed_by: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    outcome: str | None = None
    referred_to: str | None = None
    back_to: State | None = None
    merged_into: str | None = None
    preserved_at: datetime | None = None
    contained_at: datetime | None = None
    implications: int = 0
    allegations: tuple[Allegation, ...] = ()
    attributed: frozenset[UUID] = frozenset()
    notified: frozenset[UUID] = frozenset()
    owed: frozenset[UUID] = frozenset()
    comment: Hearing = Hearing.NOT_ASKED
    commented: frozenset[UUID] = frozenset()
    response: Hearing = Hearing.NOT_ASKED
    responded: frozenset[UUID] = frozenset()
    measures: tuple[tuple[UUID, str], ...] = ()
    decided_at: datetime | None = None
    decision_told_at: datetime | None = None
    appealed_at: datetime | None = None
    proposal: Proposal | None = None
    holds: tuple[Hold, ...] = ()
    reopened: int = 0
    erased_at: datetime | None = None

    @property
    def due(self) -> Running | None:
        """The clock that runs out next, if one runs."""
        return next_due(self.clocks)

    def pending(self, at: datetime) -> Proposal | None:
        """The proposal that still waits at this time: an expired one is none."""
        return self.proposal if self.proposal and at < self.proposal.expires_at else None

    def allegation(self, id_: UUID | None) -> Allegation | None:
        return next((one for one in self.allegations if one.id == id_), None)

    def subjects(self) -> frozenset[UUID]:
        """Everybody something is alleged against."""
        return frozenset(one.person for one in self.allegations)

    def unheard(self, spoken: frozenset[UUID], *, here: bool = False) -> frozenset[UUID]:
        """Everybody found against (those decided on `here` alone) who is not among those who spoke."""
        against = (one for one in self.allegations if one.finding == FOUND and (one.here or not here))
        return frozenset(one.person for one in against) - spoken

    def judges(self) -> frozenset[str]:
        """Whoever decided, reviewed, or took any other part as a decider, in any round: they never work the case."""
        return self.decided_by | self.decided_before | self.reviewed_by | self.heard_by

    def is_assigned(self, person: str, role: Role) -> bool:
        return any(who.person == person and who.role is role for who in self.assignees)


def kept_apart(case: Case) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    """The pairs of people that must share nobody: finder ≠ decider ≠ reviewer, in any round."""
    yield case.worked_by, case.judges()
    yield case.decided_by, case.decided_before | case.reviewed_by
