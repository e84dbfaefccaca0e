import json

import pytest

from cases.case import Assignment
from cases.casework.administering import import_directory
from cases.casework.handing import Handover, hand_over_cases, who_can_be_assigned, workload
from cases.casework.looking import reasons
from cases.casework.tasking import NewTask, make_task, tasks_waiting
from cases.deskwork import TaskFilter
from cases.errors import DirectoryRefused, Malformed, NotPermitted, WorkLeft
from cases.lifecycle import Action, State
from cases.people import Role
from cases.sight import Actor
from tests.cases.casework.conftest import (
    DECIDER,
    EARLY,
    HEAD,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    INVESTIGATOR_TWO,
    OUTSIDE,
    OUTSIDE_TWO,
    SORTED,
    SUPERVISOR,
    after,
    by_number,
    draft,
    entries,
    listed,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import assigned, closed, moved, rebuilt, recused, reopened
from tests.conftest import NOON, SAMPLES

TEXT = (SAMPLES / "directory.csv").read_text()
LEAVES = Handover(INVESTIGATOR.person, INVESTIGATOR_TWO.person, Role.INVESTIGATOR, "Her contract ends.")


def without(number):
    return "\n".join(line for line in TEXT.splitlines() if not line.startswith(f"{number},"))


def loads(desk, who, at=SORTED):
    return {(one.person, one.role): one for one in workload(desk, who, at)}


def test_the_workload_names_everybody_who_can_be_assigned_busy_or_not(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    found = loads(desk, HEAD)
    assert {role for _, role in found} == {Role.INTAKE, Role.INVESTIGATOR}
    one, idle = found["S0014", Role.INVESTIGATOR], found["S0015", Role.INVESTIGATOR]
    assert (one.cases, one.by_state, one.overdue) == (1, {State.REGISTERED: 1}, 0)
    assert (one.name, one.next_due) == ("Colleague 0014", seen_now(desk, case).due.due_by)
    assert (idle.cases, idle.next_due) == (0, None)
    assert loads(desk, HEAD, after(days=30))["S0014", Role.INVESTIGATOR].overdue == 1
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    assert loads(desk, HEAD)["S0014", Role.INVESTIGATOR].cases == 0


def test_the_workload_counts_only_cases_the_asker_may_see(desk):
    case, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    assigned(desk, HEAD, case, INVESTIGATOR)
    assert loads(desk, INTAKE)["S0014", Role.INVESTIGATOR].cases == 1
    assert loads(desk, INTAKE_TWO)["S0014", Role.INVESTIGATOR].cases == 0


def test_each_office_counts_its_own(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0016")]))
    assigned(desk, OUTSIDE, case, OUTSIDE)
    assert {role for _, role in loads(desk, OUTSIDE)} == {Role.OUTSIDE}
    assert loads(desk, OUTSIDE)[OUTSIDE.person, Role.OUTSIDE].cases == 1
    assert all(one.cases == 0 for one in loads(desk, HEAD).values())


@pytest.mark.parametrize("who", [INVESTIGATOR, DECIDER, SUPERVISOR])
def test_only_those_who_assign_see_it(desk, who):
    with pytest.raises(NotPermitted):
        workload(desk, who, SORTED)
    with pytest.raises(NotPermitted):
        hand_over_cases(desk, who, LEAVES, SORTED)


def eligible(desk, who, case):
    return {(one.person, one.role) for one in who_can_be_assigned(desk, who, case.number, SORTED)}


def test_whoever_may_not_be_assigned_is_just_not_there(desk):
    """A witness, whoever recused themselves, decided it, received it, or guards who reported: all alike."""
    with_roles(desk, "S0101", Role.INVESTIGATOR)
    case, _ = open_case(desk, draft(witnesses=[by_number("S0016")]))
    assigned(desk, HEAD, case, INVESTIGATOR)
    recused(desk, INVESTIGATOR, case)
    found = eligible(desk, HEAD, case)
    assert found == {("S0012", Role.INTAKE), ("S0013", Role.INTAKE), ("S0015", Role.INVESTIGATOR)}
    assigned(desk, HEAD, case, INVESTIGATOR_TWO)
    assert ("S0015", Role.INVESTIGATOR) not in eligible(desk, HEAD, case)


def test_whoever_is_offered_can_be_assigned_and_nobody_else_can(desk):
    with_roles(desk, DECIDER.person, Role.DECIDER, Role.INVESTIGATOR)
    case, _ = open_case(desk)
    closed(desk, case)
    reopened(desk, case)
    offered = eligible(desk, INTAKE, case)
    assert (DECIDER.person, Role.INVESTIGATOR) not in offered
    assert (INTAKE_TWO.person, Role.INTAKE) in offered
    for person, role in offered:
        assigned(desk, INTAKE, case, Actor(person, role))


def test_a_leavers_cases_go_to_somebody_else_each_as_an_entry_with_a_sealed_reason(desk):
    numbers = set()
    for _ in range(3):
        case, _ = open_case(desk)
        assigned(desk, HEAD, case, INVESTIGATOR)
        numbers.add(case.number)
    task = make_task(
        desk,
        HEAD,
        case.number,
        seen_now(desk, case).version,
        NewTask("Ask.", NOON.date(), INVESTIGATOR.person, Role.INVESTIGATOR),
        SORTED,
    ).task
    done = hand_over_cases(desk, HEAD, LEAVES, SORTED)
    assert (set(done.moved), done.stayed) == (numbers, ())
    assert (listed(desk, INVESTIGATOR), set(listed(desk, INVESTIGATOR_TWO))) == ([], numbers)
    assert [one.task.id for one in tasks_waiting(desk, INVESTIGATOR_TWO, TaskFilter(), SORTED)] == [task.id]
    *_, entry = entries(desk, about=case.number)
    assert {name: entry["facts"][name] for name in ("person", "to", "as")} == {
        "person": "S0014",
        "to": "S0015",
        "as": "investigator",
    }
    assert "contract" not in json.dumps(entries(desk))
    assert {"reason": "Her contract ends."} in reasons(desk, HEAD, case.number, SORTED).values()
    assert seen_now(desk, case) == rebuilt(desk, case)


def test_what_the_other_may_not_have_stays_and_is_named_and_asking_again_moves_what_is_left(desk):
    free, _ = open_case(desk)
    conflicted, _ = open_case(desk, draft(witnesses=[by_number(INVESTIGATOR_TWO.person)]))
    for case in (free, conflicted):
        assigned(desk, HEAD, case, INVESTIGATOR)
    assert hand_over_cases(desk, HEAD, LEAVES, SORTED).stayed == (conflicted.number,)
    again = hand_over_cases(desk, HEAD, LEAVES, SORTED)
    assert (again.moved, again.stayed) == ((), (conflicted.number,))
    to_another = Handover(INVESTIGATOR.person, "S0016", Role.INVESTIGATOR, "As agreed.")
    assert hand_over_cases(desk, HEAD, to_another, SORTED).moved == (conflicted.number,)
    assert listed(desk, INVESTIGATOR) == []


def test_cases_hidden_from_the_caller_neither_move_nor_are_named(desk):
    hidden, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    assigned(desk, HEAD, hidden, INVESTIGATOR)
    done = hand_over_cases(desk, INTAKE_TWO, LEAVES, SORTED)
    assert (done.moved, done.stayed) == ((), ())
    assert listed(desk, INVESTIGATOR) == [hidden.number]


def test_who_works_it_already_just_keeps_it(desk):
    case, _ = open_case(desk)
    for who in (INVESTIGATOR, INVESTIGATOR_TWO):
        assigned(desk, HEAD, case, who)
    hand_over_cases(desk, HEAD, LEAVES, SORTED)
    assert seen_now(desk, case).assignees == (Assignment(INVESTIGATOR_TWO.person, Role.INVESTIGATOR),)


def test_another_part_of_the_same_person_is_left_alone(desk):
    with_roles(desk, "S0013", Role.INTAKE, Role.INVESTIGATOR)
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INTAKE_TWO)
    done = hand_over_cases(desk, HEAD, Handover("S0013", "S0015", Role.INVESTIGATOR, "Moves on."), SORTED)
    assert (done.moved, listed(desk, INVESTIGATOR_TWO)) == ((), [])


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        (Handover("S0014", "S9999", Role.INVESTIGATOR, "x"), "#/to"),
        (Handover("S0014", "S0012", Role.INVESTIGATOR, "x"), "#/to"),
        (Handover("S0014", "s0014", Role.INVESTIGATOR, "x"), "#/to"),
        (Handover("S0020", "S0021", Role.DECIDER, "x"), "#/role"),
        (Handover("S0070", "S0071", Role.OUTSIDE, "x"), "#/role"),
    ],
)
def test_a_hand_over_is_to_somebody_else_who_holds_the_role(desk, told, pointer):
    with pytest.raises(Malformed, match=pointer):
        hand_over_cases(desk, HEAD, told, SORTED)


