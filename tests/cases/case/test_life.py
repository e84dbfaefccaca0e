"""A machine lives the life of a case: anybody tries anything at any time. `living.py` keeps the laws beside it."""

from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases.case import Move, kept_apart, lapse, move, must_work, open_to, read, replay, written
from cases.case.clocked import sounded
from cases.case.moving import worked
from cases.case.people import ALLEGED_IN
from cases.errors import CaseError
from cases.lifecycle import SETTLING, Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.case.going_on import CLOSURES, EVERYBODY, HOLDS, INVESTIGATOR, aimed, hasty, next_steps
from tests.cases.case.living import Book, clocks_kept
from tests.cases.case.making import ANN, BEN, LAW, Story, as_read, complete, measured

ANYBODY = st.sampled_from(EVERYBODY)
SLUGS = [row.slug for row in LAW.measures]
MEASURES = st.sampled_from(SLUGS)
CHOICES = {
    "closure_reason": CLOSURES,
    "finding": ["no_evidence", "sufficient_evidence"],
    "outcome": ["possible_misconduct", "advice_only", "nonsense"],
    "standard": ["preponderance", "clear_and_convincing"],
    "misconduct": [True, False],
    "reason": ["", " "],
    "notice": [""],
    "clock": ["comment", "reply", "feedback"],
    "counsel_informed": [False],
}
SPOILS = [(key, value) for key, values in CHOICES.items() for value in values]
SPOILED = st.lists(st.sampled_from(SPOILS), max_size=3)
HOURS = [1, 5, 24, 24 * 5, 24 * 13, 24 * 15, 24 * 40, 24 * 100, 24 * 400]


def case_people(case):
    """Everybody the rules remember."""
    return case.worked_by | case.decided_by | case.decided_before | case.reviewed_by | case.heard_by


