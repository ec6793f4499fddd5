"""Shaping by a machine's potential: exact telescoping, waiting is never paid, and the best policies stay the best."""

import random
from itertools import product as tuples

import pytest
from random_machines import LETTERS, machine

import rewardlang as rl
from rewardlang.automata.shaping import potentials, values
from rewardlang.automata.unfold import Place

TASK = """setting episodic horizon [0, 50] discount 0.9
input a : bool[step]
input b : bool[step]
machine m {
    start empty
    empty  -> loaded when a and not b
    empty  -> broken when a and b : -1
    loaded -> done   when b and not a : +1
    loaded -> empty  when a and b : -0.25
    otherwise stay : -0.125
    final done, broken
}
reward = m.reward
output shaping = shaped(m, discount = 0.9)
"""
WORDS = [(False, False), (True, False), (False, True), (True, True)]


def scored(rollouts):
    """The task's and the shaping's entries of rollouts of pairs (a, b)."""
    out = rl.compile(text=TASK)({"a": [[a for a, _ in each] for each in rollouts], "b": [[b for _, b in each] for each in rollouts]})
    return out.to_lists("reward"), out.to_lists("shaping")


def total(entries, discount=0.9):
    return sum(entry * discount ** step for step, entry in enumerate(entries))


def test_the_discounted_sum_telescopes_whatever_is_done_and_wherever_it_is_cut():
    draw = random.Random(0)
    rollouts = [[draw.choice(WORDS) for _ in range(draw.randint(1, 9))] for _ in range(200)]
    start = potentials(rl.load(text=TASK).machines["m"], 0.9)[Place(0)]
    _, shapings = scored(rollouts)
    assert start > 0
    assert [total(each) for each in shapings] == pytest.approx([-start] * 200, abs=1e-6)


def test_waiting_is_never_paid():
    _, shapings = scored([[(False, False)] * 5, [(True, False)] + [(False, False)] * 5])
    assert all(entry <= 0 for entry in shapings[0]) and all(entry <= 0 for entry in shapings[1][1:])


@pytest.mark.parametrize("seed", range(40))
def test_potentials_are_fixed_points_and_never_negative(seed):
    one = machine(random.Random(seed), counting=seed % 2 == 1)
    value, potential = values(one, 0.9), potentials(one, 0.9)
    for place, found in value.items():
        if place.state in one.finals:
            assert found == 0 and potential[place] == 0
            continue
        reached = [one.step(*place, letter) for letter in LETTERS]
        best = max(step.reward + 0.9 * value[Place(step.state, step.counts)] for step in reached)
        assert found >= best - 1e-9 and potential[place] == max(found, 0)


#: A world of three cells with a depot, a trap and a goal: what each action does, and the truths (a, b) of the cell entered.
CELLS = {"hall": (False, False), "depot": (True, False), "trap": (True, True), "goal": (False, True)}
MOVES = {"hall": ("hall", "depot", "trap", "goal"), "depot": ("hall", "depot"), "trap": ("hall",), "goal": ("hall", "goal")}


@pytest.mark.parametrize("horizon", [1, 2, 3, 4, 5])
def test_the_best_policies_are_the_same_with_and_without_shaping(horizon):
    paths = [()]
    for _ in range(horizon):
        paths = [(*path, cell) for path in paths for cell in MOVES[path[-1] if path else "hall"]]
    tasks, shapings = scored([[CELLS[cell] for cell in path] for path in paths])
    plain = [round(total(task), 6) for task in tasks]
    both = [round(total([x + y for x, y in zip(task, shaping)]), 5) for task, shaping in zip(tasks, shapings)]
    best = {path for path, each in zip(paths, plain) if each == max(plain)}
    assert best == {path for path, each in zip(paths, both) if abs(each - max(both)) < 1e-4}
    order = [(one > other) for one, other in tuples(plain, repeat=2)] if len(plain) < 40 else []
    assert order == ([one > other + 1e-4 for one, other in tuples(both, repeat=2)] if order else [])


def test_a_loop_that_pays_has_no_value_without_discount():
    text = TASK.replace(": -0.25", ": +1").replace("discount = 0.9)", "discount = 1)")
    with pytest.raises(rl.SpecError, match="RW333"):
        rl.compile(text=text)
