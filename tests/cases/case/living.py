"""The laws of a case, kept beside it: who did what in which round, written down as it happens and by simpler means.

Nothing here reads what the rules remember of people, findings or hearings; only what was done and by whom.
"""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from cases.case import Case, Given
from cases.lifecycle import Action, State
from cases.people import Role
from cases.sight import Actor

WAITS = timedelta(days=14)
ADVERSE = "sufficient_evidence"
ENDS_SERVICE = {"separation", "dismissal"}
OVERSEEING = {"reopen", "erase", "place_hold", "lift_hold"}
LATE = {State.INVESTIGATION, State.FINDINGS_FOR_COMMENT, State.REPORTED, State.WITH_DECIDER}
MEETS = {
    "acknowledge": {"acknowledge", "close", "redirect", "merge"},
    "feedback": {"feedback", "close", "redirect", "merge", "acknowledge"},
}
"""What ends a clock of the reporter's; acknowledging lets feedback run anew."""
ENDING = {"close", "redirect"}
APPROVERS = {
    "open_investigation": {Role.HEAD, Role.OUTSIDE},
    "reopen": {Role.HEAD, Role.OUTSIDE, Role.DECIDER},
    "erase": {Role.HEAD, Role.OUTSIDE, Role.DECIDER},
}


def approvers(state: State, action: str) -> set[Role]:
    if action not in ENDING:
        return APPROVERS[action]
    decides = state in {State.REPORTED, State.WITH_DECIDER}
    return {Role.DECIDER} if decides else {Role.HEAD, Role.OUTSIDE, Role.INTAKE}


