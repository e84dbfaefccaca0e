import json

import pytest

from cases.casework.looking import reasons, timeline
from cases.casework.noting import list_notes, write_note
from cases.errors import Malformed, MoveNotAllowed, NotPermitted, StaleVersion, UnknownItem
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CUSTODIAN,
    DECIDER,
    DECIDER_TWO,
    GATEKEEPER,
    HEAD,
    INTAKE,
    INVESTIGATOR,
    SORTED,
    SUPERVISOR,
    actions,
    after,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import assigned, closed, rebuilt, reported

SECRET = "The account was renamed by a friend of hers."


def noted(desk, who, case, text=SECRET, at=SORTED, **more):
    return write_note(desk, who, case.number, seen_now(desk, case).version, text, at, **more)


def texts(desk, who, case, **more):
    return [one.text for one in list_notes(desk, who, case.number, SORTED, **more)]


def test_notes_are_read_newest_first_with_who_wrote_them_and_when(desk):
    case, _ = open_case(desk)
    noted(desk, INTAKE, case, "First.")
    noted(desk, HEAD, case, "Second.", after(minutes=5))
    found = list_notes(desk, INTAKE, case.number, SORTED)
    told = [(one.text, one.note.person, one.note.role, one.note.at) for one in found]
    assert told == [
        ("Second.", HEAD.person, Role.HEAD, after(minutes=5)),
        ("First.", INTAKE.person, Role.INTAKE, SORTED),
    ]


def test_a_note_is_an_entry_that_says_nothing_of_its_words(desk):
    case, _ = open_case(desk)
    note = noted(desk, INTAKE, case).note
    *_, entry = entries(desk, about=case.number)
    assert (entry["action"], entry["kind"], entry["facts"]["note"]) == ("noted", "change", str(note.id))
    assert [one["kind"] for one in entry["sealed"]] == ["note"]
    assert "friend" not in json.dumps(entries(desk))
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_a_correction_is_a_new_note_and_the_old_one_stays(desk):
    case, _ = open_case(desk)
    first = noted(desk, INTAKE, case, "On Monday.").note
    noted(desk, INTAKE, case, "On Tuesday.", after(minutes=5), corrects=first.id)
    new, old = list_notes(desk, HEAD, case.number, SORTED)
    assert (new.note.corrects, old.note, old.text) == (first.id, first, "On Monday.")


def test_a_correction_names_a_note_of_this_case_that_its_writer_can_read(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    theirs = noted(desk, INTAKE, other).note
    reported(desk, case)
    deciders = noted(desk, DECIDER, case).note
    for strange in (theirs, deciders):
        with pytest.raises(Malformed, match="no such note"):
            noted(desk, INTAKE, case, corrects=strange.id)


def test_what_deciders_write_deciders_alone_read(desk):
    case, _ = open_case(desk)
    reported(desk, case)
    noted(desk, INVESTIGATOR, case, "Of a finder.")
    noted(desk, DECIDER, case, "Of a decider.", after(minutes=9))
    assert texts(desk, INTAKE, case) == texts(desk, INVESTIGATOR, case) == ["Of a finder."]
    assert texts(desk, DECIDER_TWO, case) == ["Of a decider.", "Of a finder."]


def test_no_other_way_to_read_sealed_words_opens_a_note(desk):
    """The reasons on a timeline are another kind: a finder would read deciders' notes there."""
    case, _ = open_case(desk)
    reported(desk, case)
    noted(desk, DECIDER, case)
    assert SECRET not in json.dumps(dict(reasons(desk, INTAKE, case.number, SORTED)))
    assert SECRET.encode() not in b"".join(one.body for one in timeline(desk, INTAKE, case.number, 0, 200))


def test_whoever_notes_something_as_one_of_the_office_never_decides_it(desk):
    with_roles(desk, "S0013", Role.INTAKE, Role.DECIDER)
    case, _ = open_case(desk)
    noted(desk, Actor("S0013", Role.INTAKE), case)
    reported(desk, case)
    assert listed(desk, Actor("S0013", Role.DECIDER)) == []


def test_whoever_decided_it_writes_no_note_as_one_of_the_office(desk):
    with_roles(desk, DECIDER.person, Role.DECIDER, Role.INTAKE)
    case, _ = open_case(desk)
    closed(desk, case)
    with pytest.raises(MoveNotAllowed):
        noted(desk, Actor(DECIDER.person, Role.INTAKE), case)
    noted(desk, DECIDER, case)


def test_supervisors_gatekeepers_and_custodians_write_and_read_no_notes(desk):
    case, _ = open_case(desk)
    noted(desk, INTAKE, case)
    with pytest.raises(NotPermitted):
        texts(desk, SUPERVISOR, case)
    with pytest.raises(NotPermitted):
        noted(desk, SUPERVISOR, case)
    for other in (GATEKEEPER, CUSTODIAN):
        assert listed_or_none(desk, other) == []


def listed_or_none(desk, actor):
    try:
        return listed(desk, actor)
    except NotPermitted:
        return []


def test_an_investigator_who_is_not_assigned_reads_none(desk):
    case, _ = open_case(desk)
    noted(desk, INTAKE, case)
    assigned(desk, HEAD, case, INVESTIGATOR)
    assert texts(desk, INVESTIGATOR, case) == [SECRET]


def test_a_note_is_decided_on_a_version_like_any_change(desk):
    case, _ = open_case(desk)
    noted(desk, INTAKE, case)
    with pytest.raises(StaleVersion):
        write_note(desk, INTAKE, case.number, 1, "Again.", SORTED)
    assert texts(desk, INTAKE, case) == [SECRET]


def test_opening_notes_is_a_look_once_for_the_same_notes(desk):
    case, _ = open_case(desk)
    texts(desk, INTAKE, case)
    assert "opened_notes" not in actions(desk, about=case.number), "there was nothing to open"
    noted(desk, INTAKE, case)
    texts(desk, HEAD, case)
    texts(desk, HEAD, case)
    noted(desk, INTAKE, case, "More.")
    texts(desk, HEAD, case)
    assert actions(desk, about=case.number, actor=HEAD.person).count("opened_notes") == 2


def test_pages_of_notes_hold_each_once_however_many_share_a_time(desk):
    case, _ = open_case(desk)
    for number in range(7):
        noted(desk, INTAKE, case, f"Note {number}.")
    seen, before = [], None
    while page := list_notes(desk, INTAKE, case.number, SORTED, before, 3):
        seen += [one.text for one in page]
        before = (page[-1].note.at, page[-1].note.id)
    assert sorted(seen) == [f"Note {number}." for number in range(7)]


def test_an_unknown_note_is_an_unknown_item(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    theirs = noted(desk, INTAKE, other).note
    with pytest.raises(UnknownItem):
        desk.book.note_in(case.number, theirs.id)