def test_the_outside_office_hands_over_its_own(desk):
    case, _ = open_case(desk, draft(subjects=[by_number("S0016")]))
    assigned(desk, OUTSIDE, case, OUTSIDE_TWO)
    told = Handover(OUTSIDE_TWO.person, OUTSIDE.person, Role.OUTSIDE, "On leave.")
    assert hand_over_cases(desk, OUTSIDE, told, SORTED).moved == (case.number,)


@pytest.mark.parametrize("how", ["gone", "lost the role"])
def test_a_directory_that_leaves_open_cases_with_a_leaver_is_refused_with_counts_alone(desk, how):
    numbers = [open_case(desk)[0] for _ in range(2)]
    for case in numbers:
        assigned(desk, HEAD, case, INVESTIGATOR)
    text = without("S0014") if how == "gone" else TEXT.replace("S0011,investigator\nS0015", "S0011,intake\nS0015", 1)
    with pytest.raises(WorkLeft) as refusal:
        import_directory(desk, text, SORTED)
    told = str(refusal.value)
    assert told.startswith("S0014 still works 2 open cases as investigator.\n")
    assert "IGO-" not in told
    assert desk.lookup.directory().person("S0014").roles == {Role.INVESTIGATOR}
    hand_over_cases(desk, HEAD, LEAVES, SORTED)
    import_directory(desk, text, SORTED)


def test_closed_cases_and_leavers_without_any_hold_up_no_import(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    import_directory(desk, without("S0014"), SORTED)
    assert desk.lookup.directory().person("S0014") is None


def test_force_imports_it_all_the_same_and_the_entry_says_so(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    import_directory(desk, without("S0014"), SORTED, force=True)
    *_, entry = entries(desk, action="directory_imported")
    assert entry["facts"]["forced"] is True
    found = loads(desk, HEAD)["S0014", Role.INVESTIGATOR]
    assert (found.name, found.cases) == ("", 1), "whoever assigns still sees whose it was"
    assert hand_over_cases(desk, HEAD, LEAVES, SORTED).moved == (case.number,)


def test_a_refused_directory_leaves_nothing_behind(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    before = len(entries(desk))
    with pytest.raises((WorkLeft, DirectoryRefused)):
        import_directory(desk, without("S0014"), SORTED)
    assert len(entries(desk)) == before
