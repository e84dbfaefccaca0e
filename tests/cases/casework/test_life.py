"""Several people live with one case through the verbs, while persons turn up in it and the worker runs.

The rules of a case alone are tried in tests/cases; here the database, the sealed register, the walls and the ledger
must keep up with them.
"""

from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cases.case import Assignment, Given, Measure, replay
from cases.case.facts import kept_apart
from cases.casework.administering import import_directory
from cases.casework.alleging import Alleged, make_allegation
from cases.casework.consenting import change_consent
from cases.casework.filing import file_complaint
from cases.casework.identities import ask_who_reported, decide_on_request, read_identity
from cases.casework.looking import find_case
from cases.casework.mailbox import add_message, find_mailbox
from cases.casework.moving import make_move, moves_open
from cases.casework.persons import add_person, change_person
from cases.casework.registers import open_register
from cases.casework.staffing import end_assignment, make_assignment, recuse_oneself
from cases.complaint import Consent, Reporter
from cases.errors import CaseError, UnknownCase
from cases.lifecycle import Action, Queue
from cases.people import Role
from cases.persons import Attribution, CasePerson, Changed, PersonRole
from cases.ports import EntryFilter
from cases.sight import Actor
from storage import open_house, prepare
from storage.settings import read_settings
from tests.cases.casework.conftest import (
    CATEGORY,
    CONDUCT,
    CUSTODIAN,
    CUSTODIAN_TWO,
    DECIDER,
    DECIDER_TWO,
    GATEKEEPER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    OUTSIDE_TWO,
    REPORTER,
    SORTED,
    SUPERVISOR,
    by_number,
    draft,
    entries,
)
from tests.cases.casework.living import (
    OFFICE,
    OUTSIDERS,
    alleged,
    assessed,
    closed,
    found,
    investigated,
    reported,
    with_decider,
    worked_off,
)
from tests.cases.casework.ways import ways_in
from tests.conftest import NOON, SAMPLES

PEOPLE = (
    *(INTAKE, INTAKE_TWO, HEAD, HEAD_TWO, INVESTIGATOR, INVESTIGATOR_TWO, OUTSIDE, OUTSIDE_TWO, GATEKEEPER),
    *(DECIDER, DECIDER_TWO, CUSTODIAN, CUSTODIAN_TWO, SUPERVISOR, Actor("S0100", Role.SUPERVISOR)),
)
NUMBERS = [*(who.person for who in PEOPLE), "S0107", "S0109", "S0001"]
HANDLERS = [who for who in PEOPLE if who.role in {Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.OUTSIDE}]
FREELY = {Action.PRESERVE_EVIDENCE, Action.PLACE_HOLD, Action.LIFT_HOLD, Action.CONTAIN, Action.REPORT_IMPLICATIONS}
ENDING = {Action.CLOSE, Action.REDIRECT, Action.MERGE, Action.REJECT, Action.WITHDRAW}
BEGINNINGS = [assessed, alleged, investigated, found, reported, with_decider, closed]

people, handlers, numbers = st.sampled_from(PEOPLE), st.sampled_from(HANDLERS), st.sampled_from(NUMBERS)


