"""A person whose number changes stays who they were: walls, recusals, parts, tokens, lines of supervision."""

import csv
from io import StringIO

import pytest

from cases.casework.administering import import_directory, issue_token, revoke_tokens, who_is
from cases.casework.leaving import left_behind, renumbered
from cases.deskwork import Held
from cases.directory import read_directory
from cases.errors import ConflictOfInterest, DirectoryRefused
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import (
    BOSS,
    DECIDER,
    INTAKE,
    INVESTIGATOR,
    SORTED,
    SUBJECT,
    SUPERVISOR,
    by_number,
    draft,
    listed,
    open_case,
)
from tests.cases.casework.living import assigned, closed, recused, reopened, worked_off
from tests.conftest import NOON, SAMPLES

TEXT = (SAMPLES / "directory.csv").read_text()


def directory(*changes, formerly=True):
    """The sample directory with some lines changed: (number, columns)."""
    rows = list(csv.DictReader(StringIO(TEXT)))
    told = dict(changes)
    for row in rows:
        row.update({"formerly": ""} if formerly else {})
        old = row["staff_number"]
        row.update(told.get(old, {}))
        for other in rows:
            if other["supervisor"] == old:
                other["supervisor"] = row["staff_number"]
    text = StringIO()
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def renamed(old, new, **more):
    return old, {"staff_number": new, "formerly": old, **more}


def refused(desk, text):
    with pytest.raises(DirectoryRefused) as refusal:
        import_directory(desk, text, SORTED)
    return refusal.value.lines


def test_a_wall_holds_under_a_new_number(desk):
    case, _ = open_case(desk)
    import_directory(desk, directory(renamed(SUBJECT, "S0907", roles="intake head")), SORTED)
    for number in ("S0907", "s0907", SUBJECT):
        token = issue_token(desk, number, Role.INTAKE, 1, NOON).text
        assert who_is(desk, token, SORTED) == Actor(SUBJECT, Role.INTAKE)
    worked_off(desk)
    assert listed(desk, Actor(SUBJECT, Role.INTAKE)) == listed(desk, Actor(SUBJECT, Role.HEAD)) == []
    assert listed(desk, INTAKE) == [case.number]


def test_an_assignment_goes_on_and_so_does_the_token(desk):
    case, _ = open_case(desk)
    assigned(desk, INTAKE, case, INVESTIGATOR)
    token = issue_token(desk, "S0014", Role.INVESTIGATOR, 30, NOON).text
    import_directory(desk, directory(renamed("S0014", "S0914")), SORTED)
    assert listed(desk, who_is(desk, token, SORTED)) == [case.number]
    assert revoke_tokens(desk, "s0914", SORTED) == 1


def test_a_recusal_holds_under_a_new_number(desk):
    case, _ = open_case(desk)
    assigned(desk, INTAKE, case, INVESTIGATOR)
    recused(desk, INVESTIGATOR, case)
    import_directory(desk, directory(renamed("S0014", "S0914")), SORTED)
    worked_off(desk)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, Actor("S0914", Role.INVESTIGATOR))


def test_a_part_holds_under_a_new_number(desk):
    case, _ = open_case(desk)
    closed(desk, case)
    reopened(desk, case)
    import_directory(desk, directory(renamed(DECIDER.person, "S0921", roles="decider investigator")), SORTED)
    with pytest.raises(ConflictOfInterest):
        assigned(desk, INTAKE, case, Actor("S0921", Role.INVESTIGATOR))


def test_a_supervisor_keeps_what_was_sent_to_them_and_their_line(desk):
    case, _ = open_case(desk)
    import_directory(desk, directory(renamed(BOSS, "S0901")), SORTED)
    worked_off(desk)
    assert listed(desk, SUPERVISOR) == [case.number]
    found = desk.lookup.directory()
    assert found.person("S0102").supervisor == BOSS
    assert found.is_below("S0102", "S0901")
    assert "s0102" in found.below("S0901")


