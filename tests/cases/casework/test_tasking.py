import json
from datetime import date, timedelta
from uuid import uuid4

import pytest

from cases.case import Given
from cases.casework.looking import reasons
from cases.casework.tasking import NewTask, list_tasks, make_task, settle_task, tasks_waiting
from cases.deskwork import MOST_OPEN, Task, TaskFilter, TaskState, Whose
from cases.errors import Malformed, MoveNotAllowed, NotPermitted, StaleVersion, UnknownItem
from cases.lifecycle import Action
from cases.people import Role
from cases.persons import PersonRole
from cases.sight import Actor
from tests.cases.casework.conftest import (
    DECIDER,
    EARLY,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    INVESTIGATOR,
    OUTSIDE,
    SORTED,
    SUPERVISOR,
    actions,
    after,
    by_number,
    draft,
    entries,
    open_case,
    seen_now,
    with_roles,
)
from tests.cases.casework.living import added, assigned, moved, rebuilt, recused, reopened, unassigned
from tests.conftest import NOON

FRIDAY = date(2026, 3, 6)
SECRET = "Ask her sister for the password."


def made(desk, who, case, what=SECRET, on=FRIDAY, person=None, role=None):
    new = NewTask(what, on, person, role)
    return make_task(desk, who, case.number, seen_now(desk, case).version, new, SORTED).task


def settles(desk, who, case, task, to, reason="It is so.", at=SORTED):
    return settle_task(desk, who, case.number, seen_now(desk, case).version, task.id, to, reason, at)


def holders(desk, who, case, state=TaskState.OPEN):
    return [(one.person, one.role) for one in list_tasks(desk, who, case.number, SORTED, state)]


def waiting(desk, who, whose=Whose.MINE, **more):
    return [one.task.id for one in tasks_waiting(desk, who, TaskFilter(whose, **more), SORTED)]


def test_a_task_is_for_a_person_a_role_or_nobody_until_the_end_of_a_day(desk):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    made(desk, INTAKE, case, person="s0014", role=Role.INVESTIGATOR)
    made(desk, INTAKE, case, role=Role.HEAD, on=FRIDAY + timedelta(days=1))
    made(desk, INTAKE, case, on=FRIDAY + timedelta(days=2))
    assert holders(desk, INTAKE, case) == [("S0014", Role.INVESTIGATOR), (None, Role.HEAD), (None, None)]
    first = list_tasks(desk, INTAKE, case.number, SORTED)[0]
    assert first.task.due_by.isoformat() == "2026-03-06T23:59:59+00:00"
    assert first.what == SECRET


def test_each_act_is_an_entry_whose_words_are_sealed_and_whose_day_and_holder_are_clear(desk):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case, role=Role.HEAD)
    settles(desk, HEAD, case, task, TaskState.DROPPED, "She refused.")
    settles(desk, HEAD, case, task, TaskState.OPEN, "She agreed.")
    settles(desk, HEAD, case, task, TaskState.DONE, "")
    assert actions(desk, about=case.number, kind="change")[1:] == [
        "task_made",
        "task_dropped",
        "task_reopened",
        "task_done",
    ]
    told = entries(desk, about=case.number, action="task_made")[0]["facts"]
    assert told | {"case": {}} == {
        "task": str(task.id),
        "due_by": "2026-03-06T23:59:59Z",
        "person": None,
        "as": "head",
        "case": {},
    }
    assert not {"sister", "refused", "agreed"} & set(json.dumps(entries(desk)).replace(".", " ").split())
    assert [one["reason"] for one in reasons(desk, HEAD, case.number, SORTED).values()] == [
        "She refused.",
        "She agreed.",
    ]
    assert seen_now(desk, case) == rebuilt(desk, case)


@pytest.mark.parametrize("to", [TaskState.DROPPED, TaskState.OPEN])
def test_dropping_and_reopening_need_a_reason(desk, to):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case)
    with pytest.raises(Malformed, match="#/reason"):
        settles(desk, INTAKE, case, task, to, "  ")


def test_what_is_settled_is_not_settled_again_otherwise(desk):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case)
    with pytest.raises(MoveNotAllowed, match="open already"):
        settles(desk, INTAKE, case, task, TaskState.OPEN)
    settles(desk, INTAKE, case, task, TaskState.DONE)
    for again in (TaskState.DONE, TaskState.DROPPED):
        with pytest.raises(MoveNotAllowed):
            settles(desk, INTAKE, case, task, again)
    with pytest.raises(StaleVersion):
        settle_task(desk, INTAKE, case.number, 1, task.id, TaskState.OPEN, "Not quite.", SORTED)


def test_two_who_settle_one_task_at_once_do_not_both(desk):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case)
    settles(desk, INTAKE, case, task, TaskState.DONE)
    with pytest.raises(StaleVersion), desk.work() as work:
        work.settle_task(task, TaskState.OPEN)


@pytest.mark.parametrize(
    ("person", "role", "pointer"),
    [
        ("S0014", Role.INVESTIGATOR, "#/person"),
        ("S0012", None, "#/person"),
        ("S9999", Role.INTAKE, "#/person"),
        (None, Role.DECIDER, "#/role"),
        (None, Role.OUTSIDE, "#/role"),
        (None, Role.SUPERVISOR, "#/role"),
    ],
)
def test_a_task_is_for_those_who_work_the_case(desk, person, role, pointer):
    case, _ = open_case(desk)
    with pytest.raises(Malformed, match=pointer):
        made(desk, INTAKE, case, person=person, role=role)


@pytest.mark.parametrize("day", [NOON.date() - timedelta(days=1), NOON.date() + timedelta(days=4000)])
def test_a_task_is_due_today_or_within_ten_years(desk, day):
    case, _ = open_case(desk)
    with pytest.raises(Malformed, match="#/due_on"):
        made(desk, INTAKE, case, on=day)