class Book:
    """Every method is told what was just done, and fails when a law forbids it."""

    def __init__(self) -> None:
        self.round = 0
        self.workers: set[str] = set()
        self.rulers: dict[int, set[str]] = defaultdict(set)
        self.reviewers: set[str] = set()
        self.judges: set[str] = set()
        self.walled: set[str] = set()
        self.waiting: tuple[str, Actor, datetime, Given] | None = None
        self.erased = False
        self.reached: Counter[str] = Counter({"registered": 1})
        self.begin_round()

    def begin_round(self) -> None:
        self.findings: dict[UUID, str] = {}
        self.unheard: set[UUID] = set()
        self.at_the_subject: set[UUID] = set()
        self.awaits_comment = self.charged = self.reply_lapsed = False
        self.replied: set[UUID] = set()
        self.rulings: dict[UUID, Given] = {}
        self.measures: set[str] | None = None
        self.told_decision = False

    def takes_four_eyes(self, state: State, action: str) -> bool:
        """In a later round, everything that ends the case does."""
        return action in APPROVERS or (action == "close" and state in LATE) or (action in ENDING and self.round > 0)

    def proposed(self, before: Case, action: str, by: Actor, given: Given, at: datetime) -> None:
        assert self.takes_four_eyes(before.state, action), f"{action} waits for nobody"
        assert self.waiting is None or at >= self.waiting[2] + WAITS, "two proposals wait"
        self.waiting = (action, by, at, given)
        self._acts(action, by)

    def settled(self, before: Case, how: Action, by: Actor, at: datetime) -> tuple[str, Actor, Given]:
        """The action, the proposer and what they handed in."""
        assert self.waiting, "nothing was proposed, or it was settled before"
        (action, proposer, since, given), self.waiting = self.waiting, None
        assert at < since + WAITS, "it had expired"
        if how is Action.WITHDRAW:
            assert by == proposer
            return action, proposer, given
        assert by.person != proposer.person, "one person alone"
        assert by.role in approvers(before.state, action)
        if how is Action.REJECT:  # to refuse says, too, how the case goes on
            self._acts(action, by)
        if how is Action.APPROVE:
            self._acts(action, by)
            self.did(before, action, proposer, given, at, second=by)
        return action, proposer, given

    def did(self, before: Case, action: str, by: Actor, given: Given, at: datetime, second: Actor | None = None):
        """A move took effect."""
        assert not self.erased, "an erased case is left alone"
        assert (second is not None) == self.takes_four_eyes(before.state, action), "made by one person alone"
        if second is None and self.waiting and at < self.waiting[2] + WAITS:
            assert action != self.waiting[0]
        self._acts(action, by)
        if law := getattr(self, f"_{action}", None):
            law(before, by, given, second)
        self.reached[action] += 1

    def _acts(self, action: str, by: Actor) -> None:
        assert by.person not in self.walled, "somebody walled off acted"
        if action in OVERSEEING:
            return
        everybody_who_ruled = set().union(*self.rulers.values())
        if by.role is Role.DECIDER:
            assert by.person not in self.workers, "a worker decides"
            self.judges.add(by.person)
        else:
            assert by.person not in everybody_who_ruled | self.reviewers | self.judges, "a decider or reviewer works"
            self.workers.add(by.person)

    def works(self, person: str) -> None:
        """By being assigned, or saying what is alleged."""
        self._acts("", Actor(person, Role.INTAKE))

    def _rules(self, *who: Actor) -> None:
        for one in who:
            earlier = set().union(*(people for number, people in self.rulers.items() if number < self.round))
            assert one.role is Role.DECIDER
            assert one.person not in earlier | self.reviewers | self.workers, "decides the same case again"
            self.rulers[self.round].add(one.person)

    def _record_finding(self, _before, by, given, _second):
        assert by.role in {Role.INVESTIGATOR, Role.OUTSIDE}
        if given.finding == ADVERSE and self.findings.get(given.allegation) != ADVERSE:
            self.unheard.add(given.allegation)
        self.findings[given.allegation] = given.finding
        self.unheard = {one for one in self.unheard if self.findings[one] == ADVERSE}

    def _send_findings(self, before, _by, _given, _second):
        assert before.subjects() <= before.notified, "a subject reads findings before they know they are one"
        self.awaits_comment, self.at_the_subject = True, set(self.unheard)

    def heard(self) -> None:
        """The comment came, or its time is over."""
        if self.awaits_comment:
            self.unheard -= self.at_the_subject
        self.awaits_comment = False

    def _record_comment(self, before, _by, given, _second):
        theirs = {one.id for one in before.allegations if one.person == given.person}
        assert theirs, "somebody was heard who is not concerned"
        self.unheard -= theirs & self.at_the_subject

    def _issue_report(self, before, _by, _given, _second):
        assert before.allegations, "a report on nothing"
        assert all(one.id in self.findings for one in before.allegations), "an allegation lacks a finding"
        assert not self.unheard, "found against somebody who could not comment"
        adverse = {one.person for one in before.allegations if self.findings[one.id] == ADVERSE}
        assert adverse <= before.notified, "found against somebody who was never told"
        assert adverse <= before.attributed
        assert not before.owed

    def _issue_allegations(self, *_told):
        self.charged, self.reply_lapsed, self.replied = True, False, set()

    def _record_response(self, before, _by, given, _second):
        assert self.charged, "an answer to nothing"
        assert given.person in {one.person for one in before.allegations}
        self.replied.add(given.person)

    def could_answer(self, people: set[UUID]) -> bool:
        return self.reply_lapsed or people <= self.replied

    def _record_decision(self, before, by, given, _second):
        self._rules(by)
        assert self.measures is None, "decided before"
        assert before.allegation(given.allegation).here
        if given.misconduct:
            assert self.findings[given.allegation] == ADVERSE, "guilty of what nobody found"
            assert self.could_answer({before.allegation(given.allegation).person}), "guilty unheard"
        self.rulings[given.allegation] = given

    def _decide(self, before, by, given, _second):
        self._rules(by)
        here = [one for one in before.allegations if one.here]
        assert all(one.id in self.rulings for one in here), "an allegation lacks a decision"
        guilty = {one.person for one in here if self.rulings[one.id].misconduct}
        assert sorted(guilty) == sorted(one.person for one in given.measures)
        assert self.could_answer(guilty)
        for measure in given.measures:
            if measure.measure in ENDS_SERVICE:
                theirs = [self.rulings[one.id] for one in here if one.person == measure.person]
                assert all(one.standard == "clear_and_convincing" for one in theirs if one.misconduct)
        self.measures = {one.measure for one in given.measures}

    def _notify_decision(self, *_told):
        assert self.measures is not None
        self.told_decision = True

    def _close(self, before, by, given, second):
        if given.closure_reason.startswith("substantiated"):
            assert any(one.misconduct for one in self.rulings.values())
            assert bool(self.measures - {"none"}) == (given.closure_reason == "substantiated_measure_taken")
        if before.state is State.WITH_DECIDER:
            assert self.told_decision
        if before.state is State.REPORTED:
            self._rules(by, second)
            assert ADVERSE not in {self.findings[one.id] for one in before.allegations if one.here}
        assert given.notice.strip(), "closed without a word to the reporter"

    def _merge(self, *_told):
        assert self.round == 0, "what two opened again, one ended"

    def _reopen(self, before, _by, _given, second):
        closers = set(before.closed_by) | self.judges
        assert second.person not in self.workers | set().union(*self.rulers.values()) | closers
        self.reviewers.add(second.person)
        self.round += 1
        self.begin_round()

    def _erase(self, before, _by, _given, _second):
        assert not before.holds, "a hold stands"
        self.erased = True

    def lapsed(self, name: str) -> None:
        if name == "comment":
            self.heard()
        if name == "reply":
            self.reply_lapsed = self.charged
        if name == "proposal":
            self.waiting = None
        self.reached[f"{name} lapsed"] += 1

    def leaves(self, person: str) -> None:
        """Recused, or found to be concerned."""
        self.walled.add(person)
        if self.waiting and self.waiting[1].person == person:
            self.waiting = None

    def reached_state(self, state: State) -> None:
        self.reached[f"{state} in round {self.round}"] += 1


def clocks_kept(before: Case, after: Case, event: str) -> None:
    """What holds of the clocks across any change."""
    for one in before.clocks:
        if str(one.belongs_to) != "reporter" or one.ended_at is not None:
            continue
        now = next(
            (other for other in after.clocks if (other.name, other.started_at) == (one.name, one.started_at)), None
        )
        assert (now and now.ended_at is None and now.due_by == one.due_by) or event in MEETS[one.name], (one, event)
    for one in after.clocks:
        if str(one.belongs_to) == "reporter":
            assert one.paused_at is None
        elif after.state is State.CLOSED and one.name != "proposal":
            assert one.ended_at is not None, f"{one.name} runs in a closed case"
    paused = {one.name for one in after.clocks if one.paused_at is not None and one.ended_at is None}
    assert paused <= {"assessment", "reassessment"}
    assert not paused or after.state is State.AWAITING_INFORMATION
