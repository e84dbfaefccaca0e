import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from cases.case import Given
from cases.casework.looking import show_case
from cases.casework.persons import add_person, show_persons
from cases.errors import ConflictOfInterest, Malformed, MoveNotAllowed, NotPermitted, UnknownCase, UnknownItem
from cases.lifecycle import Action, Queue
from cases.people import Role
from cases.persons import CasePerson, Changed, PersonRole
from cases.place import Kind, Recipient
from cases.sight import Actor
from storage.tables import cases
from tests.cases.casework.conftest import (
    BOSS,
    DECIDER,
    EARLY,
    GATEKEEPER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    OUTSIDE_TWO,
    REASONED,
    SORTED,
    SUBJECT,
    SUPERVISOR,
    THEIRS,
    actions,
    by_number,
    draft,
    entries,
    everything_kept,
    listed,
    open_case,
    seen_now,
)
from tests.cases.casework.living import (
    added,
    alleged,
    alleges,
    assigned,
    found,
    investigated,
    moved,
    rebuilt,
    register,
    reopened,
    reported,
    said_anew,
    settled,
    worked_off,
)
from tests.cases.casework.ways import ways_in

UNKNOWN = {"name": "Quetzal Unmistakable"}
BESIDE = [role for role in PersonRole if role is not PersonRole.SUBJECT]


def must_be_gone_for(desk, actor, case):
    """At once: no list, and no verb that knows the case."""
    before = len(entries(desk))
    assert case.number not in listed(desk, actor)
    for way in ways_in(desk, actor, case.number, uuid4(), seen_now(desk, case).version).values():
        with pytest.raises(UnknownCase):
            way()
    assert len(entries(desk)) == before


def addressee(desk, case):
    """Whom the last screening sent it to, as only the identity compartment knows."""
    leg = desk.lookup.latest(case.complaint, Kind.SUPERVISOR_LEG)
    return json.loads(desk.vault.open(leg, Recipient.IDENTITY))["addressee"]


def test_a_person_can_be_added_and_said_to_be_one_of_the_directory(desk):
    case, _ = open_case(desk)
    witness = added(desk, INTAKE, case, PersonRole.WITNESS, name="colleague 0113", relation="saw it")
    assert (witness.possible, witness.settled) == (("S0113",), None)
    known = settled(desk, INTAKE, case, witness, "s0113")
    assert (known.settled, known.relation) == (("S0113",), "saw it")
    assert [one.role for one in register(desk, case)] == [PersonRole.SUBJECT, PersonRole.WITNESS]
    assert settled(desk, INTAKE, case, witness).settled == ()
    assert actions(desk, about=case.number, kind="change") == ["registered", "person_added", *["person_changed"] * 2]
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_somebody_without_any_mark_to_know_them_by_is_not_added(desk, store, place):
    case, _ = open_case(desk)
    before = everything_kept(store, place.data_dir)
    with pytest.raises(Malformed, match="#/name"):
        added(desk, INTAKE, case, name="  ", relation="a friend")
    assert everything_kept(store, place.data_dir) == before


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        (Changed(), "#"),
        (Changed(role=PersonRole.SUBJECT), "#"),
        (Changed(settled=("S9999",)), "#/settled/0"),
        (Changed(settled=("S0107", "S0108")), "#/settled"),
        (Changed(attribution=replace(THEIRS, status="probably")), "#/attribution/status"),
        (Changed(attribution=replace(THEIRS, reason=" ")), "#/attribution/reason"),
        (Changed(attribution=replace(THEIRS, hacking_claimed=True)), "#/attribution/checked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_said_anew_must_say_something_and_hold(desk, new, pointer):
    """A claim that the account was taken over must be answered by what was checked (2025-UNAT-1581)."""
    case, _ = open_case(desk)
    (subject,) = register(desk, case)
    with pytest.raises(Malformed) as refusal:
        said_anew(desk, INTAKE, case, subject, new)
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]
    assert seen_now(desk, case) == case


