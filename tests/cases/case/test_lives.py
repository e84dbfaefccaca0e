"""The machine of `test_life.py` lives long by chance alone: that it comes everywhere is counted, not hoped."""

from collections import Counter

import pytest

from cases.case import LAPSING
from cases.lifecycle import Action, State
from tests.cases.case.test_life import CaseLife

SEEDS, LONG = 90, 130


@pytest.fixture(scope="module")
def lives():
    """Long lives, the same at every run, and how many of them came to each thing."""
    reached = Counter()
    for seed in range(SEEDS):
        life = CaseLife()
        life.it_is_busy(seed=seed, hours=LONG)
        for law in (life.finder_decider_and_reviewer_are_never_one_person, life.nobody_walled_off_has_a_part_in_it):
            law()
        reached.update(set(life.book.reached))
    return reached


def test_the_lives_come_to_every_state_and_through_every_move(lives):
    never_counted = {Action.APPROVE, Action.REJECT, Action.WITHDRAW}
    assert {str(action) for action in set(Action) - never_counted} <= set(lives)
    assert {key.split()[0] for key in lives if " in round " in key} == set(State) - {State.REGISTERED}
    assert {f"{name} lapsed" for name in LAPSING} <= set(lives)


def test_the_lives_come_often_to_their_end_and_through_it(lives):
    assert lives["decide"] >= SEEDS // 4
    assert lives["closed in round 0"] >= SEEDS // 2
    assert lives["with_decider in round 1"] >= SEEDS // 10
    assert lives["closed in round 2"] >= SEEDS // 10
    assert lives["erase"] >= SEEDS // 20