def leaves(desk, case, how):
    if how == "taken off":
        unassigned(desk, HEAD, case, INVESTIGATOR)
    elif how == "recused":
        recused(desk, INVESTIGATOR, case)
    else:
        added(desk, INTAKE, case, PersonRole.WITNESS, staff_number=INVESTIGATOR.person)


@pytest.mark.parametrize("how", ["taken off", "recused", "walled off"])
def test_a_task_does_not_follow_a_person_out_of_the_case(desk, how):
    case, _ = open_case(desk)
    assigned(desk, HEAD, case, INVESTIGATOR)
    task = made(desk, INTAKE, case, person=INVESTIGATOR.person, role=Role.INVESTIGATOR)
    assert waiting(desk, INVESTIGATOR) == [task.id]
    leaves(desk, case, how)
    assert holders(desk, INTAKE, case) == [(None, None)]
    assert waiting(desk, INVESTIGATOR) == []
    assert waiting(desk, INTAKE, Whose.NOBODYS) == [task.id]


def test_a_case_that_goes_to_another_office_leaves_the_roles_of_the_first_behind(desk):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case, role=Role.INTAKE)
    added(desk, INTAKE, case, staff_number="S0016")
    assert holders(desk, OUTSIDE, case) == [(None, None)]
    assert waiting(desk, OUTSIDE, Whose.NOBODYS) == [task.id]
    assert waiting(desk, INTAKE) == waiting(desk, INTAKE, Whose.ALL) == []


def test_closing_drops_what_is_open_and_reopening_does_not_bring_it_back(desk):
    case, _ = open_case(desk)
    done, open_ = made(desk, INTAKE, case), made(desk, INTAKE, case)
    settles(desk, INTAKE, case, done, TaskState.DONE)
    moved(desk, HEAD, case, Action.CLOSE, EARLY)
    assert waiting(desk, INTAKE, Whose.ALL) == []
    dropped = desk.book.task_in(case.number, open_.id)
    assert (dropped.state, dropped.ended_at) == (TaskState.DROPPED, SORTED)
    assert desk.book.task_in(case.number, done.id).state is TaskState.DONE
    for late in (lambda: made(desk, INTAKE, case), lambda: settles(desk, INTAKE, case, open_, TaskState.OPEN)):
        with pytest.raises(MoveNotAllowed, match="closed"):
            late()
    reopened(desk, case, (INTAKE, HEAD_TWO))
    assert holders(desk, INTAKE, case) == []


def test_a_list_over_all_cases_holds_what_is_due_first_and_only_what_one_may_see(desk):
    with_roles(desk, "S0013", Role.INTAKE)
    case, _ = open_case(desk)
    hidden, _ = open_case(desk, draft(witnesses=[by_number(INTAKE_TWO.person)]))
    late = made(desk, INTAKE, case, role=Role.INTAKE, on=FRIDAY + timedelta(days=7))
    soon = made(desk, INTAKE, hidden, role=Role.INTAKE)
    heads = made(desk, INTAKE, case, role=Role.HEAD)
    assert waiting(desk, INTAKE) == [soon.id, late.id]
    assert waiting(desk, INTAKE_TWO) == [late.id]
    assert waiting(desk, HEAD) == [heads.id]
    assert set(waiting(desk, HEAD, Whose.ALL)) == {soon.id, late.id, heads.id}
    assert waiting(desk, INTAKE, due_before=after(days=6)) == [soon.id]
    assert waiting(desk, INTAKE, after=(soon.due_by, soon.id)) == [late.id]
    assert waiting(desk, INTAKE, limit=1) == [soon.id]


def test_the_words_of_tasks_stay_sealed_on_that_list_until_they_are_asked_for(desk):
    case, _ = open_case(desk)
    made(desk, INTAKE, case, role=Role.HEAD)
    (closed,) = tasks_waiting(desk, HEAD, TaskFilter(), SORTED)
    assert (closed.what, actions(desk, actor=HEAD.person)) == (None, [])
    (opened,) = tasks_waiting(desk, HEAD, TaskFilter(), SORTED, words=True)
    assert (opened.what, actions(desk, actor=HEAD.person)) == (SECRET, ["opened_tasks"])


@pytest.mark.parametrize("who", [DECIDER, SUPERVISOR])
def test_deciders_and_supervisors_have_no_tasks(desk, who):
    with pytest.raises(NotPermitted):
        waiting(desk, who)


def test_no_more_than_two_hundred_are_open_in_one_case(desk):
    case, _ = open_case(desk)
    task = made(desk, INTAKE, case)
    settles(desk, INTAKE, case, task, TaskState.DONE)
    with desk.work() as work:
        for _ in range(MOST_OPEN):
            work.keep_task(Task(uuid4(), case.number, task.what, INTAKE.person, SORTED, task.due_by))
    with pytest.raises(MoveNotAllowed, match="200"):
        made(desk, INTAKE, case)
    with pytest.raises(MoveNotAllowed, match="200"):
        settles(desk, INTAKE, case, task, TaskState.OPEN)


def test_a_task_of_another_case_is_an_unknown_item(desk):
    case, _ = open_case(desk)
    other, _ = open_case(desk)
    theirs = made(desk, INTAKE, other)
    with pytest.raises(UnknownItem):
        settles(desk, INTAKE, case, theirs, TaskState.DONE)


def test_a_task_is_work(desk):
    with_roles(desk, "S0013", Role.INTAKE, Role.DECIDER)
    case, _ = open_case(desk)
    made(desk, Actor("S0013", Role.INTAKE), case)
    assert "S0013" in seen_now(desk, case).worked_by
    moved(desk, INTAKE, case, Action.ACKNOWLEDGE, Given())
