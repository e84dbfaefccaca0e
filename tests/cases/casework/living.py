"""The life of a case through the verbs: single acts on the case as it stands, and whole ways to a state of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from cases.case import Assignment, Case, Given, Measure, replay
from cases.casework.alleging import Alleged, make_allegation
from cases.casework.moving import make_move
from cases.casework.persons import add_person, change_person
from cases.casework.registers import open_register
from cases.casework.staffing import end_assignment, make_assignment, recuse_oneself
from cases.casework.working import Worker
from cases.lifecycle import Action
from cases.persons import CasePerson, Changed, PersonRole
from cases.ports import Desk
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CATEGORY,
    CONDUCT,
    DECIDER,
    DECIDER_TWO,
    FINAL,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INVESTIGATOR,
    MISCONDUCT,
    OUTSIDE,
    OUTSIDE_TWO,
    REASONED,
    SORTED,
    SUBJECT,
    THEIRS,
    entries,
    seen_now,
)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who takes a case through its life: `leads` opens and proposes, `second` approves, `finds` investigates."""

    leads: Actor
    second: Actor
    finds: Actor


OFFICE = Crew(INTAKE, HEAD, INVESTIGATOR)
OUTSIDERS = Crew(OUTSIDE, OUTSIDE_TWO, OUTSIDE)


def moved(desk: Desk, actor: Actor, case: Case, action: Action, given: Given = REASONED, at: datetime = SORTED) -> Case:
    """A move on the case as it stands now."""
    return make_move(desk, actor, case.number, seen_now(desk, case).version, action, given, at)


def approved(
    desk: Desk,
    case: Case,
    action: Action,
    given: Given = REASONED,
    by: tuple[Actor, Actor] = (INTAKE, HEAD),
    at: datetime = SORTED,
) -> Case:
    """A move that takes four eyes: proposed by one, approved by another."""
    moved(desk, by[0], case, action, given, at)
    return moved(desk, by[1], case, Action.APPROVE, Given(), at)


def assigned(desk: Desk, by: Actor, case: Case, who: Actor) -> Case:
    version = seen_now(desk, case).version
    return make_assignment(desk, by, case.number, version, Assignment(who.person, who.role), SORTED)


def unassigned(desk: Desk, by: Actor, case: Case, who: Actor, reason: str = "Somebody else takes over.") -> Case:
    version = seen_now(desk, case).version
    return end_assignment(desk, by, case.number, version, Assignment(who.person, who.role), reason, SORTED)


def recused(desk: Desk, who: Actor, case: Case, reason: str = "We are friends.") -> Case:
    return recuse_oneself(desk, who, case.number, seen_now(desk, case).version, reason, SORTED)


def added(
    desk: Desk, by: Actor, case: Case, role: PersonRole = PersonRole.SUBJECT, at: datetime = SORTED, **said: str
) -> CasePerson:
    """A person added to the case, known by `staff_number`, `name` or `email`."""
    new = CasePerson(uuid4(), role, **said)
    return add_person(desk, by, case.number, seen_now(desk, case).version, new, "It came up.", at)


def settled(desk: Desk, by: Actor, case: Case, person: CasePerson, *numbers: str, at: datetime = SORTED) -> CasePerson:
    """A person said to be one of the directory, or none of them."""
    return said_anew(desk, by, case, person, Changed(settled=numbers), at)


def said_anew(desk: Desk, by: Actor, case: Case, person: CasePerson, new: Changed, at: datetime = SORTED) -> CasePerson:
    version = seen_now(desk, case).version
    return change_person(desk, by, case.number, version, person.id, new, "Checked.", at)


def alleges(
    desk: Desk, by: Actor, case: Case, person: CasePerson, category: str = CATEGORY, on: date | None = CONDUCT
) -> Case:
    said = Alleged(person.id, category, "They posted it.", on)
    return make_allegation(desk, by, case.number, seen_now(desk, case).version, said, SORTED)


def register(desk: Desk, case: Case) -> tuple[CasePerson, ...]:
    """The persons of a case, whoever may see them."""
    return open_register(desk, seen_now(desk, case))


def worked_off(desk: Desk, at: datetime = SORTED) -> None:
    """The worker does whatever waits by then."""
    worker = Worker(desk)
    while worker.step(at):
        pass