@pytest.mark.parametrize("named", [SUBJECT, "S0907"])
def test_a_reporter_may_name_either_number(desk, named):
    import_directory(desk, directory(renamed(SUBJECT, "S0907", roles="intake")), SORTED)
    open_case(desk, draft(subjects=[by_number(named)]))
    assert listed(desk, Actor(SUBJECT, Role.INTAKE)) == []


def test_a_number_that_changes_again_is_still_the_first(desk):
    import_directory(desk, directory(renamed(SUBJECT, "S0907", roles="intake")), SORTED)
    again = {"staff_number": "S0957", "formerly": f"{SUBJECT};S0907", "roles": "intake"}
    open_case(desk)
    import_directory(desk, directory((SUBJECT, again)), SORTED)
    person = desk.lookup.directory().person("s0957")
    assert (person.staff_number, person.number, person.formerly) == (SUBJECT, "S0957", (SUBJECT, "S0907"))
    assert listed(desk, Actor(person.staff_number, Role.INTAKE)) == []


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"staff_number": "S0957"}, "S0107 under a new number: write formerly S0107"),
        ({"staff_number": "S0957", "email": ""}, "S0107 under a new number: write formerly S0107"),
        ({"staff_number": "S0957", "name": "Another Name"}, "S0107 under a new number: write formerly S0107"),
        ({"formerly": "S0099"}, "S0107 is known here as S0107: formerly must begin with that number"),
    ],
)
def test_a_number_that_changes_without_a_word_is_refused_with_its_line(desk, columns, says):
    ((line, what),) = refused(desk, directory((SUBJECT, columns)))
    assert says in what
    assert TEXT.splitlines()[line - 1].startswith(f"{SUBJECT},")


def test_a_former_number_once_said_must_be_said_again(desk):
    import_directory(desk, directory(renamed(SUBJECT, "S0907")), SORTED)
    ((_, dropped),) = refused(desk, directory((SUBJECT, {"staff_number": "S0907"})))
    assert dropped == "S0907 is known here as S0107: formerly must begin with that number"
    ((_, later),) = refused(desk, directory((SUBJECT, {"staff_number": "S0957", "formerly": "S0907"})))
    assert later == "S0907 is known here as S0107: formerly must begin with that number"


def test_force_makes_it_somebody_else(desk):
    import_directory(desk, directory((SUBJECT, {"staff_number": "S0957"})), SORTED, force=True)
    assert desk.lookup.directory().person("S0957").staff_number == "S0957"


def test_somebody_new_and_somebody_who_left_are_no_change_of_number(desk):
    import_directory(
        desk, directory(("S0104", {"staff_number": "S0999", "name": "New", "email": "n@b.example"})), SORTED
    )
    assert desk.lookup.directory().person("S0104") is None


@pytest.mark.parametrize(
    ("formerly", "says"),
    [
        ("S0108", "staff_number repeats formerly of line"),
        ("S0107", "formerly repeats staff_number of line"),
        ("S0\x00", "formerly holds a control character"),
    ],
)
def test_a_number_means_one_person(formerly, says):
    with pytest.raises(DirectoryRefused, match=says):
        read_directory(directory((SUBJECT, {"formerly": formerly})))


def test_two_people_do_not_share_a_former_number():
    with pytest.raises(DirectoryRefused, match="formerly repeats that of line"):
        read_directory(directory((SUBJECT, {"formerly": "S0700"}), ("S0108", {"formerly": "s0700"})))


def test_files_without_the_column_are_read_as_before(desk):
    assert read_directory(directory(formerly=False)) == read_directory(directory()) == read_directory(TEXT)
    assert renumbered(desk.lookup.directory(), read_directory(TEXT)) == []


def test_whoever_is_known_by_a_new_number_leaves_nothing_behind():
    new = read_directory(directory(renamed("S0014", "S0914")))
    assert left_behind([Held("S0014", Role.INVESTIGATOR, 3)], new) == []
    assert left_behind([Held("S0014", Role.INTAKE, 1)], new) == ["S0014 still works 1 open case as intake."]
