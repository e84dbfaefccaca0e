"""The register of persons in a case: begun by the statement, matched by screening, settled by an officer."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.directory import Directory, Person
from cases.errors import Malformed, UnknownItem
from cases.persons import (
    HOW,
    Attribution,
    CasePerson,
    Changed,
    PersonRole,
    change,
    find,
    first_register,
    is_another,
    matched,
    personnel_type,
)
from cases.routing import How, Match
from tests.cases.case.making import as_read

ATTRIBUTIONS = ("attributed", "unattributed", "impostor")
ANN, BEN = UUID(int=11), UUID(int=12)


def colleague(number, kind="staff"):
    return Person(
        number, f"Colleague {number}", f"{number}@agency.example", kind, "Officer", "FIELD", "HQ", None, frozenset()
    )


DIRECTORY = Directory((colleague("S0001"), colleague("S0002", "unv"), colleague("S0003")))
SUBJECT = CasePerson(ANN, PersonRole.SUBJECT, "Ann", personnel_type="contractor")
GROUNDS = Attribution("attributed", "@ann", "The photograph is hers.")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
SOME = st.lists(st.sampled_from(["S0001", "S0002"]), max_size=2).map(tuple)
PERSONS = st.builds(
    CasePerson,
    st.uuids(),
    st.sampled_from(PersonRole),
    *[WORDS] * 6,
    st.none() | SOME,
    SOME,
    st.none() | st.builds(Attribution, WORDS, WORDS, WORDS, st.booleans(), WORDS),
)


def match(*numbers):
    """That screening found these, by name alone."""
    return Match(SUBJECT.involved(), None, tuple(DIRECTORY.person(number) for number in numbers))


def changed(new, before=SUBJECT):
    return find(
        change((before, CasePerson(BEN, PersonRole.WITNESS)), before.id, new, DIRECTORY, ATTRIBUTIONS), before.id
    )


def faults(new, before=SUBJECT):
    with pytest.raises(Malformed) as refusal:
        changed(new, before)
    return [fault.pointer for fault in refusal.value.faults]


@given(PERSONS)
def test_a_person_comes_back_from_the_bytes_they_were_sealed_in(person):
    assert CasePerson.read(as_read(person.told())) == person


def test_every_part_has_its_way_of_being_involved_and_nobody_is_above_suspicion_for_having_reported():
    assert set(HOW) == set(PersonRole)
    assert HOW[PersonRole.SUBJECT] is How.SUBJECT
    assert HOW[PersonRole.REPORTER] is How.WITNESS


def test_a_statement_begins_the_register_with_its_subjects_then_its_witnesses_as_they_were_named():
    told = {
        "subjects": [{"name": "Ann", "function": "Driver"}],
        "witnesses": [{"email": "b@x.example"}, {"name": "Cem"}],
    }
    matches = [match("S0001"), match(), match("S0001", "S0002", "S0003")]
    register = first_register(told, matches)
    assert [(one.role, one.name, one.email, one.function) for one in register] == [
        (PersonRole.SUBJECT, "Ann", "", "Driver"),
        (PersonRole.WITNESS, "", "b@x.example", ""),
        (PersonRole.WITNESS, "Cem", "", ""),
    ]
    assert [one.possible for one in register] == [("S0001",), (), ("S0001", "S0002", "S0003")]
    assert all(one.settled is None for one in register)
    assert len({one.id for one in register}) == 3


def test_a_statement_that_names_nobody_begins_an_empty_register():
    assert first_register({}, []) == ()


def test_a_later_screening_says_whom_it_found_and_settles_nothing():
    register = (SUBJECT, CasePerson(BEN, PersonRole.WITNESS, settled=("S0003",)))
    again = matched(register, [match("S0001", "S0002"), match()])
    assert [one.possible for one in again] == [("S0001", "S0002"), ()]
    assert [one.settled for one in again] == [None, ("S0003",)]


def test_what_is_said_anew_changes_that_and_that_person_alone():
    register = (SUBJECT, CasePerson(BEN, PersonRole.WITNESS, "Ben"))
    after = change(register, BEN, Changed(role=PersonRole.RELATED), DIRECTORY, ATTRIBUTIONS)
    assert after == (SUBJECT, replace(register[1], role=PersonRole.RELATED))
    assert changed(Changed(settled=("s0001",))).settled == ("S0001",)  # as the directory spells it
    assert changed(Changed(settled=())).settled == ()
    assert changed(Changed(attribution=GROUNDS)).attribution == GROUNDS


def test_somebody_who_is_not_in_the_register_is_not_found():
    with pytest.raises(UnknownItem):
        change((SUBJECT,), UUID(int=404), Changed(settled=()), DIRECTORY, ATTRIBUTIONS)


@pytest.mark.parametrize(
    ("new", "pointers"),
    [
        (Changed(), ["#"]),
        (Changed(role=PersonRole.SUBJECT), ["#"]),  # as it is
        (Changed(settled=("S0404",)), ["#/settled/0"]),
        (Changed(settled=("S0001", "S0404")), ["#/settled/1", "#/settled"]),
        (Changed(settled=("S0001", "S0002")), ["#/settled"]),
        (Changed(attribution=replace(GROUNDS, status="maybe")), ["#/attribution/status"]),
        (
            Changed(attribution=replace(GROUNDS, account=" ", reason="")),
            ["#/attribution/account", "#/attribution/reason"],
        ),
        (Changed(attribution=replace(GROUNDS, hacking_claimed=True)), ["#/attribution/checked"]),
    ],
)
def test_what_says_nothing_or_cannot_be_is_refused_with_every_fault(new, pointers):
    assert faults(new) == pointers


@pytest.mark.parametrize(
    ("settled", "possible", "now", "another"),
    [
        (None, (), ("S0001",), False),  # nobody was meant until now
        (None, ("S0001",), ("S0001",), False),
        (None, ("S0001", "S0002"), ("S0002",), False),
        (None, ("S0001",), ("S0002",), True),
        (None, ("S0001",), (), True),
        (None, (), (), False),
        (("S0001",), ("S0001",), ("S0002",), True),
        (("S0001",), ("S0002",), ("S0001",), False),
        (("S0001",), (), (), True),
        ((), (), ("S0001",), True),  # an outsider is not one of ours
        ((), (), (), False),
    ],
)
def test_it_is_known_when_somebody_else_is_meant_and_an_account_does_not_pass_to_them(settled, possible, now, another):
    before = replace(SUBJECT, settled=settled, possible=possible, attribution=GROUNDS)
    after = replace(before, settled=now)
    assert is_another(before, after) is another
    if before != after:
        assert changed(Changed(settled=now), before).attribution == (None if another else GROUNDS)


def test_an_account_said_to_be_theirs_in_the_same_breath_is_theirs():
    before = replace(SUBJECT, settled=("S0001",), attribution=GROUNDS)
    new = replace(GROUNDS, account="@other")
    assert changed(Changed(settled=("S0002",), attribution=new), before).attribution == new


def test_screening_is_told_who_was_settled_and_who_was_not():
    assert SUBJECT.involved().settled is None
    assert replace(SUBJECT, settled=("S0001",)).involved().settled == ("S0001",)
    assert replace(SUBJECT, settled=()).involved().settled == ()
    assert SUBJECT.involved().said.name == "Ann"


@pytest.mark.parametrize(
    ("settled", "possible", "kind"),
    [
        (("S0002",), ("S0001",), "unv"),
        (None, ("S0002",), "unv"),
        (None, ("S0001", "S0002"), "contractor"),  # which of them is not known: as the reporter said
        (None, (), "contractor"),
        ((), (), "contractor"),
        (("S0404",), (), "contractor"),
    ],
)
def test_the_directory_says_what_somebody_is_employed_as_and_else_the_reporter(settled, possible, kind):
    assert personnel_type(replace(SUBJECT, settled=settled, possible=possible), DIRECTORY) == kind
    assert personnel_type(CasePerson(BEN, PersonRole.SUBJECT), DIRECTORY) == ""
