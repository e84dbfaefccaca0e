"""Odd days, odd words, many persons, and two people at the same instant."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from cases.case import Case, Given
from cases.casework.alleging import Alleged, cited_for, make_allegation, show_allegations
from cases.casework.identities import ask_who_reported, decide_on_request
from cases.casework.looking import show_case
from cases.casework.moving import make_move
from cases.casework.persons import show_persons
from cases.errors import CaseError, Malformed, MoveNotAllowed, StaleVersion
from cases.lifecycle import Action, State
from cases.ports import Desk
from cases.sight import Actor
from tests.cases.casework.conftest import (
    CATEGORY,
    CLOSING,
    CUSTODIAN,
    CUSTODIAN_TWO,
    DECIDER,
    HEAD,
    HEAD_TWO,
    INTAKE,
    INTAKE_TWO,
    NOON,
    REASONED,
    SORTED,
    WHY,
    actions,
    after,
    draft,
    open_case,
    seen_now,
)
from tests.cases.casework.living import (
    added,
    alleged,
    decided,
    moved,
    rebuilt,
    register,
    with_decider,
    worked_off,
)

ARABIC_DIGITS = "\u0662\u0660\u0662\u0664-\u0660\u0661-\u0660\u0661"
DAYS = ["0001-01-01", "9999-12-31", ARABIC_DIGITS, "2024-W01-1", "x" * 200]
BROAD_DIGITS, HOLLOW_NUMBER = "\uff11\uff12\uff13", "\U0001d54a\U0001d7d8\U0001d7d9\U0001d7d8\U0001d7df"
NAMES = [
    "\u202eevil",
    "\u216b",
    BROAD_DIGITS,
    "\u0130" * 100,
    "'); DROP TABLE cases;--",
    HOLLOW_NUMBER,
    "\ufdfa",
    "\u212a",
]


@pytest.mark.parametrize("day", [date.min, date(2020, 1, 1), NOON.date(), date(9999, 12, 30), date.max])
def test_a_leave_is_reviewed_on_a_day_ahead_that_somebody_lives_to_see(desk: Desk, day: date) -> None:
    case, _ = open_case(desk)
    with_decider(desk, case)
    leave = replace(REASONED, person=seen_now(desk, case).allegations[0].person, review_on=day)
    with pytest.raises(Malformed, match="review_on"):
        moved(desk, DECIDER, case, Action.ADMINISTRATIVE_LEAVE, leave)


def test_a_decision_is_not_notified_with_a_time_to_appeal_that_is_over(desk: Desk) -> None:
    case, _ = open_case(desk)
    decided(desk, case)
    told = replace(REASONED, appeal_route="The tribunal.", appeal_by=date(2020, 1, 1))
    with pytest.raises(Malformed, match="appeal_by"):
        moved(desk, DECIDER, case, Action.NOTIFY_DECISION, told)


@pytest.mark.parametrize("day", [date.min, date.max, date(9999, 12, 30)])
def test_conduct_on_the_first_or_last_day_there_is_breaks_nothing(desk: Desk, day: date) -> None:
    case, _ = open_case(desk)
    person = register(desk, case)[0]
    version = seen_now(desk, case).version
    make_allegation(desk, INTAKE, case.number, version, Alleged(person.id, CATEGORY, "x", day), SORTED)
    assert [one.conduct_on for one in show_allegations(desk, INTAKE, case.number, SORTED)] == [day]


@pytest.mark.parametrize("when", DAYS)
def test_a_post_on_an_odd_day_breaks_no_page(desk: Desk, when: str) -> None:
    case, _ = open_case(desk, draft(posts=[{"posted_at": when}]))
    view = show_case(desk, INTAKE, case.number, SORTED)
    assert view.told is not None
    assert [one.category for one in cited_for(desk, view.case, view.told["statement"])] == list(view.case.categories)


@pytest.mark.parametrize("name", NAMES)
def test_persons_of_odd_names_and_numbers_break_nothing(desk: Desk, name: str) -> None:
    case, _ = open_case(desk)
    added(desk, INTAKE, case, name=name, staff_number=name[:40], email=name)
    worked_off(desk)
    assert show_persons(desk, INTAKE, case.number, SORTED)[-1].name == name
    assert rebuilt(desk, case) == seen_now(desk, case)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each returned or raised, all begun at the same instant."""
    gate, told = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            told[place] = acts[place]()
        except CaseError as error:
            told[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


def a_move(desk: Desk, who: Actor, case: Case, action: Action, given: Given = REASONED) -> Callable[[], object]:
    """To be made later, on the version of now."""
    version = seen_now(desk, case).version
    return lambda: make_move(desk, who, case.number, version, action, given, SORTED)


def test_two_approvals_and_a_withdrawal_at_once_are_one_of_them(desk: Desk) -> None:
    case, _ = open_case(desk)
    alleged(desk, case)
    moved(desk, INTAKE, case, Action.OPEN_INVESTIGATION)
    version = seen_now(desk, case).version
    acts = ((HEAD, Action.APPROVE), (HEAD_TWO, Action.APPROVE), (INTAKE, Action.WITHDRAW))
    told = at_once(*(a_move(desk, who, case, action) for who, action in acts))
    assert sum(isinstance(one, StaleVersion | MoveNotAllowed) for one in told) == 2, told
    assert seen_now(desk, case).version == version + 1
    assert rebuilt(desk, case) == seen_now(desk, case)


@pytest.mark.parametrize("_again", range(3))
def test_two_cases_merged_into_each_other_at_once_do_not_both_vanish(desk: Desk, _again: int) -> None:
    one, _ = open_case(desk)
    other, _ = open_case(desk)
    into_other, into_one = replace(CLOSING, into=other.number), replace(CLOSING, into=one.number)
    told = at_once(
        a_move(desk, INTAKE, one, Action.MERGE, into_other), a_move(desk, INTAKE_TWO, other, Action.MERGE, into_one)
    )
    assert {seen_now(desk, one).state, seen_now(desk, other).state} == {State.CLOSED, State.REGISTERED}, told


def test_two_custodians_at_once_decide_once(desk: Desk) -> None:
    case, _ = open_case(desk)
    request = ask_who_reported(desk, INTAKE, case.number, WHY, SORTED)

    def decides(who: Actor, *, grant: bool) -> Callable[[], object]:
        return lambda: decide_on_request(desk, who, case.number, request.id, WHY, SORTED, grant=grant)

    told = at_once(decides(CUSTODIAN, grant=True), decides(CUSTODIAN_TWO, grant=False))
    assert sum(isinstance(one, CaseError) for one in told) == 1, told
    assert (
        len(actions(desk, about=case.number, action="identity_granted"))
        + len(actions(desk, about=case.number, action="identity_denied"))
        == 1
    )


def test_a_move_and_the_worker_at_once_leave_no_gap_in_the_versions(desk: Desk) -> None:
    case, _ = open_case(desk)
    added(desk, INTAKE, case, name="Somebody Else")
    told = at_once(a_move(desk, INTAKE, case, Action.ASSESS, Given()), lambda: worked_off(desk))
    worked_off(desk, after(hours=1))
    now = seen_now(desk, case)
    assert rebuilt(desk, case) == now
    assert actions(desk, about=case.number, action="screened_again")
    assert now.state is State.ASSESSMENT or isinstance(told[0], StaleVersion)