class Life(RuleBasedStateMachine):
    """One case of one house."""

    folder = None

    def __init__(self):
        super().__init__()
        place = read_settings({"RULE12_DATA_DIR": str(self.folder / str(uuid4()))})
        prepare(place, NOON)
        self.house = open_house(place)
        self.desk, self.at = self.house.desk, SORTED
        import_directory(self.desk, (SAMPLES / "directory.csv").read_text(), NOON)

    @initialize(
        consent=st.sampled_from(Consent),
        life=st.sampled_from(BEGINNINGS),
        subject=st.sampled_from(
            [{"name": "Somebody"}, by_number("S0107"), by_number("S0014"), {"name": "Colleague 0013"}]
        ),
    )
    def a_complaint_comes_to_some_point(self, consent, life, subject):
        complaint = draft(consent, "" if consent is Consent.ANONYMOUS else REPORTER, subjects=[subject])
        self.receipt = file_complaint(self.desk, complaint, NOON).receipt
        worked_off(self.desk, self.at)
        self.complaint = find_mailbox(self.desk, self.receipt)
        life(self.desk, self.case, OUTSIDERS if self.case.queue is Queue.OUTSIDE else OFFICE)
        self.number = self.case.number

    @property
    def case(self):
        return self.desk.lookup.case_of(self.complaint.id)

    @property
    def register(self):
        return open_register(self.desk, self.case)

    def teardown(self):
        try:
            if hasattr(self, "number"):
                self.everybody_who_must_not_know_knows_nothing()
                self.the_ledger_verifies()
        finally:
            self.house.close()

    @rule(data=st.data())
    def it_goes_on(self, data):
        """Somebody does what is open to them; what ends the case only where nothing else is left."""
        open_now = [(who, action) for who in PEOPLE for action in self.open_to(who) if action not in FREELY]
        getting_on = [one for one in open_now if one[1] not in ENDING] or open_now
        if getting_on:
            self.tries(*data.draw(st.sampled_from(getting_on)), data)

    def open_to(self, who):
        with suppress(CaseError):
            return moves_open(self.desk, who, self.number, self.at)[1]
        return ()

    @rule(who=people, action=st.sampled_from(Action), data=st.data())
    def somebody_tries_anything(self, who, action, data):
        self.tries(who, action, data)

    def tries(self, who, action, data):
        given = self.given(data, action, who)
        with suppress(CaseError):
            make_move(self.desk, who, self.number, self.case.version, action, given, self.at)

    def given(self, data, action, who):
        """Everything a move may need, of which some fits."""
        case, register = self.case, self.register
        said = data.draw(st.sampled_from(case.allegations)) if case.allegations else None
        person = data.draw(st.sampled_from(register))
        closures = self.desk.law.closures_for(case.state, who.role) if action is Action.CLOSE else ()
        guilty = {one.person for one in case.allegations if one.here and one.misconduct}
        return Given(
            reason="As discussed.",
            closure_reason=data.draw(st.sampled_from(closures)) if closures else "",
            notice="We looked at it.",
            question="When was it?",
            outcome=data.draw(st.sampled_from(["possible_misconduct", "possible_misconduct", "advice_only"])),
            referred_to="management",
            answer="I see.",
            ground="new_evidence",
            into=self.number,
            clock="comment",
            person=person.id,
            allegation=said.id if said else None,
            finding=data.draw(st.sampled_from(["sufficient_evidence", "no_evidence"])),
            counsel_informed=True,
            evidence_disclosed=True,
            facts_established="It was posted.",
            standard="preponderance",
            misconduct=data.draw(st.booleans()),
            measures=tuple(Measure(one, "censure", "none", "none", "It fits.", "Rule 10.2") for one in guilty),
            appeal_route="The tribunal.",
            appeal_by=date(2030, 1, 1),
            review_on=date(2030, 1, 1),
            hold=case.holds[0].id if case.holds else None,
        )

    @rule(who=handlers, whom=handlers)
    def somebody_is_assigned(self, who, whom):
        with suppress(CaseError):
            asked = Assignment(whom.person, whom.role)
            make_assignment(self.desk, who, self.number, self.case.version, asked, self.at)

    @rule(who=handlers, data=st.data())
    @precondition(lambda self: self.case.assignees)
    def somebody_is_taken_off(self, who, data):
        whom = data.draw(st.sampled_from(self.case.assignees))
        with suppress(CaseError):
            end_assignment(self.desk, who, self.number, self.case.version, whom, "On leave.", self.at)

    @rule(who=people)
    @precondition(lambda self: len(self.case.recused) < 2)
    def somebody_steps_out(self, who):
        with suppress(CaseError):
            recuse_oneself(self.desk, who, self.number, self.case.version, "A friend.", self.at)

    @rule(who=handlers, number=numbers, role=st.sampled_from(PersonRole))
    @precondition(lambda self: len(self.register) < 4)
    def somebody_turns_up(self, who, number, role):
        new = CasePerson(uuid4(), role, staff_number=number)
        with suppress(CaseError):
            add_person(self.desk, who, self.number, self.case.version, new, "It came up.", self.at)

    @rule(who=handlers, number=st.none() | numbers, role=st.none() | st.sampled_from(PersonRole), data=st.data())
    def somebody_is_said_to_be_another(self, who, number, role, data):
        person = data.draw(st.sampled_from(self.register))
        tied = Attribution("attributed", "@somebody", "The photo matches.")
        new = Changed(role, (number,) if number else (), tied)
        with suppress(CaseError):
            change_person(self.desk, who, self.number, self.case.version, person.id, new, "Checked.", self.at)

    @rule(who=handlers, category=st.sampled_from([CATEGORY, "threats_retaliation"]), data=st.data())
    def something_is_alleged(self, who, category, data):
        said = Alleged(data.draw(st.sampled_from(self.register)).id, category, "They posted it.", CONDUCT)
        with suppress(CaseError):
            make_allegation(self.desk, who, self.number, self.case.version, said, self.at)

    @rule(who=handlers, custodian=st.sampled_from([CUSTODIAN, CUSTODIAN_TWO]), grant=st.booleans())
    def somebody_asks_who_reported(self, who, custodian, grant):
        with suppress(CaseError):
            request = ask_who_reported(self.desk, who, self.number, "It must be known.", self.at)
            decide_on_request(self.desk, custodian, self.number, request.id, "So be it.", self.at, grant=grant)
            read_identity(self.desk, who, self.number, request.id, self.at)

    @rule(consent=st.sampled_from(Consent), share=st.none() | st.booleans())
    def the_reporter_thinks_again(self, consent, share):
        change_consent(self.desk, self.complaint, Reporter(consent), self.at, share=share)

    @rule()
    def the_reporter_writes(self):
        add_message(self.desk, self.complaint, "One more thing.", self.at)

    @rule()
    def the_worker_runs(self):
        worked_off(self.desk, self.at)

    @rule(time=st.sampled_from([timedelta(hours=1), timedelta(days=3), timedelta(days=40)]))
    def time_passes(self, time):
        self.at += time

    @invariant()
    def the_ledger_rebuilds_the_case(self):
        changes = entries(self.desk, about=self.number, kind="change")
        case = self.case
        assert case.version == len(changes)
        assert case == replay((one["version"], one["facts"]) for one in changes)

    @invariant()
    def nobody_finds_and_decides_or_reviews(self):
        assert not any(ones & others for ones, others in kept_apart(self.case))

    @invariant()
    def whoever_is_concerned_or_recused_sees_nothing_and_works_nothing(self):
        case, hidden = self.case, self.hidden()
        assert not hidden & {who.person for who in case.assignees}
        assert not (case.proposal and case.proposal.by in hidden)
        for who in PEOPLE:
            if who.person in hidden:
                with pytest.raises(UnknownCase):
                    find_case(self.desk, who, self.number)

    def hidden(self):
        """Whoever the register names, surely or possibly, and whoever stepped out: told apart from the marks kept."""
        named = {number for one in self.register for number in (*one.possible, *(one.settled or ()))}
        return named | self.case.recused

    def everybody_who_must_not_know_knows_nothing(self):
        case, before = self.case, len(entries(self.desk))
        marked = {who.person for who in PEOPLE if self.desk.lookup.is_walled(self.number, who.person)}
        for who in PEOPLE:
            if who.person in self.hidden() | marked:
                for way in ways_in(self.desk, who, self.number, self.register[0].id, case.version).values():
                    with pytest.raises(UnknownCase):
                        way()
        assert len(entries(self.desk)) == before

    def the_ledger_verifies(self):
        self.house.ledger.sequence(self.at)
        for stored in self.desk.lookup.entries(EntryFilter(limit=10_000)):
            self.house.ledger.must_hold(stored)


def test_whatever_people_do_to_a_case_its_walls_hold_and_the_ledger_tells_all_of_it(tmp_path):
    class Here(Life):
        folder = tmp_path

    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    few = settings(max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(Here, settings=few)
