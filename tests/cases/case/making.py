"""A case acted on by people: what each move needs is handed in complete unless a test says otherwise."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from cases.canonical import canonical
from cases.case import (
    Assignment,
    Case,
    Given,
    Measure,
    Move,
    allege,
    answered,
    assign,
    changed,
    excluded,
    lapse,
    move,
    must_be_approved,
    propose,
    recuse,
    settle,
    step_for,
    unassign,
)
from cases.case.clocked import first_clocks
from cases.catalogue import load
from cases.lifecycle import SETTLING, Action, Queue, State
from cases.people import Role
from cases.sight import Actor

LAW = load()
AT = datetime(2026, 3, 2, 12, 0, 0, 250, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BEN = UUID(int=11), UUID(int=12)
POLITICAL = "political_partisan"

INTAKE, INTAKE_2 = Actor("S0012", Role.INTAKE), Actor("S0013", Role.INTAKE)
HEAD, HEAD_2, HEAD_3 = Actor("S0011", Role.HEAD), Actor("S0010", Role.HEAD), Actor("S0009", Role.HEAD)
FINDER = Actor("S0014", Role.INVESTIGATOR)
DECIDER, DECIDER_2, DECIDER_3 = (Actor(number, Role.DECIDER) for number in ("S0021", "S0020", "S0022"))
OUTSIDER, OUTSIDER_2 = Actor("S0090", Role.OUTSIDE), Actor("S0091", Role.OUTSIDE)


def fresh(queue: Queue = Queue.IGO, at: datetime = AT) -> Case:
    """As sorting leaves it."""
    return first_clocks(Case("IGO-2026-48213", UUID(int=1), queue, ("igo",), State.REGISTERED, 1, (), at), LAW)


def measured(person: UUID, measure: str = "censure", **said: object) -> Measure:
    return Measure(person, measure, **{"aggravating": "none", "mitigating": "none", **_REASONED, **said})


_REASONED = {"proportionality": "As for others.", "authority": "Staff Rule 10.2"}


def closure_for(case: Case, by: Actor) -> str:
    """A closure reason that fits the state, the role and the decision, if one does."""
    guilty = any(one.misconduct for one in case.allegations)
    taken = any(slug != "none" for _, slug in case.measures)
    for slug in LAW.closures_for(case.state, by.role):
        row = LAW.closure(slug)
        decided = case.state is not State.WITH_DECIDER or row.substantiated is None
        if decided or (row.substantiated == guilty and row.measure in (None, taken)):
            return slug
    return ""


def complete(case: Case, action: Action, by: Actor, at: datetime, **said: object) -> Given:
    """Everything a move can need, such that no guard on it refuses if one that fits can be said at all."""
    first = next(iter(case.allegations), None)
    open_here = sorted((one for one in case.allegations if one.here), key=lambda one: one.misconduct is not None)
    here = next(iter(open_here), first)
    longer = (one.name for one in case.clocks if one.ended_at is None and _has_more(one))
    given = Given(
        reason="Words.",
        closure_reason=closure_for(case, by),
        notice="Reasoned words.",
        question="When was it?",
        outcome="possible_misconduct",
        referred_to="management",
        answer="Their words.",
        ground="new_evidence",
        into="IGO-2026-11111",
        clock=next(longer, ""),
        person=who_speaks(case, action) or (first.person if first else ANN),
        allegation=(here if action is Action.RECORD_DECISION else first).id if first else None,
        finding="no_evidence",
        counsel_informed=True,
        evidence_disclosed=True,
        facts_established="What happened.",
        standard="preponderance",
        misconduct=False,
        measures=tuple(measured(person, "none") for person in guilty(case)),
        appeal_route="The tribunal.",
        appeal_by=(at + 90 * DAY).date(),
        review_on=(at + 30 * DAY).date(),
        hold=case.holds[0].id if case.holds else None,
    )
    return replace(given, **said)


def who_speaks(case: Case, action: Action) -> UUID | None:
    """Somebody still to be heard, where a move records what they said."""
    silent = {
        Action.RECORD_COMMENT: case.unheard(case.commented),
        Action.RECORD_RESPONSE: case.unheard(case.responded, here=True),
    }
    return min(silent.get(action, ()), default=None)


def guilty(case: Case) -> list[UUID]:
    return sorted({one.person for one in case.allegations if one.here and one.misconduct})


def _has_more(running) -> bool:
    more = LAW.clock(running.name, running.started_at.date()).extension
    return more is not None and running.extended < more.times


class Story:
    """One case, the hour it is, and every change entry as the ledger would read it back."""

    def __init__(self, case: Case | None = None, at: datetime = AT) -> None:
        self.case = case or fresh(at=at)
        self.at = at
        self.entries = [(1, as_read({"case": changed(None, self.case)}))]
        self.sealed: dict[UUID, Given] = {}

    def keep(self, decided: tuple[Case, dict]) -> Case:
        """What the verbs do with a decision: store the case with its entry."""
        self.case, facts = decided
        self.entries.append((self.case.version, as_read(facts)))
        return self.case

    def tries(self, by: Actor, action: Action, given: Given) -> Case:
        """A move, a proposal of one that takes four eyes, or what settles it. Raises as these do."""
        part = uuid4()
        decided = self.would(by, action, given, part)
        self.sealed[part] = Given.read(as_read(given.told()))
        return self.keep(decided)

    def would(self, by: Actor, action: Action, given: Given, part: UUID = ANN) -> tuple[Case, dict]:
        """What `tries` would make of the case."""
        asked = Move(action, by, self.at, given)
        if action in SETTLING:
            waits = self.case.proposal
            return settle(self.case, asked, self.sealed[waits.given] if waits else Given(), LAW)
        if must_be_approved(self.case, step_for(self.case, asked, LAW)):
            return propose(self.case, asked, LAW, part)
        return move(self.case, asked, LAW)

    def does(self, by: Actor, action: str, **said: object) -> Case:
        """An hour later, with all that is needed handed in."""
        self.at += HOUR
        return self.tries(by, Action(action), complete(self.case, Action(action), by, self.at, **said))

    def two(self, one: Actor, action: str, other: Actor, **said: object) -> Case:
        self.does(one, action, **said)
        return self.does(other, "approve")

    def waits(self, **span: float) -> "Story":
        self.at += timedelta(**span)
        return self

    def lapses(self) -> list[str]:
        """The worker comes until nothing is left that ran out; the clocks that did."""
        names = []
        while decided := lapse(self.case, self.at, LAW):
            self.keep(decided)
            names.append(decided[1]["clock"])
        return names

    def hears_from_the_reporter(self) -> bool:
        decided = answered(self.case, self.at, LAW)
        return bool(decided and self.keep(decided))

    def assigns(self, who: Actor, by: Actor = HEAD, *, walled: bool = False) -> Case:
        return self.keep(assign(self.case, Assignment(who.person, who.role), by, walled=walled))

    def unassigns(self, who: Actor, by: Actor = HEAD) -> Case:
        return self.keep(unassign(self.case, Assignment(who.person, who.role), by))

    def recuses(self, by: Actor) -> Case:
        return self.keep(recuse(self.case, by, self.at, LAW))

    def excludes(self, *people: str) -> Case:
        """As a screening leaves it."""
        after = excluded(self.case, frozenset(people), self.at, LAW)
        return self.changes(replace(after, version=self.case.version + 1))

    def alleges(self, person: UUID = ANN, category: str = POLITICAL, by: Actor = INTAKE, kind: str = "staff") -> Case:
        provision = LAW.provisions_for(kind, self.at.date())
        return self.keep(allege(self.case, person, category, provision, by))

    def attributes(self, *people: UUID) -> Case:
        """As the register of persons leaves it."""
        return self.changes(replace(self.case, attributed=frozenset(people), version=self.case.version + 1))

    def owes_notice(self, person: UUID) -> Case:
        return self.changes(replace(self.case, owed=self.case.owed | {person}, version=self.case.version + 1))

    def changes(self, after: Case) -> Case:
        return self.keep((after, {"case": changed(self.case, after)}))

    def clock(self, name: str):
        """The latest clock of a name; None when there is none."""
        return next((one for one in reversed(self.case.clocks) if one.name == name), None)

    @property
    def running(self) -> set[str]:
        return {one.name for one in self.case.clocks if one.runs}


def as_read(facts: dict) -> dict:
    """Facts after their way through the ledger's bytes."""
    return json.loads(canonical(facts))