class CaseLife(RuleBasedStateMachine):
    """Eight people holding several roles each, hours and years, and a register of two subjects."""

    def __init__(self):
        super().__init__()
        self.story, self.book = Story(), Book()

    @property
    def case(self):
        return self.story.case

    # What is done, and what the book makes of it

    def acts(self, by, action, given):
        """Whether it was allowed. Whoever is walled off finds no case to act on."""
        if by.person in self.book.walled:
            return False
        before, story, book = self.case, self.story, self.book
        try:
            story.tries(by, action, given)
        except CaseError:
            assert self.case is before
            return False
        event = str(action)
        if action in SETTLING:
            event, _, handed_in = book.settled(before, action, by, story.at)
            assert story.sealed[before.proposal.given] == handed_in
            if action is Action.APPROVE and event == "close":
                assert self.case.closure_reason == handed_in.closure_reason
        elif book.takes_four_eyes(before.state, event):
            book.proposed(before, event, by, given, story.at)
            assert self.case == replace(before, **self.only("proposal", "version", "worked_by", "heard_by", "clocks"))
        else:
            book.did(before, event, by, given, story.at)
        self.after(before, event)
        return True

    def only(self, *names):
        return {name: getattr(self.case, name) for name in names}

    def after(self, before, event):
        assert self.case.version == before.version + 1
        clocks_kept(before, self.case, event)
        if self.case.state is not before.state:
            self.book.reached_state(self.case.state)
        self.the_entries_rebuild_the_case()
        for one, other in kept_apart(self.case):
            assert not one & other

    # Anybody, anything, any time

    @rule(by=ANYBODY, action=st.sampled_from(Action), spoiled=SPOILED)
    def anybody_tries_anything(self, by, action, spoiled):
        self.tries(by, action, spoiled)

    def tries(self, by, action, spoiled):
        self.acts(by, action, complete(self.case, action, by, self.story.at, **dict(spoiled)))

    @rule(by=ANYBODY, pick=st.integers(0, 99), spoiled=SPOILED, measure=MEASURES)
    def anybody_does_what_stands_open_to_them(self, by, pick, spoiled, measure):
        self.does_what_is_open(by, pick, spoiled, measure)

    def does_what_is_open(self, by, pick, spoiled, measure):
        if shown := open_to(self.case, by, self.story.at, LAW):
            action = shown[pick % len(shown)]
            given = complete(self.case, action, by, self.story.at, **dict(spoiled))
            self.acts(by, action, aimed(self.case, given, action, pick, measure))

    @rule(by=ANYBODY)
    def the_moves_shown_as_open_are_those_that_are_not_refused(self, by):
        shown, story = open_to(self.case, by, self.story.at, LAW), self.story
        for action in Action:
            done = False
            with suppress(CaseError):
                story.would(by, action, complete(self.case, action, by, story.at))
                done = True
            assert (action in shown) == done, (action, by, shown)

    @rule(by=ANYBODY, action=st.sampled_from(Action))
    def nobody_makes_alone_what_takes_two(self, by, action):
        if self.book.takes_four_eyes(self.case.state, str(action)):
            with pytest.raises(CaseError):
                move(self.case, Move(action, by, self.story.at, complete(self.case, action, by, self.story.at)), LAW)

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours):
        self.story.waits(hours=hours)

    @rule()
    def the_worker_comes(self):
        while decided := lapse(self.case, self.story.at, LAW):
            before, name = self.case, decided[1]["clock"]
            self.story.keep(decided)
            self.book.lapsed(name)
            self.after(before, f"{name}_lapsed")

    @rule()
    def the_reporter_answers(self):
        before = self.case
        if self.story.hears_from_the_reporter():
            assert before.state is State.AWAITING_INFORMATION
            self.after(before, "resume")

    @rule(by=ANYBODY, feedback=st.booleans())
    def somebody_writes_to_the_reporter(self, by, feedback):
        if by.role is not Role.DECIDER and self.may(lambda: must_work(self.case, by), by):
            event = "feedback" if feedback else "message_sent"
            before, after = self.case, replace(self.case, version=self.case.version + 1)
            self.story.changes(worked(sounded(before, after, event, self.story.at, LAW), by))
            self.book.works(by.person)
            self.after(before, event)

    # Who works it, and who is concerned

    def may(self, change, by):
        """Whether somebody could make a change at all."""
        try:
            return by.person not in self.book.walled and (change() or True)
        except CaseError:
            return False

    @rule(by=ANYBODY, who=ANYBODY)
    def somebody_is_assigned(self, by, who):
        before, walled = self.case, who.person in self.book.walled
        if self.may(lambda: self.story.assigns(who, by, walled=walled), by):
            assert not walled
            assert before.state is not State.CLOSED
            self.book.works(by.person)
            self.book.works(who.person)
            self.after(before, "assigned")

    @rule(by=ANYBODY, who=ANYBODY)
    def somebody_is_taken_off(self, by, who):
        before = self.case
        if self.may(lambda: self.story.unassigns(who, by), by):
            self.book.works(by.person)
            self.after(before, "unassigned")

    @precondition(lambda self: len(self.book.walled) < 2)
    @rule(by=ANYBODY)
    def somebody_recuses_themselves(self, by):
        before = self.case
        if self.may(lambda: self.story.recuses(by), by):
            self.book.leaves(by.person)
            self.after(before, "recused")

    @precondition(lambda self: len(self.book.walled) < 2)
    @rule(person=st.sampled_from(sorted(HOLDS)))
    def somebody_turns_out_to_be_concerned(self, person):
        before = self.case
        self.story.excludes(person)
        self.book.leaves(person)
        self.after(before, "screened_again")

    def somebody_is_concerned(self, who, *, knows_it):
        if len(self.book.walled) < 2 and knows_it:
            self.somebody_recuses_themselves(by=who)
        elif len(self.book.walled) < 2:
            self.somebody_turns_out_to_be_concerned(person=who.person)

    # What is alleged, and against whom

    @rule(by=ANYBODY, person=st.sampled_from([ANN, BEN]), kind=st.sampled_from(["staff", "staff", "unv"]))
    def something_is_alleged(self, by, person, kind):
        before = self.case
        if self.may(lambda: self.story.alleges(person, by=by, kind=kind), by):
            self.book.works(by.person)
            self.after(before, "alleged")

    @rule(people=st.sets(st.sampled_from([ANN, BEN])))
    def accounts_are_attributed(self, people):
        before = self.case
        self.story.attributes(*people)
        self.after(before, "person_changed")

    @rule(person=st.sampled_from([ANN, BEN]))
    def a_witness_becomes_a_subject(self, person):
        before = self.case
        self.story.owes_notice(person)
        self.after(before, "person_changed")

    def facts_come_in(self, pick):
        person = (ANN, BEN)[pick % 2]
        if pick < 25:
            self.a_witness_becomes_a_subject(person=person)
        elif pick < 50:
            self.accounts_are_attributed(people={person})
        else:
            self.something_is_alleged(by=EVERYBODY[0], person=person, kind=("staff", "unv")[pick % 3 == 0])

    # Chance alone would hardly ever come to the end

    @initialize(steps=st.integers(0, 40), adverse=st.booleans(), guilty=st.booleans(), again=st.booleans())
    def it_went_on_before_anybody_tried_anything(self, steps, adverse, guilty, again):
        self.it_goes_on(steps=steps, adverse=adverse, guilty=guilty, again=again)

    @rule(steps=st.integers(1, 8), adverse=st.booleans(), guilty=st.booleans(), again=st.booleans())
    def it_goes_on(self, steps, adverse, guilty, again):
        for _ in range(steps):
            self.story.waits(hours=1)
            if not self.goes_on(adverse=adverse, guilty=guilty, again=again):
                return

    def goes_on(self, *, adverse, guilty, again):
        """One step on by whoever can make it; False when nobody can."""
        case, story = self.case, self.story
        if case.state is State.CLOSED and not again and not case.proposal:
            story.waits(days=366 * 11)
        if case.state in ALLEGED_IN and not case.allegations:
            self.something_is_alleged(by=EVERYBODY[0], person=ANN, kind="staff")
        if not case.subjects() <= case.attributed:
            self.accounts_are_attributed(people=case.subjects())
        if case.state is State.INVESTIGATION and not case.assignees:
            self.somebody_is_assigned(by=EVERYBODY[0], who=INVESTIGATOR)
        return self.takes_one_of(next_steps(self.case, adverse=adverse, guilty=guilty, again=again))

    def goes_on_too_fast(self, pick):
        """The last steps first, whatever they would have to wait for."""
        steps = list(next_steps(self.case, adverse=pick % 3, guilty=True, again=True))
        self.takes_one_of([(action, said | hasty(Action(action), pick)) for action, said in reversed(steps)])

    def takes_one_of(self, steps):
        return any(
            action in open_to(self.case, by, self.story.at, LAW)
            and self.acts(by, Action(action), self.handed_in(Action(action), by, said))
            for action, said in steps
            for by in sorted(EVERYBODY, key=self.reluctance)
        )

    def reluctance(self, who):
        """Whoever has a part in the case already goes first, so that there are people left for the others."""
        parts = self.case.worked_by if who.role is not Role.DECIDER else self.case.decided_by | self.case.closed_by
        return who.person not in parts, EVERYBODY.index(who)

    def handed_in(self, action, by, said):
        given = complete(self.case, action, by, self.story.at, **said)
        return replace(given, measures=tuple(measured(m.person, "dismissal") for m in given.measures))

    @rule(seed=st.integers(0, 2**32), hours=st.integers(1, 12))
    def it_is_busy(self, seed, hours):
        """Many things at once: Hypothesis chooses each rule alone, and few of them meet."""
        chance = Random(seed)
        for _ in range(hours):
            by, other = chance.choice(EVERYBODY), chance.choice(EVERYBODY)
            pick, spoiled = chance.randrange(100), chance.sample(SPOILS, chance.choice([0, 0, 1, 2]))
            chance.choices(
                (
                    lambda by=by, pick=pick, said=spoiled: self.does_what_is_open(by, pick, said, chance.choice(SLUGS)),
                    lambda by=by, said=spoiled: self.tries(by, chance.choice(list(Action)), said),
                    lambda by=by, other=other: self.somebody_is_assigned(by=by, who=other),
                    lambda by=by: self.somebody_is_concerned(by, knows_it=chance.random() < 0.5),
                    lambda: self.time_passes(hours=chance.choice(HOURS)),
                    self.the_worker_comes,
                    self.the_reporter_answers,
                    lambda pick=pick: self.goes_on(adverse=pick % 3, guilty=pick % 2 == 1, again=pick // 2 % 2),
                    lambda pick=pick: self.goes_on_too_fast(pick),
                    lambda pick=pick: self.facts_come_in(pick),
                    lambda by=by: self.the_moves_shown_as_open_are_those_that_are_not_refused(by=by),
                ),
                (7, 3, 2, 0.4, 4, 4, 1, 8, 3, 1, 1),
            )[0]()

    # What holds at any time

    @invariant()
    def the_entries_rebuild_the_case(self):
        case = self.case
        assert [version for version, _ in self.story.entries] == list(range(1, case.version + 1))
        assert replay(self.story.entries) == case
        assert read(as_read(written(case)), case.version) == case

    @invariant()
    def finder_decider_and_reviewer_are_never_one_person(self):
        book = self.book
        ruled = set().union(*book.rulers.values())
        assert not book.workers & (ruled | book.reviewers | book.judges)
        assert sum(map(len, book.rulers.values())) == len(ruled)
        assert case_people(self.case) <= book.workers | ruled | book.reviewers | book.judges

    @invariant()
    def nobody_walled_off_has_a_part_in_it(self):
        assert not {one.person for one in self.case.assignees} & (self.book.walled | self.case.recused)
        assert not (self.case.proposal and self.case.proposal.by in self.book.walled)

    @invariant()
    def one_proposal_waits_at_most_and_its_time_runs(self):
        waits, pending = self.case.proposal, self.case.pending(self.story.at)
        if waits:
            assert "proposal" in self.story.running
        if pending:
            assert self.book.waiting[:3] == (str(pending.action), Actor(pending.by, pending.role), pending.at)


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
