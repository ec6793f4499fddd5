"""Machines made of machines, held to runs of the parts; formats read back; trackers held to the definition."""

import random
from itertools import product as tuples

import numpy as np
import pytest
from random_machines import LETTERS, machine, told

from rewardlang.analysis.machines import Tracker
from rewardlang.automata.formula import atom, make
from rewardlang.automata.hoa import read_hoa, write_hoa
from rewardlang.automata.machine_algebra import difference, flat, minimal, product, sequence, union
from rewardlang.automata.published import read_lines, write_lines
from rewardlang.automata.translate import translate

SEEDS = range(60)


def traces(draw, count=15, length=6):
    return [[draw.choice(LETTERS) for _ in range(length)] for _ in range(count)]


@pytest.mark.parametrize("seed", SEEDS)
def test_flat_minimal_and_written_machines_are_the_same_machine(seed):
    draw = random.Random(seed)
    one = machine(draw, counting=seed % 2 == 1)
    smallest = minimal(one)
    others = [flat(one), smallest, read_lines(write_lines(one))]
    for trace in traces(draw):
        assert all(told(other, trace) == told(one, trace) for other in others)
    assert all(difference(one, other) is None for other in others)
    assert len(smallest.states) <= len(flat(one).states)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_smaller_machine_than_the_minimal_one(seed):
    smallest = minimal(machine(random.Random(seed)))
    words = list(tuples(LETTERS, repeat=3))
    futures = set()
    for state in range(len(smallest.states)):
        moved = type(smallest)(smallest.states, state, smallest.edges, smallest.finals)
        futures.add((state in smallest.finals, tuple(tuple(told(moved, word)) for word in words)))
    assert len(futures) == len(smallest.states), "two states that no trace of three steps tells apart"


@pytest.mark.parametrize("seed", SEEDS)
def test_side_by_side_and_one_after_the_other(seed):
    draw = random.Random(seed)
    one, other = machine(draw), machine(draw)
    both, either, chained = product(one, other), union(one, other), sequence(one, other)
    for trace in traces(draw):
        left, right = told(one, trace), told(other, trace)
        assert told(both, trace) == [(a[0] + b[0], a[1] and b[1]) for a, b in zip(left, right)]
        end = next((k for k, (a, b) in enumerate(zip(left, right)) if a[1] or b[1]), len(trace))
        wanted = [(a[0] + b[0], k == end) if k <= end else (0, True) for k, (a, b) in enumerate(zip(left, right))]
        assert told(either, trace) == wanted
        first = next((k for k, a in enumerate(left) if a[1]), len(trace))
        assert told(chained, trace) == [(a[0], False) for a in left[:first + 1]] + told(other, trace[first + 1:])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_difference_is_shown_by_a_shortest_trace(seed):
    draw = random.Random(seed)
    one, other = machine(draw, 3), machine(draw, 3)
    found = difference(one, other)
    for length in range(1, 4 if found is None else len(found)):
        for trace in tuples(LETTERS, repeat=length):
            assert told(one, trace) == told(other, trace)
    if found is not None:
        assert told(one, found)[:-1] == told(other, found)[:-1] and told(one, found)[-1] != told(other, found)[-1]


def test_restriction_forgets_what_cannot_be():
    one = machine(random.Random(3))
    law = make("not", make("and", atom("a"), atom("b")))
    small = flat(one, [law])
    allowed = [letter for letter in LETTERS if not {"a", "b"} <= letter]
    for trace in tuples(allowed, repeat=4):
        assert told(small, trace) == told(one, trace)


@pytest.mark.parametrize("text", ["", "0\n", "0\n[1]\n(0,1,'a',Other(1))", "0\n[1]\n(0,1,'a+b',ConstantRewardFunction(1))"])
def test_lines_that_are_no_machine(text):
    with pytest.raises(ValueError):
        read_lines(text)


FORMULAS = [make("until", atom("a"), atom("b")), make("always", make("implies", atom("a"), make("eventually", atom("b")))),
            make("next", make("or", atom("a"), make("not", atom("b"))))]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_automata_are_read_back(formula):
    dfa = translate(formula)
    assert read_hoa(write_hoa(dfa, 'a "name"')) == dfa


def test_a_published_file_is_read():
    text = 'HOA: v1\nStates: 2\nStart: 1\nAP: 2 "a" "b"\nAcceptance: 1 Inf(0)\n--BODY--\nState: 0 {0}\n[t] 0\nState: 1\n' \
           "[0 & !1] 0\n[!(0 & !1)] 1\n--END--\n"
    assert read_hoa(text) == translate(make("eventually", make("and", atom("a"), make("not", atom("b")))))
    for broken in ("HOA: v2", text.replace("!(0 & !1)", "0"), text.replace("[t]", "[t &]"), text.replace("[t]", "[7]")):
        with pytest.raises(ValueError):
            read_hoa(broken)


@pytest.mark.parametrize("seed", SEEDS)
def test_trackers_and_counterfactual_experience_follow_the_definition(seed):
    draw = random.Random(seed)
    one = machine(draw, counting=seed % 2 == 1)
    tracker = Tracker(one)
    letters = [draw.choice(LETTERS) for _ in range(20)]
    labels = np.array([[name in letter for name in tracker.propositions] for letter in letters])
    numbers = {name: number for number, name in enumerate(tracker.names)}
    seen = tracker.counterfactual(labels)
    for row, letter in enumerate(letters):
        for column, start in enumerate(seen.state):
            name, *counts = tracker.names[start]
            step = one.step(one.states.index(name), tuple(counts), letter)
            assert seen.after[row, column] == numbers[one.states[step.state], *step.counts]
            assert seen.reward[row, column] == step.reward
            assert seen.done[row, column] == (step.state in one.finals)
    state = np.zeros(len(letters), int)
    moved = tracker.step(state, labels)
    assert (moved.state == seen.after[:, 0]).all() and (moved.reward == seen.reward[:, 0]).all()
    assert (tracker.one_hot(moved.state).argmax(-1) == moved.state).all()


def test_amounts_of_a_tracker_are_given_by_their_text():
    import rewardlang as rl
    program = rl.load(text="""input p : bool[step]
input x : float[step] in [0, 4]
machine m {
    start a
    a -> b when p : 2 * x
    otherwise stay
    final b
}
reward = m.reward
""")
    tracker = Tracker(program.machines["m"])
    assert tracker.amounts == ("2 * x",)
    moves = tracker.step([0, 0, 1], {"p": [True, False, True]}, {"2 * x": [3.0, 4.0, 5.0]})
    assert moves.reward.tolist() == [3, 0, 0] and moves.done.tolist() == [True, False, True]
    assert [str(goal.guard) for goal in tracker.goals()] == ["p"]
    with pytest.raises(KeyError):
        tracker.step([0], {"p": [True]})