def story_at(state: State, finding: str = "sufficient_evidence", *, kind: str = "staff") -> Story:
    """A case that came by the ordinary way to a state, with one allegation from assessment on."""
    story = Story()
    if state is State.REGISTERED:
        return story
    story.does(INTAKE, "assess")
    story.alleges(kind=kind)
    story.attributes(ANN)
    if state is State.AWAITING_INFORMATION:
        story.does(INTAKE, "ask_reporter")
    if state is State.REFERRED:
        story.does(INTAKE, "conclude_assessment", outcome="misuse_for_management")
        story.does(INTAKE, "refer")
    if state in {State.ASSESSMENT, story.case.state}:
        return story
    story.does(INTAKE, "conclude_assessment")
    story.two(INTAKE, "open_investigation", HEAD)
    story.assigns(FINDER)
    if state is State.INVESTIGATION:
        return story
    story.does(FINDER, "record_finding", finding=finding)
    story.does(FINDER, "notify_subject")
    story.does(FINDER, "send_findings")
    if state is State.FINDINGS_FOR_COMMENT:
        return story
    story.does(FINDER, "record_comment")
    story.does(FINDER, "issue_report")
    if state is State.REPORTED:
        return story
    story.does(HEAD, "hand_to_decider")
    if state is State.CLOSED:
        decide(story)
    return story


def charge(story: Story, by: Actor = DECIDER) -> Story:
    story.does(by, "issue_allegations")
    story.does(by, "record_response")
    return story


def decide(story: Story, by: Actor = DECIDER, second: Actor = DECIDER_2, measure: str = "censure") -> Story:
    """Misconduct by everybody something is alleged against, and one measure for each; then closed."""
    charge(story, by)
    standard = "clear_and_convincing"
    for one in story.case.allegations:
        story.does(by, "record_decision", allegation=one.id, misconduct=True, standard=standard)
    story.does(by, "decide", measures=tuple(measured(person, measure) for person in guilty(story.case)))
    story.does(by, "notify_decision")
    story.two(by, "close", second)
    return story