def assessed(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """Acknowledged, assessed, and found to be possible misconduct."""
    moved(desk, crew.leads, case, Action.ACKNOWLEDGE, Given())
    moved(desk, crew.leads, case, Action.ASSESS, Given())
    return moved(desk, crew.leads, case, Action.CONCLUDE_ASSESSMENT, MISCONDUCT)


def alleged(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """Assessed, and the first person of the register said to have done something."""
    assessed(desk, case, crew)
    return alleges(desk, crew.leads, case, register(desk, case)[0])


def investigated(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """Opened by two people, with an investigator."""
    alleged(desk, case, crew)
    approved(desk, case, Action.OPEN_INVESTIGATION, by=(crew.leads, crew.second))
    return assigned(desk, crew.second, case, crew.finds)


def found(desk: Desk, case: Case, crew: Crew = OFFICE, finding: str = "sufficient_evidence") -> Case:
    """It is said who is meant, the account attributed, the subject told, and a finding on the allegation."""
    investigated(desk, case, crew)
    person, who = register(desk, case)[0], crew.finds
    if not person.is_certain:
        settled(desk, who, case, person, *sorted(person.possible, key=lambda number: number != SUBJECT)[:1])
    said_anew(desk, who, case, person, Changed(attribution=THEIRS))
    worked_off(desk)
    moved(desk, who, case, Action.NOTIFY_SUBJECT, Given("By letter.", person=person.id))
    return moved(desk, who, case, Action.RECORD_FINDING, _on_the_allegation(desk, case, finding=finding))


def put_to_the_subject(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    found(desk, case, crew)
    return moved(desk, crew.finds, case, Action.SEND_FINDINGS)


def reported(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """The whole way to a report: the subject commented on the findings."""
    put_to_the_subject(desk, case, crew)
    moved(desk, crew.finds, case, Action.RECORD_COMMENT, said_by_the_subject(desk, case, "I deny it."))
    return moved(desk, crew.finds, case, Action.ISSUE_REPORT)


def said_by_the_subject(desk: Desk, case: Case, answer: str) -> Given:
    return Given(person=seen_now(desk, case).allegations[0].person, answer=answer)


def with_decider(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    reported(desk, case, crew)
    return moved(desk, crew.second, case, Action.HAND_TO_DECIDER)


def decided(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """Charged, answered, decided and told: a censure."""
    with_decider(desk, case, crew)
    charge = replace(REASONED, counsel_informed=True, evidence_disclosed=True)
    moved(desk, DECIDER, case, Action.ISSUE_ALLEGATIONS, charge)
    moved(desk, DECIDER, case, Action.RECORD_RESPONSE, said_by_the_subject(desk, case, "I am sorry."))
    ruling = {"facts_established": "They posted it.", "standard": "preponderance", "misconduct": True}
    moved(desk, DECIDER, case, Action.RECORD_DECISION, _on_the_allegation(desk, case, **ruling))
    person = seen_now(desk, case).allegations[0].person
    censure = Measure(person, "censure", "none", "none", "It fits.", "Staff Rule 10.2")
    moved(desk, DECIDER, case, Action.DECIDE, replace(REASONED, measures=(censure,)))
    told = replace(REASONED, appeal_route="The tribunal.", appeal_by=date(2026, 9, 1))
    return moved(desk, DECIDER, case, Action.NOTIFY_DECISION, told)


def closed(desk: Desk, case: Case, crew: Crew = OFFICE) -> Case:
    """The whole life, closed by two deciders."""
    decided(desk, case, crew)
    return approved(desk, case, Action.CLOSE, FINAL, (DECIDER, DECIDER_TWO))


def reopened(desk: Desk, case: Case, by: tuple[Actor, Actor] = (INTAKE, HEAD_TWO), at: datetime = SORTED) -> Case:
    """A closed case, opened again by one and another who is new to it."""
    return approved(desk, case, Action.REOPEN, replace(REASONED, ground="new_evidence"), by, at)


def _on_the_allegation(desk: Desk, case: Case, **given: object) -> Given:
    return replace(REASONED, allegation=seen_now(desk, case).allegations[0].id, **given)


def rebuilt(desk: Desk, case: Case) -> Case:
    """What the ledger's change entries amount to."""
    return replay((one["version"], one["facts"]) for one in entries(desk, about=case.number, kind="change"))