def test_a_person_of_another_case_is_unknown_in_this_one(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    with pytest.raises(UnknownItem):
        settled(desk, INTAKE, case, register(desk, other)[0], "S0114")


def test_only_those_who_work_the_case_change_its_persons(desk):
    case, _ = open_case(desk)
    now = reported(desk, case)
    for other in (DECIDER, SUPERVISOR):
        with pytest.raises(NotPermitted):
            added(desk, other, case, name="Somebody")
    with pytest.raises(UnknownCase):
        added(desk, INVESTIGATOR_TWO, case, name="Somebody")
    assert seen_now(desk, case) == now


def test_opening_the_register_is_a_look_and_a_change_makes_it_a_new_one(desk):
    case, _ = open_case(desk)
    for _ in range(2):
        assert len(show_persons(desk, HEAD, case.number, SORTED)) == 1
    added(desk, INTAKE, case, name="Somebody")
    assert len(show_persons(desk, HEAD, case.number, SORTED)) == 2
    assert actions(desk, about=case.number, kind="look") == ["opened_persons"] * 2


@pytest.mark.parametrize("role", BESIDE)
@pytest.mark.parametrize("who", [INTAKE_TWO, INVESTIGATOR])
def test_a_handler_who_turns_out_to_have_a_part_loses_the_case_at_once(desk, role, who):
    case, _ = open_case(desk, pictures=1)
    assigned(desk, HEAD, case, who)
    added(desk, INTAKE, case, role, staff_number=who.person)
    must_be_gone_for(desk, who, case)
    assert seen_now(desk, case).assignees == ()
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, who)
    worked_off(desk)
    must_be_gone_for(desk, who, case)
    assert listed(desk, INTAKE) == [case.number]


def test_whoever_writes_themself_down_loses_the_case_with_that_very_change(desk):
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    added(desk, INTAKE, case, PersonRole.RELATED, staff_number=INTAKE.person)
    must_be_gone_for(desk, INTAKE, case)
    assert seen_now(desk, case).proposal is None
    assert listed(desk, HEAD) == [case.number]


def test_a_change_that_fails_at_the_end_leaves_the_handler_where_they_were(desk, store, place):
    def cut(_work, _result):
        raise KeyError

    case, _ = open_case(desk)
    now = assigned(desk, HEAD, case, INVESTIGATOR)
    before = everything_kept(store, place.data_dir)
    new = CasePerson(uuid4(), PersonRole.WITNESS, staff_number=INVESTIGATOR.person)
    with pytest.raises(KeyError):
        add_person(desk, INTAKE, case.number, now.version, new, "It came up.", SORTED, cut)
    assert everything_kept(store, place.data_dir) == before
    assert listed(desk, INVESTIGATOR) == [case.number]


def test_a_possible_match_settled_as_somebody_else_is_let_in_again_once_the_worker_screened(desk):
    case, _ = open_case(desk, draft(witnesses=[{"name": "Colleague 0013"}]))
    _, witness = register(desk, case)
    assert listed(desk, INTAKE_TWO) == []
    settled(desk, INTAKE, case, witness, "S0114")
    assert listed(desk, INTAKE_TWO) == []  # what is done at once hides, and never shows anew
    worked_off(desk)
    assert listed(desk, INTAKE_TWO) == [case.number]


def test_a_case_comes_back_to_the_office_when_its_subject_is_not_of_the_office_after_all(desk):
    case, _ = open_case(desk, draft(subjects=[{"name": "Colleague 0014"}]))
    assigned(desk, OUTSIDE, case, OUTSIDE_TWO)
    settled(desk, OUTSIDE, case, register(desk, case)[0], "S0114")
    assert listed(desk, OUTSIDE) == [case.number]
    worked_off(desk)
    now = seen_now(desk, case)
    assert (now.queue, now.assignees) == (Queue.IGO, ())
    must_be_gone_for(desk, OUTSIDE_TWO, case)
    assert listed(desk, INTAKE) == [case.number]


