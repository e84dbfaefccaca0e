"""Who has how much to do, who can be asked to work a case, and a leaver's cases handed to somebody else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.case import ASSIGNABLE, ASSIGNERS, Assignment, Case
from cases.case.handing import hand_over
from cases.casework.changes import reason_part, staff_change, store
from cases.casework.looking import find_case
from cases.deskwork import Load
from cases.directory import Directory, Person, one_spelling
from cases.errors import ConflictOfInterest, Fault, Malformed, MoveNotAllowed, NotPermitted, UnknownCase
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.ports import CaseFilter, Desk, Then, position_of
from cases.sight import Actor, Sight, sight_of

PAGE = 200


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works cases in a role, and what they have on their hands, as far as the asker may see."""

    person: str
    name: str
    role: Role
    by_state: Mapping[State, int]
    overdue: int
    next_due: datetime | None

    @property
    def cases(self) -> int:
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True)
class Handover:
    """From one person to another in a role, with a reason."""

    from_: str
    to: str
    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Numbers of the cases that moved, and of those that stay where they are: the other cannot have them."""

    moved: tuple[str, ...]
    stayed: tuple[str, ...]


def workload(desk: Desk, actor: Actor, at: datetime) -> Sequence[Colleague]:
    """Everybody who can be assigned in the caller's office, by role and name, busy or not. Raises NotPermitted.

    Counts only cases that exist for the caller; whoever still has cases and lost the role, or left, is listed too.
    """
    sight = _assigners_sight(actor)
    queue = sight.queue or Queue.IGO
    return _colleagues(desk.lookup.directory(), ASSIGNABLE[queue], desk.book.loads(sight, at))


def who_can_be_assigned(desk: Desk, actor: Actor, number: str, at: datetime) -> Sequence[Colleague]:
    """Whom the caller could assign to this case now, with their load. Nothing tells why somebody is missing.

    Raises UnknownCase or NotPermitted.
    """
    case = find_case(desk, actor, number)
    sight = _assigners_sight(actor)
    directory = desk.lookup.directory()
    roles = ASSIGNABLE[case.queue]
    there = {person.staff_number for person in directory if person.roles & roles}
    never = case.recused | case.decided_by | case.decided_before | case.reviewed_by
    fit = there - never - desk.book.apart(number, there)
    found = _colleagues(directory, roles, desk.book.loads(sight, at))
    free = (one for one in found if one.person in fit and not case.is_assigned(one.person, one.role))
    return [one for one in free if one.role in _roles(directory, one.person)]


def _assigners_sight(actor: Actor) -> Sight:
    if actor.role not in ASSIGNERS:
        raise NotPermitted("This is for those who assign people: intake, the head or the outside office.")
    return sight_of(actor)


def _colleagues(directory: Directory, roles: frozenset[Role], loads: Sequence[Load]) -> list[Colleague]:
    wanted = {(person.staff_number, role) for person in directory for role in person.roles & roles}
    wanted |= {(load.person, load.role) for load in loads if load.role in roles}
    of: dict[tuple[str, Role], list[Load]] = {}
    for load in loads:
        of.setdefault((load.person, load.role), []).append(load)
    found = (_colleague(directory.person(person), person, role, of.get((person, role), ())) for person, role in wanted)
    return sorted(found, key=lambda one: (one.role, one.name, one.person))


def _colleague(person: Person | None, number: str, role: Role, loads: Iterable[Load]) -> Colleague:
    loads = tuple(loads)
    next_due = min((load.next_due for load in loads if load.next_due), default=None)
    by_state = {load.state: load.cases for load in loads}
    return Colleague(number, person.name if person else "", role, by_state, sum(one.overdue for one in loads), next_due)


def _roles(directory: Directory, number: str) -> frozenset[Role]:
    person = directory.person(number)
    return person.roles if person else frozenset()


def hand_over_cases(desk: Desk, actor: Actor, told: Handover, at: datetime, then: Then | None = None) -> HandedOver:
    """Every open case of one person in a role, as far as the caller may see, goes to another; open tasks with it.

    Each is a change of its own: what cannot go (a conflict, somebody who decided it) stays and is named, and asking
    again moves what is left. `then` commits with a transaction after the last. Raises NotPermitted or Malformed.
    """
    sight = _assigners_sight(actor)
    who, to = _checked(desk, told, sight.queue or Queue.IGO)
    moved, stayed = list[str](), list[str]()
    for number in [case.number for case in _held_by(desk, sight, who)]:
        try:
            _hand_one(desk, actor, number, who, to, told.reason, at)
            moved.append(number)
        except (ConflictOfInterest, MoveNotAllowed):
            stayed.append(number)
        except UnknownCase:  # hidden from the caller meanwhile: nothing is said of it
            continue
    done = HandedOver(tuple(moved), tuple(stayed))
    if then:
        with desk.work() as work:
            then(work, done)
    return done


def _checked(desk: Desk, told: Handover, queue: Queue) -> tuple[Assignment, str]:
    directory = desk.lookup.directory()
    faults = []
    if told.role not in ASSIGNABLE[queue]:
        faults.append(Fault("#/role", f"People are assigned as: {', '.join(sorted(ASSIGNABLE[queue]))}."))
    to, leaver = directory.person(told.to), directory.person(told.from_)
    if to is None or told.role not in to.roles:
        faults.append(Fault("#/to", f"The directory has no {told.role} with this number."))
    if to is not None and leaver is to:
        faults.append(Fault("#/to", "This is the same person."))
    if faults or to is None:
        raise Malformed(faults)
    return Assignment(leaver.staff_number if leaver else one_spelling(told.from_), told.role), to.staff_number


def _held_by(desk: Desk, sight: Sight, who: Assignment) -> Iterator[Case]:
    """The open cases of this sight in which somebody is assigned in a role, page by page."""
    after = None
    while True:
        page = desk.lookup.cases(sight, CaseFilter(assignee=who.person, after=after, limit=PAGE))
        yield from (one for one in page if one.state is not State.CLOSED and who in one.assignees)
        if len(page) < PAGE:
            return
        after = position_of(page[-1], "received")


def _hand_one(desk: Desk, actor: Actor, number: str, who: Assignment, to: str, reason: str, at: datetime) -> None:
    """Decided on the case as it stands while nobody else can change it. Raises ConflictOfInterest, MoveNotAllowed."""
    with desk.work() as work:
        case = find_case(desk, actor, number)
        if who not in case.assignees or case.state is State.CLOSED:
            raise MoveNotAllowed("Somebody changed this case meanwhile.")
        walled = bool(desk.book.apart(number, {to}))
        decided = hand_over(case, who, to, actor, walled=walled)
        sealed = reason_part(desk, case, {"reason": reason})
        store(work, staff_change(desk, actor, case, decided, "handed_over", at, sealed), at)
        work.hand_tasks(number, who, to)
