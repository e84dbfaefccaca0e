from contextlib import nullcontext, suppress
from inspect import isfunction, signature
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert

from cases.casework import (
    alleging,
    handing,
    identities,
    lettering,
    looking,
    moving,
    noting,
    persons,
    receiving,
    staffing,
    tasking,
)
from cases.casework.administering import issue_token, who_is
from cases.casework.looking import (
    find_case,
    list_evidence,
    read_original,
    show_case,
)
from cases.complaint import Consent
from cases.errors import NotPermitted, UnknownCase
from cases.lifecycle import Queue, State
from cases.people import Role
from cases.sight import PARTS, Actor
from storage.signing import Marks
from storage.tables import case_lists, case_people, marks
from tests.cases.casework.conftest import (
    BOSS,
    DECIDER,
    ELSEWHERE,
    GATEKEEPER,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    OUTSIDE,
    PICTURE,
    SORTED,
    SUBJECT,
    SUPERVISOR,
    WHY,
    by_number,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import assigned, put_to_the_subject, reported
from tests.cases.casework.ways import ways_in
from tests.conftest import NOON

IN_THE_OFFICE = (Role.INTAKE, Role.HEAD, Role.INVESTIGATOR, Role.DECIDER)
OUTSIDE_IT = (Role.OUTSIDE, Role.GATEKEEPER)
NAMED_AS = {
    "by number": {"subjects": [by_number(SUBJECT)]},
    "by e-mail": {"subjects": [{"email": "C0107@agency.example"}]},
    "possibly, by name": {"subjects": [{"name": "colleague 0107"}]},
    "by a number and another's name": {"subjects": [by_number("S0108") | {"name": "Colleague 0107"}]},
    "as a witness": {"subjects": [by_number("S0108")], "witnesses": [by_number(SUBJECT)]},
}


TOLD_OF_NONE: dict[tuple[Role, str], str] = {}
"""What is said, by each way in, of a case that never was: it depends on the role alone, so it is asked for once."""


def never(desk, actor, name):
    if (actor.role, name) not in TOLD_OF_NONE:
        with pytest.raises((UnknownCase, NotPermitted)) as told:
            ways_in(desk, actor, "IGO-2026-00000", uuid4())[name]()
        TOLD_OF_NONE[actor.role, name] = str(told.value)
    return TOLD_OF_NONE[actor.role, name]


def must_not_exist_for(desk, person, case, roles=Role):
    """No list, no way in, and no way to tell a hidden case from one that never was."""
    (item,) = desk.lookup.evidence(case.complaint)
    before = len(entries(desk))
    for role in roles:
        actor = Actor(person, role)
        seen = ()
        with suppress(NotPermitted):
            seen = listed(desk, actor)
        assert case.number not in seen, role
        refusal = UnknownCase if role in PARTS else NotPermitted
        for name, hidden in ways_in(desk, actor, case.number, item.content.id).items():
            with pytest.raises(refusal) as one:
                hidden()
            assert str(one.value) == never(desk, actor, name)
    assert len(entries(desk)) == before


def smuggled_in(store, person, case):
    """Somebody with access to the machine writes the person into the case as its investigator."""
    row = {"case_number": case.number, "person": person, "capacity": "investigator", "position": 99}
    with store.writing() as connection:
        connection.execute(insert(case_people), row)
        listed_as = {"list": f"person {person}", "received_at": case.received_at, "case_number": case.number}
        connection.execute(insert(case_lists), listed_as)


def sent_to(house, store, person, case):
    """Somebody with the keys writes the person down as the supervisor who received the case."""
    with store.writing() as connection:
        mark = Marks(house.keyring).addressee(person)
        connection.execute(insert(marks), {"case_number": case.number, "received_at": case.received_at, "mark": mark})


def without_walls(house, store, person):
    """As it would be if the wall were forgotten."""
    blind = Marks(house.keyring)
    with store.writing() as connection:
        walls = blind.wall(person), blind.wall_by_identity(person)
        connection.execute(delete(marks).where(marks.c.mark.in_(walls)))


def with_nobody_marked(store, case):
    """As it would be if the database forgot whom it was sent to as well."""
    with store.writing() as connection:
        connection.execute(delete(marks).where(marks.c.case_number == case.number))


def roles_that_see(desk, person, case):
    found = set()
    for role in PARTS:
        with suppress(UnknownCase):
            found |= {role} if find_case(desk, Actor(person, role), case.number) else set()
    return found


@pytest.mark.parametrize("how", NAMED_AS)
def test_an_accused_officer_sees_nothing_of_the_case_in_whatever_role(desk, house, store, how):
    with_roles(desk, SUBJECT, *Role)
    case, _ = open_case(desk, draft(**NAMED_AS[how]), pictures=1)
    reported(desk, case)
    smuggled_in(store, SUBJECT, case)
    with_one_of_the_office = NAMED_AS[how] | {"subjects": [*NAMED_AS[how]["subjects"], by_number("S0014")]}
    other, _ = open_case(desk, draft(**with_one_of_the_office), pictures=1)
    must_not_exist_for(desk, SUBJECT, case)
    must_not_exist_for(desk, SUBJECT, other)
    must_not_exist_for(desk, "S0014", other)
    sent_to(house, store, SUBJECT, other)
    must_not_exist_for(desk, SUBJECT, other)
    without_walls(house, store, SUBJECT)
    assert roles_that_see(desk, SUBJECT, case) == set(IN_THE_OFFICE)
    assert roles_that_see(desk, SUBJECT, other) == {Role.SUPERVISOR}
    with_nobody_marked(store, other)
    assert roles_that_see(desk, SUBJECT, other) == set(OUTSIDE_IT)


CONFLICTED_AS = {
    "named as involved": {"supervisor_involved": True},
    "below the subject": {"subjects": [by_number("S0100")]},
    "a witness": {"witnesses": [by_number(BOSS)]},
}


@pytest.mark.parametrize("how", CONFLICTED_AS)
def test_a_conflicted_supervisor_sees_nothing_of_the_case_in_whatever_role(desk, house, store, how):
    with_roles(desk, BOSS, *Role)
    for consent, share in ((Consent.CONFIDENTIAL, True), (Consent.CONFIDENTIAL, False), (Consent.OPEN, True)):
        case, _ = open_case(desk, draft(consent, share=share, **CONFLICTED_AS[how]), pictures=1)
        reported(desk, case)
        smuggled_in(store, BOSS, case)
        must_not_exist_for(desk, BOSS, case)
    sent_to(house, store, BOSS, case)
    must_not_exist_for(desk, BOSS, case)
    without_walls(house, store, BOSS)
    assert roles_that_see(desk, BOSS, case) == {Role.SUPERVISOR}
    with_nobody_marked(store, case)
    assert roles_that_see(desk, BOSS, case) == set(IN_THE_OFFICE)


@pytest.mark.parametrize("consent", [Consent.CONFIDENTIAL, Consent.OPEN])
def test_the_supervisor_it_went_to_sees_statement_and_evidence_and_no_more(desk, consent):
    case, filed = open_case(desk, draft(consent), pictures=1)
    (facts,) = list_evidence(desk, SUPERVISOR, case.number, SORTED)
    view = show_case(desk, SUPERVISOR, case.number, SORTED)
    assert view.told["statement"]["subjects"] == [by_number(SUBJECT)]
    assert (view.explanation, view.shows_work, view.consent) == (None, False, "")
    item = UUID(facts.evidence)
    _, blocks = read_original(desk, SUPERVISOR, case.number, item, WHY, SORTED)
    assert b"".join(blocks) == PICTURE.read_bytes()
    theirs = {"show_case", "list_evidence", "read_original", "read_piece", "list_acts"}
    theirs |= {"acknowledge_receipt", "note_action", "step_aside"}
    for name, way in ways_in(desk, SUPERVISOR, case.number, item).items():
        with nullcontext() if name in theirs else pytest.raises(NotPermitted):
            way()
    assert seen_now(desk, case).version == 2, "they stepped aside last"
    assert filed.complaint == case.complaint


def test_whoever_received_a_case_as_supervisor_takes_no_other_part_in_it(desk, store):
    with_roles(desk, BOSS, *Role)
    case, _ = open_case(desk, pictures=1)
    reported(desk, case)
    smuggled_in(store, BOSS, case)
    (item,) = desk.lookup.evidence(case.complaint)
    assert roles_that_see(desk, BOSS, case) == {Role.SUPERVISOR}
    for role in set(PARTS) - {Role.SUPERVISOR}:
        for way in ways_in(desk, Actor(BOSS, role), case.number, item.content.id).values():
            with pytest.raises(UnknownCase):
                way()
    with_nobody_marked(store, case)
    assert roles_that_see(desk, BOSS, case) == set(IN_THE_OFFICE)


@pytest.mark.parametrize("consent", [Consent.CONFIDENTIAL, Consent.OPEN])
@pytest.mark.parametrize("handler", [INTAKE, HEAD, INVESTIGATOR, DECIDER])
def test_a_handler_never_handles_what_they_reported_themself(desk, store, handler, consent):
    case, _ = open_case(desk, draft(consent, handler.person), pictures=1)
    with_roles(desk, handler.person, *Role)
    smuggled_in(store, handler.person, case)
    must_not_exist_for(desk, handler.person, case)
    assert listed(desk, Actor("S0013", Role.INTAKE)) == [case.number]


BELOW_THE_COMMISSIONER = [f"S{number:04}" for number in (*range(10, 19), 20, 21)]


@pytest.mark.parametrize("meant", [by_number("S0001"), {"name": "Colleague 0001"}], ids=["by number", "possibly"])
def test_a_complaint_against_the_high_commissioner_reaches_the_outside_office_and_nobody_below_them(desk, meant):
    case, _ = open_case(desk, draft(subjects=[meant]), pictures=1)
    assert (case.queue, case.to) == (Queue.OUTSIDE, ("outside",))
    assert listed(desk, OUTSIDE) == [case.number]
    assert show_case(desk, OUTSIDE, case.number, SORTED).explanation["rule"] == "subject_is_the_high_commissioner"
    assert len(list_evidence(desk, OUTSIDE, case.number, SORTED)) == 1
    for person in (*BELOW_THE_COMMISSIONER, "S0001", BOSS):
        must_not_exist_for(desk, person, case, desk.lookup.directory().person(person).roles | {Role.SUPERVISOR})


def test_a_wall_holds_however_a_later_file_spells_the_number(desk):
    case, _ = open_case(desk, pictures=1)
    for spelled in ("s0107", "S0107"):
        with_roles(desk, SUBJECT, Role.INTAKE, staff_number=spelled)
        token = issue_token(desk, spelled, Role.INTAKE, 1, NOON).text
        assert listed(desk, who_is(desk, token, SORTED)) == []
    assert listed(desk, INTAKE) == [case.number]


def test_no_other_supervisor_sees_it_above_below_or_beside(desk):
    case, _ = open_case(desk, pictures=1)
    for other in ("S0100", ELSEWHERE, "S0112", SUBJECT):
        must_not_exist_for_supervisor(desk, other, case)
    assert listed(desk, SUPERVISOR) == [case.number]


def must_not_exist_for_supervisor(desk, person, case):
    actor = Actor(person, Role.SUPERVISOR)
    assert listed(desk, actor) == []
    for way in ways_in(desk, actor, case.number, uuid4()).values():
        with pytest.raises(UnknownCase):
            way()


def test_nobody_is_told_as_a_supervisor_when_the_reporter_did_not_agree(desk):
    case, _ = open_case(desk, draft(share=False), pictures=1)
    for boss in (BOSS, "S0100", "S0002"):
        must_not_exist_for_supervisor(desk, boss, case)


def test_an_investigator_sees_what_was_assigned_to_them_alone(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    assigned(desk, INTAKE, case, INVESTIGATOR)
    assert listed(desk, INVESTIGATOR) == [case.number]
    assert listed(desk, Actor("S0015", Role.INVESTIGATOR)) == []
    with pytest.raises(UnknownCase):
        show_case(desk, INVESTIGATOR, other.number, SORTED)


def test_the_decider_sees_a_case_from_its_report_on(desk):
    case, _ = open_case(desk)
    assert listed(desk, DECIDER) == []
    other, _ = open_case(desk)
    put_to_the_subject(desk, other)
    assert listed(desk, DECIDER) == []
    assert reported(desk, case).state is State.REPORTED
    assert listed(desk, DECIDER) == [case.number]
    assert show_case(desk, DECIDER, case.number, SORTED).told


def test_the_gatekeeper_sees_that_it_exists_and_where_it_went_without_opening_anything(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0014")]))
    before = len(entries(desk))
    view = show_case(desk, GATEKEEPER, case.number, SORTED)
    assert (view.told, view.explanation, view.shows_work, view.consent) == (None, None, False, "")
    assert len(entries(desk)) == before
    for name, way in ways_in(desk, GATEKEEPER, case.number, uuid4()).items():
        with nullcontext() if name == "show_case" else pytest.raises(NotPermitted):
            way()
    assert len(entries(desk)) == before


MODULES = (*(alleging, handing, identities, lettering, looking, moving, noting, persons, receiving, staffing, tasking),)


def test_the_ways_in_are_all_there_are():
    """Every verb that takes the number of a case, and whoever acts, is held against the walls above."""
    verbs = {
        name
        for module in MODULES
        for name, verb in vars(module).items()
        if isfunction(verb) and verb.__module__ == module.__name__ and name[0] != "_" and _takes_a_case(verb)
    }
    tried = {name for way in ways_in(None, INTAKE, "", uuid4()).values() for name in way.__code__.co_names}
    assert verbs <= tried | {"find_case", "find_kept"}  # the two that all of them go through


def _takes_a_case(verb):
    return {"actor", "number"} <= signature(verb).parameters.keys()