def test_an_officer_settled_as_the_subject_takes_the_case_to_the_outside_office_at_once(desk):
    case, _ = open_case(desk, draft(subjects=[UNKNOWN]), pictures=1)
    alleged(desk, case)
    assigned(desk, HEAD, case, INVESTIGATOR)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    settled(desk, INTAKE, case, register(desk, case)[0], INVESTIGATOR_TWO.person)
    now = seen_now(desk, case)
    assert (now.queue, now.to, now.assignees, now.proposal) == (Queue.OUTSIDE, ("outside", "gatekeeper"), (), None)
    for own in (INTAKE, HEAD, HEAD_TWO, INVESTIGATOR, INVESTIGATOR_TWO):
        must_be_gone_for(desk, own, case)
    assert listed(desk, OUTSIDE) == listed(desk, GATEKEEPER) == [case.number]
    worked_off(desk)
    assert seen_now(desk, case).queue is Queue.OUTSIDE
    must_be_gone_for(desk, INTAKE, case)
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_the_supervisor_it_went_to_loses_it_when_in_conflict_and_the_next_clear_one_gets_it(desk):
    case, _ = open_case(desk, pictures=1)
    show_case(desk, SUPERVISOR, case.number, SORTED)
    added(desk, INTAKE, case, PersonRole.RELATED, staff_number=BOSS)
    must_be_gone_for(desk, SUPERVISOR, case)
    worked_off(desk)
    must_be_gone_for(desk, SUPERVISOR, case)
    assert listed(desk, Actor("S0100", Role.SUPERVISOR)) == [case.number]
    assert addressee(desk, case) == "S0100"
    assert seen_now(desk, case).to == ("supervisor", "igo")  # that it is another one shows nowhere


def test_a_supervisor_who_turns_out_to_work_below_the_subject_loses_it_at_once(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0113")]))
    assert listed(desk, SUPERVISOR) == [case.number]
    settled(desk, INTAKE, case, register(desk, case)[0], "S0100")
    must_be_gone_for(desk, SUPERVISOR, case)
    worked_off(desk)
    assert listed(desk, Actor("S0002", Role.SUPERVISOR)) == [case.number]


def test_the_supervisor_gets_it_as_soon_as_it_is_certain_who_the_subject_is(desk):
    case, _ = open_case(desk, draft(subjects=[UNKNOWN]))
    assert case.to == ("igo",)
    settled(desk, INTAKE, case, register(desk, case)[0], SUBJECT)
    assert listed(desk, SUPERVISOR) == []
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == [case.number]
    assert seen_now(desk, case).to == ("supervisor", "igo")


def test_a_case_that_is_over_tells_nobody_anew_and_walls_follow_the_facts_all_the_same(desk):
    case, _ = open_case(desk, draft(subjects=[UNKNOWN]))
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    settled(desk, INTAKE, case, register(desk, case)[0], SUBJECT)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=INTAKE_TWO.person)
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == []
    assert seen_now(desk, case).to == ("igo",)
    must_be_gone_for(desk, INTAKE_TWO, case)
    reopened(desk, case, (INTAKE, HEAD))
    assert listed(desk, SUPERVISOR) == []
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == [case.number]


def test_whoever_was_told_before_it_was_closed_goes_on_knowing_unless_in_conflict(desk):
    case, _ = open_case(desk)
    moved(desk, INTAKE, case, Action.CLOSE, EARLY)
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number="S0114")
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == [case.number]
    added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=BOSS)
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == listed(desk, Actor("S0100", Role.SUPERVISOR)) == []


def test_a_witness_made_a_subject_is_owed_a_notice_before_any_finding_is_put_to_anybody(desk):
    """UNDT/2022/128: interviewed as a witness, later made the subject without the safeguards of one."""
    case, _ = open_case(desk, draft(witnesses=[by_number("S0113")]))
    found(desk, case)
    worked_off(desk)
    _, witness = register(desk, case)
    said_anew(desk, INVESTIGATOR, case, witness, Changed(role=PersonRole.SUBJECT))
    *_, noted = entries(desk, about=case.number)
    assert (noted["facts"]["from"], noted["facts"]["to"]) == ("witness", "subject")
    worked_off(desk)
    assert actions(desk, about=case.number)[-1] == "screened_again"
    assert seen_now(desk, case).owed == {witness.id}
    for action in (Action.SEND_FINDINGS, Action.ISSUE_REPORT):
        with pytest.raises(MoveNotAllowed, match="part in the case changed"):
            moved(desk, INVESTIGATOR, case, action)
    alleges(desk, INVESTIGATOR, case, witness)
    moved(desk, INVESTIGATOR, case, Action.NOTIFY_SUBJECT, replace(REASONED, person=witness.id))
    assert seen_now(desk, case).owed == frozenset()
    with pytest.raises(MoveNotAllowed, match="lack a finding"):
        moved(desk, INVESTIGATOR, case, Action.SEND_FINDINGS)


def test_a_subject_against_whom_something_is_alleged_is_not_turned_into_a_witness(desk):
    case, _ = open_case(desk)
    alleged(desk, case)
    with pytest.raises(MoveNotAllowed, match="stay a subject"):
        said_anew(desk, INTAKE, case, register(desk, case)[0], Changed(role=PersonRole.WITNESS))


def test_nothing_is_proved_by_an_account_that_is_not_attributed(desk):
    case, _ = open_case(desk)
    investigated(desk, case)
    (subject,) = register(desk, case)
    proved = Given("Seen.", allegation=seen_now(desk, case).allegations[0].id, finding="sufficient_evidence")
    for status in ("unattributed", "impostor"):
        said_anew(desk, INVESTIGATOR, case, subject, Changed(attribution=replace(THEIRS, status=status)))
        with pytest.raises(MoveNotAllowed):
            moved(desk, INVESTIGATOR, case, Action.RECORD_FINDING, proved)
        with pytest.raises(MoveNotAllowed, match="not attributed"):
            alleges(desk, INVESTIGATOR, case, subject, "reputation_integrity")
    said_anew(desk, INVESTIGATOR, case, subject, Changed(attribution=THEIRS))
    assert moved(desk, INVESTIGATOR, case, Action.RECORD_FINDING, proved).allegations[0].finding


def test_nothing_of_the_register_stands_in_the_clear(desk, store):
    case, _ = open_case(desk)
    said = {"name": "Zoë Zimt", "staff_number": "S0113", "email": "z@zimt.example", "function": "Botanist"}
    witness = added(desk, INTAKE, case, PersonRole.WITNESS, relation="a cousin", **said)
    settled(desk, INTAKE, case, witness, "S0114")
    checked = replace(THEIRS, account="@zimt", hacking_claimed=True, checked="No login from elsewhere.")
    said_anew(desk, INTAKE, case, witness, Changed(attribution=checked))
    said_anew(desk, INTAKE, case, witness, Changed(role=PersonRole.SUBJECT))
    alleged(desk, case)
    worked_off(desk)
    with store.reading() as connection:
        row = connection.execute(select(cases).where(cases.c.number == case.number)).one()
    clear = [json.dumps(entries(desk, about=case.number), ensure_ascii=False), str(row)]
    secrets = (*said.values(), "cousin", "S0114", SUBJECT, "@zimt", "login", "It came up", "Checked.", "They posted")
    assert [(secret, place) for place, text in enumerate(clear) for secret in secrets if secret in text] == []
    *_, last = [one for one in entries(desk, about=case.number) if one["action"] == "person_changed"]
    assert last["facts"]["person"] == str(witness.id)
